"""Each option of each optimizer on its own, against the float64 oracle at 1e-10."""

import keras
import numpy as np
import pytest

from custom.optimizers import Adam
from tests.custom.backends import BACKEND, to_numpy
from tests.custom.optimizer_table import OPTIMIZERS
from tests.reference import optimizers as oracle

STEPS = 25
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
    "l2_exclude": ({"l2": 0.1, "l2_exclude": ("ias",)}, {"kernel": {"l2": 0.1}, "bias": {}}),
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
}
ROWS = [(case, name, *row) for case in OPTIMIZERS for name, row in SHARED_OPTIONS.items()]
ROWS += [(case, str(option), *plain(**option)) for case in OPTIMIZERS for option in case.options]


def row_id(value):
    return value.id if hasattr(value, "id") else value if isinstance(value, str) else ""


@pytest.mark.parametrize("case, name, arguments, meaning", ROWS, ids=row_id)
def test_option(case, name, arguments, meaning, float64):
    variables = [keras.Variable(START[n], dtype=float64, name=n) for n in START]
    optimizer = case.cls(**arguments)
    # Keras's own clipping takes the norm through float32 on PyTorch.
    rtol = 1e-7 if "clipnorm" in arguments and BACKEND == "torch" else 1e-10
    for gradients in zip(*GRADIENTS.values(), strict=True):
        optimizer.apply([keras.ops.convert_to_tensor(g) for g in gradients], variables)
    for variable in variables:
        options = {**case.defaults, **meaning[variable.name]}
        expected, _ = oracle.trajectory(case.rule, START[variable.name], GRADIENTS[variable.name], **options)
        # Every option must show: the displacement is what is compared, not the starting point.
        moved = expected[-1] - START[variable.name]
        error = np.abs(to_numpy(variable) - START[variable.name] - moved)
        assert (error <= rtol * np.abs(moved).max() + 1e-15).all(), (variable.name, error.max())


def test_options_change_the_result():
    """Rows whose option has no effect would test nothing: the oracles differ by more than 1e-6."""
    for case, name, _, meaning in ROWS:
        results = [
            oracle.trajectory(case.rule, START["bias"], GRADIENTS["bias"], **{**case.defaults, **options})[0][-1]
            for options in ({}, meaning["bias"] or meaning["kernel"])
        ]
        assert np.abs(results[0] - results[1]).max() > 1e-6, (case.id, name)


def test_learning_rate_can_be_set_between_steps():
    for case in OPTIMIZERS:
        variable = keras.Variable(np.ones(3, "float32"), name="w")
        optimizer = case.cls()
        optimizer.apply([keras.ops.ones(3)], [variable])
        optimizer.learning_rate = 0.0
        before = to_numpy(variable)
        optimizer.apply([keras.ops.zeros(3)], [variable])
        if "velocity" not in case.slots:  # a velocity goes on, as the papers' form has it
            np.testing.assert_array_equal(to_numpy(variable), before)
        else:
            assert (to_numpy(variable) < before).all()


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
