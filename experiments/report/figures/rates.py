"""A map over one tuned setting: what it gives at each value, with every seed."""

import dataclasses

import numpy as np

from experiments.claims.quantities import Quantity
from experiments.report.blocks import Picture
from experiments.report.figures import words as w
from experiments.report.figures.style import (
    Figure,
    counted,
    from_zero,
    label_y,
    log_axis,
    name_lines,
    numerals,
    style,
    title,
)


@dataclasses.dataclass(frozen=True)
class ByRate(Figure):
    """A quantity over the learning rate, a line an optimizer: the mean of the seeds' maps and every seed.

    Where a run diverged the line has a gap. Its words: `points`, what lines and small points are; `described`, what is
    said of it where it is not seen, before the lowest values.

    Attributes:
        experiment: whose grid.
        quantity: of each run of the grid.
        otherwise: the quantity of the runs that count, where the preset tunes nothing.
    """

    experiment: str
    quantity: Quantity
    otherwise: Quantity
    kind = "by_rate"
    words = ("points", "described")

    def quantities(self):
        return [self.quantity, self.otherwise]

    def picture(self, evidence):
        text, words, look = evidence.text, evidence.text.figure(self), style(evidence)
        tuned = evidence.preset and evidence.experiment.tunes(evidence.preset)
        quantity = self.quantity if tuned else self.otherwise
        maps = {v: list(evidence.maps(v, quantity).values()) for v in evidence.experiment.variants}
        maps = {v: [one for one in found if one] for v, found in maps.items() if any(found)}
        if not maps:
            return None
        setting, name = text.row("settings", evidence.experiment.tuning.setting), text.quantity(quantity)
        n = counted(maps.values())
        shown = text.caption("shares_title", label=name, axis=setting, title=evidence.title, n=n)

        def means(variant):
            rates = sorted({rate for one in maps[variant] for rate in one})
            return {rate: np.mean([one[rate] for one in maps[variant] if rate in one]) for rate in rates}

        def draw(axes):
            ends = []
            for variant, found in maps.items():
                line, label = look[variant].line(), evidence.labels[variant]
                mean = {rate: y * quantity.scale for rate, y in means(variant).items()}
                y = np.ma.masked_invalid(list(mean.values()))
                axes.plot(list(mean), y, label=label, ms=6, lw=1.4, **line)
                for one in found:
                    seeds = {rate: value * quantity.scale for rate, value in one.items() if np.isfinite(value)}
                    axes.plot(list(seeds), list(seeds.values()), ls="none", marker=".", ms=4, color=line["color"])
                ends.append((label, line, float(y[-1]) if y[-1] is not np.ma.masked else axes.get_ylim()[1]))
            log_axis(axes, "x", text)
            axes.set_xticks(sorted({rate for v in maps for rate in means(v)}))
            numerals(axes, text, "y")
            from_zero(axes)
            axes.set_xlabel(w.capital(setting))
            label_y(axes, w.axis(text, quantity))
            title(axes, shown)
            name_lines(axes, ends)

        def best(variant):
            rate, value = min(means(variant).items(), key=lambda pair: pair[1])
            return f"{evidence.labels[variant]} {w.measured(text, quantity, value)} ({text.numeral(rate, 'g')})"

        parts = [text.caption("shares", label=name, title=evidence.title, preset=evidence.under), words["points"]]
        return Picture(
            f"{self.experiment}_{quantity.name}_by_rate",
            w.described(text, words["described"], [best(variant) for variant in maps]),
            " ".join(parts),
            draw,
        )
