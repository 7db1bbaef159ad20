"""The decoupled weight decay of Loshchilov and Hutter, in its paper's units."""

import math

import keras

from custom import _checks


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
            base_learning_rate = float(keras.ops.convert_to_numpy(self._learning_rate.value))
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
        if normalized:
            self.decay_scale *= math.sqrt(self.batch_size / (self.training_points * self.epochs))

    def get_config(self):
        own = ("base_learning_rate", "normalized", "batch_size", "training_points", "epochs")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}
