"""Settings: their one text, the key that follows, what a user may change in them."""

import pytest

from experiments.errors import UsageError
from experiments.spec.request import overridden
from experiments.spec.run import key
from experiments.spec.settings import Settings, canonical

VALUES = {"hidden": [500, 500], "learning_rate": 0.001, "epochs": 20, "drops": [], "name": "é", "l2": 1e-4, "x": None}
TEXT = '{"drops":[],"epochs":20,"hidden":[500,500],"l2":0.0001,"learning_rate":0.001,"name":"\\u00e9","x":null}'


def test_canonical_text_and_key_never_change():
    # Published records are found by these keys: a change here orphans every one of them.
    assert canonical(VALUES) == TEXT
    assert key("paper2000_x", "e", Settings(VALUES), 3, "f" * 64, 1) == "5f6693ae7609aa4bb6e5"


def test_key_does_not_depend_on_the_order_of_settings():
    backwards = Settings(dict(reversed(VALUES.items())))
    assert list(backwards) != list(VALUES)
    assert key("p", "e", backwards, 0, "f", 1) == key("p", "e", Settings(VALUES), 0, "f", 1)


def test_key_depends_on_everything_a_run_means():
    base = ("p", "e", Settings({"a": 1}), 0, "f", 1)
    others = ("q", "d", Settings({"a": 2}), 1, "g", 2)
    keys = {key(*base[:i], other, *base[i + 1 :]) for i, other in enumerate(others)} | {key(*base)}
    assert len(keys) == 7
    assert all(len(k) == 20 and set(k) <= set("0123456789abcdef") for k in keys)


def test_tuples_and_lists_are_one_setting():
    assert dict(Settings({"drops": (1, 2)})) == {"drops": [1, 2]}


def test_unknown_setting_names_the_nearest():
    settings = Settings({"learning_rate": 0.1, "epochs": 3})
    with pytest.raises(UsageError, match="'learning_rte'.*'learning_rate'"):
        overridden(settings, {"learning_rte": "0.2"})
    with pytest.raises(UsageError, match="'epochs'"):
        settings["epoch"]
    with pytest.raises(AttributeError, match="'epochs'"):
        settings.epoch  # noqa: B018


def test_overrides_take_the_type_of_the_setting():
    settings = Settings({"rate": 0.1, "epochs": 3, "name": "a", "on": True, "drops": [], "hidden": [2], "tuned": None})
    texts = {"rate": "1", "epochs": "5", "name": "b", "on": "false", "drops": "[1, 2]", "hidden": "[]", "tuned": "0.5"}
    expected = {"rate": 1.0, "epochs": 5, "name": "b", "on": False, "drops": [1, 2], "hidden": [], "tuned": 0.5}
    changed = overridden(settings, texts)
    assert dict(changed) == expected
    assert type(changed.rate) is float  # 1 and 1.0 would be two keys
    assert settings.epochs == 3


@pytest.mark.parametrize(
    "assignment",
    [("epochs", "1.5"), ("epochs", "true"), ("epochs", "many"), ("rate", "fast"), ("name", "3"), ("on", "1")]
    + [("hidden", "3"), ("hidden", '["a"]'), ("hidden", "[1.5]"), ("hidden", "[[1]]"), ("drops", "[{}]")],
)
def test_wrong_types_are_refused_with_what_came_in(assignment):
    settings = Settings({"rate": 0.1, "epochs": 3, "name": "a", "on": True, "drops": [], "hidden": [2]})
    name, text = assignment
    with pytest.raises(UsageError, match=name) as error:
        overridden(settings, {name: text})
    assert text.strip('[]"') in str(error.value)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999", "1" + "0" * 400, "[NaN]", "[1e999]"])
def test_what_is_not_finite_is_refused(text):
    with pytest.raises(UsageError, match="finite"):
        overridden(Settings({"rate": 0.1, "rates": [0.1]}), {"rates" if "[" in text else "rate": text})
    with pytest.raises(UsageError, match="finite"):
        Settings({"rate": float("nan")})


def test_settings_are_read_only():
    settings = Settings({"epochs": 3})
    with pytest.raises(TypeError, match="read-only"):
        settings.epochs = 4
    with pytest.raises(UsageError, match="scalar"):
        Settings({"model": object()})
