"""SGDW."""

from typing import Any

from .._registry import registered
from .._types import LearningRate
from ._decoupled import DecoupledDecay
from .momentum import Momentum


@registered
class SGDW(DecoupledDecay, Momentum):
    """Stochastic gradient descent with momentum and decoupled weight decay.

    Formula: `m <- mu m + eta_t alpha g`, `w <- w - m - eta_t lambda w`, with m starting at 0 (the paper's
    algorithm 1; the state here is v = -m). eta_t is the multiplier of the schedule, 1 without one, so
    that `learning_rate` is alpha eta_t and the decay of a step is lambda eta_t w whatever alpha is.
    Normalised, `lambda = lambda_norm sqrt(b / (B T))` with batch size b, B training points and T epochs.
    Under Keras's `CosineDecayRestarts` T is the length of the period that a step is in, and `epochs` that of the first.

    From other libraries: a decoupled decay of `learning_rate x weight_decay x w` (Keras) is
    `lambda = alpha x weight_decay`.

    Args:
        learning_rate: alpha eta_t: alpha, or a schedule of the product. Default alpha 0.05.
        momentum: mu (beta_1 in the paper), in [0, 1). Default 0.9.
        weight_decay: lambda, or lambda_norm if `normalized`; at least 0. The paper has no default. Here it is
            1e-5, as in `AdamW`; normalised, 0.025, the paper's for CIFAR-10.
        base_learning_rate: alpha, above 0. Default: the largest learning rate so far, if `learning_rate` is a
            number; so a callback may warm up from a small one, and lowering it later lowers eta_t.
            A schedule that is assigned later is divided by the largest rate until then.
        normalized: whether `weight_decay` is lambda_norm. Default `False`.
        batch_size, training_points, epochs: b, B and T, with `normalized` only.
        **kwargs: `weight_decay_exclude`, `l2`, `l2_exclude`, `learning_rate_multipliers` and the rest, as
            in `PaperOptimizer`. The paper's code lets every variable decay.

    Raises:
        ValueError: a schedule without `base_learning_rate`, or assigned before a step at a rate above 0;
            `weight_decay` set to `None` later; `normalized` without its three numbers.
        TypeError: `normalized` that is no boolean.

    Differences from Keras: `keras.optimizers.SGD(momentum=mu, weight_decay=x)` multiplies its weight
    decay by the learning rate (see above). PyTorch's `SGD(weight_decay=x)` is not decoupled: that is
    `Momentum(l2=x)`. `optax.sgd` has no decay; `optax.add_decayed_weights` before the momentum is
    `Momentum(l2=x)` too.

    Example:

    >>> import keras
    >>> from custom.optimizers import SGDW
    >>> w = keras.Variable(1.0)
    >>> _ = SGDW(0.1, weight_decay=0.2).apply([keras.ops.convert_to_tensor(0.5)], [w])
    >>> round(float(keras.ops.convert_to_numpy(w)), 4)
    0.75

    Reference: Loshchilov and Hutter, Decoupled Weight Decay Regularization, ICLR 2019,
    arXiv:1711.05101, algorithm 1 and appendix B.1 (normalised decay).
    """

    def __init__(
        self, learning_rate: LearningRate = 0.05, momentum: float = 0.9, *, name: str = "sgdw", **kwargs: Any
    ) -> None:
        super().__init__(learning_rate, momentum, name=name, **kwargs)
