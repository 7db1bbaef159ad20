"""Components in other people's models: built while traced, saved as functions, frozen, given odd arguments."""

import inspect

import keras
import numpy as np
import pytest
from keras import ops

import custom.activations as ours
import custom.initializers
import custom.optimizers
from custom.layers import LocalResponseNormalization, RestrictedBoltzmannMachine
from tests.custom.activation_table import ACTIVATIONS
from tests.custom.backends import BACKEND, to_numpy
from tests.custom.optimizer_table import OPTIMIZERS

X = np.random.default_rng(0).normal(size=(8, 6)).astype("float32")
FUNCTIONS = [name for name in ours.__all__ if name[0].islower()]
OWN = (ours, custom.optimizers, custom.initializers)


def glorot():
    return keras.initializers.GlorotUniform(seed=3)


# Layers with weights or random state of their own, which have to come out alike wherever they are built.
STATEFUL = {
    "prelu": lambda: ours.PReLU(glorot()),
    "silu": lambda: ours.SiLU(0.5, trainable=True),
    "maxout": lambda: ours.Maxout(4, 3, glorot(), "ones"),
    "rbm": lambda: RestrictedBoltzmannMachine(4, kernel_initializer=glorot(), seed=1),
    "rrelu": lambda: ours.RReLU(seed=2),
    "noisy_relu": lambda: ours.NoisyReLU(seed=2),
    "lrn": LocalResponseNormalization,
    "he_normal": lambda: keras.layers.Dense(4, kernel_initializer=custom.initializers.HeNormal(seed=1)),
}


class Net(keras.Model):
    """A model without a shape before its first batch."""

    def __init__(self, layer):
        super().__init__()
        self.layer, self.head = layer, keras.layers.Dense(1)

    def call(self, x, training=False):
        return self.head(self.layer(x, training=training) if isinstance(self.layer, Inside) else self.layer(x))


class Inside(keras.layers.Layer):
    """A layer that holds another, which nobody builds."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def call(self, x):
        return self.layer(x)


class Chain(keras.Model):
    """Several layers in such a model, one after the other."""

    def __init__(self, layers):
        super().__init__()
        self.links = [Net(layer) for layer in layers]

    def call(self, x, training=False):
        return sum(link(x, training=training) for link in self.links)


PLACES = {
    "subclassed": Chain,
    "sequential": lambda layers: keras.Sequential([*layers, keras.layers.Dense(1)]),
    "inside": lambda layers: Chain([Inside(layer) for layer in layers]),
    "activation": lambda layers: keras.Sequential([keras.layers.Dense(6, activation=f) for f in layers]),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.slow
def test_a_layer_built_by_the_first_batch_starts_as_one_built_before(place):
    """And trains: on PyTorch a value drawn while Keras infers shapes would be memory that nobody has written."""
    expected, layers, width = {}, {}, 6
    for name, make in STATEFUL.items():
        if place == "activation" and name in ("maxout", "rbm", "he_normal"):
            continue  # of another width than the layer that they would be the activation of
        before, layers[name] = make(), make()
        before.build((None, width))
        expected[name] = [to_numpy(w) for w in before.weights]
        width = before.compute_output_shape((None, width))[-1] if place == "sequential" else width
    model = PLACES[place]([*layers.values()])
    model.compile(keras.optimizers.SGD(0.0), "mse", jit_compile=BACKEND == "jax")
    assert np.isfinite(model.fit(X, X[:, :1], verbose=0).history["loss"][-1])
    for name, layer in layers.items():
        found = [to_numpy(w) for w in layer.weights]
        assert len(found) == len(expected[name]), name
        for a, b in zip(found, expected[name], strict=True):
            np.testing.assert_array_equal(a, b, err_msg=name)


def test_maxout_is_drawn_as_a_dense_layer_of_its_pieces():
    largest = []
    for seed in range(3):
        keras.utils.set_random_seed(seed)
        model = Net(ours.Maxout(4, 3))
        model(X)
        largest.append(np.abs(to_numpy(model.layer.kernel)).max())
    assert max(largest) <= np.sqrt(6 / (6 + 12)) and min(largest) > 0.4 and len(set(largest)) == 3


# Functions as activations


def every_function():
    """One output a function."""
    inputs = keras.Input((5,))
    dense = [keras.layers.Dense(5, getattr(ours, f), kernel_initializer="identity", name=f) for f in FUNCTIONS]
    return keras.Model(inputs, [layer(inputs) for layer in dense])


def through_json(model, folder):
    return keras.models.model_from_json(model.to_json())


def through_a_file(model, folder):
    model.save(folder / "model.keras")
    return keras.saving.load_model(folder / "model.keras")


WAYS = {"file": through_a_file, "clone": lambda model, folder: keras.models.clone_model(model), "json": through_json}


@pytest.mark.parametrize("way", WAYS)
def test_a_function_comes_back_as_itself(way, tmp_path):
    """Not as Keras's of the same name, whose slope, form or argument differs."""
    model = every_function()
    again = WAYS[way](model, tmp_path)
    for name in FUNCTIONS:
        assert again.get_layer(name).activation is getattr(ours, name)


def test_no_name_of_keras_shadows_ours():
    """Neither as it is looked up, nor as a file holds it."""
    for package in OWN:
        for name in package.__all__:
            thing = getattr(package, name)
            if not callable(thing) or thing.__module__.startswith("keras."):
                continue
            registered = keras.saving.get_registered_name(thing)
            assert registered in (f"activations_and_optimizers>{name}", thing.__name__), name
            if registered != thing.__name__:
                assert keras.saving.get_registered_object(registered) is thing
    for name in custom.initializers.__all__:  # Keras looks for an initialiser by the name of its class
        thing = getattr(custom.initializers, name)
        if isinstance(thing, type) and not thing.__module__.startswith("keras."):
            assert not hasattr(keras.initializers, thing.__name__), name


# `trainable`

LAYERS = {case.id: case.make for case in ACTIVATIONS} | STATEFUL


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("trainable", [True, False])
def test_trainable_comes_back(way, trainable, tmp_path):
    inputs = keras.Input((6,))
    layers = [make() for make in LAYERS.values()]
    model = keras.Model(inputs, [layer(inputs) for layer in layers])
    for layer in layers:
        layer.trainable = trainable
    again = WAYS[way](model, tmp_path)
    for before, after in zip(model.layers[1:], again.layers[1:], strict=True):
        assert after.trainable is before.trainable is trainable
        assert len(after.weights) == len(before.weights), after.name
        assert len(after.trainable_weights) == len(before.trainable_weights), after.name


def test_a_learned_beta_can_be_frozen_and_freed():
    frozen, learned, fixed = ours.SiLU(learned=True, trainable=False), ours.SiLU(trainable=True), ours.SiLU()
    for layer, weights in ((frozen, 1), (learned, 1), (fixed, 0)):
        layer.build((None, 2))
        for trainable in (False, True):
            layer.trainable = trainable
            assert (len(layer.weights), len(layer.trainable_weights)) == (weights, weights * trainable)
            assert layer.get_config()["trainable"] is trainable


# Inputs


@pytest.mark.parametrize("case", ACTIVATIONS, ids=lambda case: case.id)
def test_integers_are_numbers_and_complex_ones_are_refused(case):
    whole = np.array([[-3, -1, 0, 2], [1, -2, 5, 0]])
    for training in (False, True) if case.random else (None,):
        options = {} if training is None else {"training": training}
        layer, twin = case.make(), case.make()
        if case.random:
            twin.seed_generator.state.assign(layer.seed_generator.state)
        expected = to_numpy(twin(whole.astype("float32"), **options))
        np.testing.assert_array_equal(to_numpy(layer(whole.astype("int32"), **options)), expected)
    np.testing.assert_array_equal(
        to_numpy(layer.derivative(whole.astype("int32"))), to_numpy(twin.derivative(whole.astype("float32")))
    )
    for function in (case.make(), case.make().derivative):
        with pytest.raises(TypeError, match="complex64.*Expected real numbers"):
            function(whole.astype("complex64"))


@pytest.mark.parametrize(
    "make", [lambda: ours.Maxout(2, 2), lambda: RestrictedBoltzmannMachine(2)], ids=["maxout", "rbm"]
)
def test_layers_with_a_kernel_refuse_complex_numbers(make):
    layer = make()
    layer.build((None, 4))
    with pytest.raises(TypeError, match="Expected real numbers"):
        layer(np.ones((2, 4), "complex64"))


@pytest.mark.parametrize(
    "layer, built, given",
    [
        (ours.PReLU(), (None, 5, 6, 3), (2, 5, 6, 4)),
        (ours.PReLU(), (None, 5, 6, 3), (2, 6, 3)),
        (ours.PReLU(shared_axes=()), (None, 4, 3), (2, 1, 3)),
        (ours.Maxout(2, 2), (None, 4), (2, 1)),
        (RestrictedBoltzmannMachine(2), (None, 4), (2, 1)),
        (LocalResponseNormalization(), (None, 4, 4, 8), (8,)),
        (ours.Softmax(axis=2), (None, 4, 4), (2, 4)),
        (ours.Softmax(axis=-3), (None, 4, 4), (2, 4)),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, keras.Layer) else str(value),
)
def test_another_input_than_the_layer_was_built_for(layer, built, given):
    """By the layer's `input_spec`; a slope or a sum would be spread over what it does not belong to."""
    layer.build(built)
    with pytest.raises(ValueError, match="incompatible with the layer"):
        layer(np.ones(given, "float32"))


@pytest.mark.parametrize("given", [True, False], ids=["argument", "setting"])
def test_channels_first_images_have_one_slope_a_channel(given):
    """Not one a column; and a file keeps the order, whatever the setting is where it is loaded."""
    keras.config.set_image_data_format("channels_last" if given else "channels_first")
    try:
        layer = ours.PReLU(data_format="channels_first" if given else None)
    finally:
        keras.config.set_image_data_format("channels_last")
    again = ours.PReLU.from_config(layer.get_config())
    for one in (layer, again):
        one.build((None, 3, 5, 6))
        assert tuple(one.alpha.shape) == (3, 1, 1)
    flat = ours.PReLU(data_format="channels_first")
    flat.build((None, 7))
    assert tuple(flat.alpha.shape) == (7,)
    x = np.random.default_rng(1).normal(size=(2, 5, 6, 3)).astype("float32")
    last = ours.PReLU()
    last.build(x.shape)
    slopes = np.array([0.1, 0.2, 0.3])
    last.alpha.assign(slopes.reshape(1, 1, 3))
    layer.alpha.assign(slopes.reshape(3, 1, 1))
    first = to_numpy(layer(np.moveaxis(x, -1, 1)))
    np.testing.assert_array_equal(np.moveaxis(first, 1, -1), to_numpy(last(x)))


def test_prelu_takes_a_regularizer_and_a_constraint_of_keras():
    layer = ours.PReLU(-0.5, alpha_regularizer=keras.regularizers.L2(0.1), alpha_constraint=keras.constraints.NonNeg())
    again = ours.PReLU.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    model = keras.Sequential([keras.Input((2,)), again])
    np.testing.assert_allclose(float(to_numpy(sum(model.losses))), 2 * 0.1 * 0.25, rtol=1e-6)
    model.compile(keras.optimizers.SGD(0.01), "mse", jit_compile=BACKEND == "jax")
    model.fit(X[:, :2], X[:, :2], verbose=0)
    assert (to_numpy(again.alpha) >= 0).all()


# Calls as they are written for Keras


def twins():
    """Yield our classes and functions beside Keras's of the same name, whose calls people know."""
    places = {ours: (keras.layers, keras.activations), custom.initializers: (keras.initializers,)}
    for package, others in {**places, custom.optimizers: (keras.optimizers,)}.items():
        for name in package.__all__:
            thing = getattr(package, name)
            for other in others:
                for known in dir(other):
                    same = known == name if name.islower() else known.lower() == name.lower()
                    theirs = getattr(other, known)
                    if same and theirs is not thing and isinstance(theirs, type) is isinstance(thing, type):
                        yield name, thing, theirs


def positional(thing):
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.POSITIONAL_ONLY)
    parameters = inspect.signature(thing).parameters.values()
    return [p.name for p in parameters if p.kind in kinds]


# By position an argument of another name, which refuses what Keras's takes there.
CHECKED = {("PReLU", 1): ("l2", keras.regularizers.L2()), ("gelu", 1): (True, False)}


def test_a_call_that_is_keras_means_the_same_or_is_refused():
    """No argument by position is taken for another one."""
    found = set()
    for name, thing, theirs in twins():
        found.add(name)
        for i, (own, other) in enumerate(zip(positional(thing), positional(theirs), strict=False)):
            if own == other or i == 0 and not isinstance(thing, type):
                continue
            assert (name, i) in CHECKED, f"{name}: argument {i} is {own} here and {other} in Keras"
    for (name, position), values in CHECKED.items():
        for value in values:
            thing = getattr(ours, name)
            leading = ["zeros"] if isinstance(thing, type) else [np.zeros(2, "float32")]
            with pytest.raises((TypeError, ValueError), match="Received"):
                thing(*leading[:position], value)
    assert {"Adam", "AdamW", "RMSProp", "AdaGrad", "HeNormal", "PReLU", "LeakyReLU", "elu", "gelu"} <= found


@pytest.mark.parametrize("case", OPTIMIZERS, ids=lambda case: case.id)
def test_every_optimizer_is_made_without_arguments(case):
    variable = keras.Variable(np.ones(3, "float32"), name="w")
    case.cls().apply([ops.ones(3)], [variable])
    assert np.isfinite(to_numpy(variable)).all()


SYMBOLIC = [(name, {}) for name in FUNCTIONS] + [
    ("leaky_relu", {"negative_slope": 0.3}),
    ("gelu", {"approximate": "tanh"}),
    ("softmax", {"axis": 1}),
    ("silu", {"beta": 2.0}),
]


@pytest.mark.parametrize(("name", "arguments"), SYMBOLIC)
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_a_function_in_a_functional_model(name, arguments, dtype, tmp_path):
    function = getattr(ours, name)
    inputs = keras.Input((6,), dtype=dtype)
    outputs = function(inputs, *arguments.values())
    assert outputs.shape == (None, 6) and outputs.dtype == dtype
    model = keras.Model(inputs, outputs)
    x = X.astype(dtype)
    want = to_numpy(function(x, **arguments))
    for copy in (model, keras.Model.from_config(model.get_config()), through_a_file(model, tmp_path)):
        np.testing.assert_array_equal(to_numpy(copy(x)), want)


def test_integers_become_floats_in_a_functional_model():
    outputs = ours.softsign(keras.Input((6,), dtype="int32"))
    assert outputs.dtype == "float32"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_variable_is_the_tensor_that_it_holds(name):
    function, variable = getattr(ours, name), keras.Variable(X)
    np.testing.assert_array_equal(to_numpy(function(variable)), to_numpy(function(X)))


@pytest.mark.skipif(BACKEND != "tensorflow", reason="of TensorFlow's variables")
@pytest.mark.parametrize("case", [c for c in ACTIVATIONS if c.elementwise], ids=lambda case: case.id)
@pytest.mark.parametrize("traced", [False, True])
def test_the_gradient_at_a_variable_of_tensorflow(case, traced):
    import tensorflow as tf

    layer, variable, tensor = case.make(), tf.Variable(X), tf.constant(X)
    layer(tensor)

    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
        return tape.gradient(y, x, unconnected_gradients="zero")

    at = tf.function(slope) if traced else slope
    np.testing.assert_array_equal(at(variable).numpy(), at(tensor).numpy())


def gradient_at(f, value):
    """The derivative of sum(f(value)) with respect to a number."""
    at = ops.convert_to_tensor(np.float32(value))
    if BACKEND == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(at)
            y = ops.sum(f(at))
        return tape.gradient(y, at)
    if BACKEND == "jax":
        import jax

        return jax.grad(lambda at: ops.sum(f(at)))(at)
    at.requires_grad_()
    ops.sum(f(at)).backward()
    return at.grad


SETTINGS = {
    name: list(inspect.signature(getattr(ours, name)).parameters)[1]
    for name in ("leaky_relu", "elu", "sigmoid", "softplus", "silu", "wilson_cowan", "householder_unit", "binary_step")
}


@pytest.mark.parametrize(("name", "setting"), SETTINGS.items())
def test_a_tensor_as_a_setting_has_its_gradient_or_is_refused(name, setting):
    def f(at):
        return getattr(ours, name)(X, **{setting: at})

    try:
        found = gradient_at(f, 0.75)
    except (TypeError, ValueError, AttributeError, RuntimeError):
        return  # Keras's own kernels refuse some
    step = 2.0**-7
    up, down = (np.sum(to_numpy(f(0.75 + s)).astype("float64")) for s in (step, -step))
    np.testing.assert_allclose(to_numpy(found), (up - down) / (2 * step), rtol=2e-3)
