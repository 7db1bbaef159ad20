"""Contract of every initialiser: its distribution, its seeds, its dtype and shape, its configuration."""

import json

import keras
import numpy as np
import pytest
from keras import ops

import custom.initializers
from custom.initializers import HeNormal, LeCunNormal, RandomizedAsymmetric, Sparse, UnitNormColumns
from custom.initializers.base import fans
from tests.custom.backends import run_fresh, to_numpy
from tests.custom.initializer_table import BAD_INITIALIZERS, DENSE, FANS, INITIALIZERS
from tests.reference import initializers as oracle

every_case = pytest.mark.parametrize("case", INITIALIZERS, ids=lambda case: case.id)
with_law = [case for case in INITIALIZERS if case.law]
SIGMAS, KOLMOGOROV = 4.5, 2.2


def drawn(initializer, shape, dtype="float32"):
    return to_numpy(initializer(shape, dtype=dtype))


@pytest.mark.parametrize("case", with_law, ids=lambda case: case.id)
def test_weights_have_the_papers_distribution(case):
    """Mean and variance within 4.5 standard errors, and the whole distribution, for every kind of kernel."""
    for shape in case.shapes:
        law = case.law(*FANS.get(shape, (0, 0)))
        mean, variance, distance = oracle.deviations(drawn(case.make(seed=1), shape), law)
        assert mean < SIGMAS and variance < SIGMAS and distance < KOLMOGOROV, (shape, mean, variance, distance)


@pytest.mark.parametrize("shape, expected", [((), (1, 1)), ((5,), (5, 5)), ((0,), (1, 1)), *FANS.items()], ids=str)
def test_fans_of_any_rank(shape, expected):
    """Counted by hand; a bias has its length twice, as in Keras."""
    assert fans(shape) == expected


@pytest.mark.parametrize("theirs, gain", [(keras.initializers.LecunNormal, 1), (keras.initializers.HeNormal, 2)])
def test_keras_truncated_normal_is_another_distribution(theirs, gain):
    """The same mean and variance, within the same bounds; but the Kolmogorov distance finds the cut."""
    sample = np.sqrt(1 / gain) * drawn(theirs(seed=1), DENSE)
    mean, variance, distance = oracle.deviations(sample, oracle.lecun_normal(*FANS[DENSE]))
    assert mean < SIGMAS and variance < SIGMAS and distance > 1.2 * KOLMOGOROV
    assert oracle.deviations(sample, oracle.truncated_lecun_normal(*FANS[DENSE]))[2] < KOLMOGOROV
    assert np.abs(sample).max() < 2.28 / np.sqrt(60) < np.abs(drawn(LeCunNormal(seed=1), DENSE)).max()


@pytest.mark.parametrize("case", [case for case in INITIALIZERS if case.twin], ids=lambda case: case.id)
def test_same_draws_as_keras_for_the_same_rule(case):
    """To the last digits, so the scale and the fans are Keras's, for shapes of any rank."""
    for shape in (*FANS, (), (7,), (3, 5), (2, 3, 4, 5, 6), (0, 4)):
        expected = drawn(case.twin(seed=3), shape)
        np.testing.assert_allclose(drawn(case.make(seed=3), shape), expected, rtol=1e-6, atol=1e-9)


@every_case
def test_seeds(case):
    shape = case.shapes[0]
    first = drawn(case.make(seed=5), shape)
    np.testing.assert_array_equal(drawn(case.make(seed=5), shape), first)
    initializer = case.make(seed=5)
    np.testing.assert_array_equal(drawn(initializer, shape), drawn(initializer, shape))  # as with Keras's
    for other in (case.make(seed=6), case.make(), case.make(seed=keras.random.SeedGenerator(7))):
        r = np.corrcoef(drawn(other, shape).ravel(), first.ravel())[0, 1]
        assert abs(r) < SIGMAS / np.sqrt(first.size)
    unseeded = case.make()
    np.testing.assert_array_equal(drawn(unseeded, shape), drawn(unseeded, shape))


@pytest.mark.parametrize(
    "case", [c for c in INITIALIZERS if not c.id.startswith(("rai", "glorot_uniform"))], ids=lambda case: case.id
)
def test_a_seed_generator_moves_on(case):
    generators = [keras.random.SeedGenerator(9) for _ in range(2)]
    one, two = (case.make(seed=generator) for generator in generators)
    first, second = drawn(one, DENSE), drawn(one, DENSE)
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(drawn(two, DENSE), first)
    np.testing.assert_array_equal(drawn(two, DENSE), second)
    # Two draws of one call come from two states.
    assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < SIGMAS / np.sqrt(first.size)


def test_numpy_and_large_integers_are_seeds():
    expected = drawn(LeCunNormal(seed=4), (3, 4))
    np.testing.assert_array_equal(drawn(LeCunNormal(seed=np.int64(4)), (3, 4)), expected)
    for seed in (0, 2**31 - 1, 10**18):
        assert np.isfinite(drawn(Sparse(seed=seed % 2**31), (3, 4))).all()
        assert drawn(RandomizedAsymmetric(3, seed=seed).kernel, (3, 4)).shape == (3, 4)


@every_case
@pytest.mark.parametrize("precision", ["float16", "bfloat16", "float32", "float64"], indirect=True)
def test_dtype_and_shape(case, precision):
    """Half precision is the rounded float32 draw."""
    for shape in case.shapes:
        value = case.make(seed=2)(shape, dtype=precision)
        assert keras.backend.standardize_dtype(value.dtype) == precision and tuple(value.shape) == shape
        if "16" in precision and case.id != "glorot_uniform":  # Keras's draws in the dtype itself
            rounded = ops.cast(case.make(seed=2)(shape, dtype="float32"), precision)
            np.testing.assert_array_equal(to_numpy(value), to_numpy(rounded))
    assert keras.backend.standardize_dtype(case.make(seed=2)(case.shapes[0]).dtype) == keras.config.floatx()


@every_case
def test_float64_has_the_same_distribution(case, float64):
    if case.law:
        law = case.law(*FANS.get(case.shapes[0], (0, 0)))
        sample = drawn(case.make(seed=1), case.shapes[0], float64)
        assert max(oracle.deviations(sample, law)[:2]) < SIGMAS and oracle.deviations(sample, law)[2] < KOLMOGOROV
    else:
        assert (np.count_nonzero(drawn(case.make(seed=1), DENSE, float64), axis=0) == case.config["connections"]).all()


@every_case
def test_config_round_trip(case):
    shape = case.shapes[0]
    initializer = case.make(seed=8)
    config = initializer.get_config()
    expected = {**case.config, "seed": 8}
    assert {key: config[key] for key in expected} == expected
    stored = json.loads(json.dumps(keras.initializers.serialize(initializer)))
    for again in (type(initializer).from_config(config), keras.initializers.get(stored), initializer.clone()):
        assert type(again) is type(initializer) and again.get_config() == config
        np.testing.assert_array_equal(drawn(again, shape), drawn(initializer, shape))
    assert (case.make().get_config()["seed"] is None) == case.keeps_none
    generator = case.make(seed=keras.random.SeedGenerator(3))
    again = keras.initializers.get(json.loads(json.dumps(keras.initializers.serialize(generator))))
    if case.keeps_none:
        assert isinstance(again.seed, keras.random.SeedGenerator) and again.get_config() == generator.get_config()
    # As with Keras's: a generator starts anew.
    np.testing.assert_array_equal(drawn(again, shape), drawn(generator, shape))


@pytest.mark.parametrize("shape", FANS, ids=str)
def test_columns_have_length_1(shape, float64):
    for dtype, atol in (("float32", 5e-7), ("float64", 1e-14)):
        w = drawn(UnitNormColumns(seed=0), shape, dtype).reshape(-1, shape[-1])
        np.testing.assert_allclose(np.sum(w.astype("float64") ** 2, axis=0), 1, atol=atol)
    np.testing.assert_array_equal(np.abs(drawn(UnitNormColumns(seed=0), (1, 5))), 1)


@pytest.mark.parametrize("shape", FANS, ids=str)
@pytest.mark.parametrize("k, stddev", [(15, 1.0), (4, 0.25)])
def test_sparse_columns(shape, k, stddev):
    """Exactly k weights a unit; N(0, stddev^2) there; every place equally often; other places from unit to unit."""
    w = drawn(Sparse(k, stddev=stddev, seed=0), shape).reshape(-1, shape[-1])
    chosen = w != 0
    assert (chosen.sum(axis=0) == k).all()
    law = oracle.law(oracle.stats.norm(0, stddev))
    mean, variance, distance = oracle.deviations(w[chosen], law)
    assert mean < SIGMAS and variance < SIGMAS and distance < KOLMOGOROV
    units, p = shape[-1], k / 60
    assert (np.abs(chosen.sum(axis=1) - units * p) < SIGMAS * np.sqrt(units * p * (1 - p))).all()
    # Two units share k^2 / 60 places on average, with the variance of a hypergeometric distribution.
    shared = np.sum(chosen[:, 1:] & chosen[:, :-1], axis=0)
    deviation = np.sqrt(oracle.stats.hypergeom(60, k, k).var() / (units - 1))
    assert abs(shared.mean() - k * k / 60) < SIGMAS * deviation


def test_sparse_places_do_not_depend_on_the_weights():
    """Of two weights one stays: the smaller one always, on JAX, if places and weights came from one seed."""
    w = drawn(Sparse(1, seed=0), (2, 20_000))
    mean, variance, distance = oracle.deviations(w[w != 0], oracle.law(oracle.stats.norm()))
    assert mean < SIGMAS and variance < SIGMAS and distance < KOLMOGOROV


def test_sparse_with_few_inputs_is_dense():
    for inputs in (1, 14, 15):
        assert (drawn(Sparse(seed=0), (inputs, 30)) != 0).all()
    assert (np.count_nonzero(drawn(Sparse(seed=0), (16, 30)), axis=0) == 15).all()


def test_sigma_of_randomized_asymmetric():
    s = custom.initializers.randomized_asymmetric.STDDEV
    assert s == 0.6007
    assert s**2 / 2 + 2 / 3 * np.sqrt(2 / np.pi) * s + 1 / 2 == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("fan_in", [1, 2, 5])
def test_kernel_and_bias_are_one_draw(fan_in):
    """Of a unit's weights and bias, exactly one is from Beta(2, 1): they are never all negative, as some units'
    are if the parts are drawn apart; and they are negatively correlated."""
    units, rai = 20_000, RandomizedAsymmetric(fan_in, seed=0)
    both = np.vstack([drawn(rai.kernel, (fan_in, units)), drawn(rai.bias, (units,))])
    assert (both.max(axis=0) >= 0).all()
    apart = np.vstack([both[:-1], drawn(RandomizedAsymmetric(fan_in, seed=1).bias, (units,))])
    expected = units * (0.5**fan_in / (fan_in + 1)) * (0.5 * fan_in / (fan_in + 1))
    assert abs((apart.max(axis=0) < 0).sum() - expected) < SIGMAS * np.sqrt(expected)
    law = oracle.randomized_asymmetric(fan_in)
    for row in both:  # a place chosen too often, or chosen along with the height, would bend these
        assert oracle.deviations(row, law)[2] < KOLMOGOROV
    products = (both[0] - law.mean) * (both[-1] - law.mean)
    assert abs(products.mean() + law.mean**2) < SIGMAS * products.std() / np.sqrt(units)
    kernel, bias = rai.draw(units)
    np.testing.assert_array_equal(np.vstack([to_numpy(kernel), to_numpy(bias)[None]]), both)


def test_kernel_and_bias_in_a_layer():
    """A layer built with both parts has the draw; so has a convolution, unrolled."""
    rai = RandomizedAsymmetric(fan_in=18, seed=3)
    kernel, bias = (to_numpy(part) for part in rai.draw(5))
    dense = keras.layers.Dense(5, kernel_initializer=rai.kernel, bias_initializer=rai.bias)
    convolution = keras.layers.Conv2D(5, 3, kernel_initializer=rai.kernel, bias_initializer=rai.bias)
    dense.build((None, 18))
    convolution.build((None, 8, 8, 2))
    for layer in (dense, convolution):
        np.testing.assert_array_equal(to_numpy(layer.kernel).reshape(18, 5), kernel)
        np.testing.assert_array_equal(to_numpy(layer.bias), bias)


@pytest.mark.parametrize("argument", ["kernel_initializer", "bias_initializer"])
def test_the_object_itself_is_no_initializer(argument):
    layer = keras.layers.Dense(3, **{argument: RandomizedAsymmetric(4)})
    with pytest.raises(TypeError, match=r"Received: RandomizedAsymmetric\(fan_in=4\).*Expected.*\.kernel or \.bias"):
        layer.build((None, 4))


def test_a_seed_generator_gives_each_object_its_draw():
    generator = keras.random.SeedGenerator(1)
    one, two = RandomizedAsymmetric(4, generator), RandomizedAsymmetric(4, generator)
    assert isinstance(one.seed, int) and one.seed != two.seed
    assert RandomizedAsymmetric(4, keras.random.SeedGenerator(1)).seed == one.seed
    assert RandomizedAsymmetric(4).seed != RandomizedAsymmetric(4).seed


def test_born_dead_networks():
    """Lu et al.: of networks of width 2 with 10 layers, 88 % are born dead with He's weights and biases of 0 (20,000
    draws gave .878), and far fewer with this initialisation. 2,000 networks stand side by side in one kernel."""
    networks, x, share = 2_000, np.linspace(-np.sqrt(3), np.sqrt(3), 101), {}
    for name in ("he", "rai"):
        kernels, biases = [], []
        for layer in range(9):
            inputs, units = 1 if layer == 0 else 2, 2 * networks
            rai = RandomizedAsymmetric(inputs, seed=layer)
            kernel = drawn(HeNormal(seed=layer) if name == "he" else rai.kernel, (inputs, units))
            bias = np.zeros(units) if name == "he" else drawn(rai.bias, (units,))
            kernels.append(kernel.reshape(inputs, networks, 2).transpose(1, 0, 2))
            biases.append(bias.reshape(networks, 2))
        share[name] = oracle.born_dead(kernels, biases, x)
    assert abs(share["he"] - 0.878) < SIGMAS * np.sqrt(0.878 * 0.122 / networks)
    assert share["rai"] < 0.4, share


DRAW = """
import pathlib, sys
import keras, numpy as np
import custom.initializers
folder = pathlib.Path(sys.argv[1])
model = keras.models.load_model(folder / "model.keras")
results = {}
for layer in model.layers:
    for part, initializer in (("kernel", "kernel_initializer"), ("bias", "bias_initializer")):
        if hasattr(layer, part):
            weight, draw = getattr(layer, part), getattr(layer, initializer)
            results[f"{layer.name} {part}"] = keras.ops.convert_to_numpy(weight)
            results[f"{layer.name} {part} again"] = keras.ops.convert_to_numpy(draw(weight.shape))
np.savez(folder / "results.npz", **results)
"""


def test_the_same_draw_in_a_fresh_process(tmp_path):
    """Of every initialiser; of `RandomizedAsymmetric` without a seed, too, though its two parts are saved apart."""
    inputs = keras.Input((60,))
    outputs = []
    for case in INITIALIZERS:
        if not case.id.startswith("rai"):
            outputs.append(keras.layers.Dense(6, name=case.id, kernel_initializer=case.make(seed=4))(inputs))
    rai = RandomizedAsymmetric(60)
    outputs.append(keras.layers.Dense(6, name="rai", kernel_initializer=rai.kernel, bias_initializer=rai.bias)(inputs))
    model = keras.Model(inputs, outputs)
    model.save(tmp_path / "model.keras")
    run_fresh(DRAW, tmp_path)
    results = np.load(tmp_path / "results.npz")
    dense = [layer for layer in model.layers if hasattr(layer, "kernel")]
    assert len(results.files) == 4 * len(dense) == 4 * (len(INITIALIZERS) - 1)
    for layer in dense:
        for part in ("kernel", "bias"):
            for suffix in ("", " again"):
                np.testing.assert_array_equal(results[f"{layer.name} {part}{suffix}"], to_numpy(getattr(layer, part)))


@pytest.mark.parametrize("call, error, words", BAD_INITIALIZERS)
def test_bad_arguments_are_quoted(call, error, words):
    with pytest.raises(error) as caught:
        call()
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_table_is_complete():
    named = set(custom.initializers.__all__) - {"BOOK_FORMULAS"}
    tested = {type(case.make()).__name__ for case in INITIALIZERS}
    renamed = {"RandomizedAsymmetric": "RandomizedAsymmetricPart", "HeNormal": "UntruncatedHeNormal"}
    assert tested == {renamed.get(name, name) for name in named}
    assert set(custom.initializers.BOOK_FORMULAS) == {"GlorotUniform"}
    assert custom.initializers.GlorotUniform is keras.initializers.GlorotUniform


def test_base_states_no_draw():
    with pytest.raises(NotImplementedError, match="PaperInitializer does not state"):
        custom.initializers.base.PaperInitializer()((2, 3))
