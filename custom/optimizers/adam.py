"""Adam and AMSGrad."""

from typing import Any

from .. import _checks
from .._registry import registered
from .._types import Config, LearningRate, Tensor
from ._functions import one_minus_power, running_maximum, running_mean, sqrt
from .base import PaperOptimizer


@registered
class Adam(PaperOptimizer):
    """Adam: adaptive moment estimation; with `amsgrad`, its convergent variant AMSGrad.

    Formula, at step t = 1, 2, ...: `m <- b1 m + (1 - b1) g`, `v <- b2 v + (1 - b2) g^2`,
    `w <- w - eta (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon)`, with m and v starting at 0
    (the paper's algorithm 1; book algorithm 6, with epsilon outside the root as in the paper).

    Without bias correction m and v stand in place of the two quotients. AMSGrad keeps the largest v
    so far, `n <- max(n, v)`, and divides by n in place of v: with `bias_correction=False` this is the
    algorithm 2 of Reddi et al. (which also projects: give the variable a constraint; and has no
    epsilon); with bias correction n, of uncorrected values, is divided by `1 - b2^t` as v would be.

    Args:
        learning_rate: eta. Default 0.001.
        beta_1: b1, in [0, 1). Default 0.9.
        beta_2: b2, in [0, 1). Default 0.999.
        epsilon: above 0. Default 1e-8.
        bias_correction: whether m and v are divided by 1 - b1^t and 1 - b2^t. Default `True`.
        amsgrad: whether the largest v so far replaces v. Default `False`.
        **kwargs: `l2`, `weight_decay`, their exclusions, `learning_rate_multipliers` and the rest, as in
            `PaperOptimizer`. `Adam(l2=...)` is what the AdamW paper calls Adam with L2 regularisation.

    Differences from Keras: `keras.optimizers.Adam` uses the form of the end of the paper's
    section 2, where epsilon, 1e-7, is added to sqrt(v) before the bias correction: it weighs
    1 / sqrt(1 - b2^t) times as much, 3.2e-6 at the first step. Its `amsgrad` is that of this class
    with bias correction, but for epsilon. PyTorch's `Adam` has this rule, `amsgrad` too; its
    `weight_decay` is `l2` here. `optax.adam` has this rule; `optax.amsgrad` takes the largest of the
    corrected v.

    Example:

    >>> import keras
    >>> from custom.optimizers import Adam
    >>> w = keras.Variable(1.0)
    >>> _ = Adam(0.1).apply([keras.ops.convert_to_tensor(0.5)], [w])
    >>> round(float(keras.ops.convert_to_numpy(w)), 4)
    0.9

    Reference: Kingma and Ba, Adam: A Method for Stochastic Optimization, ICLR 2015,
    arXiv:1412.6980, algorithm 1; Reddi, Kale and Kumar, On the Convergence of Adam and Beyond, ICLR
    2018, arXiv:1904.09237, algorithm 2.
    """

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        *,
        bias_correction: bool = True,
        amsgrad: bool = False,
        name: str = "adam",
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, name=name, **kwargs)
        self.beta_1 = _checks.real("beta_1", beta_1, low=0.0, high=1.0, high_open=True)
        self.beta_2 = _checks.real("beta_2", beta_2, low=0.0, high=1.0, high_open=True)
        self.epsilon = _checks.real("epsilon", epsilon, low=0.0, low_open=True)
        self.bias_correction = _checks.one_of("bias_correction", bias_correction, (True, False))
        self.amsgrad = _checks.one_of("amsgrad", amsgrad, (True, False))
        self.slots = ("moment_1", "moment_2", *(["largest_moment_2"] if self.amsgrad else []))

    def rule(
        self, w: Tensor, g: Tensor, rate: Tensor, t: Tensor, m: Tensor, v: Tensor, *largest: Tensor
    ) -> tuple[Tensor, ...]:
        m = running_mean(m, g, self.beta_1)
        v = running_mean(v, g * g, self.beta_2)
        largest = tuple(running_maximum(n, v) for n in largest)
        c1, c2 = (one_minus_power(b, t) if self.bias_correction else 1.0 for b in (self.beta_1, self.beta_2))
        # The formula with sqrt(c2) taken out of the root of v / c2: one pass fewer over the weights.
        root = sqrt(c2)
        step = -rate * root / c1 * m / (sqrt(*largest or (v,)) + self.epsilon * root)
        return step, m, v, *largest

    def get_config(self) -> Config:
        own = ("beta_1", "beta_2", "epsilon", "bias_correction", "amsgrad")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}
