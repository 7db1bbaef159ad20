"""The benchmarks: contenders that do the same, and pages that follow from their files. Nothing here is timed."""

import argparse
import importlib.util
import json
import re
import subprocess
import sys
import types

import keras
import numpy as np
import pytest

import custom.activations
import custom.optimizers
from custom.layers import LocalResponseNormalization
from experiments.benchmarks import (
    activations,
    kernels,
    optimizers,
    options,
    overhead,
    overhead_contenders,
    overhead_page,
    publish,
    timing,
    torch_nets,
)
from experiments.benchmarks.nets import NETS, Net, data, keras_model, operations
from experiments.engine import traits
from experiments.engine.device import accelerator
from experiments.errors import UsageError
from experiments.papers.kingma2015_adam import networks as adam
from experiments.papers.krizhevsky2012_alexnet import networks as alexnet
from experiments.papers.loshchilov2019_adamw.network import two_branch_resnet
from experiments.papers.xu2015_rrelu.network import network_in_network

ENGLISH, PORTUGUESE = (overhead_page.words(language) for language in ("en", "pt"))
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

    who = list(overhead_page.SHORT)
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
    parts = [{"net": "lenet", "shares": dict(zip(kernels.KINDS, (0.6, 0.2, 0.1, 0.06, 0.04), strict=True))}]
    found = {"environment": ENVIRONMENT, "table": rows, "kernels": parts, "onednn": onednn, "stacks": stacks}
    return found | {"activations": times(50, overhead.ACTIVATIONS)}


def test_the_page_shows_the_file_and_follows_it(tmp_path):
    (tmp_path / "overhead.json").write_text(json.dumps(results()))
    page = overhead_page.page(tmp_path, ENGLISH)
    made = publish.files(page)
    text = made["README.md"].decode()
    # fit is the first contender, the engine the third: 1 ms and 3 ms.
    assert "| 784-32-32-10 | 32 | 1 | 2 | 3 | 4 | 5 | 6 | 0.3 | 2.0 | 200 | 1 % |" in text
    assert set(made) == {"README.md", "figures/overhead_ratios.svg", "figures/stacks.svg"}
    assert "| ReLU | 100.0 | 1.00 | 50 % |" in text
    assert "| LeNet-5 with ReLU | 10 | 20 | 0.5 |" in text
    assert publish.files(page) == made  # the same bytes
    assert overhead_page.page(tmp_path / "nowhere", ENGLISH) is None


def test_the_portuguese_page_has_the_same_numbers_as_portuguese_writes_them(tmp_path):
    found = results()
    found["table"][0]["contenders"]["fit"]["ratio"] = [0.25, 0.3, 0.5]
    (tmp_path / "overhead.json").write_text(json.dumps(found))
    made = publish.files(overhead_page.page(tmp_path, PORTUGUESE))
    assert set(made) == {"README.pt.md", "figures/overhead_ratios.pt.svg", "figures/stacks.pt.svg"}
    text = made["README.pt.md"].decode()
    assert "| 784-32-32-10 | 32 | 1 | 2 | 3 | 4 | 5 | 6 | 0,30 [0,25; 0,50] | 2,0 | 200 | 1\u202f% |" in text
    assert "[English](README.md)" in text and "| LeNet-5 com ReLU | 10 | 20 | 0,5 |" in text


def test_a_row_has_its_own_peak_the_intervals_of_its_ratios_and_the_best_of_pytorch(tmp_path):
    found = results()
    first, second = found["table"]
    second["peak"] = 4e11
    first["contenders"]["fit"]["ratio"] = [0.25, 0.3, 0.5]
    first["contenders"]["torch_compiled"] = {"milliseconds": 4.5, "ratio": [1.25, 1.5, 1.75]}
    second["contenders"]["engine_jax"] = {"failed": "it ended with code 1: no luck"}
    second["contenders"]["torch"] = {"failed": "it ended with code 2: none either"}
    found["activations"]["Linear"] = {"failed": "gone"}
    found["stacks"][0]["members"]["8"] = {"failed": "gone too"}
    (tmp_path / "overhead.json").write_text(json.dumps(found))
    text = publish.files(overhead_page.page(tmp_path, ENGLISH))["README.md"].decode()
    assert "| 4.5 | 0.30 [0.25, 0.50] | 1.50 [1.25, 1.75] | 200 |" in text
    share = operations(NETS["nin_quarter"]) / 3e-3 / 4e11  # the engine on TensorFlow takes 3 ms
    assert f"| failed | failed | 0.3 | – | 400 | {share:.0%}".replace("%", " %") in text
    assert "engine_jax: it ended with code 1: no luck." in text and "torch: it ended with code 2: none either." in text
    assert "| Linear | failed | – | – |" in text and "Linear: gone." in text
    assert "| failed |" in text.split("Stacked runs")[1].split("Activations in")[0] and "8: gone too." in text


def test_the_page_of_a_gpu_gives_images_a_second_beside_pytorch(tmp_path):
    row = {"net": "lenet", "precision": "tf32", "operations": 2e9, "peak": 4e14}
    contenders = {
        "engine_jax": {"milliseconds": 0.5, "accelerator": "a GPU"},
        "engine_tensorflow": {"failed": "ended with code 1: no TensorFlow"},
        "torch": {"milliseconds": 1.0, "ratio": [1.5, 2.0, 2.5], "accelerator": "a GPU"},
    }
    gpu = {"environment": ENVIRONMENT, "rows": [row | {"contenders": contenders}]}
    (tmp_path / "overhead.json").write_text(json.dumps(results() | {"gpu": gpu}))
    text = publish.files(overhead_page.page(tmp_path, ENGLISH))["README.md"].decode()
    line = "| LeNet-5 with ReLU | 128 | tf32 | 256,000 | failed | 128,000 | 2.00 [1.50, 2.50] | 400 | 1 % |"
    assert line in text and "on a GPU." in text and "no TensorFlow." in text


@pytest.mark.slow
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
    path.write_text(drawn.replace("<path ", '<path id="other" ', 1))
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
    # Two branches: 3x3 to 25 places and 3x3 again, each twice; the two halves of the shortcut are one 1x1.
    net = tiny(("conv", 4, 1), ("branches", 8, 2), ("global",), ("dense", 2))
    products = [81 * 3 * 4, *[25 * 9 * 4 * 8, 25 * 9 * 8 * 8] * 2, 25 * 4 * 8, 16]
    assert operations(net) == 2 * 4 * (3 * sum(products) - products[0])


INPUT = dict(input_shape=(32, 32, 3), classes=10, seed=0)
DENSE = INPUT | dict(input_shape=(28, 28, 1), hidden=[1000, 1000])
# By row, the network of a paper that it stands for.
OF_PAPERS = {
    "wide": lambda: adam.multilayer_perceptron(custom.activations.ReLU, **DENSE),
    "dropout": lambda: adam.multilayer_perceptron(custom.activations.ReLU, **DENSE, input_dropout=0.2, dropout=0.5),
    "stages": lambda: adam.three_stage_convnet(custom.activations.ReLU, **INPUT),
    "cuda_half": lambda: alexnet.cuda_convnet(custom.activations.ReLU, width=0.5, **INPUT),
    "responses": lambda: alexnet.cifar_alexnet(
        custom.activations.ReLU, width=0.25, normalization=LocalResponseNormalization, **INPUT
    ),
    "branched": lambda: two_branch_resnet(custom.activations.ReLU, width=1.0, blocks=1, pool=2, stem_stride=2, **INPUT),
    "nin_quarter": lambda: network_in_network(custom.activations.ReLU, width=0.25, **INPUT),
    "nin": lambda: network_in_network(custom.activations.ReLU, **INPUT),
}


@pytest.mark.parametrize("name", OF_PAPERS)
def test_a_row_that_stands_for_a_papers_network_has_its_weights_and_layers(name):
    def shapes(model):
        return sorted(tuple(v.shape) for v in model.trainable_variables)

    def heavy(model):
        kinds = (keras.layers.Conv2D, keras.layers.MaxPooling2D, keras.layers.Dropout, keras.layers.Dense)
        return sorted(type(x).__name__ for x in model.layers if isinstance(x, kinds))

    model, theirs = keras_model(NETS[name]), OF_PAPERS[name]()
    assert shapes(model) == shapes(theirs) and heavy(model) == heavy(theirs)


@pytest.mark.parametrize("name", NETS)
def test_no_row_is_refused_by_the_engine(name):
    traits.check_convolutions(keras_model(NETS[name]))


@pytest.mark.parametrize("name", NETS)
@pytest.mark.slow
def test_the_network_in_pytorch_has_the_weights_of_that_in_keras(name):
    pytest.importorskip("torch")
    import torch

    net = NETS[name]
    model, other = keras_model(net), torch_nets.torch_model(net)
    trainable = sum(int(np.prod(v.shape)) for v in model.trainable_variables)
    assert trainable == sum(p.numel() for p in other.parameters())
    x = data(net)[0][:2].astype("float32") / 255
    with torch.no_grad():
        outputs = {"words": 2, "autoencoder": 784, "ensemble": 500}.get(name, 10)
        assert other(torch.from_numpy(x).permute(0, 3, 1, 2)).shape == model(x).shape == (2, outputs)


@pytest.mark.slow
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


def test_every_network_has_a_portuguese_name_but_those_that_both_languages_share():
    alike = {"small", "deep", "wide", "autoencoder", "stages", "nin"}
    assert set(NETS) - alike <= set(PORTUGUESE.labels) and not alike & set(PORTUGUESE.labels)


def test_nets_that_are_measured_again_take_the_place_of_their_rows_alone(tmp_path):
    path, here = tmp_path / "overhead.json", {"processor": "a", "cores": 2, "keras": "3"}
    rows = [{"net": name, "operations": 1} for name in ("small", "lenet", "nin")]
    overhead.save(path, {"environment": here, "table": rows, "activations": {"ReLU": 1}})
    again = [{"net": name, "operations": 2} for name in ("nin", "wide")]
    overhead.save(path, {"environment": here, "table": again}, ["nin", "wide"])
    found = overhead.read(path)
    assert [(r["net"], r["operations"]) for r in found["table"]] == [
        ("small", 1),
        ("wide", 2),
        ("lenet", 1),
        ("nin", 2),
    ]
    assert found["activations"] == {"ReLU": 1}
    overhead.save(path, {"environment": here, "table": again})
    assert overhead.read(path)["table"] == again
    assert overhead.elsewhere(path, here) == overhead.elsewhere(tmp_path / "none", here) == []
    assert overhead.elsewhere(path, here | {"cores": 4}) == ["cores 2, now 4"]


def test_kernels_are_told_apart_by_their_type_and_their_place():
    events = {
        "while/body/_1/while/conv2d/convolution:_MklNativeConv2D": "products",
        "gradient_tape/conv2d/Conv2DBackpropFilter:_MklNativeConv2DBackpropFilter": "products",
        "while/relu/Relu:_MklNativeFusedConv2D": "products",
        "while/dense/MatMul:_MklMatMul": "products",
        "gradient_tape/max_pooling2d/MaxPool2d/MaxPoolGrad:_MklNativeMaxPoolGrad": "pooling",
        "while/batch_normalization/FusedBatchNormV3:_MklNativeFusedBatchNormV3": "norms",
        "while/body/_1/while/momentum/sub_4:Sub": "optimizer",
        "while/Adam/mul:Mul": "optimizer",
        "while/GatherV2:GatherV2": "rest",
        "ExecutorState::Process": None,
        "EagerLocalExecute: __inference_steps_2785": None,
        "steps": None,
    }
    assert {name: kernels.kind(name) for name in events} == events
    found = kernels.shares([("a/b:Conv2D", 3), ("a/b:Mul", 1), ("steps", 100)])
    assert found == {"products": 0.75, "pooling": 0, "norms": 0, "optimizer": 0, "rest": 0.25}


def test_a_profile_that_dies_says_so_and_the_others_go_on(monkeypatch, tmp_path):
    shares = dict.fromkeys(kernels.KINDS, 0.2)

    def run(command, **options):
        dies = command[-1] == "lenet"
        return types.SimpleNamespace(returncode=int(dies), stdout=f"{json.dumps(shares)}\n", stderr="no profiler\n")

    monkeypatch.setattr(overhead.subprocess, "run", run)
    kept = []
    overhead.kernels(types.SimpleNamespace(net=["small", "lenet", "resnet"]), kept.append)
    failed, found = kept[-1]
    assert failed["shares"]["failed"].endswith("ended with code 1: no profiler") and found["shares"] == shares
    (tmp_path / "overhead.json").write_text(json.dumps(results() | {"kernels": kept[-1]}))
    text = publish.files(overhead_page.page(tmp_path, ENGLISH))["README.md"].decode()
    assert "no profiler" in text and "| ResNet-14, 8 to 32 channels | 20 % |" in text


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="TensorFlow's profiler")
@pytest.mark.slow
def test_a_step_is_profiled(monkeypatch):
    layers = (("conv", 2, 3), ("relu",), ("max", 2, 2), ("flatten",), ("dense", 10))
    monkeypatch.setitem(kernels.NETS, "lenet", Net("a small one", (8, 8, 1), layers, 8, "momentum"))
    found = kernels.profile("lenet", 2)
    assert abs(sum(found.values()) - 1) < 1e-9 and found["products"] > 0 and found["optimizer"] > 0


@pytest.mark.slow
def test_children_take_turns_in_processes_of_their_own():
    makers = {"jax": ("jax", "engine_jax", "tiny")} if keras.backend.backend() == "jax" else {}
    makers |= {kind: ("tensorflow", kind, "tiny") for kind in ("engine_tensorflow", overhead_contenders.PLAIN)}
    found = overhead.measured(makers, rounds=1, seconds=0.01)
    assert set(found) == set(makers) and all(v["milliseconds"] > 0 for v in found.values())


@pytest.mark.slow
def test_a_contender_that_fails_is_named():
    with (
        overhead.Child("tensorflow", "engine_tensorflow", "nonsense") as child,
        pytest.raises(RuntimeError, match="engine_tensorflow nonsense ended with code 1: KeyError: 'nonsense'"),
    ):
        child.ready()


def test_a_contender_that_dies_says_so_and_the_others_go_on(monkeypatch):
    """One dies before its first turn, one in a later turn, and one by whose times others are divided."""
    script = """
import sys
print("ready", flush=True)
for i, line in enumerate(sys.stdin):
    if sys.argv[1] == "late" and i == 2:
        raise SystemExit("out of luck")
    print(1, 0.002 if sys.argv[1] == "slow" else 0.001, flush=True)
"""
    early = "import sys; sys.stderr.write('why not\\n'); sys.exit(3)"
    popen = subprocess.Popen

    def fake(command, **options):
        code = early if command[-1] == "early" else script
        return popen([sys.executable, "-c", code, command[-1]], **options)

    monkeypatch.setattr(overhead.subprocess, "Popen", fake)
    makers = {name: ("torch", name) for name in ("early", "late", "slow", "quick")}
    found = overhead.measured(makers, 3, 0.1, "quick")
    assert found["early"]["failed"].endswith("ended with code 3: why not")
    assert found["late"]["failed"].endswith("ended with code 1: out of luck")
    assert found["slow"] == {"milliseconds": 2.0, "ratio": [2.0, 2.0, 2.0]} and found["quick"] == {"milliseconds": 1.0}
    found = overhead.measured(makers, 3, 0.1, "early")
    assert found["slow"] == {"milliseconds": 2.0}


@pytest.mark.skipif(accelerator() is not None, reason="there is a GPU")
@pytest.mark.slow
def test_nothing_is_measured_on_a_cpu_in_place_of_a_gpu(capsys, monkeypatch):
    rows = []
    monkeypatch.setattr(overhead, "PRECISIONS", overhead.PRECISIONS[:1])
    options = types.SimpleNamespace(net=["tiny"], rounds=1, seconds=0.01)
    overhead.gpu(options, lambda found: rows.append(json.loads(json.dumps(found))))
    (found,) = rows
    assert [row["precision"] for row in found] == list(overhead.PRECISIONS)
    for row in found:
        assert row["peak"] is None
        for name, result in row["contenders"].items():
            backend = name.removeprefix("engine_").split("_")[0]
            there = importlib.util.find_spec(backend) is not None
            assert result["failed"].endswith("sees no GPU") or (not there and backend in result["failed"])
    assert "sees no GPU" in capsys.readouterr().out


@pytest.mark.slow
def test_contenders_of_a_gpu_make_the_steps_they_say_on_a_cpu_too():
    pytest.importorskip("torch")
    net = tiny(("conv", 4, 3), ("norm",), ("relu",), ("branches", 8, 2), ("global",), ("dense", 10))
    assert overhead_contenders.torch_steps(net, precision="bfloat16")(3) == 3
    assert overhead_contenders.torch_steps(net, last=False)(3) == 3
    assert overhead_contenders.gpu_peak("bfloat16", 16, "cpu")(2) == 2
    before = keras.config.dtype_policy().name
    assert overhead_contenders.engine_steps(net, precision="bfloat16")(2) == 2
    assert keras.config.dtype_policy().name == before
    with pytest.raises(UsageError, match="precision='tf32' without a GPU"):
        overhead_contenders.engine_steps(net, precision="tf32")


class Mine(keras.layers.Layer):
    """A new activation."""


class MyBase(keras.layers.Layer):
    """Base of new activations."""


def test_what_custom_exports_is_measured(monkeypatch):
    names = {name for name in custom.activations.__all__ if name[0].isupper()}
    left = {"Activation", "RandomActivation", "Maxout"}  # base classes; a layer that needs its units
    assert {name.split(",")[0] for name in activations.CONTENDERS} == names - left
    classes = {name: getattr(custom.optimizers, name) for name in custom.optimizers.__all__ if name[0].isupper()}
    names = {name for name, cls in classes.items() if issubclass(cls, keras.optimizers.Optimizer)} - {"PaperOptimizer"}
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
    grid = publish.activations(tmp_path, ENGLISH)[-1]
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
    assert publish.interval(ENGLISH, [1.0, 2.0, 3.0]) == "2.00 [1.00, 3.00]" and publish.interval(ENGLISH, None) == "–"
    assert publish.interval(ENGLISH, 1.5) == "1.50"


@pytest.mark.parametrize(
    ("read", "texts"),
    [
        (options.at_least_1, ("1_0", "٣", " 3", "0", "-1", "1.0", "")),
        (options.above_0, ("1_0", "٣", " 0.1", "0", "-1", "nan", "inf", "1e999", "1e", ".")),
    ],
)
def test_an_option_that_is_no_number_is_quoted(read, texts):
    for text in texts:
        with pytest.raises(argparse.ArgumentTypeError, match=re.escape(f"Received: {text}. Expected")):
            read(text)


def test_numbers_are_read_as_they_are_written():
    assert [options.at_least_1(text) for text in ("1", "15", "+3")] == [1, 15, 3]
    assert [options.above_0(text) for text in ("1", "0.5", ".5", "5.", "1e-3", "2E+3")] == [
        1,
        0.5,
        0.5,
        5,
        0.001,
        2000,
    ]


@pytest.mark.parametrize("module", [activations, optimizers, overhead])
@pytest.mark.parametrize(("option", "text"), [("--rounds", "1_0"), ("--rounds", "0"), ("--seconds", "nan")])
def test_a_benchmark_refuses_what_is_no_number(module, option, text, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["benchmark", option, text])
    with pytest.raises(SystemExit) as ended:
        module.main()
    assert ended.value.code == 2 and f"Received: {text}. Expected" in capsys.readouterr().err
