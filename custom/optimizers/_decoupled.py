"""The decoupled weight decay of Loshchilov and Hutter, in its paper's units."""

import math

import keras
from keras import ops

from .. import _checks
from .._types import LearningRate, Tensor
from ._adjustable import Adjustable
from ._functions import larger, share

# lambda of PyTorch's AdamW without arguments, 0.01 times its rate of 0.001; the paper's lambda_norm on CIFAR-10.
PLAIN, NORMALIZED = 1e-5, 0.025
PERIODS = 32  # more than a training can have, each at least twice as long as the one before


class Decay(Adjustable):
    """A weight decay that is always there: `None` is the default's name, which a file would turn into a number."""

    def __set__(self, optimizer, value):
        if value is None:
            raise ValueError(f"Received: {self.name}=None for {optimizer.name!r}. Expected a number, 0 for no decay.")
        super().__set__(optimizer, value)


class DecoupledDecay:
    """Mixin before an optimizer's class: weight decay by `eta_t lambda w`, not by the learning rate.

    eta_t is the schedule's multiplier, the learning rate of the step over the base learning rate alpha. Where
    alpha is not given, it is the largest rate so far, which is part of the state: a callback may warm up to it.
    A schedule that takes the place of a number is divided by the largest rate until then, which is alpha from then on.
    """

    weight_decay = Decay()

    def __init__(
        self,
        learning_rate,
        *args,
        weight_decay=None,
        base_learning_rate=None,
        normalized=False,
        batch_size=None,
        training_points=None,
        epochs=None,
        **kwargs,
    ):
        normalized = _checks.boolean("normalized", normalized)
        if weight_decay is None:
            weight_decay = NORMALIZED if normalized else PLAIN
        decay = _checks.real("weight_decay", weight_decay, low=0.0)
        super().__init__(learning_rate, *args, weight_decay=decay, **kwargs)
        if base_learning_rate is None and callable(learning_rate):
            raise ValueError(
                "Received: a schedule as learning_rate, without base_learning_rate. Expected the alpha by which the "
                "schedule is divided to give the multiplier eta_t of the weight decay."
            )
        self.normalized, self._base = normalized, base_learning_rate
        if base_learning_rate is None:
            self._first = float(learning_rate)
            self.scalar_slots = {**self.scalar_slots, "base_learning_rate": 0.0}
        else:
            self._base = _checks.real("base_learning_rate", base_learning_rate, low=0.0, low_open=True)
        lengths = {"batch_size": batch_size, "training_points": training_points, "epochs": epochs}
        if any((value is not None) is not self.normalized for value in lengths.values()):
            received = ", ".join(f"{name}={value!r}" for name, value in lengths.items())
            raise ValueError(
                f"Received: normalized={normalized}, {received}. Expected all three numbers with normalized=True, "
                "and none without."
            )
        for name, value in lengths.items():
            setattr(self, name, value if value is None else _checks.real(name, value, low=0.0, low_open=True))
        self._settle()

    def _settle(self):
        """Set what follows from alpha, the lengths and the schedule."""
        self.decay_scale = 1.0 if self._base is None else 1 / self._base
        self.restarts, self.period_factor = (), 1.0
        if self.normalized:
            self.decay_scale *= math.sqrt(self.batch_size / (self.training_points * self.epochs))
            if isinstance(self._learning_rate, keras.optimizers.schedules.CosineDecayRestarts):
                self._follow(self._learning_rate.get_config())

    @property
    def learning_rate(self) -> Tensor:
        return super().learning_rate

    @learning_rate.setter
    def learning_rate(self, value: LearningRate) -> None:
        base = self.base_learning_rate if callable(value) else None
        if base == 0:
            raise ValueError(
                f"Received: a schedule as learning_rate of {self.name!r}, without base_learning_rate and before a "
                "step at a rate above 0. Expected base_learning_rate when the optimizer is made."
            )
        super(DecoupledDecay, type(self)).learning_rate.fset(self, value)
        if base is not None:
            if self._base is None:
                self._fix(base)
            self._settle()

    def _fix(self, base):
        """Make alpha a number that is part of the configuration, and of the state no longer."""
        self._base = base
        self.scalar_slots = {name: start for name, start in self.scalar_slots.items() if name != "base_learning_rate"}
        if self.built:
            self._untrack_variable(self._scalar_slots.pop("base_learning_rate"))

    @property
    def base_learning_rate(self):
        """alpha: what was given, or the largest learning rate so far."""
        if self._base is not None:
            return self._base
        return float(self._scalar_slots["base_learning_rate"].numpy()) if self.built else self._first

    def build(self, variables):
        if not self.built:
            super().build(variables)
            if self._base is None:
                self._scalar_slots["base_learning_rate"].assign(self._first)

    def scalar_rule(self, rate, t, base):
        return larger(base, rate)

    def moves(self, treatment, w, g, state, rate, t, l2, decay, *common):
        """As of `PaperOptimizer`; a decay that knows no alpha yet gets the one of this step."""
        if self._base is None:
            *common, base = common
            decay = share(decay, base)
        return super().moves(treatment, w, g, state, rate, t, l2, decay, *common)

    def _follow(self, schedule):
        """Find the steps at which a period ends that is followed by a longer one."""
        first, self.period_factor = schedule["first_decay_steps"], schedule["t_mul"]
        if self.period_factor != 1:
            periods = [float(first * self.period_factor**i) for i in range(PERIODS)]
            self.restarts = tuple(sum(periods[: i + 1]) for i in range(PERIODS))

    def scalars(self, learning_rate, scalar):
        """As of `PaperOptimizer`; a normalised decay is that of the step's period."""
        rate, t, l2, decay = super().scalars(learning_rate, scalar)
        if self.restarts:
            ends, done = (ops.cast(x, "float32") for x in (ops.convert_to_tensor(self.restarts), self.iterations))
            past = scalar(ops.sum(ops.cast(ends <= done, "float32")))
            decay = decay * self.period_factor ** (-past / 2)
        return rate, t, l2, decay

    def get_config(self):
        own = ("normalized", "batch_size", "training_points", "epochs")
        given = {name: getattr(self, name) for name in own}
        return {**super().get_config(), "base_learning_rate": self._base, **given}
