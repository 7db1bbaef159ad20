"""The parts of a page, apart from any output format. Text may hold `code`, *emphasis* and [links](address)."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Heading:
    """A heading. `anchor` is a name that it keeps when its words change."""

    text: str
    level: int = 2
    anchor: str = ""


@dataclasses.dataclass(frozen=True)
class Paragraph:
    text: str
    anchor: str = ""


@dataclasses.dataclass(frozen=True)
class Bullets:
    items: tuple


@dataclasses.dataclass(frozen=True)
class Code:
    text: str
    language: str = ""


@dataclasses.dataclass(frozen=True)
class Grid:
    """A table.

    Attributes:
        header, rows: what the page shows.
        caption: below it.
        name: of the files of its numbers and of its form for print; "": it has none.
        numeric: indices of the columns that are set flush right.
        data: header and rows of the file of its numbers, the same in every language; `None`: there is no such file.
    """

    header: tuple
    rows: tuple
    caption: str
    name: str = ""
    numeric: tuple = ()
    data: tuple | None = None


@dataclasses.dataclass(frozen=True)
class Picture:
    """A figure: `name` is its file without ending, `draw` draws it. `anchor`: see `Heading`."""

    name: str
    alt: str
    caption: str
    draw: object = dataclasses.field(default=None, compare=False)

    @property
    def anchor(self):
        """The name by which it is linked."""
        return f"figure-{self.name}"


@dataclasses.dataclass(frozen=True)
class Motion:
    """A figure that moves: a file of its own, which the page links and does not show.

    Attributes:
        name: of the file, without its ending.
        text: the words of the link.
        draw: draws what stands still in it.
        over: from the figure, drawn and laid out, to the part of an SVG that moves over it.
    """

    name: str
    text: str
    draw: object = dataclasses.field(default=None, compare=False)
    over: object = dataclasses.field(default=None, compare=False)


@dataclasses.dataclass(frozen=True)
class Folded:
    """Blocks that are shown when the reader asks for them."""

    summary: str
    blocks: tuple


@dataclasses.dataclass(frozen=True)
class Page:
    """A page in one language."""

    title: str
    blocks: tuple
    language: str = "en"

    def every(self, kind):
        """Return its blocks of a kind, folded ones too, in order."""
        return list(_every(self.blocks, kind))


def _every(blocks, kind):
    for block in blocks:
        if isinstance(block, kind):
            yield block
        if isinstance(block, Folded):
            yield from _every(block.blocks, kind)
