"""Writing the reference pages, and checking the committed ones against the docstrings."""

import pathlib
import shutil

from experiments.files import write_atomically
from experiments.report import figures, render
from experiments.report.blocks import Picture
from experiments.report.reference import addons_page, pages, public

FOLDER = pathlib.Path("reports") / "reference"


def contents(root="custom"):
    """Return everything that belongs into the folder: texts by path, and pictures by path without ending."""
    groups = public.groups(root)
    made = {("", "index"): pages.index_page(groups)}
    addresses = {}
    for group in groups:
        folder = group.name.replace(".", "/")
        made[folder, "index"] = pages.group_page(group)
        for component in group.components:
            made[folder, component.name] = pages.component_page(group, component)
            addresses[f"{group.path}.{component.name}"] = f"{folder}/{component.name}"
    made["", "from_tensorflow_addons"] = addons_page.page(addresses)
    texts, pictures = {}, {}
    for (folder, name), page in made.items():
        place = pathlib.PurePosixPath(folder)
        for ending, text, index in (
            ("md", render.markdown(page), "README.md"),
            ("html", render.html(page), "index.html"),
        ):
            texts[str(place / (index if name == "index" else f"{name}.{ending}"))] = text.replace("{index}", index)
        for block in page.blocks:
            if isinstance(block, Picture):
                pictures[str(place / "figures" / block.name)] = block
    return texts, pictures


def build(folder=FOLDER, root="custom"):
    """Write all pages and figures, remove those of an earlier build. Returns the index to open."""
    texts, pictures = contents(root)  # before anything is removed: it may find names without documentation
    shutil.rmtree(folder, ignore_errors=True)
    for path, picture in pictures.items():
        place = pathlib.Path(folder) / path
        figures.save(picture.draw, place.parent, place.name)
    for path, text in texts.items():
        write_atomically(pathlib.Path(folder) / path, text)
    return pathlib.Path(folder) / "index.html"


def check(folder=FOLDER, root="custom"):
    """Return complaints about what a rebuild would change: texts are compared byte by byte, figures by their presence.

    Figures are not compared, as Matplotlib's bytes depend on its version and its fonts.
    """
    texts, pictures = contents(root)
    expected = set(texts) | {f"{path}.{ending}" for path in pictures for ending in ("svg",)}
    folder = pathlib.Path(folder)
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    complaints = [f"{path}: missing" for path in expected - found]
    complaints += [f"{path}: belongs to no public name" for path in found - expected]
    for path in found & set(texts):
        old = (folder / path).read_bytes()
        if old != texts[path].encode():
            complaints.append(f"{path}: {_difference(old.decode(errors='replace'), texts[path])}")
    return sorted(complaints)


def _difference(old, new):
    """Return the first line that differs, shortened to where it does."""
    old, new = old.splitlines(), new.splitlines()
    for number, (before, after) in enumerate(zip(old, new, strict=False), 1):
        if before != after:
            start = next((i for i, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), 0)
            start = max(0, min(start, len(before), len(after)) - 20)
            return f"line {number} has {before[start : start + 60]!r} where a rebuild has {after[start : start + 60]!r}"
    return f"{len(old)} lines where a rebuild has {len(new)}"
