"""Activation functions and their derivatives in NumPy float64, from the papers' formulas.

Nothing here imports `custom`, and the formulas are written in another form than there (with
max, min and the Heaviside step in place of a selection; with SciPy's special functions in place of
exponentials), so that one slip cannot be in both. At a kink, a derivative has the book's value.
"""

import numpy as np
from scipy import special

# Xu et al. (2015): a ~ U(3, 8), so E[a] = 11/2 and E[1/a] = ln(8/3) / 5 = 0.196. Were the slope
# itself uniform on (1/8, 1/3), as in other libraries, its mean would be 11/48 = 0.229.
RRELU_MEAN_DIVISOR = 11 / 2
RRELU_MEAN_SLOPE = np.log(8 / 3) / 5
UNIFORM_SLOPE_MEAN = (1 / 8 + 1 / 3) / 2


def double(x):
    return np.asarray(x, np.float64)


def linear(x):
    """x (slides 000)."""
    return double(x)


def linear_derivative(x):
    return np.where(np.isnan(x), np.nan, 1.0)


def clipped_linear(x):
    """1 for x >= 1/2, x between, 0 for x <= -1/2 (slides 000, as printed)."""
    return np.piecewise(double(x), [double(x) >= 0.5, np.abs(x) < 0.5], [1.0, lambda v: v, 0.0])


def clipped_linear_continuous(x):
    """(1 + |x + 1/2| - |x - 1/2|) / 2, which is min(max(x + 1/2, 0), 1)."""
    return np.interp(double(x), [-0.5, 0.5], [0.0, 1.0])


def clipped_linear_derivative(x):
    """1 for |x| < 1/2; 0 at the corners."""
    return np.heaviside(0.5 - np.abs(double(x)), 0.0)


def binary_step(x, threshold=0.0):
    """1 if x >= theta, 0 if x < theta (book 8.15)."""
    return np.heaviside(double(x) - threshold, 1.0)


def sign(x):
    """The difference of two steps."""
    return np.heaviside(double(x), 0.5) - np.heaviside(-double(x), 0.5)


def householder_unit(x, threshold, activity):
    """0 for x <= h, a for x > h (book 8.2)."""
    return activity * np.heaviside(double(x) - threshold, 0.0)


def zero(x):
    """The derivative of a step."""
    return 0.0 * np.nan_to_num(double(x), posinf=0.0, neginf=0.0)


def one(x):
    """The derivative that a straight-through estimator passes on."""
    return 1.0 + zero(x)


def sigmoid(x, slope=1.0):
    """1 / (1 + exp(-a x)) (book 7.2; slides 000), by SciPy."""
    return special.expit(slope * double(x))


def sigmoid_derivative(x, slope=1.0):
    """a e^(-a x) / (1 + e^(-a x))^2 (book 7.3) = a / (4 cosh^2(a x / 2)), by logarithms: no overflow."""
    z = slope * double(x)
    return slope * np.exp(special.log_expit(z) + special.log_expit(-z))


def wilson_cowan(x, a=1.2, theta=2.8):
    """1 / (1 + e^(-a (x - theta))) - 1 / (1 + e^(a theta)) (book 7.1).

    As a difference of two hyperbolic tangents, joined by tanh u - tanh v = sinh(u - v) / (cosh u
    cosh v); by logarithms, so that large arguments do not overflow.
    """
    x = np.clip(double(x), -600, 600)  # where S has reached its limits; larger logarithms would round
    u, v, w = a * (x - theta) / 2, -a * theta / 2, a * x / 2
    log_cosh = lambda t: np.logaddexp(t, -t) - np.log(2)  # noqa: E731
    with np.errstate(divide="ignore"):
        log_sinh = np.abs(w) + np.log(-np.expm1(-2 * np.abs(w))) - np.log(2)
    return 0.5 * np.sign(w) * np.exp(log_sinh - log_cosh(u) - log_cosh(v))


def wilson_cowan_derivative(x, a=1.2, theta=2.8):
    return sigmoid_derivative(double(x) - theta, a)


def tanh(x):
    """sinh / cosh (book 7.5)."""
    return np.tanh(double(x))


def tanh_derivative(x):
    """sech^2 (book 7.6), by the logarithm of cosh."""
    x = np.abs(double(x))
    return np.exp(-2 * (x + np.log1p(np.exp(-2 * x)) - np.log(2)))


def softsign(x):
    """x / (1 + |x|) (book 7.8)."""
    x = double(x)
    return np.sign(x) * np.abs(x) / (1 + np.abs(x))


def softsign_derivative(x):
    """1 / (1 + |x|)^2 (book 7.9)."""
    return (1 + np.abs(double(x))) ** -2.0


def hard_sigmoid(x):
    """0, z / 6 + 1/2, 1 (book 7.10)."""
    return np.interp(double(x), [-3.0, 3.0], [0.0, 1.0])


def hard_sigmoid_derivative(x):
    """1/6 for |z| < 3 (book 7.11), and at the corners, as in the book's code."""
    return np.heaviside(3.0 - np.abs(double(x)), 1.0) / 6


def hard_tanh(x):
    """-1, z, 1 (book 7.12)."""
    return np.maximum(np.minimum(double(x), 1.0), -1.0)


def hard_tanh_derivative(x):
    """1 for |z| < 1 (book 7.13); 0 at the corners, as in the book's code."""
    return np.heaviside(1.0 - np.abs(double(x)), 0.0)


def elu(x, alpha=1.0):
    """max(0, z) + min(0, alpha (e^z - 1)), the form of the book's text below 8.11 with its alpha."""
    x = double(x)
    return np.maximum(0.0, x) + alpha * np.minimum(0.0, np.expm1(np.minimum(x, 0.0)))


def elu_derivative(x, alpha=1.0):
    """1 for z > 0, alpha e^z for z <= 0 (book 8.12)."""
    x = double(x)
    step = np.heaviside(x, 0.0)
    return step + (1 - step) * alpha * np.exp(np.minimum(x, 0.0))


# The SELU paper's constants to double precision, from its equation 14: alpha and lambda are functions
# of erfc(1 / sqrt(2)), erfc(sqrt(2)), e and pi only.
SELU_ALPHA = -np.sqrt(2 / np.pi) / (special.erfc(1 / np.sqrt(2)) * np.exp(0.5) - 1)
SELU_LAMBDA = (
    (1 - special.erfc(1 / np.sqrt(2)) * np.sqrt(np.e))
    * np.sqrt(2 * np.pi)
    / np.sqrt(
        2 * special.erfc(np.sqrt(2)) * np.e**2
        + np.pi * special.erfc(1 / np.sqrt(2)) ** 2 * np.e
        - 2 * (2 + np.pi) * special.erfc(1 / np.sqrt(2)) * np.sqrt(np.e)
        + np.pi
        + 2
    )
)


def selu(x):
    """lambda times the ELU with the paper's alpha (book 8.13)."""
    return SELU_LAMBDA * elu(x, SELU_ALPHA)


def selu_derivative(x):
    """lambda for z > 0, lambda alpha e^z for z <= 0 (book 8.14)."""
    return SELU_LAMBDA * elu_derivative(x, SELU_ALPHA)


def gelu(x):
    """z Phi(z) (book 9.1), with SciPy's distribution function."""
    return double(x) * special.ndtr(double(x))


def gelu_derivative(x):
    """Phi(z) + z phi(z) (book 9.4)."""
    x = double(x)
    return special.ndtr(x) + x * np.exp(-(np.minimum(np.abs(x), 1e3) ** 2) / 2) / np.sqrt(2 * np.pi)


def gelu_tanh(x):
    """z (1 + tanh t) / 2 with t = sqrt(2 / pi) (z + 0.044715 z^3) (book 9.2), as z sigma(2 t)."""
    x = double(x)
    bounded = np.clip(x, -50, 50)
    return x * special.expit(2 * np.sqrt(2 / np.pi) * (bounded + 0.044715 * bounded**3))


def gelu_tanh_derivative(x):
    x = np.clip(double(x), -50, 50)
    t = 2 * np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)
    slope = 2 * np.sqrt(2 / np.pi) * (1 + 0.134145 * x**2)
    return special.expit(t) + x * slope * special.expit(t) * special.expit(-t)


def silu(x, beta=1.0):
    """z sigma(beta z) (book, chapter 9)."""
    return double(x) * special.expit(beta * double(x))


def silu_derivative(x, beta=1.0):
    """sigma + beta z sigma' by the product rule."""
    x = double(x)
    return special.expit(beta * x) + x * sigmoid_derivative(x, beta) if beta else 0.5 + zero(x)


def silu_beta_gradient(x, upstream):
    """Sum of upstream z^2 sigma'(z), the derivative in beta at beta = 1."""
    return np.sum(double(upstream) * double(x) ** 2 * sigmoid_derivative(x))


def softplus(x, beta=1.0):
    """log(1 + e^(beta x)) / beta."""
    return np.logaddexp(0.0, beta * double(x)) / beta


def softplus_derivative(x, beta=1.0):
    return special.expit(beta * double(x))


def softmax(x, axis=-1):
    """e^(x_i) / sum_j e^(x_j) (slides 000), by SciPy."""
    return special.softmax(double(x), axis=axis)


def softmax_derivative(x, axis=-1):
    """The diagonal s_i (1 - s_i), with 1 - s_i as a sum of the others."""
    s = softmax(x, axis)
    return s * (np.sum(s, axis=axis, keepdims=True) - s)


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
