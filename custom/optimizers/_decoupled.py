"""The decoupled weight decay of Loshchilov and Hutter, in its paper's units."""

import math

import keras
from keras import ops

from custom import _checks

PERIODS = 32  # more than a training can have, each at least twice as long as the one before


class DecoupledDecay:
    """Mixin before an optimizer's class: weight decay by `eta_t lambda w`, not by the learning rate.

    eta_t is the schedule's multiplier, the learning rate of the step over the base learning rate alpha.
    """

    def __init__(
        self,
        *args,
        weight_decay,
        base_learning_rate=None,
        normalized=False,
        batch_size=None,
        training_points=None,
        epochs=None,
        **kwargs,
    ):
        super().__init__(*args, weight_decay=_checks.real("weight_decay", weight_decay, low=0.0), **kwargs)
        if base_learning_rate is None and isinstance(self._learning_rate, keras.Variable):
            base_learning_rate = float(self._learning_rate.value)
        if base_learning_rate is None:
            raise ValueError(
                "Received: a schedule as learning_rate, without base_learning_rate. Expected the alpha by which the "
                "schedule is divided to give the multiplier eta_t of the weight decay."
            )
        self.base_learning_rate = _checks.real("base_learning_rate", base_learning_rate, low=0.0, low_open=True)
        self.normalized = _checks.one_of("normalized", normalized, (True, False))
        lengths = {"batch_size": batch_size, "training_points": training_points, "epochs": epochs}
        if any((value is not None) is not self.normalized for value in lengths.values()):
            received = ", ".join(f"{name}={value!r}" for name, value in lengths.items())
            raise ValueError(
                f"Received: normalized={normalized}, {received}. Expected all three numbers with normalized=True, "
                "and none without."
            )
        for name, value in lengths.items():
            setattr(self, name, value if value is None else _checks.real(name, value, low=0.0, low_open=True))
        self.decay_scale = 1 / self.base_learning_rate
        self.restarts, self.period_factor = (), 1.0
        if normalized:
            self.decay_scale *= math.sqrt(self.batch_size / (self.training_points * self.epochs))
            if isinstance(self._learning_rate, keras.optimizers.schedules.CosineDecayRestarts):
                self._follow(self._learning_rate.get_config())

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
        own = ("base_learning_rate", "normalized", "batch_size", "training_points", "epochs")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}
