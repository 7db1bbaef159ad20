"""A docstring of `custom` taken apart into the sections that every component has."""

import dataclasses
import inspect
import re

from experiments.report.blocks import Bullets, Code, Paragraph

# In the order of a page. The first word of a header may go on after a comma: "Formula, at step t: ...".
SECTIONS = (
    "Formula",
    "Shapes",
    "Args",
    "Returns",
    "Raises",
    "Differences from Keras",
    "Differences from PyTorch",
    "Differences from TensorFlow Addons",
    "Example",
    "Reference",
)
HEADER = re.compile(rf"({'|'.join(SECTIONS)})s?(?::|,(?= )|$)[ ]*(.*)")
ENTRY = re.compile(r"(\*{0,2}\w+(?:, \*{0,2}\w+)*): ?(.*)")
SOURCES = (
    (re.compile(r"arXiv:(\d{4}\.\d{4,5})"), r"[arXiv:\1](https://arxiv.org/abs/\1)"),
    (re.compile(r"doi:(10\.\S+?)(?=[.,;)]*(?:\s|$))"), r"[doi:\1](https://doi.org/\1)"),
)


@dataclasses.dataclass(frozen=True)
class Docstring:
    """`summary`: the first line; `text`: what stands before the first section; `sections`: text by header."""

    summary: str
    text: str
    sections: dict

    def blocks(self, section):
        """Return a section as paragraphs, lists and code."""
        return prose(self.sections.get(section, ""))

    def entries(self, section):
        """Return the (name, text) pairs of a section such as Args."""
        return entries(self.sections.get(section, ""))


def parse(text):
    """Return the `Docstring` of a docstring's text, which may be None."""
    lines = inspect.cleandoc(text or "").splitlines()
    sections, current = {}, ""
    collected = {"": []}
    for i, line in enumerate(lines):
        header = HEADER.fullmatch(line) if i and not lines[i - 1] else None
        if header:
            current, rest = header.groups()
            collected[current] = [_capital(rest)] if rest else []
        else:
            collected[current].append(line)
    head = "\n".join(collected.pop("")).strip()
    summary, _, text = head.partition("\n\n")
    sections = {name: inspect.cleandoc("\n" + "\n".join(body)) for name, body in collected.items()}
    return Docstring(_joined(summary), text.strip(), {name: body for name, body in sections.items() if body})


def prose(text):
    """Return the blocks of a text: from `>>>` on code, from `- ` on a list, the rest paragraphs."""
    blocks = []
    for part in re.split(r"\n\s*\n", text) if text else []:
        part = inspect.cleandoc("\n" + part)
        if part.startswith(">>>"):
            if blocks and isinstance(blocks[-1], Code):
                part = f"{blocks.pop().text}\n\n{part}"
            blocks.append(Code(part))
            continue
        before, *items = re.split(r"^- ", part, flags=re.M)
        if before.strip():
            blocks.append(Paragraph(linked(_joined(before))))
        if items:
            blocks.append(Bullets(tuple(linked(_joined(item)) for item in items)))
    return blocks


def entries(text):
    """Return the (name, text) pairs of a list of arguments or of errors."""
    found = []
    for line in text.splitlines():
        start = ENTRY.fullmatch(line)
        if start:
            found.append((start[1], [start[2]]))
        elif found:
            found[-1][1].append(line.strip())
        else:
            found.append(("", [line]))
    return [(name, linked(_joined("\n".join(lines)))) for name, lines in found]


def linked(text):
    """Return the text with its arXiv numbers and DOIs as links."""
    for pattern, link in SOURCES:
        text = pattern.sub(link, text)
    return text


def _joined(text):
    return " ".join(text.split())


def _capital(text):
    return text[:1].upper() + text[1:]
