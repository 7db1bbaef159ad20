"""The mutation gate itself: its rows fit the sources, and its verdicts are right. It is not run here."""

import functools
import json
import subprocess
import sys
import textwrap

import pytest

from tests.mutants import equivalent, generated, written
from tests.mutants.choice import Choice
from tests.mutants.mutant import BACKENDS, ROOT, Mutant, Sources, TableError, mutate

SOURCES = Sources()


@functools.cache
def made(backend):
    """Return the generated changes of a backend."""
    return generated.mutants(SOURCES, backend)


@pytest.mark.slow
def test_every_change_fits_the_sources():
    """A sample of the generated ones. And no two have one name, by which `equivalent.txt` knows them."""
    for mutants in (written.load(), *map(made, BACKENDS)):
        wrong = []
        for mutant in mutants[:150]:
            try:
                mutate(SOURCES.text.get(mutant.file, ""), mutant)
            except TableError as error:
                wrong.append(str(error))
        assert not wrong, "\n".join(wrong)
        assert len({mutant.id for mutant in mutants}) == len(mutants)


@pytest.mark.slow
def test_changes_that_alter_nothing_are_changes_of_these_sources():
    for id, (backends, reason) in equivalent.load().items():
        for backend in backends:
            assert any(mutant.id == id for mutant in made(backend)), f"{id} ({backend})"
        assert len(reason) > 10, id


@pytest.mark.slow
def test_every_file_that_computes_has_changes_and_tests_that_must_notice_them():
    """A new component gets both without a line here."""
    choice = Choice(SOURCES)
    files = {mutant.file for backend in BACKENDS for mutant in made(backend)}
    assert len(files) > 60 and "optimizers/_foreach.py" in files
    assert [file for file in files if not choice.of(file)] == []


def test_tests_are_chosen_by_what_they_import():
    choice = Choice(SOURCES)
    nearest = choice.of("activations/gelu.py")
    assert nearest[:2] == ("test_activations.py", "test_activation_parity.py") and "test_in_other_models.py" in nearest
    assert "test_derivatives.py" in choice.of("_elementwise.py")
    assert choice.of("activations/silu.py")[0] == "test_silu.py"
    assert "test_rbm.py" in choice.of("layers/units.py")  # which no test names, but the machine made from it
    assert "test_parity.py" in choice.of("optimizers/_decoupled.py")
    assert choice.affected("activations/silu.py") == {"custom.activations.silu", "custom.activations.gelu"}
    everything = {f"custom.optimizers.{name}" for name in ("adam", "adamw", "nadam", "momentum", "sgdw", "lion")}
    assert everything <= choice.affected("optimizers/base.py")


@pytest.mark.parametrize(
    "text, words",
    [
        ("a sign\n- x\n+ -x", "before any '== file'"),
        ("== a.py\n\na sign\n- x", "'a sign' lacks"),
        ("== a.py\n\na sign\ntest: t.py\n- x\n+ y", "'test: t.py' is no field"),
        ("== a.py\n\na sign\nbackends: theano\n- x\n+ y", "no backend: theano"),
    ],
)
def test_bad_rows_are_quoted(text, words):
    with pytest.raises(TableError, match=words):
        written.parse(text)


def test_rows_are_read_as_they_stand():
    first, second = written.parse("# note\n== b/a.py\n\na sign\nbackends: jax\n- x\n-\n-   y\n+\n\nmore\n- 1\n+ 2\n")
    assert first == Mutant("b/a: a sign", "b/a.py", "x\n\n  y", "", ("jax",))
    assert second == Mutant("b/a: more", "b/a.py", "1", "2", BACKENDS)


def test_reasons_are_read_with_their_backends():
    assert equivalent.parse("# note\na: b -> c\n    nothing\n\nd: e\n    on jax, torch: less\n") == {
        "a: b -> c": (BACKENDS, "nothing"),
        "d: e": (("jax", "torch"), "less"),
    }
    for text, words in (
        ("a\nb\n    c", "no reason for 'a'"),
        ("    c", "a reason for nothing"),
        ("a\n  b\na\n  b", "twice"),
    ):
        with pytest.raises(TableError, match=words):
            equivalent.parse(text)


@pytest.mark.parametrize(
    "original, replacement, words",
    [
        ("y", "z", "found 0 times"),
        ("x", "z", "found 2 times"),
        ("x +", "(x +", "no Python"),
        ("x + 1", "x  + 1", "changes nothing"),
    ],
)
def test_changes_that_do_not_fit_are_refused(original, replacement, words):
    with pytest.raises(TableError, match=words):
        mutate("z = x + 1  # x\n", Mutant("m: n", "m.py", original, replacement))


SAMPLE = """
import keras

if keras.backend.backend() == "torch":
    import torch


class Thing:
    def __init__(self, rate=0.5, plain=True):
        self.rate = rate + 1

    def rule(self, w):
        w *= self.rate
        if keras.backend.backend() == "jax":
            w = w + 5
        return w if self.rate > 2 else "a" + "b"
"""


def test_generated_changes(tmp_path):
    (tmp_path / "custom").mkdir()
    place = tmp_path / "custom" / "thing.py"
    place.write_text(SAMPLE)
    assert generated.mutants(Sources(tmp_path), "jax") == []  # a module for another backend
    place.write_text(SAMPLE.replace('"torch"', '"jax"'))
    made = generated.mutants(Sources(tmp_path), "jax", seed=1)
    assert made == generated.mutants(Sources(tmp_path), "jax", seed=1) != generated.mutants(Sources(tmp_path), "jax", 2)
    place.write_text(SAMPLE.replace("import torch", "pass").replace('if keras.backend.backend() == "torch"', "if True"))
    changes = {mutant.id.partition(", in ")[0] for mutant in generated.mutants(Sources(tmp_path), "torch")}
    assert changes == {
        "thing: the other boolean: True -> False",
        "thing: Thing.__init__: a constant moved: 0.5 -> 0.5005",
        "thing: Thing.__init__: the other boolean: True -> False",
        "thing: Thing.rule: another operator: w *= self.rate -> w /= self.rate",
        "thing: Thing.rule: another comparison: self.rate > 2 -> self.rate >= 2",
        "thing: Thing.rule: a constant moved: 2 -> 3",
        "thing: Thing.rule: branches swapped: w if self.rate > 2 else 'a' + 'b' -> 'a' + 'b' if self.rate > 2 else w",
    }


THING = """
def double(x):
    return 2 * x


def unused(x):
    return x + 1
"""
TEST_THING = """
import inspect
import linecache

import pytest

from custom.part import thing


def test_double():
    linecache.updatecache(thing.__file__)
    assert thing.double(3) == 6, inspect.getsource(thing.double)


class Case:
    def __init__(self, cls):
        self.cls = cls


@pytest.mark.parametrize("case", [Case(type("Other", (), {"__module__": "custom.other"}))])
def test_rows_of_other_components_are_left_out(case):
    assert False
"""
RUN = """
import json, sys
from tests.mutants.gate import Gate
from tests.mutants.mutant import Mutant, Sources
gate = Gate(Sources(sys.argv[1]), preload=("pytest",), limit=float(sys.argv[2]))
rows = json.loads(sys.stdin.read())
made = [Mutant(words, "part/thing.py", *change, generated="generated" in words) for words, change in rows.items()]
results = gate.mutants(made)
results.append(gate.control(results))
print(json.dumps({r.id: [r.outcome, r.test, r.error, r.log] for r in results}))
"""


@pytest.fixture
def verdicts(tmp_path):
    """Verdicts of the gate on changes to a package of one function, in an interpreter of its own."""
    files = {
        "custom/__init__.py": "",
        "custom/part/__init__.py": "",
        "custom/part/thing.py": THING,
    }

    def judge(changes, limit=60, test=TEST_THING):
        files["tests/custom/test_thing.py"] = test
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(textwrap.dedent(text))
        done = subprocess.run(
            [sys.executable, "-c", RUN, tmp_path, str(limit)],
            input=json.dumps(changes),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        assert {name: (tmp_path / name).read_text() for name in files} == files
        assert not list((tmp_path / "custom").rglob("*.pyc"))  # of a change it would outlive the run
        return json.loads(done.stdout)

    return judge


def test_verdicts(verdicts):
    found = verdicts(
        {
            "another factor": ("2 * x", "3 * x"),
            "an unused function": ("x + 1", "x - 1"),
            "a misspelt name": ("2 * x", "2 * y"),
            "generated: an import that fails": ("def double", "import no_such_module\ndef double"),
            "an import that fails": ("def double", "import no_such_module\ndef double"),
            "the interpreter goes down": ("return 2 * x", "import os; os._exit(0)"),
            "a row that does not fit": ("4 * x", "5 * x"),
        }
    )
    assert {words: outcome for words, (outcome, *_) in found.items()} == {
        "control": "survived",
        "another factor": "killed",
        "an unused function": "survived",
        "a misspelt name": "broken",
        "generated: an import that fails": "killed",
        "an import that fails": "broken",
        "the interpreter goes down": "broken",
        "a row that does not fit": "broken",
    }
    _, test, error, log = found["another factor"]
    assert test.endswith("test_thing.py::test_double") and error == "AssertionError"
    # Whoever reads the source of a function anew, as TensorFlow's autograph does, reads the changed one.
    assert "return 3 * x" in log
    assert "found 0 times" in found["a row that does not fit"][3]


@pytest.mark.slow
def test_a_run_without_end_is_killed(verdicts):
    found = verdicts({"an endless loop": ("return 2 * x", "while x: x = -x")}, limit=5)
    assert found["an endless loop"][0] == "timeout"


def test_a_test_that_fails_without_any_change_is_no_control(verdicts):
    text = TEST_THING.replace("== 6", "== 7")
    found = verdicts({"another factor": ("2 * x", "3 * x")}, test=text)
    assert found["another factor"][0] == found["control"][0] == "killed"
