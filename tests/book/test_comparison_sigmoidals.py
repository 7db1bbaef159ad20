"""The comparison of sigmoidal functions: what is measured, by hand; that it trains; what it says."""

import math

import keras
import numpy as np
import pytest
from matplotlib.figure import Figure

from custom.activations import HardTanh, Tanh
from experiments.book.comparison_sigmoidals import FUNCTIONS, PAPER, RATES, TASKS, VARIANTS, quantities
from experiments.book.comparison_sigmoidals.inside import signals
from experiments.book.comparison_sigmoidals.network import dense_net, train
from experiments.claims import RELATIVE_TIME, STEP_TIME, Evidence
from experiments.data.dataset import Dataset
from experiments.data.pooling import pooled
from experiments.report.blocks import Bullets, Grid, Picture
from tests.papers.jobs import job, trained


class Constant(keras.layers.Layer):
    """Passes its input on and has the derivative that it is given."""

    def __init__(self, slope, **kwargs):
        super().__init__(**kwargs)
        self.slope = slope

    def call(self, x):
        return x

    def derivative(self, x):
        return keras.ops.full_like(x, self.slope)


def chain(slopes):
    """The book's net: one neuron a layer, weights 1 (7.7)."""
    x = inputs = keras.Input((1,))
    for i, slope in enumerate(slopes):
        x = keras.layers.Dense(1, kernel_initializer="ones", name=f"hidden{i}")(x)
        x = Constant(slope, name=f"hidden{i}_activation")(x)
    logits = keras.layers.Dense(2, kernel_initializer=keras.initializers.Constant([[1.0, 0.0]]), name="logits")(x)
    return keras.Model(inputs, logits)


def test_the_books_example_of_a_vanishing_gradient():
    found = signals(chain((0.2, 0.05, 0.1)), np.zeros((1, 1)), np.array([1]))
    # softmax(0, 0) less the label is (1/2, -1/2): what comes back to the last hidden layer is 0.1 * 1/2.
    assert found["error"] == pytest.approx({"3": 0.05, "2": 0.0025, "1": 0.0005}, rel=1e-6)
    history = [{"epoch": 1, "probes": {"error_start": found["error"]}}]
    assert quantities.GRADIENT_LEFT.compute(history) == pytest.approx(-2, abs=1e-6)
    assert quantities.GRADIENT_LEFT.compute([{"epoch": 1}]) is None


def loss(weights, x, y):
    """Mean cross-entropy of a net of tanh units, in float64."""
    *hidden, (kernel, bias) = weights
    for w, b in hidden:
        x = np.tanh(x @ w + b)
    z = x @ kernel + bias
    return float(np.mean(np.log(np.exp(z).sum(1)) - z[np.arange(len(y)), y]))


def test_gradients_are_those_of_the_loss():
    draw = np.random.default_rng(0)
    x, y = draw.normal(size=(6, 3)), np.array([0, 1, 2, 0, 1, 2])
    model = dense_net(Tanh, "normalised", (3,), 3, [3, 2], seed=0)
    for layer in model.layers:
        if hasattr(layer, "kernel"):
            layer.kernel.assign(draw.normal(size=layer.kernel.shape))
    weights = [[keras.ops.convert_to_numpy(v).astype("float64") for v in (layer.kernel, layer.bias)]
               for layer in model.layers if hasattr(layer, "kernel")]  # fmt: skip
    found = signals(model, x, y)
    for layer in (0, 1):
        squares = 0.0
        for array in weights[layer]:
            for place in np.ndindex(array.shape):
                ends = []
                for step in (1e-5, -1e-5):
                    array[place] += step
                    ends.append(loss(weights, x, y))
                    array[place] -= step
                squares += ((ends[0] - ends[1]) / 2e-5) ** 2
        assert found["gradient"][str(layer + 1)] == pytest.approx(math.sqrt(squares), rel=1e-4)


def test_a_unit_is_saturated_where_its_function_is_flat():
    model = dense_net(HardTanh, "standard", (1,), 2, [2], seed=0)
    model.get_layer("hidden1").kernel.assign([[1.0, 0.5]])
    found = signals(model, np.array([[0.5], [1.5], [3.0], [0.0]]), np.array([0, 1, 0, 1]))
    assert found["saturated"] == {"1": 3 / 8}  # 1.5 and 3 in the first unit, 1.5 in the second
    history = [{"epoch": 1, "probes": {"saturated_end": {"1": 0.25, "2": 0.75}}}]
    assert quantities.SATURATED_END.compute(history) == 0.5


def test_times_are_medians_without_the_first_epoch():
    rows = [(90.0, 90.0), (3.0, 2.0), (9.0, 2.0), (4.0, 8.0)]
    history = [{"epoch": i, "own": own, "yardstick": other} for i, (own, other) in enumerate(rows, 1)]
    assert STEP_TIME.compute(history) == 4.0 and RELATIVE_TIME.compute(history) == 2.0
    assert RELATIVE_TIME.compute([{"epoch": 1}]) is None


def test_pixels_are_means_of_squares_and_colours():
    x = np.zeros((2, 4, 4, 3), "uint8")
    x[0, :2, :2, :] = 120
    x[0, 2, 2, 0] = 120
    made = Dataset("made", x, np.zeros(2, "int32"), x, np.zeros(2, "int32"), 2, {})
    small = pooled(made, 2)
    assert small.x_train.tolist()[0] == [[[120], [0]], [[0], [10]]] and small.x_train.dtype == "uint8"
    assert pooled(made, 2) is small and pooled(made, 1) is made


def test_initialisations_share_their_draws():
    nets = [dense_net(Tanh, rule, (5,), 3, [4], seed=3) for rule in ("standard", "normalised")]
    one, other = (keras.ops.convert_to_numpy(net.get_layer("hidden1").kernel) for net in nets)
    assert np.allclose(other / one, math.sqrt(6 / 9) / math.sqrt(1 / 5), rtol=1e-5)


def test_every_contender_has_the_same_budget():
    for name in TASKS:
        experiment = PAPER.experiment(name)
        assert set(experiment.variants) == set(VARIANTS) and len(VARIANTS) == 2 * len(FUNCTIONS)
        for preset in ("reduced", "paper"):
            assert {tuple(experiment.tuning.values(preset, v)) for v in VARIANTS} == {RATES}
            assert experiment.presets[preset].seeds == 10


@pytest.mark.slow
def test_quick_trains_every_variant():
    """Every net of the task; of the times one, which goes through the same code for each function."""
    quick = [e.name for e in PAPER.experiments if "quick" in e.presets]
    assert quick == ["cost", "mnist_2"]
    for experiment, variants in (("mnist_2", VARIANTS), ("cost", ("softsign",))):
        for variant in variants:
            rows = trained(PAPER, experiment, variant, epochs=2)
            assert len(rows) == 2
            for quantity in PAPER.results[experiment]:
                assert math.isfinite(quantity.compute(rows)), (variant, quantity.name)


def test_a_tuning_run_looks_at_nothing_but_its_error():
    final, tuning = (job(PAPER, "mnist_2", "tanh", evaluation=split) for split in ("test", "validation"))
    assert train(final).final is not None
    assert train(tuning).final is None and train(tuning).stackable


def run(seed, error, experiment, **more):
    """A finished run as far as the answers look at it."""
    row = {"epoch": 20, "seconds": 1.0, "test_error": error, "train_error": error, "own": 2.0 + 0.1 * seed} | more
    history = [{"epoch": 1, "own": 9.0, "yardstick": 9.0}, row | {"yardstick": 2.0}]
    return {"outcome": "done", "seed": seed, "history": history, "seconds": 1.0, "settings": {}}


def told(language):
    """The blocks of runs in which the logistic function falls behind tanh and no other does, and their words."""
    paper = PAPER.speaking(language)
    found = {}
    for experiment in paper.experiments:
        evidence = Evidence(paper, experiment, "reduced")
        depth = TASKS.get(experiment.name, ("", 1))[1]
        for variant in experiment.variants:
            error = 0.05 * depth if variant.startswith("sigmoid") else 0.05
            error -= 0.01 * variant.endswith("_normalised")
            evidence.runs[variant] = {s: run(s, error + 0.001 * s, experiment.name) for s in range(3)}
        found[experiment.name] = evidence
    return paper.answers.blocks(found, paper.text), paper.text


@pytest.mark.parametrize(
    ("language", "more", "alike", "ranks"),
    [
        (
            "en",
            "10 hidden layers: logistic errs more often than tanh, by 45.00",
            "no difference shows",
            "3.12 5.38",
        ),
        ("pt", "10 camadas ocultas: logística erra mais que tanh: 45,00 pontos", "não se vê diferença", "3,12 5,38"),
    ],
)
def test_the_answers_are_what_the_numbers_say(language, more, alike, ranks):
    blocks, text = told(language)
    (bullets,) = (block for block in blocks if isinstance(block, Bullets))
    depth, time, start, exponential, take = bullets.items  # of gradients nothing is known
    assert depth.count(more) == 2 and depth.count(alike) == 2  # on both sets; with one layer
    assert f"tanh {text.numeral(1.05, '.3f')}" in time
    assert start.count(text.numeral(1.0, ".2f")) >= 2 and alike in exponential
    # On two of eight tasks all share a rank, on six five do.
    assert [take.count(rank) for rank in ranks.split()] == [5, 1]
    pictures = [block for block in blocks if isinstance(block, Picture)]
    assert [picture.name for picture in pictures] == ["errors_by_depth", "profile", "ranks"]
    for picture in pictures:
        figure = Figure(figsize=(6, 4), layout="constrained")
        picture.draw(figure.add_subplot())
        assert figure.axes
    (grid,) = (block for block in blocks if isinstance(block, Grid))
    assert len(grid.rows) == len(TASKS) and len(grid.header) == len(FUNCTIONS)


def test_nothing_is_answered_by_quick():
    evidence = {e.name: Evidence(PAPER, e) for e in PAPER.experiments}
    assert PAPER.answers.blocks(evidence, PAPER.text) == []
    evidence["mnist_2"].preset = "quick"
    evidence["mnist_2"].runs = {v: {0: run(0, 0.1, "mnist_2")} for v in VARIANTS}
    blocks = PAPER.answers.blocks(evidence, PAPER.text)
    assert not any(isinstance(block, Bullets) for block in blocks)
    assert "answer nothing" in blocks[1].text and any(isinstance(block, Picture) for block in blocks)
