"""The papers, one folder each, found by their names: `<first author><year>_<topic>`."""

import importlib
import pkgutil
import re

from experiments.errors import unknown

NAME = re.compile(r"[a-z]+\d{4}_\w+")


def names():
    """Return the names of all papers, in alphabetical order. Imports none of them."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__) if m.ispkg and NAME.fullmatch(m.name))


def load(wanted=()):
    """Return the `Paper` of each name; of every folder for no names or "all"."""
    known = names()
    for name in wanted:
        if name not in known and name != "all":
            raise unknown("paper", name, [*known, "all"])
    chosen = known if not wanted or "all" in wanted else list(dict.fromkeys(wanted))
    return [importlib.import_module(f"{__name__}.{name}").PAPER for name in chosen]
