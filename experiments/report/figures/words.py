"""What figures say, in the language of a paper's text: axes, numbers with their units, short descriptions."""

from experiments.spec.text import Amount

LONGEST = 199  # characters of a description that screen readers take in one breath


def axis(text, quantity):
    """Return the label of an axis: name and unit."""
    return labelled(text, text.quantity(quantity), quantity.unit)


def labelled(text, name, of):
    """Return a name with its unit in parentheses, where it has one."""
    return f"{name} ({text.row('units', of)})" if of else name


def measured(text, quantity, value, difference=False):
    """Return a value of a quantity with its unit."""
    return text.amount(Amount(quantity, value, difference))


LOSSES = ("objective", *(f"{part}_loss" for part in ("train", "validation", "test")))  # mean cross-entropies


def metric(text, column):
    """Return a column of the history in words, its unit, and the factor to that unit."""
    name = text.row("quantities", column)
    if column.endswith("_error"):
        return name, "%", 100
    return name, "nats" if column in LOSSES else "", 1


def seeds(text, n):
    """Return how many seeds there are, in words."""
    return text.caption("one_seed") if n == "1" else text.caption("seeds", n=n)


def capital(words):
    """Return a text with a capital first."""
    return words[:1].upper() + words[1:]


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
