"""Lookahead."""

import keras
from keras import ops

from custom import _checks


@keras.saving.register_keras_serializable(package="custom")
class Lookahead(keras.optimizers.Optimizer):
    """Lookahead: k steps of any optimizer forward, one step back to the line where they began.

    Formula: `theta` are the weights that the inner optimizer moves, phi the slow ones, equal to theta
    before its first step. After every k steps of the inner optimizer
    `phi <- phi + alpha (theta - phi)`, `theta <- phi` (the paper's algorithm 1). With k = 1 and
    alpha = 1 this is the inner optimizer, bit for bit.

    Args:
        inner: any Keras optimizer. Its state goes on across the step back, as in the paper's main
            experiments. Learning rate, L2, weight decay, clipping and the rest are its own; with
            gradient accumulation k counts its updates.
        k: number of inner steps, at least 1. Default 5.
        alpha: step size of the slow weights, in (0, 1]. Default 0.5.
        name: name of the optimizer.

    Raises:
        TypeError: `inner` that is no Keras optimizer; k that is no whole number.
        ValueError: k below 1; alpha outside (0, 1].

    Differences from Keras: Keras and PyTorch have none. TensorFlow Addons' had k = 6. `optax.lookahead`
    evaluates the same rule on a pair of fast and slow weights that the caller holds.

    Example:

    >>> import keras
    >>> from custom.optimizers import GradientDescent, Lookahead
    >>> w, optimizer = keras.Variable(1.0), Lookahead(GradientDescent(0.5), k=2, alpha=0.5)
    >>> for _ in range(2):
    ...     _ = optimizer.apply([keras.ops.convert_to_tensor(0.5)], [w])
    >>> round(float(keras.ops.convert_to_numpy(w)), 4)
    0.75

    Reference: Zhang, Lucas, Hinton and Ba, Lookahead Optimizer: k steps forward, 1 step back, NeurIPS
    2019, arXiv:1907.08610, algorithm 1.
    """

    def __init__(self, inner, k=5, alpha=0.5, name="lookahead"):
        if not isinstance(inner, keras.optimizers.Optimizer):
            raise TypeError(f"Received: inner={inner!r} ({type(inner).__name__}). Expected a Keras optimizer.")
        if isinstance(k, bool) or not isinstance(k, int):
            raise TypeError(f"Received: k={k!r} ({type(k).__name__}). Expected a whole number, at least 1.")
        if k < 1:
            raise ValueError(f"Received: k={k!r}. Expected a whole number, at least 1.")
        # The learning rate is the inner optimizer's: no variable for another.
        super().__init__(learning_rate=lambda: inner.learning_rate, name=name)
        self.inner, self.k = inner, k
        self.alpha = _checks.real("alpha", alpha, low=0.0, high=1.0, low_open=True)

    def build(self, variables):
        if self.built:
            return
        self.inner.build(variables)
        super().build(variables)
        self._slow = [self.add_variable_from_reference(v, name="slow") for v in variables]

    @property
    def variables(self):
        return self._variables + self.inner.variables

    @property
    def iterations(self):
        return self.inner.iterations

    @property
    def learning_rate(self):
        return self.inner.learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        self.inner.learning_rate = value

    def slow(self, variable):
        """The slow weights of `variable`."""
        return self._slow[self._get_variable_index(variable)]

    def apply(self, grads, trainable_variables=None):
        if not self.built:
            self.build(list(trainable_variables))
        period = self.k * (self.inner.gradient_accumulation_steps or 1)
        fast, slow = self._trainable_variables, self._slow
        # Taken anew where a cycle begins, so that weights loaded after `build` count.
        self._assign_if(self._iterations % period == 0, slow, lambda: [ops.convert_to_tensor(v) for v in fast])
        self.inner.apply(grads, trainable_variables)
        self._iterations.assign_add(1)
        # Not phi + alpha (theta - phi), which rounds also where alpha is 1.
        self._assign_if(
            self._iterations % period == 0,
            fast,
            lambda: [(1 - self.alpha) * phi + self.alpha * theta for phi, theta in zip(slow, fast, strict=True)],
        )

    @staticmethod
    def _assign_if(condition, variables, values):
        """Assign `values()` to the variables, where the condition holds."""
        unchanged = lambda: [ops.convert_to_tensor(v) for v in variables]  # noqa: E731
        for variable, value in zip(variables, ops.cond(condition, values, unchanged), strict=True):
            variable.assign(value)

    def scale_loss(self, loss):
        return self.inner.scale_loss(loss)

    def finalize_variable_values(self, var_list):
        self.inner.finalize_variable_values(var_list)

    def get_config(self):
        inner = keras.saving.serialize_keras_object(self.inner)
        return {"name": self.name, "inner": inner, "k": self.k, "alpha": self.alpha}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        inner = keras.saving.deserialize_keras_object(config["inner"], custom_objects=custom_objects)
        return cls(**{**config, "inner": inner})
