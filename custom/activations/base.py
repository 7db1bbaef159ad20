"""The contract that every activation layer of this package keeps."""

import keras
from keras import ops


class Activation(keras.layers.Layer):
    """Base of the activation layers: any rank in, the same shape and dtype out.

    A subclass implements `call` (the function as its paper states it) and `derivative` (the
    closed form, element-wise). Where the function has a kink, `derivative` and the automatic
    gradient agree on the value that the subclass's docstring states.

    Args:
        **kwargs: `name`, `dtype` and `trainable`, as for every Keras layer.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def derivative(self, x):
        """Element-wise derivative of the function at `x`, in closed form."""
        raise NotImplementedError(f"{type(self).__name__} does not state its derivative.")

    def compute_output_shape(self, input_shape):
        return input_shape


def piecewise_slope(x, negative_slope):
    """1 where x > 0, `negative_slope` elsewhere, in x's dtype; NaN where x is NaN.

    The derivative that the leaky family shares; at x = 0 it is the negative slope, as the book
    chooses (equations 8.6, 8.8, 8.10).
    """
    x = ops.convert_to_tensor(x)
    # Not `ops.cast`: TensorFlow's takes a Python number through float32, 1e-8 off in float64.
    negative_slope = ops.convert_to_tensor(negative_slope, dtype=x.dtype)
    slope = ops.where(x > 0, ops.ones((), dtype=x.dtype), negative_slope)
    return ops.where(ops.isnan(x), x, slope)
