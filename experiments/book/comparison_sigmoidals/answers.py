"""What the comparison answers, in words and figures over all tasks, made from the records."""

import dataclasses
import math
from collections.abc import Mapping

import numpy as np

from experiments.book.comparison import Told
from experiments.book.comparison_sigmoidals.quantities import GRADIENT_LEFT
from experiments.claims import TEST_ERROR
from experiments.report.blocks import Picture
from experiments.report.figures import legend, log_axis, looks_of, title
from experiments.report.figures import words as w

YARDSTICK, EASY = "tanh", "mnist"
INITIALIZERS = {"standard": "", "normalised": "_normalised"}
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclasses.dataclass(frozen=True)
class Answers:
    """What a page says before its experiments.

    Attributes:
        tasks: by experiment, its set and its depth.
        functions: their names; each with its ending of `INITIALIZERS` is a variant of every task.
    """

    tasks: Mapping
    functions: tuple

    def blocks(self, evidence, text):
        """Return blocks of a page from the `Evidence` by experiment; none where nothing ran."""
        return Seen(self, evidence, text).blocks()


class Seen(Told):
    """The answers from certain records in one language."""

    def __init__(self, answers, evidence, text):
        self.functions = answers.functions
        self.tasks = dict(sorted(answers.tasks.items(), key=lambda item: (item[1][0] != EASY, item[1])))
        super().__init__(answers.functions, self.tasks, YARDSTICK, evidence, text)

    def chosen(self, task, contender):
        """Return the variant of a function with the initialisation that had the lowest validation error."""
        evidence, found = self.evidence[task], {}
        for variant in (f"{contender}{ending}" for ending in INITIALIZERS.values()):
            rows = [r["history"] for r in evidence.tuning.get(variant, ()) if r["outcome"] == "done"]
            errors = [row["validation_error"] for rows in rows for row in rows if "validation_error" in row]
            found[variant] = min(errors, default=math.inf)
        return min(reversed(found), key=found.get)  # the normalised one where nothing was tuned

    def contender(self, variant):
        return variant.removesuffix("_normalised")

    def sets(self):
        """Return, by set, its tasks that have run on real data, by depth."""
        found = {}
        for name in self.real:
            data, depth = self.tasks[name]
            found.setdefault(data, {})[depth] = name
        return found

    def sentences(self):
        """Return an answer to each of the book's questions."""
        by_set, normalised = self.sets(), [f"{f}_normalised" for f in ("sigmoid", YARDSTICK)]
        depth, start, gradient = [], [], []
        for tasks in by_set.values():
            least, most = min(tasks), max(tasks)
            depth += [f"{self.title(tasks[n])}: {self.said(tasks[n], *normalised)}" for n in sorted({least, most})]
            if most > 1:
                names = [self.say(name) for name in INITIALIZERS]
                told = self.said(tasks[most], YARDSTICK, f"{YARDSTICK}_normalised", names)
                start.append(f"{self.title(tasks[most])}: {told}")
                left = self.left(tasks[most])
                gradient += [f"{self.title(tasks[most])}: {left}"] if left else []
        found = [self.say("depth", told="; ".join(depth))]
        found += [self.say("gradient", told="; ".join(gradient))] if gradient else []
        found.append(self.say("time", told=self.times()))
        found += [self.say("initialisation", told="; ".join(start))] if start else []
        if 1 in by_set.get(EASY, {}):
            easy = by_set[EASY][1]
            told = self.said(easy, *(f"{f}_normalised" for f in ("hard_tanh", YARDSTICK)))
            found.append(self.say("exponential", told=told))
        return [*found, self.say("take", **self.standing(), tasks=len(self.real))]

    def left(self, task):
        """Return in words what share of the gradient of each function reaches the first layer."""
        evidence, found = self.evidence[task], []
        for function in self.functions:
            estimate = evidence.estimate(f"{function}_normalised", GRADIENT_LEFT)
            if estimate is not None:
                found.append(f"{self.text.labels[function]} {self.power(estimate.mean)}")
        return self.text.all_of(found)

    def power(self, exponent):
        """Return a power of ten as a reader would write it: 0.002, 4 x 10^-10 with raised digits."""
        mantissa, _, digits = f"{10**exponent:.0e}".partition("e")
        if exponent > -3:
            return self.text.numeral(10**exponent, ".2g")
        return f"{mantissa} × 10{str(int(digits)).translate(RAISED)}"

    def pictures(self):
        return [self.by_depth(), *super().pictures()]

    def by_depth(self):
        """Return the figure of test errors by depth: a panel for each set and each initialisation."""
        text, look = self.text, looks_of(self.functions)
        sets = {}
        for name in self.ran:
            sets.setdefault(self.tasks[name][0], {})[self.tasks[name][1]] = name
        rows = {
            (data, rule, f): [
                (depth, values)
                for depth, name in sorted(tasks.items())
                if (values := list(self.evidence[name].values(f"{f}{ending}", TEST_ERROR).values()))
            ]
            for data, tasks in sets.items()
            for rule, ending in INITIALIZERS.items()
            for f in self.functions
        }
        counts = sorted({len(values) for points in rows.values() for _, values in points})
        if not counts:
            return None
        seeds = "–".join(map(str, dict.fromkeys([counts[0], counts[-1]])))

        def draw(axes):
            figure = axes.figure
            figure.set_size_inches(6.4, 1.2 + 2.1 * len(sets))
            axes.remove()
            panels = figure.subplots(len(sets), 2, squeeze=False, sharex=True, sharey="row")
            for row, (data, tasks) in zip(panels, sets.items(), strict=True):
                depths = sorted(tasks)
                for panel, rule in zip(row, INITIALIZERS, strict=True):
                    for f in self.functions:
                        points = rows[data, rule, f]
                        x = [depths.index(depth) for depth, _ in points]
                        y = 100 * np.array([np.mean(values) for _, values in points])
                        ends = 100 * np.array([(min(values), max(values)) for _, values in points]).reshape(-1, 2)
                        line = look[f].line()
                        panel.plot(x, y, label=text.labels[f], ms=4, lw=1.4, **line)
                        panel.fill_between(x, *ends.T, color=line["color"], alpha=0.18, lw=0)
                    panel.set_xticks(range(len(depths)), map(str, depths))
                    panel.set_title(f"{text.row('answers', data)}, {self.say(rule)}", fontsize=9, loc="left")
                    log_axis(panel, "y", text)
                row[0].set_ylabel(w.axis(text, TEST_ERROR))
            for panel in panels[-1]:
                panel.set_xlabel(text.row("answers", "hidden_layers"))
            title(panels[0][0], self.say("by_depth_title", seeds=w.seeds(text, seeds)))
            legend(panels[0][0])

        told = []
        for (data, rule, f), points in rows.items():
            if points and rule == "normalised" and f in ("sigmoid", YARDSTICK):
                number = w.measured(text, TEST_ERROR, float(np.mean(points[-1][1])))
                told.append(f"{text.row('answers', data)}, {text.labels[f]} {number}")
        alt = w.described(text, text.row("answers", "by_depth_alt"), told)
        return Picture("errors_by_depth", alt, text.row("answers", "by_depth"), draw)
