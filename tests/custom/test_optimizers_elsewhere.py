"""Optimizers in other people's trainings: Lookahead's contract, the base rate, options in files, devices."""

import warnings

import keras
import numpy as np
import pytest
from keras import ops

from custom.optimizers import SGDW, Adam, AdamW, GradientDescent, Lookahead, Nadam, PaperOptimizer
from tests.custom.backends import BACKEND, run_fresh, to_numpy
from tests.custom.optimizer_table import OPTIMIZERS

RNG = np.random.default_rng(0)
X = RNG.normal(size=(24, 5)).astype("float32")
Y = (X[:, :1] * 2 - 1).astype("float32")
FIT = {"batch_size": 4, "shuffle": False, "verbose": 0}


def net(optimizer, **dense):
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Dense(4, activation="tanh", name="hidden", **dense), keras.layers.Dense(1, name="output")]
    model = keras.Sequential([keras.Input((5,)), *layers])
    model.compile(optimizer, "mse", jit_compile=BACKEND == "jax")
    return model


def weights(model):
    return [to_numpy(v) for v in model.trainable_variables]


# Lookahead with k = 1 and alpha = 1 is its inner optimizer, under every option

OPTIONS = {
    "plain": {},
    "terms, multipliers and a schedule": {
        "l2": 0.1,
        "l2_exclude": "bias",
        "weight_decay": 0.1,
        "weight_decay_exclude": ("bias",),
        "learning_rate_multipliers": {"output": 0.1},
        "learning_rate": keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5),
    },
    "clipnorm": {"clipnorm": 0.1},
    "clipvalue": {"clipvalue": 0.01},
    "global_clipnorm": {"global_clipnorm": 0.1},
    "averages": {"use_ema": True, "ema_momentum": 0.5},
    "averages put in place": {"use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 2},
    "accumulation": {"gradient_accumulation_steps": 2},
    "loss scale": {"loss_scale_factor": 64.0},
}


def settings(optimizer):
    """What is set between the steps, through whichever of the two is the model's."""
    optimizer.l2, optimizer.weight_decay, optimizer.learning_rate = 0.5, 0.25, 0.2


def excluded(optimizer):
    optimizer.exclude_from_weight_decay(var_names=["bias"])


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.slow
def test_lookahead_of_one_step_is_its_inner_optimizer_under(name):
    ends = []
    for wrapped in (False, True):
        optimizer = Adam(**{"learning_rate": 0.1, **OPTIONS[name]})
        model = net(Lookahead(optimizer, k=1, alpha=1) if wrapped else optimizer)
        averages = {}
        if name.startswith("averages"):  # which are what is evaluated
            averages = dict(validation_data=(X, Y), callbacks=[keras.callbacks.SwapEMAWeights(swap_on_epoch=True)])
        history = model.fit(X, Y, epochs=2, **averages, **FIT).history
        ends.append([*weights(model), *map(to_numpy, optimizer.variables), *history.values()])
    for one, other in zip(*ends, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.slow
def test_settings_made_on_lookahead_are_the_inner_optimizers():
    ends = []
    for wrapped in (False, True):
        inner = Adam(0.1, l2=0.0, weight_decay=0.0)
        optimizer = Lookahead(inner, k=1, alpha=1) if wrapped else inner
        excluded(optimizer)
        model = net(optimizer)
        model.fit(X, Y, **FIT)
        settings(optimizer)
        assert (optimizer.l2, optimizer.weight_decay, inner.l2, inner.weight_decay) == (0.5, 0.25) * 2
        model.fit(X, Y, **FIT)
        ends.append(weights(model))
    for one, other in zip(*ends, strict=True):
        np.testing.assert_array_equal(one, other)
    fresh = Lookahead(Adam())
    fresh.clipnorm = 0.5
    assert fresh.inner.clipnorm == fresh.clipnorm == 0.5
    with pytest.raises(AttributeError):
        _ = fresh.no_such_setting


def test_what_comes_too_late_is_refused():
    for optimizer in (AdamW(0.1), Lookahead(AdamW(0.1))):
        variable = keras.Variable(np.ones(2, "float32"), name="bias")
        optimizer.apply([ops.zeros(2)], [variable])
        with pytest.raises(ValueError, match="which is built. Expected it before the first step"):
            optimizer.exclude_from_weight_decay(var_names=["bias"])


def test_the_state_of_lookahead_is_slow_weights_a_count_and_the_inner_state():
    """No weight of the model, and no second set of averages or of accumulated gradients."""
    inner = Adam(use_ema=True, gradient_accumulation_steps=2)
    optimizer = Lookahead(inner)
    optimizer.build([keras.Variable(np.ones(2, "float32"), name=name) for name in "ab"])
    names = [v.name for v in optimizer.variables]
    assert names == ["iteration", "a_slow", "b_slow", "steps", *(v.name for v in inner.variables)]


def test_k_may_be_any_whole_number():
    assert Lookahead(Adam(), k=np.int64(5)).get_config()["k"] == 5
    nested = Lookahead(Lookahead(Adam(), k=2, alpha=0.25), k=3)
    assert (nested.k, nested.alpha, nested.inner.k, nested.inner.alpha) == (3, 0.5, 2, 0.25)


def test_lookahead_acts_on_the_variables_that_it_is_given():
    """k counts the steps of each: of two that take turns, each goes half the way back after two steps of its own."""
    a, b = (keras.Variable(np.ones(2, "float32"), name=name) for name in "ab")
    optimizer = Lookahead(GradientDescent(1.0), k=2, alpha=0.5)
    optimizer.build([a, b])
    one, seen = ops.ones(2), []
    for gradients, variables in [([one], [a]), ([one, None], [b, a]), ([one], [b]), ([one], [a])]:
        optimizer.apply(gradients, variables)
        seen.append((float(to_numpy(a)[0]), float(to_numpy(b)[0])))
    assert seen == [(0.0, 1.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)]
    np.testing.assert_array_equal(to_numpy(optimizer.slow(a)), [1.0, 1.0])
    optimizer.apply([one, one], [a, b])
    assert (float(to_numpy(a)[0]), float(to_numpy(b)[0])) == (-1.0, -1.0)
    with pytest.raises(ValueError, match="Unknown variable"):
        optimizer.apply([one], [keras.Variable(np.ones(2, "float32"))])


def test_a_constraint_holds_after_the_step_back():
    unit = keras.constraints.UnitNorm(axis=0)
    layer = keras.layers.Dense(3, kernel_constraint=unit)
    layer.build((None, 4))
    optimizer = Lookahead(GradientDescent(0.5), k=2, alpha=0.5)
    for _ in range(4):
        gradient = ops.convert_to_tensor(RNG.normal(size=(4, 3)).astype("float32"))
        optimizer.apply([gradient], [layer.kernel])
        np.testing.assert_allclose(np.linalg.norm(to_numpy(layer.kernel), axis=0), 1.0, rtol=1e-5)


@pytest.mark.slow
def test_evaluation_on_the_slow_weights():
    """In the middle of a cycle, at its end, and before anything; training goes on as if nothing had been looked at."""
    model, plain = (net(Lookahead(Adam(0.05), k=4, alpha=0.5)) for _ in range(2))
    optimizer = model.optimizer
    with optimizer.on_slow_weights():
        pass
    for steps in (6, 2):  # two into a cycle; then four
        for one in (model, plain):
            one.fit(X[: 4 * steps], Y[: 4 * steps], **FIT)
        fast = weights(model)
        slow = [to_numpy(optimizer.slow(v)) for v in model.trainable_variables] if steps == 6 else fast
        with optimizer.on_slow_weights():
            for found, expected in zip(weights(model), slow, strict=True):
                np.testing.assert_array_equal(found, expected)
            model.evaluate(X, Y, verbose=0)
        for found, before, other in zip(weights(model), fast, weights(plain), strict=True):
            np.testing.assert_array_equal(found, before)
            np.testing.assert_array_equal(found, other)
        assert steps != 6 or not np.array_equal(slow[0], fast[0])


@pytest.mark.parametrize("name", ["Lookahead", "AdamW"])
def test_an_optimizer_by_its_registered_name(name):
    by_name = f"activations_and_optimizers>{name}"
    if name == "AdamW":
        assert type(keras.optimizers.get(by_name)) is AdamW
        return
    with pytest.raises(ValueError, match=r"without an inner optimizer. Expected .* Lookahead\(Adam\(\)\)"):
        keras.optimizers.get(by_name)


# The base rate of a decoupled decay


def decayed(optimizer, rates):
    """The weight, step by step, of which nothing is left but the decay."""
    variable, path = keras.Variable(np.ones(1), dtype="float32", name="w"), []
    for rate in rates:
        optimizer.learning_rate = rate
        optimizer.apply([ops.zeros(1)], [variable])
        path.append(float(to_numpy(variable)[0]))
    return path


@pytest.mark.parametrize("cls", [AdamW, SGDW])
def test_a_warm_up_by_callback_finds_the_base_rate(cls):
    """eta_t is 1 while the rate grows to its largest, and the rate over that later; a given alpha stays."""
    rates = [1e-6, 1e-4, 1e-2, 5e-3]
    np.testing.assert_allclose(
        decayed(cls(1e-6, weight_decay=0.1), rates), np.cumprod([0.9, 0.9, 0.9, 0.95]), rtol=1e-5
    )
    given = cls(1e-6, weight_decay=0.1, base_learning_rate=1e-2)
    eta = np.array(rates) / 1e-2
    np.testing.assert_allclose(decayed(given, rates), np.cumprod(1 - 0.1 * eta), rtol=1e-5)
    started = cls(1e-2, weight_decay=0.1)  # the rate that it is made with counts, used or not
    np.testing.assert_allclose(decayed(started, rates), np.cumprod(1 - 0.1 * eta), rtol=1e-5)
    np.testing.assert_allclose(decayed(cls(0.0, weight_decay=0.1), [0.0, 0.1]), [1.0, 0.9], rtol=1e-5)
    assert given.base_learning_rate == 1e-2
    np.testing.assert_allclose(started.base_learning_rate, 1e-2, rtol=1e-6)
    assert (given.get_config()["base_learning_rate"], started.get_config()["base_learning_rate"]) == (1e-2, None)


HALVED = keras.optimizers.schedules.ExponentialDecay(0.005, 1, 0.5)
LENGTHS = {"normalized": True, "batch_size": 4, "training_points": 24, "epochs": 6}


@pytest.mark.parametrize("wrapped", [False, True], ids=["alone", "inside Lookahead"])
@pytest.mark.parametrize("cls", [AdamW, SGDW])
def test_a_schedule_assigned_later_is_saved_with_the_base_rate_in_use(cls, wrapped, tmp_path):
    made = cls(0.01, weight_decay=0.1)
    model = net(Lookahead(made, k=2) if wrapped else made)
    model.fit(X, Y, **FIT)
    model.optimizer.learning_rate = HALVED
    base = made.base_learning_rate
    np.testing.assert_allclose(base, 0.01, rtol=1e-6)
    assert made.get_config()["base_learning_rate"] == base
    again = cls.from_config(made.get_config())
    assert again.base_learning_rate == base and again.get_config() == made.get_config()
    model.compile(model.optimizer, "mse", jit_compile=BACKEND == "jax")
    model.fit(X, Y, **FIT)
    model.save(tmp_path / "model.keras")
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Received")
        loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert len(loaded.optimizer.variables) == len(model.optimizer.variables)
    for trained in (model, loaded):
        trained.fit(X, Y, **FIT)
    for ours, theirs in zip(weights(model), weights(loaded), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("cls", [AdamW, SGDW])
def test_a_schedule_assigned_later_is_divided_by_the_largest_rate_until_then(cls):
    """Before the first step and after some; what follows from the schedule is what it is for one that was given."""
    optimizer = cls(0.01, weight_decay=0.1)
    np.testing.assert_allclose(decayed(optimizer, [0.02, HALVED])[1], 0.9 * (1 - 0.1 * 0.0025 / 0.02), rtol=1e-5)
    unbuilt = cls(0.01, weight_decay=0.1)
    unbuilt.learning_rate = HALVED
    assert cls.from_config(unbuilt.get_config()).base_learning_rate == unbuilt.base_learning_rate == 0.01
    np.testing.assert_allclose(decayed(unbuilt, [HALVED]), 1 - 0.1 * 0.5, rtol=1e-5)
    restarts = keras.optimizers.schedules.CosineDecayRestarts(0.01, 6, t_mul=2.0)
    normalized = cls(0.01, **LENGTHS)
    normalized.learning_rate = restarts
    given = cls(restarts, base_learning_rate=0.01, **LENGTHS)
    assert (normalized.restarts, normalized.period_factor) == (given.restarts, 2.0) and given.restarts
    assert normalized.decay_scale == given.decay_scale
    normalized.learning_rate = HALVED
    assert (normalized.restarts, normalized.period_factor, normalized.decay_scale) == ((), 1.0, given.decay_scale)


@pytest.mark.parametrize("cls", [AdamW, SGDW])
def test_what_a_file_could_not_hold_is_refused(cls):
    optimizer = cls(0.0, name="mine")
    with pytest.raises(ValueError, match="a schedule as learning_rate of 'mine', without base_learning_rate"):
        optimizer.learning_rate = HALVED
    assert optimizer.learning_rate == 0
    with pytest.raises(ValueError, match="weight_decay=None for 'mine'. Expected a number, 0 for no decay"):
        optimizer.weight_decay = None
    assert cls.from_config(optimizer.get_config()).get_config() == optimizer.get_config()


def test_a_warm_up_trains(tmp_path):
    rates = [1e-6, 1e-4, 1e-2, 1e-2]
    warm = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rates[epoch])
    model = net(AdamW(1e-6, weight_decay=1e-3))
    losses = model.fit(X, Y, epochs=4, callbacks=[warm], **FIT).history["loss"]
    assert np.isfinite(losses).all() and losses[-1] < losses[0]
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.optimizer.base_learning_rate == model.optimizer.base_learning_rate > 9e-3


def test_defaults_in_the_papers_units():
    """Those of PyTorch's AdamW, whose 0.01 is multiplied by its rate of 0.001; normalised, the paper's."""
    config = AdamW().get_config()
    assert (config["learning_rate"], config["weight_decay"]) == (np.float32(0.001), 1e-5)
    assert SGDW().weight_decay == 1e-5
    lengths = {"batch_size": 128, "training_points": 50_000, "epochs": 100}
    assert AdamW(normalized=True, **lengths).weight_decay == 0.025


# Options are saved by name


@pytest.mark.parametrize(
    "saved, other",
    [
        ({"l2": 0.25}, {"weight_decay": 0.5}),
        ({"l2": 0.25}, {}),
        ({}, {"weight_decay": 0.5}),
        ({"l2": 0.25}, {"l2": 0.5}),
    ],
    ids=str,
)
def test_an_option_is_never_taken_for_another(saved, other, tmp_path):
    """Nor for state: that is loaded, and an option that the file has not stays as it was given."""
    first, second = net(Adam(0.1, **saved)), net(Adam(0.1, **other))
    first.fit(X, Y, **FIT)
    second.optimizer.build(second.trainable_variables)
    first.save_weights(tmp_path / "model.weights.h5")
    if set(saved) == set(other):
        second.load_weights(tmp_path / "model.weights.h5")
    else:
        with pytest.warns(UserWarning, match="another optimizer"):
            second.load_weights(tmp_path / "model.weights.h5")
    for name in ("l2", "weight_decay"):
        expected = saved[name] if name in saved and name in other else other.get(name)
        assert getattr(second.optimizer, name) == expected
    for slot in Adam().slots:
        for a, b in zip(first.trainable_variables, second.trainable_variables, strict=True):
            np.testing.assert_array_equal(*(to_numpy(m.optimizer.slot(slot, v)) for m, v in ((first, a), (second, b))))


def test_state_of_another_optimizer_is_left(tmp_path):
    """As many arrays of the same shapes: averages and two moments are not AMSGrad's three."""
    first, second = net(Adam(0.1, use_ema=True)), net(Adam(0.1, amsgrad=True))
    first.fit(X, Y, **FIT)
    second.optimizer.build(second.trainable_variables)
    assert len(first.optimizer.variables) == len(second.optimizer.variables)
    first.save_weights(tmp_path / "model.weights.h5")
    with pytest.warns(UserWarning, match="Without a counterpart: average_0"):
        second.load_weights(tmp_path / "model.weights.h5")
    assert not any(to_numpy(v).any() for slot in second.optimizer.slot_variables for v in slot)


class Counted(PaperOptimizer):
    """A rule of one's own, with a variable that the package knows nothing of."""

    def build(self, variables):
        if not self.built:
            super().build(variables)
            self.own = self.add_variable((2,), name="own")

    def rule(self, w, g, rate, t):
        return -rate * g


def test_a_variable_of_ones_own_is_saved():
    optimizer, again, store = Counted(0.1), Counted(0.1), {}
    for one in (optimizer, again):
        one.build([keras.Variable(np.ones(2, "float32"), name="w")])
    optimizer.own.assign([1.0, 2.0])
    optimizer.save_own_variables(store)
    again.load_own_variables(store)
    np.testing.assert_array_equal(to_numpy(again.own), [1.0, 2.0])


# Files from before the first step

BEFORE = {
    "Adam": lambda: Adam(0.1, l2=0.1),
    "a base rate": lambda: AdamW(0.1),
    "a schedule": lambda: Adam(keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5), use_ema=True),
    "Lookahead": lambda: Lookahead(Adam(0.1), k=2),
    "Lookahead of Keras's": lambda: Lookahead(keras.optimizers.SGD(0.1), k=2),
}


@pytest.mark.parametrize("form", ["model.keras", "model.weights.h5"])
@pytest.mark.parametrize("name", BEFORE)
def test_a_model_saved_before_its_first_step_loads_without_a_warning(name, form, tmp_path):
    model, path = net(BEFORE[name]()), tmp_path / form
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        if form == "model.keras":
            model.save(path)
            again = keras.saving.load_model(path)
        else:
            model.save_weights(path)
            again = net(BEFORE[name]())
            again.load_weights(path)  # into an optimizer without state
            again.optimizer.build(again.trainable_variables)
            again.load_weights(path)
    assert again.optimizer.built and not model.optimizer.built
    for one in (model, again):
        for _ in range(3):
            one.optimizer.apply([ops.ones(v.shape) for v in one.trainable_variables], one.trainable_variables)
    for a, b in zip(weights(model), weights(again), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("names", [("iteration", "learning_rate"), ("0", "1")], ids=["by name", "by position"])
def test_a_file_from_before_the_first_step_has_the_rate(names):
    def built(rate):
        optimizer = Adam(rate)
        optimizer.build([keras.Variable(np.ones(2, "float32"), name="w")])
        return optimizer

    store = {names[0]: np.array(0), names[1]: np.float32(0.25)}
    optimizer = built(0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        optimizer.load_own_variables(store)
    assert float(to_numpy(optimizer.learning_rate)) == 0.25
    with pytest.warns(UserWarning, match="'adam' only|the file only"):  # a schedule has no rate to load
        built(keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)).load_own_variables(store)


@pytest.mark.parametrize("make", [lambda: Adam(0.1), lambda: Lookahead(Adam(0.1), k=2)], ids=["Adam", "Lookahead"])
def test_state_that_a_file_lacks_is_named_after_the_first_step(make):
    """Of the file, or of the optimizer that it is loaded into: what is kept does not fit what is loaded."""
    variable = keras.Variable(np.ones(2, "float32"), name="w")
    for saved, own in ((1, 0), (0, 1)):
        optimizer = make()
        optimizer.build([variable])
        optimizer._iterations.assign(own)
        with pytest.warns(UserWarning, match="and keeps them"):
            optimizer.load_own_variables({"iteration": np.array(saved)})
        assert int(to_numpy(optimizer._iterations)) == own


# State follows its weight


@pytest.mark.parametrize("case", OPTIMIZERS, ids=lambda case: case.id)
def test_state_of_half_precision_weights_is_named_as_of_others(case):
    names = []
    for dtype in ("float32", "bfloat16"):
        layer = keras.layers.Dense(2, name="wide", dtype=dtype)
        layer.build((None, 3))
        optimizer = case.make()
        optimizer.build(layer.trainable_variables)
        names.append([v.path for slot in optimizer.slot_variables for v in slot])
        assert {v.dtype for slot in optimizer.slot_variables for v in slot} <= {"float32"}
    assert names[0] == names[1]


SHARDED = """
import keras, numpy as np
import custom.optimizers as O
devices = keras.distribution.list_devices("cpu")
layout = keras.distribution.LayoutMap(keras.distribution.DeviceMesh((1, 2), ["batch", "model"], devices))
layout[".*wide/kernel"] = (None, "model")
keras.distribution.set_distribution(keras.distribution.ModelParallel(layout_map=layout, batch_dim_name="batch"))
for dtype in ("float32", "bfloat16"):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(8, name="wide", dtype=dtype)])
    model.compile(O.Lookahead(O.Adam(0.01)), "mse")
    model.fit(np.ones((8, 6), "float32"), np.ones((8, 8), "float32"), verbose=0)
    kernel = model.get_layer("wide").kernel
    states = [v for v in model.optimizer.variables if tuple(v.shape) == (6, 8)]
    assert len(states) == 3, states
    for state in states:
        assert state.value.sharding.spec == kernel.value.sharding.spec, (dtype, state.path, state.value.sharding)
"""


@pytest.mark.skipif(BACKEND != "jax", reason="Keras shards weights on JAX")
def test_state_is_sharded_as_its_weight(monkeypatch):
    monkeypatch.setenv("XLA_FLAGS", "--xla_force_host_platform_device_count=2")
    run_fresh(SHARDED)


MIRRORED = """
import sys
import tensorflow as tf
(cpu,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
import keras, numpy as np
import custom.optimizers as O
from custom.activations import PReLU
x = np.random.default_rng(0).normal(size=(16, 5)).astype("float32")
y = x[:, :1] * 2 - 1
makers = {
    "AdamW": lambda: O.AdamW(0.01), "SGDW": lambda: O.SGDW(0.01), "Nadam": lambda: O.Nadam(0.01),
    "Adam": lambda: O.Adam(0.01, l2=1e-3, weight_decay=1e-3),
}
for name, make in makers.items():
    ends = []
    for strategy in (tf.distribute.get_strategy(), tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])):
        with strategy.scope():
            keras.utils.set_random_seed(0)
            model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(4), PReLU(), keras.layers.Dense(1)])
            model.compile(make(), "mse", jit_compile=False)
        model.fit(x, y, batch_size=8, shuffle=False, verbose=0)
        optimizer = model.optimizer
        if name == "Adam":
            optimizer.l2 = 0.1
            assert abs(optimizer.l2 - 0.1) < 1e-7
        optimizer.get_config()
        model.fit(x, y, batch_size=8, shuffle=False, verbose=0)
        model.save(sys.argv[1] + "/model.keras")
        keras.saving.load_model(sys.argv[1] + "/model.keras")
        ends.append(model.get_weights())
    for a, b in zip(*ends):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6, err_msg=name)
"""


@pytest.mark.slow
@pytest.mark.skipif(BACKEND != "tensorflow", reason="tf.distribute")
def test_two_replicas_train_as_one(tmp_path):
    """Made inside the scope; numbers of the state change and are read there, and files are written."""
    run_fresh(MIRRORED, tmp_path)


def test_nadam_shares_its_product_among_replicas():
    optimizer = Nadam(0.1)
    optimizer.build([keras.Variable(np.ones(2, "float32"), name="w")])
    assert {v.aggregation for v in optimizer.scalar_variables} == {"only_first_replica"}
