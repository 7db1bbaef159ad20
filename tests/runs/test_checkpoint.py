"""Checkpoints: a run that was stopped, killed or refused, beside the same run left alone."""

import errno
import itertools
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading

import keras
import numpy as np
import pytest

from custom.optimizers import Adam
from experiments import engine, stopping
from experiments.engine import state
from experiments.engine.chunks import Chunks
from experiments.recipes.classifier import classifier
from experiments.runs import checkpoint
from experiments.runs.checkpoint import Checkpoint, describe
from experiments.runs.runner import Runner
from experiments.runs.store import Store
from experiments.spec import Request
from tests.doubles import Progress, computed, paper, rows
from tests.nets import BACKEND, NOTHING, Spy, adapter, dense, digits, everything, whole_chunks
from tests.nets import train as train_net


@pytest.fixture(autouse=True)
def _whole(monkeypatch):
    whole_chunks(monkeypatch)


class Kept:
    """A checkpoint in memory that is taken, with Ctrl-C after it, at the occasion that `stop` counts to."""

    def __init__(self, stop=None):
        self.occasions, self.stop, self.saved, self.meaning = 0, stop, [], None

    def load(self, meaning):
        meaning = json.loads(json.dumps(meaning))
        assert self.meaning in (None, meaning)
        self.meaning = meaning
        return self.saved[-1] if self.saved else None

    def due(self):
        self.occasions += 1
        return self.occasions == self.stop

    def save(self, values, arrays):
        self.saved.append((json.loads(json.dumps(values)), [a.copy() for a in arrays]))
        if self.occasions == self.stop:
            self.stop = None
            raise KeyboardInterrupt


def train(kept, epochs=3, make=everything, **options):
    """Rows without their times, and all variables after the last."""
    model, optimizer = make(seed=1)
    plan = engine.Plan(epochs, 4, 3, {"train": 2})
    rows = list(train_net(model, optimizer, digits(), plan, checkpoint=kept, **options))
    for row in rows:
        assert row.pop("seconds") >= 0
    return rows, state.Variables.of(model, optimizer).values()


@pytest.fixture(scope="module")
def alone():
    return train(None)


# 220 examples make 55 steps of 4, so that an epoch has three occasions: after 50 steps, after 55, after its row.
@pytest.mark.parametrize("occasion", [1, 5, 6, 9])
@pytest.mark.slow
def test_stopped_and_gone_on_equals_never_stopped(occasion, alone):
    kept = Kept(stop=occasion)
    with pytest.raises(KeyboardInterrupt):
        train(kept)
    place = kept.saved[0][0]["place"]
    epochs, part = divmod(occasion, 3)
    assert (place["epoch"], place["step"]) == (epochs + 1, (0, 50, 55)[part]) and len(place["rows"]) == epochs
    (found, variables), (expected, others) = train(kept), alone
    assert found == expected
    for array, other in zip(variables, others, strict=True):
        np.testing.assert_array_equal(array, other)


def plain(seed):
    """A net that TensorFlow compiles with XLA."""
    return dense(seed=seed), Adam(0.01)


@pytest.mark.parametrize("make", [everything, plain])
@pytest.mark.slow
def test_no_number_depends_on_how_steps_are_chunked(make, monkeypatch):
    """Not even where a run is stopped under one length and goes on under another."""
    expected, others = train(None, make=make)
    lengths = itertools.chain([1, 3, 7, 2], itertools.repeat(11))
    monkeypatch.setattr(Chunks, "length", lambda self, step: next(lengths))
    kept = Kept(stop=4)
    with pytest.raises(KeyboardInterrupt):
        train(kept, make=make)
    assert kept.saved[0][0]["place"]["step"] == 13
    found, variables = train(kept, make=make)
    assert found == expected
    for array, other in zip(variables, others, strict=True):
        np.testing.assert_array_equal(array, other)


def test_all_that_changes_is_kept():
    model, optimizer = everything()
    optimizer.build(model.trainable_variables)
    kept = state.Variables.of(model, optimizer)
    paths = [path for path, _, _ in kept.layout()]
    for part in ("moving_mean", "seed_generator_state", "iteration", "kernel_moment", "average"):
        assert any(part in path for path in paths), part
    inside = {id(v) for v in kept.all}
    assert all(id(v) in inside for v in (*model.variables, *optimizer.variables))


def test_variables_of_any_type_come_back():
    dtypes = ("float64", "float32", "float16", "bfloat16", "int32", "uint32", "bool")
    dtypes = [d for d in dtypes if d != "float64" or BACKEND != "jax"]  # JAX has it only on request
    values = [np.array([0, 1]) if d == "bool" else np.array([0.5, 3]) * (2 if "int" in d else 1 / 3) for d in dtypes]
    one = [keras.Variable(v, dtype=d, trainable=False) for v, d in zip(values, dtypes, strict=True)]
    two = [keras.Variable(np.zeros(2), dtype=d, trainable=False) for d in dtypes]
    state.Variables(two).assign(state.Variables(one).values())
    for a, b in zip(one, two, strict=True):
        assert np.array_equal(a.numpy(), b.numpy()) and a.numpy().any()


ARRAYS = [np.float32([[0.1, 2], [3, 4]]), np.uint32([1, 2**32 - 1]), np.int64(7), np.zeros(0), np.array([True, False])]
VALUES = {"place": {"epoch": 2, "step": 50, "total": 0.1 + 0.2, "seconds": 1 / 3, "rows": [{"epoch": 1}]}, "facts": {}}
MEANING = {"run": "k", "protocol version": 1, "code": "a", "versions": {"keras": "3"}, "variables": [["w", [2], "f"]]}


def kept(folder, notes=None, meaning=MEANING, **options):
    return Checkpoint(folder / "k.npz", meaning, note=[].append if notes is None else notes.append, **options)


def test_what_is_saved_is_loaded(tmp_path):
    notes, own = [], {"plan": {"epochs": 50}}
    assert kept(tmp_path).load(own) is None and describe(tmp_path / "k.npz") is None
    first = kept(tmp_path)
    first.load(own)
    first.save(VALUES, ARRAYS)
    second = kept(tmp_path, notes)
    values, arrays = second.load(own)
    assert values == VALUES and second.rows == 1 and "epoch 2, step 50" in notes[0]
    assert describe(tmp_path / "k.npz") == "epoch 2, step 50"
    for array, other in zip(arrays, ARRAYS, strict=True):
        assert np.array_equal(array, other) and array.dtype == other.dtype and array.shape == other.shape
    second.clear()
    assert list(tmp_path.iterdir()) == []


def test_a_checkpoint_is_due_when_its_time_has_come(tmp_path):
    assert kept(tmp_path, every=0).due() and not kept(tmp_path, every=60).due()
    late = kept(tmp_path, every=60)
    late._last -= 61
    assert late.due()
    late.save(VALUES, ARRAYS)
    assert not late.due()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"run": "other"}, "its run is k, this run's is other"),
        ({"protocol version": 2}, "its protocol version is 1, this run's is 2"),
        ({"code": "b"}, "its code is a, this run's is b"),
        ({"versions": {"keras": "4"}}, "its versions keras is 3, this run's is 4"),
        ({"versions": {"keras": "3", "numpy": "2"}}, "its versions numpy is null, this run's is 2"),
        ({"threads": 2}, "its threads is null, this run's is 2"),
        ({"variables": [["w", [3], "f"]]}, 'its variables[0] is ["w", [2], "f"], this run\'s is ["w", [3], "f"]'),
        ({"variables": []}, "its variables is 1 of them, this run's is 0 of them"),
        ({"device": "GPU"}, "its device is null, this run's is GPU"),
    ],
)
def test_another_meaning_is_refused_and_the_file_set_aside(tmp_path, change, reason):
    notes = []
    for n in (1, 2):
        kept(tmp_path).save(VALUES, ARRAYS)
        bytes_ = (tmp_path / "k.npz").read_bytes()
        other = kept(tmp_path, notes, {**MEANING, **change})
        assert other.load({}) is None and other.rows == 0
        assert reason in notes[-1] and "from the beginning" in notes[-1]
        aside = pathlib.Path(notes[-1].split("kept as ")[1].split(" until")[0])
        assert aside.read_bytes() == bytes_ and not (tmp_path / "k.npz").exists()
        assert len(list(tmp_path.iterdir())) == n
    other.clear()
    assert list(tmp_path.iterdir()) == []


def test_what_was_refused_goes_on_where_its_conditions_are_back(tmp_path):
    """A checkpoint is worth hours: to start anew under other conditions loses none of them."""
    notes, path = [], tmp_path / "k.npz"
    one, two = MEANING | {"threads": 1}, MEANING | {"threads": 2}
    further = VALUES | {"place": VALUES["place"] | {"epoch": 7}}
    kept(tmp_path, notes, one).save(further, ARRAYS)
    assert kept(tmp_path, notes, two).load({}) is None
    assert "its threads is 1, this run's is 2. The run starts from the beginning" in notes[-1] and "\n" not in notes[-1]
    kept(tmp_path, notes, two).save(VALUES, ARRAYS)
    values, _ = kept(tmp_path, notes, one).load({})
    assert values == further and "The run goes on from one that fits" in notes[-2] and "epoch 7" in notes[-1]
    values, _ = kept(tmp_path, notes, two).load({})
    assert values == VALUES and "epoch 2" in notes[-1] and path.exists()
    path.unlink()
    assert kept(tmp_path, notes, one).load({})[0] == further
    kept(tmp_path, notes, one).clear()
    assert list(tmp_path.iterdir()) == []


def test_a_checkpoint_fixes_what_the_last_digits_follow_from(monkeypatch):
    machine = checkpoint.environment() | {"accelerator": None, "cores": 4, "threads": None, "onednn": True}
    for name in [name for name in os.environ if name in checkpoint.LIMITS or name.startswith(checkpoint.FLAGS)]:
        monkeypatch.delenv(name)

    def meaning(changes=None, **variables):
        with monkeypatch.context() as changed:
            changed.setattr(checkpoint, "environment", lambda: machine | (changes or {}))
            for name, value in variables.items():
                changed.setenv(name, value)
            return checkpoint.meaning("fake2000_test", "k", 1)

    here = meaning()
    assert meaning() == here
    for changes in ({"threads": 1}, {"cores": 2}, {"processor": "another"}, {"python": "3.99"}):
        assert meaning(changes) != here, changes
    assert (meaning({"onednn": False}) != here) is (BACKEND == "tensorflow")
    assert meaning(XLA_FLAGS="--xla_cpu_enable_fast_math=true") != here and meaning(OMP_NUM_THREADS="7") != here
    assert meaning(JAX_THREEFRY_PARTITIONABLE="0") != here and meaning(NVIDIA_TF32_OVERRIDE="0") != here
    assert meaning(TF_CPP_MIN_LOG_LEVEL="0", JAX_PLATFORMS="cpu") == here  # no number follows from them
    assert "threads" not in meaning({"accelerator": "A GPU"})  # where nothing is the same bit for bit
    monkeypatch.setattr(checkpoint, "version", lambda name: f"{name} of tomorrow")
    assert meaning()["versions"]["numpy"] == "numpy of tomorrow" and BACKEND in meaning()["versions"]


def test_a_damaged_file_is_refused(tmp_path):
    path, notes = tmp_path / "k.npz", []
    kept(tmp_path).save(VALUES, ARRAYS)
    whole = path.read_bytes()
    for damaged in (b"", b"no archive", whole[: len(whole) // 2], whole[:-1], whole[1:], bytes(len(whole))):
        path.write_bytes(damaged)
        assert describe(path) is None
        assert kept(tmp_path, notes).load({}) is None and "it is damaged" in notes[-1]


def test_a_flipped_bit_never_reaches_the_training(tmp_path):
    path, draw, refused = tmp_path / "k.npz", random.Random(0), 0
    kept(tmp_path).save(VALUES, ARRAYS)
    whole = path.read_bytes()
    for _ in range(300):
        bit = draw.randrange(8 * len(whole))
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        found = kept(tmp_path).load({})
        refused += found is None
        if found:  # a bit that means nothing, such as a date
            values, arrays = found
            assert values == VALUES
            assert all(np.array_equal(a, b) and a.dtype == b.dtype for a, b in zip(arrays, ARRAYS, strict=True))
    assert refused > 150


def test_a_full_disk_costs_the_checkpoint_and_not_the_run(tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError("disk full")

    notes = []
    monkeypatch.setattr(os, "fsync", full)
    kept(tmp_path, notes, every=0).save(VALUES, ARRAYS)
    assert "disk full" in notes[0] and list(tmp_path.iterdir()) == []


def test_another_net_is_refused(tmp_path):
    def train(model):
        optimizer = keras.optimizers.SGD(0.1)
        return list(train_net(model, optimizer, digits(), engine.Plan(1, 20, 0), checkpoint=file))

    notes = []
    file = kept(tmp_path, notes, every=0)
    train(dense())
    file = kept(tmp_path, notes, every=0)
    assert len(train(dense())) == 1 and "resume" in notes.pop()
    file = kept(tmp_path, notes, every=0)
    assert len(train(dense("tanh"))) == 1 and "resume" in notes.pop()  # no variable tells these two apart
    wider = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(10)])
    file = kept(tmp_path, notes, every=0)
    train(wider)
    assert "Checkpoint refused: its variables is" in notes[0]


class Signalling(Spy):
    """Ctrl-C, twice, in the middle of a chunk or of an evaluation."""

    def __init__(self, where):
        super().__init__()
        self.where, self.ended = where, []

    def _signal(self, what):
        if self.where == what and len(self.orders) == 2:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)
        self.ended.append(what)

    def steps(self, order):
        loss = super().steps(order)
        self._signal("steps")
        return loss

    def evaluate(self, x, y):
        self._signal("evaluate")
        return super().evaluate(x, y)


@pytest.mark.parametrize(("where", "place"), [("steps", (1, 100)), ("evaluate", (1, 110)), ("on_step", (1, 50))])
def test_ctrl_c_keeps_what_is_whole(monkeypatch, where, place):
    # A shell starts what runs in its background with the signal ignored.
    started = signal.signal(signal.SIGINT, signal.default_int_handler)
    spy, own = Signalling(where), Kept()
    monkeypatch.setattr(adapter(), "Loop", spy)
    if where == "evaluate":
        place, examples = (1, 100), 200
    else:
        examples = 220
    arrays = digits()
    arrays = engine.Arrays(arrays.x[:examples], arrays.y[:examples], arrays.splits, arrays.mean, arrays.scale)

    def on_step(*step):
        if where == "on_step":
            raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        list(train_net(*NOTHING, arrays, engine.Plan(2, 2, 0), on_step, checkpoint=own))
    ((values, _),) = own.saved
    assert (values["place"]["epoch"], values["place"]["step"]) == place and values["place"]["total"] == [place[1]]
    assert signal.getsignal(signal.SIGINT) is before
    signal.signal(signal.SIGINT, started)
    if where == "steps":
        assert spy.ended == ["steps", "steps"]


def test_ctrl_c_is_held_back_in_the_main_thread_alone():
    inside = []

    def other():
        with stopping.held():
            inside.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert inside == [signal.getsignal(signal.SIGINT)]


SETTINGS = dict(epochs=2, batch_size=32, evaluation="test", train_evaluation_every=1)


def run(folder, train, progress=None, every=0, **settings):
    fake = paper(train, ["a"], 1, **SETTINGS | settings)
    runner = Runner(Store(folder), progress or Progress(), "test", every=every)
    return runner.run(Request((fake,), "quick")), runner.progress


def real(job):
    return classifier(job, *everything(job.seed))


def files(folder):
    return [p.name.split(".", 1)[1] for p in (folder / "fake2000_test" / ".checkpoints").glob("*")]


@pytest.mark.slow
def test_the_runner_goes_on_after_a_failure_and_removes_the_file_when_done(tmp_path):
    def failing(job):
        training = real(job)
        training.row = fails
        return training

    def fails(row):
        if row["epoch"] == 2:
            raise RuntimeError("no luck")
        return row

    class Counting(Progress):
        def epoch(self, run, row):
            self.skips.append(row["epoch"])

    (failed,), _ = run(tmp_path, failing, epochs=3)
    assert failed["outcome"] == "failed" and files(tmp_path) == ["npz"]
    (done,), progress = run(tmp_path, real, Counting(), epochs=3)
    assert done["outcome"] == "done" and files(tmp_path) == []
    assert "epoch 3, step 0" in progress.notes[0] and progress.skips == [3]  # the others are not told again
    assert done["history"][0] == failed["history"][0] and len(done["history"]) == 3
    assert done["seconds"] > failed["seconds"] * 0.9


def test_a_record_that_cannot_be_written_is_kept_and_the_next_call_writes_it(tmp_path, monkeypatch):
    """A disk that is full when a run has ended, and takes no checkpoint either, costs nothing."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    write, notes = Store.write, Progress()

    def full(self, record):
        if record["outcome"] == "done":
            raise OSError(errno.ENOSPC, "No space left on device", "runs")
        return write(self, record)

    with monkeypatch.context() as changed:
        changed.setattr(Store, "write", full)
        with pytest.raises(OSError, match="No space"):
            run(tmp_path / "runs", real, notes, every=1e9)
    (kept_,) = tmp_path.glob("*.json")
    assert str(kept_) in notes.notes[-1] and files(tmp_path / "runs") == ["npz"]
    trained = Progress()
    (done,), _ = run(tmp_path / "runs", real, trained)
    assert "epoch 3, step 0" in trained.notes[0] and done["outcome"] == "done"
    assert json.loads(kept_.read_text())["history"] == done["history"]


@pytest.mark.slow
def test_ctrl_c_between_two_rows_is_kept_too(tmp_path):
    class Stopping(Progress):
        def epoch(self, run, row):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, real, Stopping(), every=1e9)
    assert files(tmp_path) == ["npz"]
    (record,) = Store(tmp_path).all("fake2000_test")
    assert record["outcome"] == "interrupted"
    assert describe(Store(tmp_path).checkpoint("fake2000_test", record["key"])) == "epoch 2, step 0"


def test_a_diverged_run_leaves_no_checkpoint(tmp_path):
    def diverging(job):
        model, _ = everything(job.seed)
        return classifier(job, model, keras.optimizers.SGD(1e30))

    (record,), _ = run(tmp_path, diverging)
    assert record["outcome"] == "diverged" and files(tmp_path) == []


def test_training_that_keeps_no_checkpoint_runs_as_before(tmp_path):
    (record,), progress = run(tmp_path, computed(lambda job: rows([1.0, 0.5])))
    assert record["outcome"] == "done" and progress.notes == [] and files(tmp_path) == []


# `everything` trains under a runner in processes that are killed, `kills` of them, then in one that is not, and in
# another folder in one that never was. The processes are forks of one that has imported the backend and used
# nothing of it, which saves most of the time.
KILLS, EPOCHS = 5, 18
KILLED = f"""
import os, pathlib, random, signal, sys, time
from experiments.runs import checkpoint
from experiments import data
from experiments.runs.runner import Runner
from experiments.spec import Request
from experiments.spec.run import final_runs
from experiments.runs.store import Store
from experiments.recipes.classifier import classifier
from tests.doubles import Progress, paper
from tests.nets import everything

kills, moments, seeds = int(sys.argv[1]), random.Random(int(sys.argv[2])), int(sys.argv[3])
data.load("digits")
checkpoint.digest("fake2000_test")  # once, as somebody may be at work on the sources
fake = paper(lambda job: classifier(job, *everything(job.seed)), ["a"], 1, epochs={EPOCHS}, batch_size=4,
             evaluation="test", train_evaluation_every=10)
runs = final_runs(fake, fake.experiments[0], "a", Request((fake,), "quick", seeds=seeds))


class Telling(Progress):
    def started(self, run):
        return lambda *where: os.write(telling, b".")

    stacked = started

    def note(self, text):
        print(text, flush=True)


def train(folder, every):
    runner = Runner(Store(folder), Telling(), "test", every=every, stacking="always")
    for record in runner.execute(fake.experiments[0], runs).values():
        print("ended", record["outcome"], record["error"], flush=True)
    os._exit(0)


for i in range(kills + 2):
    hearing, telling = os.pipe()
    child = os.fork()
    if not child:
        train(*(("alone", 1e9) if i > kills else ("killed", 0)))
    os.close(telling)
    if i < kills:
        if i % 3:  # most die while they train, the others while they start
            for _ in range(moments.randint(2, 9)):
                os.read(hearing, 1)
            time.sleep(moments.uniform(0, 0.02))
        else:
            time.sleep(moments.uniform(0, 1))
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(hearing)
"""


@pytest.mark.slow
@pytest.mark.skipif(BACKEND == "torch", reason="on PyTorch this is tested in one process")
@pytest.mark.parametrize("seeds", [1, 3] if BACKEND == "jax" else [1])
def test_killed_again_and_again_equals_never_killed(seeds, tmp_path):
    """Three seeds on JAX are one stack."""
    environment = {**os.environ, "KERAS_BACKEND": BACKEND, "PYTHONPATH": os.getcwd(), "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-c", KILLED, str(KILLS), "0", str(seeds)]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=600)
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr[-2000:]
    # None of those that were killed got to the end, and they went on from ever later places.
    assert [line for line in lines if line.startswith("ended")] == ["ended done None"] * 2 * seeds, done.stdout
    places = [tuple(map(int, re.findall(r"\d+", line))) for line in lines if line.startswith("resume")]
    assert len(lines) == len(places) + 2 * seeds and len(places) >= KILLS - 2
    assert places == sorted(places) and len(set(places)) >= 3 and places[-1] > places[0]
    killed, alone = (finished(tmp_path / name) for name in ("killed", "alone"))
    assert killed == alone and [len(record["history"]) for record in alone] == [EPOCHS] * seeds
    assert alone[0]["facts"].get("stacked", 1) == seeds
    left = [p.name for p in (tmp_path / "killed" / "fake2000_test").rglob("*") if p.is_file()]
    left = [name for name in left if not name.startswith("group-")]  # the lock of those that are stacked
    assert sorted(left) == sorted(name for r in alone for name in (r["key"], f"{r['key']}.json"))  # lock and record


def finished(folder):
    """The records of a folder, without their times, and the checksum that holds those too."""
    records = Store(folder).all("fake2000_test")
    for record in records:
        for row in record["history"]:
            del row["seconds"]
    return [
        {name: value for name, value in r.items() if name not in ("seconds", "started", "checksum")} for r in records
    ]


@pytest.mark.parametrize(
    ("file", "counts"),
    [
        ("experiments/recipes/ensemble.py", True),
        ("experiments/seeds.py", True),
        ("experiments/engine/session.py", True),
        ("experiments/papers/fake2000_test/network.py", True),
        ("custom/activations/relu.py", True),
        ("experiments/rooms_to_come/anything.py", True),
        ("experiments/book/fake2000_test/network.py", True),
        ("experiments/papers/other2001_test/network.py", False),
        ("experiments/book/other_test/network.py", False),
        ("experiments/claims/means.py", False),
        ("experiments/report/page.py", False),
        ("experiments/papers/fake2000_test/text.en.toml", False),
    ],
)
def test_the_digest_covers_all_code_that_decides_numbers(tmp_path, monkeypatch, file, counts):
    monkeypatch.setattr(checkpoint, "ROOT", tmp_path)
    path, found = tmp_path / file, []
    path.parent.mkdir(parents=True)
    for text in ("a = 1", "a = 2"):
        path.write_text(text)
        found.append(checkpoint.digest.__wrapped__("fake2000_test"))
    assert (found[0] != found[1]) is counts
