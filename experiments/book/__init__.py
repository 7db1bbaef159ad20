"""The book's own experiments, one folder each, declared as papers are, and found by the name of the folder."""

import importlib
import pkgutil
import re

NAME = re.compile(r"[a-z]+_\w+")


def names():
    """Return the names of all of them, in alphabetical order. Imports none."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__) if m.ispkg and NAME.fullmatch(m.name))


def load(wanted=None):
    """Return the `Paper` of each name; of every folder for none."""
    chosen = names() if wanted is None else wanted
    return [importlib.import_module(f"{__name__}.{name}").PAPER for name in chosen]
