"""Activation functions and their derivatives in NumPy float64, from the papers' formulas.

Nothing here imports `custom`, and the formulas are written in another form than there (with
max, min and the Heaviside step in place of a selection), so that one slip cannot be in both.
"""

import numpy as np

# Xu et al. (2015): a ~ U(3, 8), so E[a] = 11/2 and E[1/a] = ln(8/3) / 5 = 0.196. Were the slope
# itself uniform on (1/8, 1/3), as in other libraries, its mean would be 11/48 = 0.229.
RRELU_MEAN_DIVISOR = 11 / 2
RRELU_MEAN_SLOPE = np.log(8 / 3) / 5
UNIFORM_SLOPE_MEAN = (1 / 8 + 1 / 3) / 2


def relu(x):
    """max(0, x) (book 8.3)."""
    return np.maximum(0.0, np.asarray(x, np.float64))


def relu_derivative(x):
    """The Heaviside step with H(0) = 0 (book 8.4)."""
    return np.heaviside(np.asarray(x, np.float64), 0.0)


def leaky_relu(x, slope):
    """max(0, x) + slope min(0, x) (He et al. 2015, below equation 1; book 8.5, 8.7, 8.9)."""
    x = np.asarray(x, np.float64)
    return np.maximum(0.0, x) + slope * np.minimum(0.0, x)


def leaky_relu_derivative(x, slope):
    """slope + (1 - slope) H(x), with H(0) = 0 (book 8.6, 8.8, 8.10)."""
    return slope + (1.0 - slope) * np.heaviside(np.asarray(x, np.float64), 0.0)


def prelu_alpha_gradient(x, upstream, shared_axes):
    """Sum over the shared positions of upstream * min(0, x) (He et al. 2015, equations 2-3).

    `shared_axes` are axes of `x` counted from 1; the batch axis 0 is always summed away.
    """
    total = np.sum(np.asarray(upstream, np.float64) * np.minimum(0.0, np.asarray(x, np.float64)), axis=0)
    return np.sum(total, axis=tuple(axis - 1 for axis in shared_axes), keepdims=True) if shared_axes else total
