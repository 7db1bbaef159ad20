"""Mutants, and the sources that they are made from."""

import ast
import pathlib
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[2]
BACKENDS = ("tensorflow", "jax", "torch")


@dataclass(frozen=True)
class Mutant:
    """One wrong change: `original`, which stands exactly once in `file`, becomes `replacement`."""

    id: str  # "<file without .py>: <what is wrong>"
    file: str  # under custom/
    original: str
    replacement: str
    backends: tuple = BACKENDS  # those on which the change alters anything
    generated: bool = False


class TableError(Exception):
    """A row of the table that does not fit the sources any more."""


def mutate(source, mutant):
    """The source with the mutant's change, or a TableError that says what does not fit."""
    found = source.count(mutant.original)
    if found != 1:
        raise TableError(
            f"{mutant.id}: found {found} times in custom/{mutant.file}, expected once:\n    {mutant.original!r}"
        )
    changed = source.replace(mutant.original, mutant.replacement)
    try:
        same = ast.dump(ast.parse(changed)) == ast.dump(ast.parse(source))
    except SyntaxError as error:
        raise TableError(f"{mutant.id}: the replacement is no Python: {error}") from error
    if same:
        raise TableError(f"{mutant.id}: the replacement changes nothing")
    return changed


class Sources:
    """The files of `custom` as they were at one moment: all runs of a gate see the same."""

    def __init__(self, root=ROOT):
        self.root = pathlib.Path(root).resolve()
        self.text = {
            path.relative_to(self.root / "custom").as_posix(): path.read_bytes().decode()
            for path in sorted((self.root / "custom").rglob("*.py"))
        }

    def module(self, file):
        """The name under which Python imports `file`."""
        parts = ["custom", *pathlib.PurePath(file).with_suffix("").parts]
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def write(self, folder):
        """Write all files into a folder; return their paths by the names of their modules."""
        for file, text in self.text.items():
            place = folder / file
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        return {self.module(file): str(folder / file) for file in self.text}
