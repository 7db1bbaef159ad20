"""Every public class, method and function of `custom` says what it takes and what it returns."""

import ast
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2] / "custom"


def functions(body, of=""):
    """Yield `(name, definition, its arguments without self)` of all that is public."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from functions(node.body, f"{node.name}.")
        if isinstance(node, ast.FunctionDef) and (node.name in ("__init__", "__call__") or node.name[0] != "_"):
            a = node.args
            named = [*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, (a.vararg, a.kwarg))]
            yield f"{of}{node.name}", node, [p for p in named if not of or p.arg not in ("self", "cls")]


def test_what_is_public_has_types():
    missing, seen = [], 0
    for path in sorted(ROOT.rglob("*.py")):
        if path.name.startswith("_") and path.name != "__init__.py":
            continue
        for name, function, arguments in functions(ast.parse(path.read_text(encoding="utf-8")).body):
            seen += 1
            without = [p.arg for p in arguments if p.annotation is None]
            without += ["return"] * (function.returns is None)
            missing += [f"{path.relative_to(ROOT)}: {name}: {w}" for w in without]
    assert missing == [] and seen > 300
