"""Contract of every loss: value, gradient, weights, reductions, dtype, configuration; and Keras's own beside the book.

The values of all backends are held against one oracle, so the backends agree with each other.
"""

import json

import keras
import numpy as np
import pytest
from keras import ops

import custom.losses
from custom.losses import (
    CompositeLoss,
    ContrastiveLoss,
    GANMinimax,
    HalfSquaredError,
    MultilabelCrossentropy,
    TripletLoss,
)
from tests.custom.backends import BACKEND, compiled, run_fresh, to_numpy, value_and_gradient, weight_gradients
from tests.custom.loss_table import BAD_LOSSES, BATCH, KERAS_LOSSES, LOSSES
from tests.reference import losses as oracle

every_case = pytest.mark.parametrize("case", LOSSES, ids=lambda case: case.id)
with_keras = pytest.mark.parametrize("case", LOSSES + KERAS_LOSSES, ids=lambda case: case.id)
RTOL = {"float64": 1e-10, "float32": 2e-6}
both_precisions = pytest.mark.parametrize("precision", list(RTOL), indirect=True)
# XLA on the CPU takes seconds to compile what TensorFlow runs at once; JAX always compiles.
JIT = BACKEND == "jax"


def close(case, actual, expected, precision):
    if case.keras_mean and BACKEND != "tensorflow":
        precision = "float32"
    absolute = case.absolute * np.finfo(precision).eps
    np.testing.assert_allclose(to_numpy(actual), expected, rtol=RTOL[precision], atol=absolute)


def gradient_at(loss, y_true, y_pred, dtype="float32"):
    return to_numpy(value_and_gradient(lambda p: loss(np.asarray(y_true), p), np.asarray(y_pred, dtype))[1])


@with_keras
@both_precisions
def test_value_and_gradient_are_the_formulas(case, precision):
    y_true, y_pred = case.y_true.astype(precision), case.y_pred.astype(precision)
    expected = case.value(case.y_true, case.y_pred)
    assert np.ptp(expected) > 1e-3  # examples that all give the same would hide a mixed-up axis
    loss = case.make(reduction=None, dtype=precision)
    value, gradient = value_and_gradient(lambda p: loss(y_true, p), y_pred)
    assert keras.backend.standardize_dtype(value.dtype) == precision
    close(case, value, expected, precision)
    close(case, gradient, case.gradient(case.y_true, case.y_pred), precision)


@every_case
def test_formula_is_the_limit_of_differences(case, float64):
    """Central differences of the loss in every entry of `y_pred`, away from the kinks, on which no entry lies."""
    loss, h = case.make(reduction="sum"), 1e-6
    differences = np.zeros(case.y_pred.size)
    for i in range(case.y_pred.size):
        step = np.zeros(case.y_pred.size)
        step[i] = h
        step = step.reshape(case.y_pred.shape)
        up, down = (to_numpy(loss(case.y_true, case.y_pred + sign * step)) for sign in (1, -1))
        differences[i] = (up - down) / (2 * h)
    expected = case.gradient(case.y_true, case.y_pred).ravel()
    # h^2 / 6 times a third derivative of at most 2 * 64^3, and roundings of 1e-14 / h; of 1e-6 / h in float32.
    atol = 0.2 if case.keras_mean and BACKEND != "tensorflow" else 2e-7
    np.testing.assert_allclose(differences, expected, rtol=0, atol=atol)


@with_keras
@pytest.mark.parametrize("xla", [False, True] if BACKEND == "tensorflow" else [True])
def test_compiled_is_the_same_as_eager(case, xla):
    y_true, y_pred = (ops.convert_to_tensor(y.astype("float32")) for y in (case.y_true, case.y_pred))
    loss = case.make()

    def both(p):
        return value_and_gradient(lambda q: loss(y_true, q), p)

    # PyTorch differentiates what it has computed: there is nothing to compile.
    value, gradient = compiled(both, xla)(y_pred)
    close(case, value, case.value(case.y_true, case.y_pred).mean(), "float32")
    per_example = case.value(case.y_true, case.y_pred).size
    close(case, gradient, case.gradient(case.y_true, case.y_pred) / per_example, "float32")


@every_case
def test_reductions_and_sample_weights(case):
    y_true, y_pred = case.y_true.astype("float32"), case.y_pred.astype("float32")
    each = case.value(case.y_true, case.y_pred)
    weight = np.random.default_rng(1).uniform(0.5, 2, each.shape).astype("float32")
    weight.flat[0] = 0
    expected = {
        "sum": np.sum(weight * each),
        "sum_over_batch_size": np.mean(weight * each),
        "mean": np.mean(weight * each),
        "mean_with_sample_weight": np.sum(weight * each) / np.sum(weight),
        None: weight * each,
    }
    for reduction, value in expected.items():
        loss = case.make(reduction=reduction)
        np.testing.assert_allclose(to_numpy(loss(y_true, y_pred, sample_weight=weight)), value, rtol=4e-6, atol=1e-5)
    np.testing.assert_allclose(to_numpy(case.make()(y_true, y_pred)), each.mean(), rtol=4e-6, atol=1e-5)


@every_case
@pytest.mark.parametrize("dtype, rtol", [("float16", 2.0**-11), ("bfloat16", 2.0**-8)])
def test_half_precision_rounds_once(case, dtype, rtol):
    """To the nearest number of the dtype (and once more for float32's own rounding)."""
    y_true, y_pred = (ops.cast(y, dtype) for y in (case.y_true, case.y_pred))
    np.testing.assert_array_equal(to_numpy(y_pred), case.y_pred)
    loss = case.make(reduction=None, dtype=dtype)
    value, gradient = value_and_gradient(lambda p: loss(y_true, p), y_pred)
    for actual, expected in ((value, case.value), (gradient, case.gradient)):
        assert keras.backend.standardize_dtype(actual.dtype) == dtype
        np.testing.assert_allclose(to_numpy(actual), expected(case.y_true, case.y_pred), rtol=1.01 * rtol, atol=1e-6)


def test_mixed_precision_computes_in_float32():
    y = ops.cast(np.array([[1.0, 3.0]]), "float16")
    value = HalfSquaredError()(np.zeros((1, 2)), y * 200)
    assert keras.backend.standardize_dtype(value.dtype) == "float32"
    assert float(value) == 200_000.0


def test_half_precision_does_not_overflow_on_the_way():
    """The result fits into float16, though a square or a sum on the way does not."""
    y = np.array([[256.0, 128.0]])
    assert float(HalfSquaredError(dtype="float16")(np.zeros((1, 2)), y)) == 40_960.0
    far = np.array([[[0.0], [256.0], [-256.0]]])
    assert float(TripletLoss(margin=1, dtype="float16")(None, far)) == 1.0
    assert float(ContrastiveLoss(dtype="float16")([0.0], far[:, 1:] / 2)) == 32_768.0
    assert float(ContrastiveLoss(dtype="float16")([1.0], far[:, 1:])) == 0.0


@every_case
def test_nan_stays_with_its_example(case):
    y_pred = case.y_pred.astype("float32")
    y_pred[0] = np.nan
    value = to_numpy(case.make(reduction=None)(case.y_true, y_pred))
    if case.id.startswith(("generator", "non_saturating")):
        assert np.isnan(value[0])  # though data weigh nothing: 0 times NaN
    assert np.isnan(value[0]).all() and np.isfinite(value[1:]).all()


LOGIT_LOSSES = [case for case in LOSSES if case.config.get("from_logits")]


@pytest.mark.parametrize("case", LOGIT_LOSSES, ids=lambda case: case.id)
@pytest.mark.parametrize("dtype, largest", [("float16", 6e4), ("bfloat16", 1e30), ("float32", 1e30)])
def test_extreme_logits(case, dtype, largest):
    """At both ends, and at 0: values and gradients finite and right."""
    z = np.array([[-largest], [largest], [0.0], [-50.0], [50.0]])
    for label in (0.0, 1.0):
        z_seen = to_numpy(ops.cast(z, dtype)).astype("float64")
        y = np.full(z.shape, label)
        loss = case.make(reduction=None, dtype=dtype)
        value, gradient = value_and_gradient(lambda p, y=y, loss=loss: loss(y, p), ops.cast(z, dtype))
        rtol = {"float16": 1e-3, "bfloat16": 8e-3, "float32": 4e-6}[dtype]
        expected = oracle_at_saturation(case, y, z_seen)
        np.testing.assert_allclose(to_numpy(value), expected, rtol=rtol, atol=1e-6)
        np.testing.assert_allclose(to_numpy(gradient), case.gradient(y, z_seen), rtol=rtol, atol=1e-6)


def oracle_at_saturation(case, y, z):
    """The oracle of the generator's loss takes log(1 - 1) where the logit's own form is -z."""
    if case.id == "generator_logits":
        return np.where(z[:, 0] > 30, -(1 - y[:, 0]) * z[:, 0], case.value(y, np.minimum(z, 30)))
    return case.value(y, z)


def test_certain_probabilities():
    """0 and 1: no loss where they are right; the nearest number's loss, with gradient 0, where they are wrong."""
    loss = MultilabelCrossentropy(reduction=None)
    y, p = [[0.0], [1.0], [1.0], [0.0]], [[0.0], [1.0], [0.0], [1.0]]
    expected = [0.0, 0.0, 126 * np.log(2), 24 * np.log(2)]
    np.testing.assert_allclose(to_numpy(loss(y, p)), expected, rtol=1e-6)
    np.testing.assert_array_equal(gradient_at(loss, y, p)[:, 0], [1.0, -1.0, 0.0, 0.0])
    # Between, every digit counts: Keras's clipping would give 16.1 and 1e-7 here.
    small = MultilabelCrossentropy(reduction=None)([[1.0], [0.0]], [[1e-30], [1e-30]])
    np.testing.assert_allclose(to_numpy(small), [30 * np.log(10), 1e-30], rtol=2e-6)


def test_certain_probabilities_in_float64(float64):
    loss = MultilabelCrossentropy(reduction=None, dtype=float64)
    value = loss(np.array([[1.0], [0.0]]), np.array([[0.0], [1.0]]))
    np.testing.assert_allclose(to_numpy(value), [1022 * np.log(2), 53 * np.log(2)], rtol=1e-10)


def test_gradient_at_the_kinks():
    """Triplet at its corner: 0. Pair without distance: 0. Pair at the margin, where there is no corner: 0."""
    corner = [[[0.0, 0.0], [1.0, 0.0], [1.5, 0.0]]]  # 1 - 2.25 + 1.25
    loss = TripletLoss(1.25)
    assert float(loss(None, corner)) == 0.0
    np.testing.assert_array_equal(gradient_at(loss, np.zeros(1), corner), 0)
    assert np.abs(gradient_at(TripletLoss(1.25 + 1e-3), np.zeros(1), corner)).max() == 3
    pair = np.full((2, 2, 3), 0.7)
    labels = np.array([0.0, 1.0])
    loss = ContrastiveLoss(2.0, reduction="sum")
    assert float(loss(labels, pair)) == 2.0
    np.testing.assert_array_equal(gradient_at(loss, labels, pair), 0)
    at_margin = np.array([[[0.0, 0.0], [1.2, 1.6]]])
    np.testing.assert_allclose(gradient_at(loss, np.ones(1), at_margin), 0, atol=1e-6)


def test_contrastive_loss_next_to_distance_0():
    """Tiny distances keep their direction, until their squares vanish."""
    for distance in (1e-3, 1e-10, 1e-17):
        pair = np.array([[[distance, 0.0], [0.0, 0.0]]])
        np.testing.assert_allclose(gradient_at(ContrastiveLoss(), np.ones(1), pair)[0, 0], [distance - 1, 0], rtol=1e-5)
    assert np.isfinite(gradient_at(ContrastiveLoss(), np.ones(1), [[[1e-30, 0.0], [0.0, 0.0]]])).all()


def test_labels_and_outputs_without_a_last_axis():
    """`(batch,)` and `(batch, 1)` are the same examples, never paired all with all."""
    y, p = np.array([0.0, 1.0, 1.0]), np.array([0.25, 0.5, 0.75])
    for loss in (HalfSquaredError(reduction=None), MultilabelCrossentropy(reduction=None), GANMinimax(reduction=None)):
        expected = to_numpy(loss(y[:, None], p[:, None]))
        assert expected.shape == (3,)
        for left, right in ((y, p), (y[:, None], p), (y, p[:, None])):
            np.testing.assert_array_equal(to_numpy(loss(left, right)), expected)
    steps = HalfSquaredError(reduction=None)(np.zeros((2, 3)), np.ones((2, 3, 1)))
    np.testing.assert_array_equal(to_numpy(steps), np.full((2, 3), 0.5))


def tuples(x):
    return tuple(map(tuples, x)) if np.ndim(x) else float(x)


@every_case
def test_tuples_and_lists_are_arrays(case):
    loss, y_true, y_pred = case.make(reduction="none"), case.y_true.astype("float32"), case.y_pred.astype("float32")
    expected = to_numpy(loss(y_true, y_pred))
    for given in ((tuples(y_true), tuples(y_pred)), (y_true.tolist(), tuples(y_pred)), (tuples(y_true), y_pred)):
        np.testing.assert_array_equal(to_numpy(loss(*given)), expected)


def test_a_number_is_a_batch_of_one():
    for loss in (HalfSquaredError(), MultilabelCrossentropy(), GANMinimax()):
        for y_true, y_pred in ((1.0, 0.25), (np.float64(1.0), np.float32(0.25)), (1, ops.convert_to_tensor(0.25))):
            assert float(loss(y_true, y_pred)) == float(loss([[1.0]], [[0.25]]))
        with pytest.raises(ValueError, match=r"y_true of shape \(\), y_pred of shape \(3,\). Expected equal shapes"):
            loss(1.0, (0.25, 0.5, 0.75))
    pair = (((0.0, 0.0), (0.0, 0.5)),)
    assert float(ContrastiveLoss()(1.0, pair)) == float(ContrastiveLoss()([1.0], pair)) == 0.125


def test_mask_leaves_steps_out():
    x = np.random.default_rng(2).normal(size=(2, 4, 3)).astype("float32")
    x[0, 2:] = x[1, 3] = 0
    outputs = keras.Sequential([keras.Input((4, 3)), keras.layers.Masking()])(x)
    each = 0.5 * np.sum((x - 1) ** 2, axis=-1)
    value = HalfSquaredError()(np.ones_like(x), outputs)
    np.testing.assert_allclose(to_numpy(value), each[x.any(axis=-1)].mean(), rtol=2e-6)


def test_the_value_of_the_game():
    """-V is the discriminator's loss for data plus that for generated examples; V is -2 log 2 at D = 1/2."""
    rng = np.random.default_rng(3)
    data, generated = rng.normal(size=(5, 1)).astype("float32"), rng.normal(size=(7, 1)).astype("float32")
    loss = GANMinimax(from_logits=True)
    sum_of_means = float(loss(np.ones((5, 1)), data)) + float(loss(np.zeros((7, 1)), generated))
    assert float(loss.value(data, generated)) == pytest.approx(-sum_of_means, rel=2e-6)
    sigma = lambda z: 1 / (1 + np.exp(-z.astype("float64")))  # noqa: E731
    expected = np.mean(np.log(sigma(data))) + np.mean(np.log(1 - sigma(generated)))
    assert float(loss.value(data, generated)) == pytest.approx(expected, rel=2e-6)
    probabilities = GANMinimax("generator").value(np.full((4, 1), 0.5), np.full((4, 1), 0.5))
    assert float(probabilities) == pytest.approx(-2 * np.log(2), rel=1e-6)


def test_the_generators_two_forms():
    """Opposite slopes of the discriminator's confidence: the second is steep where the first is flat."""
    z, y = np.array([[-8.0]]), np.zeros((1, 1))
    saturating = gradient_at(GANMinimax("generator", from_logits=True), y, z).item()
    other = gradient_at(GANMinimax("generator", non_saturating=True, from_logits=True), y, z).item()
    assert saturating == pytest.approx(-1 / (1 + np.exp(8)), rel=1e-5)
    assert other == pytest.approx(-1 / (1 + np.exp(-8)), rel=1e-5)


@every_case
def test_config_round_trip(case):
    loss = case.make(name="cost", reduction="sum", dtype="float64")
    config = loss.get_config()
    expected = {**case.config, "name": "cost", "reduction": "sum", "dtype": "float64"}
    assert {key: config[key] for key in expected} == expected
    stored = json.loads(json.dumps(keras.losses.serialize(loss)))  # a tuple comes back as a list
    for again in (type(loss).from_config(config), keras.losses.deserialize(stored)):
        assert type(again) is type(loss) and again.get_config() == config
    value = again(case.y_true, case.y_pred)
    np.testing.assert_allclose(to_numpy(value), case.value(case.y_true, case.y_pred).sum(), rtol=4e-6, atol=1e-4)


def test_an_axis_may_be_any_integer_or_sequence_of_them():
    y = np.arange(24, dtype="float32").reshape(2, 3, 4)
    for given, plain in ((np.int64(1), 1), (range(1, 3), (1, 2)), ([np.int64(1), 2], (1, 2))):
        loss = custom.losses.HalfSquaredError(axis=given, reduction=None)
        assert json.loads(json.dumps(loss.get_config()["axis"])) == (list(plain) if isinstance(plain, tuple) else plain)
        np.testing.assert_allclose(to_numpy(loss(0 * y, y)), (y**2 / 2).sum(axis=plain), rtol=1e-6)


def test_composite_serialises_its_parts():
    parts = CompositeLoss(ContrastiveLoss(3.0), "mse", 2).get_config()
    again = CompositeLoss.from_config(parts)
    assert again.regression.margin == 3.0 and again.classification is keras.losses.mean_squared_error


EVALUATE = """
import json, pathlib, sys
import keras, numpy as np
import custom.losses
folder = pathlib.Path(sys.argv[1])
data = np.load(folder / "data.npz")
model = keras.models.load_model(folder / "model.keras")
outputs = model(data["x"])
print(json.dumps({id: (float(loss(data[id], outputs[id])), type(loss).__module__) for id, loss in model.loss.items()}))
"""


@pytest.mark.slow
def test_a_step_of_fit_and_a_fresh_process(tmp_path):
    """One net with an output for each loss. What `fit` reports is the formula's value for the first outputs; the step
    lowers it (at this small rate, on the same examples); a fresh process that loads the file finds the same loss."""
    x = np.random.default_rng(4).normal(size=(BATCH, 4)).astype("float32")
    keras.utils.set_random_seed(0)
    inputs, outputs = keras.Input((4,)), {}
    for case in LOSSES:
        shape = case.y_pred.shape[1:]
        head = keras.layers.Dense(int(np.prod(shape)), activation=case.output)(inputs)
        outputs[case.id] = keras.layers.Reshape(shape)(head)
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.SGD(1e-3), loss={case.id: case.make() for case in LOSSES}, jit_compile=JIT)
    first = {case.id: case.value(case.y_true, to_numpy(y).astype("float64")).mean() for case, y in run(model, x)}
    targets = {case.id: case.y_true for case in LOSSES}
    history = model.fit(x, targets, batch_size=BATCH, verbose=0).history
    assert {id: history[f"{id}_loss"][0] for id in first} == pytest.approx(first, rel=1e-5)
    before = {case.id: to_numpy(model.loss[case.id](case.y_true, y)).item() for case, y in run(model, x)}
    assert all(before[id] < first[id] for id in first), (before, first)
    model.save(tmp_path / "model.keras")
    np.savez(tmp_path / "data.npz", x=x, **targets)
    after = json.loads(run_fresh(EVALUATE, tmp_path).strip().splitlines()[-1])
    assert {id: loss for id, (loss, _) in after.items()} == pytest.approx(before, rel=1e-6)
    assert all(module.startswith("custom.losses.") for _, module in after.values())


def run(model, x):
    """Each case with its output of the net."""
    outputs = model(x)
    return [(case, ops.stop_gradient(outputs[case.id])) for case in LOSSES]


def test_triplets_need_no_targets():
    a, b, c = (keras.Input((4,)) for _ in range(3))
    embed = keras.Sequential([keras.layers.Dense(2), keras.layers.UnitNormalization()])
    model = keras.Model([a, b, c], ops.stack([embed(a), embed(b), embed(c)], axis=1))
    model.compile(keras.optimizers.SGD(0.1), loss=TripletLoss(), jit_compile=JIT)
    x = [np.random.default_rng(i).normal(size=(8, 4)).astype("float32") for i in range(3)]
    first = oracle.triplet(to_numpy(model(x)).astype("float64"), 0.2).mean()
    assert model.fit(x, batch_size=8, verbose=0).history["loss"][0] == pytest.approx(first, rel=1e-5)


def test_composite_is_a_model_with_two_outputs():
    """One output of both parts, or two outputs with `loss_weights`: the same steps."""
    rng = np.random.default_rng(5)
    x, box = rng.normal(size=(8, 3)).astype("float32"), rng.normal(size=(8, 2)).astype("float32")
    kind = np.eye(3, dtype="float32")[rng.integers(0, 3, 8)]
    losses = HalfSquaredError(), keras.losses.CategoricalCrossentropy(from_logits=True)
    histories = []
    for joint in (True, False):
        keras.utils.set_random_seed(0)
        inputs = keras.Input((3,))
        outputs = [keras.layers.Dense(2, name="box")(inputs), keras.layers.Dense(3, name="kind")(inputs)]
        if joint:
            model = keras.Model(inputs, keras.layers.Concatenate()(outputs))
            model.compile(
                keras.optimizers.SGD(0.1), loss=CompositeLoss(*losses, 2, regression_weight=0.25), jit_compile=JIT
            )
            target = np.concatenate([box, kind], axis=1)
        else:
            model = keras.Model(inputs, outputs)
            model.compile(keras.optimizers.SGD(0.1), loss=list(losses), loss_weights=[0.25, 1.0], jit_compile=JIT)
            target = [box, kind]
        histories.append(model.fit(x, target, batch_size=8, epochs=3, shuffle=False, verbose=0).history["loss"])
    np.testing.assert_allclose(*histories, rtol=1e-5)
    assert histories[0][2] < histories[0][0]


@pytest.mark.parametrize("call, error, words", BAD_LOSSES)
def test_bad_arguments_are_quoted(call, error, words):
    with pytest.raises(error) as caught:
        call()
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_tables_are_complete():
    named = {value for value in vars(custom.losses).values() if isinstance(value, type)}
    assert named == {type(case.make()) for case in LOSSES + KERAS_LOSSES}
    formulas = custom.losses.BOOK_FORMULAS
    assert set(formulas) == {cls.__name__ for cls in named if cls.__module__.startswith("keras")}
    assert set(custom.losses.__all__) == {cls.__name__ for cls in named} | {"BOOK_FORMULAS"}


def test_base_states_no_losses():
    with pytest.raises(NotImplementedError, match="PaperLoss does not state"):
        custom.losses.base.PaperLoss()(np.zeros((1, 1)), np.zeros((1, 1)))


# Where the forms coincide, and where Keras's own departs from the book's.


def test_same_as_keras():
    rng = np.random.default_rng(6)
    y, z = rng.integers(0, 2, (5, 4)).astype("float32"), rng.normal(size=(5, 4)).astype("float32")
    pairs = [
        (HalfSquaredError(), lambda y, z: 2 * keras.losses.MeanSquaredError()(y, z)),  # half of 4 outputs
        (MultilabelCrossentropy(from_logits=True), keras.losses.BinaryCrossentropy(from_logits=True)),
        (GANMinimax(from_logits=True), keras.losses.BinaryCrossentropy(from_logits=True)),
    ]
    for ours, theirs in pairs:
        for mine, other in zip(*(value_and_gradient(lambda z, f=f: f(y, z), z) for f in (ours, theirs)), strict=True):
            np.testing.assert_allclose(to_numpy(mine), to_numpy(other), rtol=4e-6, atol=1e-7)


@pytest.mark.skipif(BACKEND != "torch", reason="PyTorch is not the backend")
def test_same_as_pytorch(float64):
    from torch import nn

    rng = np.random.default_rng(7)
    y, p = (ops.convert_to_tensor(rng.uniform(0.1, 0.9, (5, 4))) for _ in range(2))
    pairs = [
        (HalfSquaredError(reduction="sum"), lambda p, y: nn.MSELoss(reduction="sum")(p, y) / 2),
        (MultilabelCrossentropy(), nn.BCELoss()),
        (MultilabelCrossentropy(from_logits=True), nn.BCEWithLogitsLoss()),
        (custom.losses.Huber(0.3), lambda p, y: nn.SmoothL1Loss(beta=0.3)(p, y) * 0.3),
    ]
    for ours, theirs in pairs:
        np.testing.assert_allclose(to_numpy(ours(y, p)), to_numpy(theirs(p, y)), rtol=2e-7)  # the mean: float32
    anchor, positive, negative = (ops.convert_to_tensor(rng.normal(size=(6, 3))) for _ in range(3))
    squares = nn.TripletMarginWithDistanceLoss(distance_function=lambda a, b: ((a - b) ** 2).sum(-1), margin=0.2)
    ours = TripletLoss()(None, ops.stack([anchor, positive, negative], axis=1))
    np.testing.assert_allclose(to_numpy(ours), to_numpy(squares(anchor, positive, negative)), rtol=2e-7)
    plain = nn.TripletMarginLoss(margin=0.2)(anchor, positive, negative)
    assert abs(float(ours) - float(plain)) > 0.1, "PyTorch's takes distances, not their squares"


KINKS = {"tensorflow": (0.0, 1.0), "jax": (-1.0, 0.5), "torch": (0.0, 0.5)}


def test_keras_at_its_kinks():
    """As BOOK_FORMULAS says, by backend: |p - y| at 0, and the hinge at y f = 1."""
    absolute, hinge = KINKS[BACKEND]
    assert gradient_at(custom.losses.MeanAbsoluteError(), [[2.0]], [[2.0]]).item() == absolute
    for y in (1.0, -1.0):
        assert gradient_at(custom.losses.Hinge(), [[y]], [[y]]).item() == -y * hinge
    # Huber has no corner: both sides' slope at |e| = delta is delta.
    np.testing.assert_array_equal(gradient_at(custom.losses.Huber(2.0), [[0.0, 0.0]], [[2.0, -2.0]]), [[1.0, -1.0]])


def test_keras_clips_probabilities():
    limit, least = np.log(1e7), np.array([[1.0, 1e-30]])
    binary = custom.losses.BinaryCrossentropy(reduction=None)
    assert to_numpy(binary(np.ones((1, 1)), least[:, 1:])).item() == pytest.approx(limit, rel=1e-6)
    assert gradient_at(binary, [[1.0]], [[1e-30]]).item() == 0
    assert to_numpy(binary(np.zeros((1, 1)), least[:, 1:])).item() == pytest.approx(1e-7, rel=0.2)  # 1 - 1e-7 rounds
    categorical = custom.losses.CategoricalCrossentropy(reduction=None)
    assert to_numpy(categorical(np.array([[0.0, 1.0]]), least)).item() == pytest.approx(limit, rel=1e-6)
    sparse = custom.losses.SparseCategoricalCrossentropy(reduction=None)
    assert to_numpy(sparse(np.array([1]), least)).item() == pytest.approx(limit, rel=1e-6)


@pytest.mark.skipif(BACKEND == "torch", reason="PyTorch's kernel bounds its logarithm")
def test_keras_in_half_precision_is_nan_at_1():
    y, p = np.array([[1.0]]), np.array([[1.0]])
    assert np.isnan(float(custom.losses.BinaryCrossentropy(dtype="float16")(y, p)))
    assert float(MultilabelCrossentropy(dtype="float16")(y, p)) == 0.0


def test_keras_scales_probabilities_to_sum_1():
    y, p = np.array([[0.0, 1.0, 0.0]]), np.array([[0.2, 0.2, 0.1]])
    for loss, target in (
        (custom.losses.CategoricalCrossentropy(), y),
        (custom.losses.SparseCategoricalCrossentropy(), np.array([1])),
    ):
        assert float(loss(target, p)) == pytest.approx(-np.log(0.4), rel=1e-6)  # the book: -log 0.2
        np.testing.assert_allclose(gradient_at(loss, target, p), -y / p + 2, rtol=2e-6)  # 1 / sum


def test_keras_hinge_and_its_labels():
    """0 and 1 become -1 and 1, if a batch has no other label."""
    f = np.array([[0.25], [0.5]])
    hinge = custom.losses.Hinge(reduction=None)
    for labels, expected in (((0, 1), [1.25, 0.5]), ((-1, 1), [1.25, 0.5]), ((0, -1), [1.0, 1.5])):
        np.testing.assert_allclose(to_numpy(hinge(np.array(labels)[:, None], f)), expected)


def test_keras_class_numbers_in_half_precision():
    logits = np.zeros((1, 2051))
    logits[0, 2049] = 8.0
    for dtype, difference in (("float32", 8.0), ("float16", 0.0)):  # float16 rounds 2049 to 2048
        loss = custom.losses.SparseCategoricalCrossentropy(dtype=dtype, from_logits=True)
        low, high = (float(loss(np.array([number]), logits)) for number in (2049, 2048))
        assert high - low == pytest.approx(difference, rel=1e-6)


# Slides 004: with its own output function each cost has delta = a - y, and L2 leaves the biases out.

DELTAS = {
    "linear, half squared error": (lambda z: z, HalfSquaredError(reduction="sum")),
    "logistic, cross-entropy": (ops.sigmoid, lambda y, a: 4 * MultilabelCrossentropy(reduction="sum")(y, a)),
    "softmax, cross-entropy": (ops.softmax, custom.losses.CategoricalCrossentropy(reduction="sum")),
    "softmax, sparse cross-entropy": (
        ops.softmax,
        lambda y, a: custom.losses.SparseCategoricalCrossentropy(reduction="sum")(ops.argmax(y, axis=-1), a),
    ),
}


@pytest.mark.parametrize("name", DELTAS)
def test_delta_is_output_minus_target(name, float64):
    activation, cost = DELTAS[name]
    z, y = np.random.default_rng(8).normal(size=(5, 4)), np.eye(4)[[0, 3, 1, 1, 2]]
    # Losses were made before the fixture switched floatx to float64: they are told their dtype here.
    for loss in [cost] if isinstance(cost, keras.losses.Loss) else []:
        cost = type(loss).from_config({**loss.get_config(), "dtype": "float64"})
    gradient = to_numpy(value_and_gradient(lambda z: cost(y, activation(z)), z)[1])
    a = to_numpy(activation(ops.convert_to_tensor(z)))
    # JAX and TensorFlow form 1 - a, which rounds.
    np.testing.assert_allclose(gradient, a - y, rtol=1e-10, atol=1e-15)


class Cost(keras.layers.Layer):
    """The slides' cost of a net: its loss and its regularisation."""

    def __init__(self, net, y, **kwargs):
        super().__init__(**kwargs)
        self.net, self.y, self.loss = net, y, HalfSquaredError()

    def call(self, x):
        return self.loss(self.y, self.net(x)) + sum(self.net.losses)


def test_backpropagation_with_l2_without_bias(float64):
    rng, m, decay = np.random.default_rng(9), 8, 0.375
    x, y = rng.normal(size=(m, 3)), rng.normal(size=(m, 2))
    l2 = keras.regularizers.L2(decay / (2 * m))  # no factor 1/2 in it; on TensorFlow it rounds to float32: 3/128 fits
    net = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(4, activation="sigmoid", kernel_regularizer=l2, dtype=float64),
            keras.layers.Dense(2, kernel_regularizer=l2, dtype=float64),
        ]
    )
    values = [rng.normal(size=v.shape) for v in net.trainable_variables]
    for variable, value in zip(net.trainable_variables, values, strict=True):
        variable.assign(value)
    cost, weights, biases = oracle.backpropagation(x, y, values[::2], values[1::2], decay)
    layer = Cost(net, y, dtype=float64)
    # On PyTorch Keras's Dense multiplies in float32, and its mean over the batch divides in float32.
    rtol = 1e-5 if BACKEND == "torch" else 1e-10
    np.testing.assert_allclose(to_numpy(layer(x)), cost, rtol=rtol)
    gradients = [to_numpy(g) for g in weight_gradients(layer, x, 1.0)]
    for actual, expected in zip(gradients, [weights[0], biases[0], weights[1], biases[1]], strict=True):
        np.testing.assert_allclose(actual, expected, rtol=rtol, atol=rtol / 100)


def test_gan_minimax_averages_the_outputs_of_one_example():
    """One output per patch: the example's loss is their mean, not their sum."""
    loss = GANMinimax(reduction=None)
    value = ops.convert_to_numpy(loss(np.ones((1, 2), "float32"), np.array([[0.5, 0.8]], "float32")))
    np.testing.assert_allclose(value, [-(np.log(0.5) + np.log(0.8)) / 2], rtol=1e-6)


def test_call_keeps_the_outputs_dtype():
    """`call`, which another loss may use as its part, gives half precision back as it got it."""
    y = ops.cast(np.array([[0.25, 0.5]]), "float16")
    for loss in (HalfSquaredError(), MultilabelCrossentropy(), GANMinimax()):
        assert keras.backend.standardize_dtype(loss.call(y, y).dtype) == "float16"
