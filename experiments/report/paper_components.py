"""The components of `custom` that a paper's experiments use, found by the imports of its package."""

import ast
import dataclasses
import functools
import pathlib

ROOT = pathlib.Path(__file__).parents[2]
LIBRARY, SHARED = "custom.", "experiments.networks"


@dataclasses.dataclass(frozen=True, order=True)
class Component:
    """A public name of `custom`.

    Attributes:
        package: that it is imported from, such as `custom.activations`.
        name: of the class or function.
        file: that defines it, from the repository's root.
    """

    package: str
    name: str
    file: str


def components(folder):
    """Return what the modules in a folder import from `custom`, sorted.

    What a function or class of `experiments.networks` that they import uses itself, counts too.
    """
    found = set()
    for path in sorted(pathlib.Path(folder).glob("*.py")):
        for source, name in _imports(_tree(path)):
            if source.startswith(LIBRARY):
                found.add(_component(source, name))
            elif source.startswith(SHARED):
                found |= _used_by(source, name)
    return tuple(sorted(found))


def _component(package, name):
    return Component(package, name, _home(package, name).relative_to(ROOT).as_posix())


def _used_by(source, name):
    """Return the components that a function or class names in its own body."""
    tree = _tree(_home(source, name))
    body = [node for node in tree.body if getattr(node, "name", None) == name]
    names = {node.id for one in body for node in ast.walk(one) if isinstance(node, ast.Name)}
    used = ((package, imported) for package, imported in _imports(tree) if imported in names)
    return {_component(package, imported) for package, imported in used if package.startswith(LIBRARY)}


def _imports(tree, module=""):
    """Yield `(module, name)` of each name that a module imports; `module` is the package that dots start from."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            source = ".".join(filter(None, (module if node.level else "", node.module)))
            for alias in node.names:
                yield source, alias.name


def _home(module, name):
    """Return the file that defines a name: where a package hands it on, that of the module it comes from."""
    path = ROOT.joinpath(*module.split("."))
    if not path.is_dir():
        return path.with_suffix(".py")
    for source, imported in _imports(_tree(path / "__init__.py"), module):
        if imported == name and source != module:
            return _home(source, name)
    return path / "__init__.py"


@functools.cache
def _tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))
