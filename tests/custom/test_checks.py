"""Choices that every component checks alike: NumPy's booleans and strings are Python's, arrays are refused."""

import inspect
import json

import keras
import numpy as np
import pytest

import custom
from custom.activations import GELU, gelu
from custom.optimizers import SGDW, Adam, AdamW

PARTS = custom.activations, custom.initializers, custom.layers, custom.losses, custom.optimizers
OURS = [cls for part in PARTS for cls in vars(part).values() if isinstance(cls, type) and "custom." in cls.__module__]
SWITCHES = [
    (cls, name)
    for cls in OURS
    for name, parameter in inspect.signature(cls.__init__).parameters.items()
    if isinstance(parameter.default, bool) or parameter.annotation == (bool | None)
]
LENGTHS = {"batch_size": 2, "training_points": 4, "epochs": 3}
NEEDED = {"RestrictedBoltzmannMachine": {"units": 2}, "GANMinimax": {"player": "generator"}}


def test_the_switches_are_found():
    assert {"straight_through", "use_hidden_bias", "from_logits", "amsgrad", "nesterov"} <= {n for _, n in SWITCHES}


@pytest.mark.parametrize("value", [True, False])
@pytest.mark.parametrize("cls, name", SWITCHES, ids=lambda x: getattr(x, "__name__", x))
def test_a_boolean_of_numpy_is_one_of_python(cls, name, value):
    made = cls(**NEEDED.get(cls.__name__, {}), **{name: np.bool_(value)})
    kept = made.get_config()[name]
    assert kept is value
    stored = json.loads(json.dumps(keras.saving.serialize_keras_object(made)))
    assert keras.saving.deserialize_keras_object(stored).get_config() == made.get_config()


@pytest.mark.parametrize("cls", [AdamW, SGDW])
def test_a_normalised_decay_takes_a_boolean_of_numpy(cls):
    assert cls(normalized=np.True_, **LENGTHS).get_config()["normalized"] is True
    assert cls(normalized=np.False_).get_config()["normalized"] is False


def test_a_string_of_numpy_is_one_of_python():
    assert type(GELU(np.str_("tanh")).get_config()["approximate"]) is str


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda x: GELU(x), "approximate="),
        (lambda x: gelu(np.zeros(2, "float32"), x), "approximate="),
        (lambda x: Adam(amsgrad=x), "amsgrad="),
        (lambda x: custom.optimizers.Nadam(schedule=x), "schedule="),
        (lambda x: custom.layers.LocalResponseNormalization(across=x), "across="),
        (lambda x: custom.activations.PReLU(data_format=x), "data_format="),
        (lambda x: custom.layers.RestrictedBoltzmannMachine(2, visible=x), "visible="),
        (lambda x: custom.losses.GANMinimax(x), "player="),
    ],
)
def test_an_array_where_one_of_several_is_expected_is_quoted(call, words):
    for value in (np.array([1, 0]), np.array(["tanh", "none"]), keras.ops.convert_to_tensor([1.0, 0.0]), ["tanh"]):
        with pytest.raises(ValueError) as caught:
            call(value)
        assert f"Received: {words}{value!r}. Expected one of " in str(caught.value)
