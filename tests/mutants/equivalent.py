"""Reads `equivalent.txt`: generated changes that alter nothing, each with its reason.

    optimizers/x: X.rule: another comparison: t < 1 -> t <= 1, in return where(t < 1, a, b)
        both forms agree at 1
    optimizers/x: X.rule: a constant moved: 0 -> 1, in return ops.sum(x, axis=0)
        on jax, torch: a reason that holds on these backends only

The first line is the change's id, which names no line number: it survives edits elsewhere in the file.
"""

import pathlib
import re

from tests.mutants.mutant import BACKENDS, TableError

FILE = pathlib.Path(__file__).parent / "equivalent.txt"


def load(path=FILE):
    return parse(path.read_text(encoding="utf-8"))


def parse(text):
    """By id: the backends on which the change alters nothing, and why."""
    found, id = {}, ""
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            if id and id not in found:
                raise TableError(f"no reason for {id!r}")
            id = line.strip()
            if id in found:
                raise TableError(f"twice: {id!r}")
            continue
        if not id:
            raise TableError(f"a reason for nothing: {line.strip()!r}")
        only = re.match(r"on ([a-z, ]+): (.+)", line.strip())
        backends = tuple(part.strip() for part in only[1].split(",")) if only else BACKENDS
        if set(backends) - set(BACKENDS):
            raise TableError(f"no backend: {line.strip()!r}")
        found[id] = backends, only[2] if only else line.strip()
    if id and id not in found:
        raise TableError(f"no reason for {id!r}")
    return found
