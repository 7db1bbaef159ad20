"""Random small changes, made from the syntax tree: a search for holes that nobody thought of.

Not part of the gate: among them are changes that alter nothing (a shape's size, a constant far from every
use), which a person has to tell from holes.
"""

import ast
import random

from tests.mutants.mutant import Mutant

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
# What is said to people, and what is saved: other tests than those of formulas are for these.
SKIPPED = ("__init__", "get_config", "compute_output_shape", "save_own_variables", "load_own_variables")


def mutants(sources, table, number, seed):
    """`number` random mutants of the files that `table` has rows for, with the tests that it names."""
    places = {}
    for row in table:
        tests = places.setdefault(row.file, {})
        tests.update(dict.fromkeys(row.tests))
    found = []
    for file, tests in places.items():
        text = sources.text[file]
        for node in _formulas(ast.parse(text)):
            found += [(file, tuple(tests), node, words, new) for words, new in _changes(node)]
    random.Random(seed).shuffle(found)
    made = {}
    for file, tests, node, words, new in found:
        if len(made) == number:
            break
        mutant = _mutant(sources.text[file], file, tests, node, words, new)
        made.setdefault(mutant.id, mutant)
    return list(made.values())


def _formulas(tree):
    """All expressions of the functions that compute something."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Return, ast.Assign, ast.Expr, ast.If, ast.For)):
            if getattr(node, "name", "") in SKIPPED:
                continue
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):  # a docstring
                continue
            if isinstance(node, (ast.Return, ast.Assign, ast.Expr)):
                yield from (inner for inner in ast.walk(node) if isinstance(inner, ast.expr))
                continue
            if isinstance(node, (ast.If, ast.For)):
                header = node.test if isinstance(node, ast.If) else node.iter
                yield from (inner for inner in ast.walk(header) if isinstance(inner, ast.expr))
            yield from _formulas(node)


def _changes(node):
    """(words, source of what takes the node's place) for each change that fits."""
    if isinstance(node, ast.BinOp) and type(node.op) in SWAPPED:
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
    elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        yield "a constant moved", repr(node.value + 1 if isinstance(node.value, int) else node.value * 1.001 or 0.1)
    elif isinstance(node, ast.Call) and ast.unparse(node.func) == "ops.where" and len(node.args) == 3:
        condition, yes, no = node.args
        yield "a selection swapped", ast.unparse(ast.Call(node.func, [condition, no, yes], node.keywords))
    elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("ops.exp", "ops.sqrt", "ops.square", "ops.abs"):
        yield "a function dropped", ast.unparse(node.args[0])


def _mutant(text, file, tests, node, words, new):
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
    name = file.removesuffix(".py")
    return Mutant(
        id=f"{name}: line {node.lineno}: {words}: {' '.join(old.split())} -> {' '.join(new.split())}",
        file=file,
        original=head + old + tail,
        replacement=f"{head}({new}){tail}",
        tests=tests,
    )
