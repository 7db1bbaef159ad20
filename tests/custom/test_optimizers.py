"""Every optimizer against its float64 oracle, and the contract they share."""

import keras
import numpy as np
import pytest

import custom.optimizers
from tests.custom.backends import BACKEND, compiled_trajectory, to_numpy, weight_gradients
from tests.custom.optimizer_table import BAD_ANY_OPTIMIZER, BAD_CHOICES, BAD_NUMBERS, OPTIMIZERS
from tests.custom.sequences import gradient_sequences, variables_of
from tests.reference import optimizers as oracle

every_case = pytest.mark.parametrize("case", OPTIMIZERS, ids=lambda case: case.id)


def assert_close(actual, expected, rtol, name):
    """Relative to the value; where a trajectory crosses 0, to its largest value so far."""
    largest = np.maximum.accumulate(np.abs(expected), axis=0)
    error = np.abs(actual - expected)
    assert (error <= rtol * np.abs(expected) + 1e-4 * rtol * largest).all(), f"{name}: {np.max(error)}"


@every_case
def test_trajectory_in_float64(case, float64):
    """200 steps with the paper's defaults, which the optimizer must have of itself."""
    sequences = gradient_sequences()
    variables = variables_of(sequences, float64)
    optimizer = case.make()
    points = compiled_trajectory(optimizer, variables, [gradients for _, gradients in sequences.values()])
    for variable, actual, (name, (start, gradients)) in zip(variables, points, sequences.items(), strict=True):
        expected, state = oracle.trajectory(case.rule, start, gradients, **case.hyper)
        assert actual.dtype == "float64" and np.isfinite(actual).all()
        assert_close(actual, expected, 1e-10, name)
        assert set(state) == set(case.slots)
        for slot in case.slots:
            np.testing.assert_allclose(
                to_numpy(optimizer.slot(slot, variable)), state[slot], rtol=1e-10, atol=1e-320, err_msg=f"{name} {slot}"
            )


@every_case
def test_each_step_in_float32(case):
    """Step by step from the same state: a whole trajectory would add up roundings, and any
    tolerance wide enough for those would let wrong formulas pass."""
    steps = 8
    sequences = gradient_sequences(steps, seed=1)
    variables = variables_of(sequences, "float32")
    optimizer = case.make()
    optimizer.build(variables)

    def state_of(variable):
        return {slot: to_numpy(optimizer.slot(slot, variable)).astype("float64") for slot in case.slots}

    for t in range(steps):
        before = [(to_numpy(v).astype("float64"), state_of(v)) for v in variables]
        gradients = [gradients[t].astype("float32") for _, gradients in sequences.values()]
        optimizer.apply([keras.ops.convert_to_tensor(g) for g in gradients], variables)
        for variable, g, (w, state) in zip(variables, gradients, before, strict=True):
            expected, new_state = oracle.step(case.rule, w, g, state or None, t + 1, **case.hyper)
            # In the sum w + step the rounding of w counts; 1e-37 is where float32 underflows.
            rounding = 1.2e-7 * (np.abs(w) + np.abs(expected))
            allowed = rounding + 2e-6 * np.max(np.abs(expected - w), initial=0)
            assert (np.abs(to_numpy(variable) - expected) <= allowed + 1e-37).all(), (variable.name, t)
            for slot in case.slots:
                scale = np.abs(state[slot]) + np.abs(new_state[slot])
                actual = to_numpy(optimizer.slot(slot, variable))
                assert (np.abs(actual - new_state[slot]) <= 2e-6 * scale + 1e-37).all(), (variable.name, slot, t)


@every_case
def test_hyperparameters_are_not_rounded_to_float32(case):
    """Float64 variables under the default floatx: only the learning rate may be a float32."""
    if BACKEND == "jax":
        import jax

        context = jax.enable_x64(True)
    else:
        import contextlib

        context = contextlib.nullcontext()
    with context:
        rng = np.random.default_rng(3)
        start, gradients = rng.normal(size=4), rng.normal(size=(10, 4))
        options = {"learning_rate": 2.0**-5, "l2": 0.1, "learning_rate_multipliers": {"w": 0.3}}
        optimizer = case.make(**options)
        variable = keras.Variable(start, dtype="float64", name="w")
        for g in gradients:
            optimizer.apply([keras.ops.convert_to_tensor(g)], [variable])
        hyper = {**case.hyper, "learning_rate": 2.0**-5}
        expected, _ = oracle.trajectory(case.rule, start, gradients, l2=0.1, multiplier=0.3, **hyper)
        np.testing.assert_allclose(to_numpy(variable), expected[-1], rtol=1e-12)


@every_case
@pytest.mark.parametrize("dtype, precision", [("float16", 2.0**-11), ("bfloat16", 2.0**-8)])
def test_half_precision_weights_have_float32_arithmetic_and_state(case, dtype, precision):
    """In bfloat16 itself 0.999 is 1 and a mean never moves; in float16 Adam's epsilon is 0."""
    variable = keras.Variable(np.linspace(-2, 2, 6), dtype=dtype, name="w")
    optimizer = case.make(l2=0.1)
    optimizer.build([variable])
    state = None
    for t, g in enumerate(np.random.default_rng(3).normal(size=(5, 6)).astype("float16"), start=1):
        g[0] = 0.0
        w = to_numpy(variable).astype("float64")
        optimizer.apply([keras.ops.convert_to_tensor(g, dtype=dtype)], [variable])
        g = to_numpy(keras.ops.convert_to_tensor(g, dtype=dtype))
        expected, state = oracle.step(case.rule, w, g, state, t, l2=0.1, **case.hyper)
        np.testing.assert_allclose(to_numpy(variable), expected, rtol=precision, atol=1e-6)
        for slot in case.slots:
            value = optimizer.slot(slot, variable)
            assert value.dtype == "float32"
            np.testing.assert_allclose(to_numpy(value), state[slot], rtol=1e-5, atol=1e-7)
    assert keras.backend.standardize_dtype(variable.dtype) == dtype


@every_case
def test_learning_rate_zero_changes_nothing(case):
    start = np.random.default_rng(4).normal(size=5).astype("float32")
    variable = keras.Variable(start, name="w")
    for learning_rate in (0.0, 0):
        optimizer = case.make(learning_rate=learning_rate, l2=0.1)
        for g in np.random.default_rng(5).normal(size=(5, 5)).astype("float32"):
            optimizer.apply([keras.ops.convert_to_tensor(g)], [variable])
        np.testing.assert_array_equal(to_numpy(variable), start)


@every_case
def test_embedding_rows_that_repeat_are_summed(case):
    """TensorFlow hands over such gradients as slices; squared one by one they would be wrong."""
    layer = keras.layers.Embedding(4, 3)
    indices = np.array([[1, 1, 1, 2]])
    upstream = np.random.default_rng(6).normal(size=(1, 4, 3)).astype("float32")
    dense = np.zeros((4, 3))
    np.add.at(dense, indices[0], upstream[0].astype("float64"))
    (gradient,) = weight_gradients(layer, indices, upstream)
    start = to_numpy(layer.embeddings).astype("float64")
    optimizer = case.make()
    for _ in range(2):
        optimizer.apply([gradient], [layer.embeddings])
    expected, state = oracle.trajectory(case.rule, start, [dense, dense], **case.hyper)
    np.testing.assert_allclose(to_numpy(layer.embeddings) - start, expected[-1] - start, rtol=1e-4, atol=1e-7)
    for slot in case.slots:
        np.testing.assert_allclose(to_numpy(optimizer.slot(slot, layer.embeddings)), state[slot], rtol=2e-5, atol=1e-12)


@every_case
def test_state_starts_at_zero(case):
    """Keras starts AdaGrad's accumulator at 0.1; the papers start everything at 0."""
    variable = keras.Variable(np.ones((2, 3)), name="w")
    optimizer = case.make()
    optimizer.build([variable])
    assert tuple(optimizer.slots) == case.slots
    for slot in case.slots:
        np.testing.assert_array_equal(to_numpy(optimizer.slot(slot, variable)), np.zeros((2, 3)))


@every_case
def test_config_round_trip(case):
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5, name="decay")
    options = {name: value for option in case.options for name, value in option.items()}
    options.pop("base_learning_rate", None)
    for learning_rate in (0.125, schedule):
        optimizer = case.make(
            learning_rate=learning_rate,
            l2=1e-3,
            l2_exclude=("alpha", "bias"),
            weight_decay_exclude="gamma",
            learning_rate_multipliers={"bias": 2, "kernel": 0.5},
            clipnorm=1.0,
            **{"weight_decay": 0.01, **options},
        )
        config = optimizer.get_config()
        assert config["l2"] == 1e-3 and config["l2_exclude"] == ["alpha", "bias"]
        assert config["weight_decay_exclude"] == ["gamma"]
        assert config["learning_rate_multipliers"] == {"bias": 2.0, "kernel": 0.5}
        assert list(config["learning_rate_multipliers"]) == ["bias", "kernel"]  # the first match counts
        expected = {**case.defaults, "weight_decay": 0.01, **options}
        del expected["learning_rate"]
        assert {name: config[name] for name in expected} == expected
        assert case.cls.from_config(dict(config)).get_config() == config  # Keras writes into its argument
        again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(optimizer))
        assert type(again) is case.cls and again.get_config() == config


@every_case
@pytest.mark.parametrize("arguments, error, words", BAD_ANY_OPTIMIZER, ids=str)
def test_bad_arguments_are_quoted(case, arguments, error, words):
    with pytest.raises(error) as caught:
        case.make(**arguments)
    assert all(word in str(caught.value) for word in words), str(caught.value)


@every_case
def test_bad_hyperparameters_are_quoted(case):
    names = set(case.hyper) - {"learning_rate", "weight_decay"}
    assert names <= set(BAD_NUMBERS) | set(BAD_CHOICES)
    for name in names & set(BAD_NUMBERS):
        for value in BAD_NUMBERS[name]:
            with pytest.raises(ValueError) as caught:
                case.make(**{name: value})
            assert f"{name}={value}" in str(caught.value)
        with pytest.raises(TypeError) as caught:
            case.make(**{name: "0.9"})
        assert f"{name}='0.9'" in str(caught.value)
    for name in names & set(BAD_CHOICES):
        with pytest.raises(ValueError) as caught:
            case.make(**{name: BAD_CHOICES[name]})
        assert f"{name}={BAD_CHOICES[name]!r}" in str(caught.value)


def test_table_is_complete():
    classes = {
        cls
        for cls in vars(custom.optimizers).values()
        if isinstance(cls, type) and issubclass(cls, keras.optimizers.Optimizer)
    }
    # Lookahead wraps the others: it has tests of its own.
    others = {custom.optimizers.PaperOptimizer, custom.optimizers.Lookahead}
    assert classes - others == {case.cls for case in OPTIMIZERS}


def test_base_states_no_rule():
    optimizer = custom.optimizers.PaperOptimizer(0.1)
    with pytest.raises(NotImplementedError, match="PaperOptimizer states no rule"):
        optimizer.apply([keras.ops.ones(2)], [keras.Variable(np.ones(2))])
