"""The functions that the rules are written in, besides `+ - * /`.

A rule takes the tensors of one variable (TensorFlow, JAX) or a `TensorList` of many (PyTorch); the
scalars of a step are tensors or, on PyTorch, Python numbers.
"""

import math

from keras import ops

from ._foreach import TensorList


def _function(name, of_number=None):
    def function(x, *others):
        if isinstance(x, TensorList):
            return getattr(x, name)(*others)
        if isinstance(x, (int, float)):
            return of_number(x)
        return getattr(ops, name)(x, *others)

    return function


# Of weights and their state only.
absolute, divide_no_nan, sign = map(_function, ("abs", "divide_no_nan", "sign"))
# Of the scalars of a step as well.
sqrt, exp, expm1 = _function("sqrt", math.sqrt), _function("exp", math.exp), _function("expm1", math.expm1)


def running_mean(mean, new, decay):
    """`decay` times the mean plus `1 - decay` times the new value; a `TensorList` changes in place."""
    if isinstance(mean, TensorList):
        return mean.running_mean(new, decay)
    if isinstance(decay, float) and decay == 0:
        return new
    # The sum of two products, with a third of the new tensors: an eighth of Adam's time on TensorFlow.
    return mean + (1 - decay) * (new - mean)


def running_maximum(maximum, new, decay=1.0):
    """The larger of `decay` times the maximum and the new value; a `TensorList` changes in place."""
    if isinstance(maximum, TensorList):
        return maximum.running_maximum(new, decay)
    return ops.maximum(maximum if decay == 1 else decay * maximum, new)


def larger(x, y):
    """The larger of two scalars."""
    return max(x, y) if isinstance(x, (int, float)) else ops.maximum(x, y)


def share(x, whole):
    """The scalar `x` over `whole`, and 0 where that is 0."""
    return (x / whole if whole else 0.0) if isinstance(x, (int, float)) else ops.divide_no_nan(x, whole)


def one_minus_power(beta, t):
    """`1 - beta^t`, to the last digits also where the power is near 1.

    The plain formula in float32 is 1e-5 off at the first steps of beta = 0.999.
    """
    return -expm1(t * math.log(beta)) if beta else 1.0


def positive(x):
    """1 where the scalar is above 0, else 0."""
    return float(x > 0) if isinstance(x, (int, float)) else ops.cast(x > 0, x.dtype)


def where(condition, x, y):
    """`x` where the condition on a scalar holds, else `y`."""
    return (x if condition else y) if isinstance(condition, bool) else ops.where(condition, x, y)
