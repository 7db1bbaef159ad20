"""One test run in a forked child, with one file of `custom` in place of another."""

import importlib.abc
import importlib.util
import json
import os
import sys
import tempfile

# A table that misspells a name would "kill" its mutant in every test: such a row is an error.
MISSPELT = (NameError, ImportError, SyntaxError)
# No files in the working tree; and no search for unraisable errors, whose five rounds of garbage collection through a
# whole framework take longer than most of the runs.
PLUGINS = ("-p", "no:cacheprovider", "-p", "no:unraisableexception", "-p", "no:threadexception")
OPTIONS = ("-x", "-q", "-m", "not slow", "--tb=short", *PLUGINS)
LOG, RESULT = "output.log", "result.json"


class Finder(importlib.abc.MetaPathFinder):
    """Finds the modules of `custom` where the gate wrote them.

    Real files, as TensorFlow's autograph reads what it compiles once more from the file: served from memory, a
    change would not be in it.
    """

    def __init__(self, files):
        self.files = files  # by name of the module

    def find_spec(self, fullname, path=None, target=None):
        file = self.files.get(fullname)
        if file is None:
            return None
        package = [os.path.dirname(file)] if os.path.basename(file) == "__init__.py" else None
        return importlib.util.spec_from_file_location(fullname, file, submodule_search_locations=package)


class Recorder:
    """A pytest plugin that keeps the first failure."""

    def __init__(self):
        self.test, self.error, self.broken = "", "", False

    def pytest_exception_interact(self, node, call, report):
        if not self.error:
            self.test, self.error = node.nodeid, call.excinfo.typename
            self.broken = report.when == "collect" or issubclass(call.excinfo.type, MISSPELT)


class Selector:
    """A pytest plugin that leaves out the rows of a table whose component the change cannot alter."""

    def __init__(self, affected):
        self.affected = affected

    def pytest_collection_modifyitems(self, items):
        if self.affected:
            items[:] = [item for item in items if self._wanted(item)]

    def _wanted(self, item):
        case = getattr(item, "callspec", None) and item.callspec.params.get("case")
        try:
            cls = getattr(case, "cls", None) or type(case.make())
        except Exception:  # no row of a table, or one that the change breaks
            return True
        return not cls.__module__.startswith("custom.") or cls.__module__ in self.affected


def run(root, files, tests, affected, place):
    """Run the tests in `root` on the modules in `files`; leave result and output in `place`. Never returns."""
    code = 1
    try:
        os.setsid()  # a run past its time is killed with whatever it started
        os.chdir(root)
        tempfile.tempdir = os.environ["TMPDIR"] = str(place)  # what autograph writes stays behind by this exit
        log = os.open(place / LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        loaded = [name for name in sys.modules if name.split(".")[0] == "custom"]
        if loaded:
            raise RuntimeError(f"imported before the change: {loaded}")
        sys.meta_path.insert(0, Finder(files))
        import pytest

        recorder = Recorder()
        status = pytest.main([*OPTIONS, *tests], plugins=[recorder, Selector(affected)])
        outcome = {0: "survived", 5: "survived", 1: "broken" if recorder.broken else "killed"}.get(
            int(status), "broken"
        )
        found = {"outcome": outcome, "test": recorder.test, "error": recorder.error}
        (place / RESULT).write_text(json.dumps(found))
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)  # not the parent's way out: its buffers and exit handlers are not this process's
