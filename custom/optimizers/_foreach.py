"""Rules on PyTorch: one step over all variables at once, by its foreach functions."""

import weakref

import keras

if keras.backend.backend() == "torch":
    import torch

# Where reading a tensor does not wait for a device: there the scalars of a step are Python numbers, far
# cheaper than tensors. Elsewhere they stay tensors.
READABLE = ("cpu",)


class Overwritten(RuntimeError):
    """A rule used a value once more after an operation had taken over its tensors."""


class State(list):
    """The tensors of one slot, into which operations may write, and the values that still have to read them."""

    def __init__(self, tensors):
        super().__init__(tensors)
        self.readers = []


class TensorList:
    """Tensors of many variables as one value in a rule, in place of a loop over the variables.

    Sums and multiples wait: a value is a list of `(factor, tensors)`, computed when a function or a
    product needs it, so that `w -= rate * (g + v)` is two passes over the weights and no temporary.

    A value never changes, as on the other backends. `+=`, `-=`, `*=`, `running_mean` and
    `running_maximum` write into the tensors of a slot (a `State`) all the same: values that wait for
    those tensors are computed before, and the value that the slot had is given up. Using it once more
    under another name raises `Overwritten`; see `update` for what follows from that.
    """

    # NumPy's scalars leave multiplication to this class.
    __array_ufunc__ = None
    __slots__ = ("__weakref__", "terms")

    def __init__(self, tensors=None, *, terms=()):
        if not terms:
            self.terms = [(1.0, tensors)]
            return
        self.terms = terms
        for _, term in terms:
            if type(term) is State:
                term.readers.append(weakref.ref(self))

    def __getattr__(self, name):
        if name == "terms":
            raise Overwritten(
                "Received: a value that the rule has changed in place since. Expected `1.0 * m` in place of `m` "
                "where the value from before the change is kept."
            )
        raise AttributeError(name)

    @property
    def plain(self):
        """True if the value is one list of tensors without a factor."""
        return len(self.terms) == 1 and _is_one(self.terms[0][0])

    def tensors(self):
        """The tensors of the value; a sum or a multiple is computed, once."""
        if not self.plain:
            # A term without a factor costs nothing to start from.
            (factor, first), *rest = sorted(self.terms, key=lambda term: not _is_one(term[0]))
            if not _is_one(factor):
                result = torch._foreach_mul(first, factor)
            else:
                result, *rest = _add(torch._foreach_add, first, *rest[0]), *rest[1:]
            for term in rest:
                _add(torch._foreach_add_, result, *term)
            self.terms = [(1.0, result)]
        return self.terms[0][1]

    def _taken_over(self):
        """The tensors of the slot that this value is, for writing; `None` if it is no slot's."""
        state = self.terms[0][1]
        if type(state) is not State or not self.plain:
            return None
        for reader in state.readers:
            value = reader()
            if value is not None and value is not self and value.tensors() is state:
                value.terms = [(1.0, [x.clone() for x in state])]
        state.readers.clear()
        del self.terms
        return state

    def __mul__(self, other):
        if not isinstance(other, TensorList):
            return TensorList(terms=[(factor * other, tensors) for factor, tensors in self.terms])
        return _product(torch._foreach_mul, self, other, lambda a, b: a * b)

    def __truediv__(self, other):
        if not isinstance(other, TensorList):
            return TensorList(terms=[(factor / other, tensors) for factor, tensors in self.terms])
        return _product(torch._foreach_div, self, other, lambda a, b: a / b)

    def __rtruediv__(self, number):
        return number * TensorList(torch._foreach_reciprocal(self.tensors()))

    def __add__(self, other):
        if not isinstance(other, TensorList):
            return TensorList(torch._foreach_add(self.tensors(), other))
        return TensorList(terms=[*self.terms, *other.terms])

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -1.0 * other

    def __rsub__(self, number):
        return number + -1.0 * self

    __rmul__ = __mul__
    __radd__ = __add__

    def __iadd__(self, other):
        if other is self:
            return self.__imul__(2.0)
        own = self._taken_over()
        if own is None:
            return self + other
        if not isinstance(other, TensorList):
            torch._foreach_add_(own, other)
        else:
            for factor, tensors in other.terms:
                _add(torch._foreach_add_, own, factor, tensors)
        return TensorList(own)

    def __isub__(self, other):
        return self.__iadd__(-1.0 * other)

    def __imul__(self, other):
        factor = other.tensors() if isinstance(other, TensorList) else other
        own = self._taken_over()
        if own is None:
            return self * other
        torch._foreach_mul_(own, factor)
        return TensorList(own)

    def sqrt(self):
        return TensorList(torch._foreach_sqrt(self.tensors()))

    def abs(self):
        return TensorList(torch._foreach_abs(self.tensors()))

    def sign(self):
        # PyTorch's sign of NaN is 0, which would hide it: NaN times 0 is NaN.
        return TensorList(terms=[(1.0, torch._foreach_sign(self.tensors())), (0.0, self.tensors())])

    def divide_no_nan(self, divisor):
        """The quotient, and 0 where both are 0. Not `nan_to_num`: a gradient that is NaN must show."""
        least = torch.finfo(divisor.tensors()[0].dtype).tiny
        return self / TensorList(torch._foreach_clamp_min(divisor.tensors(), least))

    def running_mean(self, new, decay):
        """`decay` times this value plus `1 - decay` times the new one; a slot changes in place."""
        if not isinstance(decay, float):
            new = (1 - decay) * new
            return self.__imul__(decay).__iadd__(new)
        tensors = new.tensors()
        own = self._taken_over()
        if own is None:
            return TensorList(torch._foreach_lerp(self.tensors(), tensors, 1 - decay))
        torch._foreach_lerp_(own, tensors, 1 - decay)
        return TensorList(own)

    def running_maximum(self, new, decay):
        """The larger of `decay` times this value and the new one; a slot changes in place."""
        if new is self:
            new = 1.0 * new
        maximum = self if decay == 1 else self.__imul__(decay)
        own = maximum._taken_over()
        if own is None:
            return TensorList(torch._foreach_maximum(maximum.tensors(), new.tensors()))
        torch._foreach_maximum_(own, new.tensors())
        return TensorList(own)


def _is_one(factor):
    return isinstance(factor, float) and factor == 1.0


def _add(add, to, factor, tensors):
    """`to + factor tensors`; a factor on an accelerator is not fetched, which would wait for it."""
    if isinstance(factor, float):
        return add(to, tensors, alpha=factor)
    return add(to, torch._foreach_mul(tensors, factor))


def _move(w, step):
    """Add the step to the weights, of which it may hold multiples: those first, before anything else changes w."""
    shares = [factor for factor, tensors in step.terms if tensors is w]
    if shares:
        torch._foreach_mul_(w, 1.0 + sum(shares))
    for factor, tensors in step.terms:
        if tensors is not w:
            _add(torch._foreach_add_, w, factor, tensors)


def _product(function, a, b, of_factors):
    """`function` of two values, with the factors of multiples taken out of it."""
    (p, x), (q, y) = (value.terms[0] if len(value.terms) == 1 else (1.0, value.tensors()) for value in (a, b))
    return TensorList(terms=[(of_factors(p, q), function(x, y))])


def grouped(treatments, indices):
    """By treatment: the positions in `indices` of the variables that get it."""
    groups = {}
    for position, index in enumerate(indices):
        groups.setdefault(treatments[index], []).append(position)
    return tuple((treatment, tuple(positions)) for treatment, positions in groups.items())


def update(optimizer, gradients, variables, learning_rate):
    """One step of `optimizer`, group by group of the variables that it treats alike."""
    known = optimizer._trainable_variables
    if len(known) == len(variables) and all(a is b for a, b in zip(known, variables, strict=True)):
        indices, groups = range(len(known)), optimizer.groups
    else:  # some have no gradient, or they come in another order
        indices = [optimizer._get_variable_index(v) for v in variables]
        groups = grouped(optimizer.treatments, indices)
    with torch.no_grad():
        common = _common(optimizer, learning_rate)
        for treatment, positions in groups:
            slots = [_values([slot[indices[i]] for i in positions]) for slot in optimizer.slot_variables]
            weights = _values([variables[i] for i in positions])
            _update_group(
                optimizer, treatment, [gradients[i] for i in positions], weights, slots, learning_rate, common
            )
        for variable, value in zip(optimizer.scalar_variables if common else (), common, strict=True):
            variable.value.fill_(value)


def _common(optimizer, learning_rate):
    """The scalars of the optimizer's state after this step, once for all groups."""
    if not optimizer.scalar_slots:
        return ()
    value = optimizer.scalar_variables[0].value
    return optimizer.next_scalars(learning_rate, _scalar_in(value.dtype, value.device))


def _scalar_in(dtype, device):
    def scalar(x):
        x = getattr(x, "value", x)
        return float(x) if device.type in READABLE else torch.as_tensor(x, dtype=dtype, device=device)

    return scalar


def _values(variables):
    """The variables' tensors.

    Keras's `value` finds out for each what holds for all: whether a scope is open that gives other
    values. With many small variables that takes as long as the step itself.
    """
    if variables[0].value is variables[0]._value:
        return [v._value for v in variables]
    return [v.value for v in variables]


def _update_group(optimizer, treatment, gradients, weights, slots, learning_rate, common):
    dtype = getattr(torch, treatment[0])
    w, g = ([x if x.dtype is dtype else x.to(dtype) for x in xs] for xs in (weights, gradients))
    scalar = _scalar_in(dtype, weights[0].device)
    scalars = (*optimizer.scalars(learning_rate, scalar), *map(scalar, common))

    def moves(state):
        step, state = optimizer.moves(treatment, TensorList(w), TensorList(g), map(TensorList, state), *scalars)
        return step, [value.tensors() for value in state]

    if optimizer.writes_in_place is None:  # found out on copies, once: no rule takes other ways later
        try:
            moves([State(x.clone() for x in slot) for slot in slots])
            optimizer.writes_in_place = True
        except Overwritten:
            optimizer.writes_in_place = False
    before = [State(slot) if optimizer.writes_in_place else slot for slot in slots]
    step, after = moves(before)
    # State that the rule did not change in place: all that reads it is computed before it changes.
    changed = [(old, new) for old, new in zip(before, after, strict=True) if new is not old]
    if changed:
        step.tensors()
        # One that is another slot's is copied first, as slots may change places.
        new = [[x.clone() for x in new] if any(new is other for other in before) else new for _, new in changed]
        for (old, _), values in zip(changed, new, strict=True):
            torch._foreach_copy_(old, values)
    _move(w, step)
    lower = [i for i, x in enumerate(weights) if x is not w[i]]  # weights in half precision
    if lower:
        torch._foreach_copy_([weights[i] for i in lower], [w[i] for i in lower])
