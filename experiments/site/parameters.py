"""Parameters of a class or function, those that it passes on to the next class among them."""

import inspect


def parameters(value):
    """Return the parameters of a class or function by name, without `self`.

    Where a class takes `*args` for the next class of its order of resolution, that one's stand in their place.
    """
    if not inspect.isclass(value):
        return dict(inspect.signature(value).parameters)
    own = [cls for cls in value.__mro__ if "__init__" in vars(cls) and cls is not object and not is_keras(cls)]
    if not own:  # what it takes is Keras's, or nothing
        rest = inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD)
        return {"kwargs": rest} if any(map(is_keras, value.__mro__)) else {}
    found = _expanded([vars(cls)["__init__"] for cls in own])
    return dict(sorted(found.items(), key=lambda item: item[1].kind))


def is_keras(value):
    """Tell whether a class or function is Keras's own."""
    return value.__module__.split(".")[0] == "keras"


def _expanded(constructors):
    own = dict(list(inspect.signature(constructors[0]).parameters.items())[1:])
    rest = next((name for name, p in own.items() if p.kind == p.VAR_POSITIONAL), None)
    if rest is None or len(constructors) == 1:
        return own
    inherited = _expanded(constructors[1:])
    del own[rest]
    first = {name: p for name, p in own.items() if p.kind == p.POSITIONAL_OR_KEYWORD}
    return first | {name: p for name, p in inherited.items() if name not in own} | own


def signature(value):
    """Return the `inspect.Signature` that a reader writes."""
    found = list(parameters(value).values())
    return inspect.Signature(sorted(found, key=lambda p: p.kind))
