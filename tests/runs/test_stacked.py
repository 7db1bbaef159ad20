"""Many runs as one program on JAX, beside the same runs one by one."""

import dataclasses
import functools
import json

import keras
import numpy as np
import pytest

from custom.activations import ELU, LeakyReLU, PReLU, ReLU, RReLU, Sigmoid, SiLU, Softplus
from custom.optimizers import Adam, AdamW, GradientDescent, Momentum, Nesterov
from experiments import engine
from experiments.errors import Diverged
from experiments.recipes.classifier import classifier
from experiments.runs.runner import Runner
from experiments.runs.store import Store
from experiments.spec import Request
from experiments.spec.run import final_runs
from tests.doubles import Progress, computed, paper
from tests.nets import BACKEND, described, digits, perceptron, whole_chunks
from tests.nets import train as train_net
from tests.runs.test_checkpoint import Kept

pytestmark = pytest.mark.skipif(BACKEND != "jax", reason="stacking is for JAX")
if BACKEND == "jax":
    from experiments.engine import differing, stacked
    from experiments.runs import stacks

DATA = digits()
PLAN = engine.Plan(epochs=2, batch_size=20, seed=0)


def rate(seed):
    return keras.optimizers.schedules.ExponentialDecay(0.01 * (seed + 1), 10, 0.9)


# By what members differ in, beside their seed: net and optimizer of a seed.
DIFFERING = {
    "learning rate": lambda s: (perceptron(seed=s), GradientDescent(0.01 * (s + 1))),
    "schedule": lambda s: (perceptron(seed=s), GradientDescent(rate(s))),
    "momentum": lambda s: (perceptron(seed=s), Momentum(0.01, 0.5 + 0.1 * s)),
    "Nesterov's momentum": lambda s: (perceptron(seed=s), Nesterov(0.01, 0.5 + 0.1 * s)),
    "L2": lambda s: (perceptron(seed=s), Momentum(0.01, 0.5, l2=1e-2 * s)),
    "weight decay": lambda s: (perceptron(seed=s), AdamW(0.001, weight_decay=0.01 * (s + 1))),
    "base rate of the decay": lambda s: (perceptron(seed=s), AdamW(0.001 * (s + 1), weight_decay=0.01)),
    "epsilon": lambda s: (perceptron(seed=s), Adam(0.001, epsilon=10.0 ** -(s + 2))),
    "dropout": lambda s: (perceptron(seed=s, dropout=0.1 * (s + 1)), GradientDescent(0.01)),
    "leaky slope": lambda s: (perceptron(functools.partial(LeakyReLU, 0.1 * (s + 1)), s), GradientDescent(0.01)),
    "ELU's alpha": lambda s: (perceptron(functools.partial(ELU, 0.3 * (s + 2)), s), GradientDescent(0.01)),
    "sigmoid's slope": lambda s: (perceptron(functools.partial(Sigmoid, 0.5 + s), s), GradientDescent(0.01)),
    "softplus's beta": lambda s: (perceptron(functools.partial(Softplus, 0.5 + s), s), GradientDescent(0.01)),
    "SiLU's beta": lambda s: (perceptron(functools.partial(SiLU, 0.5 + s), s), GradientDescent(0.01)),
    "RReLU's bounds": lambda s: (perceptron(functools.partial(RReLU, 2.0 + s, 8.0 + s), s), GradientDescent(0.01)),
    "nothing": lambda s: (perceptron(PReLU, s), Adam(0.001)),
    "Keras's momentum": lambda s: (perceptron(seed=s), keras.optimizers.SGD(0.01, momentum=0.5 + 0.1 * s)),
}


def alone(make, seed, plan=PLAN, data=DATA):
    rows = list(train_net(*make(seed), data, of_seed(plan, seed)))
    return [{k: v for k, v in row.items() if k != "seconds"} for row in rows]


def of_seed(plan, seed):
    return dataclasses.replace(plan, seed=seed)


def member(make, seed, plan=PLAN, data=DATA):
    return described(*make(seed), data, of_seed(plan, seed))


def together(make, seeds, **options):
    """By member: its rows, without times."""
    found = list(engine.Session([member(make, s, **options) for s in seeds]).rows())
    return [[{k: v for k, v in row.items() if k != "seconds"} for row in column] for column in zip(*found, strict=True)]


def close(one, other, tolerance=2e-4):
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        assert a == pytest.approx(b, rel=tolerance, abs=1e-6)


@pytest.mark.parametrize("name", DIFFERING)
def test_stacked_runs_equal_single_runs(name):
    make = DIFFERING[name]
    singles = [alone(make, seed) for seed in range(3)]
    for one, other in zip(singles, together(make, range(3)), strict=True):
        close(one, other)
    objectives = [rows[-1]["objective"] for rows in singles]
    assert len(set(objectives)) == 3


def test_numbers_matter_beside_the_seed():
    """One seed, three rates: the members differ in the rate alone."""
    plan, losses = PLAN, []
    members = []
    for r in (0.01, 0.02, 0.04):
        members.append(described(perceptron(), GradientDescent(r), DATA, plan))
    for row in engine.Session(members).rows():
        losses = [cell["objective"] for cell in row]
    assert len(set(losses)) == 3
    close(
        [{"objective": losses[1]}],
        [{"objective": alone(lambda s: (perceptron(), GradientDescent(0.02)), 0)[-1]["objective"]}],
    )


def test_each_member_may_have_its_own_data():
    def data(seed):
        order = np.random.default_rng(seed).permutation(len(DATA.x))[:100]
        x, y = DATA.x[order], DATA.y[order]
        return engine.Arrays(x, y, {"train": (x, y), "test": DATA.splits["test"]}, DATA.mean, DATA.scale)

    make = DIFFERING["learning rate"]
    members = [member(make, s, data=data(s)) for s in range(3)]
    rows = list(engine.Session(members).rows())
    for seed in range(3):
        expected = alone(make, seed, data=data(seed))
        close([{k: v for k, v in row[seed].items() if k != "seconds"} for row in rows], expected)


def test_augmented_members_draw_their_own():
    data = dataclasses.replace(DATA, augment=engine.Augment(pad=1, flip=True))
    make = DIFFERING["nothing"]
    for seed, rows in enumerate(together(make, range(2), data=data)):
        close(rows, alone(make, seed, data=data))


def test_a_member_that_diverges_stops_counting_and_spoils_nobody():
    def make(seed):
        return perceptron(seed=seed), GradientDescent([0.01, 1e30, 0.03][seed])

    plan = dataclasses.replace(PLAN, epochs=3)
    cells = list(engine.Session([member(make, s, plan) for s in range(3)]).rows())
    assert isinstance(cells[0][1], Diverged) and cells[0][1].epoch == 1
    assert cells[1][1] is None and cells[2][1] is None
    for seed in (0, 2):
        close([{k: v for k, v in row[seed].items() if k != "seconds"} for row in cells], alone(make, seed, plan))


def test_a_stack_of_diverged_members_ends():
    plan = dataclasses.replace(PLAN, epochs=50)
    cells = list(
        engine.Session([member(lambda s: (perceptron(seed=s), GradientDescent(1e30)), s, plan) for s in (0, 1)]).rows()
    )
    assert len(cells) == 1 and all(isinstance(cell, Diverged) for cell in cells[0])


@pytest.mark.parametrize("occasion", [1, 2, 4])
def test_a_stack_that_was_stopped_goes_on_bit_for_bit(occasion, monkeypatch):
    whole_chunks(monkeypatch)

    def make(seed):
        return perceptron(seed=seed, dropout=0.2), GradientDescent([0.01, 1e30, 0.03][seed])

    def rows(kept=None):
        stack = engine.Session(
            [member(make, s, dataclasses.replace(PLAN, epochs=4)) for s in range(3)], checkpoint=kept
        )
        return [
            [str(c) if isinstance(c, Diverged) else c and {k: v for k, v in c.items() if k != "seconds"} for c in cells]
            for cells in stack.rows()
        ]

    expected, kept = rows(), Kept(stop=occasion)
    with pytest.raises(KeyboardInterrupt):
        rows(kept)
    assert json.dumps(rows(kept)) == json.dumps(expected)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda s: (perceptron(hidden=[8 + s]), GradientDescent(0.1)), "variables have other shapes"),
        (lambda s: (perceptron([ReLU, SiLU][s]), GradientDescent(0.1)), "other kinds"),
        (lambda s: (perceptron(), [GradientDescent, Adam][s](0.1)), "other shapes|other kinds"),
        (lambda s: (perceptron(), Adam(0.1, bias_correction=bool(s))), "bias_correction is False here, True there"),
        (lambda s: (perceptron(), Adam(0.1, beta_1=0.5 + 0.1 * s)), "needed when the program is compiled"),
    ],
)
def test_what_does_not_fit_one_program_is_told(make, why):
    with pytest.raises(stacked.Unstackable, match=why):
        engine.Session([member(make, s) for s in (0, 1)]).loop.memory()


def test_a_number_decides_only_what_all_members_agree_on():
    number = differing.Scalar(np.array([0.1, 0.2]), keras.ops.convert_to_tensor([0.1, 0.2]))
    assert number > 0 and number != 1.0 and number < 0.5
    with pytest.raises(stacked.Unstackable, match="0.1 here, 0.2 there"):
        number > 0.15  # noqa: B015
    with pytest.raises(stacked.Unstackable):
        float(number)
    half = keras.ops.convert_to_tensor([1.0, 1.0], dtype="bfloat16")
    for result in (number * half, number + half, 1 - number * half, number / half):
        assert keras.backend.standardize_dtype(result.dtype) == "bfloat16"
    for result, expected in ((1 - number, [0.9, 0.8]), (2 / number, [20, 10]), (-number, [-0.1, -0.2])):
        np.testing.assert_allclose(np.asarray(result.traced), expected, rtol=1e-6)
        np.testing.assert_allclose(result.values, expected)


# Under the runner.
SETTINGS = dict(epochs=2, batch_size=20, evaluation="test", train_evaluation_every=1, momentum=0.5)


class Telling(Progress):
    def stacked(self, runs):
        self.notes.append(f"{len(runs)} together")
        return lambda *where: None


def run(folder, train, stacking, seeds=3, variants=("a",), progress=None, every=0, **settings):
    fake = paper(train, variants, seeds, **{**SETTINGS, **settings})
    runner = Runner(Store(folder), progress or Telling(), "test", every=every, stacking=stacking)
    return runner.run(Request((fake,), "quick")), runner.progress


def small(job):
    model = perceptron(seed=job.seed, hidden=[8])
    return classifier(job, model, Momentum(job.settings.learning_rate, job.settings.momentum))


def histories(records):
    return [[{k: v for k, v in row.items() if k != "seconds"} for row in r["history"]] for r in records]


def test_the_runner_stacks_by_itself_and_each_run_has_its_record(tmp_path):
    stacked_, progress = run(tmp_path / "a", small, "auto")
    single, _ = run(tmp_path / "b", small, "never")
    assert progress.notes == ["3 together"]
    for one, other in zip(histories(stacked_), histories(single), strict=True):
        close(one, other)
    for record in stacked_:
        assert record["outcome"] == "done" and record["facts"]["stacked"] == 3
        assert record["facts"]["compiler"] == "XLA scan, 3 runs stacked" and record["facts"]["parameters"] > 0
        assert record["key"] in {r["key"] for r in single} and record["seconds"] > 0
    assert len(list((tmp_path / "a" / "fake2000_test").glob("*.json"))) == 3
    assert not list((tmp_path / "a").rglob("*.npz"))
    again, progress = run(tmp_path / "a", small, "auto")
    assert histories(again) == histories(stacked_) and progress.trained == [] and len(progress.skips) == 3


def test_large_nets_run_alone_unless_asked(tmp_path):
    def large(job):
        return classifier(job, perceptron(seed=job.seed, hidden=[1000]), GradientDescent(0.01))

    _, progress = run(tmp_path / "a", large, "auto", seeds=2)
    assert progress.notes == []
    _, progress = run(tmp_path / "b", large, "always", seeds=2)
    assert progress.notes == ["2 together"]


def test_a_stack_that_does_not_fit_the_memory_is_halved(tmp_path, monkeypatch):
    asked = []

    def free():
        asked.append(1)
        return 1 if len(asked) < 2 else 10**12

    monkeypatch.setattr(stacks, "memory", free)
    records, progress = run(tmp_path, small, "auto", seeds=6)
    assert [note for note in progress.notes if "together" in note][1:] == ["3 together", "3 together"]
    assert [r["facts"]["stacked"] for r in records] == [3] * 6


def test_runs_that_do_not_fit_one_program_run_alone(tmp_path):
    def other(job):
        return classifier(job, perceptron([ReLU, SiLU, ELU][job.seed], job.seed), GradientDescent(0.01))

    records, progress = run(tmp_path, other, "auto")
    assert [r["outcome"] for r in records] == ["done"] * 3 and "stacked" not in records[0]["facts"]
    assert any("Not stacked: their layers or optimizers are of other kinds" in note for note in progress.notes)


def test_a_script_that_does_not_hand_over_to_the_engine_runs_alone(tmp_path):
    @computed
    def own(job):
        yield {"epoch": 1, "objective": float(job.seed), "seconds": 0.0}

    records, _ = run(tmp_path, own, "auto")
    assert [r["history"][0]["objective"] for r in records] == [0.0, 1.0, 2.0]


def test_a_diverged_member_has_its_own_outcome(tmp_path):
    def train(job):
        rate = 1e30 if job.seed == 1 else 0.01
        return classifier(job, perceptron(seed=job.seed), GradientDescent(rate))

    records, progress = run(tmp_path, train, "auto")
    assert [r["outcome"] for r in records] == ["done", "diverged", "done"]
    assert "objective became" in records[1]["error"] and records[1]["history"] == []
    assert len(records[0]["history"]) == 2


def test_a_failing_script_fails_alone(tmp_path):
    def train(job):
        if job.seed == 1:
            raise RuntimeError("no luck")
        return small(job)

    records, _ = run(tmp_path, train, "auto")
    assert [r["outcome"] for r in records] == ["done", "failed", "done"]


def test_a_group_is_looked_at_by_one_process_at_a_time(tmp_path):
    """Else the runs that each process happens to get are a stack of another size, with other last digits."""
    tried = []

    class Meanwhile(Telling):
        def stacked(self, runs):
            fake = paper(small, ("a",), 3, **SETTINGS)
            other = Runner(Store(tmp_path), Telling(), "test", every=0)
            asked = final_runs(fake, fake.experiments[0], "a", Request((fake,), "quick"))
            tried.append(other._together(fake.experiments[0], asked, {}))
            return super().stacked(runs)

    records, progress = run(tmp_path, small, "auto", progress=Meanwhile())
    assert tried == [False] and progress.notes == ["3 together"]
    assert [r["facts"]["stacked"] for r in records] == [3] * 3


def test_a_stack_under_the_runner_goes_on_after_ctrl_c(tmp_path):
    class Stopping(Telling):
        def stacked(self, runs):
            def on_step(epoch, step, steps):
                if epoch == 2:
                    raise KeyboardInterrupt

            return on_step

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "a", small, "auto", progress=Stopping(), every=1e9)
    outcomes = [record["outcome"] for record in Store(tmp_path / "a").all("fake2000_test")]
    assert outcomes == ["interrupted"] * 3
    resumed, progress = run(tmp_path / "a", small, "auto")
    alone_, _ = run(tmp_path / "b", small, "auto")
    assert histories(resumed) == histories(alone_) and "resume" in " ".join(progress.notes)
    assert not list((tmp_path / "a").rglob("*.npz"))


def test_what_measures_inside_the_net_is_trained_alone():
    training = described(perceptron(), GradientDescent(0.1), DATA, PLAN, probes=(engine.Probe("zeros"),))
    assert not training.stackable and member(DIFFERING["nothing"], 0).stackable
    assert not described(perceptron(), GradientDescent(0.1), DATA, PLAN, final=lambda model: {}).stackable


def test_nothing_is_compiled_twice_for_the_same_shapes():
    class Counting(keras.layers.Layer):
        traced = 0

        def call(self, x):
            Counting.traced += 1
            return x

    def make(seed):
        net = perceptron(seed=seed)
        inputs = keras.Input((8, 8, 1))
        return keras.Model(inputs, Counting()(net(inputs))), GradientDescent(0.01)

    members = [member(make, s, dataclasses.replace(PLAN, epochs=4)) for s in range(2)]
    rows = engine.Session(members).rows()
    next(rows)
    traced = Counting.traced
    list(rows)
    assert Counting.traced == traced
