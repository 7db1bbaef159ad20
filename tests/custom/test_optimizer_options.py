"""Each option of each optimizer on its own, against the float64 oracle at 1e-10."""

import keras
import numpy as np
import pytest

from custom.activations import PReLU
from custom.optimizers import Adam, AdamW
from tests.custom.backends import BACKEND, to_numpy
from tests.custom.optimizer_table import OPTIMIZERS
from tests.custom.sequences import Compiled
from tests.reference import optimizers as oracle

STEPS = 25
FEW = 8  # of the tests that run step by step; more than the first ones, in which RAdam's rate does not adapt
RNG = np.random.default_rng(7)
START = {"kernel": RNG.normal(size=(2, 3)), "bias": RNG.normal(size=(2, 3))}
GRADIENTS = {name: RNG.normal(size=(STEPS, 2, 3)) for name in START}


class Halving(keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        return 0.5 ** (keras.ops.cast(step, keras.config.floatx()) / 5)


def plain(**options):
    return options, {"kernel": options, "bias": options}


# Arguments of the optimizer; what they mean to the oracle, variable by variable.
SHARED_OPTIONS = {
    "learning_rate": plain(learning_rate=0.3),
    "l2": plain(l2=0.1),
    "l2_exclude": ({"l2": 0.1, "l2_exclude": ("ias", "alpha")}, {"kernel": {"l2": 0.1}, "bias": {}}),
    "l2_exclude_string": ({"l2": 0.1, "l2_exclude": "^ker.*"}, {"kernel": {}, "bias": {"l2": 0.1}}),
    "multipliers": (
        {"learning_rate_multipliers": {"bias": 2, "ern": 0.3}},
        {"kernel": {"multiplier": 0.3}, "bias": {"multiplier": 2}},
    ),
    "first_multiplier": (
        {"learning_rate_multipliers": {"bias": 3, "b": 7}},
        {"kernel": {}, "bias": {"multiplier": 3}},
    ),
    "multiplier_zero": (
        {"learning_rate_multipliers": {"bias": 0}},
        {"kernel": {}, "bias": {"multiplier": 0}},
    ),
    "schedule": (
        {"learning_rate": Halving()},
        {name: {"learning_rate": lambda steps: 0.5 ** (steps / 5)} for name in START},
    ),
    "callable": (
        {"learning_rate": lambda: 0.3},
        {name: {"learning_rate": 0.3} for name in START},
    ),
    "clipnorm": plain(clipnorm=1.5),
    "clipnorm_then_l2": plain(clipnorm=1.5, l2=1.0),
    "weight_decay": plain(weight_decay=0.25, learning_rate=0.3),
    "weight_decay_and_l2": plain(weight_decay=0.25, learning_rate=0.3, l2=0.1),
    "weight_decay_exclude": (
        {"weight_decay": 0.25, "weight_decay_exclude": ("ias", "alpha")},
        {"kernel": {"weight_decay": 0.25}, "bias": {"weight_decay": 0.0}},
    ),
    "multiplier_spares_weight_decay": (
        {"weight_decay": 0.25, "learning_rate_multipliers": {"bias": 0, "kernel": 3}},
        {"kernel": {"weight_decay": 0.25, "multiplier": 3}, "bias": {"weight_decay": 0.25, "multiplier": 0}},
    ),
}
ROWS = [(case, name, *row) for case in OPTIMIZERS for name, row in SHARED_OPTIONS.items()]
ROWS += [(case, str(option), *plain(**option)) for case in OPTIMIZERS for option in case.options]


def row_id(value):
    return value.id if hasattr(value, "id") else value if isinstance(value, str) else ""


@pytest.mark.parametrize("case, name, arguments, meaning", ROWS, ids=row_id)
def test_option(case, name, arguments, meaning, float64):
    variables = [keras.Variable(START[n], dtype=float64, name=n) for n in START]
    optimizer = case.make(**arguments)
    # Keras's own clipping takes the norm through float32 on PyTorch.
    rtol = 1e-7 if "clipnorm" in arguments and BACKEND == "torch" else 1e-10
    for gradients in zip(*(GRADIENTS[n][:FEW] for n in START), strict=True):
        optimizer.apply([keras.ops.convert_to_tensor(g) for g in gradients], variables)
    for variable in variables:
        options = {**case.hyper, **meaning[variable.name]}
        expected, _ = oracle.trajectory(case.rule, START[variable.name], GRADIENTS[variable.name][:FEW], **options)
        # Every option must show: the displacement is what is compared, not the starting point.
        moved = expected[-1] - START[variable.name]
        error = np.abs(to_numpy(variable) - START[variable.name] - moved)
        assert (error <= rtol * np.abs(moved).max() + 1e-15).all(), (variable.name, error.max())


def test_options_change_the_result():
    """Rows whose option has no effect would test nothing: on the way the oracles differ by more than
    1e-6 for one of the variables."""
    for case, name, _, meaning in ROWS:

        def path(variable, options, case=case):
            gradients = GRADIENTS[variable][:FEW]
            return oracle.trajectory(case.rule, START[variable], gradients, **{**case.hyper, **options})[0]

        assert max(np.abs(path(v, {}) - path(v, meaning[v])).max() for v in START) > 1e-6, (case.id, name)


def test_learning_rate_can_be_set_between_steps():
    """A velocity goes on without it, as the papers' form has it; everything else stands still."""
    still = 0
    for case in OPTIMIZERS:
        variable = keras.Variable(np.ones(3, "float32"), name="w")
        optimizer = case.make(learning_rate=0.25)
        optimizer.apply([keras.ops.ones(3)], [variable])
        optimizer.learning_rate = 0.0
        before = to_numpy(variable)
        optimizer.apply([keras.ops.zeros(3)], [variable])
        options = {**case.hyper, "learning_rate": lambda steps: 0.25 if steps == 0 else 0.0}
        expected, _ = oracle.trajectory(case.rule, np.ones(3), [np.ones(3), np.zeros(3)], **options)
        np.testing.assert_allclose(to_numpy(variable), expected[-1], rtol=1e-6, err_msg=case.id)
        if (expected[0] == expected[1]).all():
            np.testing.assert_array_equal(to_numpy(variable), before)
            still += 1
    assert 0 < still < len(OPTIMIZERS)


@pytest.mark.parametrize("case", OPTIMIZERS, ids=lambda case: case.id)
def test_rate_l2_and_decay_change_between_steps_without_a_new_compilation(case, float64):
    """And the changed values count: each step is compared with the oracle's."""
    variable = keras.Variable(START["bias"], dtype=float64, name="w")
    optimizer = case.make(learning_rate=0.01, l2=0.0, weight_decay=0.0)
    step = Compiled(optimizer, [variable])
    w, state = START["bias"], None
    changes = {5: {"l2": 0.5}, 10: {"weight_decay": 0.25}, 15: {"learning_rate": 0.02}, 20: {"l2": 0.0}}
    options = {**case.hyper, "learning_rate": 0.01, "l2": 0.0, "weight_decay": 0.0}
    for t, g in enumerate(GRADIENTS["bias"], start=1):
        for name, value in changes.get(t, {}).items():
            setattr(optimizer, name, value)
            assert float(keras.ops.convert_to_numpy(getattr(optimizer, name))) == value
            options[name] = value
        step(g)
        w, state = oracle.step(case.rule, w, g, state, t, **options)
        np.testing.assert_allclose(to_numpy(variable), w, rtol=1e-10, err_msg=f"step {t}")
    assert step.traces() == 1
    config = optimizer.get_config()
    assert (config["learning_rate"], config["l2"], config["weight_decay"]) == (0.02, 0.0, 0.25)


@pytest.mark.parametrize("case", OPTIMIZERS, ids=lambda case: case.id)
def test_a_schedule_compiles_once(case):
    step = Compiled(case.make(learning_rate=Halving(), l2=0.1), [keras.Variable(START["bias"], name="w")])
    for g in GRADIENTS["bias"][:5]:
        step(g.astype("float32"))
    assert step.traces() == 1


@pytest.mark.skipif(BACKEND != "jax", reason="runs are stacked by jax.vmap")
@pytest.mark.parametrize("case", OPTIMIZERS, ids=lambda case: case.id)
def test_stacked_runs_with_their_own_rate_l2_and_decay_equal_single_ones(case, float64):
    import jax

    variable = keras.Variable(START["bias"], dtype=float64, name="w")
    optimizer = case.make(learning_rate=0.01, l2=0.0, weight_decay=0.0)
    optimizer.build([variable])
    names = [v.name for v in optimizer.variables]
    values = {"learning_rate": [0.01, 0.02, 0.04], "l2": [0.0, 0.1, 0.5], "weight_decay": [0.25, 0.0, 0.1]}
    state = [
        np.array(values[name]) if name in values else np.stack([v.numpy()] * 3)
        for name, v in zip(names, optimizer.variables, strict=True)
    ]
    assert set(values) <= set(names)
    weights = [np.stack([START["bias"]] * 3)]
    stacked = jax.jit(jax.vmap(optimizer.stateless_apply, in_axes=(0, None, 0)))
    for g in GRADIENTS["bias"]:
        weights, state = stacked(state, [g], weights)
    for i in range(3):
        options = {**case.hyper, **{name: value[i] for name, value in values.items()}}
        expected, _ = oracle.trajectory(case.rule, START["bias"], GRADIENTS["bias"], **options)
        np.testing.assert_allclose(weights[0][i], expected[-1], rtol=1e-10)


@pytest.mark.parametrize("term", ["l2", "weight_decay"])
def test_a_term_that_does_not_exist_cannot_be_changed(term):
    optimizer = Adam()
    optimizer.build([keras.Variable(START["bias"], name="w")])
    assert getattr(optimizer, term) is None and len(optimizer.variables) == 4  # iteration, rate, two moments
    with pytest.raises(ValueError, match=f"{term}=0.1 .* built with no {term} term"):
        setattr(optimizer, term, 0.1)
    setattr(optimizer, term, None)
    optimizer = Adam(**{term: 0.1})
    setattr(optimizer, term, 0.2)  # before it is built
    optimizer.build([keras.Variable(START["bias"], name="w")])
    assert getattr(optimizer, term) == pytest.approx(0.2, rel=1e-7)
    for value, error in ((None, "built with a"), (-1.0, f"{term}=-1.0")):
        with pytest.raises(ValueError, match=error):
            setattr(optimizer, term, value)


@pytest.mark.parametrize(
    "arguments, words",
    [
        ({"l2": 0.1, "l2_exclude": "gama"}, ("l2_exclude", "'gama'")),
        ({"l2": 0.1, "l2_exclude": ("gama", "^ias")}, ("l2_exclude", "'gama', '^ias'")),
        ({"weight_decay": 0.1, "weight_decay_exclude": ("gama",)}, ("weight_decay_exclude", "'gama'")),
        ({"learning_rate_multipliers": {"bias": 2.0, "kernal": 3.0}}, ("learning_rate_multipliers", "'kernal'")),
    ],
    ids=str,
)
def test_patterns_that_match_nothing_are_quoted_with_the_paths(arguments, words):
    variables = [keras.Variable(START[name], name=name) for name in START]
    with pytest.raises(ValueError) as caught:
        Adam(**arguments).build(variables)
    assert all(word in str(caught.value) for word in (*words, "kernel, bias")), str(caught.value)


@pytest.mark.parametrize(
    "arguments",
    [
        {"l2": 0.1, "l2_exclude": ("bias", "alpha")},  # serves nets with and without PReLU
        {"l2_exclude": ("gama",)},  # there is no L2 to be excluded from
        {"weight_decay_exclude": ("gama",)},
        {"l2": 0.1, "l2_exclude": None},
        {"weight_decay": 0.1, "weight_decay_exclude": None},
    ],
    ids=str,
)
def test_patterns_that_do_no_harm_pass(arguments):
    for optimizer in (Adam(**arguments), Adam.from_config(Adam(**arguments).get_config())):
        optimizer.build([keras.Variable(START[name], name=name) for name in START])


def test_weight_decay_spares_the_slopes_of_prelu():
    """And L2 does, each by its own exclusion; Keras's own exclusions by name go on working."""
    layer = PReLU(name="prelu")
    layer.build((None, 3))
    slope, kernel = layer.alpha, keras.Variable(np.ones(3, "float32"), name="kernel")
    still = [keras.ops.zeros(3), keras.ops.zeros(3)]
    by_keras = Adam(0.1, weight_decay=0.5)
    by_keras.exclude_from_weight_decay(var_names=["alpha"])
    for optimizer in (
        AdamW(0.1, weight_decay=0.5, weight_decay_exclude=("alpha",)),
        Adam(0.1, weight_decay=0.5, weight_decay_exclude=("alpha",)),
        Adam(0.1, l2=0.5, l2_exclude=("alpha",)),
        by_keras,
    ):
        kernel.assign(np.ones(3))
        optimizer.apply(still, [kernel, slope])
        np.testing.assert_array_equal(to_numpy(slope), np.full(3, 0.25, "float32"))
        assert (to_numpy(kernel) < 1).all()
    AdamW(0.1, weight_decay=0.5).apply(still, [kernel, slope])
    assert (to_numpy(slope) < 0.25).all()


def test_gradient_accumulation_counts_updates_not_batches(float64):
    """Adam's t is the number of updates: three batches of one gradient are one step."""
    accumulated, single = (keras.Variable(START["bias"], dtype=float64, name="w") for _ in range(2))
    threefold, plain = Adam(gradient_accumulation_steps=3), Adam()
    for g in GRADIENTS["bias"][:2]:
        g = keras.ops.convert_to_tensor(g)
        for _ in range(3):
            threefold.apply([g], [accumulated])
        plain.apply([g], [single])
    np.testing.assert_allclose(to_numpy(accumulated), to_numpy(single), rtol=1e-12)


@pytest.mark.parametrize("case", OPTIMIZERS, ids=lambda case: case.id)
def test_loss_scaling_changes_nothing_and_skips_what_is_not_finite(case):
    """As mixed precision wraps it. A power of two scales without rounding, so bit for bit."""
    plain, scaled = (keras.Variable(START["bias"], name="w") for _ in range(2))
    step = Compiled(case.make(), [plain])
    wrapped = Compiled(keras.optimizers.LossScaleOptimizer(case.make(), initial_scale=1024.0), [scaled])
    for g in GRADIENTS["bias"][:4].astype("float32"):
        step(g)
        wrapped(1024 * g)
        np.testing.assert_array_equal(to_numpy(scaled), to_numpy(plain))
    wrapped(np.full((2, 3), np.inf, "float32"))
    np.testing.assert_array_equal(to_numpy(scaled), to_numpy(plain))


@pytest.mark.parametrize("case", OPTIMIZERS, ids=lambda case: case.id)
def test_moving_average_of_the_weights(case, float64):
    """Keras's `use_ema`: 0.75 of the average and 0.25 of the new weights, from the first ones on."""
    variable = keras.Variable(START["bias"], dtype=float64, name="w")
    optimizer = case.make(use_ema=True, ema_momentum=0.75)
    step = Compiled(optimizer, [variable])
    path, _ = oracle.trajectory(case.rule, START["bias"], GRADIENTS["bias"][:5], **case.hyper)
    average = path[0]
    for g, w in zip(GRADIENTS["bias"], path, strict=False):
        step(g)
        average = 0.75 * average + 0.25 * w
    np.testing.assert_allclose(to_numpy(variable), path[-1], rtol=1e-10)
    optimizer.finalize_variable_values([variable])
    np.testing.assert_allclose(to_numpy(variable), average, rtol=1e-10)


@pytest.mark.skipif(BACKEND != "tensorflow", reason="JAX compiles by XLA everywhere, PyTorch nowhere")
@pytest.mark.parametrize("case", OPTIMIZERS, ids=lambda case: case.id)
def test_xla_on_tensorflow(case, float64):
    import tensorflow as tf

    variable = keras.Variable(START["bias"], dtype=float64, name="w")
    optimizer = case.make(l2=0.1)
    optimizer.build([variable])
    step = tf.function(lambda g: optimizer.apply([g], [variable]), jit_compile=True)
    for g in GRADIENTS["bias"][:8]:
        step(tf.constant(g))
    expected, _ = oracle.trajectory(case.rule, START["bias"], GRADIENTS["bias"][:8], **case.hyper, l2=0.1)
    np.testing.assert_allclose(to_numpy(variable), expected[-1], rtol=1e-10)
