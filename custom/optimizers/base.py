"""The contract that every optimizer of this package keeps."""

import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from .. import _checks
from .._types import Config, Initializer, LearningRate, Patterns, Shape, Store, Tensor
from . import _foreach
from ._adjustable import SCALAR, Adjustable, starting_at

HALF = ("float16", "bfloat16")


class PaperOptimizer(keras.optimizers.Optimizer):
    """Base of the optimizers: one rule, with L2, weight decay and learning-rate factors by variable.

    A subclass names its state in `slots` (each starts as zeros shaped like the weights) and states its
    rule once, as `rule(w, g, rate, t, *state) -> step` or `(step, *new state)`: `w` weights, `g` their
    gradient, `rate` the learning rate, `t` = 1, 2, ... the number of the step; the step is what is
    added to the weights. The rule is written with `+ - * /` and the functions of
    `custom.optimizers._functions`, and gets the tensors of one variable (TensorFlow, JAX) or a
    `TensorList` of all of them (PyTorch). Half-precision weights have float32 arithmetic and state.

    State that is one number for all variables, such as a product of momenta, is named in
    `scalar_slots` with its start and stated as `scalar_rule(rate, t, *scalars) -> new scalars`. It moves
    once a step, before the rule, which gets the new values after its state.

    A value in a rule never changes. On PyTorch `m += x`, `m -= x`, `m *= x`, `running_mean(m, ...)` and
    `running_maximum(m, ...)` write into the state's tensors, as Keras's own optimizers do; but what was
    made of m before keeps the value that it had, whether it has been computed or still waits, and so
    does m under another name. Only the state is written to, never the weights or the gradient.

    `l2` is the coupled term of the papers (`g + l2 w`), never to be confused with the decoupled
    `weight_decay` (`w - rate weight_decay w`). Both are taken at the weights from before the step.
    Gradient clipping acts on the gradient of the loss, before the L2 term is added.

    Args:
        learning_rate: step size: a number, a Keras schedule, or a callable without arguments.
        l2: coefficient of the coupled L2 term, which is what the papers call L2 regularisation or
            (for SGD) weight decay. `optimizer.l2 = x` changes it between steps. Default `None`: no
            such term, now or later; give 0 to begin without.
        l2_exclude: regular expressions; a variable whose path matches one gets no L2 term. Default, and
            with `None`: none is left out.
        weight_decay: coefficient of the decoupled decay. Multiplied by the learning rate, as Keras
            does, but for `AdamW` and `SGDW`, where it is their paper's. `optimizer.weight_decay = x`
            changes it. Default `None`: no such term, now or later.
        weight_decay_exclude: regular expressions; a variable whose path matches one does not decay.
            Default, and with `None`: none is left out.
        learning_rate_multipliers: mapping from regular expression to factor; the first that
            matches a variable's path multiplies its learning rate, not its weight decay.
        **kwargs: what every Keras optimizer takes (clipping, EMA, `name`, ...).

    Raises:
        ValueError: a number outside its interval; no regular expression. When the optimizer is built:
            a multiplier's pattern that matches no variable, and exclusions none of which matches
            one. One exclusion of several may match nothing, so that ("bias", "alpha") serves nets
            with and without PReLU.
        TypeError: a number, a regular expression or a mapping of another type.
    """

    slots = ()
    scalar_slots = {}
    # Whether the rule lets PyTorch write into its state; found out at the first step.
    writes_in_place = None
    _dtype_of_state = None
    # What multiplies the weight decay beside the learning rate.
    decay_scale = 1.0
    l2 = Adjustable()
    weight_decay = Adjustable()

    def __init__(
        self,
        learning_rate: LearningRate,
        *,
        l2: float | None = None,
        l2_exclude: Patterns | None = (),
        weight_decay: float | None = None,
        weight_decay_exclude: Patterns | None = (),
        learning_rate_multipliers: Mapping[str, float] | None = None,
        **kwargs: Any,
    ) -> None:
        if not callable(learning_rate):  # as schedules are
            learning_rate = _checks.real("learning_rate", learning_rate, low=0.0)
        super().__init__(learning_rate=learning_rate, weight_decay=weight_decay, **kwargs)
        self.l2 = l2
        self.l2_exclude = _patterns("l2_exclude", l2_exclude)
        self.weight_decay_exclude = _patterns("weight_decay_exclude", weight_decay_exclude)
        if learning_rate_multipliers is None:
            learning_rate_multipliers = {}
        if not isinstance(learning_rate_multipliers, Mapping):
            raise TypeError(
                f"Received: learning_rate_multipliers={learning_rate_multipliers!r}. Expected a mapping from regular "
                "expression to factor."
            )
        self.learning_rate_multipliers = {
            _checks.pattern("learning_rate_multipliers", pattern): _checks.real(
                f"learning_rate_multipliers[{pattern!r}]", factor, low=0.0
            )
            for pattern, factor in learning_rate_multipliers.items()
        }

    def rule(self, w: Tensor, g: Tensor, rate: Tensor, t: Tensor, *state: Tensor) -> Tensor | tuple[Tensor, ...]:
        """The paper's step, to be added to the weights, and after it the new state."""
        raise NotImplementedError(f"{type(self).__name__} states no rule.")

    def scalar_rule(self, rate: Tensor, t: Tensor, *scalars: Tensor) -> Tensor | tuple[Tensor, ...]:
        """The new value of each of `scalar_slots`: one number, or a tuple of them."""
        raise NotImplementedError(f"{type(self).__name__} states no rule for {', '.join(self.scalar_slots)}.")

    def build(self, variables: Sequence[keras.Variable]) -> None:
        if self.built:
            return
        paths = [getattr(v, "path", v.name) for v in variables]
        self._check_patterns(paths)
        super().build(variables)
        self.treatments = tuple(self._treatment(v, path) for v, path in zip(variables, paths, strict=True))
        self.groups = _foreach.grouped(self.treatments, range(len(variables)))
        widest = "float64" if any(dtype == "float64" for dtype, *_ in self.treatments) else "float32"
        for term in (PaperOptimizer.l2, PaperOptimizer.weight_decay):
            term.build(self, widest)
        self._slots = {name: [self._zeros(name, v) for v in variables] for name in self.slots}
        self._scalar_slots = {
            name: self.add_variable((), starting_at(start), widest, SCALAR, name=name)
            for name, start in self.scalar_slots.items()
        }

    def _check_patterns(self, paths):
        def unmatched(patterns):
            return [p for p in patterns if not any(re.search(p, path) for path in paths)]

        wrong = {"learning_rate_multipliers": unmatched(self.learning_rate_multipliers)}
        for term in ("l2", "weight_decay"):
            patterns = getattr(self, f"{term}_exclude")
            if getattr(self, term) is not None and unmatched(patterns) == list(patterns):
                wrong[f"{term}_exclude"] = patterns
        for name, patterns in wrong.items():
            if patterns:
                raise ValueError(
                    f"Received: {name} with {', '.join(map(repr, patterns))}, which matches no variable. "
                    f"Expected a regular expression found in one of the paths {', '.join(paths)}."
                )

    def _treatment(self, variable, path):
        """Treatment of the variable: dtype of its arithmetic and state, L2, decay, its rate's factor."""

        def kept(term):
            return getattr(self, term) is not None and not any(
                re.search(pattern, path) for pattern in getattr(self, f"{term}_exclude")
            )

        dtype = keras.backend.standardize_dtype(variable.dtype)
        factors = (f for pattern, f in self.learning_rate_multipliers.items() if re.search(pattern, path))
        return (
            "float32" if dtype in HALF else dtype,
            kept("l2"),
            kept("weight_decay") and self._use_weight_decay(variable),  # Keras's own exclusions
            next(factors, 1.0),
        )

    def _zeros(self, name, variable):
        """State of the variable, in the dtype of its arithmetic, named and laid out over devices as it is."""
        dtype = keras.backend.standardize_dtype(variable.dtype)
        self._dtype_of_state = "float32" if dtype in HALF else dtype
        try:
            return self.add_variable_from_reference(variable, name=name)
        finally:
            self._dtype_of_state = None

    def add_variable(
        self, shape: Shape, initializer: Initializer = "zeros", dtype: str | None = None, *args: Any, **kwargs: Any
    ) -> keras.Variable:
        return super().add_variable(shape, initializer, self._dtype_of_state or dtype, *args, **kwargs)

    def slot(self, name: str, variable: keras.Variable) -> keras.Variable:
        """State called `name` of `variable`."""
        return self._slots[name][self._get_variable_index(variable)]

    @property
    def slot_variables(self) -> list[list[keras.Variable]]:
        """By slot: the state of each variable."""
        return [self._slots[name] for name in self.slots]

    @property
    def scalar_variables(self) -> list[keras.Variable]:
        """The variables of `scalar_slots`."""
        return [self._scalar_slots[name] for name in self.scalar_slots]

    def next_scalars(self, learning_rate: LearningRate, scalar: Callable[[Tensor], Tensor]) -> tuple[Tensor, ...]:
        """The values of `scalar_slots` after this step; what they are made from, by `scalar`."""
        if not self.scalar_slots:
            return ()
        rate, t = scalar(learning_rate), scalar(self.iterations) + 1
        new = self.scalar_rule(rate, t, *map(scalar, self.scalar_variables))
        return new if isinstance(new, tuple) else (new,)

    def scalars(self, learning_rate: LearningRate, scalar: Callable[[Tensor], Tensor]) -> tuple[Tensor, ...]:
        """Learning rate, number of the step, L2 and decay of this step, each made by `scalar`."""
        rate, t = scalar(learning_rate), scalar(self.iterations) + 1
        l2, decay = (v if v is None else scalar(v) for v in (self._l2_variable, self._weight_decay_variable))
        return rate, t, l2, decay if decay is None else self.decay_scale * rate * decay

    def moves(
        self,
        treatment: tuple,
        w: Tensor,
        g: Tensor,
        state: Sequence[Tensor],
        rate: Tensor,
        t: Tensor,
        l2: Tensor | None,
        decay: Tensor | None,
        *common: Tensor,
    ) -> tuple[Tensor, list[Tensor]]:
        """The step, which is added to the weights, and the new state."""
        _, has_l2, decays, multiplier = treatment
        if has_l2:
            g = g + l2 * w
        result = self.rule(w, g, rate if multiplier == 1 else rate * multiplier, t, *state, *common)
        step, *state = result if self.slots else (result,)
        return step - decay * w if decays else step, state

    def update_step(self, gradient: Tensor, variable: keras.Variable, scalars: Mapping[str, tuple]) -> None:
        """One step of one variable, on TensorFlow and JAX; `scalars` by the dtype of its arithmetic."""
        index = self._get_variable_index(variable)
        treatment, slots = self.treatments[index], [slot[index] for slot in self.slot_variables]
        if hasattr(gradient, "dense_shape"):
            # TensorFlow hands over an embedding's gradient as slices that may repeat a row, and
            # squares slice by slice: (a + b)^2 would become a^2 + b^2. Made dense, they are summed.
            gradient = ops.add(gradient, ops.zeros_like(variable))
        dtype = treatment[0]
        # TensorFlow hands over its own variable, which `cast` may leave one: a rule gets its value.
        w, g, *state = (ops.cast(x, dtype) for x in (ops.stop_gradient(variable), gradient, *slots))
        step, state = self.moves(treatment, w, g, state, *scalars[dtype])
        for slot, value in zip(slots, state, strict=True):
            self.assign(slot, value)
        if keras.backend.standardize_dtype(variable.dtype) == dtype:
            self.assign_add(variable, step)
        else:
            self.assign(variable, w + step)

    def _backend_update_step(self, grads, trainable_variables, learning_rate):
        if keras.backend.backend() == "torch":
            _foreach.update(self, grads, trainable_variables, learning_rate)
            return

        def scalar_in(dtype):
            # `cast` reads a TensorFlow variable once, where `convert_to_tensor` leaves that to each use;
            # alone it would take a Python number through float32, 1e-8 off in float64.
            return lambda x: ops.cast(ops.convert_to_tensor(x, dtype=dtype), dtype)

        # Once for all variables, so that a compiler sees that what follows from them is the same too.
        dtypes = sorted({dtype for dtype, *_ in self.treatments})
        common = self.next_scalars(learning_rate, scalar_in(dtypes[-1]))
        scalars = {
            dtype: (*self.scalars(learning_rate, scalar_in(dtype)), *map(scalar_in(dtype), common)) for dtype in dtypes
        }
        super()._backend_update_step(grads, trainable_variables, scalars)
        for variable, value in zip(self.scalar_variables, common, strict=True):
            self.assign(variable, value)

    def exclude_from_weight_decay(
        self, var_list: Sequence[keras.Variable] | None = None, var_names: Sequence[str] | None = None
    ) -> None:
        if self.built:
            raise ValueError(
                f"Received: exclude_from_weight_decay() of {self.name!r}, which is built. Expected it before the first "
                "step, or weight_decay_exclude=... when the optimizer is made."
            )
        super().exclude_from_weight_decay(var_list, var_names)

    def _named_variables(self):
        """Every variable by what it is: state by slot and place, a number by its name, one of a subclass by place."""
        named = {"iteration": self._iterations, "learning_rate": self._learning_rate}
        named |= {name: getattr(self, f"_{name}_variable") for name in OPTIONS}
        named |= getattr(self, "_scalar_slots", {})
        averages = getattr(self, "_model_variables_moving_average", ())
        accumulated = getattr(self, "_accumulated_gradients", ())
        slots = {"average": averages, "accumulated": accumulated, **getattr(self, "_slots", {})}
        named |= {f"{name}_{i}": v for name, variables in slots.items() for i, v in enumerate(variables)}
        names = {id(v): name for name, v in named.items()}
        others = iter(range(len(self.variables)))
        return {names.get(id(v)) or f"other_{next(others)}": v for v in self.variables}

    def save_own_variables(self, store: Store) -> None:
        """Save the variables by name: another optimizer never takes an option for another, or for state."""
        for name, variable in self._named_variables().items():
            store[name] = variable.numpy()

    def load_own_variables(self, store: Store) -> None:
        """Load what was saved, unless it is another optimizer's state; an option that the file lacks stays as it is."""
        own, found = self._named_variables(), set(store.keys())
        if before_first_step(store) and not int(self._iterations.numpy()):
            # By position a schedule's state would stand where a number's rate does.
            store = dict(zip(("iteration", "learning_rate"), (store[name] for name in sorted(found)), strict=False))
            own, found = {name: v for name, v in own.items() if name in ("iteration", "learning_rate")}, set(store)
        if "iteration" not in found:  # by position, as version 0.2.0 and Keras do
            if "base_learning_rate" in own and len(found) == len(own) - 1:  # 0.2.0 had none among its state
                own.pop("base_learning_rate")
            own = {str(i): variable for i, variable in enumerate(own.values())}
        optional = {"learning_rate", "base_learning_rate", *OPTIONS}
        if (set(own) ^ found) - optional:
            warnings.warn(
                f"Received: a file with {len(found)} variables for {self.name!r}, which has {len(own)} and keeps them. "
                f"Without a counterpart: {', '.join(sorted((set(own) ^ found) - optional)[:4])}.",
                stacklevel=2,
            )
            return
        for name in sorted(set(own) ^ found):
            where = "the file only" if name in found else f"{self.name!r} only, which keeps it"
            warnings.warn(f"Received: a file of another optimizer: {name} is in {where}.", stacklevel=2)
        for name in found & set(own):
            own[name].assign(store[name])

    def _apply_weight_decay(self, variables):
        """Nothing: the decay is part of the step, where it sees the weights from before it."""

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "l2": self.l2,
            "l2_exclude": list(self.l2_exclude),
            "weight_decay_exclude": list(self.weight_decay_exclude),
            "learning_rate_multipliers": dict(self.learning_rate_multipliers),
        }


def before_first_step(store: Store) -> bool:
    """Tell whether a file's optimizer had taken no step: the file has no state, and 0 as their number."""
    found = set(store.keys())
    step, rate = ("iteration", "learning_rate") if "iteration" in found else ("0", "1")
    return step in found and found <= {step, rate} and int(np.asarray(store[step])) == 0


# What an optimizer may have or not, whatever its rule.
OPTIONS = ("l2", "weight_decay")


def _patterns(name, patterns):
    """The regular expressions as a tuple; one may stand alone, and `None` is none."""
    patterns = () if patterns is None else patterns
    if not isinstance(patterns, Iterable):
        what = f"{name}={patterns!r} ({type(patterns).__name__})"
        raise TypeError(f"Received: {what}. Expected regular expressions, or None.")
    return tuple(_checks.pattern(name, p) for p in ([patterns] if isinstance(patterns, str) else patterns))
