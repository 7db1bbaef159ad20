"""Small changes made from the syntax tree: operators, comparisons, terms, constants, defaults, selections."""

import ast
import collections
import random
import re
import textwrap

from tests.mutants.mutant import BACKENDS, Mutant

SWAPPED = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
# Said to people, or saved: other tests than those of formulas are for these.
SKIPPED = ("__repr__", "get_config", "compute_output_shape", "save_own_variables", "load_own_variables")
SIMPLE = (ast.Return, ast.Assign, ast.AugAssign, ast.Expr)
# A module that exists for one backend imports it so.
ONE_BACKEND = re.compile(r'^if keras\.backend\.backend\(\) == "(\w+)":', re.M)


def mutants(sources, backend="tensorflow", seed=0):
    """All generated mutants that may alter anything on the backend, in the random order of the seed."""
    found, seen = [], collections.Counter()
    for file, text in sources.text.items():
        only = ONE_BACKEND.search(text)
        if file.endswith("__init__.py") or (only and only[1] != backend):
            continue
        for node, place, statement in _formulas(ast.parse(text), backend):
            for words, new in _changes(node):
                found.append(_mutant(text, file, node, place, statement, words, new, seen))
    random.Random(seed).shuffle(found)
    return found


def _formulas(tree, backend, place=""):
    """(expression, function, statement) for all that is computed; of a constructor its defaults alone."""
    for node in ast.iter_child_nodes(tree):
        name = getattr(node, "name", "")
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            inner = f"{place}.{name}" if place else name
            if name == "__init__":
                defaults = (d for d in (*node.args.defaults, *node.args.kw_defaults) if isinstance(d, ast.Constant))
                yield from ((default, inner, node.args) for default in defaults)
            elif name not in SKIPPED:
                yield from _formulas(node, backend, inner)
        elif isinstance(node, SIMPLE):
            if not isinstance(getattr(node, "value", None), ast.Constant) or not isinstance(node, ast.Expr):
                if isinstance(node, ast.AugAssign):
                    yield node, place, node
                yield from ((inner, place, node) for inner in _expressions(node))
        elif isinstance(node, (ast.If, ast.For, ast.While, ast.With)):
            if isinstance(node, ast.If) and _other_backend(node.test, backend):
                continue
            if not isinstance(node, ast.With):
                header = node.iter if isinstance(node, ast.For) else node.test
                yield from ((inner, place, header) for inner in _expressions(header))
            yield from _formulas(node, backend, place)


def _expressions(node):
    """All expressions in `node`, but texts, and zip's `strict`, which only asserts."""
    if isinstance(node, (ast.JoinedStr, ast.Raise)) or (isinstance(node, ast.keyword) and node.arg == "strict"):
        return
    if isinstance(node, ast.BinOp) and isinstance(getattr(node.left, "value", None), str):
        return
    if isinstance(node, ast.expr):
        yield node
    for inner in ast.iter_child_nodes(node):
        yield from _expressions(inner)


def _other_backend(test, backend):
    """True if an `if` asks for a backend that is not this one."""
    names = [n.value for n in ast.walk(test) if isinstance(n, ast.Constant) and n.value in BACKENDS]
    return isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Eq) and names not in ([], [backend])


def _changes(node):
    """(words, source of what takes the node's place) for each change that fits."""
    if isinstance(node, ast.AugAssign):
        if type(node.op) in SWAPPED:
            yield "another operator", ast.unparse(ast.AugAssign(node.target, SWAPPED[type(node.op)](), node.value))
    elif isinstance(node, ast.BinOp) and type(node.op) in SWAPPED:
        yield "another operator", ast.unparse(ast.BinOp(node.left, SWAPPED[type(node.op)](), node.right))
        if isinstance(node.op, (ast.Add, ast.Sub, ast.Mult)):
            yield "the left term dropped", ast.unparse(node.right)
        yield "the right term dropped", ast.unparse(node.left)
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
        changed = ast.Compare(node.left, [SWAPPED[type(node.ops[0])](), *node.ops[1:]], node.comparators)
        yield "another comparison", ast.unparse(changed)
    elif isinstance(node, ast.BoolOp):
        yield "and for or", ast.unparse(ast.BoolOp(SWAPPED[type(node.op)](), node.values))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Not)):
        yield "a sign dropped", ast.unparse(node.operand)
    elif isinstance(node, ast.IfExp):
        yield "branches swapped", ast.unparse(ast.IfExp(node.test, node.orelse, node.body))
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "the other boolean", repr(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        yield "a constant moved", repr(node.value + 1 if isinstance(node.value, int) else node.value * 1.001 or 0.1)
    elif isinstance(node, ast.Call) and ast.unparse(node.func) == "ops.where" and len(node.args) == 3:
        condition, yes, no = node.args
        yield "a selection swapped", ast.unparse(ast.Call(node.func, [condition, no, yes], node.keywords))
    elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("ops.exp", "ops.sqrt", "ops.square", "ops.abs"):
        yield "a function dropped", ast.unparse(node.args[0])


def _mutant(text, file, node, place, statement, words, new, seen):
    """The change at the node's own place; the original is widened to whole lines, and more, until it is unique."""
    lines = text.splitlines(keepends=True)
    first, last = node.lineno - 1, node.end_lineno - 1
    # Columns count bytes of UTF-8.
    before = lines[first].encode()[: node.col_offset].decode()
    after = lines[last].encode()[node.end_col_offset :].decode()
    old = "".join(lines[first : last + 1])[len(before) : -len(after) or None]
    head, tail = before, after
    while text.count(head + old + tail) > 1:
        first, last = max(first - 1, 0), min(last + 1, len(lines) - 1)
        head = "".join(lines[first : node.lineno - 1]) + before
        tail = after + "".join(lines[node.end_lineno : last + 1])
    put = new if isinstance(node, ast.AugAssign) else f"({new})"
    id = _id(file, place, words, node, new, statement, seen)
    return Mutant(id, file, head + old + tail, head + put + tail, generated=True)


def _id(file, place, words, node, new, statement, seen):
    """The change in words, by its function and statement; counted where a statement has the same change twice."""
    place, old, whole = f"{place}: " if place else "", ast.unparse(node), ast.unparse(statement)
    id = f"{file.removesuffix('.py')}: {place}{words}: {' '.join(old.split())} -> {' '.join(new.split())}"
    if old != whole:
        id += f", in {textwrap.shorten(whole, 160)}"
    seen[id] += 1
    return id if seen[id] == 1 else f"{id} (no. {seen[id]})"
