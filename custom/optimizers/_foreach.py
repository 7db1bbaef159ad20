"""Rules on PyTorch: one step over all variables at once, by its foreach functions."""

import keras

if keras.backend.backend() == "torch":
    import torch

# Where reading a tensor does not wait for a device: there the scalars of a step are Python numbers, far
# cheaper than tensors. Elsewhere they stay tensors.
READABLE = ("cpu",)


class TensorList:
    """Tensors of many variables as one value in a rule, in place of a loop over the variables.

    Sums and multiples wait: a value is a list of `(factor, tensors)`, computed when a function or a
    product needs it, so that `w -= rate * (g + v)` is two passes over the weights and no temporary.
    `+=`, `-=` and `*=` write into the tensors of a value that is one plain list, as the state and the
    weights are; everything else makes new tensors. A value that waits reads its tensors when it is
    computed: a rule changes its state first and builds the step from it afterwards, or computes the
    step by a function before.
    """

    # NumPy's scalars leave multiplication to this class.
    __array_ufunc__ = None

    def __init__(self, tensors=None, *, terms=()):
        self.terms = terms or [(1.0, tensors)]

    @property
    def plain(self):
        """Whether the value is one list of tensors without a factor."""
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

    def __mul__(self, other):
        if not isinstance(other, TensorList):
            return TensorList(terms=[(factor * other, tensors) for factor, tensors in self.terms])
        return _product(torch._foreach_mul, self, other, lambda a, b: a * b)

    def __truediv__(self, other):
        if not isinstance(other, TensorList):
            return TensorList(terms=[(factor / other, tensors) for factor, tensors in self.terms])
        return _product(torch._foreach_div, self, other, lambda a, b: a / b)

    def __add__(self, other):
        if not isinstance(other, TensorList):
            return TensorList(torch._foreach_add(self.tensors(), other))
        return TensorList(terms=[*self.terms, *other.terms])

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -1.0 * other

    __rmul__ = __mul__
    __radd__ = __add__

    def __iadd__(self, other):
        if not self.plain:
            return self + other
        own = self.terms[0][1]
        shares = [factor for factor, tensors in other.terms if tensors is own]
        if shares:  # a multiple of itself, before anything else changes it
            torch._foreach_mul_(own, 1.0 + sum(shares))
        for factor, tensors in other.terms:
            if tensors is not own:
                _add(torch._foreach_add_, own, factor, tensors)
        return self

    def __isub__(self, other):
        self += -1.0 * other
        return self

    def __imul__(self, number):
        if not self.plain:
            return self * number
        torch._foreach_mul_(self.terms[0][1], number)
        return self

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
        """In place: `decay` times this value plus `1 - decay` times the new one."""
        if isinstance(decay, float):
            torch._foreach_lerp_(self.terms[0][1], new.tensors(), 1 - decay)
            return self
        self *= decay
        self += (1 - decay) * new
        return self

    def running_maximum(self, new, decay):
        """In place: the larger of `decay` times this value and the new one."""
        if decay != 1:
            self *= decay
        torch._foreach_maximum_(self.terms[0][1], new.tensors())
        return self


def _is_one(factor):
    return isinstance(factor, float) and factor == 1.0


def _add(add, to, factor, tensors):
    """`to + factor tensors`; a factor on an accelerator is not fetched, which would wait for it."""
    if isinstance(factor, float):
        return add(to, tensors, alpha=factor)
    return add(to, torch._foreach_mul(tensors, factor))


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
        for treatment, positions in groups:
            slots = [TensorList(_values([slot[indices[i]] for i in positions])) for slot in optimizer.slot_variables]
            weights = _values([variables[i] for i in positions])
            _update_group(optimizer, treatment, [gradients[i] for i in positions], weights, slots, learning_rate)


def _values(variables):
    """The variables' tensors.

    Keras's `value` finds out for each what holds for all: whether a scope is open that gives other
    values. With many small variables that takes as long as the step itself.
    """
    if variables[0].value is variables[0]._value:
        return [v._value for v in variables]
    return [v.value for v in variables]


def _update_group(optimizer, treatment, gradients, weights, slots, learning_rate):
    dtype, device = getattr(torch, treatment[0]), weights[0].device
    w, g = (TensorList([x if x.dtype is dtype else x.to(dtype) for x in xs]) for xs in (weights, gradients))

    def scalar(x):
        x = getattr(x, "value", x)
        return float(x) if device.type in READABLE else torch.as_tensor(x, dtype=dtype, device=device)

    step, state = optimizer.moves(treatment, w, g, slots, *optimizer.scalars(learning_rate, scalar))
    # State that the rule did not change in place: computed before anything that it reads changes.
    changed = [(slot, value.tensors()) for slot, value in zip(slots, state, strict=True) if value is not slot]
    if changed:
        step.tensors()
    for slot, values in changed:
        torch._foreach_copy_(slot.tensors(), values)
    w += step
    if weights[0].dtype is not dtype:
        torch._foreach_copy_(weights, w.tensors())
