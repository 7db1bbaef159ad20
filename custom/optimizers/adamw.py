"""AdamW."""

from typing import Any

from .._registry import registered
from .._types import LearningRate
from ._decoupled import DecoupledDecay
from .adam import Adam


@registered
class AdamW(DecoupledDecay, Adam):
    """Adam with decoupled weight decay.

    Formula: with Adam's m_hat and v_hat, `w <- w - eta_t (alpha m_hat / (sqrt(v_hat) + epsilon) + lambda w)`
    (the paper's algorithm 2, line 12; book algorithm 9, where eta multiplies both terms). eta_t is the
    multiplier of the schedule, 1 without one, so that `learning_rate` is alpha eta_t and the decay of a
    step is lambda eta_t w whatever alpha is. Normalised, `lambda = lambda_norm sqrt(b / (B T))` with
    batch size b, B training points and T epochs. Under Keras's `CosineDecayRestarts` T is the length of
    the period that a step is in, and `epochs` that of the first one.

    From other libraries: their decay of a step is `learning_rate x weight_decay x w`, that is
    `lambda = alpha x weight_decay`. Keras's 0.004 and PyTorch's 0.01 at alpha 0.001 are lambda 4e-6
    and 1e-5; the paper's lambda 1.26e-4 (lambda_norm 0.025, b 128, B 50,000, T 100) is their 0.126.

    Args:
        learning_rate: alpha eta_t: alpha, or a schedule of the product. Default alpha 0.001.
        beta_1, beta_2, epsilon, bias_correction, amsgrad: as in `Adam`.
        weight_decay: lambda, or lambda_norm if `normalized`; at least 0. The paper has no default. Here it is
            1e-5, which PyTorch's 0.01 comes to at alpha 0.001; normalised, 0.025, the paper's for CIFAR-10.
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
        TypeError: a second argument by position, which is the weight decay in Keras and beta_1 elsewhere;
            `normalized` that is no boolean.

    Differences from Keras: `keras.optimizers.AdamW` multiplies its weight decay by the learning rate,
    as do PyTorch's `AdamW` and `optax.adamw` (see above), and has its Adam's epsilon. `AdamW()` is
    PyTorch's `AdamW(parameters)`.

    Example:

    >>> import keras
    >>> from custom.optimizers import AdamW
    >>> w = keras.Variable(1.0)
    >>> _ = AdamW(0.1, weight_decay=0.2).apply([keras.ops.convert_to_tensor(0.5)], [w])
    >>> round(float(keras.ops.convert_to_numpy(w)), 4)
    0.7

    Reference: Loshchilov and Hutter, Decoupled Weight Decay Regularization, ICLR 2019,
    arXiv:1711.05101, algorithm 2 and appendix B.1 (normalised decay).
    """

    def __init__(self, learning_rate: LearningRate = 0.001, *, name: str = "adamw", **kwargs: Any) -> None:
        super().__init__(learning_rate, name=name, **kwargs)
