"""The contract that every optimizer of this package keeps."""

import re

import keras
from keras import ops

from custom import _checks


class PaperOptimizer(keras.optimizers.Optimizer):
    """Base of the optimizers: one rule, with L2 and learning-rate factors by variable.

    A subclass implements `rule(gradient, variable, learning_rate)`, one step of the paper's rule for
    one variable, and names its state in `slots`: each is a list of zeros shaped like the
    variables, which the rule reads by `self.slot("name", variable)`.

    `l2` is the coupled term of the papers (`g + l2 * w`), never to be confused with Keras's
    decoupled `weight_decay` (`w - learning_rate * weight_decay * w`). Gradient clipping acts on the
    gradient of the loss, before the L2 term is added.

    Args:
        learning_rate: step size, a number or a Keras schedule.
        l2: coefficient of the coupled L2 term: `l2 * w` is added to the gradient g before the rule
            sees it, which is what the papers call L2 regularisation or (for SGD) weight decay.
            Default 0.
        l2_exclude: regular expressions; a variable whose path matches one gets no L2 term.
        learning_rate_multipliers: mapping from regular expression to factor; the first that
            matches a variable's path multiplies its learning rate.
        **kwargs: what every Keras optimizer takes (`weight_decay`, clipping, EMA, `name`, ...).
            `weight_decay` is Keras's: decoupled from the rule and multiplied by the learning rate.
    """

    slots = ()

    def __init__(self, learning_rate, *, l2=0.0, l2_exclude=(), learning_rate_multipliers=None, **kwargs):
        if not callable(learning_rate) and not isinstance(
            learning_rate, keras.optimizers.schedules.LearningRateSchedule
        ):
            learning_rate = _checks.real("learning_rate", learning_rate, low=0.0)
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.l2 = _checks.real("l2", l2, low=0.0)
        self.l2_exclude = tuple(
            _checks.pattern("l2_exclude", pattern)
            for pattern in ([l2_exclude] if isinstance(l2_exclude, str) else l2_exclude)
        )
        self.learning_rate_multipliers = {
            _checks.pattern("learning_rate_multipliers", pattern): _checks.real(
                f"learning_rate_multipliers[{pattern!r}]", factor, low=0.0
            )
            for pattern, factor in (learning_rate_multipliers or {}).items()
        }

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self._slots = {name: self.add_optimizer_variables(variables, name) for name in self.slots}

    def slot(self, name, variable):
        """State called `name` of `variable`."""
        return self._slots[name][self._get_variable_index(variable)]

    @staticmethod
    def constant(value, variable):
        """`value` in the variable's dtype."""
        # Not `ops.cast`: TensorFlow's takes a Python number through float32, 1e-8 off in float64.
        return ops.convert_to_tensor(value, dtype=variable.dtype)

    def update_step(self, gradient, variable, learning_rate):
        # Some backends hand over their raw variable, which has no path: take ours.
        path = self._trainable_variables[self._get_variable_index(variable)].path
        rate = self.constant(learning_rate, variable)
        if hasattr(gradient, "dense_shape"):
            # TensorFlow hands over an embedding's gradient as slices that may repeat a row, and
            # squares slice by slice: (a + b)^2 would become a^2 + b^2. Made dense, they are summed.
            gradient = ops.add(gradient, ops.zeros_like(variable))
        gradient = ops.cast(gradient, variable.dtype)
        if self.l2 and not any(re.search(pattern, path) for pattern in self.l2_exclude):
            gradient = gradient + self.constant(self.l2, variable) * variable
        for pattern, factor in self.learning_rate_multipliers.items():
            if re.search(pattern, path):
                rate = rate * self.constant(factor, variable)
                break
        self.rule(gradient, variable, rate)

    def rule(self, gradient, variable, learning_rate):
        """One step for one variable; all three share one dtype."""
        raise NotImplementedError(f"{type(self).__name__} states no rule.")

    def get_config(self):
        return {
            **super().get_config(),
            "l2": self.l2,
            "l2_exclude": list(self.l2_exclude),
            "learning_rate_multipliers": dict(self.learning_rate_multipliers),
        }
