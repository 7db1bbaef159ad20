"""Signatures as a reader writes them."""

import inspect


def parameters(value):
    """Return the parameters of a class or function by name, without `self`.

    Where a class takes `*args` for the next class of its order of resolution, that one's stand in their place.
    """
    if not inspect.isclass(value):
        return dict(inspect.signature(value).parameters)
    own = [cls for cls in value.__mro__ if "__init__" in vars(cls) and cls is not object and not _is_keras(cls)]
    if not own:  # what it takes is Keras's, or nothing
        rest = inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD)
        return {"kwargs": rest} if any(map(_is_keras, value.__mro__)) else {}
    found = _expanded([vars(cls)["__init__"] for cls in own])
    return dict(sorted(found.items(), key=lambda item: item[1].kind))


def _is_keras(cls):
    return cls.__module__.split(".")[0] == "keras"


def _expanded(constructors):
    own = dict(list(inspect.signature(constructors[0]).parameters.items())[1:])
    rest = next((name for name, p in own.items() if p.kind == p.VAR_POSITIONAL), None)
    if rest is None or len(constructors) == 1:
        return own
    inherited = _expanded(constructors[1:])
    del own[rest]
    first = {name: p for name, p in own.items() if p.kind == p.POSITIONAL_OR_KEYWORD}
    return first | {name: p for name, p in inherited.items() if name not in own} | own


def signature(name, value, skip=False, width=96):
    """Return `name(a, b=1.0)`; one argument a line where that is too long. `skip` leaves the first one (self) out."""
    parts = [_parameter(p) for p in list(parameters(value).values())[skip:]]
    kinds = [p.kind for p in list(parameters(value).values())[skip:]]
    if inspect.Parameter.KEYWORD_ONLY in kinds and inspect.Parameter.VAR_POSITIONAL not in kinds:
        parts.insert(kinds.index(inspect.Parameter.KEYWORD_ONLY), "*")
    line = f"{name}({', '.join(parts)})"
    return line if len(line) <= width else f"{name}(\n" + "".join(f"    {part},\n" for part in parts) + ")"


def default(p):
    """Return the default of a parameter for a table: empty where it has none, or is not in the signature."""
    if p is None or p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
        return ""
    return "required" if p.default is p.empty else f"`{_value(p.default)}`"


def _parameter(p):
    star = {p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}.get(p.kind, "")
    return star + p.name + ("" if p.default is p.empty else f"={_value(p.default)}")


def _value(value):
    if isinstance(value, str):
        return '"' + value + '"'
    if inspect.isclass(value) or inspect.isroutine(value):
        return value.__name__
    return type(value).__name__ if " at 0x" in repr(value) else repr(value)
