"""Public names of `custom`, package by package; a name without documentation fails the build."""

import dataclasses
import importlib
import inspect
import pkgutil
import re

from experiments.site.parameters import is_keras

ORDER = ("activations", "optimizers", "losses", "initializers", "layers", "testing")
REQUIRED = ("Formula", "Differences from Keras", "Example", "Reference")
# A table of Keras's own names that a package hands on: name -> (formula, where it stands, note).
TABLE = "BOOK_FORMULAS"


class Undocumented(Exception):
    """Public names without what a page needs; `problems` has a line for each."""

    def __init__(self, problems):
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclasses.dataclass(frozen=True)
class Component:
    """A class or function with a page of its own; `functions`, `(name, function)`, are documented on it too.

    `kind`: "component"; "base", what components share; "companion", a result or an error of a function.
    Only components owe their readers a formula.
    """

    name: str
    object: object
    kind: str = "component"
    functions: tuple = ()

    @property
    def summary(self):
        """The docstring's first line."""
        return summary(self.object)


@dataclasses.dataclass(frozen=True)
class Group:
    """A package: its components, and rows of Keras's names that it hands on."""

    path: str
    components: tuple
    keras: tuple = ()

    @property
    def folder(self):
        """Where its pages stand: its path without the first part."""
        return self.path.partition(".")[2].replace(".", "/")

    @property
    def summary(self):
        """The first line of the package's docstring."""
        return summary(importlib.import_module(self.path))


def summary(value):
    """Return the first paragraph of a docstring in one line; "" where there is none."""
    return " ".join(inspect.cleandoc(value.__doc__ or "").partition("\n\n")[0].split())


def groups(root="custom"):
    """Return the packages of `root`; raise `Undocumented` where a name lacks what its page needs."""
    found, problems, seen = [], [], set()
    for name in sorted(_modules(importlib.import_module(root)), key=_order):
        module = importlib.import_module(f"{root}.{name}")
        if not module.__doc__:
            problems.append(f"{module.__name__}: no docstring.")
        group, complaints = _group(module, seen)
        problems += complaints
        if group.components or group.keras:
            found.append(group)
    if problems:
        raise Undocumented(problems)
    return found


def _modules(package):
    """Return the dotted names, below the package, of its own modules and of deeper ones that list their names."""
    prefix = f"{package.__name__}."
    names = [m.name.removeprefix(prefix) for m in pkgutil.walk_packages(package.__path__, prefix)]
    names = [name for name in names if not re.search(r"(^|\.)_", name)]
    return [name for name in names if "." not in name or hasattr(importlib.import_module(prefix + name), "__all__")]


def _order(name):
    first = name.split(".")[0]
    return (ORDER.index(first) if first in ORDER else len(ORDER), name)


def _names(module):
    """Return the public names of a module: those that it lists, or those that it defines.

    A module of its own that it lists is a group, not a name of this one.
    """
    if hasattr(module, "__all__"):
        return [n for n in module.__all__ if not inspect.ismodule(getattr(module, n))]
    return [n for n, v in vars(module).items() if n[0] != "_" and getattr(v, "__module__", "") == module.__name__]


def _group(module, seen):
    """Return the group of a module and the complaints about it. Names that another group has already stay there."""
    problems, own, handed_on = [], [], []
    table = _table(module)
    for public in _names(module):
        value = getattr(module, public)
        if public == TABLE or id(value) in seen:
            continue
        seen.add(id(value))
        if not inspect.isclass(value) and not inspect.isfunction(value):
            problems.append(f"{module.__name__}.{public}: neither a class nor a function, so no page can be made.")
        elif is_keras(value):
            handed_on.append(public)
        else:
            own.append((public, value))
    problems += [f"{module.__name__}.{n}: Keras's own, without a row in {TABLE}." for n in handed_on if n not in table]
    components = _components(own)
    for component in components:
        problems += [f"{module.__name__}.{problem}" for problem in _problems(component)]
    rows = tuple((public, *table[public]) for public in handed_on if public in table)
    return Group(module.__name__, tuple(components), rows), problems


def _table(module):
    if hasattr(module, TABLE):
        return getattr(module, TABLE)
    try:
        return getattr(importlib.import_module(f"{module.__name__}.keras_{module.__name__.split('.')[-1]}"), TABLE)
    except ModuleNotFoundError:
        return {}


def _components(own):
    """Return classes and functions, each function that is the form or a helper of one class on that class's page."""
    files = {value.__module__ for _, value in own if not inspect.isclass(value)}
    classes = {name: (value, _kind(value, files)) for name, value in own if inspect.isclass(value)}
    helpers, alone = {}, []
    for name, value in own:
        if inspect.isclass(value):
            continue
        home = _home(name, value, classes)
        if home:
            helpers.setdefault(home, []).append((name, value))
        else:
            alone.append(Component(name, value))
    return [Component(n, v, kind, tuple(helpers.get(n, ()))) for n, (v, kind) in classes.items()] + alone


def _kind(cls, files):
    """Tell components, base classes and companions apart.

    The docstring of a base class begins with "Base of"; results and errors stand beside the functions
    that give them, and are no classes of Keras's kind.
    """
    if (cls.__doc__ or "").startswith("Base of"):
        return "base"
    of_keras = any(map(is_keras, cls.__mro__))
    return "companion" if issubclass(cls, Exception) or (cls.__module__ in files and not of_keras) else "component"


def _home(name, function, classes):
    """Return the class on whose page the function stands: its namesake, or the only component of its file."""
    namesakes = [n for n in classes if n.lower() == name.replace("_", "")]
    neighbours = [n for n, (v, kind) in classes.items() if v.__module__ == function.__module__ and kind == "component"]
    if namesakes:
        return namesakes[0]
    return neighbours[0] if len(neighbours) == 1 else None


def _problems(component):
    text = inspect.cleandoc(component.object.__doc__ or "")
    if not text:
        yield f"{component.name}: no docstring."
    elif component.kind == "component":
        missing = [section for section in REQUIRED if not re.search(rf"^{section}s?[:,]", text, re.M)]
        if missing:
            yield f"{component.name}: its docstring lacks {', '.join(missing)}."
        if "Example" not in missing and ">>>" not in text:
            yield f"{component.name}: its Example has no code that can be tested (>>>)."
    for name, function in component.functions:
        if not function.__doc__:
            yield f"{name}: no docstring."
