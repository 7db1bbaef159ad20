"""The rooms of `experiments/` and the arrows between them, as the README and CONTRIBUTING describe them."""

import ast
import collections
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
HOUSE = ROOT / "experiments"
LEAVES = {
    "errors",
    "numerals",
    "seeds",
    "files",
    "stopping",
    "streams",
    "together",
}  # which every room may use, and which use no room
TOP = {"arguments", "known", "showing", "cli", "__main__"}  # which may use every room
DECLARATIONS = {"spec", "claims", "recipes", "networks", "data", "engine", "report.figures", "report.blocks", "custom"}
ALLOWED = {
    "papers": DECLARATIONS,
    "book": DECLARATIONS,
    "recipes": {"engine", "data", "custom"},
    "networks": {"engine", "data", "custom"},
    "engine": set(),
    "data": set(),
    "spec": set(),
    "claims": {"spec"},
    "runs": {"spec", "engine", "data"},
    "export": {"claims", "spec"},
    "report": {"claims", "spec", "runs.published"},
    "site": {"claims", "spec", "runs.published", "report", "custom"},
    "benchmarks": {"engine", "networks", "report", "runs", "spec", "site.parameters", "custom"},
}
ROOMS = {place.split(".")[0] for place in ALLOWED}
MACHINERY = ROOMS - {"papers", "book"}
# Modules that two rooms may both have, and why.
SAME_NAME = {}

FORBID = """
import importlib, sys

class Forbid:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"keras", "tensorflow", "jax", "torch"}:
            raise AssertionError(f"{name} was imported")

sys.meta_path.insert(0, Forbid())
for name in sys.argv[1:]:
    importlib.import_module(name)
"""


def modules():
    """Yield `(name below experiments, path)` of every module."""
    for path in sorted(HOUSE.rglob("*.py")):
        parts = path.relative_to(HOUSE).with_suffix("").parts
        yield ".".join(part for part in parts if part != "__init__"), path


NAMES = dict(modules())


def imported(name, path):
    """Yield the modules of `experiments` and `custom` that a module imports, anywhere in it."""
    package = ["experiments", *name.split(".")] if name else ["experiments"]
    package = package if path.name == "__init__.py" else package[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            names = [f"{source}.{alias.name}" for alias in node.names]
        else:
            continue
        for full in names:
            first, _, rest = full.partition(".")
            if first == "custom":
                yield "custom"
            elif first == "experiments" and rest:
                yield rest if rest in NAMES else rest.rpartition(".")[0] or rest


def place(name):
    """Return the entry of `ALLOWED` that a module falls under."""
    return next((p for p in sorted(ALLOWED, key=len, reverse=True) if within(name, p)), name.split(".")[0])


def within(name, package):
    """Tell whether a module is a package or a part of it."""
    return name == package or name.startswith(f"{package}.")


def arrows():
    """Yield `(module, imported module)` for each import that leaves its room or its paper."""
    for name, path in NAMES.items():
        for target in imported(name, path):
            here = ".".join(name.split(".")[:2]) if within(name, "papers") else name.split(".")[0]
            if not within(target, here):
                yield name, target


def test_every_import_follows_an_arrow():
    wrong = []
    for name, target in arrows():
        if name in TOP or (target in LEAVES and name not in LEAVES):
            continue
        if not any(within(target, allowed) for allowed in ALLOWED.get(place(name), ())):
            wrong.append(f"{name} imports {target}")
    assert not wrong, "\n".join(sorted(set(wrong)))


def test_every_module_is_in_a_room_that_is_named_here():
    known = ROOMS | LEAVES | TOP | {""}
    assert [name for name in NAMES if name.split(".")[0] not in known] == []


def test_no_rooms_import_each_other():
    """Follow what is imported, whatever is allowed."""
    graph = collections.defaultdict(set)
    for name, target in arrows():
        rooms = name.split(".")[0], target.split(".")[0]
        if rooms[0] in ROOMS and rooms[1] in ROOMS and rooms[0] != rooms[1]:
            graph[rooms[0]].add(rooms[1])

    def reached(room, seen):
        for other in graph[room] - seen:
            seen.add(other)
            reached(other, seen)
        return seen

    assert [room for room in sorted(ROOMS) if room in reached(room, set())] == []


PURE = sorted(name for name in NAMES if any(within(name, room) for room in ("spec", "claims", "export")))
READ = ["runs.published", "runs.elsewhere"]


@pytest.mark.parametrize("names", [PURE, READ, ["report.build"]], ids=["declared", "records", "report"])
@pytest.mark.slow
def test_what_reads_needs_no_keras(names):
    command = [sys.executable, "-c", FORBID, *(f"experiments.{name}" for name in names)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert answer.returncode == 0, answer.stderr


def test_no_room_of_machinery_has_more_than_a_quarter_of_it():
    lines = collections.Counter()
    for name, path in NAMES.items():
        room = name.split(".")[0]
        if room in MACHINERY or room in LEAVES | TOP:
            lines[room] += len(path.read_text(encoding="utf-8").splitlines())
    shares = {room: lines[room] / lines.total() for room in MACHINERY}
    assert {room: f"{share:.1%}" for room, share in shares.items() if share > 0.25} == {}


def test_a_name_says_which_module_it_is():
    places = collections.defaultdict(set)
    for name in NAMES:
        room, _, rest = name.partition(".")
        if room in MACHINERY and rest:
            places[rest.rpartition(".")[2]].add(name.rpartition(".")[0])
    twice = {stem: sorted(where) for stem, where in places.items() if len(where) > 1 and stem not in SAME_NAME}
    rooms = {stem: sorted(where) for stem, where in places.items() if stem in ROOMS and where}
    assert "base" not in places and not twice and not rooms
