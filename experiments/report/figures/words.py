"""What figures say, in the language of a paper's text: axes, numbers with their units, settings, short descriptions."""

from experiments.spec.text import listed

LONGEST = 199  # characters of a description that screen readers take in one breath


class Number(float):
    """A number that fills a blank of a text as the text's language writes it."""

    @classmethod
    def of(cls, text, value):
        """Return the number in the language of `text`."""
        made = cls(value)
        made.text = text
        return made

    def __format__(self, spec):
        return self.text.numeral(float(self), spec)


def unit(text, name):
    """Return a unit as the language writes it."""
    return text.caption(f"unit_{name}") if text.has("captions", f"unit_{name}") else name


def axis(text, quantity):
    """Return the label of an axis: name and unit."""
    return labelled(text, text.quantity(quantity), quantity.unit)


def labelled(text, name, of):
    """Return a name with its unit in parentheses, where it has one."""
    return f"{name} ({unit(text, of)})" if of else name


def measured(text, quantity, value, difference=False):
    """Return a value of a quantity with its unit."""
    of = quantity.difference_unit if difference else quantity.unit
    return f"{text.number(quantity, value)} {unit(text, of)}".strip()


def interval(low, high):
    """Return an interval in brackets: a semicolon stands between numbers that have a comma of their own."""
    return f"[{low}; {high}]" if "," in f"{low}{high}" else f"[{low}, {high}]"


def setting(text, name):
    """Return a setting's name in words."""
    return text.caption(f"setting_{name}") if text.has("captions", f"setting_{name}") else name.replace("_", " ")


def settings(text, tuning):
    """Return what a tuning chooses, in words."""
    names = [setting(text, name) for name in tuning.names]
    return names[0] if len(names) == 1 else text.caption("both", first=names[0], second=names[1])


def choice(text, tuning, value):
    """Return a value of a tuning's grid as text."""
    values = (value,) if isinstance(tuning.setting, str) else value
    return listed(text.numeral(v, "g") for v in values)


def metric(text, column):
    """Return a column of the history in words, its unit, and the factor to that unit."""
    name = text.row("quantities", column) if text.has("quantities", column) else text.caption(f"metric_{column}")
    return (name, "%", 100) if column.endswith("_error") else (name, "nats", 1)


def seeds(text, n):
    """Return how many seeds there are, in words."""
    return text.caption("one_seed") if n == "1" else text.caption("seeds", n=n)


def capital(words):
    """Return a text with a capital first."""
    return words[:1].upper() + words[1:]


def small(words):
    """Return a text with a small letter first, unless it begins with an abbreviation."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def described(text, head, parts=()):
    """Return a description of a picture, with as many of its parts as are short enough."""
    if len(head) + 1 > LONGEST:
        return head[: LONGEST - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"
    found = head
    for i, part in enumerate(parts):
        longer = f"{found}{' ' if i == 0 else '; '}{part}"
        last = i == len(parts) - 1
        if len(longer) + (1 if last else 3) > LONGEST:
            return f"{found}; …" if i else found
        found = longer
    return f"{found}." if parts else found
