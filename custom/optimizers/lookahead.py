"""Lookahead."""

import contextlib
import warnings
from collections.abc import Iterator, Sequence
from typing import Self

import keras
import numpy as np
from keras import ops

from .. import _checks
from .._registry import registered
from .._types import Config, LearningRate, Store, Tensor
from ._adjustable import SCALAR
from .base import before_first_step


class Handed:
    """A setting that every Keras optimizer has, and that this one leaves to the inner optimizer."""

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, optimizer, owner=None):
        return self if optimizer is None else getattr(optimizer.inner, self.name)

    def __set__(self, optimizer, value):
        if "inner" in vars(optimizer):  # Keras's constructor sets its defaults before there is one
            setattr(optimizer.inner, self.name, value)


@registered
class Lookahead(keras.optimizers.Optimizer):
    """Lookahead: k steps of any optimizer forward, one step back to the line where they began.

    Formula: `theta` are the weights that the inner optimizer moves, phi the slow ones, equal to theta
    before its first step. After every k steps of the inner optimizer
    `phi <- phi + alpha (theta - phi)`, `theta <- phi` (the paper's algorithm 1). With k = 1 and
    alpha = 1 this is the inner optimizer, bit for bit, under every option of it.

    A wrapper: whatever is not about slow weights is the inner optimizer's and is handed on to it, in both
    directions. Its learning rate, `l2`, `weight_decay`, clipping, averages (`use_ema`, Keras's
    `SwapEMAWeights`), loss scale and gradient accumulation are read and set on either; constraints hold
    after the step back too. A step is about the variables that it is given and that have a gradient, and no
    others: k counts the steps of each variable.

    The paper evaluates the slow weights. A variable holds them after each k-th step; in between
    `with optimizer.on_slow_weights(): model.evaluate(...)` puts them there, and for the validation in `fit`
    a callback does: `keras.callbacks.LambdaCallback(on_test_begin=lambda logs: optimizer.swap_slow_weights(),
    on_test_end=lambda logs: optimizer.swap_slow_weights())`.

    Args:
        inner: any Keras optimizer. Its state goes on across the step back, as in the paper's main
            experiments. With gradient accumulation k counts its updates.
        k: number of inner steps, at least 1. Default 5.
        alpha: step size of the slow weights, in (0, 1]. Default 0.5.
        name: name of the optimizer.

    Raises:
        TypeError: `inner` that is no Keras optimizer; k that is no whole number.
        ValueError: k below 1; alpha outside (0, 1]; a configuration without `inner`, such as that of the
            bare name.

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

    # Keras's settings, one by one: its constructor sets them on every optimizer.
    weight_decay = Handed()
    clipnorm = Handed()
    clipvalue = Handed()
    global_clipnorm = Handed()
    use_ema = Handed()
    ema_momentum = Handed()
    ema_overwrite_frequency = Handed()
    loss_scale_factor = Handed()
    gradient_accumulation_steps = Handed()

    def __init__(
        self, inner: keras.optimizers.Optimizer, k: int = 5, alpha: float = 0.5, name: str = "lookahead"
    ) -> None:
        if not isinstance(inner, keras.optimizers.Optimizer):
            what = f"inner={inner!r} ({type(inner).__name__})"
            raise TypeError(f"Received: {what}. Expected a Keras optimizer, such as Adam().")
        if not _checks.whole(k):
            raise TypeError(f"Received: k={k!r} ({type(k).__name__}). Expected a whole number, at least 1.")
        if k < 1:
            raise ValueError(f"Received: k={k!r}. Expected a whole number, at least 1.")
        # The learning rate is the inner optimizer's: no variable for another.
        super().__init__(learning_rate=lambda: inner.learning_rate, name=name)
        self.inner, self.k = inner, int(k)
        self.alpha = _checks.real("alpha", alpha, low=0.0, high=1.0, low_open=True)

    def build(self, variables: Sequence[keras.Variable]) -> None:
        if self.built:
            return
        self.inner.build(variables)
        # Not Keras's own, which would make a second set of averages and of accumulated gradients; and past its
        # `__setattr__`, which would take the weights for state.
        object.__setattr__(self, "_trainable_variables", list(variables))
        self._trainable_variables_indices = {self._var_key(v): i for i, v in enumerate(variables)}
        self._slow = [self.add_variable_from_reference(v, name="slow") for v in variables]
        self._steps = self.add_variable((len(variables),), "zeros", "int32", SCALAR, name="steps")
        self.built = True

    def __getattr__(self, name):
        if name == "_model_variables_moving_average" or not name.startswith("_") and name != "inner":
            return getattr(self.inner, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __setattr__(self, name, value):
        own = name in ("inner", "k", "alpha") or name.startswith("_") or name in vars(self) or hasattr(type(self), name)
        if own or "inner" not in vars(self) or not hasattr(self.inner, name):
            super().__setattr__(name, value)
        else:
            setattr(self.inner, name, value)

    @property
    def variables(self) -> list[keras.Variable]:
        return self._variables + self.inner.variables

    @property
    def iterations(self) -> keras.Variable:
        return self.inner.iterations

    @property
    def learning_rate(self) -> Tensor:
        return self.inner.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: LearningRate) -> None:
        self.inner.learning_rate = value

    def slow(self, variable: keras.Variable) -> keras.Variable:
        """The slow weights of `variable`."""
        return self._slow[self._get_variable_index(variable)]

    def swap_slow_weights(self) -> None:
        """Exchange the weights and the slow weights of every variable that is between two of them.

        Called twice it changes nothing. While they are exchanged, evaluate and save, but do not train.
        """
        steps = ops.convert_to_numpy(self._steps) if self.built else ()
        for done, fast, slow in zip(steps, self._trainable_variables, getattr(self, "_slow", ()), strict=True):
            if done % self._period:
                theta = np.array(ops.convert_to_numpy(fast))
                fast.assign(slow)
                slow.assign(theta)

    @contextlib.contextmanager
    def on_slow_weights(self) -> Iterator[None]:
        """Have the variables hold the slow weights within a `with` block."""
        self.swap_slow_weights()
        try:
            yield
        finally:
            self.swap_slow_weights()

    @property
    def _period(self):
        return self.k * (self.inner.gradient_accumulation_steps or 1)

    def apply(self, grads: Sequence[Tensor], trainable_variables: Sequence[keras.Variable] | None = None) -> None:
        if trainable_variables is not None:
            trainable_variables = list(trainable_variables)
            if not self.built:
                self.build(trainable_variables)
        given = self._given(grads, trainable_variables or self._trainable_variables)
        if not given:  # nothing to do, or an error that the inner optimizer words
            self.inner.apply(grads, trainable_variables)
            return
        fast, slow = ([variables[i] for i in given] for variables in (self._trainable_variables, self._slow))
        one = np.zeros(len(self._slow), "int32")
        one[given] = 1
        one = ops.convert_to_tensor(one)
        after = self._steps + one  # a tensor, which stays as it is when the variable moves on
        # Taken anew where a cycle begins, so that weights loaded after `build` count.
        self._assign_where(after - one, given, slow, lambda: [ops.convert_to_tensor(v) for v in fast])
        self.inner.apply(grads, trainable_variables)
        self._steps.assign(after)
        self._iterations.assign_add(1)
        pairs = list(zip(slow, fast, strict=True))
        self._assign_where(after, given, fast, lambda: [self._back(phi, theta) for phi, theta in pairs])

    def _given(self, grads, variables):
        """The places of the variables that a step is about."""
        if not self.built:
            return []
        self._check_variables_are_known(variables)
        pairs = zip(grads, variables, strict=True) if len(grads) == len(variables) else ()
        return [
            self._get_variable_index(v)
            for g, v in pairs
            if g is not None and not self._overwrite_variable_with_gradient(v)
        ]

    def _back(self, phi, theta):
        """The point between slow and fast weights where the next cycle begins."""
        # Not phi + alpha (theta - phi), which rounds also where alpha is 1.
        point = (1 - self.alpha) * phi + self.alpha * theta
        constraint = getattr(theta, "constraint", None)
        return point if constraint is None or self.alpha == 1 else constraint(point)

    def _assign_where(self, steps, given, variables, values):
        """Assign `values()` to the variables given whose steps are a multiple of the period."""
        whole = ops.equal(steps % self._period, 0)
        chosen = [whole[i] for i in given]

        def unchanged():
            return [ops.convert_to_tensor(v) for v in variables]

        def selected():
            return [ops.where(c, new, old) for c, new, old in zip(chosen, values(), unchanged(), strict=True)]

        for variable, value in zip(variables, ops.cond(ops.any(ops.stack(chosen)), selected, unchanged), strict=True):
            variable.assign(value)

    def scale_loss(self, loss: Tensor) -> Tensor:
        return self.inner.scale_loss(loss)

    def finalize_variable_values(self, var_list: Sequence[keras.Variable] | None) -> None:
        self.inner.finalize_variable_values(var_list)

    def exclude_from_weight_decay(
        self, var_list: Sequence[keras.Variable] | None = None, var_names: Sequence[str] | None = None
    ) -> None:
        self.inner.exclude_from_weight_decay(var_list, var_names)

    def save_own_variables(self, store: Store) -> None:
        """Save what is not the inner optimizer's, which Keras saves as a part of this one."""
        store["iteration"] = self._iterations.numpy()
        if not self.built:  # before its first step there is nothing else
            return
        store["steps"] = self._steps.numpy()
        for i, slow in enumerate(self._slow):
            store[f"slow_{i}"] = slow.numpy()

    def load_own_variables(self, store: Store) -> None:
        found = set(store.keys())
        if before_first_step(store) and not int(self._iterations.numpy()):
            return  # the slow weights start with the first step
        old = "iteration" not in found  # by position, as version 0.2.0 did
        names = [str(i + 1) if old else f"slow_{i}" for i in range(len(getattr(self, "_slow", ())))]
        if not self.built or not set(names) <= found or not old and len(found) != len(names) + 2:
            warnings.warn(
                f"Received: a file with {len(found)} variables for {self.name!r}, which has {len(names)} slow weights "
                "and keeps them.",
                stacklevel=2,
            )
            return
        iteration = store["0" if old else "iteration"]
        self._iterations.assign(iteration)
        self._steps.assign(np.full(len(names), iteration, "int32") if old else store["steps"])
        for slow, name in zip(self._slow, names, strict=True):
            slow.assign(store[name])

    def get_config(self) -> Config:
        inner = keras.saving.serialize_keras_object(self.inner)
        return {"name": self.name, "inner": inner, "k": self.k, "alpha": self.alpha}

    @classmethod
    def from_config(cls, config: Config, custom_objects: Config | None = None) -> Self:
        if "inner" not in config:
            raise ValueError(
                "Received: the name of Lookahead, without an inner optimizer. Expected one made of both, such as "
                "Lookahead(Adam())."
            )
        inner = keras.saving.deserialize_keras_object(config["inner"], custom_objects=custom_objects)
        return cls(**{**config, "inner": inner})
