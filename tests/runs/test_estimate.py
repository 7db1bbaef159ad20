"""The forecast: its arithmetic on a training that takes exactly what a clock is told, and a real one."""

import dataclasses
import json
import types

import numpy as np
import pytest

from experiments import cli, engine, papers
from experiments.data import Dataset
from experiments.errors import Diverged
from experiments.recipes.classifier import classifier
from experiments.runs import estimate, executors
from experiments.runs.estimate import Cost, Line
from experiments.runs.runner import Runner
from experiments.runs.store import Store
from experiments.spec import Job, Request, Settings, Tuning
from experiments.spec.identity import key_of
from experiments.spec.run import Run
from tests.doubles import Progress, computed, paper, rows, small_digits
from tests.nets import everything

SETTINGS = dict(epochs=7, batch_size=4, evaluation="test", train_evaluation_every=3)
TUNING = Tuning(
    "learning_rate", {"a": (0.1, 0.2, 0.3), "b": (0.1, 0.2, 0.3)}, "validation_loss",
    {"quick": {"epochs": 2, "evaluation": "validation"}},
)  # fmt: skip


class Clock:
    """A time that passes when it is told to, and a session in which it does."""

    def __init__(self, setup=7.0, step=0.01, example=0.001):
        self.now, self.setup, self.step, self.example = 0.0, setup, step, example

    def __call__(self):
        return self.now

    def train(self, job):
        """In place of a training: the job itself."""
        return types.SimpleNamespace(job=job, plan=engine.Plan(job.settings.epochs, job.settings.batch_size, 0))

    def session(self, trainings, compiler="auto", checkpoint=None, on_step=lambda *where: None):
        """What the engine does, with these costs."""
        return types.SimpleNamespace(rows=lambda: self._rows(trainings[0].job, checkpoint, on_step))

    def _rows(self, job, checkpoint, on_step):
        s, data = job.settings, job.dataset
        n, other = len(data.x_train), len(data.x_test)
        if s.evaluation == "validation":
            other = n // 6
            n -= other
        self.now += self.setup
        for epoch in range(1, s.epochs + 1):
            steps = n // s.batch_size
            for start in range(0, steps, 50):
                chunk = min(50, steps - start)
                self.now += self.step * chunk
                on_step(epoch, start + chunk, steps)
                if checkpoint and checkpoint.due():
                    checkpoint.save({}, [])
            self.now += self.example * other
            if epoch % s.train_evaluation_every == 0 or epoch == s.epochs:
                self.now += self.example * n
            yield [{"epoch": epoch, "objective": 0.5, "validation_loss": 0.5}]


def asked(fake, folder, published=None, **options):
    """A runner on a folder, and the request for the paper's quick preset."""
    return Runner(Store(folder), Progress(), "test", published), Request((fake,), "quick", **options)


@pytest.mark.parametrize("evaluation", ["test", "validation"])
@pytest.mark.parametrize("batch", [4, 13, 200])
def test_the_forecast_of_a_run_is_what_the_run_takes(evaluation, batch):
    clock, data = Clock(), small_digits(train=1200, test=620)
    settings = Settings({**SETTINGS, "batch_size": batch, "evaluation": evaluation, "variant": "a"})
    run = Run("p", "e", "quick", "final", settings, 0, 1)
    fake = dataclasses.replace(paper(clock.train).experiments[0])
    cost = estimate.measure(fake, run, data, clock=clock, session=clock.session)
    assert (cost.setup, cost.step, cost.example) == pytest.approx((7.0, 0.01, 0.001))
    before = clock.now
    list(clock.session([clock.train(Job(fake, settings, 0, data))]).rows())
    assert cost.seconds(settings, data) == pytest.approx(clock.now - before)


# 60 steps are a chunk of 50 and one of 10, 275 are five chunks and 25, 12 are one of 12; an evaluation on 1620
# examples is three of 500 and one of 120.
@pytest.mark.parametrize(
    ("train", "test", "batch", "sizes"),
    [(1200, 1620, 20, (1200, 620)), (1100, 1500, 4, (300, 500)), (1205, 60, 100, (1200, 60))],
)
def test_a_program_is_measured_on_all_its_shapes_and_on_no_more(train, test, batch, sizes):
    seen, clock = [], Clock()

    def training(job):
        seen.append((len(job.dataset.x_train), len(job.dataset.x_test), job.settings.evaluation))
        return clock.train(job)

    def blank(n):
        return np.zeros((n, 2), "uint8"), np.zeros(n, "int32")

    settings = Settings({**SETTINGS, "variant": "a", "batch_size": batch, "evaluation": "validation"})
    data = Dataset("blank", *blank(train), *blank(test), 10, {})
    run = Run("p", "e", "quick", "final", settings, 0, 1)
    estimate.measure(paper(training).experiments[0], run, data, clock=clock, session=clock.session)
    assert seen == [(*sizes, "test")]


def test_seeds_and_tuned_values_share_a_program(tmp_path):
    measured = []

    def measure(experiment, run, dataset, compiler):
        measured.append(run.settings.variant)
        return Cost(100.0, 0.0, 0.0, 10, 1000)

    arguments = asked(paper(computed, tuning=TUNING, **SETTINGS), tmp_path)
    lines, memory = estimate.forecast(*arguments, measure=measure)
    assert measured == ["a", "b"] and memory > 1e6
    assert [(line.name, line.runs, line.seconds) for line in lines] == [
        ("fake2000_test e a", 5, 500.0), ("fake2000_test e b", 5, 500.0),
    ]  # fmt: skip
    assert lines[0].disk == 5 * estimate.RECORD + (3 * 2 + 2 * 7) * 10
    assert list(tmp_path.iterdir()) == []
    settings = Settings({**SETTINGS, "variant": "a", "learning_rate": 0.1})
    experiment = paper(computed, tuning=TUNING, **SETTINGS).experiments[0]
    one, *others = (
        estimate.program_of(experiment, Run("p", "e", "quick", "final", settings.but(**changes), seed, 1))
        for seed, changes in enumerate([{}, {"epochs": 9, "learning_rate": 1.0}, {"batch_size": 5}, {"variant": "b"}])
    )
    assert [one == other for other in others] == [True, False, False]


def test_only_what_is_left_counts(tmp_path):
    @computed
    def half(job):
        if job.settings.variant == "b" and job.seed < 1000:
            raise RuntimeError("no luck")
        yield from rows([job.settings.learning_rate] * job.settings.epochs)

    def left():
        arguments = asked(fake, tmp_path)
        return [(r.role, r.settings.variant, r.settings.learning_rate) for _, _, r in estimate.remaining(*arguments)]

    fake = paper(half, tuning=TUNING, **SETTINGS)
    assert len(left()) == 10
    runner, request = asked(fake, tmp_path)
    runner.run(request)
    assert left() == [("final", "b", 0.1)] * 2  # failed: it is to be run again, with the value that was tuned


def test_a_variant_whose_grid_has_diverged_has_nothing_left(tmp_path):
    @computed
    def diverging(job):
        raise Diverged(1, "objective", "nan")
        yield

    fake = paper(diverging, variants=["a"], tuning=TUNING, **SETTINGS)
    arguments = asked(fake, tmp_path)
    runner, request = arguments
    runner.run(request)
    assert estimate.remaining(*arguments) == []


def test_published_runs_are_not_left(tmp_path):
    fake = paper(computed(lambda job: rows([0.5] * job.settings.epochs)), **SETTINGS)
    arguments = asked(fake, tmp_path / "a")
    runner, request = arguments
    published = {key_of(r): r for r in runner.run(request)}
    arguments = asked(fake, tmp_path / "b", published=published)
    assert estimate.remaining(*arguments) == []


def test_a_program_that_cannot_be_measured_is_named_and_the_others_are_measured(tmp_path):
    def measure(experiment, run, dataset, compiler):
        if run.settings.variant == "a":
            raise RuntimeError("no luck")
        return Cost(1800.0, 0.0, 0.0, 10, 10**6)

    arguments = asked(paper(computed, **SETTINGS), tmp_path)
    lines, _ = estimate.forecast(*arguments, measure=measure)
    assert estimate.row(lines[0]) == ("fake2000_test e a", 2, "-", "-", "RuntimeError: no luck", "-", "-")
    assert estimate.summary(lines, 2e9) == (
        "4 runs to do, about 1.0 h and 2 runs that could not be measured, 2.0 GB of memory, 2.0 MB of disk"
    )


def test_the_line_and_its_units():
    cost = Cost(2.0, 0.0123, 0.0, 0, 4_000_000)
    lines = [Line("a", cost, runs=3, seconds=5400.0, disk=1_000_000), Line("b", cost, runs=1, seconds=1800.0, disk=0)]
    assert estimate.summary(lines, 1.5e9) == "4 runs to do, about 2.0 h, 1.5 GB of memory, 9.0 MB of disk"
    assert estimate.summary(lines, 1.5e9, workers=2) == (
        "4 runs to do, about 1.0 h with 2 processes, 3.0 GB of memory, 17.0 MB of disk"
    )
    assert estimate.summary([], 0) == "0 runs to do, about 0 s, 0 kB of disk"
    assert estimate.row(lines[0]) == ("a", 3, "2 s", "12.3", "1.5 h", "4.0 MB", "1.0 MB")
    assert [estimate.duration(x) for x in (0.4, 55, 58, 3400, 3500)] == ["0 s", "55 s", "1.0 min", "56.7 min", "1.0 h"]


def test_a_slow_program_is_left_at_half_of_the_limit():
    """Its evaluation has not been seen then: taken as a third of a step."""
    clock, data = Clock(step=0.4), small_digits(train=1200, test=620)
    settings = Settings({**SETTINGS, "batch_size": 12, "variant": "a"})
    run, fake = Run("p", "e", "quick", "final", settings, 0, 1), paper(clock.train).experiments[0]
    cost = estimate.measure(fake, run, data, clock=Slowly(clock), session=Slowly(clock).session)
    assert (cost.setup, cost.step, cost.example) == pytest.approx((7.0, 0.4, 0.4 / 12 / 3))
    assert clock.now < 7.8 + estimate.LEAST + 1


class Slowly:
    """A clock whose session takes chunks of two steps, as the engine does where a step is slow."""

    def __init__(self, clock):
        self.clock = clock

    def __call__(self):
        return self.clock.now

    def session(self, trainings, compiler="auto", checkpoint=None, on_step=lambda *where: None):
        def rows():
            self.clock.now += self.clock.setup
            for step in range(2, 101, 2):
                self.clock.now += 2 * self.clock.step
                on_step(1, step, 100)
            yield [{"epoch": 1}]

        return types.SimpleNamespace(rows=rows)


@pytest.mark.parametrize("epochs", [1, 7])
def test_computed_rows_are_measured(epochs):
    clock = Clock()

    @computed
    def count(job):
        clock.now += 20.0
        for row in rows([0.5] * job.settings.epochs):
            clock.now += 0.5
            yield row

    settings = Settings({"epochs": epochs, "variant": "a"})
    run, fake = Run("p", "e", "quick", "final", settings, 0, 1), paper(count).experiments[0]
    cost = estimate.measure(fake, run, small_digits(), clock=clock)
    assert cost.seconds(settings, small_digits()) == pytest.approx(20 + 0.5 * epochs)


@pytest.mark.slow
def test_a_real_training_is_measured():
    data, state = small_digits(), []

    def train(job):
        model, optimizer = everything(job.seed)
        state.append((model, optimizer))
        return classifier(job, model, optimizer)

    run = Run("p", "e", "quick", "final", Settings({**SETTINGS, "variant": "a"}), 0, 1)
    cost = estimate.measure(paper(train).experiments[0], run, data)
    ((model, optimizer),) = state
    variables = (*model.variables, *optimizer.variables)
    assert cost.checkpoint_bytes == sum(v.numpy().nbytes for v in variables)
    assert 0 < cost.step < 0.1 and 0 < cost.example < 0.1 and cost.setup > 0
    assert 100 < cost.row_bytes < 1000


@pytest.fixture
def reduced(tmp_path, monkeypatch):
    """A paper of which `reduced` runs on the digits, and the commands that `run` asks."""
    fake = paper(computed(lambda job: rows([0.5] * job.settings.epochs)), ["a"], 1, **SETTINGS)
    presets = {"reduced": fake.experiments[0].presets["quick"], "quick": fake.experiments[0].presets["quick"]}
    fake = dataclasses.replace(fake, experiments=(dataclasses.replace(fake.experiments[0], presets=presets),))
    monkeypatch.setattr(papers, "load", lambda names=(): [fake])
    monkeypatch.setattr(papers, "names", lambda: [fake.key])
    monkeypatch.setenv("EXPERIMENTS_RUNS", str(tmp_path))
    commands = []
    monkeypatch.setattr(executors, "answer", lambda *command: commands.append(command) or "about so much")
    return commands


def main(*arguments):
    with pytest.raises(SystemExit) as exit:
        cli.main(list(arguments))
    return exit.value.code


def test_run_says_what_it_will_cost_and_goes_on(reduced, tmp_path, capsys):
    command = ["run", "fake2000_test", "--preset", "reduced", "--seeds", "1"]
    assert main(*command, "--no-estimate") == 0 and reduced == []
    assert main(*command) == 0 and reduced == []  # nothing is left
    command[-1] = "2"
    capsys.readouterr()
    assert main(*command) == 0
    expected = ["estimate", "fake2000_test", "--preset", "reduced", "--seeds", "2", "--workers", "1", "--brief"]
    assert reduced == [(expected, 1)]
    assert capsys.readouterr().out.startswith("about so much\n")
    assert main("run", "fake2000_test", "--seeds", "3") == 0 and len(reduced) == 1  # `quick` is not measured


def test_estimate_prints_a_table_and_trains_nothing(reduced, tmp_path, capsys, monkeypatch):
    def forecast(runner, request, say):
        asked = request.preset, request.seeds, request.overrides, runner.compiler
        assert asked == ("reduced", 2, {"epochs": "3"}, "graph")
        return [Line("fake2000_test e a", Cost(1.0, 0.002, 0.0, 0, 0), runs=2, seconds=60.0)], 1e9

    monkeypatch.setattr(estimate, "forecast", forecast)
    options = ["--preset", "reduced", "--seeds", "2", "--set", "epochs=3", "--compiler", "graph"]
    assert main("estimate", "fake2000_test", *options) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["program", "runs", "setup", "ms/step", "time", "checkpoint", "disk"]
    assert "1.0 min" in lines[1] and lines[2].startswith("2 runs to do, about 1.0 min")
    assert main("estimate", "fake2000_test", *options, "--brief") == 0
    assert capsys.readouterr().out.splitlines() == lines[2:]
    assert list(tmp_path.iterdir()) == []
    assert main("estimate", "fake2000_test", "--seeds", "0") == 2


def test_a_command_that_fails_has_no_answer(tmp_path, monkeypatch):
    monkeypatch.setattr(executors, "COMMAND", ("python", "-c", "import json, sys; print(json.dumps(sys.argv[1:]))"))
    assert json.loads(executors.answer(["a", "b"], 1)) == ["a", "b"]
    monkeypatch.setattr(executors, "COMMAND", ("python", "-c", "print('half'); raise SystemExit(2)"))
    assert executors.answer([], 2) == ""
