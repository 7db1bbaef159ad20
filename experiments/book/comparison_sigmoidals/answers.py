"""What the comparison answers, in words and figures over all tasks, made from the records."""

import dataclasses
import math
from collections.abc import Mapping

import numpy as np

from experiments.book.comparison_sigmoidals.quantities import GRADIENT_LEFT, RELATIVE_TIME
from experiments.claims import TEST_ERROR, describe
from experiments.claims.over_tasks import critical, differ, profile, ranks
from experiments.claims.statistics import Estimate, paired_difference
from experiments.report.blocks import Bullets, Grid, Heading, Paragraph, Picture
from experiments.report.figures import critical_differences, legend, log_axis, looks_of, performance_profile, title
from experiments.report.figures import words as w

YARDSTICK, EASY = "tanh", "mnist"
INITIALIZERS = {"standard": "", "normalised": "_normalised"}
NEAR = 1.1  # times the error of the best: a task on which a function is as good as it
NOTHING = "–"
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
        seen = Seen(self, evidence, text)
        if not seen.ran:
            return []
        found = [Heading(text.row("answers", "heading"), anchor="answers")]
        if seen.real:
            found += [Bullets(tuple(seen.sentences())), Paragraph(text.row("answers", "chosen"))]
        else:
            found.append(Paragraph(text.row("answers", "nothing_yet")))
        return [*found, *(block for block in (*seen.pictures(), seen.differences()) if block)]


class Seen:
    """The answers from certain records in one language."""

    def __init__(self, answers, evidence, text):
        self.functions, self.evidence, self.text = answers.functions, evidence, text
        self.tasks = dict(sorted(answers.tasks.items(), key=lambda item: (item[1][0] != EASY, item[1])))
        self.ran = [name for name in self.tasks if evidence[name].preset]
        self.real = [name for name in self.ran if evidence[name].preset != "quick"]

    def say(self, name, **blanks):
        """Return one of the answers' sentences."""
        return self.text.fill(self.text.row("answers", name), **blanks)

    def chosen(self, task, function):
        """Return the variant of a function with the initialisation that had the lowest validation error."""
        evidence, found = self.evidence[task], {}
        for variant in (f"{function}{ending}" for ending in INITIALIZERS.values()):
            rows = [r["history"] for r in evidence.tuning.get(variant, ()) if r["outcome"] == "done"]
            errors = [row["validation_error"] for rows in rows for row in rows if "validation_error" in row]
            found[variant] = min(errors, default=math.inf)
        return min(reversed(found), key=found.get)  # the normalised one where nothing was tuned

    def gap(self, task, variant, than):
        """Return the paired difference of the test errors of two variants, or `None`."""
        return paired_difference(*(self.evidence[task].values(v, TEST_ERROR) for v in (variant, than)))

    def said(self, task, variant, than, names=None):
        """Return such a difference in words."""
        found = self.gap(task, variant, than)
        first, second = names or (self.text.labels[self.function(v)] for v in (variant, than))
        if found is None or found.interval is None:
            return self.say("not_known", first=first, second=second)
        key = "more" if found.low > 0 else "less" if found.high < 0 else "alike"
        shown = found.negative() if key == "less" else found
        return self.say(key, first=first, second=second, gap=self.shown(shown))

    def shown(self, estimate: Estimate):
        """Return a difference of test errors with its interval."""
        return describe(estimate, TEST_ERROR, self.text, difference=True)

    @staticmethod
    def function(variant):
        """Return the function of a variant."""
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
        return [*found, self.say("take", **self.standing(), near=NEAR, tasks=len(self.real))]

    def title(self, task):
        """Return a task's heading."""
        return self.text.title(task)

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

    def times(self):
        """Return the time of a step of each function, by that of the yardstick, in words."""
        evidence, found = self.evidence["cost"], []
        for function in self.functions:
            estimate = evidence.estimate(function, RELATIVE_TIME) if evidence.preset not in (None, "quick") else None
            if estimate is not None:
                found.append(f"{self.text.labels[function]} {describe(estimate, RELATIVE_TIME, self.text)}")
        return "; ".join(found) or self.say("not_timed")

    def costs(self):
        """Return the mean test error of each function on each task; infinity where a run diverged or none is done."""
        found = {}
        for function in self.functions:
            found[function] = {}
            for task in self.ran:
                evidence, variant = self.evidence[task], self.chosen(task, function)
                values = list(evidence.values(variant, TEST_ERROR).values())
                lost = any(r["outcome"] == "diverged" for r in evidence.runs.get(variant, {}).values())
                found[function][task] = math.inf if lost or not values else max(1e-6, sum(values) / len(values))
        return found

    def standing(self):
        """Return what is said of the functions over all tasks."""
        costs = self.costs()
        places, factors = ranks(costs), profile(costs)
        order = sorted(places, key=places.get)
        near = {f: int((factors[f] <= NEAR).sum()) for f in order}
        labels = self.text.labels
        ranked = [f"{labels[f]} {self.text.numeral(places[f], '.2f')}" for f in order]
        often = [f"{labels[f]} {near[f]}" for f in sorted(near, key=near.get, reverse=True)]
        first = dict(best=labels[order[0]], apart=self.apart(costs, places, order))
        return dict(ranks=self.text.all_of(ranked), often=self.text.all_of(often)) | first

    def apart(self, costs, places, order):
        """Return which functions the ranks do not tell from the first one."""
        if not differ(costs):
            return self.say("apart_nothing")
        least = critical(len(order), len(self.ran))
        near = [self.text.labels[f] for f in order[1:] if places[f] - places[order[0]] < least]
        return self.say("apart_some", others=self.text.all_of(near)) if near else self.say("apart_all")

    def pictures(self):
        """Return the figures over all tasks."""
        labels, costs = {f: self.text.labels[f] for f in self.functions}, self.costs()
        return [
            self.by_depth(),
            performance_profile(costs, labels, self.text, "profile"),
            critical_differences(costs, labels, self.text, "ranks"),
        ]

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

    def differences(self):
        """Return the table of paired differences to the yardstick, a row for each function."""
        others, rows, data = [f for f in self.functions if f != YARDSTICK], [], []
        for task in self.ran:
            row = [self.title(task)]
            for function in others:
                found = self.gap(task, self.chosen(task, function), self.chosen(task, YARDSTICK))
                row.append(NOTHING if found is None else self.shown(found))
                numbers = [found.mean, *(found.interval or (None, None))] if found else [None] * 3
                printed = (None if x is None else 100 * x for x in numbers)
                data.append((function, task, *printed, found.n if found else 0))
            rows.append(tuple(row))
        header = (self.say("task"), *(self.text.labels[function] for function in others))
        columns = ("function", "task", "mean", "low", "high", "n")
        return Grid(header, tuple(rows), self.say("differences"), "differences", data=(columns, tuple(data)))
