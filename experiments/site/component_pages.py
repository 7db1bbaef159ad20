"""Reference pages: what autodoc reads from a docstring, with a plot, what a step costs, and the papers that use it."""

import functools
import hashlib
import importlib
import inspect
import json
import pathlib
import shutil

import keras
import matplotlib

from experiments.files import write_atomically
from experiments.report import figures
from experiments.report.blocks import Picture
from experiments.report.paper_components import components
from experiments.site import addons, functions, paths
from experiments.site.docstrings import inline
from experiments.site.sources import words
from experiments.together import at_once

KINDS = ("component", "base", "companion")
NAMES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}


def plots(groups, kept):
    """Return the figure of each component that has one, by `(group's folder, name)`, and the folder with the files.

    They are drawn anew where the code that they show, or that draws them, has changed since they were `kept`.
    """
    folder = pathlib.Path(kept) / _digest(groups)
    index = folder / "plots.json"
    if not index.is_file():
        found = {(g.folder, c.name): plot(c) for g in groups for c in g.components}
        pictures = {place: picture for place, picture in found.items() if picture}
        saved = [functools.partial(_save, dict(list(pictures.items())[i::2]), folder) for i in range(2)]
        at_once(*saved)
        rows = [[*place, p.name, p.alt, p.caption] for place, p in pictures.items()]
        write_atomically(index, json.dumps(rows))
    rows = json.loads(index.read_text(encoding="utf-8"))
    return {(group, name): Picture(*words) for group, name, *words in rows}, folder


def _save(pictures, folder):
    for (group, _), picture in pictures.items():
        figures.save(picture.draw, folder / group, picture.name)


def _digest(groups):
    """Return what the plots depend on, in short."""
    here = pathlib.Path(__file__).parent
    library = pathlib.Path(importlib.import_module(groups[0].path.partition(".")[0]).__file__).parent
    code = [*library.rglob("*.py"), *(here.parent / "report" / "figures").glob("*.py")]
    code += [here / f"{name}.py" for name in ("functions", "paths", "parameters")]
    versions = [keras.__version__, matplotlib.__version__, keras.backend.backend()]
    parts = [path.read_bytes() for path in sorted(code)] + [version.encode() for version in versions]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def plot(component):
    """Return the figure of a component, chosen by what it is: a layer with a derivative, an optimizer, or neither."""
    value = component.object
    if component.kind != "component" or not inspect.isclass(value):
        return None
    if issubclass(value, keras.layers.Layer):
        return functions.picture(component.name, value)
    if issubclass(value, keras.optimizers.Optimizer):
        return paths.picture(component.name, value)
    return None


def file_of(value):
    """Return the file of a class or function, from the repository's root."""
    return value.__module__.replace(".", "/") + ".py"


def costs(folder):
    """Return what the benchmarks measured, by component: rows `(backend, weights, ours, Keras's, their ratio)`."""
    found = {}
    for path in sorted(pathlib.Path(folder).glob("*_*.json")):
        file = json.loads(path.read_text(encoding="utf-8"))
        where = file["environment"]
        backend = f"{NAMES[where['backend']]}{', XLA' * bool(where['xla'] and where['backend'] == 'tensorflow')}"
        for row in file["results"]:
            times, ratio = row["milliseconds"], row["ratio_to_keras"]
            if isinstance(ratio, dict):
                ratio = ratio.get("custom")
            middle = ratio[1] if isinstance(ratio, list) else ratio
            numbers = times.get("custom"), times.get("keras"), middle
            name = row.get("activation") or row["optimizer"]
            found.setdefault(name, []).append((backend, row.get("weights", ""), *numbers))
    return found


def places(groups):
    """Return the page of each public name of `custom`, by `(file, name)`; a class's functions are on its page."""
    found = {}
    for group in groups:
        for component in group.components:
            named = [(component.name, component.object), *component.functions]
            page = f"reference/{group.folder}/{component.name}"
            found |= {(file_of(value), name): page for name, value in named}
    return found


def users(papers, pages):
    """Return the papers whose experiments use a component, by its page; `pages` as `places` returns them."""
    found = {}
    for paper in papers:
        for used in components(paper.text.folder):
            found.setdefault(pages.get((used.file, used.name)), {})[paper.key] = paper
    return {page: tuple(by_key.values()) for page, by_key in found.items()}


class Pages:
    """The reference pages of one language, written below `folder/reference`."""

    def __init__(self, groups, folder, language, measured=(), used=(), pages=()):
        self.groups, self.folder, self.language = groups, pathlib.Path(folder) / "reference", language
        self.words, self.measured, self.used, self.pages = words(language), dict(measured), dict(used), set(pages)

    def write(self, pictures, drawn):
        """Write all pages, with `pictures` and the folder with their files as `plots` returns them."""
        for (group, _), picture in pictures.items():
            target = self.folder / group / "figures" / f"{picture.name}.svg"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(drawn / group / f"{picture.name}.svg", target)
        self._file("index", self.index())
        for group in self.groups:
            self._file(f"{group.folder}/index", self.group(group))
            for component in group.components:
                picture = pictures.get((group.folder, component.name))
                self._file(f"{group.folder}/{component.name}", self.component(group, component, picture))
        self._file("from_tensorflow_addons", self.addons())

    def _file(self, name, lines):
        path = self.folder / f"{name}.rst"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def index(self):
        lines = [*_title(self.words["reference"]), inline(self.words["components_lead"]), ""]
        lines += [f"{self.words['addons_lead']} :doc:`{self.words['addons_title']} <from_tensorflow_addons>`.", ""]
        for group in self.groups:
            lines += [*_title(group.path, "-"), inline(group.summary), "", *self._tables(group, f"{group.folder}/")]
            if group.keras:
                names = ", ".join(f"``{row[0]}``" for row in group.keras)
                lines += [f":doc:`{self.words['keras_own']} <{group.folder}/index>`: {names}.", ""]
        inner = [g for g in self.groups if "/" not in g.folder]
        return [*lines, *_toctree([*(f"{g.folder}/index" for g in inner), "from_tensorflow_addons"])]

    def group(self, group):
        lines = [*_title(group.path), inline(group.summary), "", *self._tables(group, "")]
        if group.keras:
            lines += [*_title(self.words["keras_own"], "-"), self.words["keras_own_note"], ""]
            rows = [
                (f"``{n}``", inline(f"{f.rstrip('.')}. {w[:1].upper()}{w[1:]}"), inline(note))
                for n, f, w, note in group.keras
            ]
            lines += _table((self.words["name"], self.words["where"], self.words["note"]), rows)
        nested = [g for g in self.groups if g.folder.startswith(f"{group.folder}/")]
        names = [c.name for c in _sorted(group.components)]
        return [*lines, *_toctree([*names, *(f"/reference/{g.folder}/index" for g in nested)])]

    def _tables(self, group, folder):
        lines = []
        for kind in KINDS:
            chosen = [c for c in _sorted(group.components) if c.kind == kind]
            if not chosen:
                continue
            if kind != "component":
                lines += [f".. rubric:: {self.words[kind]}", ""]
            rows = [
                (f":doc:`{folder}{c.name}`", ", ".join(f"``{n}``" for n, _ in c.functions), inline(c.summary))
                for c in chosen
            ]
            header = (self.words["name"], self.words["functions"], self.words["what"])
            if not any(c.functions for c in chosen):
                header, rows = header[::2], [row[::2] for row in rows]
            lines += _table(header, rows)
        return lines

    def component(self, group, component, picture):
        value, place = component.object, f"{group.path}.{component.name}"
        kind = "autoclass" if inspect.isclass(value) else "autofunction"
        lines = [*_title(component.name), f".. currentmodule:: {group.path}", "", f".. {kind}:: {place}"]
        lines += ["   :members:", ""] if inspect.isclass(value) else [""]
        for name, _ in component.functions:
            lines += [f".. autofunction:: {group.path}.{name}", ""]
        if picture:
            lines += [*_title(self.words["plot"], "-"), f".. figure:: figures/{picture.name}.svg"]
            lines += [f"   :alt: {picture.alt}", "", f"   {inline(picture.caption)}", ""]
        lines += self._cost(component) + self._appears(f"reference/{group.folder}/{component.name}")
        if names := addons.replaced_by(place):
            page = f":doc:`{self.words['move_over']} </reference/from_tensorflow_addons>`"
            lines += [self.words["replaces"].format(names=", ".join(f"``{n}``" for n in names), page=page), ""]
        file = file_of(value)
        up = "../" * (3 + group.folder.count("/"))
        return [*lines, f"{self.words['code']}: `{file} <{up}files/{file}>`__", ""]

    def _cost(self, component):
        rows = [
            (backend, weights or self.words["tensor"], *map(self._number, numbers))
            for backend, weights, *numbers in self.measured.get(component.name, ())
        ]
        if not rows:
            return []
        header = [self.words[name] for name in ("backend", "weights", "ours", "keras", "ratio")]
        page = ":doc:`/benchmarks/index`" if "benchmarks/index" in self.pages else ""
        return [*_title(self.words["step"], "-"), f"{self.words['step_note']} {page}", "", *_table(header, rows)]

    def _number(self, value):
        if value is None:
            return "–"
        text = f"{value:.2f}"
        return text.replace(".", ",") if self.language == "pt" else text

    def _appears(self, page):
        papers = [p for p in self.used.get(page, ()) if f"{p.key}/index" in self.pages]
        if not papers:
            return []
        items = [f"- :doc:`{p.citation.title} </{p.key}/index>` ({p.citation.year})" for p in papers]
        return [*_title(self.words["appears"], "-"), self.words["appears_note"], "", *items, ""]

    def addons(self):
        from experiments.site import addons_page

        places = {f"{g.path}.{c.name}": f"{g.folder}/{c.name}" for g in self.groups for c in g.components}
        lines = [*_title(self.words["addons_title"]), inline(addons_page.INTRODUCTION), ""]
        for module, rows in addons.TABLES.items():
            lines += [*_title(f"{addons_page.TITLES[module]}: tfa.{module}", "-"), addons_page.tally(rows), ""]
            cells = [
                (f"`{r.name} <{addons_page.source(module, r)}>`__", addons_page.instead(r, places), inline(r.note))
                for r in rows
            ]
            lines += _table(addons_page.HEADER, cells)
        return lines


def _sorted(components):
    return sorted(components, key=lambda c: c.name.lower())


def _title(text, line="="):
    return [text, line * len(text), ""]


def _table(header, rows):
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for row in (header, *rows):
        for i, cell in enumerate(row):
            lines.append(f"   {'*' if i == 0 else ' '} - {cell}")
    return [*lines, ""]


def _toctree(names):
    return ["", ".. toctree::", "   :hidden:", "", *(f"   {name}" for name in names), ""]
