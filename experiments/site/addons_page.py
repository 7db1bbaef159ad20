"""What the page for those who come from TensorFlow Addons says."""

from experiments.site import addons

HEADER = ("TensorFlow Addons", "Instead", "Note")
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


def source(module, row):
    """Return the address of a name's source at v0.23.0."""
    return f"{addons.SOURCE}/{module}/{row.file}.py"


def instead(row, pages):
    """Return what does its work now; `pages` maps names such as `custom.optimizers.Adam` to their pages."""
    return ", ".join(_name(name, pages) for name in row.instead) or "nothing"


def tally(rows):
    """Return how many names of a table have a replacement, in words."""
    replaced = sum(bool(row.instead) for row in rows)
    return f"Names with a replacement: {replaced} of {len(rows)}."


def _name(name, pages):
    if name in pages:
        return f":doc:`{name} <{pages[name]}>`"
    since = addons.KERAS_SINCE.get(name)
    return f"``{name}``" + (f" (from Keras {since} on)" if since else "")
