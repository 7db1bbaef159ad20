"""The tuning of one setting or of two, as lines."""

import dataclasses

import numpy as np

from experiments.claims.quantities import Quantity
from experiments.report.blocks import Picture
from experiments.report.figures import words as w
from experiments.report.figures.style import Figure, hollow, label_y, log_axis, name_lines, numerals, style, title
from experiments.spec.text import listed


@dataclasses.dataclass(frozen=True)
class Sensitivity(Figure):
    """The tuning grid: the metric's best epoch, or its mean, over the tuned setting, one line per variant.

    Of two settings that are tuned together the second one has a line for each of its values. Where a run diverged a
    cross stands at the upper edge.

    Attributes:
        experiment: whose grid.
        quantity: what is drawn of each run in the place of the metric, or `None`.
    """

    experiment: str
    quantity: Quantity | None = None

    def quantities(self):
        return [self.quantity] if self.quantity else []

    def picture(self, evidence):
        tuning, text = evidence.experiment.tuning, evidence.text
        if tuning is None:
            return None
        look, points, lost = style(evidence), {}, {}
        tuned = evidence.preset and evidence.experiment.tunes(evidence.preset)
        column = tuning.metric if tuned else "objective"  # which every run has
        for variant in evidence.experiment.variants:
            for r in evidence.tuning.get(variant, ()) if tuned else evidence.runs.get(variant, {}).values():
                score = self._score(r, column, tuning.mean)
                x, *others = (r["settings"][name] for name in tuning.names)
                if r["outcome"] == "diverged":
                    lost.setdefault(variant, []).append(x)
                elif r["outcome"] == "done" and score is not None:
                    points.setdefault((variant, *others), []).append((x, score))
        if not points:
            return None
        (metric, unit, scale), axis = w.metric(text, column), text.row("settings", tuning.names[0])
        score = self._named(evidence, column, metric)
        if self.quantity:
            metric, unit, scale = text.quantity(self.quantity), self.quantity.unit, self.quantity.scale
            score = metric
        words = dict(score=score, setting=text.tuned(tuning), title=evidence.title)
        shown = text.caption("tuning_title", **words)
        first = min((other for _, *other in points), default=[])  # of the second setting's values

        def draw(axes):
            ends = []
            for (variant, *other), pairs in points.items():
                x, y = (np.array(each) for each in zip(*sorted(pairs), strict=True))
                line, label = look[variant].line(), evidence.labels[variant]
                if other:
                    told = dict(variant=label, setting=text.row("settings", tuning.names[1]))
                    label = text.caption("with_setting", value=text.numeral(other[0]), **told)
                    line = line if other == first else hollow(line | {"linestyle": ":"})
                axes.plot(x, y * scale, label=label, ms=5, lw=1.4, **line)
                ends.append((label, line, y[-1] * scale))
            for variant, x in lost.items():
                cross = dict(ls="none", marker="x", ms=7, mew=1.6, clip_on=False, color=look[variant].colour)
                axes.plot(x, [1.0] * len(x), transform=axes.get_xaxis_transform(), **cross)
            log_axis(axes, "x", text)
            if self.quantity and not self.quantity.geometric:  # it may be 0
                numerals(axes, text, "y")
            else:
                log_axis(axes, "y", text)
            axes.set_xlabel(w.capital(axis))
            label_y(axes, w.labelled(text, metric, unit))
            title(axes, shown)
            name_lines(axes, ends)

        chosen = [f"{evidence.labels[v]} {text.chosen(value)}" for v, value in evidence.tuned.items()]
        parts = [text.caption("tuning", preset=evidence.under, **words)]
        if tuned:
            parts.append(text.caption("one_seed_a_point", seed=str(tuning.seed)))
            parts.append(text.caption("chosen", choices=listed(chosen)))
        else:
            parts.append(text.caption("tunes_nothing"))
        if lost:
            parts.append(text.caption("crosses_above", runs=sum(map(len, lost.values()))))
        return Picture(
            "_".join([self.experiment, *(quantity.name for quantity in self.quantities()), "tuning"]),
            w.described(text, text.caption("tuning_alt" if chosen else "tuning_alt_plain", **words), chosen),
            " ".join(parts),
            draw,
        )

    def _named(self, evidence, column, metric):
        """Return what the height of a point is called."""
        text, averaged = evidence.text, evidence.experiment.tuning.mean
        if not averaged and evidence.measured_once(column):
            return metric
        return text.caption("averaged" if averaged else "lowest", metric=metric, small=text.inside(metric))

    def _score(self, record, column, averaged):
        """Return what is drawn of a run; `None` where it has none."""
        if self.quantity:
            return self.quantity.of(record)
        values = [row[column] for row in record["history"] if column in row]
        if not values:
            return None
        return sum(values) / len(values) if averaged else min(values)
