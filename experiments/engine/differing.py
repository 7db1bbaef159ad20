"""The plain numbers in which the members of a stack differ, and how one program holds them all."""

import functools
import numbers
import operator

import jax
import keras
import numpy as np
from jax import numpy as jnp

# What of a layer or an optimizer holds numbers of its own.
PARTS = (
    keras.Regularizer,
    keras.constraints.Constraint,
    keras.optimizers.Optimizer,
    keras.optimizers.schedules.LearningRateSchedule,
)
PLAIN = (bool, int, float, str, type(None), tuple, list)
# Attributes in which members may differ without another program: names, and seeds, whose state is a variable.
OWN = ("name", "_name", "_path", "_parent_path", "path", "seed", "_initial_seed", "_object_id")


class Unstackable(Exception):
    """These runs do not fit one program; each can still run alone."""


class Scalar:
    """A number that differs from member to member, in place of the Python float that a single run has.

    Arithmetic with an array to its right keeps the array's dtype, as a float does. A comparison has to
    come out the same for all members, as it decides what is compiled.
    """

    def __init__(self, values, traced):
        self.values, self.traced = values, traced

    def _cast(self, other):
        dtype = getattr(other, "dtype", None)
        return self.traced if dtype is None else self.traced.astype(keras.backend.standardize_dtype(dtype))

    def _apply(self, operation, other=None, swapped=False):
        if isinstance(other, Scalar):
            pair, values = (self.traced, other.traced), (self.values, other.values)
        else:
            values, pair = (self.values, other), (self._cast(other), other)
        if swapped:
            pair, values = pair[::-1], values[::-1]
        result = operation(*pair)
        return Scalar(operation(*values), result) if isinstance(other, (Scalar, numbers.Number)) else result

    def __neg__(self):
        return Scalar(-self.values, -self.traced)

    def __abs__(self):
        return Scalar(abs(self.values), abs(self.traced))

    def _agree(self, outcomes):
        if np.any(outcomes) != np.all(outcomes):
            raise Unstackable(f"a decision depends on a number that is {self.values[0]} here, {self.values[-1]} there")
        return bool(np.all(outcomes))

    def __bool__(self):
        return self._agree(self.values != 0)

    def __float__(self):
        raise Unstackable("a number that differs from run to run is needed when the program is compiled")

    def __hash__(self):
        return id(self)

    def __jax_array__(self):
        return self.traced


def _arithmetic(name, swapped):
    def method(self, other):
        return self._apply(getattr(operator, name), other, swapped)

    return method


for _name in ("add", "sub", "mul", "truediv", "pow"):
    setattr(Scalar, f"__{_name}__", _arithmetic(_name, False))
    setattr(Scalar, f"__r{_name}__", _arithmetic(_name, True))
for _name in ("lt", "le", "gt", "ge", "eq", "ne"):

    def _compare(self, other, name=f"__{_name}__"):
        other = other.values if isinstance(other, Scalar) else other
        return self._agree(getattr(self.values, name)(other))

    setattr(Scalar, f"__{_name}__", _compare)


def _objects(member):
    """Return the objects that hold a member's numbers, in an order that all members share."""
    found, todo = [], [*member.model._flatten_layers(include_self=False), member.optimizer]
    while todo:
        owner = todo.pop(0)
        if any(owner is other for other in found):
            continue
        found.append(owner)
        for value in vars(owner).values():
            if isinstance(value, PARTS):
                todo.append(value)
    return found


def _plain(values):
    """Tell whether these lists hold numbers or words, not objects that are looked at by themselves."""
    return any(isinstance(item, (bool, int, float, str)) for value in values for item in value)


class Differences:
    """The floats in which members differ, and where they are in the first of them.

    Args:
        members: `engine.stacked.Member`s of one architecture.

    Attributes:
        found: `(index of the object, attribute, values)`.
        raw: whether layers get JAX's tracers; `Scalar`s otherwise, which can be compared.

    Raises:
        Unstackable: they differ in something else.
    """

    def __init__(self, members):
        self.raw, self.found = False, []
        owners = [_objects(member) for member in members]
        if len({tuple(type(x) for x in row) for row in owners}) > 1:
            raise Unstackable("their layers or optimizers are of other kinds")
        self.owners = owners[0]
        for i, group in enumerate(zip(*owners, strict=True)):
            for name in vars(group[0]):
                values = [vars(x).get(name) for x in group]
                if name in OWN or not all(isinstance(v, PLAIN) for v in values):
                    continue
                if any(repr(v) != repr(values[0]) for v in values):
                    self._differ(i, name, values, type(group[0]).__name__)

    def _differ(self, i, name, values, kind):
        if all(isinstance(v, float) for v in values):
            self.found.append((i, name, np.array(values)))
        elif not all(isinstance(v, (tuple, list)) for v in values) or _plain(values):
            raise Unstackable(f"{kind}.{name} is {values[0]!r} here, {values[-1]!r} there")

    @property
    def values(self):
        """By difference: an array, one number a member."""
        return [jnp.asarray(values, "float32") for _, _, values in self.found]

    @property
    def description(self):
        """JSON values that say the same."""
        return [[name, values.tolist()] for _, name, values in self.found]

    def inside(self, function):
        """`function(*arguments)` of the first member as `f(values, *arguments)` of any: while it is traced, its
        numbers are where the first member's were.
        """

        @functools.wraps(function)
        def traced(values, *arguments):
            kept = []
            try:
                for (i, name, own), value in zip(self.found, values, strict=True):
                    place = vars(self.owners[i])
                    kept.append((place, dict(place)))
                    place[name] = value if self.raw else Scalar(own, value)
                    if isinstance(self.owners[i], keras.layers.Dropout):
                        place["call"] = functools.partial(_dropout, self.owners[i], value)
                return function(*arguments)
            finally:
                for place, before in reversed(kept):
                    place.clear()
                    place.update(before)

        return traced


def _dropout(layer, rate, inputs, training=False):
    """Keras's layer for a rate that is not known when the program is compiled; the same mask as its own."""
    if not training:
        return inputs
    shape = layer.noise_shape or inputs.shape
    shape = [n if own is None else own for n, own in zip(inputs.shape, shape, strict=True)]
    kept = jax.random.bernoulli(layer.seed_generator.next(), 1.0 - rate, shape)
    return jnp.where(kept, inputs / (1.0 - rate).astype(inputs.dtype), 0)
