"""Restricted Boltzmann machines: against enumeration, against CD written out in NumPy, and as they learn."""

import keras
import numpy as np
import pytest
from keras import ops

from custom.layers import RestrictedBoltzmannMachine, pretrain
from custom.optimizers import Momentum
from tests.custom.backends import BACKEND, run_fresh, to_numpy, value_and_gradient
from tests.reference import rbm as oracle

# Weights far from 0, so that one step of CD and the likelihood part ways.
SMALL = (
    np.array([[1.5, -1.0], [-2.0, 0.5], [1.0, 2.0]]),
    np.array([0.3, -0.4, 0.2]),
    np.array([-0.5, 0.7]),
)
DATA = np.array([[1, 0, 1], [1, 0, 1], [0, 1, 0], [1, 1, 1], [0, 0, 1]], np.float64)
JIT = BACKEND == "jax"  # XLA on the CPU takes seconds to compile what TensorFlow runs at once
KINDS = pytest.mark.parametrize("hidden", ["bernoulli", "nrelu"])
VISIBLES = pytest.mark.parametrize("visible", ["bernoulli", "gaussian"])
PRECISIONS = pytest.mark.parametrize("precision", ["float64", "float32"], indirect=True)


def machine(parameters=SMALL, **options):
    """A layer with these weights; `hidden_bias` stays away with `use_hidden_bias=False`."""
    kernel, *biases = parameters
    rbm = RestrictedBoltzmannMachine(kernel.shape[1], **{"dtype": "float32", **options})
    rbm.build((None, kernel.shape[0]))
    for variable, value in zip(rbm.energy_variables, (kernel, *biases), strict=False):
        variable.assign(value.astype(variable.dtype))
    return rbm


def random_machine(visible_units, units, seed):
    draw = np.random.default_rng(seed).normal
    return draw(size=(visible_units, units)) / 2, draw(size=visible_units) / 2, draw(size=units) / 2


def near(actual, expected, precision, scale=1.0):
    """2e-6 and 1e-10 relative, and of sums whose terms cancel as much of `scale`, the size of a term."""
    tolerance = 1e-10 if precision == "float64" else 2e-6
    np.testing.assert_allclose(to_numpy(actual), expected, rtol=tolerance, atol=tolerance * scale)


# The model: energy, probabilities, expectations.


@VISIBLES
def test_free_energy_sums_the_hidden_states_out(visible, float64):
    """exp(-F(v)) = sum over h of exp(-E(v, h)), at states of zeros and ones and between."""
    parameters = random_machine(4, 3, 0)
    vs = np.concatenate([oracle.states(4), np.random.default_rng(1).uniform(size=(8, 4))])
    expected = -np.log(oracle.weights(vs, parameters, visible).sum(axis=1))
    free = machine(parameters, visible=visible, dtype="float64").free_energy(vs)
    near(free, expected, "float64")
    assert to_numpy(free).dtype == "float64"


def test_free_energy_gives_the_probabilities(float64):
    """p(v) = exp(-F(v)) / Z with Z the sum over all v, against p(v) of the joint distribution."""
    weight = np.exp(-to_numpy(machine(dtype="float64").free_energy(oracle.states(3))))
    near(weight / weight.sum(), oracle.visible_probabilities(SMALL), "float64")


def test_free_energy_of_saturated_units(float64):
    """x = 25 and 800: softplus is x plus 1.4e-11, and does not overflow."""
    rbm = machine((np.array([[25.0, 800.0]]), np.zeros(1), np.zeros(2)), dtype="float64")
    expected = -(25 + np.log1p(np.exp(-25)) + 800)
    np.testing.assert_allclose(to_numpy(rbm.free_energy(np.ones((1, 1)))), expected, rtol=1e-15)


@VISIBLES
def test_free_energy_gradient(visible, float64):
    """-dF/dv = b + W sigma(x), or b - v + W sigma(x): the energy's own, in expectation over h."""
    parameters = random_machine(4, 3, 2)
    v = np.random.default_rng(3).normal(size=(5, 4))
    rbm = machine(parameters, visible=visible, dtype="float64")
    _, gradient = value_and_gradient(rbm.free_energy, v)
    expected = to_numpy(rbm.expected_hidden(v)) @ parameters[0].T + parameters[1]
    near(gradient, -(expected - v if visible == "gaussian" else expected), "float64")


@PRECISIONS
def test_conditional_probabilities(precision):
    """Both directions, from the joint distribution; the layer's output is the hidden one."""
    vs, hs = oracle.states(3), oracle.states(2)
    joint = oracle.weights(vs, SMALL)
    rbm = machine(dtype=precision)
    expected = joint @ hs / joint.sum(axis=1, keepdims=True)
    for answer in (rbm(vs.astype(precision)), rbm.expected_hidden(vs)):
        near(answer, expected, precision)
        assert to_numpy(answer).dtype == precision
    near(rbm.expected_visible(hs), joint.T @ vs / joint.sum(axis=0)[:, None], precision)
    near(machine(visible="gaussian", dtype=precision).expected_visible(hs), hs @ SMALL[0].T + SMALL[1], precision)


@PRECISIONS
def test_nrelu_expectation(precision):
    """The mean of the rectified normal, by quadrature, from deep in the noise to where there is none."""
    x = np.concatenate([np.linspace(-6, 6, 49), np.linspace(-2, -1.7, 2000), [-1e4, -100.0, -20.0, 20.0, 1e4]])
    x = x.astype("float32").astype("float64")
    rbm = machine((np.ones((1, 1)), np.zeros(1), np.zeros(1)), hidden="nrelu", dtype=precision)
    expectation = to_numpy(rbm.expected_hidden(x[:, None]))[:, 0]
    # Near -2 the mean is what two terms leave that cancel, each as exact as an erf next to -1; never below 0.
    near(expectation, oracle.nrelu_moments(x)[0], precision, scale=0.3)
    assert (expectation >= 0).all()
    np.testing.assert_array_equal(to_numpy(rbm(x[:, None].astype(precision)))[:, 0], np.maximum(0, x).astype(precision))


def test_nrelu_units_are_equivariant_to_intensity():
    """f(a v) = a f(v) without a bias: exact for powers of 2. Binary units and a bias both break it."""
    v = np.random.default_rng(4).normal(size=(50, 3)).astype("float32")
    rbm = machine(hidden="nrelu", visible="gaussian", use_hidden_bias=False)
    assert len(rbm.energy_variables) == 2 and rbm.hidden_bias is None
    base = to_numpy(rbm(v))
    assert 0.2 < (base == 0).mean() < 0.8
    for a in (0.0, 0.5, 4.0):
        np.testing.assert_array_equal(to_numpy(rbm(a * v)), a * base)
    np.testing.assert_allclose(to_numpy(rbm(3 * v)), 3 * base, rtol=2e-6, atol=2e-6)  # sums of 3 terms that cancel
    for other in (machine(hidden="nrelu"), machine(use_hidden_bias=False)):
        assert np.abs(to_numpy(other(4 * v)) - 4 * to_numpy(other(v))).max() > 0.5


# Draws.


def test_binary_units_are_drawn_with_their_probability():
    """40,000 draws of each unit, both ways: zeros and ones, their mean within 4.5 standard errors, no correlation."""
    rbm = machine(seed=0)
    v, h = DATA[3], np.array([1.0, 0.0])
    for draw, mean, given in (
        (rbm.sample_hidden, rbm.expected_hidden, v),
        (rbm.sample_visible, rbm.expected_visible, h),
    ):
        p = to_numpy(mean(given[None]))[0]
        drawn = to_numpy(draw(np.tile(given, (40_000, 1))))
        assert set(np.unique(drawn)) == {0.0, 1.0}
        assert (np.abs(drawn.mean(axis=0) - p) < 4.5 * np.sqrt(p * (1 - p) / 40_000)).all()
        assert np.abs(np.corrcoef(drawn.T) - np.eye(len(p))).max() < 4.5 / np.sqrt(40_000)


def test_nrelu_draws_have_their_mean_and_variance():
    """The logistic function is the variance of the noise, not its deviation: 40,000 draws at each x."""
    x = np.array([-3.0, -1.0, 0.0, 0.5, 2.0, 6.0])
    rbm = machine((x[None], np.zeros(1), np.zeros(6)), hidden="nrelu", seed=1)
    drawn = to_numpy(rbm.sample_hidden(np.ones((40_000, 1)))).astype("float64")
    mean, variance = oracle.nrelu_moments(x)
    # At x = -3 the unit is 14 deviations below its threshold: always 0.
    np.testing.assert_array_equal(drawn[:, 0], 0)
    assert (np.abs(drawn.mean(axis=0) - mean)[1:] < 4.5 * np.sqrt(variance / 40_000)[1:]).all()
    fourth = np.mean((drawn - mean) ** 4, axis=0)
    errors = np.sqrt((fourth - variance**2) / 40_000)
    assert (np.abs(np.mean((drawn - mean) ** 2, axis=0) - variance)[1:] < 4.5 * errors[1:]).all()
    # The test would see the other reading: sigma(0)^2 = 1/4 for the variance at x = 0 without rectifying.
    assert abs(variance[-1] - 1) < 0.01 and drawn[:, 2].max() > 2.4


def test_gaussian_visible_units_have_variance_one():
    rbm = machine(visible="gaussian", seed=2)
    h = np.array([1.0, 1.0])
    drawn = to_numpy(rbm.sample_visible(np.tile(h, (40_000, 1)))).astype("float64")
    assert (np.abs(drawn.mean(axis=0) - (SMALL[0] @ h + SMALL[1])) < 4.5 / 200).all()
    assert (np.abs(drawn.var(axis=0) - 1) < 4.5 * np.sqrt(2 / 40_000)).all()


@KINDS
def test_seed_decides_the_draws(hidden):
    v = np.random.default_rng(5).normal(size=(50, 3)).astype("float32")
    first, again, other = (machine(hidden=hidden, visible="gaussian", seed=s) for s in (3, 3, 4))
    draws = [to_numpy(rbm.sample_hidden(v)) for rbm in (first, again, other)]
    np.testing.assert_array_equal(draws[0], draws[1])
    assert not np.array_equal(draws[0], draws[2])
    assert not np.array_equal(draws[0], to_numpy(first.sample_hidden(v)))
    fresh = [RestrictedBoltzmannMachine(4, seed=s, dtype="float32") for s in (3, 3, 4)]
    for rbm in fresh:
        rbm.build((None, 100))
    kernels = [to_numpy(rbm.kernel) for rbm in fresh]
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert not np.array_equal(kernels[0], kernels[2])
    assert 0.008 < kernels[0].std() < 0.012


# Contrastive divergence.


@pytest.fixture
def draws(monkeypatch):
    """All uniform and normal draws made through Keras, in their order."""
    made = []

    def recorder(draw):
        def recorded(*arguments, **options):
            made.append(to_numpy(draw(*arguments, **options)))
            return ops.convert_to_tensor(made[-1])

        return recorded

    for name in ("uniform", "normal"):
        monkeypatch.setattr(keras.random, name, recorder(getattr(keras.random, name)))
    return made


@PRECISIONS
@KINDS
@VISIBLES
@pytest.mark.parametrize("states", ["mean", "sampled"])
@pytest.mark.parametrize("steps", [1, 3])
def test_contrastive_divergence_step_by_step(steps, states, visible, hidden, precision, draws):
    """Given the same draws, the gradients and the error are those of CD-k in NumPy."""
    parameters = tuple(p.astype("float32").astype("float64") for p in random_machine(4, 3, 6))
    v = np.random.default_rng(7).uniform(size=(6, 4)).round(2).astype("float32").astype("float64")
    rbm = machine(parameters, visible=visible, hidden=hidden, seed=5, dtype=precision)
    del draws[:]  # what the initializer drew
    gradients, statistics = rbm.contrastive_divergence(v, steps=steps, visible_states=states)
    expected, error = oracle.contrastive_divergence(v, parameters, draws, steps, visible, hidden, states)
    for gradient, value, variable in zip(gradients, expected, rbm.energy_variables, strict=True):
        assert tuple(gradient.shape) == tuple(variable.shape) and to_numpy(gradient).dtype == precision
        # A difference of two averages of size 1, of what up to six products made.
        near(gradient, value, precision, scale=1.0 if precision == "float64" else 2.0)
    near(statistics["reconstruction_error"], error, precision)


def flat(gradients):
    return np.concatenate([to_numpy(g).astype("float64").ravel() for g in gradients])


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_mean_of_contrastive_divergence(steps):
    """Over 40,000 chains, within 4.5 standard errors of CD-k's exact mean, by the transition matrix."""
    expected, variance = oracle.expected_divergence(DATA, SMALL, steps)
    gradients, _ = machine(seed=6).contrastive_divergence(np.tile(DATA, (8_000, 1)), steps, "sampled")
    assert (np.abs(flat(gradients) - expected) < 4.5 * np.sqrt(variance / 40_000) + 1e-6).all()


def test_long_chains_give_the_gradient_of_the_likelihood():
    """CD-12, averaged over 40,000 chains, against the exact gradient by enumeration of all states: 12 steps of the
    chain leave less than a hundredth of a standard error between the two."""
    exact = oracle.likelihood_gradient(DATA, SMALL)
    expected, variance = oracle.expected_divergence(DATA, SMALL, 12)
    error = np.sqrt(variance / 40_000)
    assert (np.abs(expected - exact) < 0.01 * error).all()
    gradients, _ = machine(seed=7).contrastive_divergence(np.tile(DATA, (8_000, 1)), 12, "sampled")
    assert (np.abs(flat(gradients) - exact) < 4.5 * error + 1e-6).all()
    # The test would see a short chain: one step is more than twice that bound away.
    assert np.max(np.abs(oracle.expected_divergence(DATA, SMALL, 1)[0] - exact) / error) > 9


def test_exact_gradient_is_that_of_the_log_likelihood():
    """The oracle itself, by central differences."""
    exact = oracle.likelihood_gradient(DATA, SMALL)
    vector = np.concatenate([p.ravel() for p in SMALL])

    def loss(vector):
        kernel, b, c = np.split(vector, [6, 9])
        return -oracle.log_likelihood(DATA, (kernel.reshape(3, 2), b, c))

    numeric = [(loss(vector + e) - loss(vector - e)) / 2e-5 for e in 1e-5 * np.eye(len(vector))]
    np.testing.assert_allclose(exact, numeric, atol=1e-9)


def test_leading_axes_are_one_batch():
    v = np.tile(DATA[:4], (3, 1)).astype("float32")
    gradients = [
        machine(seed=8).contrastive_divergence(x, visible_states="mean")[0] for x in (v, v.reshape(3, 2, 2, 3))
    ]
    np.testing.assert_array_equal(flat(gradients[0]), flat(gradients[1]))
    rbm = machine()
    np.testing.assert_allclose(to_numpy(rbm(v.reshape(3, 4, 3))), to_numpy(rbm(v)).reshape(3, 4, 2), rtol=2e-6)
    assert rbm.compute_output_shape((None, 4, 3)) == (None, 4, 2)


@KINDS
def test_half_precision(hidden):
    """Variables and gradients in float32, units in float16, whose draws are not coarse."""
    rbm = machine(hidden=hidden, visible="gaussian", seed=9, dtype="mixed_float16")
    v = np.random.default_rng(8).normal(size=(500, 3)).astype("float32")
    gradients, statistics = rbm.contrastive_divergence(v)
    assert {keras.backend.standardize_dtype(g.dtype) for g in gradients} == {"float32"}
    for answer in (rbm(v), rbm.sample_hidden(v), rbm.expected_hidden(v), rbm.sample_visible(rbm.sample_hidden(v))):
        assert keras.backend.standardize_dtype(answer.dtype) == "float16"
    full = machine(hidden=hidden, visible="gaussian", seed=9)
    expected, error = full.contrastive_divergence(v)
    # A rounding of float16 is 5e-4, and averages of up to 60 here are differences of two.
    np.testing.assert_allclose(flat(gradients), flat(expected), rtol=2e-3, atol=0.02)
    np.testing.assert_allclose(
        to_numpy(statistics["reconstruction_error"]), to_numpy(error["reconstruction_error"]), rtol=0.02
    )
    # Nor does training scale the gradients, as Keras does with those of a loss in mixed_float16.
    rbm, full = (machine(hidden=hidden, visible="gaussian", seed=9, dtype=d) for d in ("mixed_float16", "float32"))
    for each in (rbm, full):
        pretrain(each, v[:64], keras.optimizers.SGD(0.01), seed=0, jit_compile=JIT)
    moved = [flat(each.energy_variables) - np.concatenate([p.ravel() for p in SMALL]) for each in (rbm, full)]
    np.testing.assert_allclose(moved[0], moved[1], atol=0.02 * np.abs(moved[1]).max())


# Training.


@KINDS
def test_pretraining_applies_these_gradients(hidden):
    """Two epochs by hand, in the order that (seed, epoch) decides, with a smaller last batch: the same machine, the
    optimizer having seen b, which is not trainable, as well. Compiled equals eager, up to rounding."""
    x = np.tile(DATA, (5, 1)).astype("float32")[:22]
    by_hand, trained = (machine(hidden=hidden, seed=10) for _ in range(2))
    optimizer, expected = Momentum(0.1, 0.9), []
    for epoch in range(2):
        order, errors = np.random.default_rng([3, epoch]).permutation(22), []
        for batch in (order[:8], order[8:16], order[16:]):
            gradients, statistics = by_hand.contrastive_divergence(x[batch], 2, "sampled")
            optimizer.apply(gradients, by_hand.energy_variables)
            errors.append(to_numpy(statistics["reconstruction_error"]))
        expected.append(np.average(errors, weights=[8, 8, 6]))
    errors = pretrain(
        trained,
        x,
        Momentum(0.1, 0.9),
        epochs=2,
        batch_size=8,
        steps=2,
        visible_states="sampled",
        seed=3,
        jit_compile=JIT,
    )
    np.testing.assert_allclose(errors, expected, rtol=1e-5)
    for variable, value, start in zip(trained.energy_variables, by_hand.energy_variables, SMALL, strict=True):
        np.testing.assert_allclose(to_numpy(variable), to_numpy(value), rtol=1e-5, atol=1e-6)
        assert np.abs(to_numpy(variable) - start).max() > 1e-3
    np.testing.assert_array_equal(to_numpy(trained.seed_generator.state), to_numpy(by_hand.seed_generator.state))
    assert not trained.visible_bias.trainable


def test_seeds_decide_the_training():
    x = np.tile(DATA, (4, 1))

    def kernel(machine_seed, order_seed):
        rbm = RestrictedBoltzmannMachine(2, seed=machine_seed, dtype="float32")
        pretrain(rbm, x, keras.optimizers.SGD(0.5), batch_size=4, seed=order_seed, jit_compile=JIT)
        return to_numpy(rbm.kernel)

    first = kernel(0, 0)
    np.testing.assert_array_equal(kernel(0, 0), first)
    assert not np.array_equal(kernel(0, 1), first) and not np.array_equal(kernel(1, 0), first)


@pytest.mark.slow
def test_it_learns_bars_and_stripes():
    """The 14 images of 3 x 3 bars and stripes, whose best log-likelihood is -ln 14 = -2.64: from -6.24 at the start
    to above -4, and the reconstruction error falls to less than a tenth."""
    images = oracle.bars_and_stripes(3)
    assert len(images) == 14
    rbm = RestrictedBoltzmannMachine(12, seed=1, dtype="float32")
    rbm.build((None, 9))

    def log_likelihood():
        free = [to_numpy(rbm.free_energy(v)).astype("float64") for v in (oracle.states(9), images)]
        return np.mean(-free[1]) - np.log(np.sum(np.exp(-free[0])))

    assert abs(log_likelihood() + 9 * np.log(2)) < 0.01
    x = np.tile(images, (40, 1))
    options = dict(epochs=40, batch_size=14, visible_states="sampled", seed=2, jit_compile=JIT)
    errors = pretrain(rbm, x, Momentum(0.05, 0.9), **options)
    assert errors[-1] < errors[0] / 10
    assert log_likelihood() > -4


@pytest.mark.parametrize("hidden, bound", [("bernoulli", 0.55), ("nrelu", 0.35)])
def test_it_learns_real_values(hidden, bound):
    """Five standardised inputs made of two causes: the mean as a guess has the error 1."""
    draw = np.random.default_rng(9).normal
    x = draw(size=(300, 2)) @ draw(size=(2, 5)) + 0.1 * draw(size=(300, 5))
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    rbm = RestrictedBoltzmannMachine(12, visible="gaussian", hidden=hidden, seed=3, dtype="float32")
    errors = pretrain(rbm, x, Momentum(0.02, 0.9), epochs=10, batch_size=20, seed=4, jit_compile=JIT)
    assert errors[0] > 0.9 and errors[-1] < bound


def test_fine_tuning_leaves_the_visible_bias_alone():
    """In a network the layer's output does not use b: every trainable weight has a gradient, and no warning comes."""
    rbm = machine(hidden="nrelu", visible="gaussian")
    assert [v.name for v in rbm.trainable_variables] == ["kernel", "hidden_bias"]
    model = keras.Sequential([keras.Input((3,)), rbm, keras.layers.Dense(1)])
    model.compile(Momentum(0.1, 0.9), "mse", jit_compile=JIT)
    before = [to_numpy(v) for v in rbm.energy_variables]
    model.fit(DATA, DATA[:, :1], verbose=0)
    moved = [not np.array_equal(to_numpy(v), value) for v, value in zip(rbm.energy_variables, before, strict=True)]
    assert moved == [True, False, True]


SCRIPT = """
import pathlib, sys
import keras, numpy as np
import custom.layers
folder = pathlib.Path(sys.argv[1])
v, results = np.load(folder / "v.npy"), {}
for path in folder.glob("*.keras"):
    rbm = keras.models.load_model(path).layers[-1]
    gradients, _ = rbm.contrastive_divergence(v, 2, "sampled")
    for i, value in enumerate([*rbm.energy_variables, *gradients]):
        results[f"{path.stem} {i}"] = keras.ops.convert_to_numpy(value)
np.savez(folder / "results.npz", **results)
"""


def test_saved_and_loaded_in_a_fresh_process(tmp_path):
    """Weights, units and the random state: the next gradients are the same, bit for bit."""
    v = np.random.default_rng(10).uniform(size=(20, 3)).astype("float32")
    np.save(tmp_path / "v.npy", v)
    expected = {}
    for name, options in {
        "binary": {},
        "nrelu": {"hidden": "nrelu", "visible": "gaussian", "use_hidden_bias": False, "seed": 11},
    }.items():
        rbm = machine(**options)
        rbm.sample_hidden(v)  # moves the random state on
        keras.Sequential([keras.Input((3,)), rbm]).save(tmp_path / f"{name}.keras")
        values = [to_numpy(variable) for variable in rbm.energy_variables]
        gradients, _ = rbm.contrastive_divergence(v, 2, "sampled")
        for i, value in enumerate([*values, *map(to_numpy, gradients)]):
            expected[f"{name} {i}"] = value
    run_fresh(SCRIPT, tmp_path)
    results = np.load(tmp_path / "results.npz")
    assert sorted(results.files) == sorted(expected)
    for key, value in expected.items():
        np.testing.assert_array_equal(results[key], value)


@pytest.mark.filterwarnings("ignore:You are saving a model")
def test_before_it_is_built_it_is_saved_and_loaded_as_a_dense_layer_is(tmp_path):
    """With the state of its draws, so that what it draws later is the same."""
    for layers in ([], [keras.layers.Dense(2)]):
        model = keras.Sequential([RestrictedBoltzmannMachine(4), *layers])
        model.save(tmp_path / "model.keras")
        again = keras.saving.load_model(tmp_path / "model.keras").layers[0]
        assert not again.built
        for rbm in (model.layers[0], again):
            rbm.build((None, 3))
            rbm.kernel.assign(np.ones((3, 4)))
        np.testing.assert_array_equal(*(to_numpy(rbm.sample_hidden(DATA)) for rbm in (model.layers[0], again)))


def test_a_file_of_another_form_is_quoted():
    built, unbuilt, files = machine(name="built"), untrained(name="unbuilt"), ({}, {})
    for rbm, file in zip((built, unbuilt), files, strict=True):
        rbm.save_own_variables(file)
    with pytest.raises(ValueError, match="hidden_bias, kernel, .* for 'unbuilt', which is not built"):
        unbuilt.load_own_variables(files[0])
    with pytest.raises(ValueError, match="with seed_generator_state for 'built', which is built. Expected kernel, "):
        built.load_own_variables(files[1])
    built.load_own_variables(files[0])
    unbuilt.load_own_variables(files[1])


def test_a_mask_passes_through():
    """Each step has hidden units of its own: a step that is left out before it is left out behind it."""
    x = np.array([[[1, 0, 1], [0, 0, 0], [1, 1, 1]]], "float32")
    mask = np.array([[True, False, True]])
    assert untrained().compute_mask(x, mask) is mask
    behind = [keras.layers.LSTM(2) for _ in range(2)]
    model = keras.Sequential([keras.Input((3, 3)), keras.layers.Masking(), machine(), behind[0]])
    without = keras.Sequential([keras.Input((2, 3)), machine(), behind[1]])
    without.set_weights(model.get_weights())
    np.testing.assert_allclose(to_numpy(model(x)), to_numpy(without(x[:, ::2])), rtol=1e-5)


def test_configuration_round_trip():
    rbm = RestrictedBoltzmannMachine(
        5, "gaussian", "nrelu", False, keras.initializers.Constant(0.5), "ones", "ones", seed=12, name="rbm"
    )
    config = rbm.get_config()
    again = RestrictedBoltzmannMachine.from_config(config)
    assert again.get_config() == config
    assert {k: config[k] for k in ("units", "visible", "hidden", "use_hidden_bias", "seed")} == {
        "units": 5,
        "visible": "gaussian",
        "hidden": "nrelu",
        "use_hidden_bias": False,
        "seed": 12,
    }
    again.build((None, 2))
    np.testing.assert_array_equal(to_numpy(again.kernel), np.full((2, 5), 0.5))
    np.testing.assert_array_equal(to_numpy(again.visible_bias), np.ones(2))
    biased = RestrictedBoltzmannMachine(1, hidden_bias_initializer="ones")
    biased.build((None, 2))
    np.testing.assert_array_equal(to_numpy(biased.hidden_bias), [1])


def untrained(**options):
    return RestrictedBoltzmannMachine(2, **options)


def frozen():
    rbm = untrained()
    rbm.trainable = False
    return rbm


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: RestrictedBoltzmannMachine(0), ValueError, "units=0"),
        (lambda: RestrictedBoltzmannMachine(2.5), ValueError, "units=2.5"),
        (lambda: untrained(visible="nrelu"), ValueError, "visible='nrelu'.*'bernoulli', 'gaussian'"),
        (lambda: untrained(hidden="gaussian"), ValueError, "hidden='gaussian'.*'bernoulli', 'nrelu'"),
        (lambda: untrained(use_hidden_bias=1), TypeError, "use_hidden_bias=1"),
        (lambda: untrained(seed="a"), ValueError, "seed='a'. Expected an integer or None"),
        (lambda: untrained(seed=True), ValueError, "seed=True"),
        (lambda: untrained().build((None, None)), ValueError, r"\(None, None\)"),
        (lambda: untrained(name="mine").free_energy(DATA), ValueError, "'mine', not built"),
        (lambda: untrained(name="mine").contrastive_divergence(DATA), ValueError, "'mine', not built"),
        (lambda: untrained(name="mine").sample_visible(DATA), ValueError, "'mine', not built"),
        (lambda: machine(hidden="nrelu").free_energy(DATA), ValueError, "hidden='nrelu'.*'bernoulli'"),
        (lambda: machine().contrastive_divergence(DATA, 0), ValueError, "steps=0"),
        (lambda: machine().contrastive_divergence(DATA, 1, "drawn"), ValueError, "visible_states='drawn'"),
        (lambda: pretrain("rbm", DATA, "sgd"), TypeError, "rbm='rbm'"),
        (lambda: pretrain(frozen(), DATA, "sgd"), ValueError, "trainable=False"),
        (lambda: pretrain(untrained(), DATA[0], "sgd"), ValueError, r"shape \(3,\)"),
        (lambda: pretrain(untrained(), DATA[:0], "sgd"), ValueError, r"shape \(0, 3\)"),
        (lambda: pretrain(machine(), DATA[:, :2], "sgd"), ValueError, r"shape \(5, 2\).*\(examples, 3\)"),
        (lambda: pretrain(untrained(), DATA * np.nan, "sgd"), ValueError, "15 values"),
        (lambda: pretrain(untrained(), DATA - 2, "sgd"), ValueError, "from -2 to -1"),
        (lambda: pretrain(untrained(), DATA * 255, "sgd"), ValueError, "from 0 to 255"),
        (lambda: pretrain(untrained(), DATA.astype(str), "sgd"), TypeError, "dtype <U"),
        (lambda: pretrain(untrained(), DATA, "sgd", epochs=0), ValueError, "epochs=0"),
        (lambda: pretrain(untrained(), DATA, "sgd", batch_size=0.5), ValueError, "batch_size=0.5"),
        (lambda: pretrain(untrained(), DATA, "sgd", steps=-1), ValueError, "steps=-1"),
        (lambda: pretrain(untrained(), DATA, "sgd", seed=-1), ValueError, "seed=-1"),
        (lambda: pretrain(untrained(), DATA, "sgd", visible_states="x"), ValueError, "visible_states='x'"),
    ],
)
def test_bad_arguments_are_quoted(call, error, words):
    with pytest.raises(error, match=words):
        call()
