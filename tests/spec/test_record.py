"""What is a run record, and what is none: by properties, and by what was found in files."""

import contextlib
import copy
import json
import pathlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.spec.identity import UNNAMED, key, key_of
from experiments.spec.packing import unpacked
from experiments.spec.record import BadRecord, checked, checksum, parsed, sealed
from tests.fakes import record
from tests.fuzz import holder, places

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
GOOD = record("a", 0)
PLACES = places(GOOD)


def text(made):
    return json.dumps(made).encode()


def refusal(made, **where):
    with pytest.raises(BadRecord) as error:
        checked(made, **where)
    return str(error.value)


@given(
    st.sampled_from(["a", "b"]), st.integers(0, 2**62), st.floats(0, 1e6), st.sampled_from([UNNAMED, "jax", "torch"])
)
def test_a_sealed_record_comes_back(variant, seed, value, backend):
    made = record(variant, seed, value, backend=backend)
    assert checked(parsed(text(made)), made["paper"], made["key"]) == made == sealed(made)
    assert (made["key"] == key_of(made, UNNAMED)) is (backend == UNNAMED)


@settings(max_examples=500)
@given(st.sampled_from(PLACES), JSON)
def test_no_value_of_a_record_can_be_another(path, value):
    made = copy.deepcopy(GOOD)
    holder(made, path)[path[-1]] = value
    if json.dumps(made, sort_keys=True) != json.dumps(GOOD, sort_keys=True):
        refusal(made)


@settings(max_examples=500)
@given(st.sampled_from(PLACES), JSON)
def test_a_value_is_judged_even_where_the_checksum_follows_from_it(path, value):
    made = copy.deepcopy(GOOD)
    holder(made, path)[path[-1]] = value
    try:
        made = sealed(made)
    except (ValueError, TypeError):  # no JSON
        refusal(made)
    else:
        try:
            assert checked(made) is made and parsed(text(made)) == made
        except BadRecord as error:
            assert 0 < len(str(error)) < 400 and "\n" not in str(error)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_bytes_are_a_value_or_refused(content):
    try:
        checked(parsed(content))
    except BadRecord as error:
        assert str(error)


MEANING = dict(paper="p", experiment="e", settings={"rate": 0.1}, seed=0, fingerprint="f", protocol=1, backend="jax")


@given(st.sampled_from(sorted(MEANING)), JSON)
def test_a_key_follows_from_all_that_a_run_means_and_from_nothing_else(name, value):
    value = {"rate": value} if name == "settings" else value
    try:
        other = key(**MEANING | {name: value})
    except ValueError:  # not finite
        return
    assert (other == key(**MEANING)) is (json.dumps(value) == json.dumps(MEANING[name]))
    assert key_of(GOOD | {"history": [], "seconds": 9.0, "outcome": "failed", "role": "tuning"}) == GOOD["key"]


def test_keys_of_published_records_are_what_they_were():
    """A key is an address in files that others have: it never changes."""
    assert GOOD["key"] == "1a77cd2b73a3f5e33de6"
    assert record("a", 0, backend="jax")["key"] == "9a355222aa2ca9171fd3"


def _without(name):
    return lambda made: made.pop(name)


CASES = {
    "schema 42": (lambda made: made.update(schema=42), "Received: schema=42. Expected 1 to 2"),
    "schema true": (lambda made: made.update(schema=True), "Received: schema=true"),
    "no checksum": (_without("checksum"), 'Received: ["checksum"], which it lacks'),
    "escaped": (lambda made: made.update(key="../../../escaped"), "Expected 20 hexadecimal digits"),
    "another key": (lambda made: made.update(key="0" * 20), "which follows from its content"),
    "another protocol": (lambda made: made.update(protocol=2), "which follows from its content"),
    "another backend": (lambda made: made["environment"].update(backend="jax"), "which follows from its content"),
    "other data": (lambda made: made["data"].update(name="mnist"), "settings.data="),
    "cut history": (lambda made: made["history"].pop(), "3 rows of history, outcome done. Expected 4"),
    "history without its beginning": (lambda made: made["history"].pop(0), "epoch=2 in row 1"),
    "a row twice": (lambda made: made["history"].insert(1, made["history"][0]), "epoch=1 in row 2"),
    "more than its epochs": (lambda made: made["history"].append({"epoch": 5}), "5 rows of history"),
    "a text for a number": (lambda made: made["history"][2].update(test_error="0.1"), 'test_error="0.1" in epoch 3'),
    "infinity": (lambda made: made["history"][2].update(test_error=float("inf")), "test_error=Infinity in epoch 3"),
    "10^400": (lambda made: made["data"].update(train=10**400), "Received: data.train=1000"),
    "surrogate": (lambda made: made.update(command="\ud800"), "Expected text in Unicode"),
    "running for ever": (lambda made: made.update(error="none"), "outcome=done with error"),
    "no reason": (lambda made: made.update(outcome="failed"), "outcome=failed with error=null"),
    "outcome": (lambda made: made.update(outcome="fine"), 'Received: outcome="fine". Expected one of done'),
    "time": (lambda made: made.update(started="yesterday"), "Expected a time such as"),
    "no date": (lambda made: made.update(started="2026-99-99T99:99:99Z"), 'started="2026-99-99T99:99:99Z". Expected'),
    "no day": (lambda made: made.update(started="2026-02-30T12:00:00Z"), "Expected a time such as"),
    "no year": (lambda made: made.update(started="0000-01-01T00:00:00Z"), "Expected a time such as"),
    "commit": (lambda made: made["code"].update(commit="--output=x"), "Expected hexadecimal digits, or unknown"),
    "package": (lambda made: made["environment"].update(packages={"a @ b": "1"}), "Expected versions by package"),
    "version": (lambda made: made["environment"].update(packages={"a": "1; b"}), "Expected versions by package"),
    "onednn": (lambda made: made["environment"].update(onednn=[]), "Received: environment.onednn=[]"),
}


@pytest.mark.parametrize("change, reason", CASES.values(), ids=CASES)
def test_what_is_no_record_is_refused_in_words(change, reason):
    made = copy.deepcopy(GOOD)
    change(made)
    if "checksum" in made:
        with contextlib.suppress(ValueError):  # of what is no JSON
            made["checksum"] = checksum(made)
    assert reason in refusal(made)


@pytest.mark.parametrize("version", ["2.13.0+cpu", "2.3.0a0+6ddf5cf85e.nv24.04", "1!2.0.post1", "3.14.0rc1", "3.12.0+"])
def test_versions_that_there_are_stay(version):
    made = copy.deepcopy(GOOD)
    made["environment"] |= {"python": version, "packages": {"scikit-learn": version, "zope.interface": version}}
    made["code"]["commit"] = "unknown"
    assert checked(sealed(made))


def test_a_record_of_another_place_is_refused():
    assert 'Received: paper="fake2000_test", in the place of other' in refusal(GOOD, paper="other")
    assert "which is not its name" in refusal(GOOD, name="0" * 20)


def test_a_run_may_end_before_its_last_epoch_where_it_says_so():
    made = copy.deepcopy(GOOD)
    made["history"] = made["history"][:2]
    assert "2 rows of history" in refusal(sealed(made))
    made["facts"]["stopped"] = {"column": "test_error", "at_most": 0.2, "epoch": 2}
    assert checked(sealed(made))
    made["facts"]["stopped"]["epoch"] = 9
    assert "Expected an epoch of 1 to 4" in refusal(sealed(made))


def test_an_edited_number_is_found():
    for digit in "123456789":
        content = text(GOOD).replace(b'"test_error": 0.1}', b'"test_error": 0.' + digit.encode() + b"}")
        changed = parsed(content)
        assert (changed == GOOD) is (digit == "1")
        if changed != GOOD:
            assert "its checksum is not that of its content" in refusal(changed)


def test_records_of_the_first_schema_are_records():
    """One of each paper that was published in that time, as it stands in its file."""
    for path in sorted(pathlib.Path(__file__).parents[2].glob("reports/*/results.jsonl")):
        made = unpacked(parsed(path.read_bytes().split(b"\n")[0]))
        if made["schema"] > 1:
            continue
        assert checked(made, path.parent.name, made["key"]) is made
        assert "whole number" in refusal(made | {"seed": -1}) and refusal(made | {"seed": 77})
