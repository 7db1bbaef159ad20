"""The package `custom` under its distribution's name, which no folder `custom/` of a project's own can hide.

`from activations_and_optimizers.optimizers import Adam` gives the very class that `from custom.optimizers import
Adam` gives, wherever `custom` is this distribution's; and the class all the same where `custom` is another package.
"""

import importlib
import importlib.util
import pathlib
import pkgutil
import sys

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "custom"


def _seen():
    """Whether `import custom` finds this distribution's package."""
    try:
        spec = importlib.util.find_spec("custom")
    except (ImportError, ValueError):  # something that stands under the name without being a package
        return False
    return bool(spec and spec.origin) and pathlib.Path(spec.origin).resolve() == FOLDER / "__init__.py"


def _alias(name):
    """Put every module of `custom` under this name too: a second copy of a class would not be the class."""
    package = importlib.import_module("custom")
    for module in pkgutil.walk_packages(package.__path__, "custom."):
        sys.modules[name + module.name.removeprefix("custom")] = importlib.import_module(module.name)
    sys.modules[name] = package


def _load(name):
    """Load the package from its folder under this name."""
    spec = importlib.util.spec_from_file_location(
        name, FOLDER / "__init__.py", submodule_search_locations=[str(FOLDER)]
    )
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)


(_alias if _seen() else _load)(__name__)
