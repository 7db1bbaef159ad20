"""Automatic differentiation: the only place where `custom` meets a backend by its own name.

Functions take and return Keras tensors and are written with `keras.ops`.
"""

import math

import keras
import numpy as np
from keras import ops


class precision:
    """Keras in `dtype` within a `with` block: floatx and, for float64, arithmetic that stays in it.

    On JAX that takes 64-bit numbers. And on JAX and PyTorch Keras's rule of promotion makes float32 of
    float64, whatever floatx is (keras-team/keras#23704): `ops.matmul`, `ops.mean` and, on JAX, `ops.tanh`
    would compute in float32, 1e-7 off. The rule is a table inside Keras, set right here and put back.
    """

    def __init__(self, dtype):
        self.dtype = dtype

    def __enter__(self):
        # Keras derives its global policy from floatx at the first use, and keeps it: that must not be here.
        keras.config.dtype_policy()
        self.before = keras.config.floatx(), *self._switches()
        self._switch(self.dtype, *((True, "float64") if self.dtype == "float64" else self.before[1:]))
        if self.dtype == "float64" and keras.backend.result_type("float64", "float32") != "float64":
            self.__exit__()
            raise RuntimeError(
                f"Received: Keras {keras.__version__} on {keras.backend.backend()}, whose operations make float32 of "
                "float64. Expected one that keeps it, as Keras 3.15 can be made to, or the TensorFlow backend."
            )
        return self

    def __exit__(self, *exception):
        self._switch(*self.before)

    @staticmethod
    def _switches():
        x64 = None
        if keras.backend.backend() == "jax":
            import jax

            x64 = jax.config.jax_enable_x64
        return x64, _promotions().get("float64")

    @staticmethod
    def _switch(floatx, x64, double):
        keras.config.set_floatx(floatx)
        if keras.backend.backend() == "jax":
            import jax

            jax.config.update("jax_enable_x64", x64)
        if double is not None:
            _promotions()["float64"] = double


def _promotions():
    from keras.src.backend.common import dtypes

    return getattr(dtypes, "BIT64_TO_BIT32_DTYPE", {})


def compiled(function):
    """`function` compiled on JAX, which would otherwise compile loops such as an RNN's at every call."""
    if keras.backend.backend() != "jax":
        return function
    import jax

    return jax.jit(function)


def pullback(function, *arrays):
    """`y = function(*arrays)`, and the function from `u`, of y's shape, to the gradients of `sum(u y)`.

    One gradient an array; zeros for an array that y does not depend on. It may be differentiated again.
    """
    arrays = [ops.convert_to_tensor(x) for x in arrays]
    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        y, pull = jax.vjp(lambda *xs: ops.convert_to_tensor(function(*xs)), *arrays)
        return y, lambda u: list(pull(u))
    if backend == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape(persistent=True) as tape:
            tape.watch(arrays)
            y = ops.convert_to_tensor(function(*arrays))

        def pull(u):
            gradients = tape.gradient(y, arrays, u, unconnected_gradients=tf.UnconnectedGradients.ZERO)
            return [tf.convert_to_tensor(g) for g in gradients]  # an embedding's come as slices

        return y, pull
    if backend == "torch":
        import torch

        again = any(x.requires_grad for x in arrays)  # called by a function that is itself differentiated
        with torch.enable_grad():
            arrays = [x if x.requires_grad else x.detach().requires_grad_() for x in arrays]
            y = ops.convert_to_tensor(function(*arrays))

        def pull(u):
            if not y.requires_grad:
                return [torch.zeros_like(x) for x in arrays]
            gradients = torch.autograd.grad(
                y, arrays, u, retain_graph=True, create_graph=again, allow_unused=True, materialize_grads=True
            )
            return list(gradients)

        return (y if again else y.detach()), pull
    raise NotImplementedError(f"Received: the backend {backend!r}. Expected 'tensorflow', 'jax' or 'torch'.")


def traced(y):
    """A function's value `y` as a tensor, or an error: what has left the backend would have a gradient of 0."""
    for part in keras.tree.flatten(y):
        if not ops.is_tensor(part) and not isinstance(part, keras.Variable):
            raise TypeError(
                f"Received: a function whose value is {part!r} ({type(part).__name__}). Expected a tensor: write it "
                "with keras.ops."
            )
    return ops.convert_to_tensor(y)


def number(y):
    """A function's value `y`, a tensor of one number, without axes; or an error that quotes its shape."""
    if math.prod(y.shape) != 1:
        raise ValueError(f"Received: a function whose value has shape {tuple(y.shape)}. Expected a single number.")
    return ops.reshape(y, ())


def value_and_gradient(function, *arrays):
    """The value of `function(*arrays)`, a single number, and the list of its gradients."""
    y, pull = pullback(lambda *arrays: number(traced(function(*arrays))), *arrays)
    return y, pull(ops.ones_like(y))


def gradient(function, x):
    """Gradient of `function`, whose value is a single number, at `x`."""
    return value_and_gradient(function, x)[1][0]


def jacobian(function, x):
    """Derivatives of each entry of `function(x)` in each entry of `x`: y's axes first, then x's.

    Row by row, in the reverse mode: the one that custom gradients have on every backend.
    """
    x = ops.convert_to_tensor(x)
    y, pull = pullback(lambda x: traced(function(x)), x)
    shape, size = tuple(y.shape), math.prod(y.shape)
    if size == 0:
        return ops.zeros((*shape, *x.shape), dtype=x.dtype)
    rows = [pull(ops.convert_to_tensor(row, dtype=y.dtype))[0] for row in np.eye(size).reshape(size, *shape)]
    return ops.reshape(ops.stack(rows), (*shape, *x.shape))


def hessian(function, x):
    """Second derivatives of `function`, whose value is a single number, at `x`: x's axes twice."""
    return jacobian(lambda x: gradient(function, x), x)
