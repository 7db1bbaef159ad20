"""Weights whose columns have length 1."""

from keras import ops

from .._registry import registered
from .._types import Tensor
from .base import PaperInitializer, columns, normal


@registered
class UnitNormColumns(PaperInitializer):
    """Normal weights, the incoming weights of each unit then scaled to length 1.

    Formula: `w_j = v_j / |v_j|` with `v_ij ~ N(0, 1)`, where w_j holds all weights that lead into unit j: a
    direction drawn uniformly from the sphere. Each weight has mean 0 and variance 1 / n, as with
    `LeCunNormal`, but the sum of their squares is exactly 1.

    Shapes: `(..., inputs, units)`: the column of a unit is `w[..., j]`, for a dense kernel `w[:, j]`, for a
    convolution's its whole window.

    Args:
        seed: an integer, a `keras.random.SeedGenerator`, or `None` (default) for one drawn at random.

    Raises:
        ValueError: a shape with fewer than two axes; a seed of another kind; a dtype that is not floating.

    Differences from Keras: Keras has no such initialiser; `keras.constraints.UnitNorm` divides by
    length + 1e-7 after each step of training, by default along axis 0. The paper's published code does this for its
    fully connected networks, the output layer included, with biases of 0.

    Example:

    >>> import keras
    >>> from custom.initializers import UnitNormColumns
    >>> w = UnitNormColumns(seed=0)((5, 3))
    >>> [round(float(v), 5) for v in keras.ops.sum(w * w, axis=0)]
    [1.0, 1.0, 1.0]

    Reference: Hendrycks and Gimpel, Gaussian Error Linear Units (GELUs), 2016, arXiv:1606.08415, section 3,
    and the code published with it.
    """

    def draw(self, shape: tuple[int, ...], dtype: str) -> Tensor:
        rows = normal(columns(shape), 1.0, dtype, self.seed)
        return ops.reshape(rows / ops.sqrt(ops.sum(ops.square(rows), axis=0, keepdims=True)), shape)
