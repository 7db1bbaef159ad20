"""The benchmarks: contenders that do the same, and pages that follow from their files. Nothing here is timed."""

import json
import re

import keras
import numpy as np
import pytest

import custom.activations
import custom.optimizers
from experiments.benchmarks import (
    activations,
    nets,
    optimizers,
    overhead,
    overhead_contenders,
    overhead_page,
    publish,
    timing,
)
from experiments.benchmarks.nets import NETS, Net, data, keras_model, operations

ENVIRONMENT = {
    "backend": "tensorflow",
    "backend_version": "2",
    "xla": None,
    "keras": "3",
    "processor": "a processor",
    "cores": 2,
    "load_before": 0.1,
}


def results(nets_=("small", "nin_quarter")):
    def times(scale, who):
        return {name: {"milliseconds": scale * (i + 1)} for i, name in enumerate(who)}

    who = list(overhead.CONTENDERS)
    rows = [
        {
            "net": n,
            "operations": operations(NETS[n]),
            "peak": 2e11 + i,
            "contenders": times(1.0, [w for w in who if not (w == "fit_jax" and NETS[n].convolutional)]),
        }
        for i, n in enumerate(nets_)
    ]
    stacks = [{"net": "tiny", "members": times(0.01, ["single", *map(str, overhead.STACKS)])}]
    onednn = [{"net": "lenet", "contenders": times(10, [overhead_contenders.PLAIN, "engine_tensorflow"])}]
    found = {"environment": ENVIRONMENT, "table": rows, "onednn": onednn, "stacks": stacks}
    return found | {"activations": times(50, overhead.ACTIVATIONS)}


def test_the_page_shows_the_file_and_follows_it(tmp_path):
    (tmp_path / "overhead.json").write_text(json.dumps(results()))
    page = overhead_page.page(tmp_path)
    made = publish.files(page)
    text = made["README.md"].decode()
    # fit is the first contender, the engine the third: 1 ms and 3 ms.
    assert "| 784-32-32-10 | 32 | 1 | 2 | 3 | 4 | 5 | 6 | 0.3 | 2.0 |" in text
    assert {"figures/overhead_ratios.svg", "figures/stacks.png", "tables/overhead.csv", "index.html"} <= set(made)
    assert "| ReLU | 100.0 | 1.00 | 50 % |" in text
    assert "| LeNet-5 with ReLU | 10 | 20 | 0.5 |" in text
    assert publish.files(page) == made  # the same bytes
    assert overhead_page.page(tmp_path / "nowhere") is None


def test_check_tells_a_page_that_was_edited(tmp_path, monkeypatch, capsys):
    for name in ("FOLDER", "OVERHEAD"):
        monkeypatch.setattr(publish, name, tmp_path / name)
    (tmp_path / "OVERHEAD").mkdir()
    (tmp_path / "OVERHEAD" / "overhead.json").write_text(json.dumps(results()))
    monkeypatch.setattr("sys.argv", ["publish"])
    assert publish.main() == 0
    monkeypatch.setattr("sys.argv", ["publish", "--check"])
    assert publish.main() == 0
    path = tmp_path / "OVERHEAD" / "figures" / "stacks.svg"
    drawn = path.read_text()
    path.write_text(re.sub(r"#p[0-9a-f]{10}", "#p0123456789", re.sub(r'"p[0-9a-f]{10}"', '"p0123456789"', drawn)))
    assert path.read_text() != drawn and publish.main() == 0  # the name of a clipping path says nothing
    path.write_text(drawn.replace("#0072B2", "#0072B3").replace("#0072b2", "#0072b3"))
    assert publish.main() == 1
    path.write_text(drawn)
    capsys.readouterr()
    path = tmp_path / "OVERHEAD" / "README.md"
    path.write_text(re.sub("784-32-32-10", "784-32-32-11", path.read_text()))
    assert publish.main() == 1
    assert "README.md is not what its records give" in capsys.readouterr().out


def tiny(*layers, shape=(9, 9, 3)):
    return Net("tiny", shape, layers, 4, "sgd")


def test_operations_are_counted_by_hand():
    # 9x9x3 -> convolution 3x3, 5: 81 * 27 * 5; pooled to 5x5; flattened 125 -> 10.
    net = tiny(("conv", 5, 3), ("relu",), ("max", 3, 2), ("flatten",), ("dense", 10))
    first, second = 81 * 27 * 5, 125 * 10
    assert operations(net) == 2 * 4 * (2 * first + 3 * second)
    # A block with stride 2: 3x3 to 25 places, the shortcut 1x1, 3x3 again.
    net = tiny(("conv", 4, 1), ("block", 8, 2), ("global",), ("dense", 2))
    products = [81 * 3 * 4, 25 * 9 * 4 * 8, 25 * 4 * 8, 25 * 9 * 8 * 8, 16]
    assert operations(net) == 2 * 4 * (3 * sum(products) - products[0])


@pytest.mark.parametrize("name", NETS)
def test_the_network_in_pytorch_has_the_weights_of_that_in_keras(name):
    pytest.importorskip("torch")
    import torch

    net = NETS[name]
    model, other = keras_model(net), nets.torch_model(net)
    trainable = sum(int(np.prod(v.shape)) for v in model.trainable_variables)
    assert trainable == sum(p.numel() for p in other.parameters())
    x = data(net)[0][:2].astype("float32") / 255
    with torch.no_grad():
        assert other(torch.from_numpy(x).permute(0, 3, 1, 2)).shape == model(x).shape == (2, 10)


def test_every_contender_makes_the_steps_it_says():
    net = Net("tiny", (6, 1, 1), (("flatten",), ("dense", 2), ("relu",), ("dense", 10)), 8, "adam")
    for run, expected in (
        (overhead_contenders.fit(net, False), 53),
        (overhead_contenders.fit(net, True), 53),
        (overhead_contenders.engine_steps(net), 53),
    ):
        assert run(53) == expected
    if keras.backend.backend() == "jax":
        assert overhead_contenders.stacked_steps(net, 3)(53) == 50


def test_children_take_turns_in_processes_of_their_own():
    makers = {"jax": ("jax", "engine_jax", "tiny")} if keras.backend.backend() == "jax" else {}
    makers |= {kind: ("tensorflow", kind, "tiny") for kind in ("engine_tensorflow", overhead_contenders.PLAIN)}
    found = overhead.measured(makers, rounds=1, seconds=0.01)
    assert set(found) == set(makers) and all(v["milliseconds"] > 0 for v in found.values())


def test_a_contender_that_fails_is_named():
    with pytest.raises(RuntimeError, match="engine_tensorflow nonsense ended with code 1"):
        overhead.Child("tensorflow", "engine_tensorflow", "nonsense").ready()


class Mine(keras.layers.Layer):
    """A new activation."""


class MyBase(keras.layers.Layer):
    """Base of new activations."""


def test_what_custom_exports_is_measured(monkeypatch):
    names = {name for name in custom.activations.__all__ if name[0].isupper()}
    left = {"Activation", "RandomActivation", "Maxout"}  # base classes; a layer that needs its units
    assert {name.split(",")[0] for name in activations.CONTENDERS} == names - left
    names = {name for name in custom.optimizers.__all__ if name[0].isupper()} - {"PaperOptimizer"}
    assert {name.split(",")[0] for name in optimizers.CONTENDERS} == names
    monkeypatch.setattr(custom.activations, "__all__", ["Mine", "MyBase", "ReLU", "relu"])
    for cls in (Mine, MyBase):
        monkeypatch.setattr(custom.activations, cls.__name__, cls, raising=False)
    found = activations.contenders()
    assert list(found) == ["Mine", "ReLU"] and found["Mine"] == (Mine, None)
    assert found["ReLU"][1]() is keras.ops.relu


@pytest.mark.parametrize("name", optimizers.CONTENDERS)
def test_every_optimizer_has_a_step_to_be_timed(name):
    shapes = [(2, 3), (3,)]
    optimizers.keras_stepper(optimizers.CONTENDERS[name](), shapes, False)(1)
    other = optimizers.elsewhere("keras", keras.optimizers, name)
    if other:
        assert isinstance(other[0](**other[1]), keras.optimizers.Optimizer)


def test_namesakes_elsewhere_are_found_whatever_their_capitals():
    assert optimizers.elsewhere("keras", keras.optimizers, "AdaGrad") == (keras.optimizers.Adagrad, {})
    assert optimizers.elsewhere("keras", keras.optimizers, "Nesterov")[1] == {"momentum": 0.9, "nesterov": True}
    assert optimizers.elsewhere("keras", keras.optimizers, "RAdam") is None
    assert optimizers.elsewhere("torch", None, "Nadam, Keras's schedule") is None


def test_files_of_different_lists_are_set_side_by_side(tmp_path):
    def row(name, keras_form=None, **more):
        ratio = [1.0, 2.0, 3.0] if keras_form else None
        return {
            "activation": name,
            "milliseconds": {"custom": 4.0},
            "ratio_to_keras": ratio,
            "ratio_to_relu": 1.5,
        } | more

    first, second = [row("A", True), row("B")], [row("B", peak_bytes={"custom": 2**20, "keras": 2**21}), row("C")]
    for name, rows in (("jax", first), ("tensorflow", second)):
        text = json.dumps({"environment": ENVIRONMENT | {"backend": name}, "results": rows})
        (tmp_path / f"activations_{name}.json").write_text(text)
    grid = publish.activations(tmp_path)[-1]
    assert grid.rows == (
        ("A", "4.0", "2.00 [1.00, 3.00]", "1.50", "–", "–", "–", "–"),
        ("B", "4.0", "–", "1.50", "4.0", "–", "1.50", "1 (2)"),
        ("C", "–", "–", "–", "4.0", "–", "1.50", "–"),
    )


@pytest.mark.parametrize(("n", "k"), [(2, 1), (5, 1), (6, 1), (9, 2), (15, 4), (25, 8)])
def test_the_interval_of_a_median_has_the_ranks_of_the_tables(n, k):
    """Two-sided at 95 %, as tables of the sign test print them; too few values give their extremes."""
    values = np.random.default_rng(n).permutation(n) + 1.0
    assert timing.median_interval(values) == (k, n + 1 - k)


def test_the_interval_of_a_median_covers_it_as_often_as_it_says():
    draw = np.random.default_rng(0).exponential(size=(4000, 15))
    low, high = np.array([timing.median_interval(row) for row in draw]).T
    assert np.mean((low <= np.log(2)) & (np.log(2) <= high)) == pytest.approx(0.965, abs=0.01)


def test_ratios_are_of_the_same_round_and_stand_with_their_interval():
    times = {"ours": [2.0, 4.0, 9.0], "theirs": [1.0, 4.0, 3.0]}
    assert timing.ratios(times, "theirs") == {"ours": [1.0, 2.0, 3.0], "theirs": [1.0, 1.0, 1.0]}
    assert publish.interval([1.0, 2.0, 3.0]) == "2.00 [1.00, 3.00]" and publish.interval(None) == "–"
    assert publish.interval(1.5) == "1.50"
