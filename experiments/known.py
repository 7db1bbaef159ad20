"""The papers of a command line, the book's own experiments among them, and the user's records."""

from experiments import book, papers
from experiments.errors import warn
from experiments.runs import backend


def load(names=()):
    """Return the papers of these names, the book's own experiments among them; of no names, all."""
    backend.load()
    if not names or "all" in names:
        return [*papers.load(), *book.load()]
    own, names = book.names(), dict.fromkeys(names)
    return [paper for name in names for paper in (book if name in own else papers).load([name])]


def own_store(note=warn):
    """Return the store of the user's records."""
    from experiments.runs.store import Store

    return Store(backend.runs_folder(), note)
