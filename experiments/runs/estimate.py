"""The cost of a preset, measured before it starts: a few chunks of each distinct program, and arithmetic."""

import contextlib
import dataclasses
import json
import statistics
import sys
import time

from experiments import stopping
from experiments.data.splits import HELD_OUT, training_points
from experiments.engine import Computation, Session
from experiments.engine.chunks import LONGEST as CHUNK
from experiments.engine.single import EVALUATION_BATCH
from experiments.errors import Diverged
from experiments.spec.experiment import Job
from experiments.spec.run import Undecided, best, final_runs, tuning_runs
from experiments.spec.settings import canonical

SECONDS = 1.0  # how long a program is watched once it is compiled
LIMIT = 15.0  # seconds that measuring a program takes at most, if its compiler leaves `LEAST` of its half of them
LEAST = 2.0  # seconds that training is watched after the compiler, at least
FORWARD = 1 / 3  # of a step's time, where no evaluation was seen: the backward pass takes two thirds
EPOCHS = 1000  # more than are watched
RECORD = 2000  # bytes of a record without its history
# Settings that runs of one program may differ in, beside the seed and what is tuned.
FREE = ("learning_rate", "drops", "epochs", "evaluation", "train_evaluation_every", "evaluation_every")


@dataclasses.dataclass(frozen=True)
class Cost:
    """Needs of one program: seconds before its first step, a step, an evaluated example; bytes on disk.

    `row`: seconds of a row that is computed, not trained.
    """

    setup: float
    step: float
    example: float
    row_bytes: int
    checkpoint_bytes: int
    row: float | None = None

    def seconds(self, settings, dataset):
        """Of one run."""
        if self.row is not None:
            return self.setup + settings.epochs * self.row
        n = min(training_points(settings, dataset), len(dataset.x_train))
        held_out = settings.get("evaluation") == "validation"
        other = len(dataset.x_train) // HELD_OUT if held_out else len(dataset.x_test)

        def evaluations(name):  # the last epoch is always one
            return -(-settings.epochs // settings.get(name, 1))

        examples = evaluations("evaluation_every") * other + evaluations("train_evaluation_every") * n
        return self.setup + settings.epochs * (n // settings.batch_size) * self.step + examples * self.example


class Enough(Exception):
    """What measuring may take is over."""


class Watch:
    """Looks at the clock when the engine reports: in place of progress and of a checkpoint."""

    def __init__(self, clock):
        self.clock, self.began = clock, clock()
        self.start, self.stepped, self.first = self.began, None, None
        self.steps, self.evaluations, self.watched = [], [], 0.0
        self.chunks, self.compiled = [], None  # seconds a step; clock and steps after the chunk that compiled
        self.checkpoint_bytes = self.row_bytes = 0

    def on_step(self, epoch, step, steps):
        now, last = self.clock(), self.stepped
        if self.compiled is None:
            self.compiled = now, step
        elif last is not None and self.start < last:  # a chunk before it in this epoch
            self.chunks.append((now - last) / (step - self.done))
        self.stepped, self.done = now, step
        if self.chunks and self.late(now):
            raise Enough

    def late(self, now):
        """Tell whether the first epoch has had half of the limit, or all have had the whole."""
        limit = LIMIT / 2 if self.first is None else LIMIT
        return now > max(self.began + limit, (self.compiled or (self.began,))[0] + LEAST)

    def enough(self):
        return self.watched >= SECONDS or self.late(self.clock())

    def row(self, row, examples):
        now = self.clock()
        if self.first is None:  # compiles
            self.first = now - self.began
        else:
            self.steps.append((self.stepped - self.start) / self.done)
            self.evaluations.append((now - self.stepped) / examples)
            self.watched += now - self.start
        self.row_bytes = max(self.row_bytes, len(json.dumps(row, indent=1)))
        self.start = self.clock()

    def load(self, meaning):
        return None

    def due(self):
        return not self.checkpoint_bytes

    def save(self, values, arrays):
        self.checkpoint_bytes = sum(array.nbytes for array in arrays)


def measure(experiment, run, dataset, compiler="auto", clock=time.perf_counter, session=Session):
    """`Cost` of a run's program, on as few examples as have all the shapes that it compiles."""
    settings = run.settings
    batch = settings.get("batch_size", 1)  # what is computed, not trained, has none
    steps = len(dataset.x_train) // batch
    chunks = min(steps, CHUNK + steps % CHUNK) * batch
    tested = min(len(dataset.x_test), EVALUATION_BATCH + len(dataset.x_test) % EVALUATION_BATCH)
    small = dataset.part(chunks, tested)
    changes = {"epochs": EPOCHS, "evaluation": "test", "train_evaluation_every": 1, "evaluation_every": 1}
    changes["examples"] = None  # all that the small part has
    settings = settings.but(**{name: value for name, value in changes.items() if name in settings})
    watch = Watch(clock)
    description = experiment.train(Job(experiment, settings, run.seed, small))
    if isinstance(description, Computation):
        return _computed(description, watch)
    description.plan = dataclasses.replace(description.plan, stop=None)
    performed = session([description], compiler=compiler, checkpoint=watch, on_step=watch.on_step)
    with contextlib.suppress(Enough):
        for (row,) in performed.rows():
            if isinstance(row, Diverged):
                raise row
            watch.row(row, chunks + tested)
            if watch.enough():
                break
    step = statistics.median(watch.steps or watch.chunks)
    example = statistics.median(watch.evaluations or [FORWARD * step / batch])
    if watch.first is None:
        setup = watch.compiled[0] - watch.began - watch.compiled[1] * step
    else:
        setup = watch.first - watch.done * step - (chunks + tested) * example
    return Cost(max(0.0, setup), step, example, watch.row_bytes, watch.checkpoint_bytes)


def _computed(description, watch):
    """`Cost` of a `Computation`: what comes before its first row is paid once, where there are others to tell."""
    seconds = []
    for row in description.rows:
        seconds.append(watch.clock() - watch.start)
        watch.row_bytes = max(watch.row_bytes, len(json.dumps(row, indent=1)))
        watch.start = watch.clock()
        if len(seconds) > 1 and watch.enough():
            break
        watch.watched = watch.start - watch.began - seconds[0]
    first, *others = seconds
    each = statistics.median(others or [first])
    return Cost(max(0.0, first - each), 0.0, 0.0, watch.row_bytes, 0, row=each)


@dataclasses.dataclass
class Line:
    """Runs of one program: how many are left, what they take together; `error`: why that is not known."""

    name: str
    cost: Cost | None = None
    error: str = ""
    runs: int = 0
    seconds: float = 0.0
    disk: int = 0

    def add(self, settings, dataset):
        self.runs += 1
        if self.cost:
            self.seconds += self.cost.seconds(settings, dataset)
            self.disk += RECORD + settings.epochs * self.cost.row_bytes


def forecast(runner, request, measure=measure, say=lambda text: None):
    """Return a `Line` for each program that has runs left, and the bytes of memory that this process has needed.

    `say` is told of each program before it is measured.
    """
    lines, memory = {}, 0
    for paper, experiment, run in remaining(runner, request):
        dataset, program = runner.dataset(run.settings.data), program_of(experiment, run)
        if program not in lines:
            line = lines[program] = Line(f"{paper.key} {experiment.name} {run.settings.variant}")
            say(f"{line.name}: measuring")
            try:
                line.cost = measure(experiment, run, dataset, runner.compiler)
            except Exception as error:  # the run itself will tell; the others can be measured
                stopping.check()
                line.error = f"{type(error).__name__}: {error}"
            # What was measured held a part of the training set on the device; a run holds all of it.
            memory = max(memory, (peak_memory() or 0) + dataset.x_train.nbytes)
        lines[program].add(run.settings, dataset)
    return list(lines.values()), memory


def remaining(runner, request):
    """Return `(paper, experiment, run)` of the runs that are not finished."""
    return [
        (paper, experiment, run)
        for paper, experiment, variants in request.selected()
        for variant in variants
        for run in left(runner, paper, experiment, variant, request)
    ]


def program_of(experiment, run):
    """Return what runs of one program have in common, as one text."""
    free = {*FREE, *(experiment.tuning.names if experiment.tuning else ())}
    return canonical([run.experiment, {name: value for name, value in run.settings.items() if name not in free}])


def left(runner, paper, experiment, variant, request):
    """Return the runs of a variant that are not finished. One that waits for a tuning has a value of the grid."""
    grid = tuning_runs(paper, experiment, variant, request)
    tried = [runner.known(run) for run in grid]
    tuned = None
    if grid:
        tuned = experiment.tuning.value_of(grid[0].settings)
        if all(tried):
            try:
                tuned = best(experiment.tuning, tried)
            except Undecided:  # the whole grid has diverged: there is nothing to run
                return []
    finals = final_runs(paper, experiment, variant, request, tuned)
    return [run for run, known in zip(grid, tried, strict=True) if not known] + [
        run for run in finals if not all(tried) or not runner.known(run)
    ]


def summary(lines, memory, workers=1):
    """The forecast in a line. A checkpoint is there twice while it is replaced."""
    seconds = sum(line.seconds for line in lines) / workers
    disk = sum(line.disk for line in lines)
    disk += 2 * workers * max((line.cost.checkpoint_bytes for line in lines if line.cost), default=0)
    unknown = sum(line.runs for line in lines if not line.cost)
    text = f"{sum(line.runs for line in lines)} runs to do, about {duration(seconds)}"
    if unknown:
        text += f" and {unknown} runs that could not be measured"
    if workers > 1:
        text += f" with {workers} processes"
    return text + (f", {size(memory * workers)} of memory" if memory else "") + f", {size(disk)} of disk"


def row(line):
    """Cells of a table: program, runs, seconds before the first step, a step, all runs, checkpoint, records."""
    if not line.cost:
        return line.name, line.runs, "-", "-", line.error, "-", "-"
    cost = line.cost
    return (
        line.name, line.runs, duration(cost.setup), f"{1e3 * cost.step:.3g}", duration(line.seconds),
        size(cost.checkpoint_bytes), size(line.disk),
    )  # fmt: skip


def duration(seconds):
    for unit, name in ((3600, "h"), (60, "min")):
        if seconds >= 0.95 * unit:
            return f"{seconds / unit:.1f} {name}"
    return f"{seconds:.0f} s"


def size(count):
    for unit, name in ((1e9, "GB"), (1e6, "MB")):
        if count >= 0.95 * unit:
            return f"{count / unit:.1f} {name}"
    return f"{count / 1e3:.0f} kB"


def peak_memory():
    """Largest number of bytes of memory that this process has held; `None` on Windows."""
    try:
        import resource
    except ImportError:
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most
