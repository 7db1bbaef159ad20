"""What comparisons say before their experiments, in words, a table and figures over all tasks, from the records."""

import math

from experiments.claims import RELATIVE_TIME, TEST_ERROR, describe
from experiments.claims.over_tasks import critical, differ, profile, ranks
from experiments.claims.statistics import Estimate, paired_difference
from experiments.report.blocks import Bullets, Grid, Heading, Paragraph
from experiments.report.figures import critical_differences, performance_profile
from experiments.spec.text import Amount

NEAR = 1.1  # times the error of the best: a task on which a contender is as good as it
NOTHING = "–"


class Told:
    """What certain records answer, in one language. Its words: `[answers]`.

    A comparison says which variant stands for a contender on a task, which sentences there are, and which figures.

    Args:
        contenders: their names.
        tasks: experiments in which every contender is trained, in the order in which they are told.
        yardstick: the contender with which the others are compared.
        evidence: `Evidence` by experiment.
        text: the paper's words.
    """

    def __init__(self, contenders, tasks, yardstick, evidence, text):
        self.contenders, self.yardstick, self.evidence, self.text = contenders, yardstick, evidence, text
        self.ran = [name for name in tasks if evidence[name].preset]
        self.real = [name for name in self.ran if evidence[name].preset != "quick"]

    def blocks(self):
        """Return blocks of a page; none where nothing ran."""
        if not self.ran:
            return []
        found = [Heading(self.say("heading"), anchor="answers")]
        if self.real:
            found += [Bullets(tuple(self.sentences())), Paragraph(self.say("chosen"))]
        else:
            found.append(Paragraph(self.say("nothing_yet")))
        return [*found, *(block for block in (*self.pictures(), self.differences()) if block)]

    def sentences(self) -> list:
        """Return an answer to each question."""
        raise NotImplementedError(f"{type(self).__name__} answers nothing.")

    def chosen(self, task, contender):
        """Return the variant that stands for a contender on a task."""
        return contender

    def contender(self, variant):
        """Return the contender that a variant is one of."""
        return variant

    def ranked(self):
        """Return the contenders that are ranked."""
        return self.contenders

    def pictures(self):
        """Return the figures over all tasks."""
        labels, costs = {c: self.text.labels[c] for c in self.ranked()}, self.costs()
        return [
            performance_profile(costs, labels, self.text, "profile", self.evidence[self.ran[0]].paper.components),
            critical_differences(costs, labels, self.text, "ranks"),
        ]

    def judged(self, task):
        """Return the quantity by which contenders are judged on a task: the lower, the better."""
        return TEST_ERROR

    def measured(self, task):
        """Return the quantity whose means are ranked, which is above 0."""
        return self.judged(task)

    def say(self, name, **blanks):
        """Return one of the answers' sentences."""
        return self.text.fill(self.text.row("answers", name), **blanks)

    def title(self, task):
        """Return a task's heading, as its section has it."""
        return self.evidence[task].title

    def gap(self, task, variant, than, quantity=None):
        """Return the paired difference of a quantity, of what is judged for none, of two variants; or `None`."""
        quantity = quantity or self.judged(task)
        return paired_difference(*(self.evidence[task].values(v, quantity) for v in (variant, than)))

    def said(self, task, variant, than, names=None, margin=None):
        """Return the difference of two variants, by what is judged, in words.

        Args:
            task: an experiment.
            variant, than: the two.
            names: what they are called. Default: the labels of their contenders.
            margin: below which a difference is none, in the record's unit: it is then told apart whether the two are
                alike, or the runs too few to tell.
        """
        found = self.gap(task, variant, than)
        first, second = names or (self.text.labels[self.contender(v)] for v in (variant, than))
        if found is None or found.interval is None:
            return self.say("not_known", first=first, second=second)
        key = "more" if found.low > 0 else "less" if found.high < 0 else "alike"
        if key == "alike" and margin is not None:
            key = "same" if found.within(margin) else "cannot_tell"
        shown = found.negative() if key == "less" else found
        quantity = self.judged(task)
        blanks = dict(first=first, second=second, gap=self.shown(shown, quantity))
        return self.say(key, **blanks, **({"margin": self.points(margin, quantity)} if key == "same" else {}))

    def points(self, value, quantity=TEST_ERROR):
        """Return a difference of a quantity without an interval."""
        return self.text.amount(Amount(quantity, value, difference=True))

    def shown(self, estimate: Estimate, quantity=TEST_ERROR):
        """Return a difference of a quantity with its interval."""
        return describe(estimate, quantity, self.text, difference=True)

    def times(self, contenders=None, experiment="cost"):
        """Return the time of a step of each contender, by that of the yardstick, in words."""
        evidence, found = self.evidence[experiment], []
        for name in contenders or self.contenders:
            estimate = evidence.estimate(name, RELATIVE_TIME) if evidence.preset not in (None, "quick") else None
            if estimate is not None:
                found.append(f"{self.text.labels[name]} {describe(estimate, RELATIVE_TIME, self.text)}")
        return "; ".join(found) or self.say("not_timed")

    def costs(self):
        """Return the mean of what is measured, by contender and task; infinity where a run diverged or none is done."""
        found = {}
        for contender in self.ranked():
            found[contender] = {}
            for task in self.ran:
                evidence, variant = self.evidence[task], self.chosen(task, contender)
                values = list(evidence.values(variant, self.measured(task)).values())
                lost = any(r["outcome"] == "diverged" for r in evidence.runs.get(variant, {}).values())
                found[contender][task] = math.inf if lost or not values else max(1e-6, sum(values) / len(values))
        return found

    def standing(self):
        """Return what is said of the contenders over all tasks, as blanks of a sentence."""
        costs = self.costs()
        places, factors = ranks(costs), profile(costs)
        order = sorted(places, key=places.get)
        near = {c: int((factors[c] <= NEAR).sum()) for c in order}
        labels = self.text.labels
        ranked = [f"{labels[c]} {self.text.numeral(places[c], '.2f')}" for c in order]
        often = [f"{labels[c]} {near[c]}" for c in sorted(near, key=near.get, reverse=True)]
        first = dict(best=labels[order[0]], apart=self.apart(costs, places, order))
        return dict(ranks=self.text.all_of(ranked), often=self.text.all_of(often), near=NEAR) | first

    def apart(self, costs, places, order):
        """Return which contenders the ranks do not tell from the first one."""
        if not differ(costs):
            return self.say("apart_nothing")
        least = critical(len(order), len(self.ran))
        near = [self.text.labels[c] for c in order[1:] if places[c] - places[order[0]] < least]
        return self.say("apart_some", others=self.text.all_of(near)) if near else self.say("apart_all")

    def differences(self):
        """Return the table of paired differences to the yardstick; its longer side, tasks or contenders, goes down."""
        others, cells, data = [c for c in self.contenders if c != self.yardstick], {}, []
        for task in self.ran:
            for contender in others:
                found = self.gap(task, self.chosen(task, contender), self.chosen(task, self.yardstick))
                quantity = self.judged(task)
                cells[contender, task] = NOTHING if found is None else self.shown(found, quantity)
                numbers = [found.mean, *(found.interval or (None, None))] if found else [None] * 3
                printed = (None if x is None else quantity.scale * x for x in numbers)
                data.append((contender, task, *printed, found.n if found else 0))
        names, titles = {c: self.text.labels[c] for c in others}, {task: self.title(task) for task in self.ran}
        if len(others) > len(self.ran):
            header = (self.say("contender"), *titles.values())
            rows = tuple((name, *(cells[c, task] for task in titles)) for c, name in names.items())
        else:
            header = (self.say("task"), *names.values())
            rows = tuple((title, *(cells[c, task] for c in names)) for task, title in titles.items())
        columns = ("function", "task", "mean", "low", "high", "n")
        return Grid(header, rows, self.say("differences"), "differences", data=(columns, tuple(data)))
