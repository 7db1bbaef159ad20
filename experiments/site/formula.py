"""Formulas as docstrings write them, `w <- w - eta g / (sqrt(n) + epsilon)`, as MathML.

A product is written by a space, a function by a name right before its parenthesis. What is not understood stays code.
"""

import html
import re

TOKEN = re.compile(r"\s+|\d+(?:\.\d+)?|[A-Za-z]+\d*'*|<-|<=|>=|!=|[-+/^_.,:=<>~()\[\]|]")
SYMBOLS = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ε",
    "eta": "η",
    "theta": "θ",
    "lambda": "λ",
    "mu": "μ",
    "pi": "π",
    "rho": "ρ",
    "sigma": "σ",
    "tau": "τ",
    "phi": "φ",
    "Phi": "Φ",
    "Sigma": "Σ",
    "grad": "∇",
    "inf": "∞",
}
RELATIONS = {"=": "=", "<-": "←", "<=": "≤", ">=": "≥", "!=": "≠", "<": "&lt;", ">": "&gt;", "~": "∼", ":": ":"}
WORDS = ("over", "of", "loss", "hinge")
BIG = ("sum", "max", "min")
# Words of Python; a text that has one is code.
PYTHON = ("True", "False", "None", "with", "lambda logs")
CLOSING = {"(": ")", "[": "]"}


class NotUnderstood(Exception):
    """The text is no formula of this kind."""


def mathml(text):
    """Return the MathML of a formula; `None` where something in it is not understood."""
    text = " ".join(text.split())
    if re.fullmatch(r"(?!max|min)[\w.]+(\([\w, ]*\))?", text) and text not in SYMBOLS:
        return None  # a name or a call
    if any(re.search(rf"\b{word}\b", text) for word in PYTHON):
        return None
    try:
        made = _Reader(text).all()
    except NotUnderstood:
        return None
    style = ' displaystyle="true"' if "=" in text or "<-" in text else ""
    return f'<math alttext="{html.escape(text)}"{style}><mrow>{made}</mrow></math>'


class _Reader:
    """Reads the tokens from left to right. Of each it knows whether a space stands before it."""

    def __init__(self, text):
        self.tokens, space, at = [], True, 0
        while at < len(text):
            found = TOKEN.match(text, at)
            if not found:
                raise NotUnderstood(text[at])
            if found[0].strip():
                self.tokens.append((found[0], space))
            space, at = not found[0].strip(), found.end()
        self.at, self.bars = 0, 0

    @property
    def token(self):
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    @property
    def spaced(self):
        return self.at >= len(self.tokens) or self.tokens[self.at][1]

    def take(self, *expected):
        token = self.token
        if not token or (expected and token not in expected):
            raise NotUnderstood(token)
        self.at += 1
        return token

    def all(self):
        made = self.list("")
        if self.token:
            raise NotUnderstood(self.token)
        return made

    def list(self, end):
        """Read sums, with relations and commas between them, up to a closing parenthesis, which stays."""
        parts = []
        while self.token and self.token != end:
            if self.token in RELATIONS or self.token == ",":
                parts.append(f"<mo>{RELATIONS.get(self.token, ',')}</mo>")
                self.take()
            elif self.token == "|" and not self.bars and parts and not parts[-1].startswith("<mo>"):  # "given"
                self.take()
                parts.append("<mo>|</mo>")
            else:
                parts.append(self.sum())
        return "".join(parts)

    def sum(self):
        parts = []
        if self.token in ("-", "+"):
            parts.append(f"<mo>{'−' if self.take() == '-' else '+'}</mo>")
        parts.append(self.product())
        while self.token in ("-", "+"):
            parts.append(f"<mo>{'−' if self.take() == '-' else '+'}</mo>")
            parts.append(self.product())
        return "".join(parts)

    def product(self):
        """Read factors; what stands before a slash is its numerator, as from left to right."""
        parts = [self.factor()]
        while True:
            if self.token == "/":
                self.take()
                above = _bare(parts[0]) if len(parts) == 1 else _joined(parts)
                parts = [f"<mfrac><mrow>{above}</mrow><mrow>{_bare(self.divisor())}</mrow></mfrac>"]
            elif self.token == "." and self.at + 1 < len(self.tokens):
                if len(self.tokens[self.at - 1][0]) > 3 and not self.spaced:
                    raise NotUnderstood(".")  # an attribute
                self.take()
                parts.append("<mo>·</mo>")
                parts.append(self.factor())
            elif self.starts():
                if not self.spaced and self.token not in "(|":
                    raise NotUnderstood(self.token)
                parts.append(self.factor())
            else:
                return _joined(parts)

    def divisor(self):
        """Read a divisor: one factor, or a sum sign with what it sums."""
        if re.match(r"sum\b", self.token):
            parts = [self.factor()]
            while self.starts():
                parts.append(self.factor())
            return _joined(parts)
        return self.factor()

    def starts(self):
        """Tell whether a factor begins here."""
        return bool(re.match(r"[A-Za-z0-9(\[]", self.token)) or (self.token == "|" and not self.bars and self.opens())

    def opens(self):
        """Tell whether a bar begins a modulus: another one follows before a parenthesis closes."""
        depth = 0
        for token, _ in self.tokens[self.at + 1 :]:
            depth += (token in CLOSING) - (token in CLOSING.values())
            if depth < 0:
                return False
            if token == "|" and depth == 0:
                return True
        return False

    def factor(self):
        base = self.atom()
        if self.token == "^":
            self.take()
            sign = "<mo>−</mo>" if self.token == "-" and self.take() else ""
            return f"<msup><mrow>{base}</mrow><mrow>{sign}{_bare(self.atom())}</mrow></msup>"
        return base

    def atom(self):
        token = self.take()
        if token == "|":
            self.bars += 1
            inner = self.list("|")
            self.take("|")
            self.bars -= 1
            return f"<mrow><mo>|</mo>{inner}<mo>|</mo></mrow>"
        if token in CLOSING:
            return self.group(token)
        if re.fullmatch(r"[\d.]+", token):
            return self.subscript(f"<mn>{token}</mn>", token)
        if not re.match("[A-Za-z]", token):
            raise NotUnderstood(token)
        if token == "sqrt" and self.token == "(":
            return f"<msqrt>{_bare(self.atom())}</msqrt>"
        name = self.subscript(_name(token), token)
        if self.token in CLOSING and not self.spaced:
            name += self.group(self.take())
        return name

    def group(self, opening):
        outer, self.bars = self.bars, 0
        inner = self.list(CLOSING[opening])
        self.take(CLOSING[opening])
        self.bars = outer
        return f"<mrow><mo>{opening}</mo>{inner}<mo>{CLOSING[opening]}</mo></mrow>"

    def subscript(self, made, token):
        if self.token != "_":
            return made
        if len(token.rstrip("'")) > 2 and token not in SYMBOLS and token not in BIG:
            raise NotUnderstood(token)  # an identifier
        self.take()
        if self.token == "hat":
            self.take()
            return f"<mover>{made}<mo>^</mo></mover>"
        below = self.take()
        inner = _bare(self.group(below)) if below in CLOSING else _name(below, 2)
        return f"<msub>{made}<mrow>{inner}</mrow></msub>"


def _name(token, letters=1):
    """Return a name: a symbol, a letter with its number, indices of one letter each, or a word."""
    bare = token.rstrip("'")
    primes = "<mo>′</mo>" * (len(token) - len(bare))
    if bare in SYMBOLS:
        made = f"<mi>{SYMBOLS[bare]}</mi>"
    elif bare == "sum":
        made = "<mo>∑</mo>"
    elif found := re.fullmatch(r"([A-Za-z])(\d+)", bare):
        made = f"<msub><mi>{found[1]}</mi><mn>{found[2]}</mn></msub>"
    elif bare in WORDS:
        made = f"<mtext>\N{NO-BREAK SPACE}{bare}\N{NO-BREAK SPACE}</mtext>"
    elif 1 < len(bare) <= letters:
        made = "".join(f"<mi>{letter}</mi>" for letter in bare)
    else:
        made = f"<mi>{bare}</mi>"
    return f"<msup>{made}<mrow>{primes}</mrow></msup>" if primes else made


def _bare(made):
    """Return what a pair of parentheses around the whole holds: a fraction and a root need none."""
    if not made.startswith("<mrow><mo>(</mo>"):
        return made
    depth = 0
    for found in re.finditer(r"<mrow>|</mrow>", made):
        depth += 1 if found[0] == "<mrow>" else -1
        if depth == 0:
            whole = found.end() == len(made)
            return made[len("<mrow><mo>(</mo>") : -len("<mo>)</mo></mrow>")] if whole else made
    return made


def _joined(parts):
    return '<mspace width="0.17em"></mspace>'.join(parts)
