"""The last result of the gate: `mutants.json`, and `mutants.md` made from it."""

import collections
import json
import pathlib

FOLDER = pathlib.Path("reports") / "mutants"
NAMES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
KILLED = ("killed", "timeout")

INTRODUCTION = """\
# Mutants

A test that cannot fail proves nothing. So small wrong changes are made to the formulas and constants of `custom`, one
at a time and in memory: a sign, a digit, a missing term, a swapped branch, a wrong axis. For each the fast tests of the
component run, and must fail. A change that no test notices is a hole in the tests, and fails `make mutants`.

The changes are in `tests/mutants/tables`, and `python -m tests.mutants --help` runs any of them. Some alter nothing on
one backend and something on another, so the numbers differ. "custom" is Git's hash of the sources that were changed:
`git rev-parse HEAD:custom`.
"""


def hints(backend, folder=FOLDER):
    """By id: the test that noticed the change the last time."""
    place = pathlib.Path(folder) / "mutants.json"
    data = json.loads(place.read_text(encoding="utf-8")) if place.exists() else {}
    rows = data.get(backend, {}).get("mutants", [])
    return {row["id"]: row["test"] for row in rows if row["outcome"] == "killed"}


def write(results, mutants, backend, tree, folder=FOLDER):
    """Put the results of one backend in place of its earlier ones, and make the page anew."""
    folder = pathlib.Path(folder)
    place = folder / "mutants.json"
    data = json.loads(place.read_text(encoding="utf-8")) if place.exists() else {}
    files = {mutant.id: mutant for mutant in mutants}
    data[backend] = {
        "custom": tree,
        "mutants": [
            {"id": r.id, "file": files[r.id].file, "outcome": r.outcome, "test": r.test, "error": r.error}
            for r in results
        ],
    }
    data = {name: data[name] for name in NAMES if name in data}
    folder.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    (folder / "mutants.md").write_text(page(data), encoding="utf-8")
    return folder / "mutants.md"


def page(data):
    """The page, from what is in `mutants.json` alone."""
    lines = [INTRODUCTION, "| Backend | Mutants | Killed | Not killed | custom |", "| --- | --- | --- | --- | --- |"]
    for backend, result in data.items():
        outcomes = collections.Counter(row["outcome"] for row in result["mutants"])
        killed = sum(outcomes[name] for name in KILLED)
        total = len(result["mutants"])
        lines.append(f"| {NAMES[backend]} | {total} | {killed} | {total - killed} | `{result['custom']}` |")
    rows = {}  # by file, then by id: the outcome on each backend
    for backend, result in data.items():
        for row in result["mutants"]:
            rows.setdefault(row["file"], {}).setdefault(row["id"], {})[backend] = row
    packages = collections.defaultdict(list)
    for file in rows:
        packages[file.rpartition("/")[0].replace("/", ".")].append(file)
    for package, files in packages.items():
        lines += ["", f"## custom{package and '.'}{package}"]
        for file in files:
            lines += ["", f"### {file}", "", "| What is wrong | Noticed by |", "| --- | --- |"]
            lines += [f"| {id.partition(': ')[2]} | {_noticed(outcomes)} |" for id, outcomes in rows[file].items()]
    return "\n".join(lines) + "\n"


def _noticed(outcomes):
    """By which test, on the first backend where the change alters anything."""
    backend, row = next(iter(outcomes.items()))
    where = "" if backend == "tensorflow" else f" ({NAMES[backend]})"
    if row["outcome"] == "timeout":
        return f"a run that did not end{where}"
    if row["outcome"] != "killed":
        return f"**{row['outcome']}**{where}"
    file, _, test = row["test"].partition("::")
    return f"`{file.removeprefix('tests/custom/')}` `{test.partition('[')[0]}`{where}"
