"""The runner: what it performs, records and skips."""

import copy
import dataclasses
import gc
import json
import os
import signal

import keras
import numpy as np
import pytest

from custom.activations import PReLU
from custom.optimizers import Adam
from experiments import stopping
from experiments.engine import Computation
from experiments.errors import DatasetMissing, Diverged, UsageError
from experiments.recipes import classifier
from experiments.runs import backend
from experiments.runs.runner import Runner
from experiments.runs.store import Store
from experiments.spec import Request, Tuning
from experiments.spec.identity import key, key_of
from experiments.spec.record import sealed
from experiments.spec.run import Undecided, best, final_runs, tuning_runs
from tests.doubles import Progress, computed, paper, rows
from tests.nets import perceptron

BACKEND = keras.backend.backend()
GRID = {"a": (0.1, 0.2, 0.3), "b": (0.1, 0.2, 0.3)}
TUNING = Tuning("learning_rate", GRID, "validation_loss", {"quick": {"epochs": 3}})


def run(fake, folder, published=None, only=(), **options):
    """Run the `quick` preset of a paper in a fresh runner: its records and what its progress was told."""
    runner = Runner(Store(folder), Progress(), "command", published)
    return runner.run(Request((fake,), "quick", tuple(only), **options)), runner.progress


def outcomes(records):
    return [(r["settings"]["variant"], r["seed"], r["outcome"]) for r in records]


@computed
def train(job):
    return rows([1.0, 0.5])


def test_a_second_call_trains_nothing(tmp_path):
    records, progress = run(paper(train), tmp_path)
    assert outcomes(records) == [("a", 0, "done"), ("b", 0, "done"), ("a", 1, "done"), ("b", 1, "done")]
    assert len(progress.trained) == 4
    again, progress = run(paper(train), tmp_path)
    assert again == records
    assert progress.trained == [] and len(progress.skips) == 4
    more, progress = run(paper(train), tmp_path, seeds=3)
    assert progress.trained == [("a", "final", 2, "done"), ("b", "final", 2, "done")]
    assert len(more) == 6


def test_what_is_skipped_costs_a_few_canonical_texts_whatever_the_number(tmp_path, monkeypatch):
    """The key, the checksum, the key of the content and the name within the command: thousands pass in a second."""
    encode, texts = json.JSONEncoder.encode, []
    run(paper(train), tmp_path, seeds=8)
    monkeypatch.setattr(json.JSONEncoder, "encode", lambda self, value: texts.append(value) or encode(self, value))
    costs = []
    for seeds in (1, 4, 8):
        texts.clear()
        records, progress = run(paper(train), tmp_path, seeds=seeds)
        assert len(progress.skips) == len(records) == 2 * seeds
        costs.append(len(texts))
    assert (costs[1] - costs[0]) / 6 == (costs[2] - costs[1]) / 8 <= 5


def test_a_record_says_what_ran_on_what(tmp_path):
    def facts(job):
        return Computation(rows([1.0]), {"parameters": 7})

    (record,), _ = run(paper(facts, seeds=1), tmp_path, only=["a"], overrides={"epochs": "1"})
    assert record == Store(tmp_path).read("fake2000_test", record["key"])
    assert record["settings"] == {"data": "digits", "epochs": 1, "learning_rate": 0.1, "variant": "a"}
    assert record["overrides"] == {"epochs": "1"} and record["facts"] == {"parameters": 7}
    assert record["key"] == key("fake2000_test", "e", record["settings"], 0, record["data"]["fingerprint"], 1, BACKEND)
    assert set(record) == {
        "schema", "key", "paper", "experiment", "preset", "role", "settings", "overrides", "seed", "protocol", "data",
        "code", "environment", "command", "started", "outcome", "error", "history", "facts", "seconds", "checksum",
    }  # fmt: skip


def test_a_failing_run_is_recorded_and_the_others_go_on(tmp_path):
    @computed
    def failing(job):
        yield from rows([1.0])
        if job.settings.variant == "a":
            raise RuntimeError("no luck")
        yield {"epoch": 2, "objective": 1.0}

    records, progress = run(paper(failing), tmp_path)
    assert outcomes(records) == [("a", 0, "failed"), ("b", 0, "done"), ("a", 1, "failed"), ("b", 1, "done")]
    assert records[0]["error"] == "RuntimeError: no luck" and len(records[0]["history"]) == 1
    assert "no luck" in progress.notes[0] and "Traceback" in progress.notes[0]
    records, progress = run(paper(train), tmp_path)  # mended: what failed is run again, what is done is not
    assert progress.trained == [("a", "final", 0, "done"), ("a", "final", 1, "done")]


def test_a_row_that_is_no_json_fails_its_run_alone(tmp_path):
    @computed
    def bad(job):
        yield {"epoch": 1, "objective": {"a": float("nan"), "b": np.float32(1)}[job.settings.variant]}

    records, _ = run(paper(bad, seeds=1), tmp_path)
    assert [r["outcome"] for r in records] == ["failed", "failed"]
    assert "JSON" in records[0]["error"] and "float32" in records[1]["error"]


def test_a_diverged_run_keeps_its_history_and_is_not_run_again(tmp_path):
    @computed
    def diverging(job):
        yield from rows([1.0, 0.9])
        raise Diverged(3, "objective", float("nan"))

    (record,), _ = run(paper(diverging, variants=["a"], seeds=1), tmp_path)
    assert record["outcome"] == "diverged" and record["error"] == "objective became nan in epoch 3"
    assert [row["epoch"] for row in record["history"]] == [1, 2]
    _, progress = run(paper(train, variants=["a"], seeds=1), tmp_path)
    assert progress.trained == [] and progress.skips == [("a", 0, "diverged")]


def test_tuning_takes_the_lowest_metric_of_any_epoch(tmp_path):
    losses = {0.1: [0.9, 0.8, 0.8], 0.2: [0.5, 0.95, 0.95], 0.3: [0.6, 0.55, 0.55]}
    finals = []

    @computed
    def tuned(job):
        if job.seed == TUNING.seed:
            assert job.settings.epochs == 3
            yield from rows(losses[job.settings.learning_rate])
        else:
            finals.append((job.settings.learning_rate, job.settings.epochs))
            yield from rows([0.0, 0.0])

    records, _ = run(paper(tuned, variants=["a"], tuning=TUNING), tmp_path)
    assert [r["role"] for r in records] == ["tuning"] * 3 + ["final"] * 2
    assert finals == [(0.2, 2), (0.2, 2)]


@pytest.mark.parametrize("outcome", ["diverged", "failed"])
def test_tuning_never_takes_a_run_that_did_not_finish(tmp_path, outcome):
    @computed
    def tuned(job):
        low = job.settings.learning_rate == 0.1
        yield from rows([0.001 if low else job.settings.learning_rate] * (job.settings.epochs - low))
        if low:
            raise Diverged(2, "objective", "nan") if outcome == "diverged" else RuntimeError("no luck")

    records, progress = run(paper(tuned, variants=["a"], seeds=1, tuning=TUNING), tmp_path)
    assert records[0]["outcome"] == outcome
    finals = [r["settings"]["learning_rate"] for r in records if r["role"] == "final"]
    if outcome == "diverged":  # a result; what failed might have been the best
        assert finals == [0.2]
    else:
        assert finals == [] and "a: 1 of 3 runs of the grid have no result" in progress.notes[-1]


def test_a_variant_whose_whole_grid_fails_has_no_final_run_and_is_named(tmp_path):
    @computed
    def diverging(job):
        if job.settings.variant == "a":
            raise Diverged(1, "objective", "nan")
        yield from rows([0.5] * job.settings.epochs)

    records, progress = run(paper(diverging, seeds=1, tuning=TUNING), tmp_path)
    assert [r["settings"]["variant"] for r in records if r["role"] == "final"] == ["b"]
    assert any(" a:" in note for note in progress.notes)
    with pytest.raises(Undecided, match="every value of the grid failed"):
        best(TUNING, [r for r in records if r["settings"]["variant"] == "a"])


def test_a_given_value_is_not_tuned(tmp_path):
    records, _ = run(paper(train, seeds=1, tuning=TUNING), tmp_path, overrides={"learning_rate": "0.7"})
    assert [(r["role"], r["settings"]["learning_rate"]) for r in records] == [("final", 0.7)] * 2


def test_stopped_by_the_user_and_gone_on(tmp_path):
    @computed
    def stopped(job):
        yield from rows([1.0])
        if (job.settings.variant, job.seed) == ("b", 0):
            raise KeyboardInterrupt
        yield {"epoch": 2, "objective": 1.0}

    with pytest.raises(KeyboardInterrupt):
        run(paper(stopped), tmp_path)
    records = {r["settings"]["variant"]: r for r in Store(tmp_path).all("fake2000_test")}
    assert records["a"]["outcome"] == "done"
    assert (records["b"]["outcome"], len(records["b"]["history"])) == ("interrupted", 1)
    _, progress = run(paper(train), tmp_path)
    assert progress.skips == [("a", 0, "done")]
    assert [(variant, seed) for variant, _, seed, _ in progress.trained] == [("b", 0), ("a", 1), ("b", 1)]


@pytest.mark.parametrize("place", ["description", "rows"])
def test_a_run_is_interrupted_by_a_stop_that_comes_out_as_another_error(place, tmp_path):
    def stopped(job):
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        except stopping.Stopped as asked:
            raise RuntimeError("a graph has failed") from asked

    @computed
    def late(job):
        yield from rows([1.0])
        stopped(job)

    with stopping.heard(), pytest.raises(stopping.Stopped):
        run(paper(late if place == "rows" else stopped), tmp_path)
    (record,) = Store(tmp_path).all("fake2000_test")
    assert (record["outcome"], len(record["history"])) == ("interrupted", place == "rows")
    records, _ = run(paper(train), tmp_path)
    assert {r["outcome"] for r in records} == {"done"}


def test_published_runs_are_not_run_again_and_others_are(tmp_path):
    records, _ = run(paper(train, seeds=1), tmp_path / "published")
    published = {key_of(r): r for r in records}
    found, progress = run(paper(train), tmp_path / "own", published)
    assert found[:2] == records
    assert [skip[2] for skip in progress.skips] == ["published"] * 2
    assert [(variant, seed) for variant, _, seed, _ in progress.trained] == [("a", 1), ("b", 1)]
    assert len(Store(tmp_path / "own").all("fake2000_test")) == 2


OTHERS = [name for name in ("tensorflow", "jax", "torch") if name != BACKEND]


def elsewhere(made, backend=None, fingerprint=None):
    """A record as another backend, or other data, would have given it."""
    made = copy.deepcopy(made)
    made["environment"]["backend"] = backend or made["environment"]["backend"]
    made["data"]["fingerprint"] = fingerprint or made["data"]["fingerprint"]
    return sealed(made | {"key": key_of(made)})


@pytest.mark.parametrize("changes", [{"backend": OTHERS[0]}, {"fingerprint": "f" * 64}], ids=["backend", "data"])
@pytest.mark.parametrize("where", ["here", "published"])
def test_runs_on_another_backend_or_other_data_do_not_count_as_done(tmp_path, changes, where):
    records, _ = run(paper(train, seeds=1), tmp_path / "elsewhere")
    others, store = [elsewhere(r, **changes) for r in records], Store(tmp_path / "own")
    for other in others if where == "here" else ():
        store.write(other)
    found, progress = run(paper(train, seeds=1), tmp_path / "own", {key_of(r): r for r in others})
    assert len(progress.trained) == 2 and progress.skips == []
    assert [r["key"] for r in found] == [r["key"] for r in records]
    kept = {r["key"] for r in store.all("fake2000_test")}
    assert kept == {r["key"] for r in records} | {r["key"] for r in others if where == "here"}


def test_a_record_of_the_time_when_keys_named_no_backend_is_neither_skipped_nor_lost(tmp_path):
    (record,), _ = run(paper(train, seeds=1), tmp_path / "elsewhere", only=["a"])
    store, other = Store(tmp_path / "own"), copy.deepcopy(record)
    other["environment"]["backend"] = OTHERS[-1]
    other |= {"schema": 1, "key": key_of(record, "tensorflow")}
    del other["checksum"]
    path = store.path(record["paper"], other["key"])
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(other))
    assert store.all("fake2000_test") == [other]
    _, progress = run(paper(train, seeds=1), tmp_path / "own", only=["a"])
    assert len(progress.trained) == 1
    backends = sorted(r["environment"]["backend"] for r in store.all("fake2000_test"))
    assert backends == sorted([BACKEND, OTHERS[-1]])


def test_a_bad_file_costs_its_own_run_alone_and_is_kept(tmp_path):
    records, _ = run(paper(train), tmp_path)
    path = Store(tmp_path).path("fake2000_test", records[0]["key"])
    path.write_text(path.read_text().replace('"objective": 0.5', '"objective": 0.4'))
    edited = path.read_bytes()
    again, progress = run(paper(train), tmp_path)
    assert progress.trained == [("a", "final", 0, "done")] and len(progress.skips) == 3
    assert again[0]["history"] == records[0]["history"]
    assert (path.parent / ".aside" / path.name).read_bytes() == edited


def test_a_run_that_ends_too_soon_has_failed(tmp_path):
    """Of what it gave, no record of a done run can be made."""
    (record,), _ = run(paper(computed(lambda job: rows([1.0])), variants=["a"], seeds=1), tmp_path)
    assert record["outcome"] == "failed" and "1 rows of history, outcome done. Expected 2" in record["error"]
    assert Store(tmp_path).all("fake2000_test") == [record]


def test_only_what_differs_from_the_preset_is_a_change(tmp_path):
    own = {"epochs": "2", "learning_rate": "0.1"}
    (record,), _ = run(paper(train, seeds=1), tmp_path, only=["a"], overrides=own)
    assert record["overrides"] == {}
    assert run(paper(train, seeds=1), tmp_path, only=["a"])[1].trained == []  # the preset's own run
    (record,), _ = run(paper(train, seeds=1), tmp_path, only=["a"], overrides=own | {"learning_rate": "0.2"})
    assert record["overrides"] == {"learning_rate": "0.2"}
    tuned, _ = run(
        paper(train, seeds=1, tuning=TUNING), tmp_path / "tuned", only=["a"], overrides={"learning_rate": "0.1"}
    )
    assert tuned[0]["overrides"] == {"learning_rate": "0.1"}  # the preset has it chosen


def test_published_runs_of_another_paper_do_not_count(tmp_path):
    records, _ = run(paper(train, seeds=1), tmp_path / "published")
    published = {key_of(r): r for r in ({**record, "paper": "another"} for record in records)}
    _, progress = run(paper(train, seeds=1), tmp_path / "own", published)
    assert len(progress.trained) == 2


def test_a_run_knows_itself_in_its_record(tmp_path):
    fake = paper(train, seeds=1)
    records, _ = run(fake, tmp_path)
    (asked,) = final_runs(fake, fake.experiments[0], "a", Request((fake,), "quick"))
    assert asked.key(records[0]["data"]["fingerprint"], BACKEND) == key_of(records[0]) == records[0]["key"]
    fake = paper(train, seeds=1, tuning=TUNING)
    asked = tuning_runs(fake, fake.experiments[0], "a", Request((fake,), "quick"))
    assert len({r.identity for r in asked}) == 3


def test_what_another_process_has_just_tried_is_not_tried_again(tmp_path, monkeypatch):
    @computed
    def failing(job):
        raise RuntimeError("no luck")
        yield

    for module in ("runner", "attempt"):
        monkeypatch.setattr(f"experiments.runs.{module}.now", lambda: "2000-01-01T00:00:00Z")
    other = Runner(Store(tmp_path), Progress(), "command")  # began before the run that failed
    monkeypatch.undo()
    run(paper(failing, variants=["a"], seeds=1), tmp_path)
    fake = paper(train, variants=["a"], seeds=1)
    other.run(Request((fake,), "quick"))
    assert other.progress.trained == [] and other.progress.skips == [("a", 0, "failed")]


def test_a_held_run_is_waited_for(tmp_path, monkeypatch):
    fake = paper(train, variants=["a"], seeds=1)
    (record,), _ = run(fake, tmp_path)
    store, naps = Store(tmp_path), []
    path, claim = store.path(record["paper"], record["key"]), store.claim(record["paper"], record["key"])
    finished = path.read_bytes()
    path.unlink()
    assert claim.__enter__()

    def sleep(seconds):
        naps.append(seconds)
        path.write_bytes(finished)  # the other process is done
        claim.__exit__(None, None, None)

    monkeypatch.setattr("experiments.runs.runner.time.sleep", sleep)
    assert run(fake, tmp_path)[0] == [record]
    assert len(naps) == 1


def test_a_held_final_run_is_waited_for_when_all_others_are_done(tmp_path, monkeypatch):
    one = paper(train, variants=["a"], seeds=2)
    another = dataclasses.replace(one, key="another")
    records, _ = run(one, tmp_path)
    store, trained = Store(tmp_path), []
    path, claim = store.path(one.key, records[0]["key"]), store.claim(one.key, records[0]["key"])
    finished = path.read_bytes()
    path.unlink()
    assert claim.__enter__()
    runner = Runner(Store(tmp_path), Progress(), "command")

    def sleep(seconds):
        trained.extend(runner.progress.trained)
        path.write_bytes(finished)  # the other process is done
        claim.__exit__(None, None, None)

    monkeypatch.setattr("experiments.runs.runner.time.sleep", sleep)
    found = runner.run(Request((one, another), "quick"))
    assert trained == [("a", "final", 0, "done"), ("a", "final", 1, "done")]  # of the other paper
    assert sorted(r["key"] for r in found if r["paper"] == one.key) == sorted(r["key"] for r in records)
    assert len(found) == 4


@pytest.mark.parametrize(
    ("only", "overrides", "message"),
    [
        (["c"], None, "'c'"),
        ([], {"epoch": "3"}, "'epochs'"),
        ([], {"epochs": "few"}, "int"),
        ([], {"data": "digit"}, "'digits'"),
    ],
)
def test_wrong_use_is_refused_before_anything_runs(tmp_path, only, overrides, message):
    with pytest.raises(UsageError, match=message):
        run(paper(train), tmp_path, only=only, overrides=overrides or {})
    assert list(tmp_path.iterdir()) == []


def test_absent_data_are_noticed_before_anything_runs(tmp_path, monkeypatch):
    for name in ("EXPERIMENTS_DATA", "TFDS_DATA_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    with pytest.raises(DatasetMissing, match="cifar10"):
        run(paper(train, data="cifar10"), tmp_path / "runs")
    assert list(tmp_path.iterdir()) == []


def test_what_failed_while_a_clock_was_ahead_is_tried_again(tmp_path, monkeypatch):
    @computed
    def failing(job):
        raise RuntimeError("no luck")
        yield

    monkeypatch.setattr("experiments.runs.attempt.now", lambda: "2999-01-01T00:00:00Z")
    run(paper(failing, variants=["a"], seeds=1), tmp_path)
    monkeypatch.undo()
    (record,), progress = run(paper(train, variants=["a"], seeds=1), tmp_path)
    assert progress.trained == [("a", "final", 0, "done")] and record["outcome"] == "done"


def test_what_only_the_description_shows_to_be_wrong_use_leaves_no_record(tmp_path):
    def refusing(job):
        raise UsageError("Received: crop=40. Expected at most 8.")

    with pytest.raises(UsageError, match="crop=40"):
        run(paper(refusing), tmp_path)
    assert list(tmp_path.rglob("*.json")) == []


@pytest.mark.parametrize("error", [ValueError, TypeError, ZeroDivisionError])
def test_settings_with_which_a_run_cannot_be_made_are_wrong_use_and_leave_no_record(tmp_path, error):
    def impossible(job):
        raise error("Received: k=7, 30 steps.")

    with pytest.raises(UsageError, match=r"Received: --set learning_rate=0\.5, with which .* fails: Received: k=7, 30"):
        run(paper(impossible), tmp_path, overrides={"learning_rate": "0.5"})
    assert list(tmp_path.rglob("*.json")) == []
    records, _ = run(paper(impossible, seeds=1), tmp_path)  # nobody changed anything: the fault is the paper's
    assert [r["outcome"] for r in records] == ["failed", "failed"]


@pytest.mark.parametrize(
    ("settings", "overrides", "message"),
    [
        ({"batch_size": 32, "evaluation": "test"}, {"batch_size": "1439"}, "batch_size=1439. Expected at least 1 and"),
        ({"batch_size": 32, "evaluation": "test"}, {"evaluation": "train"}, "Expected test or validation"),
        ({"batch_size": 32, "evaluation": "validation"}, {"batch_size": "1200"}, "at most 1199"),
        ({"batch_size": 32, "examples": 40}, {"batch_size": "41"}, "at most 40"),
        ({"examples": 40}, {"examples": "1439"}, "examples=1439. Expected at most 1438, of digits"),
        ({"crop": 8}, {"crop": "9"}, "crop=9. Expected at most 8, of digits"),
        ({}, {"data": "generated_reviews"}, "for an experiment on other data. Expected digits,"),
    ],
)
def test_what_the_data_cannot_serve_is_refused_before_anything_runs(tmp_path, settings, overrides, message):
    with pytest.raises(UsageError, match=message):
        run(paper(train, **settings), tmp_path, overrides=overrides)
    assert list(tmp_path.iterdir()) == []


def test_a_tuning_run_that_the_data_cannot_serve_is_refused_before_anything_runs(tmp_path):
    held_out = Tuning("learning_rate", GRID, "validation_loss", {"quick": {"evaluation": "validation"}})
    fake = paper(train, tuning=held_out, batch_size=1300, evaluation="test")
    with pytest.raises(UsageError, match="batch_size=1300. Expected at least 1 and at most 1199"):
        run(fake, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(backend.name() != "tensorflow", reason="TensorFlow keeps what it traces")
@pytest.mark.slow
def test_nothing_that_a_run_has_traced_outlives_it(tmp_path):
    def traced(job):
        return classifier(job, perceptron(PReLU, seed=job.seed), Adam(job.settings.learning_rate))

    def graphs():
        from tensorflow.python.framework.func_graph import FuncGraph

        gc.collect()
        return sum(isinstance(thing, FuncGraph) for thing in gc.get_objects())

    registered = backend._gradients()
    assert len(registered) > 100

    fake = paper(traced, ["a"], 1, batch_size=500, evaluation="test", train_evaluation_every=2)
    before, names = graphs(), set(registered)
    (record,), _ = run(fake, tmp_path)
    assert record["outcome"] == "done"
    assert graphs() <= before and not [name for name in set(registered) - names if name.startswith(backend.OF_A_TRACE)]
