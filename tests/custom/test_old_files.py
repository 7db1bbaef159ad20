"""Files that version 0.2.0 wrote, under `old/`, still load, predict and go on training as they did.

They cannot be written again: what 0.2.0 computed is kept beside them in `expected.npz`. A file is never replaced;
one that a later version writes is added.
"""

import pathlib

import keras
import numpy as np
import pytest

import custom.activations
import custom.initializers
import custom.layers
import custom.losses
import custom.optimizers
from tests.custom.activation_table import ACTIVATIONS
from tests.custom.backends import BACKEND, to_numpy

OLD = pathlib.Path(__file__).parent / "old"
EXPECTED = np.load(OLD / "expected.npz")
TRAINED = ("adam", "adam_ema", "nadam", "adamw", "sgdw", "lookahead", "adam_bfloat16")


def predicted(name, inputs):
    return to_numpy(keras.saving.load_model(OLD / f"{name}.keras")(EXPECTED[inputs]))


@pytest.mark.parametrize("name, inputs, y", [("images", "images", "images_y"), ("rbm", "x", "rbm")])
def test_models(name, inputs, y):
    np.testing.assert_allclose(predicted(name, inputs), EXPECTED[y], rtol=1e-5, atol=1e-6)


def test_every_activation():
    """A row of the table that 0.2.0 had not is a layer without a file: the others are all there."""
    model = keras.saving.load_model(OLD / "activations.keras")
    types = {type(layer) for layer in model.layers}
    assert {type(case.make()) for case in ACTIVATIONS} <= types
    found, before = to_numpy(model(EXPECTED["x"])), EXPECTED["activations"]
    # The 7th digit is a backend's own, and PRODUCT of the activations' table multiplies it.
    np.testing.assert_allclose(found, before, rtol=2e-5, atol=1e-6)


def test_a_learned_beta_stays_one():
    model = keras.saving.load_model(OLD / "activations.keras")
    learned = {layer.name: len(layer.weights) for layer in model.layers if isinstance(layer, custom.activations.SiLU)}
    assert learned == {"silu": 0, "silu_beta": 0, "swish": 1, "swish_frozen": 1}


@pytest.mark.parametrize("name", TRAINED)
@pytest.mark.slow
def test_training_goes_on(name):
    """With the optimizer's state, its options as they were changed, and in the middle of Lookahead's cycle."""
    model = keras.saving.load_model(OLD / f"{name}.keras")
    model.compile(model.optimizer, model.loss, jit_compile=BACKEND == "jax")
    model.fit(EXPECTED["x"], EXPECTED["y"], epochs=2, batch_size=3, shuffle=False, verbose=0)
    # One rounding of bfloat16, whose sums the backends take in their own order.
    rtol = 2e-2 if "bfloat16" in name else 1e-4
    for i, weight in enumerate(model.get_weights()):
        expected = EXPECTED[f"{name} {i}"]
        np.testing.assert_allclose(np.asarray(weight, "float32"), expected, rtol=rtol, atol=rtol / 10, err_msg=str(i))
