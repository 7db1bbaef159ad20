"""Models with these components, saved and loaded in a fresh process, and trained on from there.

The fresh process imports nothing but Keras and the component package: what is not registered there,
or keeps state outside the file, fails here. One process serves all rows, as its start takes longest.
"""

import math

import keras
import numpy as np
import pytest

from custom.activations import PReLU, RReLU
from custom.optimizers import Lookahead
from tests.custom.activation_table import ACTIVATIONS
from tests.custom.backends import BACKEND, run_fresh, to_numpy
from tests.custom.optimizer_table import OPTIMIZERS

# XLA on the CPU takes seconds to compile what TensorFlow runs at once; JAX always compiles.
JIT = BACKEND == "jax"
IMAGES = np.random.default_rng(0).normal(size=(4, 5, 6, 3)).astype("float32")
STEPS, BATCH = 20, 8
X = np.random.default_rng(1).normal(size=(STEPS * BATCH, 5)).astype("float32")
Y = (X @ np.array([[1.0], [-2.0], [0.5], [0.0], [1.0]]) + 0.3).astype("float32")

PREDICT = """
import pathlib, sys
import keras, numpy as np
import custom.activations
folder = pathlib.Path(sys.argv[1])
images = np.load(folder / "images.npy")
results = {}
for path in folder.glob("*.keras"):
    model = keras.models.load_model(path)
    results[path.stem] = keras.ops.convert_to_numpy(model(images))
    results[path.stem + " training"] = keras.ops.convert_to_numpy(model(images, training=True))
np.savez(folder / "results.npz", **results)
"""

TRAIN = """
import pathlib, sys
import keras, numpy as np
import custom.activations, custom.optimizers
folder = pathlib.Path(sys.argv[1])
data = np.load(folder / "data.npz")
results = {}
for path in folder.glob("*.keras"):
    model = keras.models.load_model(path)
    model.fit(data["x"], data["y"], batch_size=int(sys.argv[2]), shuffle=False, verbose=0)
    for i, v in enumerate([*model.variables, *model.optimizer.variables]):
        results[f"{path.stem} {i:03d}"] = keras.ops.convert_to_numpy(v)
np.savez(folder / "results.npz", **results)
"""


@pytest.fixture
def compiled_once(tmp_path, monkeypatch):
    """On JAX the fresh process finds this one's programs compiled: two thirds of the time."""
    if BACKEND != "jax":
        yield
        return
    import jax
    from jax.experimental.compilation_cache import compilation_cache

    options = {"compilation_cache_dir": str(tmp_path / "programs"), "persistent_cache_min_compile_time_secs": 0.1}
    before = {name: getattr(jax.config, f"jax_{name}") for name in options}
    for name, value in options.items():
        monkeypatch.setenv(f"JAX_{name.upper()}", str(value))
        jax.config.update(f"jax_{name}", value)
    compilation_cache.reset_cache()
    yield
    for name, value in before.items():
        jax.config.update(f"jax_{name}", value)
    compilation_cache.reset_cache()


@pytest.mark.usefixtures("compiled_once")
def test_activations_are_the_same_in_a_fresh_process(tmp_path):
    """In training too: the random state is part of the file, so RReLU draws on where it was."""
    np.save(tmp_path / "images.npy", IMAGES)
    before = {}
    for case in ACTIVATIONS:
        inputs = keras.Input(IMAGES.shape[1:])
        model = keras.Model(inputs, case.make()(inputs))
        for variable in model.trainable_variables:  # away from where a fresh layer would start
            shift = np.linspace(-0.1, 0.1, max(1, math.prod(variable.shape))).reshape(variable.shape)
            variable.assign(variable + shift.astype("float32"))
        model(IMAGES, training=True)  # moves the random state on
        model.save(tmp_path / f"{case.id}.keras")
        before[case.id] = to_numpy(model(IMAGES))
        before[f"{case.id} training"] = to_numpy(model(IMAGES, training=True))
    run_fresh(PREDICT, tmp_path)
    after = np.load(tmp_path / "results.npz")
    assert set(after.files) == set(before)
    for key, y in before.items():
        np.testing.assert_array_equal(after[key], y, err_msg=key)


def lookahead(rate, **options):
    """A cycle of 3 steps, which 20 steps leave in its middle."""
    return Lookahead(ADAMW.make(rate, **options), k=3, alpha=0.5)


ADAMW = next(case for case in OPTIMIZERS if case.id == "AdamW")
MAKERS = {**{case.id: case.make for case in OPTIMIZERS}, "Lookahead": lookahead}
RATES = {case.id: case.defaults["learning_rate"] for case in OPTIMIZERS} | {"SGDW": 0.01, "Lookahead": 0.001}


def model_for(name):
    """A network whose variables meet every kind of treatment: L2, none, a multiplier, a schedule."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((5,)),
            keras.layers.Dense(6, name="hidden"),
            PReLU(name="prelu"),
            RReLU(seed=1, name="rrelu"),
            keras.layers.Dense(1, name="output"),
        ]
    )
    optimizer = MAKERS[name](
        keras.optimizers.schedules.ExponentialDecay(RATES[name], 10, 0.9),
        l2=1e-3,
        l2_exclude=("alpha", "bias"),
        weight_decay=1e-3,
        weight_decay_exclude=("alpha",),
        learning_rate_multipliers={"output": 2.0, "bias": 0.5},
    )
    model.compile(optimizer, loss="mse", jit_compile=JIT)
    return model


def state_of(model):
    return [to_numpy(v) for v in [*model.variables, *model.optimizer.variables]]


@pytest.mark.usefixtures("compiled_once")
@pytest.mark.slow
def test_training_goes_on_in_a_fresh_process(tmp_path):
    """Bit for bit: weights, optimizer state, step count, random state. And the loss falls."""
    np.savez(tmp_path / "data.npz", x=X, y=Y)
    runs = {}
    for name in MAKERS:
        model = model_for(name)
        fit = {"batch_size": BATCH, "shuffle": False, "verbose": 0}
        losses = model.fit(X, Y, **fit).history["loss"]
        optimizer = getattr(model.optimizer, "inner", model.optimizer)
        optimizer.l2, optimizer.weight_decay = 2e-3, 2e-3  # no longer what it was made with
        model.save(tmp_path / f"{name}.keras")
        halfway = state_of(model)
        losses += model.fit(X, Y, **fit).history["loss"]
        names = [v.name for v in [*model.variables, *model.optimizer.variables]]
        runs[name] = losses, halfway, state_of(model), names
    run_fresh(TRAIN, tmp_path, BATCH)
    results = np.load(tmp_path / "results.npz")
    for name, ((first, last), halfway, end, names) in runs.items():
        assert np.isfinite(last) and last < first, name
        resumed = [results[key] for key in sorted(results.files) if key.split()[0] == name]
        assert len(resumed) == len(end) == len(halfway)
        for variable, value, expected in zip(names, resumed, end, strict=True):
            np.testing.assert_array_equal(value, expected, err_msg=f"{name}: {variable}")
        still = {variable for variable, a, b in zip(names, halfway, end, strict=True) if np.array_equal(a, b)}
        assert still == {"l2", "weight_decay"}, f"{name}: what never moves would make the comparison empty"
