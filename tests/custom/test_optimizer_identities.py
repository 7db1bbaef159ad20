"""Theorems and claims of the optimizers' papers: identities, rates, controls. Deterministic."""

import keras
import numpy as np
import pytest

from custom.optimizers import (
    Adam,
    AdamW,
    GradientDescent,
    Lookahead,
    Momentum,
    Nadam,
    Nesterov,
    PolyakHeavyBall,
    RAdam,
    RMSProp,
    polyak_parameters,
)
from tests.custom.backends import BACKEND, to_numpy
from tests.custom.optimizer_table import OPTIMIZERS
from tests.custom.sequences import Compiled
from tests.reference import optimizers as oracle


def path(optimizer, gradient, start, steps):
    """The iterates from `start`, that one first, and the variable's slots after each step."""
    variable = keras.Variable(np.asarray(start, "float64"), dtype="float64", name="w")
    step = Compiled(optimizer, [variable])
    points, slots = [to_numpy(variable)], []
    for _ in range(steps):
        step(gradient(points[-1]))
        points.append(to_numpy(variable))
        slots.append([to_numpy(optimizer.slot(name, variable)) for name in optimizer.slots])
    return np.stack(points), slots


def velocities(slots):
    return np.stack([np.zeros_like(slots[0][0]), *(velocity for velocity, *_ in slots)])


# Nesterov and momentum


def test_nesterov_is_momentum_with_mu_times_one_minus_eta_lambda_on_a_quadratic(float64):
    """Sutskever et al. (2013), theorem 2.1, eigenvalue by eigenvalue."""
    rate, mu, start = 0.05, 0.95, np.array([1.0, -2.0, 3.0])
    eigenvalues = np.array([0.1, 2.0, 15.0])
    y, slots = path(Nesterov(rate, mu), lambda w: eigenvalues * w, start, 60)
    w = y - mu * velocities(slots)
    for i, eigenvalue in enumerate(eigenvalues):
        momentum = Momentum(rate, mu * (1 - rate * eigenvalue))
        points, _ = path(momentum, lambda w, eigenvalue=eigenvalue: eigenvalue * w, start[i], 60)
        np.testing.assert_allclose(w[:, i], points, rtol=1e-12, atol=1e-14)


def test_the_three_nesterov_forms_of_the_book_agree(float64):
    """Equation 6.17, algorithm 3 and the book's code: the last holds the point where the gradient is."""

    def gradient(w):
        return np.sinh(w) + 0.5 * w[::-1]

    rate, mu, steps, start = 0.05, 0.9, 40, np.array([1.0, -0.7])

    theta = [start]  # 6.17
    previous = start
    for _ in range(steps):
        ahead = theta[-1] + mu * (theta[-1] - previous)
        previous = theta[-1]
        theta.append(ahead - rate * gradient(ahead))

    algorithm_3, m = [start], np.zeros(2)
    for _ in range(steps):
        m = mu * m + gradient(algorithm_3[-1] - rate * mu * m)
        algorithm_3.append(algorithm_3[-1] - rate * m)

    params, velocity, code = start, np.zeros(2), [start]
    for _ in range(steps):
        g = gradient(params)
        velocity = mu * velocity - rate * g
        params = params + mu * velocity - rate * g
        code.append(params - mu * velocity)

    y, slots = path(Nesterov(rate, mu), gradient, start, steps)
    np.testing.assert_allclose(y[-1], params, rtol=1e-12)
    for other in (algorithm_3, code, y - mu * velocities(slots)):
        np.testing.assert_allclose(other, theta, rtol=1e-11, atol=1e-13)


def test_heavy_ball_is_momentum_until_the_weights_move_otherwise(float64):
    gradient = np.sinh
    ball, _ = path(PolyakHeavyBall(0.05, 0.9), gradient, [1.0, -2.0], 50)
    momentum, _ = path(Momentum(0.05, 0.9), gradient, [1.0, -2.0], 50)
    np.testing.assert_allclose(ball, momentum, rtol=1e-11, atol=1e-13)
    # A move from outside is a displacement, but no velocity: 0.9 of it goes on in the ball alone.
    for optimizer, share in ((PolyakHeavyBall(0.05, 0.9), 0.9), (Momentum(0.05, 0.9), 0.0)):
        variable = keras.Variable([1.0, -2.0], dtype="float64", name="w")
        optimizer.apply([keras.ops.convert_to_tensor([1.0, 1.0], "float64")], [variable])
        variable.assign(variable + 10.0)
        before = to_numpy(variable)
        optimizer.apply([keras.ops.zeros(2, "float64")], [variable])
        np.testing.assert_allclose(to_numpy(variable) - before, 0.9 * -0.05 + share * 10.0, rtol=1e-10)


# Rates on quadratics


def contraction(optimizer, eigenvalue):
    """The largest eigenvalue of a step on `eigenvalue w^2 / 2`, as a linear map of weight and state.

    Its columns are two steps from the two unit vectors, after a first one that has no history.
    """
    variable = keras.Variable(np.zeros(2), dtype="float64", name="w")
    step = Compiled(optimizer, [variable])
    step(np.zeros(2))
    slot = optimizer.slot(optimizer.slots[0], variable)
    variable.assign(np.array([1.0, 0.0]))
    slot.assign(np.array([0.0, 1.0]))
    step(eigenvalue * to_numpy(variable))
    return np.abs(np.linalg.eigvals(np.stack([to_numpy(variable), to_numpy(slot)]))).max()


@pytest.mark.parametrize(
    "kappa, heavy_ball, nesterov, tuned",
    [(10, 0.5195, 0.6838, 0.6408), (100, 0.8182, 0.9000, 0.8847), (1000, 0.9387, 0.9684, 0.9635)],
)
def test_rates_on_a_quadratic(kappa, heavy_ball, nesterov, tuned, float64):
    """The slowest eigenvalue's factor a step is the theory's: Polyak (1964), and for Nesterov's form
    Lessard, Recht and Packard (2016), proposition 1."""
    root, wide = np.sqrt(kappa), np.sqrt(3 * kappa + 1)
    methods = {
        "heavy ball": (PolyakHeavyBall(*polyak_parameters(1, kappa)), (root - 1) / (root + 1), heavy_ball),
        "nesterov": (Nesterov(1 / kappa, (root - 1) / (root + 1)), 1 - 1 / root, nesterov),
        "tuned": (Nesterov(4 / (3 * kappa + 1), (wide - 2) / (wide + 2)), 1 - 2 / wide, tuned),
    }
    eigenvalues = np.linspace(1, kappa, 9)
    for name, (optimizer, theory, table) in methods.items():
        config = optimizer.get_config()
        rate = max(contraction(type(optimizer).from_config(dict(config)), eigenvalue) for eigenvalue in eigenvalues)
        # A double eigenvalue is known to the root of the precision only.
        np.testing.assert_allclose(rate, theory, rtol=1e-6, err_msg=name)
        np.testing.assert_allclose(theory, table, atol=1e-4)


@pytest.mark.slow
def test_iterations_on_a_quadratic(float64):
    """From ones to a distance of 1e-6 over 50 eigenvalues from 1 to 100: momentum pays."""
    kappa, eigenvalues = 100.0, np.linspace(1, 100, 50)

    def iterations(optimizer):
        points, slots = path(optimizer, lambda w: eigenvalues * w, np.ones(50), 650)
        if isinstance(optimizer, Nesterov):
            points = points - optimizer.momentum * velocities(slots)
        return int(np.argmax(np.linalg.norm(points, axis=1) < 1e-6 * np.sqrt(50)))

    assert iterations(GradientDescent(2 / (kappa + 1))) == 611
    assert iterations(PolyakHeavyBall(*polyak_parameters(1, kappa))) == 85
    assert iterations(Nesterov(1 / kappa, 9 / 11)) == 139


def test_polyak_parameters():
    """From the eigenvalues of the Hessian, not from its entries (the book's slip): here entries 1 and
    2, eigenvalues 1 and 3."""
    hessian = np.array([[2.0, 1.0], [1.0, 2.0]])
    alpha, beta = polyak_parameters(*np.linalg.eigvalsh(hessian))
    np.testing.assert_allclose(alpha, 4 / (np.sqrt(3) + 1) ** 2, rtol=1e-12)
    np.testing.assert_allclose(beta, ((np.sqrt(3) - 1) / (np.sqrt(3) + 1)) ** 2, rtol=1e-12)
    assert polyak_parameters(5, 5) == (pytest.approx(0.2), 0.0)
    for arguments, words in [((2, 1), "m=2, L=1"), ((0, 1), "m=0, L=1"), ((-1, 1), "m=-1"), ((1, np.inf), "L=inf")]:
        with pytest.raises(ValueError) as caught:
            polyak_parameters(*arguments)
        assert words in str(caught.value)
    with pytest.raises(TypeError, match="L='1'"):
        polyak_parameters(1, "1")


def test_heavy_ball_cycles_where_nesterov_converges(float64):
    """Lessard, Recht and Packard (2016): a strongly convex function with curvature from 1 to 25 on
    which Polyak's parameters for quadratics run round a cycle of three."""

    def slope(x):
        return np.where(x < 1, 25 * x, np.where(x < 2, x + 24, 25 * x - 24))

    assert polyak_parameters(1, 25) == (pytest.approx(1 / 9), pytest.approx(4 / 9))
    ball, _ = path(PolyakHeavyBall(1 / 9, 4 / 9), slope, 3.3, 120)
    np.testing.assert_allclose(sorted(ball[-3:]), [-1.802, 0.647, 2.116], atol=1e-3)
    np.testing.assert_allclose(ball[-3:], ball[-6:-3], rtol=1e-9)
    nesterov, _ = path(Nesterov(1 / 25, 2 / 3), slope, 3.3, 120)
    assert abs(nesterov[-1]) < 1e-9


# Adam and its relatives


def test_adam_with_a_large_epsilon_is_momentum(float64):
    """Choi et al. (2019): alpha = eta epsilon / (1 - b1), without bias correction; with it the steps are
    1 / (1 - b1^t) times as long, a transient."""
    eigenvalues, epsilon, rate, mu = np.linspace(0.1, 2, 20), 1e6, 0.05, 0.9
    start = np.random.default_rng(0).normal(size=20)

    def gradient(w):
        return eigenvalues * w

    momentum, _ = path(Momentum(rate, mu), gradient, start, 100)
    options = {"beta_1": mu, "epsilon": epsilon}
    adam, _ = path(Adam(rate * epsilon / (1 - mu), bias_correction=False, **options), gradient, start, 100)
    np.testing.assert_allclose(adam, momentum, atol=2e-5)
    corrected, _ = path(Adam(rate * epsilon / (1 - mu), **options), gradient, start, 1)
    np.testing.assert_allclose(corrected[1] - corrected[0], (momentum[1] - momentum[0]) / (1 - mu), rtol=1e-5)


def test_adam_without_correction_and_momentum_is_rmsprop(float64):
    gradients = np.random.default_rng(1).normal(size=(30, 4))
    ends = []
    for optimizer in (RMSProp(0.01, 0.9, epsilon=1e-3), Adam(0.01, 0.0, 0.9, 1e-3, bias_correction=False)):
        variable = keras.Variable(np.ones(4), dtype="float64", name="w")
        for g in gradients:
            optimizer.apply([keras.ops.convert_to_tensor(g)], [variable])
        ends.append(to_numpy(variable))
    np.testing.assert_allclose(*ends, rtol=1e-12)


def test_nadam_without_nesterov_is_adam_where_the_momentum_is_constant(float64):
    """And with a schedule another one: so an ablation tells the term from the schedule."""

    def gradient(w):
        return np.sinh(w) + 0.5 * w[::-1]

    start, options = np.array([1.0, -2.0, 0.5]), dict(beta_1=0.8, beta_2=0.9)
    adam, _ = path(Adam(0.05, **options), gradient, start, 40)
    plain, _ = path(Nadam(0.05, **options, schedule="constant", nesterov=False), gradient, start, 40)
    np.testing.assert_allclose(plain, adam, rtol=1e-12)
    for schedule in ("dozat", "keras"):
        other, _ = path(Nadam(0.05, **options, schedule=schedule, nesterov=False), gradient, start, 40)
        assert np.abs(other - adam).max() > 1e-2


@pytest.mark.parametrize("options", [{}, {"amsgrad": True}, {"bias_correction": False}], ids=str)
def test_adamw_without_decay_is_adam(options):
    """Bit for bit."""
    gradients = np.random.default_rng(2).normal(size=(20, 5)).astype("float32")
    ends = []
    for optimizer in (Adam(**options), AdamW(weight_decay=0.0, **options)):
        variable = keras.Variable(np.linspace(-1, 1, 5, dtype="float32"), name="w")
        step = Compiled(optimizer, [variable])
        for g in gradients:
            step(g)
        ends.append(to_numpy(variable))
    np.testing.assert_array_equal(*ends)


@pytest.mark.skipif(BACKEND != "jax", reason="200,000 steps take seconds in jax.lax.scan, minutes elsewhere")
def test_amsgrad_turns_where_adam_runs_away(float64):
    """Reddi et al. (2018), the online example with C = 1010: the optimum is -1, Adam goes to +1."""
    import jax

    ends = {}
    for amsgrad in (False, True):
        optimizer = Adam(0.001, 0.9, 0.99, amsgrad=amsgrad)
        optimizer.build([keras.Variable(0.0, dtype="float64", name="x")])

        def step(carry, t, optimizer=optimizer):
            x, state = carry
            g = jax.numpy.where(t % 101 == 1, 1010.0, -10.0)
            (x,), state = optimizer.stateless_apply(state, [g], [x])
            return (jax.numpy.clip(x, -1.0, 1.0), state), None

        carry = jax.numpy.zeros(()), [v.value for v in optimizer.variables]
        (x, _), _ = jax.jit(lambda carry, step=step: jax.lax.scan(step, carry, jax.numpy.arange(1, 200_001)))(carry)
        ends[amsgrad] = float(x)
    assert ends[False] > 0.9 and ends[True] < 0


@pytest.mark.parametrize("dtype, rtol", [("float64", 1e-10), ("float32", 2e-6)])
@pytest.mark.slow
def test_rho_and_r_of_radam(dtype, rtol, request):
    if dtype == "float64":
        request.getfixturevalue("float64")

    def value(x):
        return float(to_numpy(x))

    table = {  # for beta_2 = 0.999: rho_t, and r_t as the authors' code and the paper have it
        1: (1.0, None),
        4: (3.998, None),
        5: (4.996, 0.017),
        6: (5.994, 0.026),
        100: (None, 0.22),
        500: (None, 0.48),
        1000: (None, 0.65),
        5000: (None, 0.98),
    }
    for beta_2 in (0.0, 0.1, 0.5, 0.7, 0.9, 0.99, 0.999, 0.9999):
        optimizer = RAdam(beta_2=beta_2)
        for t in [*range(1, 30), 100, 500, 1000, 1999, 2001, 5000, 20_001, 10**6]:
            now = keras.ops.convert_to_tensor(float(t), dtype=dtype)
            rho, (adaptive, r) = value(optimizer.rho(now)), map(value, optimizer.rectification(now))
            infinity, expected = oracle.rho(t, beta_2)
            np.testing.assert_allclose(optimizer.rho_inf, infinity)
            np.testing.assert_allclose(rho, expected, rtol=rtol, err_msg=f"{beta_2} {t}")
            assert adaptive == float(expected > 4)
            # Beside rho = 4 its own rounding is all that is left of rho - 4.
            tolerance = rtol * max(1, expected / abs(expected - 4)) if expected != 4 else np.inf
            np.testing.assert_allclose(r, oracle.rectification(t, beta_2) if expected > 4 else 0.0, rtol=tolerance)
            if beta_2 == 0.999:
                for found, published in zip((rho, r), table.get(t, (None, None)), strict=True):
                    assert published is None or found == pytest.approx(published, abs=6e-3 if found > 0.1 else 6e-4)


@pytest.mark.parametrize("threshold, first", [(4, 5), (5, 6)])
def test_radam_turns_adaptive_at_the_step_of_its_threshold(threshold, first, float64):
    """Before it, "sgd" steps by eta m_hat, and "skip" not at all, while the moments go on."""
    for warmup in ("sgd", "skip"):
        points, slots = path(RAdam(0.1, threshold=threshold, warmup=warmup), lambda w: np.full(2, 3.0), np.ones(2), 7)
        moved = -np.diff(points, axis=0)[:, 0] / 0.1
        waiting = 3.0 if warmup == "sgd" else 0.0  # the gradient is constant, m_hat as well
        np.testing.assert_allclose(moved[: first - 1], waiting, rtol=1e-10)
        adaptive = [oracle.rectification(t, 0.999) for t in range(first, 8)]
        np.testing.assert_allclose(moved[first - 1 :], adaptive, rtol=1e-5)  # epsilon, beside the root
        assert all((m > 0).all() and (v > 0).all() for m, v in slots)


# All optimizers


@pytest.mark.parametrize("case", OPTIMIZERS, ids=lambda case: case.id)
def test_permuting_the_variables_permutes_the_result(case):
    """Bit for bit, whatever each of them gets; and one without a gradient stays where it is."""
    rng = np.random.default_rng(3)
    shapes = {"a_kernel": (3, 2), "b_bias": (4,), "c_alpha": (), "d_kernel": (2, 1, 3)}
    start = {name: rng.normal(size=shape).astype("float32") for name, shape in shapes.items()}
    gradients = [{n: rng.normal(size=shape).astype("float32") for n, shape in shapes.items()} for _ in range(5)]
    options = {"l2": 0.1, "l2_exclude": ("bias", "alpha"), "learning_rate_multipliers": {"d_kernel": 0.5}}
    ends = []
    for order in (list(shapes), list(shapes)[::-1], ["c_alpha", "a_kernel", "d_kernel", "b_bias"]):
        variables = {name: keras.Variable(start[name], name=name) for name in order}
        optimizer = case.make(**{"weight_decay": 0.01, **options})
        optimizer.build([variables[name] for name in sorted(order)])
        for g in gradients:
            optimizer.apply([keras.ops.convert_to_tensor(g[name]) for name in order], list(variables.values()))
        ends.append({name: to_numpy(v) for name, v in variables.items()})
    for end in ends[1:]:
        for name in shapes:
            np.testing.assert_array_equal(end[name], ends[0][name])
    left_out = keras.Variable(start["b_bias"], name="b_bias")
    moved = keras.Variable(start["a_kernel"], name="a_kernel")
    optimizer = case.make()
    optimizer.build([left_out, moved])
    optimizer.apply([keras.ops.convert_to_tensor(gradients[0]["a_kernel"])], [moved])
    np.testing.assert_array_equal(to_numpy(left_out), start["b_bias"])
    assert not np.array_equal(to_numpy(moved), start["a_kernel"])


# Lookahead


def lookahead_oracle(rule, w, gradients, k, alpha, **options):
    """Zhang et al. (2019), algorithm 1, around a rule of the reference."""
    slow, state, points = w, None, []
    for t, g in enumerate(gradients, start=1):
        w, state = oracle.step(rule, w, g, state, t, **options)
        if t % k == 0:
            slow = slow + alpha * (w - slow)
            w = slow
        points.append((w, slow))
    return points


@pytest.mark.parametrize("case", OPTIMIZERS, ids=lambda case: case.id)
def test_lookahead_with_one_step_and_alpha_one_is_its_inner_optimizer(case):
    """Bit for bit, state included."""
    rng = np.random.default_rng(4)
    start, gradients = rng.normal(size=5).astype("float32"), rng.normal(size=(10, 5)).astype("float32")
    ends = []
    for optimizer in (case.make(), Lookahead(case.make(), k=1, alpha=1.0)):
        variable = keras.Variable(start, name="w")
        step = Compiled(optimizer, [variable])
        for g in gradients:
            step(g)
        inner = getattr(optimizer, "inner", optimizer)
        ends.append([to_numpy(v) for v in (variable, *inner.variables)])
    for one, other in zip(*ends, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("k, alpha", [(1, 0.5), (2, 1.0), (5, 0.5), (7, 0.8)])
def test_lookahead_in_float64(k, alpha, float64):
    rng = np.random.default_rng(5)
    start, gradients = rng.normal(size=(2, 3)), rng.normal(size=(40, 2, 3))
    variable = keras.Variable(np.zeros((2, 3)), dtype=float64, name="w")
    optimizer = Lookahead(Adam(0.05, l2=0.1), k=k, alpha=alpha)
    step = Compiled(optimizer, [variable])
    variable.assign(start)  # after the optimizer was built: the slow weights start here all the same
    options = {"learning_rate": 0.05, "l2": 0.1, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}
    expected = lookahead_oracle(oracle.adam, start, gradients, k, alpha, **options)
    for t, (g, (w, slow)) in enumerate(zip(gradients, expected, strict=True), start=1):
        step(g)
        np.testing.assert_allclose(to_numpy(variable), w, rtol=1e-10, err_msg=str(t))
        if t > k and t % k:
            np.testing.assert_allclose(to_numpy(optimizer.slow(variable)), slow, rtol=1e-10)
    assert step.traces() == 1


def test_lookahead_leaves_everything_else_to_its_inner_optimizer():
    inner = keras.optimizers.Adam(0.1, loss_scale_factor=8.0, gradient_accumulation_steps=2)
    optimizer = Lookahead(inner, k=3, alpha=0.5)
    variable = keras.Variable(np.ones(2, "float32"), name="w")
    points = []
    for _ in range(12):
        optimizer.apply([keras.ops.full((2,), 8.0)], [variable])
        points.append(float(to_numpy(variable)[0]))
    # Every second batch is an update; after three of them, 0.1 each, half the way back.
    np.testing.assert_allclose(points[1::2], [0.9, 0.8, 0.85, 0.75, 0.65, 0.7], rtol=1e-4)
    assert int(optimizer.iterations) == int(inner.iterations) == 6
    assert float(optimizer.scale_loss(1.0)) == 8.0
    assert {id(v) for v in inner.variables} < {id(v) for v in optimizer.variables}  # so that they are saved
    optimizer.learning_rate = 0.5
    assert float(to_numpy(inner.learning_rate)) == 0.5
    assert float(to_numpy(optimizer.learning_rate)) == 0.5


def test_lookahead_config_and_bad_arguments():
    optimizer = Lookahead(AdamW(0.1, weight_decay=0.2, weight_decay_exclude="bias"), k=7, alpha=0.25)
    config = keras.saving.serialize_keras_object(optimizer)
    again = keras.saving.deserialize_keras_object(config)
    assert again.get_config() == optimizer.get_config()
    assert (again.k, again.alpha, type(again.inner)) == (7, 0.25, AdamW)
    for arguments, error, words in [
        ({"inner": "adam"}, TypeError, "inner='adam'"),
        ({"k": 0}, ValueError, "k=0"),
        ({"k": 2.5}, TypeError, "k=2.5"),
        ({"k": True}, TypeError, "k=True"),
        ({"alpha": 0.0}, ValueError, "alpha=0.0"),
        ({"alpha": 1.5}, ValueError, "alpha=1.5"),
        ({"alpha": "half"}, TypeError, "alpha='half'"),
    ]:
        with pytest.raises(error) as caught:
            Lookahead(**{"inner": Adam(), **arguments})
        assert words in str(caught.value)


def test_lookahead_defaults_are_the_papers():
    """Zhang et al. (2019), section 4: k = 5 and alpha = 0.5."""
    config = Lookahead(GradientDescent(0.1)).get_config()
    assert (config["k"], config["alpha"]) == (5, 0.5)
