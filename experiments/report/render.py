"""A page in Markdown and HTML; a grid in CSV."""

import csv
import io
import re

import jinja2

from experiments.report import blocks as b

LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
WEB = re.compile(r"https?://[\x21-\x7e]+|[^\x00-\x20:]+", re.I)  # of the web, or without a scheme: a page beside
BREAK = re.compile(r"\s*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*")
# A number, with what a page puts after it: a unit, an interval, words; what can do harm calls something.
NUMBER = re.compile(r"[-+]?\d[\d.,]*(e[-+]?\d+)?( [^@|!(]*)?", re.I)


def markdown(page):
    """Return the page as GitHub Markdown."""
    parts = [f"# {page.title}"]
    for block in page.blocks:
        match block:
            case b.Heading(text, level):
                parts.append(f"{'#' * level} {text}")
            case b.Paragraph(text):
                parts.append(_disarmed(text))
            case b.Bullets(items):
                parts.append("\n".join(f"- {_flat(item)}" for item in items))
            case b.Code(text):
                parts.append(f"```\n{text}\n```")
            case b.Grid():
                parts.append(_markdown_grid(block))
            case b.Picture(name, alt, caption):
                parts.append(f"![{alt}](figures/{name}.svg)\n\n*{caption}* ([PNG](figures/{name}.png))")
    return "\n\n".join(parts).replace("{page}", "md") + "\n"


def _markdown_grid(grid):
    def row(cells):
        return "| " + " | ".join(PIPE.sub(r"\1\1\\|", _flat(cell)) for cell in cells) + " |"

    rule = ["---:" if i in grid.numeric else "---" for i in range(len(grid.header))]
    lines = [row(grid.header), row(rule), *(row(cells) for cells in grid.rows)]
    files = f" ([CSV](tables/{grid.name}.csv))" if grid.name else ""
    return "\n".join(lines) + f"\n\n*{grid.caption}*{files}"


PIPE = re.compile(r"(\\*)\|")  # with the backslashes before it, which would otherwise take away its own


def _flat(text):
    """Return a text for one line of Markdown."""
    return BREAK.sub(" ", _disarmed(text))


def _disarmed(text):
    """Return Markdown in which no link leads to a script."""
    return LINK.sub(lambda link: link[0] if WEB.fullmatch(link[2]) else f"\\{link[0]}", str(text))


def _linked(link):
    return f'<a href="{link[2]}">{link[1]}</a>' if WEB.fullmatch(link[2]) else link[0]


def _inline(text):
    """Return the HTML of a text with `code` and [links](address)."""
    out = []
    for i, part in enumerate(re.split(r"`([^`]*)`", str(text))):
        if i % 2:
            out.append(f"<code>{jinja2.utils.markupsafe.escape(part)}</code>")
        else:
            out.append(LINK.sub(_linked, str(jinja2.utils.markupsafe.escape(part))))
    return jinja2.utils.markupsafe.Markup("".join(out))


def _environment():
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("experiments.report", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["inline"] = _inline
    environment.filters["kind"] = lambda block: type(block).__name__
    return environment


def html(page):
    """Return the page as HTML that reads well on a screen and on paper."""
    return _environment().get_template("page.html").render(page=page).replace("{page}", "html")


def csv_text(grid):
    """Return a grid as comma-separated values, of which a spreadsheet takes none for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([_value(cell) for cell in cells] for cells in (grid.header, *grid.rows))
    return out.getvalue()


def _value(cell):
    text = str(cell)
    return f"'{text}" if text.lstrip()[:1] in tuple("=+-@") and not NUMBER.fullmatch(text) else text
