"""Pages: one a component, one a package, and the index."""

import inspect

import keras

from experiments.report.blocks import Bullets, Code, Grid, Heading, Page, Paragraph
from experiments.report.reference import addons, functions, paths
from experiments.report.reference.docstring import linked, parse, prose
from experiments.report.reference.signature import default, parameters, signature

TITLES = {
    "Formula": "Formula",
    "Shapes": "Shapes",
    "Args": "Arguments",
    "Returns": "Returns",
    "Raises": "Errors",
    "Differences from Keras": "Differences from Keras and other libraries",
    "Differences from PyTorch": "Differences from PyTorch",
    "Differences from TensorFlow Addons": "Differences from TensorFlow Addons",
    "Example": "Example",
    "Reference": "Source",
}

KINDS = {
    "layer": keras.layers.Layer,
    "optimizer": keras.optimizers.Optimizer,
    "loss": keras.losses.Loss,
    "initializer": keras.initializers.Initializer,
}
CAPTIONS = {"component": "Components, one page each.", "base": "Base classes.", "companion": "Results and errors."}


def component_page(group, component):
    """Return the page of a class, or of a function that belongs to no class."""
    value, docs = component.object, component.docs
    up = "/".join([".."] * (1 + group.name.count(".")))
    blocks = [
        Paragraph(f"[Reference]({up}/{{index}}) / [{group.path}]({{index}})"),
        Paragraph(docs.summary),
        Code(f"from {group.path} import {component.name}\n\n{signature(component.name, value)}"),
        *prose(docs.text),
    ]
    for section, title in TITLES.items():
        content = _section(section, docs, value)
        if section == "Differences from Keras":
            content += _replaces(group, component, up)
        if content:
            blocks += [Heading(title), *content]
        if section == "Formula":
            blocks += [picture] if (picture := plot(component)) else []
        if section == "Raises":
            blocks += _methods(value)
            for function in component.functions:
                blocks += _function(*function)
    file = value.__module__.replace(".", "/") + ".py"
    blocks.append(Paragraph(f"Code: [{file}]({up}/../../{file})."))
    return Page(component.name, tuple(blocks))


def plot(component):
    """Return the figure of a component, chosen by what it is: a layer with a derivative, an optimizer, or neither."""
    value = component.object
    if component.kind != "component" or not inspect.isclass(value):
        return None
    if issubclass(value, keras.layers.Layer):
        return functions.picture(component.name, value)
    if issubclass(value, keras.optimizers.Optimizer):
        return paths.picture(component.name, value)
    return None


def _section(section, docs, value):
    if section == "Args":
        return _arguments(docs, value)
    if section == "Raises":
        entries = docs.entries(section)
        return [Bullets(tuple(f"`{name}`: {text}" if name else text for name, text in entries))] if entries else []
    return docs.blocks(section)


def _arguments(docs, value):
    entries, known = docs.entries("Args"), parameters(value)
    if not entries:
        return []
    names = [[name.lstrip("*") for name in names.split(", ")] for names, _ in entries]
    rows = tuple(
        (f"`{label}`", ", ".join(filter(None, (default(known.get(name)) for name in group))), text)
        for (label, text), group in zip(entries, names, strict=True)
    )
    return [Grid(("Argument", "Default", "Meaning"), rows, _others(value, {n for group in names for n in group}))]


def _others(value, documented):
    """Return the words below a table of arguments: those, of Keras, that it leaves out."""
    left = [str(p.replace(default=p.empty)) for name, p in parameters(value).items() if name not in documented]
    if not left:
        return "All arguments."
    kind = next((kind for kind, base in KINDS.items() if inspect.isclass(value) and issubclass(value, base)), "class")
    return f"Not in the table: {', '.join(f'`{name}`' for name in left)}, which every Keras {kind} takes."


def _replaces(group, component, up):
    names = addons.replaced_by(f"{group.path}.{component.name}")
    names = ", ".join(f"`{name}`" for name in names)
    page = f"[how to move over]({up}/from_tensorflow_addons.{{page}})"
    return [Paragraph(f"In place of {names} of TensorFlow Addons: {page}.")] if names else []


def _methods(value):
    """Return public methods and properties that the class adds with a docstring of their own."""
    if not inspect.isclass(value):
        return []
    rows = []
    for name, member in vars(value).items():
        function = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
        if name.startswith("_") or not inspect.isfunction(function) or not function.__doc__:
            continue
        first = not isinstance(member, staticmethod)  # self, or the class
        shown = name if isinstance(member, property) else signature(name, function, skip=first, width=1000)
        rows.append((f"`{shown}`", parse(function.__doc__).summary))
    if not rows:
        return []
    return [
        Heading("Methods and properties"),
        Grid(("Name", "What it gives"), tuple(rows), "Those that the class itself documents."),
    ]


def _function(name, function, docs):
    blocks = [Heading(f"Function {name}"), Code(signature(name, function)), Paragraph(docs.summary), *prose(docs.text)]
    for section, title in TITLES.items():
        if content := _section(section, docs, function):
            blocks += [Heading(title, 3), *content]
    return blocks


def group_page(group):
    """Return the page of a package: its components, and Keras's names that it hands on."""
    up = "/".join([".."] * (1 + group.name.count(".")))
    blocks = [Paragraph(f"[Reference]({up}/{{index}})"), Paragraph(group.docs.summary), *prose(group.docs.text)]
    blocks += components(group)
    if group.keras:
        rows = tuple((f"`{name}`", _stated(formula, where), linked(note)) for name, formula, where, note in group.keras)
        header = ("Name", "Formula, and where it stands", "Note")
        blocks += [Heading("Keras's own"), Grid(header, rows, "Re-exported unchanged: Keras computes the formula.")]
    return Page(group.path, tuple(blocks))


def _stated(formula, where):
    return linked(f"{formula.removesuffix('.')}. {where[:1].upper()}{where[1:].removesuffix('.')}.")


def components(group, folder=""):
    """Return tables of what a package has, one for each kind."""
    tables = []
    for kind, caption in CAPTIONS.items():
        chosen = sorted((c for c in group.components if c.kind == kind), key=lambda c: c.name.lower())
        rows = [
            (f"[{c.name}]({folder}{c.name}.{{page}})", ", ".join(f"`{n}`" for n, _, _ in c.functions), c.docs.summary)
            for c in chosen
        ]
        header = ("Name", "Function", "What it is")
        if not any(c.functions for c in chosen):
            header, rows = header[::2], [row[::2] for row in rows]
        if rows:
            tables.append(Grid(header, tuple(rows), caption))
    return tables


def index_page(groups):
    """Return the list of everything."""
    count = sum(c.kind == "component" for g in groups for c in g.components)
    blocks = [
        Paragraph(
            f"The {count} components of `custom`: for each its formula, a plot, its arguments, how it differs from "
            "Keras and others, an example and its source. Everything here is made from the docstrings by "
            "`python -m experiments reference`."
        ),
        Paragraph("Coming [from TensorFlow Addons](from_tensorflow_addons.{page})? What replaces each of its parts."),
    ]
    for group in groups:
        folder = group.name.replace(".", "/") + "/"
        blocks += [Heading(group.path), Paragraph(group.docs.summary), *components(group, folder)]
        if group.keras:
            names = ", ".join(f"`{row[0]}`" for row in group.keras)
            blocks.append(Paragraph(f"Keras's own, with [their formulas]({folder}{{index}}): {names}."))
    return Page("Reference", tuple(blocks))
