"""Polyak's heavy ball."""

import math
from typing import Any

from .. import _checks
from .._registry import registered
from .._types import Config, LearningRate, Tensor
from ._functions import positive
from .base import PaperOptimizer


def polyak_parameters(m: float, L: float) -> tuple[float, float]:
    """The step size and the momentum of Polyak's heavy ball on a quadratic function.

    Formula: `alpha = 4 / (sqrt(L) + sqrt(m))^2`, `beta = ((sqrt(L) - sqrt(m)) / (sqrt(L) + sqrt(m)))^2`
    (the beta of book 6.14, whose M is L), with m and L the smallest and the largest EIGENVALUE of the
    Hessian at the minimum, not its entries. The distance to the minimum then shrinks by sqrt(beta) a
    step, `(sqrt(kappa) - 1) / (sqrt(kappa) + 1)` with `kappa = L / m`.

    Args:
        m: smallest eigenvalue of the Hessian, above 0.
        L: largest eigenvalue of the Hessian, not below m.

    Returns:
        `(alpha, beta)`, for `PolyakHeavyBall(alpha, beta)`.

    Raises:
        ValueError: eigenvalues outside `0 < m <= L`.
        TypeError: an eigenvalue that is no number.

    Example:

    >>> from custom.optimizers import polyak_parameters
    >>> alpha, beta = polyak_parameters(1, 9)
    >>> alpha, beta
    (0.25, 0.25)

    Reference: Polyak, Some methods of speeding up the convergence of iteration methods, USSR
    Computational Mathematics and Mathematical Physics 4(5), 1964, section 2.
    """
    m, L = _checks.real("m", m), _checks.real("L", L)
    if not 0 < m <= L:
        raise ValueError(f"Received: m={m:g}, L={L:g}. Expected eigenvalues of the Hessian, 0 < m <= L.")
    low, high = math.sqrt(m), math.sqrt(L)
    return 4 / (high + low) ** 2, ((high - low) / (high + low)) ** 2


@registered
class PolyakHeavyBall(PaperOptimizer):
    """Polyak's heavy ball: gradient descent with a share of the last displacement.

    Formula: `w(t+1) = w(t) - eta grad f(w(t)) + beta (w(t) - w(t-1))`, with w(-1) = w(0) (book 6.14).
    The state is the previous iterate, and beta stands outside eta. While nothing else moves the
    weights this is the path of `Momentum`, whose velocity is the displacement; a constraint, a
    decay or a new value from outside counts as displacement here and does not there.

    Args:
        learning_rate: eta, Polyak's alpha. Default 0.01.
        beta: share of the last displacement, in [0, 1). Default 0.9. `polyak_parameters` gives both for
            a quadratic function.
        **kwargs: `l2`, `weight_decay`, their exclusions, `learning_rate_multipliers` and the rest, as in
            `PaperOptimizer`.

    Differences from Keras: Keras has no such form; `keras.optimizers.SGD(momentum=beta)` stores the
    displacement in its place. PyTorch's `SGD` and `optax.sgd` keep eta outside the velocity: the same
    path only while eta is constant.

    Example:

    >>> import keras
    >>> from custom.optimizers import PolyakHeavyBall
    >>> w, optimizer = keras.Variable(1.0), PolyakHeavyBall(0.5, beta=0.5)
    >>> for _ in range(2):
    ...     _ = optimizer.apply([keras.ops.convert_to_tensor(0.5)], [w])
    >>> round(float(keras.ops.convert_to_numpy(w)), 4)
    0.375

    Reference: Polyak, 1964, equation 9.
    """

    slots = ("previous",)

    def __init__(
        self, learning_rate: LearningRate = 0.01, beta: float = 0.9, name: str = "polyak_heavy_ball", **kwargs: Any
    ) -> None:
        super().__init__(learning_rate, name=name, **kwargs)
        self.beta = _checks.real("beta", beta, low=0.0, high=1.0, high_open=True)

    def rule(self, w: Tensor, g: Tensor, rate: Tensor, t: Tensor, previous: Tensor) -> tuple[Tensor, ...]:
        # There is no previous iterate at the first step: the state still holds zeros.
        beta = self.beta * positive(t - 1)
        return beta * (w - previous) - rate * g, w

    def get_config(self) -> Config:
        return {**super().get_config(), "beta": self.beta}
