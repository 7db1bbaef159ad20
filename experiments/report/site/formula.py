"""Formulas as docstrings write them, `w <- w - eta g / (sqrt(n) + epsilon)`, as MathML."""


def mathml(text):
    """Return the MathML of a formula; `None` where something in it is not understood."""
    return None
