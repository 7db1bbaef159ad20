"""Components of `custom` to be measured: all that it exports, so that a new one needs no entry."""

import inspect

from experiments.report.site.parameters import parameters


def exported(module, kind):
    """Return, by name, the classes of a kind that a package exports, base classes left out."""
    found = {name: getattr(module, name) for name in module.__all__}
    found = {name: value for name, value in found.items() if inspect.isclass(value) and issubclass(value, kind)}
    return {name: cls for name, cls in found.items() if not (cls.__doc__ or "").startswith("Base of")}


def required(cls):
    """Return the names of the arguments that a class cannot be made without."""
    rest = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [name for name, p in parameters(cls).items() if p.default is p.empty and p.kind not in rest]
