"""Reads the tables of mutants, `tables/*.txt`: text, so that a wrong change looks as it does in a diff.

    # a comment
    == activations/elu.py                the file, under custom/
    tests: test_activations.py           what holds for the rows below: test files under tests/custom/,
    select: elu and not selu             pytest's -k (optional),
    backends: tensorflow, jax            where the change alters anything (optional; else on all)

    alpha is not applied                 a row: what is wrong,
    select: elu                          what it has otherwise than the rest (optional),
    - x, alpha * ops.expm1(              the original, one or more lines,
    + x, ops.expm1(                      and what takes its place

An original need not be a whole line; it must stand exactly once in its file.
"""

import pathlib

from tests.mutants.mutant import BACKENDS, Mutant, TableError

FOLDER = pathlib.Path(__file__).parent / "tables"
FIELDS = ("tests", "select", "backends")


def load(folder=FOLDER):
    """All mutants of the folder's tables, in the order of the files and rows."""
    mutants = []
    for path in sorted(folder.glob("*.txt")):
        mutants += parse(path.read_text(encoding="utf-8"), path.name)
    ids = [mutant.id for mutant in mutants]
    twice = sorted({id for id in ids if ids.count(id) > 1})
    if twice:
        raise TableError(f"the same words for two mutants: {', '.join(twice)}")
    return mutants


def parse(text, name="table"):
    """The mutants of one table."""
    mutants, common = [], {}
    lines = [line for line in text.split("\n") if not line.startswith("#")]
    for block in "\n".join(lines).split("\n\n"):
        block = block.strip("\n").split("\n")
        if block == [""]:
            continue
        if block[0].startswith("== "):
            common = {"file": block[0][3:].strip(), **_fields(block[1:], name)}
            if "tests" not in common:
                raise TableError(f"{name}: {block[0]!r} names no tests")
        elif not common:
            raise TableError(f"{name}: {block[0]!r} stands before any '== file'")
        else:
            mutants.append(_row(block, common, name))
    return mutants


def _row(block, common, name):
    sides = {"-": [], "+": []}
    for line in block[1:]:
        if line[0] in sides:
            sides[line[0]].append(line[2:])
    fields = {**common, **_fields([line for line in block[1:] if line[0] not in sides], name)}
    if not sides["-"] or not sides["+"]:
        raise TableError(f"{name}: {block[0]!r} lacks its '-' or '+' lines")
    return Mutant(
        id=f"{fields['file'].removesuffix('.py')}: {block[0]}",
        original="\n".join(sides["-"]),
        replacement="\n".join(sides["+"]),
        **fields,
    )


def _fields(lines, name):
    fields = {}
    for line in lines:
        key, _, value = line.partition(":")
        if key not in FIELDS:
            raise TableError(f"{name}: {line!r} is no field. Expected one of {', '.join(FIELDS)}.")
        value = value.strip()
        fields[key] = value if key == "select" else tuple(part.strip() for part in value.split(","))
    wrong = set(fields.get("backends", ())) - set(BACKENDS)
    if wrong:
        raise TableError(f"{name}: no backend: {', '.join(sorted(wrong))}")
    return fields
