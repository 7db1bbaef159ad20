"""The paths over all surfaces in one figure, and the same as an animation, which is a file of its own."""

import dataclasses

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.markers import MarkerStyle

from experiments.book.classical_methods.panels import first_runs, track
from experiments.book.classical_methods.paths import map_of
from experiments.book.classical_methods.problems import SURFACES
from experiments.report.blocks import Motion, Picture
from experiments.report.figures import legend, looks_of, title
from experiments.report.figures.looks import GROUND

SECONDS, TIMES, SIZE = 10, 2, 5  # of one showing; how many there are; of a marker, in points
STILL = "@media (prefers-reduced-motion:no-preference)"  # what moves stands in there: elsewhere it stands still


@dataclasses.dataclass(frozen=True)
class Overview:
    """What the page says before its experiments: a figure of all paths, and an animation of it.

    Attributes:
        surfaces: names of the experiments, a panel each.
    """

    surfaces: tuple

    def blocks(self, evidence, text):
        """Return the figure and its animation; nothing where no surface has a run."""
        found = {name: first_runs(evidence[name]) for name in self.surfaces}
        found = {name: runs for name, runs in found.items() if runs}
        if not found:
            return []
        look = looks_of(evidence[self.surfaces[0]].experiment.variants)
        labels = {v: text.labels[v] for v in look}
        words = {name: text.row("answers", name) for name in ("title", "alt", "caption", "motion")}

        def still(axes):
            for part, name in _panels(axes, found, look, labels, text, words["title"]):
                for variant, rows in found[name].items():
                    line = look[variant].line(marker="")
                    part.plot(*track(SURFACES[name].start, rows), lw=1.1, **line)
                    end = look[variant].line(linestyle="", zorder=5, clip_on=True)
                    part.plot(rows[-1]["x"], rows[-1]["y"], ms=SIZE, **end)

        def ground(axes):
            for _ in _panels(axes, found, look, labels, text, words["title"]):
                pass

        def over(figure):
            return animation(figure, found, look)

        return [
            Picture("all_paths", words["alt"], words["caption"], still),
            Motion("all_paths_moving", words["motion"], ground, over),
        ]


def _panels(axes, found, look, labels, text, words):
    """Yield axes for each surface, with its lines of equal height; then set title and legend."""
    figure = axes.figure
    axes.remove()
    figure.set_size_inches(5.6, 6.0)
    parts = figure.subplots(2, 2).ravel()
    for part, name in zip(parts, found, strict=False):
        map_of(part, SURFACES[name], levels=12, mesh=91, logarithm=True)
        part.set_title(text.title(name), fontsize=9)
        part.set_xticks([])
        part.set_yticks([])
        yield part, name
    for part in parts[len(found) :]:
        part.remove()
    for variant, label in labels.items():
        parts[0].add_line(Line2D([], [], label=label, ms=SIZE, lw=1.1, **look[variant].line()))
    title(parts[0], words)
    legend(parts[0])


def animation(figure, found, look):
    """Return the part of an SVG in which a marker runs along each path, and draws it, over the ground.

    It says nothing of motion where the reader's system asks for little: then the paths stand there whole. Else it is
    shown twice and stands still.

    Args:
        figure: with the axes of the surfaces in their places.
        found: rows by variant, by surface.
        look: of each variant.
    """
    height, parts, rules = figure.bbox.height, [], []
    for part, (name, runs) in zip(figure.axes, found.items(), strict=False):
        box = part.bbox
        corners = f'x="{box.x0:.1f}" y="{height - box.y1:.1f}" width="{box.width:.1f}" height="{box.height:.1f}"'
        parts.append(f'<clipPath id="c{name}"><rect {corners}/></clipPath><g clip-path="url(#c{name})">')
        for variant, rows in runs.items():
            colour, key = look[variant].colour, f"k{len(rules)}"
            x, y = part.transData.transform(track(SURFACES[name].start, rows).T).T
            points = np.round(np.clip(np.stack([x, height - y]), -999, 999), 1)
            parts.append(_trail(points, key, colour))
            parts.append(_marker(points, key, colour, look[variant].marker))
            rules += [_drawn(points, key), _moved(points, key)]
        parts.append("</g>")
    timing = f"animation:{SECONDS}s linear {TIMES} both"
    rules.append(f".p,.m{{{timing}}}")
    return f"<style>{STILL}{{{''.join(rules)}}}</style>\n" + "\n".join(parts) + "\n"


def _trail(points, key, colour):
    way = "L".join(f"{x:g} {y:g}" for x, y in points.T)
    return f'<path class="p {key}p" d="M{way}" pathLength="1" fill="none" stroke="{colour}" stroke-width="1.1"/>'


def _marker(points, key, colour, marker):
    """Return a marker at the end of its path."""
    shape = MarkerStyle(marker)
    polygons = shape.get_path().transformed(shape.get_transform()).to_polygons()
    way = "".join(f"M{'L'.join(f'{SIZE * x:.1f} {-SIZE * y:.1f}' for x, y in polygon)}Z" for polygon in polygons)
    x, y = points[:, -1]
    edge = f'stroke="{GROUND[0]}" stroke-width="0.6"'
    return f'<path class="m {key}m" d="{way}" fill="{colour}" {edge} transform="translate({x:g} {y:g})"/>'


def _drawn(points, key):
    """Return the rule by which a path is drawn as its marker gets on."""
    lengths = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points)))])
    left = 1 - lengths / lengths[-1] if lengths[-1] else np.zeros(len(lengths))
    frames = _frames([f"stroke-dashoffset:{share:.3g}" for share in left])
    return f".{key}p{{stroke-dasharray:1;animation-name:{key}p!important}}@keyframes {key}p{{{frames}}}"


def _moved(points, key):
    """Return the rule by which a marker runs along its path."""
    frames = _frames([f"transform:translate({x:g}px,{y:g}px)" for x, y in points.T])
    return f".{key}m{{animation-name:{key}m!important}}@keyframes {key}m{{{frames}}}"


def _frames(states):
    """Return keyframes, evenly in time; of those that are the same one after the other, the first and the last."""
    last = len(states) - 1
    kept = [i for i, s in enumerate(states) if i in (0, last) or not states[i - 1] == s == states[i + 1]]
    return "".join(f"{100 * i / last:.3g}%{{{states[i]}}}" for i in kept)
