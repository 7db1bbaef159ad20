"""From a docstring of `custom` to what Napoleon reads: headings for the house's sections, formulas, links."""

import re

from experiments.site.sources import words

# The first word of a header may go on after a comma: "Formula, at step t: ...". Napoleon knows the others.
HEADER = re.compile(r"(Formula|Shapes|Differences from ([A-Z]\w+(?: Addons)?)|Example|Reference)s?(?::|,(?= )|$) *(.*)")
OTHER = re.compile(r"(Args|Returns|Raises):\s*$")
SOURCES = (
    (re.compile(r"arXiv:(\d{4}\.\d{4,5})"), r"`arXiv:\1 <https://arxiv.org/abs/\1>`__"),
    (re.compile(r"doi:(10\.\S+?)(?=[.,;)]*(?:\s|$))"), r"`doi:\1 <https://doi.org/\1>`__"),
)
ARGUMENT = re.compile(r"^( *)(\*{0,2}\w+(?:, \*{0,2}\w+)*):", re.M)
DOCUMENTED = re.compile(r":param ((?:\\?\*)*\w+(?:, (?:\\?\*)*\w+)*):")


def prepared(lines, language):
    """Return the lines of a docstring, the house's sections as rubrics, with links and formulas marked as such."""
    out, section = [], ""
    for paragraph in re.split(r"\n[ ]*\n", "\n".join(lines)):
        if paragraph.lstrip().startswith(">>>"):
            out += ["", *paragraph.splitlines()]
            continue
        first, _, rest = paragraph.partition("\n")
        header = HEADER.fullmatch(first)
        if header:
            section = header[1]
            out += ["", f".. rubric:: {_title(header, language)}"]
            text = header[3][:1].upper() + header[3][1:] if header[3][:1] != "`" else header[3]
            paragraph = f"{text}\n{rest}" if text and rest else text or rest
        elif other := OTHER.match(first):
            section = other[1]
        out += ["", *_marked(paragraph, section).splitlines()]
    lines[:] = [*out, ""]


def undocumented(lines, known):
    """Return those of the parameters that lines of Napoleon do not describe. `name` and `**kwargs` are Keras's."""
    said = {n.strip("\\* ") for match in DOCUMENTED.finditer("\n".join(lines)) for n in match[1].split(",")}
    return [
        name
        for name, p in known.items()
        if name not in said | {"name"} and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    ]


def inline(text):
    """Return a text with `code` as reStructuredText, its links marked."""
    return _marked(text, "")


def _title(header, language):
    said = words(language)
    if header[2]:
        return said["differences"].format(library=header[2])
    return said[{"Formula": "formula", "Shapes": "shapes", "Example": "example", "Reference": "source"}[header[1]]]


def _marked(text, section):
    parts = re.split(r"(`[^`]*`)", text)
    for i, part in enumerate(parts):
        if i % 2:
            parts[i] = f":formula:{part}" if section == "Formula" else f"``{part[1:-1]}``"
            continue
        parts[i] = _escaped(part, section == "Args")
    return "".join(parts)


def _escaped(text, arguments):
    """Return plain text in which nothing but links is markup; names of arguments stay as they are."""
    if arguments:
        pieces = ARGUMENT.split(text)
        for i in range(0, len(pieces), 3):
            pieces[i] = _escaped(pieces[i], False)
        return "".join(p if i % 3 != 2 else f"{p}:" for i, p in enumerate(pieces))
    text = re.sub(r"(?<=\w)_(?!\w)", r"\\_", re.sub(r"([*|])", r"\\\1", text))
    for pattern, link in SOURCES:
        text = pattern.sub(link, text)
    return text
