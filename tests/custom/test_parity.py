"""Against Keras, PyTorch and optax where the forms coincide, and apart from them where they do not.

Each row is the mapping of the parameters.
"""

import keras
import numpy as np
import pytest

from custom.optimizers import (
    SGDW,
    AdaDelta,
    AdaGrad,
    Adam,
    AdaMax,
    AdamW,
    GradientDescent,
    Lion,
    Lookahead,
    Momentum,
    Nadam,
    Nesterov,
    PolyakHeavyBall,
    RAdam,
    RMSProp,
)
from tests.custom.backends import BACKEND, to_numpy

GRADIENTS = np.random.default_rng(8).normal(size=(50, 4))
START = np.random.default_rng(9).normal(size=4)
# An epsilon that no float64 sum can see: without it, forms that differ in its place are the same.
NEGLIGIBLE = 1e-100


def final(optimizer, gradients=GRADIENTS):
    variable = keras.Variable(START, dtype="float64", name="w")
    for g in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(g)], [variable])
    return to_numpy(variable)


keras_forms = keras.optimizers
KERAS = {
    "sgd": (lambda: GradientDescent(0.05), lambda: keras_forms.SGD(0.05)),
    "momentum": (lambda: Momentum(0.05, 0.8), lambda: keras_forms.SGD(0.05, momentum=0.8)),
    "heavy_ball": (lambda: PolyakHeavyBall(0.05, 0.8), lambda: keras_forms.SGD(0.05, momentum=0.8)),
    "nesterov": (lambda: Nesterov(0.05, 0.8), lambda: keras_forms.SGD(0.05, momentum=0.8, nesterov=True)),
    "adadelta": (lambda: AdaDelta(0.5, 0.9, 1e-4), lambda: keras_forms.Adadelta(0.5, rho=0.9, epsilon=1e-4)),
    "adagrad": (
        lambda: AdaGrad(0.05, epsilon=NEGLIGIBLE),
        lambda: keras_forms.Adagrad(0.05, initial_accumulator_value=0.0, epsilon=NEGLIGIBLE),
    ),
    "rmsprop": (
        lambda: RMSProp(0.05, 0.8, epsilon=NEGLIGIBLE),
        lambda: keras_forms.RMSprop(0.05, rho=0.8, epsilon=NEGLIGIBLE),
    ),
    "adam": (
        lambda: Adam(0.05, 0.8, 0.99, epsilon=NEGLIGIBLE),
        lambda: keras_forms.Adam(0.05, 0.8, 0.99, epsilon=NEGLIGIBLE),
    ),
    "amsgrad": (
        lambda: Adam(0.05, 0.8, 0.5, epsilon=NEGLIGIBLE, amsgrad=True),
        lambda: keras_forms.Adam(0.05, 0.8, 0.5, epsilon=NEGLIGIBLE, amsgrad=True),
    ),
    "adamax": (lambda: AdaMax(0.05, 0.8, 0.9), lambda: keras_forms.Adamax(0.05, 0.8, 0.9, epsilon=NEGLIGIBLE)),
    "nadam": (
        lambda: Nadam(0.05, 0.8, 0.99, epsilon=0.1, schedule="keras"),
        lambda: keras_forms.Nadam(0.05, 0.8, 0.99, epsilon=0.1),
    ),
    "lion": (lambda: Lion(0.05, 0.8, 0.9), lambda: keras_forms.Lion(0.05, 0.8, 0.9)),
    # lambda is Keras's weight decay times the learning rate.
    "adamw": (
        lambda: AdamW(0.05, beta_1=0.8, beta_2=0.99, epsilon=NEGLIGIBLE, weight_decay=0.05 * 0.3),
        lambda: keras_forms.AdamW(0.05, 0.3, 0.8, 0.99, NEGLIGIBLE),
    ),
    "sgdw": (
        lambda: SGDW(0.05, 0.8, weight_decay=0.05 * 0.3),
        lambda: keras_forms.SGD(0.05, momentum=0.8, weight_decay=0.3),
    ),
    # Elsewhere the argument is Keras's own.
    "weight_decay": (
        lambda: Adam(0.05, 0.8, 0.99, NEGLIGIBLE, weight_decay=0.3),
        lambda: keras_forms.Adam(0.05, 0.8, 0.99, NEGLIGIBLE, weight_decay=0.3),
    ),
    "lion_decay": (
        lambda: Lion(0.05, 0.8, 0.9, weight_decay=0.3),
        lambda: keras_forms.Lion(0.05, 0.8, 0.9, weight_decay=0.3),
    ),
}


@pytest.mark.parametrize("name", KERAS)
def test_same_as_keras(name, float64):
    ours, theirs = KERAS[name]
    # Keras's TensorFlow optimizers take their own constants through float32: 1e-7 apart there.
    rtol = 3e-7 if BACKEND == "tensorflow" else 1e-10
    np.testing.assert_allclose(final(ours()) - START, final(theirs()) - START, rtol=rtol, atol=rtol)


def test_adam_with_l2_and_adamw_part_ways(float64):
    """Coupled, the decay of a weight is divided by the size of its gradients; decoupled, it is not."""
    coupled = START - final(Adam(0.01, l2=0.1)) - (START - final(Adam(0.01)))
    decoupled = START - final(AdamW(0.01, weight_decay=0.01 * 0.1)) - (START - final(Adam(0.01)))
    assert np.abs(coupled - decoupled).max() > 0.2 * np.abs(decoupled).max()
    # With gradients a thousand times as large, L2 as good as vanishes; the decoupled decay does not.
    large = 1e3 * GRADIENTS
    plain = final(Adam(0.01), large)
    assert (np.abs(final(Adam(0.01, l2=0.1), large) - plain) < 1e-3 * np.abs(START)).all()
    kept = plain - final(AdamW(0.01, weight_decay=0.01 * 0.1), large)
    np.testing.assert_allclose(kept, decoupled, rtol=1e-5)  # epsilon is all that sees the scale
    # One step from the same gradient says which is which.
    g = [np.full(4, 2.0)]
    np.testing.assert_allclose(START - final(AdamW(0.01, weight_decay=0.3), g) - 0.01, 0.3 * START, rtol=1e-6)
    np.testing.assert_allclose(START - final(Adam(0.01, l2=0.3), g), 0.01 * np.sign(2 + 0.3 * START), rtol=1e-6)


def test_the_decay_of_adamw_follows_the_schedule_not_the_learning_rate(float64):
    """lambda times the multiplier: ten times the alpha, the same decay; half the rate, half of it."""
    still, w = np.zeros((1, 4)), START
    for alpha in (0.001, 0.01):
        np.testing.assert_allclose(final(AdamW(alpha, weight_decay=0.3), still), 0.7 * w, rtol=1e-10)
        halved = keras.optimizers.schedules.PiecewiseConstantDecay([0], [alpha, alpha / 2])
        optimizer = AdamW(halved, weight_decay=0.3, base_learning_rate=alpha)
        np.testing.assert_allclose(final(optimizer, np.zeros((2, 4))), 0.7 * 0.85 * w, rtol=1e-7)
        halved_by_hand = AdamW(alpha, weight_decay=0.3)
        halved_by_hand.learning_rate = alpha / 2
        np.testing.assert_allclose(final(halved_by_hand, still), 0.85 * w, rtol=1e-10)
    # One that begins anew has seen no larger rate than the one it begins with.
    again = AdamW.from_config(halved_by_hand.get_config())
    np.testing.assert_allclose(final(again, still), 0.7 * w, rtol=1e-10)
    assert halved_by_hand.base_learning_rate == 0.01 and again.base_learning_rate == pytest.approx(0.005)


@pytest.mark.parametrize("cls", [AdamW, SGDW])
def test_normalised_decay(cls, float64):
    """lambda_norm sqrt(b / (B T)): the paper's 0.025 at b = 128, B = 50,000, T = 100 is 1.265e-4."""
    lengths = {"batch_size": 128, "training_points": 50_000, "epochs": 100}
    optimizer = cls(0.01, weight_decay=0.025, normalized=True, **lengths)
    decay = 1 - final(optimizer, np.zeros((1, 4))) / START
    np.testing.assert_allclose(decay, 0.025 * np.sqrt(128 / (50_000 * 100)), rtol=1e-9)
    np.testing.assert_allclose(decay, 1.265e-4, rtol=1e-3)
    again = cls.from_config(optimizer.get_config())
    np.testing.assert_allclose(1 - final(again, np.zeros((1, 4))) / START, decay, rtol=1e-12)


@pytest.mark.parametrize("cls", [AdamW, SGDW])
@pytest.mark.parametrize("factor", [1.0, 2.0, 3.0])
def test_normalised_decay_under_restarts(cls, factor, float64):
    """T is the length of the period that a step is in: 2, 2 m and 2 m^2 epochs of one step each."""
    alpha, first = 0.01, 2
    schedule = keras.optimizers.schedules.CosineDecayRestarts(alpha, first, t_mul=factor)
    lengths = {"batch_size": 1, "training_points": 1, "epochs": first}
    optimizer = cls(schedule, base_learning_rate=alpha, weight_decay=0.3, normalized=True, **lengths)
    expected, step = 1.0, 0
    for period in (first, first * factor, first * factor**2):
        for i in range(round(period)):
            multiplier = 0.5 * (1 + np.cos(np.pi * i / period))
            expected *= 1 - multiplier * 0.3 / np.sqrt(period)
            step += 1
    np.testing.assert_allclose(final(optimizer, np.zeros((step, 4))), START * expected, rtol=2e-6)
    again = cls.from_config(optimizer.get_config())
    np.testing.assert_allclose(final(again, np.zeros((step, 4))), START * expected, rtol=2e-6)


@pytest.mark.parametrize("cls", [AdamW, SGDW])
@pytest.mark.parametrize(
    "arguments, error, words",
    [
        ({"weight_decay": "some"}, TypeError, "weight_decay='some'"),
        ({"weight_decay": 0.1, "base_learning_rate": 0.0}, ValueError, "base_learning_rate=0.0"),
        (
            {"weight_decay": 0.1, "learning_rate": keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.5)},
            ValueError,
            "without base_learning_rate",
        ),
        ({"weight_decay": 0.1, "normalized": True}, ValueError, "batch_size=None"),
        ({"weight_decay": 0.1, "epochs": 100}, ValueError, "epochs=100"),
        (
            {"weight_decay": 0.1, "normalized": True, "batch_size": 0, "training_points": 10, "epochs": 1},
            ValueError,
            "batch_size=0",
        ),
        ({"weight_decay": 0.1, "normalized": "yes"}, TypeError, "normalized='yes'"),
        ({"normalized": 1, "epochs": 3}, TypeError, "normalized=1 (int). Expected True or False"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_bad_arguments_of_the_decoupled_decay_are_quoted(cls, arguments, error, words):
    with pytest.raises(error) as caught:
        cls(**arguments)
    assert words in str(caught.value), str(caught.value)


def test_adam_epsilon_stands_outside_and_after_the_correction(float64):
    """One step from g: eta g / (|g| + epsilon), whatever the betas. Keras has epsilon before the
    correction, where it weighs 1 / sqrt(1 - beta_2) times as much."""
    g, epsilon = 2.0, 0.5
    moved = START - final(Adam(0.1, epsilon=epsilon), [np.full(4, g)])
    np.testing.assert_allclose(moved, 0.1 * g / (g + epsilon), rtol=1e-10)
    keras_moved = START - final(keras.optimizers.Adam(0.1, epsilon=epsilon), [np.full(4, g)])
    np.testing.assert_allclose(keras_moved, 0.1 * g / (g + epsilon / np.sqrt(0.001)), rtol=1e-4)
    assert np.abs(keras_moved / moved - 1).min() > 0.5


def test_adagrad_accumulator_starts_at_zero(float64):
    """The first step is eta sign(g), however small g is; from Keras's 0.1 it would be far less."""
    moved = START - final(AdaGrad(0.1), [np.full(4, 1e-3)])
    np.testing.assert_allclose(moved, 0.1, rtol=2e-5)
    keras_moved = START - final(keras.optimizers.Adagrad(0.1), [np.full(4, 1e-3)])
    assert (keras_moved < 0.01 * moved).all()


def test_rmsprop_first_step_is_not_corrected(float64):
    moved = START - final(RMSProp(0.1), [np.full(4, 1e-3)])
    np.testing.assert_allclose(moved, 0.1 / np.sqrt(0.1), rtol=1e-4)


def test_nesterov_looks_ahead_on_a_quadratic(float64):
    """The paper's two-line form, with the gradient taken at w + mu v, on f(w) = h w^2 / 2."""
    curvature, rate, mu = np.array([1.0, 10.0]), 0.05, 0.9
    w, v = np.array([1.0, -2.0]), np.zeros(2)
    variable = keras.Variable(w, dtype="float64", name="y")
    optimizer = Nesterov(rate, mu)
    for _ in range(40):
        optimizer.apply([keras.ops.convert_to_tensor(curvature * to_numpy(variable))], [variable])
        v = mu * v - rate * curvature * (w + mu * v)
        w = w + v
        np.testing.assert_allclose(
            to_numpy(variable) - mu * to_numpy(optimizer.slot("velocity", variable)), w, atol=1e-13
        )


def test_adamax_has_no_epsilon(float64):
    """The first step is eta sign(g) to the last digit, for gradients far below Keras's 1e-7; and 0 of 0."""
    moved = START - final(AdaMax(0.1), [np.array([1e-12, -1e-12, 1e-30, 0.0])])
    np.testing.assert_allclose(moved, [0.1, -0.1, 0.1, 0.0], rtol=1e-12, atol=1e-15)
    moved = START - final(keras.optimizers.Adamax(0.1), [np.full(4, 1e-12)])
    assert (moved < 1e-5).all()


def test_nadam_schedules_differ(float64):
    """Keras's schedule is over after a hundred steps, the paper's has hardly begun."""
    momenta = {schedule: Nadam(schedule=schedule).momentum for schedule in ("dozat", "keras", "constant")}

    def at(schedule, t):
        return float(to_numpy(momenta[schedule](keras.ops.convert_to_tensor(t, dtype="float64"))))

    np.testing.assert_allclose(
        [at("dozat", t) for t in (1.0, 250.0, 1000.0)], 0.975 * np.array([0.50008, 0.52, 0.575327]), rtol=1e-5
    )
    np.testing.assert_allclose(at("keras", 100.0), 0.975 * 0.99156, rtol=1e-5)
    paths = [final(Nadam(schedule=schedule)) for schedule in ("dozat", "keras", "constant")]
    for i in range(3):
        assert np.abs(paths[i] - paths[i - 1]).max() > 1e-3


# Name and arguments of PyTorch's; `l2` becomes its weight_decay, except where that is decoupled.
TORCH = {
    "sgd": (lambda **o: GradientDescent(0.05, **o), "SGD", {}),
    # A constant rate may stand inside or outside the velocity, as PyTorch has it.
    "momentum": (lambda **o: Momentum(0.05, 0.8, **o), "SGD", {"momentum": 0.8}),
    "heavy_ball": (lambda **o: PolyakHeavyBall(0.05, 0.8, **o), "SGD", {"momentum": 0.8}),
    "nesterov": (lambda **o: Nesterov(0.05, 0.8, **o), "SGD", {"momentum": 0.8, "nesterov": True}),
    "adagrad": (lambda **o: AdaGrad(0.05, epsilon=0.1, **o), "Adagrad", {"eps": 0.1}),
    "adadelta": (lambda **o: AdaDelta(0.05, 0.9, 0.1, **o), "Adadelta", {"rho": 0.9, "eps": 0.1}),
    "rmsprop": (lambda **o: RMSProp(0.05, 0.8, epsilon=0.1, **o), "RMSprop", {"alpha": 0.8, "eps": 0.1}),
    "adam": (lambda **o: Adam(0.05, 0.8, 0.9, 0.1, **o), "Adam", {"betas": (0.8, 0.9), "eps": 0.1}),
    "amsgrad": (
        lambda **o: Adam(0.05, 0.8, 0.5, 0.1, amsgrad=True, **o),
        "Adam",
        {"betas": (0.8, 0.5), "eps": 0.1, "amsgrad": True},
    ),
    "adamax": (lambda **o: AdaMax(0.05, 0.8, 0.9, **o), "Adamax", {"betas": (0.8, 0.9), "eps": 0.0}),
    "radam": (
        lambda **o: RAdam(0.05, 0.8, 0.9, 0.1, threshold=5, **o),
        "RAdam",
        {"betas": (0.8, 0.9), "eps": 0.1},
    ),
    # Decoupled there: lambda is PyTorch's weight decay times the learning rate.
    "adamw": (
        lambda **o: AdamW(0.05, beta_1=0.8, beta_2=0.9, epsilon=0.1, weight_decay=0.05 * 0.3, **o),
        "AdamW",
        {"betas": (0.8, 0.9), "eps": 0.1, "weight_decay": 0.3},
    ),
}


@pytest.mark.skipif(
    BACKEND != "torch", reason="torch.optim is compared where PyTorch is the backend, not loaded beside another"
)
@pytest.mark.parametrize("l2", [0.0, 0.1])
@pytest.mark.parametrize("name", TORCH)
def test_same_as_pytorch(name, l2, float64):
    import torch

    ours, cls, options = TORCH[name]
    if "weight_decay" not in options:
        options = {**options, "weight_decay": l2}
    elif l2:
        pytest.skip("its weight decay is not L2")
    w = torch.nn.Parameter(torch.tensor(START))
    optimizer = getattr(torch.optim, cls)([w], lr=0.05, **options)
    for g in GRADIENTS:
        w.grad = torch.tensor(g, device=w.device)
        optimizer.step()
    np.testing.assert_allclose(final(ours(l2=l2)), w.detach().cpu().numpy(), rtol=1e-10, atol=1e-13)


def optax_forms():
    import optax

    return {
        "sgd": (GradientDescent(0.05), optax.sgd(0.05)),
        # A constant rate may stand inside or outside the velocity, as optax has it.
        "momentum": (Momentum(0.05, 0.8), optax.sgd(0.05, momentum=0.8)),
        "heavy_ball": (PolyakHeavyBall(0.05, 0.8), optax.sgd(0.05, momentum=0.8)),
        "nesterov": (Nesterov(0.05, 0.8), optax.sgd(0.05, momentum=0.8, nesterov=True)),
        "adagrad": (
            AdaGrad(0.05, epsilon=NEGLIGIBLE),
            optax.adagrad(0.05, initial_accumulator_value=0.0, eps=NEGLIGIBLE),
        ),
        "adadelta": (AdaDelta(0.05, 0.9, 0.1), optax.adadelta(0.05, rho=0.9, eps=0.1)),
        "rmsprop": (RMSProp(0.05, 0.8, epsilon=0.1), optax.rmsprop(0.05, decay=0.8, eps=0.1, eps_in_sqrt=False)),
        "adam": (Adam(0.05, 0.8, 0.9, 0.1), optax.adam(0.05, 0.8, 0.9, 0.1)),
        "adam_l2": (
            Adam(0.05, 0.8, 0.9, 0.1, l2=0.3),
            optax.chain(optax.add_decayed_weights(0.3), optax.adam(0.05, 0.8, 0.9, 0.1)),
        ),
        # Without bias correction the largest of the corrected v is that of the uncorrected.
        "amsgrad": (
            Adam(0.05, 0.8, 0.5, 0.1, amsgrad=True, bias_correction=False),
            optax.chain(
                optax.scale_by_amsgrad(0.8, 0.5, 0.1, bias_correction_mu=False, bias_correction_nu=False),
                optax.scale(-0.05),
            ),
        ),
        "adamax": (AdaMax(0.05, 0.8, 0.9), optax.adamax(0.05, 0.8, 0.9, 0.0)),
        # lambda is optax's weight decay times the learning rate.
        "adamw": (
            AdamW(0.05, beta_1=0.8, beta_2=0.9, epsilon=0.1, weight_decay=0.05 * 0.3),
            optax.adamw(0.05, 0.8, 0.9, 0.1, weight_decay=0.3),
        ),
        "nadam": (Nadam(0.05, 0.8, 0.9, 0.1, schedule="constant"), optax.nadam(0.05, 0.8, 0.9, 0.1)),
        "radam": (
            RAdam(0.05, 0.8, 0.9, NEGLIGIBLE, threshold=5),
            optax.radam(0.05, 0.8, 0.9, NEGLIGIBLE, threshold=5.0),
        ),
        "lion": (Lion(0.05, 0.8, 0.9, weight_decay=0.3), optax.lion(0.05, 0.8, 0.9, weight_decay=0.3)),
    }


@pytest.mark.skipif(BACKEND != "jax", reason="optax runs on JAX")
def test_same_as_optax(float64):
    optax = pytest.importorskip("optax", reason="optax is not installed")
    for name, (ours, theirs) in optax_forms().items():
        w = START
        state = theirs.init(w)
        for g in GRADIENTS:
            updates, state = theirs.update(g, state, w)
            w = optax.apply_updates(w, updates)
        np.testing.assert_allclose(final(ours), w, rtol=1e-10, atol=1e-13, err_msg=name)


@pytest.mark.skipif(BACKEND != "jax", reason="optax runs on JAX")
def test_lookahead_is_that_of_optax(float64):
    optax = pytest.importorskip("optax", reason="optax is not installed")
    theirs = optax.lookahead(optax.adam(0.05, 0.8, 0.9, 0.1), sync_period=3, slow_step_size=0.7)
    w = optax.LookaheadParams.init_synced(START)
    state = theirs.init(w)
    for g in GRADIENTS:
        updates, state = theirs.update(g, state, w)
        w = optax.apply_updates(w, updates)
    ours = Lookahead(Adam(0.05, 0.8, 0.9, 0.1), k=3, alpha=0.7)
    np.testing.assert_allclose(final(ours), w.fast, rtol=1e-10, atol=1e-13)
