"""Element-wise functions with a derivative of their own, and how each backend computes them.

Beside `_autodiff`, the only place of the activations that meets a backend by its own name.
"""

import functools
import itertools
import weakref

import keras
from keras import ops

from ._islands import is_recorded, program_of, recorder, wants_island

BACKENDS = ("tensorflow", "jax", "torch")
HALF = ("bfloat16", "float16")
ALL = (*HALF, "float32", "float64")


class Elementwise:
    """An element-wise function, differentiable as often as one likes, in both modes, on every backend.

    `value(x, *others, **settings)`: x has the shape of the result, the other arrays broadcast to it.
    The settings are hashable and no tensors.

    `derivatives`: one for each of the first arrays, `derivative(t, x, *others, **settings)`, the partial
    derivative times `t` in one go, so that a selection costs one pass. Forward mode gives it the
    tangent, reverse mode the upstream gradient; as it is made of the arrays and of `t`, it can be
    differentiated again. Arrays without one are constants. A function of `x` alone may have none at all;
    then the backend's own holds: right where it exists and is the source's at a kink.

    `natural`, backends: those whose own derivative of `value` is the same and takes fewer passes.

    `island`, dtypes: on TensorFlow, outside XLA, each operation is a pass over the memory. In these dtypes
    value and gradient of a large tensor are one XLA program each, and nothing else is in it, so that
    convolutions keep their kernels: where that was measured to be faster than TensorFlow's kernels.
    See `wants_island`.

    `exported`: the same values in the form that TFLite knows as one operation of its own.
    """

    def __init__(self, value, *derivatives, natural=(), island=(), exported=None):
        self.value, self.derivatives, self.natural = value, derivatives, natural
        self.island, self.exported = island, exported

    def __call__(self, *arrays, **settings):
        backend = keras.backend.backend()
        if backend == "tensorflow":
            return _in_tensorflow(self, arrays, settings)
        if not self.derivatives or backend in self.natural:
            return self.value(*arrays, **settings)
        _refuse_tensors(settings)
        if backend == "jax":
            return _jax_function()(self, tuple(settings.items()), *arrays)
        return _in_torch(self, arrays, settings)

    def pull(self, u, *arrays, **settings):
        """Gradients of sum(u value), one for each array that has a derivative."""
        return _summed(self.products(u, *arrays, **settings), arrays)

    def products(self, u, *arrays, **settings):
        """The gradients before they are summed over the axes along which an array was broadcast."""
        if self.derivatives:
            return [derivative(u, *arrays, **settings) for derivative in self.derivatives]
        import tensorflow as tf  # which alone asks for them, and within a graph

        return tf.gradients(self.value(*arrays, **settings), arrays, u)

    def push(self, tangents, *arrays, **settings):
        """Derivative of the value along `tangents`, one for each array or `None`."""
        pairs = zip(self.derivatives, tangents, strict=False)
        terms = [d(t, *arrays, **settings) for d, t in pairs if t is not None]
        return functools.reduce(lambda a, b: a + b, terms) if terms else None


def _summed(products, arrays):
    return [products[0], *(_sum_to(p, x) for p, x in zip(products[1:], arrays[1:], strict=False))]


def _sum_to(gradient, x):
    missing = len(gradient.shape) - len(x.shape)
    axes = (*range(missing), *(axis + missing for axis, size in enumerate(x.shape) if size == 1))
    return ops.reshape(ops.sum(gradient, axis=axes), x.shape) if axes else gradient


def _has_tensors(settings):
    return any(isinstance(value, keras.Variable) or ops.is_tensor(value) for value in settings.values())


def _refuse_tensors(settings):
    """Refuse tensors where numbers are meant: their gradient would be lost."""
    for name, value in settings.items():
        if _has_tensors({name: value}):
            raise TypeError(f"Received: {name}, a {type(value).__name__}. Expected a number: it has no gradient here.")


# JAX


@functools.cache
def _jax_function():
    """`function.value` as JAX is to differentiate it.

    By the forward mode, which JAX transposes: a rule for the reverse mode alone has no forward one.
    """
    import jax
    from jax.custom_derivatives import SymbolicZero

    @functools.partial(jax.custom_jvp, nondiff_argnums=(0, 1))
    def call(function, settings, *arrays):
        return function.value(*arrays, **dict(settings))

    def jvp(function, settings, arrays, tangents):
        y = call(function, settings, *arrays)
        known = [None if isinstance(t, SymbolicZero) else t for t in tangents]
        tangent = function.push(known, *arrays, **dict(settings))
        return y, ops.zeros_like(y) if tangent is None else tangent

    call.defjvp(jvp, symbolic_zeros=True)
    return call


# PyTorch


def _in_torch(function, arrays, settings):
    import torch

    # An exported graph has no gradient, and no node for a function of PyTorch's own kind.
    if torch.jit.is_tracing() or torch.compiler.is_exporting():
        return function.value(*arrays, **settings)
    return _torch_function().apply(_With(function, settings), *arrays)


class _With:
    """A function with its settings: one thing to PyTorch, which would look for tensors in a dictionary."""

    def __init__(self, function, settings):
        self.function, self.settings = function, settings


@functools.cache
def _torch_function():
    import torch
    from torch.autograd import forward_ad

    class Function(torch.autograd.Function):
        """`function.value` as PyTorch is to differentiate it, from the arrays alone: Keras's own wrapper
        keeps intermediate results, which a second derivative would take for constants.
        """

        generate_vmap_rule = True

        @staticmethod
        def forward(this, *arrays):
            return this.function.value(*arrays, **this.settings)

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.this, *arrays = inputs
            ctx.save_for_backward(*arrays)
            ctx.save_for_forward(*arrays)

        @staticmethod
        def backward(ctx, *upstream):
            arrays = ctx.saved_tensors
            gradients = ctx.this.function.pull(*upstream, *arrays, **ctx.this.settings)
            return None, *gradients, *[None] * (len(arrays) - len(gradients))

        @staticmethod
        def jvp(ctx, *tangents):
            # PyTorch has forward mode off in here, also for a forward mode around this one, which would then see a
            # constant. On, and at the points without their tangents, this is a function as any other.
            with forward_ad._set_fwd_grad_enabled(True):
                arrays = [forward_ad.unpack_dual(x).primal for x in ctx.saved_tensors]
                return ctx.this.function.push(tangents[1:], *arrays, **ctx.this.settings)

    return Function


# TensorFlow


def _in_tensorflow(function, arrays, settings):
    arrays, numbers = [_read(x) for x in arrays], not _has_tensors(settings)
    if numbers and arrays[0].dtype.name in function.island and wants_island(arrays[0]):
        return _with_rule(_island_value, _island_gradients, function, tuple(settings.items()), arrays)[0]
    if not function.derivatives or "tensorflow" in function.natural:
        return function.value(*arrays, **settings)
    _refuse_tensors(settings)
    settings = tuple(settings.items())
    return _with_rule(_plain_value, _plain_gradients, function, settings, arrays)[0]


def _read(x):
    """`x` as a tensor; of a variable, which no rule can be recorded for, its value."""
    import tensorflow as tf

    x = ops.convert_to_tensor(x)
    return tf.convert_to_tensor(x) if isinstance(x, (tf.Variable, keras.Variable)) else x


def _with_rule(values, gradients, function, settings, arrays):
    """`values(function, settings, *arrays)`, a list, to be differentiated by `gradients` in both modes.

    `gradients(function, settings, arrays, *upstream)` returns those of the first arrays; the others are
    constants. It is `tf.custom_gradient`, but that this would, in a graph, have forward mode differentiate
    what the values are made of, and keep each graph for as long as the process lives.
    """
    import tensorflow as tf

    def backward(*upstream):
        return _padded(gradients(function, settings, arrays, *upstream), arrays)

    record = recorder()
    if record is None:
        return tf.custom_gradient(lambda *xs: (values(function, settings, *xs), backward))(*arrays)
    # Unseen by tapes and accumulators: a program returns its result alone, not what its gradient would need.
    results = [tf.identity(y) for y in values(function, settings, *map(tf.stop_gradient, arrays))]
    if tf.inside_function():
        results = _carrying_the_rule(gradients, function, settings, results, arrays)
    record.record_operation("Elementwise", results, list(arrays), backward)
    return results


def _carrying_the_rule(gradients, function, settings, results, arrays):
    """The results from an operation that has the rule for gradients taken of the graph once it is made."""
    import tensorflow as tf

    name, count = f"Elementwise{next(_numbers)}", len(results)
    graph = tf.compat.v1.get_default_graph()
    # The rule outlives the graph, which it must not keep.
    home = {"graph": weakref.ref(graph)}

    @tf.RegisterGradient(name)
    def rule(op, *upstream):
        if op is None:  # a SavedModel keeps the gradients too
            op = home["graph"]().get_operation_by_name(home["operation"])
        arrays = op.inputs[count:]
        return [*[None] * count, *_padded(gradients(function, settings, arrays, *upstream[:count]), arrays)]

    with recorder().stop_recording(), graph.gradient_override_map({"IdentityN": name}):
        passed = tf.identity_n([*results, *arrays])
    home["operation"] = passed[0].op.name
    return passed[:count]


_numbers = itertools.count()


def _padded(gradients, arrays):
    return [*gradients, *[None] * (len(arrays) - len(gradients))]


def _plain_value(function, settings, *arrays):
    import tensorflow as tf

    exported = function.exported and tf.inside_function() and not is_recorded()
    return [(function.exported if exported else function.value)(*arrays, **dict(settings))]


def _plain_gradients(function, settings, arrays, u):
    return function.pull(u, *arrays, **dict(settings))


def _island_value(function, settings, *arrays):
    return [program_of(function, "value", settings)(*arrays)]


def _island_gradients(function, settings, arrays, u):
    u.set_shape(arrays[0].shape)
    return _with_rule(_island_products, _second_gradients, function, settings, [u, *arrays])


def _island_products(function, settings, u, *arrays):
    # Summed outside: XLA's sums over rows are slow on a CPU.
    return _summed(program_of(function, "products", settings)(u, *arrays), arrays)


def _second_gradients(function, settings, arrays, *upstream):
    """The gradients of `function.pull`, by kernels, for the arrays that are no integers: the first."""
    import tensorflow as tf

    points = [tf.identity(x) for x in arrays]  # none of which depends on another
    gradients = function.pull(*points, **dict(settings))
    # Not by a tape, which sees nothing where TensorFlow has stopped the recording, as forward mode does.
    points = [x for x in points if x.dtype.is_floating]
    return tf.gradients(gradients, points, upstream, unconnected_gradients="zero")
