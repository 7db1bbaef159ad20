"""Files of figures: an SVG of few bytes for light and dark grounds, which does not change by itself."""

import io
import pathlib
import re
from xml.etree import ElementTree

import matplotlib
import matplotlib.figure

from experiments.files import write_atomically
from experiments.report.figures.looks import DARK, GRID, QUIET, TEXT

SIZE = (5.6, 3.5)  # inches
FAMILY = "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, 'DejaVu Sans', sans-serif"
STYLE = {
    "font.size": 10,
    "figure.dpi": 72,  # that of an SVG's points
    "text.color": TEXT[0],
    "axes.labelcolor": TEXT[0],
    "axes.edgecolor": QUIET[0],
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID[0],
    "grid.linewidth": 0.6,
    "xtick.color": QUIET[0],
    "ytick.color": QUIET[0],
    "xtick.labelcolor": TEXT[0],
    "ytick.labelcolor": TEXT[0],
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "svg.hashsalt": "experiments",
    "svg.fonttype": "none",
    "path.simplify": True,
    "path.simplify_threshold": 0.2,
}
SPACE = "http://www.w3.org/2000/svg"
LINK = "{http://www.w3.org/1999/xlink}href"
NUMBER = re.compile(r"-?\d+\.\d+(?:e[-+]?\d+)?|-?\d+e[-+]?\d+")
TURN = re.compile(r"rotate\(-?0 [^)]*\)")
ROUNDED = ("d", "x", "y", "width", "height", "transform", "points")


def save(draw, folder, name, over=None):
    """Write a drawing as `<name>.svg`; the name ends in what tells its language, where there are several.

    Args:
        draw: called with the axes.
        folder: made where it is missing.
        name: of the file, without its ending.
        over: from the figure to elements that come last, over the drawing; a text. `None`: there are none.
    """
    with matplotlib.rc_context(STYLE):
        figure = _drawn(draw)
        text = svg_text(figure)
    if over:
        text = text.removesuffix("</svg>\n") + over(figure) + "</svg>\n"
    write_atomically(pathlib.Path(folder) / f"{name}.svg", text)


def export(draw, folder, name):
    """Write a drawing as `<name>.png` and `<name>.pdf`, in the colours of a light ground."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with matplotlib.rc_context(STYLE | {"pdf.fonttype": 42}):
        figure = _drawn(draw)
        figure.savefig(folder / f"{name}.png", dpi=200, metadata={"Software": None})
        figure.savefig(folder / f"{name}.pdf", metadata={"CreationDate": None, "Creator": None, "Producer": None})


def _drawn(draw):
    """Return the figure of a drawing, laid out once, on a grid of thousandths.

    The layout follows from the extents of letters, whose last digits differ from machine to machine.
    """
    figure = matplotlib.figure.Figure(figsize=SIZE, layout="constrained")
    figure.patch.set_alpha(1.0)
    draw(figure.add_subplot())
    if engine := figure.get_layout_engine():
        engine.execute(figure)
        figure.set_layout_engine(None)  # "none" would leave one that has Matplotlib draw a figure twice to save it
    for axes in figure.axes:
        place = axes.get_axes_locator()  # a colour bar's
        axes.apply_aspect(place(axes, None) if place else None)
        axes.set_position([round(x, 3) for x in axes.get_position().bounds])
    return figure


def svg_text(figure):
    """Return a figure as SVG: text as text, no ground, plain attributes, and a style for readers who like it dark.

    Identifiers count from 1, coordinates have two digits after the point.
    """
    out = io.StringIO()
    figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    root = ElementTree.fromstring(out.getvalue())
    for parent in list(root.iter()):
        for child in list(parent):
            if _name(child) in ("metadata", "style"):
                parent.remove(child)
    used = set()
    for element in root.iter():
        _plain(element)
        used |= {element.attrib[name] for name in ("fill", "stroke") if name in element.attrib}
    _renamed(root)
    _flat(root)
    root.attrib |= {"font-family": FAMILY, "stroke-linejoin": "round", "stroke-linecap": "butt"}
    rules = [
        f'[{part}="{light}"]{{{part}:{dark}}}'
        for light, dark in DARK.items()
        for part in ("fill", "stroke")
        if light in used
    ]
    if rules:
        style = ElementTree.Element(f"{{{SPACE}}}style")
        style.text = f"@media (prefers-color-scheme:dark){{{''.join(rules)}}}"
        root.insert(0, style)
    ElementTree.register_namespace("", SPACE)
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    for element in root.iter():
        element.tail = "\n" if element is not root else None
        if element.text is not None and not element.text.strip():
            element.text = None
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _name(element):
    return element.tag.rpartition("}")[2]


def _plain(element):
    """Turn an element's style into attributes, which a style sheet may override; round its coordinates."""
    for declaration in element.attrib.pop("style", "").split(";"):
        name, colon, value = (part.strip() for part in declaration.partition(":"))
        if colon and name != "font-family":
            element.set(name, value)
    if TURN.fullmatch(element.get("transform", "")):
        del element.attrib["transform"]
    for name in ROUNDED:
        if name in element.attrib:
            element.set(name, " ".join(NUMBER.sub(_rounded, element.attrib[name]).split()))


def _rounded(number):
    written = f"{float(number[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if written == "-0" else written


def _renamed(root):
    """Number the identifiers that something refers to, in their order; drop the others."""
    wanted = {element.get(LINK, "")[1:] for element in root.iter()}
    wanted |= {
        found for e in root.iter() for value in e.attrib.values() for found in re.findall(r"url\(#(.*?)\)", value)
    }
    names = {}
    for element in root.iter():
        if (name := element.attrib.pop("id", None)) in wanted:
            names.setdefault(name, f"i{len(names) + 1}")
            element.set("id", names[name])
    for element in root.iter():
        for key, value in element.attrib.items():
            if key == LINK:
                element.set(key, f"#{names[value[1:]]}")
            elif "url(#" in value:
                element.set(key, re.sub(r"url\(#(.*?)\)", lambda found: f"url(#{names[found[1]]})", value))


def _flat(element):
    """Put the children of groups that say nothing in their place."""
    children = []
    for child in list(element):
        _flat(child)
        children += list(child) if _name(child) == "g" and not child.attrib else [child]
    for child in list(element):
        element.remove(child)
    element.extend(children)
