"""The paper scripts, found by their names: `<first author><year>_<topic>.py` in `experiments/`."""

import importlib
import pkgutil
import re

import experiments
from experiments.harness import backend
from experiments.harness.errors import unknown

NAME = re.compile(r"[a-z]+\d{4}_\w+")


def names():
    """Names of all paper scripts, in alphabetical order. Imports none of them."""
    return sorted(m.name for m in pkgutil.iter_modules(experiments.__path__) if NAME.fullmatch(m.name))


def load(wanted=()):
    """The `Paper` of each name; of every script for no names or "all"."""
    known = names()
    for name in wanted:
        if name not in known and name != "all":
            raise unknown("paper", name, [*known, "all"])
    chosen = known if not wanted or "all" in wanted else list(dict.fromkeys(wanted))
    backend.load()
    return [importlib.import_module(f"experiments.{name}").PAPER for name in chosen]
