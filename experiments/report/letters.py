"""Letters in LaTeX: how each is written, and how wide it is."""

import functools
import unicodedata

ESCAPES = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "|": r"\textbar{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "-": "-{}",  # two of them are no dash
    "'": "'{}",
    "±": r"$\pm$",
    "×": r"$\times$",
    "·": r"$\cdot$",
    "−": r"$-$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "≠": r"$\neq$",
    "≈": r"$\approx$",
    "→": r"$\rightarrow$",
    "∞": r"$\infty$",
    "√": r"$\surd$",
    "–": "--",
    "—": "---",
    "…": r"\ldots{}",
    "‘": "`",
    "’": "'{}",
    "“": "``",
    "”": "''",
    "\u00a0": "~",
    "ı": r"{\i}",
    "ß": r"{\ss}",
    "æ": r"{\ae}",
    "Æ": r"{\AE}",
    "œ": r"{\oe}",
    "Œ": r"{\OE}",
    "ø": r"{\o}",
    "Ø": r"{\O}",
    "ł": r"{\l}",
    "Ł": r"{\L}",
    "å": r"{\aa}",
    "Å": r"{\AA}",
    "ª": r"$^{a}$",
    "º": r"$^{o}$",
    "°": r"$^{\circ}$",
    "§": r"\S{}",
    "µ": r"$\mu$",
    **{"⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]: f"$^{digit}$" for digit in range(10)},
    "⁻": r"$^{-}$",
    "ϵ": r"$\epsilon$",
    **{character: f"\\{character}" for character in "&%$#_{}"},
}
ACCENTS = {
    "\u0300": r"\`",
    "\u0301": r"\'",
    "\u0302": r"\^",
    "\u0303": r"\~",
    "\u0304": r"\=",
    "\u0306": r"\u",
    "\u0307": r"\.",
    "\u0308": r"\"",
    "\u030b": r"\H",
    "\u030c": r"\v",
    "\u0327": r"\c",
}
GREEK = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau phi chi psi omega"
CAPITALS = "Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
for _name in (*GREEK.split(), *CAPITALS.split()):
    _case = "CAPITAL" if _name[0].isupper() else "SMALL"
    _spelt = "LAMDA" if _name.lower() == "lambda" else _name.upper()
    ESCAPES[unicodedata.lookup(f"GREEK {_case} LETTER {_spelt}")] = rf"$\{_name}$"

# Widths of the letters of Computer Modern, in thousandths of their size.
WIDTHS = {
    278: "il.,:;!'|[]`",
    306: "jf",
    335: " -\u00a0I",
    389: "t()rs{}",
    444: "cez",
    500: 'agoq0123456789/*$~^"_?',
    528: "kvxyJ",
    556: "bdhnpuS",
    650: "LFZ",
    722: "wBCTPE",
    833: "m%@#&",
    917: "M",
    1030: "W…—",
}
WIDTH = {letter: width / 1000 for width, letters in WIDTHS.items() for letter in letters}
OTHER = 0.785  # the widest of those that are left
TYPEWRITER = 0.531


def width_of(text, typewriter=False):
    """Return the width of a text, in sizes of its letters."""
    if typewriter:
        return len(text) * TYPEWRITER
    return sum(WIDTH.get(letter, OTHER) for letter in text)


@functools.cache
def escape(character):
    """Return a character as LaTeX; one that its fonts lack by its number."""
    if character in ESCAPES:
        return ESCAPES[character]
    if " " <= character <= "\x7e":
        return character
    base, *marks = unicodedata.normalize("NFD", character)
    if len(marks) == 1 and marks[0] in ACCENTS and base.isascii() and base.isalpha():
        dotless = {"i": r"\i", "j": r"\j"} if marks[0] != "\u0327" else {}
        return f"{{{ACCENTS[marks[0]]}{{{dotless.get(base, base)}}}}}"
    return rf"\texttt{{U+{ord(character):04X}}}"
