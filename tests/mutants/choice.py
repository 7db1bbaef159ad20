"""The tests that must notice a change: found from what the test files import, not from a list."""

import ast
import pathlib

# The fresh processes of the first import the unchanged files; the second loads files of every component at once.
NOT_ASKED = ("test_saving.py", "test_old_files.py")


def absolute(text, module, file):
    """The tree of a file of `custom`, its relative imports written out."""
    tree, parts = ast.parse(text), module.split(".")
    package = parts if file.endswith("__init__.py") else parts[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            node.module, node.level = ".".join([*base, *([node.module] if node.module else [])]), 0
    return tree


class Choice:
    """Map of the imports in `custom` and in the test files of `folder`."""

    def __init__(self, sources, folder="tests/custom"):
        self.sources = sources
        self.files = {sources.module(file): file for file in sources.text}
        self.exports = {}  # by package: where its names come from
        trees = {module: absolute(sources.text[file], module, file) for module, file in self.files.items()}
        for module, file in self.files.items():
            if file.endswith("__init__.py"):
                self.exports[module] = {
                    alias.asname or alias.name: node.module
                    for node in ast.walk(trees[module])
                    if isinstance(node, ast.ImportFrom) and node.module
                    for alias in node.names
                }
        self.imports = {
            module: self._modules(tree)
            for module, tree in trees.items()
            if not self.files[module].endswith("__init__.py")
        }
        self.folder = sources.root / folder
        self.helpers = {path.stem: path for path in self.folder.glob("*.py") if not path.name.startswith("test_")}
        self.tests = {path.name: self._named(path) for path in sorted(self.folder.glob("test_*.py"))}

    def of(self, file):
        """The test files that a change to `file` must be noticed by, the nearest first.

        Those that name a class or function of the file; for a private module, a base, or one that no test names,
        those that name what is made from it as well.
        """
        module, name = self.sources.module(file), pathlib.PurePath(file)
        asked = {module}
        if name.name.startswith("_") or name.stem == "base":
            asked |= self._importers(asked)
        while not any(named & asked for named in self.tests.values()) and self._importers(asked) - asked:
            asked |= self._importers(asked)
        package = name.parent.name or name.stem
        nearest = [f"test_{name.stem}.py", f"test_{package}.py"]
        found = [test for test, named in self.tests.items() if named & asked and test not in NOT_ASKED]
        return tuple(sorted(found, key=lambda test: (nearest.index(test) if test in nearest else 2, test)))

    def affected(self, file):
        """The modules that a change to `file` may alter: itself and all that is made from it."""
        found, waiting = set(), [self.sources.module(file)]
        while waiting:
            module = waiting.pop()
            if module not in found:
                found.add(module)
                waiting += self._importers({module})
        return found

    def _importers(self, modules):
        return {other for other, imported in self.imports.items() if imported & modules}

    def _named(self, path, seen=()):
        """The modules of `custom` that a test file names, in itself or in the helpers that it imports."""
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found = self._modules(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests.custom."):
                helper = self.helpers.get(node.module.rpartition(".")[2])
                if helper and helper not in seen:
                    found |= self._named(helper, (*seen, path))
        return found

    def _modules(self, tree):
        """The modules behind the names that a file imports from `custom` or reads from its packages."""
        found, packages = set(), {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "custom":
                for alias in node.names:
                    inner = f"{node.module}.{alias.name}"
                    if inner in self.exports:
                        packages[alias.asname or alias.name] = inner
                    else:
                        found.add(inner if inner in self.files else self._home(node.module, alias.name))
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.name.split(".")[0] == "custom":
                        packages[alias.asname or alias.name] = alias.name
                        found.add(alias.name)
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) in packages:
                found.add(self._home(packages[ast.unparse(node.value)], node.attr))
        return found

    def _home(self, module, name):
        """The module that `name` of `module` comes from, through the packages that hand it on."""
        while name in self.exports.get(module, {}):
            inner = self.exports[module][name]
            if inner == module:
                break
            module = inner
        return module
