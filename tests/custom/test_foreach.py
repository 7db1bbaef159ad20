"""The step over all variables at once, which the optimizers take on PyTorch."""

import keras
import numpy as np
import pytest

from custom.optimizers import (
    AdaGrad,
    Adam,
    AdaMax,
    AdamW,
    GradientDescent,
    Lion,
    Momentum,
    Nesterov,
    RMSProp,
    _foreach,
)
from custom.optimizers._functions import absolute, divide_no_nan, running_maximum, running_mean, sign, sqrt
from tests.custom.backends import BACKEND, to_numpy
from tests.custom.optimizer_table import OPTIMIZERS
from tests.reference import optimizers as oracle

pytestmark = pytest.mark.skipif(BACKEND != "torch", reason="foreach functions are PyTorch's")
RNG = np.random.default_rng(0)
SHAPES = [(3, 2), (), (4,)]


def arrays():
    return [RNG.normal(size=shape) for shape in SHAPES]


def value_of(arrays, state=False):
    import torch

    tensors = [torch.tensor(a) for a in arrays]
    return _foreach.TensorList(_foreach.State(tensors) if state else tensors)


def assert_same(value, expected):
    for tensor, array in zip(value.tensors(), expected, strict=True):
        np.testing.assert_allclose(tensor.numpy(), array, rtol=1e-13, atol=1e-15)


EXPRESSIONS = {
    "sum": lambda a, b: a + b,
    "difference": lambda a, b: a - b,
    "linear": lambda a, b: 3.0 * (2.0 * a - b / 4.0) + a,
    "negative": lambda a, b: -a,
    "product": lambda a, b: (2.0 * a) * (b + a),
    "square": lambda a, b: (a - b) * (a - b),
    "quotient": lambda a, b: (2.0 * a + b) / (4.0 * b),
    "number": lambda a, b: 1.0 + a * 2.0 + 1.0,
    "numpy_number": lambda a, b: np.float64(2.0) * a,
    "cancelling": lambda a, b: a - a + b,
    "number_first": lambda a, b: 1.0 - a + 2.0 / b,
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_arithmetic(name):
    expression, a, b = EXPRESSIONS[name], arrays(), arrays()
    x, y = value_of(a), value_of(b)
    result = expression(x, y)
    for _ in range(2):  # what is computed once stays what it is
        assert_same(result, [expression(p, q) for p, q in zip(a, b, strict=True)])
    assert_same(x, a)  # and nothing that went in has changed
    assert_same(y, b)


OPERATIONS = {
    "+=": (lambda x, y: x.__iadd__(y), lambda p, q: p + q),
    "-=": (lambda x, y: x.__isub__(y), lambda p, q: p - q),
    "*=": (lambda x, y: x.__imul__(y), lambda p, q: p * q),
    "running_mean": (lambda x, y: running_mean(x, y, 0.75), lambda p, q: 0.75 * p + 0.25 * q),
    "running_maximum": (lambda x, y: running_maximum(x, y, 0.5), lambda p, q: np.maximum(0.5 * p, q)),
}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("name", EXPRESSIONS)
def test_in_place(name, operation):
    """Writes into the tensors of a state, also by an expression of themselves; what waits keeps its value."""
    expression, (changed, expected) = EXPRESSIONS[name], OPERATIONS[operation]
    a, b = arrays(), arrays()
    x, y = value_of(a, state=True), value_of(b)
    tensors = x.tensors()
    kept = [(1.0 * x, 1.0), (3.0 * x, 3.0)]
    other = expression(x, y)
    result = changed(x, other)
    assert result.tensors() is tensors
    others = [expression(p, q) for p, q in zip(a, b, strict=True)]
    assert_same(result, [expected(p, q) for p, q in zip(a, others, strict=True)])
    assert_same(other, others)
    for value, factor in kept:
        assert_same(value, [factor * p for p in a])
    assert_same(y, b)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_in_place_by_itself_and_by_a_number(operation):
    changed, expected = OPERATIONS[operation]
    a = arrays()
    assert_same(changed(x := value_of(a, state=True), x), [expected(p, p) for p in a])
    if operation.endswith("="):
        assert_same(changed(value_of(a, state=True), 3.0), [expected(p, 3.0) for p in a])


@pytest.mark.parametrize("operation", OPERATIONS)
def test_only_a_state_changes_in_place(operation):
    changed, expected = OPERATIONS[operation]
    a, b = arrays(), arrays()
    x, y = value_of(a), value_of(b)
    for value, factor in ((x, 1.0), (2.0 * x, 2.0)):
        assert_same(changed(value, y), [expected(factor * p, q) for p, q in zip(a, b, strict=True)])
        assert_same(value, [factor * p for p in a])
    assert_same(y, b)


def test_a_value_that_was_taken_over_cannot_be_read():
    x = value_of(arrays(), state=True)
    running_mean(x, x, 0.5)
    with pytest.raises(_foreach.Overwritten, match="changed in place since"):
        x + 1.0
    with pytest.raises(AttributeError, match="no_such"):
        x.no_such  # noqa: B018


def test_functions():
    a, b = arrays(), arrays()
    a[0][0, 0], b[0][0, 0] = 0.0, 0.0
    x, y = value_of(a), value_of(b)
    assert_same(absolute(2.0 * x), [np.abs(2 * p) for p in a])
    assert_same(sqrt(x * x), [np.abs(p) for p in a])
    assert_same(sign(x - y), [np.sign(p - q) for p, q in zip(a, b, strict=True)])
    quotient = divide_no_nan(x, absolute(y))
    expected = [np.divide(p, np.abs(q), out=np.zeros_like(p), where=q != 0) for p, q in zip(a, b, strict=True)]
    assert_same(quotient, expected)
    mean = running_mean(x, y + y, 0.9)
    expected = [0.9 * p + 0.1 * 2 * q for p, q in zip(a, b, strict=True)]
    assert_same(mean, expected)
    for decay in (1.0, 0.5):
        mean = running_maximum(mean, 0.5 * y, decay)
        expected = [np.maximum(decay * p, q / 2) for p, q in zip(expected, b, strict=True)]
        assert_same(mean, expected)


def counted(monkeypatch, optimizer, n):
    """The foreach functions that a step over `n` variables calls."""
    import torch

    variables = [keras.Variable(np.ones(3, "float32"), name=f"v{i}") for i in range(n)]
    gradients = [keras.ops.ones(3) for _ in variables]
    optimizer.apply(gradients, variables)
    calls = []
    with monkeypatch.context() as patch:
        for name in dir(torch):
            if name.startswith("_foreach_"):
                function = getattr(torch, name)

                def count(*args, _name=name, _function=function, **kwargs):
                    calls.append(_name)
                    return _function(*args, **kwargs)

                patch.setattr(torch, name, count)
        optimizer.apply(gradients, variables)
    return calls


COMMON = {
    "GradientDescent": (GradientDescent, keras.optimizers.SGD),
    "Momentum": (Momentum, lambda: keras.optimizers.SGD(momentum=0.9)),
    "Nesterov": (Nesterov, lambda: keras.optimizers.SGD(momentum=0.9, nesterov=True)),
    "AdaGrad": (AdaGrad, keras.optimizers.Adagrad),
    "RMSProp": (RMSProp, keras.optimizers.RMSprop),
    "Adam": (Adam, keras.optimizers.Adam),
    "AdamW": (lambda: AdamW(weight_decay=1e-5), keras.optimizers.AdamW),
    "Lion": (Lion, keras.optimizers.Lion),
}


@pytest.mark.parametrize("name", COMMON)
def test_no_more_passes_over_the_weights_than_keras(name, monkeypatch):
    """Each call is one pass, whatever the number of variables; Keras takes the signs of Lion one by one."""
    ours, theirs = COMMON[name]
    calls = counted(monkeypatch, ours(), 2)
    assert 0 < len(calls) <= len(counted(monkeypatch, theirs(), 2)) + (name == "Lion"), calls
    assert calls == counted(monkeypatch, ours(), 20)


def test_one_group_for_each_treatment(monkeypatch):
    """Two groups take twice the calls; L2 costs a pass."""
    plain = len(counted(monkeypatch, Adam(), 4))
    with_l2 = len(counted(monkeypatch, Adam(l2=0.1), 4))
    two_groups = len(counted(monkeypatch, Adam(l2=0.1, l2_exclude="v[01]"), 4))
    assert with_l2 == plain + 1 and two_groups == plain + with_l2


@pytest.mark.parametrize("case", OPTIMIZERS, ids=lambda case: case.id)
def test_scalars_may_stay_on_the_device(case, monkeypatch):
    """As on an accelerator, where reading the learning rate or the step would wait for it."""
    monkeypatch.setattr(_foreach, "READABLE", ())
    start, gradients = RNG.normal(size=4), RNG.normal(size=(10, 4))
    variable = keras.Variable(start, dtype="float64", name="w")
    optimizer = case.make(learning_rate=2.0**-5, l2=0.125)
    options = {**case.hyper, "learning_rate": 2.0**-5, "l2": 0.125}
    for g in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(g)], [variable])
    expected, _ = oracle.trajectory(case.rule, start, gradients, **options)
    np.testing.assert_allclose(to_numpy(variable), expected[-1], rtol=1e-10)


def test_nan_shows():
    """Nothing turns a gradient that is not a number into a step of 0."""
    for case in OPTIMIZERS:
        variable = keras.Variable(np.ones(2, "float32"), name="w")
        case.make().apply([keras.ops.convert_to_tensor(np.array([np.nan, 1.0], "float32"))], [variable])
        assert np.isnan(to_numpy(variable)[0]) and np.isfinite(to_numpy(variable)[1]), case.id


def test_adamax_divides_zero_by_zero_to_zero():
    variable = keras.Variable(np.ones(2, "float32"), name="w")
    optimizer = AdaMax(0.5)
    for g in ([0.0, 1e-30], [0.0, 0.0]):
        optimizer.apply([keras.ops.convert_to_tensor(np.array(g, "float32"))], [variable])
    assert to_numpy(variable)[0] == 1 and to_numpy(variable)[1] < 0.6
