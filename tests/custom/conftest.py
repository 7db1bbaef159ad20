"""Fixtures of the component tests."""

import keras
import pytest


@pytest.fixture
def float64():
    """Keras in float64 for one test: optimizers keep the learning rate in floatx, where float32
    would be 1e-8 off, and JAX has float64 only when told so."""
    keras.config.dtype_policy()  # made from floatx at its first use: that must not be inside this test
    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    if keras.backend.backend() == "jax":
        import jax

        x64 = jax.config.jax_enable_x64
        jax.config.update("jax_enable_x64", True)
    yield "float64"
    keras.config.set_floatx(before)
    if keras.backend.backend() == "jax":
        jax.config.update("jax_enable_x64", x64)


@pytest.fixture
def precision(request):
    """`request.param`, a dtype; float64 switches Keras over as the fixture of that name does."""
    if request.param == "float64":
        request.getfixturevalue("float64")
    return request.param
