"""A page in Markdown; a grid in CSV."""

import html
import re

from experiments.files import as_csv
from experiments.report import blocks as b

LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
WEB = re.compile(r"https?://[\x21-\x7e]+|[^\x00-\x20:]+", re.I)  # of the web, or without a scheme: a page beside
BREAK = re.compile(r"\s*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*")
# A number, with what a page puts after it: a unit, an interval, words; what can do harm calls something.
NUMBER = re.compile(r"[-+]?\d[\d.,]*(e[-+]?\d+)?( [^@|!(]*)?", re.I)


def markdown(page):
    """Return the page as GitHub Markdown."""
    return "\n\n".join([f"# {_flat(page.title)}", *_parts(page.blocks, page.language)]) + "\n"


def _parts(blocks, language):
    """Return the Markdown of blocks, a part each."""
    parts = []
    for block in blocks:
        match block:
            case b.Heading(text, level, anchor):
                parts.append(f"{_anchor(anchor)}{'#' * level} {_flat(text)}")
            case b.Paragraph(text, anchor):
                parts.append(f"{_anchor(anchor)}{_disarmed(text)}")
            case b.Bullets(items):
                parts.append("\n".join(f"- {_flat(item)}" for item in items))
            case b.Code(text, name):
                parts.append(f"```{name}\n{text}\n```")
            case b.Grid():
                parts.append(_grid(block))
            case b.Picture(name, alt, caption):
                image = f"![{_flat(alt)}]({source(name, language)})"
                parts.append(
                    f"{_anchor(block.anchor if caption else '')}{image}"
                    + (f"\n\n*{_flat(caption)}*" if caption else "")
                )
            case b.Motion(name, text):
                parts.append(f"[{_flat(text)}]({source(name, language)})")
            case b.Folded(summary, inner):
                told = f"<details>\n<summary>{html.escape(summary)}</summary>"
                parts.append("\n\n".join([told, *_parts(inner, language), "</details>"]))
    return parts


def source(name, language):
    """Return where a page finds a figure: in `figures` beside it, unless its name says where."""
    path = f"{stem(name, language)}.svg"
    return path if "/" in name else f"figures/{path}"


def stem(name, language):
    """Return the name of a figure's file in a language, without its ending."""
    return name if language == "en" else f"{name}.{language}"


def _anchor(name):
    return f'<a id="{html.escape(name)}"></a>\n\n' if name else ""


def _grid(grid):
    def row(cells):
        return "| " + " | ".join(PIPE.sub(r"\1\1\\|", _flat(cell)) for cell in cells) + " |"

    rule = ["---:" if i in grid.numeric else "---" for i in range(len(grid.header))]
    lines = [row(grid.header), row(rule), *(row(cells) for cells in grid.rows)]
    files = f" ([CSV](tables/{grid.name}.csv))" if grid.data else ""
    return "\n".join(lines) + f"\n\n*{_flat(grid.caption)}*{files}"


PIPE = re.compile(r"(\\*)\|")  # with the backslashes before it, which would otherwise take away its own


def _flat(text):
    """Return a text for one line of Markdown."""
    return BREAK.sub(" ", _disarmed(text))


def _disarmed(text):
    """Return Markdown in which no link leads to a script, and no text is taken for a tag."""
    harmless = LINK.sub(lambda link: link[0] if WEB.fullmatch(link[2]) else f"\\{link[0]}", str(text))
    parts = re.split(r"(`[^`]*`)", harmless)
    return "".join(part if i % 2 else part.replace("<", "&lt;") for i, part in enumerate(parts))


def csv_text(grid):
    """Return a grid's numbers as comma-separated values, of which a spreadsheet takes none for a formula."""
    header, rows = grid.data
    return as_csv([_value(cell) for cell in cells] for cells in (header, *rows))


def _value(cell):
    if cell is None:
        return ""
    text = f"{cell:.6g}" if isinstance(cell, float) else str(cell)
    return f"'{text}" if text.lstrip()[:1] in tuple("=+-@") and not NUMBER.fullmatch(text) else text
