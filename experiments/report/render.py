"""A page in Markdown and HTML; a grid in CSV and LaTeX."""

import csv
import io
import re

import jinja2

from experiments.report import blocks as b

LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


def markdown(page):
    """Return the page as GitHub Markdown."""
    parts = [f"# {page.title}"]
    for block in page.blocks:
        match block:
            case b.Heading(text, level):
                parts.append(f"{'#' * level} {text}")
            case b.Paragraph(text):
                parts.append(text)
            case b.Bullets(items):
                parts.append("\n".join(f"- {item}" for item in items))
            case b.Code(text):
                parts.append(f"```\n{text}\n```")
            case b.Grid():
                parts.append(_markdown_grid(block))
            case b.Picture(name, alt, caption):
                parts.append(f"![{alt}](figures/{name}.svg)\n\n*{caption}* ([PNG](figures/{name}.png))")
    return "\n\n".join(parts).replace("{page}", "md") + "\n"


def _markdown_grid(grid):
    def row(cells):
        return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"

    rule = ["---:" if i in grid.numeric else "---" for i in range(len(grid.header))]
    lines = [row(grid.header), row(rule), *(row(cells) for cells in grid.rows)]
    files = f" ([CSV](tables/{grid.name}.csv), [LaTeX](tables/{grid.name}.tex))" if grid.name else ""
    return "\n".join(lines) + f"\n\n*{grid.caption}*{files}"


def _inline(text):
    """Return the HTML of a text with `code` and [links](address)."""
    out = []
    for i, part in enumerate(re.split(r"`([^`]*)`", str(text))):
        if i % 2:
            out.append(f"<code>{jinja2.utils.markupsafe.escape(part)}</code>")
        else:
            out.append(LINK.sub(r'<a href="\2">\1</a>', str(jinja2.utils.markupsafe.escape(part))))
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
    """Return a grid as comma-separated values."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(grid.header)
    writer.writerows(grid.rows)
    return out.getvalue()


LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "±": r"$\pm$",
    "–": "--",
    "<": "$<$",
    ">": "$>$",
    **{character: f"\\{character}" for character in "&%$#_{}"},
}


def latex(grid):
    """Return a `table` environment with booktabs rules."""

    def escape(text):
        return "".join(LATEX.get(character, character) for character in str(text).replace("`", ""))

    columns = "".join("r" if i in grid.numeric else "l" for i in range(len(grid.header)))
    rows = [" & ".join(map(escape, cells)) + r" \\" for cells in grid.rows]
    header = " & ".join(map(escape, grid.header)) + r" \\"
    body = [
        r"\begin{table}",
        r"\centering",
        rf"\caption{{{escape(grid.caption)}}}",
        rf"\label{{tab:{grid.name}}}",
        rf"\begin{{tabular}}{{{columns}}}",
        r"\toprule",
        header,
        r"\midrule",
        *rows,
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(body) + "\n"
