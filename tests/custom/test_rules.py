"""Guarantees to a rule of one's own, on every backend: values that never change, and state of one number."""

import keras
import numpy as np
import pytest

from custom.optimizers import Lookahead, Nadam, PaperOptimizer
from custom.optimizers._functions import absolute, running_maximum, running_mean, sqrt
from tests.custom.backends import BACKEND, compiled_trajectory, to_numpy
from tests.custom.sequences import Compiled

STEPS = 12
RNG = np.random.default_rng(11)
START = {"w_kernel": RNG.normal(size=(2, 3)), "w_bias": RNG.normal(size=4), "w_alpha": RNG.normal(size=())}
GRADIENTS = {name: RNG.normal(size=(STEPS, *w.shape)) for name, w in START.items()}
# Half of the variables are of another group: PyTorch takes a step of each group at once.
OPTIONS = {"l2": 0.25, "l2_exclude": "bias", "learning_rate_multipliers": {"alpha": 0.5}, "weight_decay": 0.125}


# Each rule as this package's optimizers write theirs; on PyTorch its operations write into m and v.


def waits_then_changes(w, g, rate, t, m, v):
    step = -rate * (m + 0.5 * v)
    m = running_mean(m, g, 0.75)
    v += g * g
    return step, m, v


def kept_under_another_name(w, g, rate, t, m, v):
    old = m
    m = running_mean(m, g, 0.75)
    return -rate * (m - old), m, v + old


def kept_by_one(w, g, rate, t, m, v):
    old, v = 1.0 * m, running_maximum(v, absolute(g), 0.5)
    m *= 0.5
    m -= g
    return -rate * (m - 2.0 * old) / (1.0 + v), m, v


def changed_by_itself(w, g, rate, t, m, v):
    m += 2.0 * m - g
    m *= 0.25
    v += 0.25 * g * g
    v *= 0.5
    return -rate * m * v, m, v


def forgotten(w, g, rate, t, m, v):
    running_mean(m, g, 0.5)
    return -rate * (m + g), m - 0.5 * m + g, v


def changes_places(w, g, rate, t, m, v):
    return -rate * m, v, m + 0.5 * g


def swapped(w, g, rate, t, m, v):
    m += g
    return -rate * m, v, m


def weights_and_gradient_in_place(w, g, rate, t, m, v):
    ahead = w
    ahead -= rate * g
    g *= 2.0
    m += g
    return rate * (ahead - m), m, 1.0 * w


def root_before_the_change(w, g, rate, t, m, v):
    before = sqrt(v + 1.0)
    v += g * g
    m = running_mean(m, v, 0.5)
    return -rate * g * before / sqrt(v + 1.0), m, v


RULES = [
    waits_then_changes,
    kept_under_another_name,
    kept_by_one,
    changed_by_itself,
    forgotten,
    changes_places,
    swapped,
    weights_and_gradient_in_place,
    root_before_the_change,
]


def oracle(rule, start, gradients, *, l2=0.0, multiplier=1.0, rate=0.125, weight_decay=0.125):
    """The rule on NumPy arrays; each operation on copies, so that none of them changes another's value."""
    w, m, v = start, np.zeros_like(start), np.zeros_like(start)
    for t, g in enumerate(gradients, start=1):
        step, m, v = rule(*(Frozen(x) for x in (w, g + l2 * w)), rate * multiplier, t, Frozen(m), Frozen(v))
        w, m, v = w + step.array - rate * weight_decay * w, m.array, v.array
    return w, m, v


class Frozen:
    """An array without operations in place, which Python then writes as new values; and the rules' functions."""

    def __init__(self, array):
        self.array = np.array(array)

    def _with(self, other, operation):
        return Frozen(operation(self.array, getattr(other, "array", other)))

    def __add__(self, other):
        return self._with(other, np.add)

    def __sub__(self, other):
        return self._with(other, np.subtract)

    def __mul__(self, other):
        return self._with(other, np.multiply)

    def __truediv__(self, other):
        return self._with(other, np.divide)

    __radd__, __rmul__ = __add__, __mul__


@pytest.fixture
def arrays_too(monkeypatch):
    """The functions of the rules, for the oracle's arrays as well."""
    numpy = {
        "sqrt": lambda x: Frozen(np.sqrt(x.array)),
        "absolute": lambda x: Frozen(np.abs(x.array)),
        "running_mean": lambda mean, new, decay: decay * mean + (1 - decay) * new,
        "running_maximum": lambda maximum, new, decay: Frozen(np.maximum(decay * maximum.array, new.array)),
    }
    for name, of_arrays in numpy.items():
        of_tensors = globals()[name]

        def either(x, *others, of_arrays=of_arrays, of_tensors=of_tensors):
            return (of_arrays if isinstance(x, Frozen) else of_tensors)(x, *others)

        monkeypatch.setitem(globals(), name, either)


class Stated(PaperOptimizer):
    slots = ("m", "v")

    def __init__(self, stated, **options):
        super().__init__(0.125, **options)
        self.stated = stated

    def rule(self, *values):
        return self.stated(*values)


@pytest.mark.parametrize("stated", RULES, ids=lambda rule: rule.__name__)
def test_a_value_never_changes(stated, arrays_too, float64):
    variables = [keras.Variable(w, dtype=float64, name=name) for name, w in START.items()]
    gradients = {name: g.copy() for name, g in GRADIENTS.items()}
    optimizer = Stated(stated, **OPTIONS)
    points = compiled_trajectory(optimizer, variables, list(gradients.values()))
    for variable, path in zip(variables, points, strict=True):
        name = variable.name
        options = {"l2": 0.0 if name == "w_bias" else 0.25, "multiplier": 0.5 if name == "w_alpha" else 1.0}
        expected = oracle(stated, START[name], GRADIENTS[name], **options)
        found = (path[-1], to_numpy(optimizer.slot("m", variable)), to_numpy(optimizer.slot("v", variable)))
        for actual, array in zip(found, expected, strict=True):
            np.testing.assert_allclose(actual, array, rtol=1e-10, err_msg=name)
        np.testing.assert_array_equal(gradients[name], GRADIENTS[name])


@pytest.mark.skipif(BACKEND != "torch", reason="operations write in place on PyTorch only")
def test_only_rules_that_keep_a_name_pay_for_it():
    gradients = [keras.ops.convert_to_tensor(g[0], dtype="float64") for g in GRADIENTS.values()]
    for stated, expected in ((waits_then_changes, True), (kept_under_another_name, False), (forgotten, False)):
        variables = [keras.Variable(w, dtype="float64", name=name) for name, w in START.items()]
        optimizer = Stated(stated)
        optimizer.apply(gradients, variables)
        assert optimizer.writes_in_place is expected
        for tensor, g in zip(gradients, GRADIENTS.values(), strict=True):
            np.testing.assert_array_equal(to_numpy(tensor), g[0])


# State of one number


@keras.saving.register_keras_serializable(package="tests")
class Counting(PaperOptimizer):
    """Steps by a sum of rates and by a product, which all variables share."""

    slots = ("m",)
    scalar_slots = {"total": 0.1, "product": 1.0}

    def scalar_rule(self, rate, t, total, product):
        return total + rate * t, product * 0.75

    def rule(self, w, g, rate, t, m, total, product):
        m += g
        return -total * g + (1 - product) * m, m


def counting_oracle(w, gradients, rate=0.5):
    m, total, product, points = np.zeros_like(w), 0.1, 1.0, []
    for t, g in enumerate(gradients, start=1):
        total, product, m = total + rate * t, product * 0.75, m + g
        w = w - total * g + (1 - product) * m
        points.append(w)
    return np.stack(points), total, product


def variables_in(dtype):
    return [keras.Variable(w.astype(dtype), dtype=dtype, name=name) for name, w in START.items()]


def scalars_of(optimizer):
    return [float(to_numpy(v)) for v in optimizer.scalar_variables]


def test_scalar_state_in_float64(float64):
    """Once a step, not once a variable or a group; in the compiled loop of each backend, at the oracle's digits."""
    variables = variables_in("float64")
    optimizer = Counting(0.5, l2=0.0, l2_exclude="bias")
    points = compiled_trajectory(optimizer, variables, list(GRADIENTS.values()))
    for variable, path in zip(variables, points, strict=True):
        expected, *scalars = counting_oracle(START[variable.name], GRADIENTS[variable.name])
        np.testing.assert_allclose(path, expected, rtol=1e-10)
        np.testing.assert_allclose(scalars_of(optimizer), scalars, rtol=1e-14)
    assert [v.dtype for v in optimizer.scalar_variables] == ["float64"] * 2
    assert {v.name for v in optimizer.scalar_variables} == {"total", "product"}


def test_scalar_state_compiles_once():
    variables = variables_in("float32")
    optimizer = Counting(0.5)
    step = Compiled(optimizer, variables)
    for t in range(4):
        step(*(g[t].astype("float32") for g in GRADIENTS.values()))
    assert step.traces() == 1
    np.testing.assert_allclose(scalars_of(optimizer), [0.1 + 0.5 * 10, 0.75**4], rtol=1e-6)


@pytest.mark.skipif(BACKEND != "tensorflow", reason="JAX compiles by XLA everywhere, PyTorch nowhere")
def test_scalar_state_under_xla_in_a_loop(float64):
    import tensorflow as tf

    variables, optimizer = variables_in("float64"), Counting(0.5)
    optimizer.build(variables)
    gradients = [tf.constant(g) for g in GRADIENTS.values()]

    @tf.function(jit_compile=True)
    def train():
        for t in tf.range(STEPS):
            optimizer.apply([g[t] for g in gradients], variables)

    train()
    for variable in variables:
        expected, *scalars = counting_oracle(START[variable.name], GRADIENTS[variable.name])
        np.testing.assert_allclose(to_numpy(variable), expected[-1], rtol=1e-10)
    np.testing.assert_allclose(scalars_of(optimizer), scalars, rtol=1e-14)


def test_scalar_state_of_weights_of_several_dtypes(float64):
    """Kept in the widest: float64 weights get all of its digits, float32 and bfloat16 ones float32 arithmetic."""
    dtypes = ("float64", "float32", "bfloat16")
    variables = [keras.Variable(START["w_bias"], dtype=dtype, name=dtype) for dtype in dtypes]
    optimizer = Counting(0.5)
    for g in GRADIENTS["w_bias"]:
        optimizer.apply([keras.ops.convert_to_tensor(g, dtype=dtype) for dtype in dtypes], variables)
    expected, *scalars = counting_oracle(START["w_bias"], GRADIENTS["w_bias"])
    np.testing.assert_allclose(scalars_of(optimizer), scalars, rtol=1e-14)
    for variable, rtol in zip(variables, (1e-10, 1e-5, 0.1), strict=True):
        np.testing.assert_allclose(to_numpy(variable), expected[-1], rtol=rtol)


def test_scalar_state_moves_with_updates_not_with_accumulated_batches(float64):
    variables = [keras.Variable(START["w_bias"], dtype=float64, name="w")]
    step = Compiled(optimizer := Counting(0.5, gradient_accumulation_steps=3), variables)
    for g in GRADIENTS["w_bias"][:4]:
        for _ in range(3):
            step(g)
    expected, *scalars = counting_oracle(START["w_bias"], GRADIENTS["w_bias"][:4])
    np.testing.assert_allclose(to_numpy(variables[0]), expected[-1], rtol=1e-10)
    np.testing.assert_allclose(scalars_of(optimizer), scalars, rtol=1e-14)


def test_scalar_state_inside_lookahead(float64):
    variable = keras.Variable(START["w_bias"], dtype=float64, name="w")
    step = Compiled(Lookahead(optimizer := Counting(0.5), k=2, alpha=1.0), [variable])
    for g in GRADIENTS["w_bias"]:
        step(g)
    expected, *scalars = counting_oracle(START["w_bias"], GRADIENTS["w_bias"])
    np.testing.assert_allclose(to_numpy(variable), expected[-1], rtol=1e-10)
    np.testing.assert_allclose(scalars_of(optimizer), scalars, rtol=1e-14)


def test_scalar_state_is_saved(tmp_path):
    """A loaded optimizer goes on where the saved one was."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile(Counting(0.01), loss="mse", jit_compile=BACKEND == "jax")
    x, y = np.random.default_rng(0).normal(size=(2, 12, 4)).astype("float32")
    fit = {"batch_size": 4, "shuffle": False, "verbose": 0}
    model.fit(x, y[:, :1], **fit)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert scalars_of(again.optimizer) == scalars_of(model.optimizer) != [0.1, 1.0]
    for one in (model, again):
        one.fit(x, y[:, :1], **fit)
    for a, b in zip(model.optimizer.variables, again.optimizer.variables, strict=True):
        np.testing.assert_array_equal(to_numpy(a), to_numpy(b))
    np.testing.assert_array_equal(model.predict(x, verbose=0), again.predict(x, verbose=0))


def test_scalars_without_a_rule_are_quoted():
    class Unfinished(PaperOptimizer):
        scalar_slots = {"product": 1.0}

    with pytest.raises(NotImplementedError, match="Unfinished states no rule for product"):
        Unfinished(0.1).apply([keras.ops.ones(2)], [keras.Variable(np.ones(2))])


@pytest.mark.parametrize("schedule", ["dozat", "constant", "keras"])
def test_the_product_of_nadam_keeps_its_digits(schedule, float64):
    """1 - P_t beside a product in NumPy, over 2,000 steps, and at the first ones of momenta near 1."""
    for beta_1, steps, rtol in ((0.975, 2000, 1e-12), (1 - 1e-7, 5, 1e-9)):
        optimizer = Nadam(beta_1=beta_1, schedule=schedule)
        c, product = keras.ops.convert_to_tensor(0.0, dtype="float64"), np.float64(1.0)
        for t in range(1, steps + 1):
            c = optimizer.scalar_rule(0.0, float(t), c)
            share = {"dozat": 0.5 * 0.96 ** (t / 250), "keras": 0.5 * 0.96**t, "constant": 0.0}[schedule]
            product *= beta_1 * (1 - share)
        np.testing.assert_allclose(float(to_numpy(c)), 1 - product, rtol=rtol)
