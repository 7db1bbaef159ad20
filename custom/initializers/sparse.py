"""Sparse initialisation."""

import keras
from keras import ops

from .. import _checks
from .._registry import registered
from .._types import Config, Seed, Tensor
from .base import PaperInitializer, columns, normal


@registered
class Sparse(PaperInitializer):
    """Sparse weights: every unit is connected to a fixed number of inputs, whatever their number.

    Formula: in each column of the kernel, k places are drawn without replacement, all sets of k equally
    likely; there `w ~ N(0, s^2)`, elsewhere w = 0. So the variance of what comes in does not depend on the
    number of inputs, and units differ more than with dense weights. A unit with k inputs or fewer is
    connected to all of them.

    Shapes: `(..., inputs, units)`; the column of unit j is `w[..., j]`.

    Args:
        connections: k, at least 1. Default 15, as in the papers.
        stddev: s, above 0. Default 1. For tanh units Sutskever et al. simulate logistic ones: weights times
            0.25 and biases of 0.5.
        seed: an integer, a `keras.random.SeedGenerator`, or `None` (default) for one drawn at random.

    Raises:
        ValueError: connections below 1; a deviation that is not above 0 and finite; a shape with fewer than two axes; a
            seed of another kind; a dtype that is not floating.
        TypeError: a deviation that is no number.

    Differences from Keras: Keras has no such initialiser. PyTorch's `nn.init.sparse_` sets a fraction of each
    column of its (outputs, inputs) matrix to 0: there it is the outgoing weights of an input that have
    a fixed number, and s is 0.01.

    Example:

    >>> import keras
    >>> from custom.initializers import Sparse
    >>> w = Sparse(connections=3, seed=0)((8, 4))
    >>> [int(v) for v in keras.ops.sum(keras.ops.cast(w != 0, "int32"), axis=0)]
    [3, 3, 3, 3]

    Reference: Martens, Deep Learning via Hessian-free Optimization, ICML 2010, section 5; Sutskever, Martens,
    Dahl and Hinton, On the Importance of Initialization and Momentum in Deep Learning, ICML 2013,
    section 3.1.
    """

    def __init__(self, connections: int = 15, stddev: float = 1.0, seed: Seed = None) -> None:
        super().__init__(seed)
        self.connections = _checks.count("connections", connections)
        self.stddev = _checks.real("stddev", stddev, low=0.0, low_open=True)

    def draw(self, shape: tuple[int, ...], dtype: str) -> Tensor:
        size = columns(shape)
        order, values = self.seeds(2)
        scores = keras.random.uniform(size, dtype=dtype, seed=order)
        places = ops.argsort(scores, axis=0)  # in each column a permutation drawn at random, in ties too
        weights = normal(size, self.stddev**2, dtype, values)
        return ops.reshape(ops.where(places < self.connections, weights, ops.zeros_like(weights)), shape)

    def get_config(self) -> Config:
        return {**super().get_config(), "connections": self.connections, "stddev": self.stddev}
