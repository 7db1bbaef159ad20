"""What goes on inside a net, layer by layer, as lines."""

import dataclasses

import numpy as np

from experiments.book.comparison_sigmoidals.quantities import looked_at
from experiments.report.blocks import Picture
from experiments.report.figures import Figure, legend, looks_of, numerals, title
from experiments.report.figures import words as w
from experiments.report.figures.style import label_y

WHEN, ENDING = ("start", "end"), "_normalised"


@dataclasses.dataclass(frozen=True)
class ByLayer(Figure):
    """A measure of the hidden layers at the start and at the end: geometric or plain mean of the seeds.

    The nets with the normalised initialisation alone are drawn, so that lines can be told apart; the others are in the
    table of results. Its words: `label`, the measure (the vertical axis); `title`, what the figure shows; `start`,
    `end`, above the two panels; `caption`.

    Attributes:
        experiment: whose runs.
        measure: `error`, the gradient that comes back to a layer, by that of the last one; or `saturated`.
    """

    experiment: str
    measure: str
    words = ("label", "title", "start", "end", "caption")

    @property
    def text(self):
        return f"by_layer_{self.measure}"

    def picture(self, evidence):
        text, words = evidence.text, evidence.text.figure(self)
        chosen = [v for v in evidence.experiment.variants if v.endswith(ENDING)]
        found = {v.removesuffix(ENDING): curves for v in chosen if (curves := self._curves(evidence, v))}
        if not found:
            return None
        n, look = max(len(evidence.done(v)) for v in chosen), looks_of(found)
        shown = text.fill(words["title"], title=evidence.title, seeds=w.seeds(text, str(n)))

        def draw(axes):
            figure = axes.figure
            axes.remove()
            panels = figure.subplots(1, 2, sharey=True)
            for panel, when in zip(panels, WHEN, strict=True):
                for function, curves in found.items():
                    layers, values = curves[when]
                    panel.plot(layers, values, label=text.labels[function], ms=4, lw=1.4, **look[function].line())
                panel.set_xlabel(text.row("answers", "layer"))
                panel.set_xticks(layers)
                panel.set_title(w.capital(words[when]), fontsize=9, loc="left")
                numerals(panel, text, "y")
                if self.measure == "error":
                    panel.set_yscale("log")
                else:
                    panel.set_ylim(-2, 102)
            label_y(panels[0], words["label"])
            title(panels[0], shown)
            legend(panels[0])

        said = [f"{text.labels[f]} {text.numeral(c['start'][1][0], '.2g')}" for f, c in found.items()]
        name = f"{self.experiment}_{self.measure}_layers"
        caption = text.fill(words["caption"], preset=evidence.preset, title=evidence.title)
        return Picture(name, w.described(text, f"{words['label']}, {words['start']}:", said), caption, draw)

    def _curves(self, evidence, variant):
        found = {}
        for when in WHEN:
            runs = [looked_at(r["history"], f"{self.measure}_{when}") for r in evidence.done(variant).values()]
            runs = [np.array(list(by.values())) for by in runs if by]
            if not runs:
                return None
            layers = list(range(1, len(runs[0]) + 1))
            if self.measure == "error":
                logs = [np.log10(np.maximum(run, 1e-300) / max(run[-1], 1e-300)) for run in runs]
                found[when] = layers, 10 ** np.mean(logs, axis=0)
            else:
                found[when] = layers, 100 * np.mean(runs, axis=0)
        return found
