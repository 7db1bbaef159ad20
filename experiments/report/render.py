"""A page in Markdown; a grid in CSV."""

import html
import re

from experiments.files import as_csv
from experiments.report import blocks as b

LINK = re.compile(r"(\\*)\[([^\]]+)\]\(([^)\s]+)\)")  # with the backslashes before it
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
                fence = _fence(text, 3)
                parts.append(f"{fence}{name}\n{text}\n{fence}")
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
    return _disarmed(BREAK.sub(" ", str(text)))


LINES = re.compile(r"[\n\r]")
TICKS = re.compile(r"`+")
TICK = re.compile(r"\\[^\n]|`+")  # what a backslash takes its meaning from, or a run of them
ENTITY = re.compile(r"&(?=#?\w+;)")


def _disarmed(text):
    """Return Markdown in which no link leads to a script, and no text is taken for a tag."""
    harmless = LINK.sub(_harmless, str(text))
    return "".join(part if code else _untagged(part) for code, part in _spans(harmless))


def _harmless(link):
    escaped = len(link[1]) % 2
    return link[0] if escaped or WEB.fullmatch(link[3]) else f"{link[1]}\\{link[0][len(link[1]) :]}"


def _untagged(text):
    return ENTITY.sub("&amp;", text).replace("<", "&lt;")


def _spans(text):
    """Yield `(whether it is code, part)` of Markdown: code ends with as many backticks as it begins with.

    A text of several lines may be several blocks, of which each has its own spans: there, no code is taken for granted.
    """
    before = place = 0
    while (found := TICK.search(text, place)) and not LINES.search(text):
        place, run = found.end(), found[0]
        end = next((m.end() for m in TICKS.finditer(text, place) if m[0] == run), None)
        if end:  # a run without its like is text
            yield False, text[before : found.start()]
            yield True, text[found.start() : end]
            before = place = end
    yield False, text[before:]


def _fence(text, least):
    """Return more backticks than stand together in a text, at least so many."""
    return "`" * max(least, 1 + max(map(len, TICKS.findall(text)), default=0))


def code(text):
    """Return a text as a span of code, whatever is in it."""
    fence = _fence(text := BREAK.sub(" ", str(text)), 1)
    space = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{fence}{space}{text}{space}{fence}"


# What in a text means something to Markdown. Backslashes before a bar are those of `PIPE`, tags those of `_untagged`.
MEANING = re.compile(r"\\(?!\\*\|)(?=[!-/:-@\[-`{-~])|[`*~$]|(?<!\w)_|_(?!\w)|\](?=[(\[{])")


def plain(text):
    """Return a text that comes from elsewhere as Markdown that shows it as it is."""
    return MEANING.sub(r"\\\g<0>", str(text))


def csv_text(grid):
    """Return a grid's numbers as comma-separated values, of which a spreadsheet takes none for a formula."""
    header, rows = grid.data
    return as_csv([_value(cell) for cell in cells] for cells in (header, *rows))


def _value(cell):
    if cell is None:
        return ""
    text = f"{cell:.6g}" if isinstance(cell, float) else str(cell)
    return f"'{text}" if text.lstrip()[:1] in tuple("=+-@") and not NUMBER.fullmatch(text) else text
