"""Reads `written.txt`: wrong changes as text, so that each looks as it does in a diff.

    # a comment
    == activations/elu.py                the file, under custom/

    alpha is not applied                 a row: what is wrong,
    backends: tensorflow, jax            where the change alters anything (optional; else on all),
    - x, alpha * ops.expm1(              the original, one or more lines,
    + x, ops.expm1(                      and what takes its place

An original need not be a whole line; it must stand exactly once in its file.
"""

import pathlib

from tests.mutants.mutant import BACKENDS, Mutant, TableError

FILE = pathlib.Path(__file__).parent / "written.txt"


def load(path=FILE):
    """All mutants of the table, in its order."""
    mutants = parse(path.read_text(encoding="utf-8"), path.name)
    ids = [mutant.id for mutant in mutants]
    twice = sorted({id for id in ids if ids.count(id) > 1})
    if twice:
        raise TableError(f"the same words for two mutants: {', '.join(twice)}")
    return mutants


def parse(text, name="table"):
    """The mutants of a text."""
    mutants, file = [], ""
    lines = [line for line in text.split("\n") if not line.startswith("#")]
    for block in "\n".join(lines).split("\n\n"):
        block = block.strip("\n").split("\n")
        if block == [""]:
            continue
        if block[0].startswith("== "):
            file = block[0][3:].strip()
        elif not file:
            raise TableError(f"{name}: {block[0]!r} stands before any '== file'")
        else:
            mutants.append(_row(block, file, name))
    return mutants


def _row(block, file, name):
    sides, backends = {"-": [], "+": []}, BACKENDS
    for line in block[1:]:
        if line[0] in sides:
            sides[line[0]].append(line[2:])
        elif line.startswith("backends:"):
            backends = tuple(part.strip() for part in line.removeprefix("backends:").split(","))
        else:
            raise TableError(f"{name}: {line!r} is no field. Expected 'backends: ...', or '-' or '+' lines.")
    if set(backends) - set(BACKENDS):
        raise TableError(f"{name}: no backend: {', '.join(sorted(set(backends) - set(BACKENDS)))}")
    if not sides["-"] or not sides["+"]:
        raise TableError(f"{name}: {block[0]!r} lacks its '-' or '+' lines")
    id = f"{file.removesuffix('.py')}: {block[0]}"
    return Mutant(id, file, "\n".join(sides["-"]), "\n".join(sides["+"]), backends)
