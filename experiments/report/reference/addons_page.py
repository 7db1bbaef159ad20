"""The page for those who come from TensorFlow Addons."""

from experiments.report.blocks import Grid, Heading, Page, Paragraph
from experiments.report.reference import addons

INTRODUCTION = (
    "TensorFlow Addons ended: 0.23.0, of November 2023, is its last release, for TensorFlow 2.13 to 2.15, and its "
    "optimizers are of Keras's old kind. This page says what does the work of its activations, layers, recurrent cells "
    'and optimizers under Keras 3. `keras.*` is Keras itself, `custom.*` is this suite; "nothing" means that neither '
    "has it."
)
TITLES = {
    "activations": "Activations",
    "layers": "Layers",
    "rnn": "Recurrent cells",
    "optimizers": "Optimizers and schedules",
}


def page(pages):
    """Return the page; `pages` maps names such as `custom.optimizers.Adam` to the addresses of their pages."""
    blocks = [Paragraph("[Reference]({index})"), Paragraph(INTRODUCTION)]
    for module, rows in addons.TABLES.items():
        table = tuple((_source(module, row), _instead(row, pages), row.note) for row in rows)
        blocks += [
            Heading(f"{TITLES[module]}: tfa.{module}"),
            Paragraph(_tally(rows)),
            Grid(("TensorFlow Addons", "Instead", "Note"), table, "Names link to the source at v0.23.0."),
        ]
    return Page("From TensorFlow Addons", tuple(blocks))


def _source(module, row):
    return f"[{row.name}]({addons.SOURCE}/{module}/{row.file}.py)"


def _instead(row, pages):
    return ", ".join(_name(name, pages) for name in row.instead) or "nothing"


def _name(name, pages):
    if name in pages:
        return f"[{name}]({pages[name]}.{{page}})"
    since = addons.KERAS_SINCE.get(name)
    return f"`{name}`" + (f" (from Keras {since} on)" if since else "")


def _tally(rows):
    replaced = sum(bool(row.instead) for row in rows)
    return f"Names with a replacement: {replaced} of {len(rows)}."
