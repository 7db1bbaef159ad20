"""What goes on inside a net, layer by layer, at two moments, as lines."""

import dataclasses
import math
import re

import numpy as np

from experiments.report.blocks import Picture
from experiments.report.figures import Figure, legend, looks_of, numerals, title
from experiments.report.figures import words as w
from experiments.report.figures.style import label_y

WHEN = ("start", "end")
MOST_TICKS = 10


@dataclasses.dataclass(frozen=True)
class ByLayer(Figure):
    """A measure of the hidden layers at two moments, a panel each; one line for each of some contenders.

    Its words: `label`, the measure (the vertical axis); `title`, what the figure shows; `start`, `end`, above the two
    panels; `caption`.

    Attributes:
        experiment: whose runs.
        measure: its name in the probes of a run.
    """

    experiment: str
    measure: str
    words = ("label", "title", "start", "end", "caption")

    @property
    def text(self):
        return f"by_layer_{self.measure}"

    def drawn(self, evidence):
        """Return, by contender, the variant that is drawn for it."""
        raise NotImplementedError(f"{type(self).__name__} does not say what is drawn.")

    def looked(self, history, when):
        """Return what a run has of the measure at a moment of `WHEN`, by layer; `None` where nobody looked."""
        raise NotImplementedError(f"{type(self).__name__} does not say where its measure stands.")

    def mean(self, runs):
        """Return the mean of several runs, each an array over the layers."""
        return np.mean(runs, axis=0)

    def scale(self, panel):
        """Set the vertical axis of a panel."""

    def picture(self, evidence):
        text, words, drawn = evidence.text, evidence.text.figure(self), self.drawn(evidence)
        found = {name: curves for name, variant in drawn.items() if (curves := self._curves(evidence, variant))}
        if not found:
            return None
        n, look = max(len(evidence.done(v)) for v in drawn.values()), looks_of(found, evidence.paper.components)
        shown = text.fill(words["title"], title=evidence.title, seeds=w.seeds(text, str(n)))

        def draw(axes):
            figure = axes.figure
            axes.remove()
            panels = figure.subplots(1, 2, sharey=True)
            for panel, when in zip(panels, WHEN, strict=True):
                for name, curves in found.items():
                    layers = range(1, len(curves[when]) + 1)
                    panel.plot(layers, curves[when], label=text.labels[name], ms=4, lw=1.4, **look[name].line())
                panel.set_xlabel(text.row("answers", "layer"))
                panel.set_xticks(layers[:: math.ceil(len(layers) / MOST_TICKS)])
                panel.set_title(w.capital(words[when]), fontsize=9, loc="left")
                numerals(panel, text, "y")
                self.scale(panel)
            label_y(panels[0], words["label"])
            title(panels[0], shown)
            legend(panels[0])

        said = [f"{text.labels[name]} {text.numeral(curves['start'][0], '.2g')}" for name, curves in found.items()]
        name = f"{self.experiment}_{self.measure}_layers"
        caption = text.fill(words["caption"], preset=evidence.preset, title=evidence.title)
        return Picture(name, w.described(text, f"{words['label']}, {words['start']}:", said), caption, draw)

    def _curves(self, evidence, variant):
        """Return the mean of a variant's runs at each moment; `None` where nobody looked at one."""
        found = {}
        for when in WHEN:
            runs = [self.looked(record["history"], when) for record in evidence.done(variant).values()]
            runs = [
                np.array([by_layer[name] for name in sorted(by_layer, key=_place)]) for by_layer in runs if by_layer
            ]
            if not runs:
                return None
            found[when] = self.mean(runs)
        return found


def _place(layer):
    """Return where a layer stands, by the numbers of its name; a record has them sorted as texts, 10 before 2."""
    return [int(number) for number in re.findall(r"[0-9]+", layer)]
