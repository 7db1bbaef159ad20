"""How what is compared looks: one colour, marker and dashes for each component, on a light ground and on a dark one."""

import dataclasses

from experiments.errors import DeclarationError, nearest

# By name, a colour for a light ground and one for a dark ground. After Okabe and Ito, whose colours stay apart under
# the common forms of colour blindness; lighter and darker ones, so that lines have a contrast of 3:1 at least.
PALETTE = {
    "blue": ("#0072b2", "#4ba3e3"),
    "vermillion": ("#d55e00", "#f0833a"),
    "green": ("#008f68", "#2bc497"),
    "pink": ("#b8588e", "#e08fbd"),
    "orange": ("#b07a00", "#e8b030"),
    "sky": ("#2b93c9", "#8ed0f5"),
    "black": ("#2b2b2b", "#e8e8e8"),
    "olive": ("#857a00", "#d9cf4a"),
}
# The same of what is no line: letters, axes, the grid, the ground inside hollow markers.
GROUNDS = ("#ffffff", ("#131416", "#0d1117"))  # the pages' light and dark ones
TEXT, QUIET = ("#24292f", "#e2e5e9"), ("#5f6670", "#a5adb8")
GRID, GROUND, BAND = ("#dfe2e6", "#33373d"), ("#fefefe", "#141517"), ("#e9edf2", "#262b32")
VERDICTS = {
    "reproduced": ("#0a6e4c", "#3fcf9c"),
    "direction only": ("#0a62a0", "#6fb6f0"),
    "no such difference": ("#6a4fb0", "#b7a3f5"),
    "not reproduced": ("#b03a00", "#ff9a5c"),
    "open": ("#6e6100", "#d9ce4b"),
    "not at this scale": ("#60676f", "#a4acb7"),
    "not run": ("#616870", "#a3abb6"),
    "confirmed": ("#0b6f4d", "#40d09d"),
}
PLAIN = (("#000000", "#e9e9e9"), ("#555555", "#a6aeb9"))  # which drawings name by themselves
DARK = dict([*PALETTE.values(), TEXT, QUIET, GRID, GROUND, BAND, *VERDICTS.values(), *PLAIN])

COLOURS = tuple(light for light, _ in PALETTE.values())
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">", "p", "h")
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)), (0, (7, 3)))


@dataclasses.dataclass(frozen=True)
class Look:
    """Colour for a light ground, marker and dashes."""

    colour: str
    marker: str
    dashes: str | tuple

    def line(self, **changes):
        """Return what Matplotlib's `plot` takes."""
        return {"color": self.colour, "marker": self.marker, "linestyle": self.dashes} | changes


def _look(colour, marker, dashes="-"):
    return Look(PALETTE[colour][0], marker, dashes)


# What papers compare. A variant is the component that its paper says or that its name begins with.
COMPONENTS = {
    # Optimizers.
    "gradient_descent": _look("olive", "p", "--"),
    "sgd": _look("black", "P", ":"),
    "momentum": _look("sky", "X", (0, (5, 1))),
    "heavy_ball": _look("sky", "<", (0, (3, 1, 1, 1))),
    "nesterov": _look("green", "^", "-."),
    "adagrad": _look("vermillion", "s", "--"),
    "rmsprop": _look("pink", "D", (0, (5, 1))),
    "adadelta": _look("orange", "v", (0, (3, 1, 1, 1))),
    "adam": _look("blue", "o"),
    "adamw": _look("vermillion", "h"),
    "amsgrad": _look("orange", "D", "--"),
    "adamax": _look("pink", "p", ":"),
    "nadam": _look("sky", "h", "-."),
    "radam": _look("green", ">", "--"),
    "sgdw": _look("orange", "*", "--"),
    "lion": _look("olive", "*"),
    "lookahead": _look("black", "h", "--"),
    # Activations.
    "relu": _look("blue", "s"),
    "leaky_relu": _look("green", "v", "--"),
    "very_leaky_relu": _look("orange", "^", "-."),
    "prelu": _look("vermillion", "D", (0, (5, 1))),
    "rrelu": _look("pink", "o", (0, (3, 1, 1, 1))),
    "elu": _look("sky", "P", "--"),
    "selu": _look("olive", "X", "-."),
    "gelu": _look("green", "h", "-."),
    "silu": _look("olive", "<", "--"),
    "softplus": _look("sky", "^", ":"),
    "maxout": _look("black", "D", "-."),
    "tanh": _look("vermillion", "o", "--"),
    "sigmoid": _look("black", "v", ":"),
    "softsign": _look("blue", "P", "-."),
    "hard_sigmoid": _look("olive", "^", (0, (5, 1))),
    "hard_tanh": _look("pink", "s", (0, (3, 1, 1, 1))),
    "wilson_cowan": _look("green", "D", (0, (7, 3))),
    # What else differs: a part that is there or not, first weights.
    "with": _look("blue", "D"),
    "without": _look("orange", "o", "--"),
    "he": _look("blue", "v"),
    "glorot": _look("green", "s", "--"),
    "lecun": _look("olive", "D", "-."),
    "rai": _look("vermillion", "^", "--"),
}


def component(variant, declared=()):
    """Return the component that a variant is, or `None`.

    Args:
        variant: its name.
        declared: by variant, what its paper says; else it is the longest component that its name begins with,
            followed by nothing or by "_".

    Raises:
        DeclarationError: the paper names a component that does not exist.
    """
    if variant in declared:
        if declared[variant] not in COMPONENTS:
            raise DeclarationError(
                f"the variant {variant!r} is declared as the component {declared[variant]!r}. "
                f"{nearest(declared[variant], COMPONENTS)}"
            )
        return declared[variant]
    return max((c for c in COMPONENTS if variant == c or variant.startswith(f"{c}_")), key=len, default=None)


def looks_of(variants, declared=()):
    """Return the `Look` of each variant.

    A component has its own in every figure of every paper. Further variants of one component keep its colour, with a
    marker and dashes of their own. Variants that are no component have what is left, in their order.
    """
    variants, found, rest = list(variants), {}, []
    first = {}
    for variant in variants:
        name = component(variant, declared)
        if name is None:
            rest.append(variant)
        elif name not in first:
            first[name] = found[variant] = COMPONENTS[name]
    taken = {(look.colour, look.marker) for look in found.values()}
    count = {}
    for variant in variants:
        name = component(variant, declared)
        if name is not None and variant not in found:
            own, place = first[name], count.get(name, 0)
            marker = next(m for m in (MARKERS[8 + place :] + MARKERS)[: len(MARKERS)] if (own.colour, m) not in taken)
            dashes = [d for d in DASHES if d != own.dashes][place % (len(DASHES) - 1)]
            found[variant] = Look(own.colour, marker, dashes)
            count[name] = place + 1
            taken.add((own.colour, marker))
    known = list(found.values())
    colours = [colour for colour in COLOURS if all(colour != look.colour for look in known)] or list(COLOURS)
    markers = [marker for marker in MARKERS if all(marker != look.marker for look in known)] or list(MARKERS)
    dashes = [dash for dash in DASHES if all(dash != look.dashes for look in known)] or list(DASHES)
    for i, variant in enumerate(rest):
        colour, again = colours[i % len(colours)], i // len(colours)
        order = (*markers[i % len(markers) :], *MARKERS)
        marker = next(m for m in order if (colour, m) not in taken)
        found[variant] = Look(colour, marker, dashes[(i + again) % len(dashes)])
        taken.add((colour, marker))
    return {variant: found[variant] for variant in variants}


def contrast(one, other):
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2.2, relative luminance)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
