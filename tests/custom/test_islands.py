"""Islands: element-wise functions as XLA programs of their own within a TensorFlow graph on a CPU."""

import keras
import numpy as np
import pytest

from custom import _islands
from custom.activations import GELU, NoisyReLU, PReLU, ReLU, RReLU, Sign, SiLU, Softsign
from tests.custom.activation_table import ACTIVATIONS
from tests.custom.backends import BACKEND, to_numpy

pytestmark = pytest.mark.skipif(BACKEND != "tensorflow", reason="islands are TensorFlow's")
every_case = pytest.mark.parametrize("case", [c for c in ACTIVATIONS if c.elementwise], ids=lambda case: case.id)


@pytest.fixture
def everywhere(monkeypatch):
    monkeypatch.setattr(_islands, "ISLAND_SIZE", dict.fromkeys(_islands.ISLAND_SIZE, 1))


def derivatives(layer, shape, jit=False, training=False):
    """A graph from x to value, gradient in x and the weights, and gradients of |gradient in x|^2."""
    import tensorflow as tf

    weights = [v.value for v in layer.trainable_variables]

    @tf.function(jit_compile=jit, input_signature=[tf.TensorSpec(shape, layer.compute_dtype)])
    def graph(x):
        options = {"training": True} if training else {}
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = layer(x, **options)
                loss = tf.reduce_sum(y * tf.cos(tf.range(tf.cast(tf.shape(x)[0], x.dtype), dtype=x.dtype))[:, None])
            first = inner.gradient(loss, [x, *weights], unconnected_gradients="zero")
            penalty = tf.reduce_sum(first[0] ** 2)
        return y, first, outer.gradient(penalty, [x, *weights], unconnected_gradients="zero")

    return graph


def islands(graph):
    """How many calls of XLA programs a graph holds, those of its gradient and of its loops included."""
    definition = graph.get_concrete_function().graph.as_graph_def()
    compiled = {f.signature.name for f in definition.library.function if f.attr["_XlaMustCompile"].b}
    nodes = [n for nodes in (definition.node, *(f.node_def for f in definition.library.function)) for n in nodes]
    return sum(n.attr["f"].func.name in compiled for n in nodes)


@every_case
def test_values_and_derivatives_are_the_plain_ones(case, monkeypatch):
    x = np.array([[-4.9, -2.3, -0.7], [-0.2, 0.4, 1.9], [0.1, 2.5, 3.1]], "float32")
    layer = case.make(**({"seed": 1} if case.random and case.id != "rrelu_slope" else {}))
    layer.build(x.shape)
    plain = derivatives(layer, (3, 3))
    expected = keras.tree.map_structure(to_numpy, plain(x))
    assert islands(plain) == 0
    monkeypatch.setattr(_islands, "ISLAND_SIZE", dict.fromkeys(_islands.ISLAND_SIZE, 1))
    graph = derivatives(layer, (3, 3))
    actual = keras.tree.map_structure(to_numpy, graph(x))
    keras.tree.map_structure(lambda a, e: np.testing.assert_allclose(a, e, rtol=1e-5, atol=2e-6), actual, expected)
    assert islands(graph) == (2 if case.id in ISLANDS else 0)  # value and gradient
    if case.id in IN_HALF:
        layer = case.make(dtype="bfloat16")
        half = derivatives(layer, (3, 3))
        assert islands(half) == 2
        y, first, _ = half(keras.ops.cast(x, "bfloat16"))
        np.testing.assert_allclose(to_numpy(y), expected[0], rtol=2e-2, atol=1e-2)
        np.testing.assert_allclose(to_numpy(first[0]), expected[1][0], rtol=3e-2, atol=1e-2)


# Where an island saved no time, measured on one core at 1.5 million elements, the kernels are kept.
KERNELS = ("linear", "relu", "elu", "elu_0.3", "selu", "tanh")
STEPS = ("binary_step", "binary_step_through", "sign", "sign_through", "householder")
IN_HALF = ("sigmoid", "sigmoid_steep", "leaky", "leaky_0.3", "leaky_steep", "leaky_divisor", "rrelu", "rrelu_slope")
ISLANDS = {case.id for case in ACTIVATIONS if case.elementwise} - {
    *KERNELS,
    *STEPS,
    *IN_HALF,
    "noisy_relu",
}  # ReLU at test time


@pytest.mark.parametrize("make", [RReLU, NoisyReLU, PReLU], ids=lambda make: make.__name__)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_step_of_training(make, dtype, everywhere, monkeypatch):
    """With what is drawn: the same draws, the same numbers, whatever computes them."""
    x = np.random.default_rng(0).normal(size=(64, 12)).astype("float32")
    results = []
    for least in (1, 2**30):
        monkeypatch.setattr(_islands, "ISLAND_SIZE", dict.fromkeys(_islands.ISLAND_SIZE, least))
        draws = make is not PReLU
        layer = make(dtype=dtype, **({"seed": 3} if draws else {}))
        layer.build(x.shape)
        graph = derivatives(layer, (64, 12), training=draws)
        results.append(keras.tree.map_structure(to_numpy, graph(keras.ops.cast(x, dtype))))
        assert islands(graph) == (2 if least == 1 else 0)
    tolerance = dict(rtol=1e-5, atol=1e-6) if dtype == "float32" else dict(rtol=2e-2, atol=2e-2)
    keras.tree.map_structure(lambda a, e: np.testing.assert_allclose(a, e, **tolerance), *results)


@pytest.mark.parametrize(
    "shape, wanted", [((2**19, 1), 2), ((2**19 - 1, 1), 0), ((None, 1), 0), ((None, 2**14), 2), ((8, None), 0)]
)
def test_an_island_only_where_it_pays(shape, wanted):
    """Large tensors whose size is known but for the batch, for which 32 is taken."""
    assert islands(derivatives(GELU(), shape)) == wanted


@pytest.mark.parametrize("layer", [PReLU(), GELU("tanh")], ids=lambda layer: layer.name)
def test_no_island_within_xla_nor_without_a_tape_nor_eagerly(layer, everywhere):
    import tensorflow as tf

    assert islands(derivatives(layer, (3, 3), jit=True)) == 0
    graph = tf.function(layer, input_signature=[tf.TensorSpec((3, 3))])
    assert islands(graph) == 0
    programs = _islands.program_of.cache_info().misses
    with tf.GradientTape() as tape:
        x = tf.ones((3, 3))
        tape.watch(x)
        y = layer(x)
    assert tape.gradient(y, x) is not None and _islands.program_of.cache_info().misses == programs


def test_a_graph_made_without_a_tape_has_the_same_gradient():
    """What it is called under later decides nothing: the rule for the kink goes with the graph."""
    import tensorflow as tf

    layer = PReLU()
    layer.build((None, 1))
    graph = tf.function(layer)
    x = tf.constant([[-1.0], [0.0], [2.0]])
    graph(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = graph(x)
    np.testing.assert_array_equal(tape.gradient(y, x), [[0.25], [0.25], [1.0]])


def test_fit_with_an_incomplete_batch(everywhere, monkeypatch):
    """Someone else's loop: the losses are those of plain kernels, the last batch is a size of its own."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(22, 6, 6, 2)).astype("float32"), rng.normal(size=(22, 1)).astype("float32")

    def losses():
        keras.utils.set_random_seed(0)
        model = keras.Sequential(
            [keras.Input((6, 6, 2)), keras.layers.Conv2D(4, 3), PReLU(), keras.layers.Conv2D(4, 3), SiLU(), ReLU()]
            + [keras.layers.Flatten(), keras.layers.Dense(1)]
        )
        model.compile("sgd", "mse", jit_compile=False)
        return model.fit(x, y, batch_size=8, epochs=2, verbose=0).history["loss"]

    def asked():
        return sum(_islands.program_of.cache_info()[:2])

    before = asked()
    with_islands = losses()
    assert asked() > before
    monkeypatch.setattr(_islands, "ISLAND_SIZE", dict.fromkeys(_islands.ISLAND_SIZE, 2**30))
    before = asked()
    np.testing.assert_allclose(losses(), with_islands, rtol=1e-5)
    assert asked() == before


def test_what_is_drawn_resumes_bit_for_bit(everywhere):
    """The state of the draws, put back, gives the same steps again."""
    layer = RReLU(seed=4)
    layer.build((16, 5))
    graph = derivatives(layer, (16, 5), training=True)
    x = -np.ones((16, 5), "float32")
    graph(x)
    state = to_numpy(layer.seed_generator.state)
    first = to_numpy(graph(x)[0])
    assert not np.array_equal(to_numpy(graph(x)[0]), first)
    layer.seed_generator.state.assign(state)
    np.testing.assert_array_equal(to_numpy(graph(x)[0]), first)


@pytest.mark.parametrize(
    "make", [PReLU, lambda: GELU("tanh"), SiLU, Softsign], ids=("prelu", "gelu", "silu", "softsign")
)
@pytest.mark.parametrize("least", [1, 2**30], ids=["islands", "kernels"])
def test_forward_mode_within_a_graph(make, least, monkeypatch):
    """The derivative, and over the reverse mode, a product of the Hessian with a vector, the second one."""
    import tensorflow as tf

    monkeypatch.setattr(_islands, "ISLAND_SIZE", dict.fromkeys(_islands.ISLAND_SIZE, least))
    x = np.array([[-2.3, -0.7, -0.2], [0.4, 1.9, 0.1]], "float32")
    layer = make()
    layer.build(x.shape)

    @tf.function(input_signature=[tf.TensorSpec((2, 3))])
    def product(x):
        with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator:
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = layer(x)
            gradient = tape.gradient(y, x)
        return accumulator.jvp(y), gradient, accumulator.jvp(gradient, unconnected_gradients="zero")

    forward, gradient, second = product(x)
    step = 1e-3
    difference = (to_numpy(layer.derivative(x + step)) - to_numpy(layer.derivative(x - step))) / (2 * step)
    for first in (forward, gradient):
        np.testing.assert_allclose(first, to_numpy(layer.derivative(x)), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(second, difference, rtol=0, atol=5e-4)
    assert (islands(product) >= 2) == (least == 1)


def test_a_step_taken_for_the_identity_is_that_in_the_forward_mode_of_a_graph():
    import tensorflow as tf

    @tf.function
    def forward(x):
        with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator:
            y = Sign(straight_through=True)(x)
        return accumulator.jvp(y)

    np.testing.assert_array_equal(forward(tf.constant([-2.0, 0.0, 3.0])), [1, 1, 1])


@pytest.mark.parametrize("least", [1, 2**30], ids=["islands", "kernels"])
def test_gradients_of_a_finished_graph(least, monkeypatch):
    """Symbolic ones, as a graph made under one tape gets them under another; twice."""
    import tensorflow as tf

    monkeypatch.setattr(_islands, "ISLAND_SIZE", dict.fromkeys(_islands.ISLAND_SIZE, least))
    layer = GELU("tanh")

    @tf.function
    def graph(x):
        with tf.GradientTape():
            return layer(x)

    x = tf.constant([[-2.3], [0.4]])
    for _ in range(2):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = graph(x)
            first = inner.gradient(y, x)
        np.testing.assert_allclose(first, to_numpy(layer.derivative(x)), rtol=1e-5)
        difference = (to_numpy(layer.derivative(x + 1e-3)) - to_numpy(layer.derivative(x - 1e-3))) / 2e-3
        np.testing.assert_allclose(outer.gradient(first, x), difference, atol=5e-4)
