"""The parts of a page, apart from any output format. Text may hold `code` and [links](address)."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Heading:
    text: str
    level: int = 2


@dataclasses.dataclass(frozen=True)
class Paragraph:
    text: str


@dataclasses.dataclass(frozen=True)
class Bullets:
    items: tuple


@dataclasses.dataclass(frozen=True)
class Code:
    text: str


@dataclasses.dataclass(frozen=True)
class Grid:
    """A table. `name`, where given, is the file, without ending, that it is written to."""

    header: tuple
    rows: tuple
    caption: str
    name: str = ""
    numeric: tuple = ()  # indices of the columns that are set flush right


@dataclasses.dataclass(frozen=True)
class Picture:
    """A figure: `name` is its file without ending, `draw` writes it."""

    name: str
    alt: str
    caption: str
    draw: object = dataclasses.field(default=None, compare=False)


@dataclasses.dataclass(frozen=True)
class Page:
    title: str
    blocks: tuple
