"""A grid in LaTeX, made for the line of an A4 page of the class `article`.

It needs the packages of `PACKAGES`. Columns are as wide as what stands in them asks for, and add up to the line.
"""

import dataclasses
import pathlib
import re

from experiments.files import write_atomically
from experiments.report.blocks import Grid
from experiments.report.letters import escape, width_of

PACKAGES = ("array", "booktabs", "longtable")
DECIMALS = ("point", "comma")
LEFT_OUT = ("Reason", "Motivo")  # columns that are for a screen
LINE = 345.0  # points: the line of `article` on A4 at 10 points
# Size of the letters, how wide they are beside those of 10 points, and the space on each side of a column, in points.
SIZES = ((r"\small", 0.93, 4.0), (r"\footnotesize", 0.85, 3.0), (r"\scriptsize", 0.8, 2.0))
POWERS = (0.5, 0.7, 0.85, 1.0)  # of the widths that cells ask for, by which the line is shared
TALLEST = 40  # lines of a table that stays on one page; a longer one breaks over pages
SPARE = 1.04  # what a width is estimated too small by, at most
# In the document of all tables they stand in their order, with no text around them.
FLOATS = (
    r"\renewcommand{\topfraction}{0.95}",
    r"\renewcommand{\bottomfraction}{0.95}",
    r"\renewcommand{\textfraction}{0.01}",
    r"\renewcommand{\floatpagefraction}{0.5}",
    r"\setcounter{topnumber}{9}",
    r"\setcounter{bottomnumber}{9}",
    r"\setcounter{totalnumber}{9}",
)

BREAK = re.compile(r"\s+")
CODE = re.compile(r"(?<!\\)`([^`]*)`")
LINK = re.compile(r"\[([^\]]+)(?<!\\)\]\(([^)\s]+)\)")
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")  # in Markdown, a character that means nothing
# A number that may be written with a comma: no version, no part of a name, nothing that is referred to by number.
NUMBER = re.compile(
    r"(?P<name>\b(?:arxiv|book|chapters?|sections?|tables?|figures?|appendix|equations?|version|python|livro|cap[ií]tulos?"
    r"|se(?:ção|ções)|tabelas?|figuras?|apêndice|equaç(?:ão|ões)|versão)\s+\d[\d.]*(?:(?: and | e )\d[\d.]*)*)"
    r"|(?<![\w.,/:+-])(?P<sign>[-+]?)(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?P<part>(?:\.\d+)?)(?P<power>(?:e[-+]?\d+)?)"
    r"(?![\w/]|[.,]?\d|-\d)",
    re.I,
)
BETWEEN = re.compile(r"(?<=\d), (?=[-+−]?\d)")
JOINED = ((re.compile(r"(?<=\d) (?=%)"), "\u00a0"), (re.compile(r"(?<=\bn) = (?=\d)"), "\u00a0=\u00a0"))
MINUS = re.compile(r"(?<![\w)\]-])-(?=\d)|(?<=\de)-(?=\d)")


@dataclasses.dataclass(frozen=True)
class _Piece:
    """A word, or a part of one, with no place in it where a line may end."""

    text: str
    typewriter: bool = False
    glued: bool = False  # to the piece before it, without a space

    @property
    def width(self):
        """Width in sizes of the letters."""
        return width_of(self.text, self.typewriter)


def latex(grid: Grid, key="", decimal="point", line=LINE):
    """Return a grid as a table that is as wide as the line; a long one breaks over pages.

    Args:
        grid: the `Grid`, its numbers written in English.
        key: of the paper whose table it is, for the label, `tab:<key>:<name>`.
        decimal: one of `DECIMALS`.
        line: width of the line in points, by which the size of the letters is chosen.
    """
    kept = [i for i, name in enumerate(grid.header) if name not in LEFT_OUT]
    numeric = {kept.index(i) for i in grid.numeric if i in kept}
    cells = [[_pieces(row[i], decimal) for i in kept] for row in (grid.header, *grid.rows)]
    size, widths = _columns(cells, line)
    unit = _unit(size)
    header, *rows = [
        " & ".join(_set(pieces, width / unit) for pieces, width in zip(row, widths, strict=True)) for row in cells
    ]
    counts = _heights(cells, widths, unit)
    apart = r" \\\addlinespace[2pt]" if max(counts) > 1 else r" \\"  # where cells have several lines
    columns = "".join(_column(width, widths, i in numeric) for i, width in enumerate(widths))
    label = ":".join(part for part in ("tab", key, grid.name) if part)
    caption = rf"\caption{{{_set(_pieces(grid.caption, decimal))}}}"
    body = [*(row + apart for row in rows[:-1]), *(row + r" \\" for row in rows[-1:])]
    head = [r"\toprule", rf"{header} \\", r"\midrule"]
    setting = [size[0], rf"\setlength{{\tabcolsep}}{{{size[2]:g}pt}}"]
    if sum(counts) <= TALLEST:
        parts = [
            r"\begin{table}[htbp]",
            r"\centering",
            *setting,
            r"\setlength{\belowcaptionskip}{6pt}",
            rf"{caption}\label{{{label}}}",
            rf"\begin{{tabular}}{{@{{}}{columns}@{{}}}}",
            *head,
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
        ]
    else:
        parts = [
            r"\begingroup",
            *setting,
            r"\setlength{\LTcapwidth}{\linewidth}",
            rf"\begin{{longtable}}{{@{{}}{columns}@{{}}}}",
            rf"{caption}\label{{{label}}}\\",
            *head,
            r"\endfirsthead",
            *head,
            r"\endhead",
            r"\bottomrule",
            r"\endfoot",
            *body,
            r"\end{longtable}",
            r"\endgroup",
        ]
    return "\n".join(parts) + "\n"


def write(tables, folder, decimal="point"):
    """Write grids as LaTeX, one file each, and `all.tex`, a document of all of them.

    Args:
        tables: `(key, title, grids)` of each page.
        folder: where to.
        decimal: one of `DECIMALS`.

    Returns:
        How many tables there are.
    """
    folder, count = pathlib.Path(folder), 0
    lines = [r"\documentclass[a4paper]{article}", *(rf"\usepackage{{{name}}}" for name in PACKAGES)]
    lines += [*FLOATS, r"\begin{document}"]
    for key, title, grids in tables:
        lines.append(rf"\section{{\raggedright {_set(_pieces(title, decimal))}}}")
        for grid in grids:
            write_atomically(folder / key / f"{grid.name}.tex", latex(grid, key, decimal))
            lines.append(rf"\input{{{key}/{grid.name}}}")
            count += 1
        lines.append(r"\clearpage")
    write_atomically(folder / "all.tex", "\n".join([*lines, r"\end{document}"]) + "\n")
    return count


def _pieces(text, decimal="point"):
    """Return a text with `code` and links as pieces; spaces, and places within long names, stand between them."""
    found = []
    for i, part in enumerate(CODE.split(BREAK.sub(" ", str(text)).strip())):
        if i % 2:
            found += _code(part)
        else:
            before = 0
            for link in LINK.finditer(part):
                found += _words(_bare(part[before : link.start()]), decimal) + _words(_bare(link[1]), decimal)
                if link[2] != link[1] and re.match(r"https?://", link[2], re.I):
                    found += [_Piece(" "), _Piece("("), *_glued(_code(link[2])), _Piece(")", glued=True)]
                before = link.end()
            found += _words(_bare(part[before:]), decimal)
    return _spaced(found)


def _bare(text):
    return ESCAPED.sub(r"\1", text)


def _spaced(found):
    """Return pieces without those that are a space, each glued to the one before it where no space was."""
    pieces, space = [], True
    for piece in found:
        if piece.text == " ":
            space = True
        else:
            pieces.append(dataclasses.replace(piece, glued=piece.glued or not space))
            space = False
    return pieces


def _glued(pieces):
    return [dataclasses.replace(piece, glued=True) for piece in pieces]


def _words(text, decimal):
    for pattern, joined in JOINED:
        text = pattern.sub(joined, text)
    if decimal == "comma":
        text = BETWEEN.sub("; ", NUMBER.sub(_comma, text))
    text = MINUS.sub("−", text)
    return [_Piece(part) for part in re.findall(r" |[^ /_-]+[/_-]*|[/_-]+", text)]


def _comma(number):
    if number["name"]:
        return number[0]
    whole, part = number["whole"].replace(",", "."), number["part"].replace(".", ",")
    return f"{number['sign']}{whole}{part}{number['power']}"


def _code(text):
    return [_Piece(part, typewriter=True) for part in re.findall(r" |[^ /_=.,:-]+[/_=.,:-]*|[/_=.,:-]+", text)]


def _natural(pieces):
    """Return the width of pieces on one line, in sizes of the letters."""
    return sum(piece.width + (0 if piece.glued else width_of(" ")) for piece in pieces)


def _columns(cells, line):
    """Return one of `SIZES` and the widths in points: no cell folded if that may be, else as few lines as may be."""
    columns = list(zip(*cells, strict=True))
    widest = [max((piece.width for cell in column for piece in cell), default=0.5) for column in columns]

    def room(size):
        return line - 2 * size[2] * (len(columns) - 1)

    natural = [max(map(_natural, column)) for column in columns]
    whole = [size for size in SIZES if _unit(size) * sum(natural) <= room(size)]
    folded = [size for size in SIZES[1:] if _unit(size) * sum(widest) <= room(size)]
    size = (whole or folded or SIZES[-1:])[0]
    unit, total = _unit(size), room(size)
    least = _lowered([unit * width for width in widest], total)
    most = [max(low, unit * width) for low, width in zip(least, natural, strict=True)]
    if sum(most) <= total:
        return size, [width * total / sum(most) for width in most]
    shared = [_shared(least, most, [width**power for width in most], total) for power in POWERS]
    return size, min(shared, key=lambda widths: sum(_heights(cells, widths, unit)))


def _unit(size):
    """Return what a width of 1 is at a size of the letters, in points."""
    return 10 * size[1] * SPARE


def _shared(least, most, weights, total):
    """Return widths between `least` and `most` that grow with the weights, and add up."""
    low, high = 0.0, total / min(weights)
    for _ in range(60):
        scale = (low + high) / 2
        widths = [min(max(a, scale * weight), b) for a, weight, b in zip(least, weights, most, strict=True)]
        low, high = (scale, high) if sum(widths) < total else (low, scale)
    return widths


def _lowered(least, room):
    """Return the least widths; where they do not fit, all above some width are lowered to it, and words broken."""
    if sum(least) <= room:
        return least
    low, high = 0.0, max(least)
    for _ in range(60):
        cap = (low + high) / 2
        low, high = (cap, high) if sum(min(width, cap) for width in least) <= room else (low, cap)
    return [min(width, low) for width in least]


def _column(width, widths, right=False):
    """Return a column of the table: a share of the line that the spaces between columns leave, set flush."""
    share = int(1e5 * width / sum(widths)) / 1e5  # rounded down: the sum is at most the line
    spaces = 2 * share * (len(widths) - 1)
    flush = r"\raggedleft" if right else r"\raggedright"
    return (
        rf">{{{flush}\arraybackslash\hspace{{0pt}}}}"
        rf"p{{\dimexpr {share:.5f}\linewidth-{spaces:.5f}\tabcolsep\relax}}"
    )


def _heights(cells, widths, unit):
    """Return how many lines each row has, about."""
    return [max(max(1, -(-_natural(c) * unit // width)) for c, width in zip(row, widths, strict=True)) for row in cells]


def _set(pieces, width=None):
    """Return pieces as LaTeX; words that are wider than the column may be broken anywhere."""
    out = []
    for piece in pieces:
        narrow = width is not None and piece.width > width
        text = (r"\allowbreak{}" if narrow else "").join(map(escape, piece.text))
        if piece.typewriter:
            text = rf"\texttt{{{text}}}"
        out.append((r"\allowbreak{}" if piece.glued else " ") + text)
    text = "".join(out).strip()
    return f"{{}}{text}" if text[:1] in ("[", "*") else text  # after a line's end they would be an option
