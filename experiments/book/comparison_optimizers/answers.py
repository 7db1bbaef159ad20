"""What the comparison answers, in words, tables and figures over all tasks, made from the records."""

import dataclasses
import itertools
import math
import statistics

from experiments.book.comparison import NOTHING, Told
from experiments.book.comparison_optimizers.contenders import EVERYWHERE
from experiments.book.comparison_optimizers.quantities import JUDGED, MEASURED
from experiments.claims import RELATIVE_TIME, TEST_ERROR, describe
from experiments.claims.quantities import epochs_to
from experiments.report.blocks import Grid, Picture
from experiments.report.figures import log_axis, looks_of, performance_profile, title
from experiments.report.figures import words as w
from experiments.report.figures.style import label_y, name_lines

YARDSTICK = "adam"
TRIALS = (0, 1, 2, 4, 7)  # how many rates were tried; 0: the default one alone


@dataclasses.dataclass(frozen=True)
class Answers:
    """What a page says before its experiments.

    Attributes:
        tasks: experiments in which every contender is trained.
        contenders: their names.
        forms: other methods, which are trained on some tasks.
        margin: of test error: a difference below it is none, as the claims have it.
    """

    tasks: tuple
    contenders: tuple
    forms: tuple
    margin: float

    def blocks(self, evidence, text):
        """Return blocks of a page from the `Evidence` by experiment; none where nothing ran."""
        return Seen(self, evidence, text).blocks()


class Seen(Told):
    """The answers from certain records in one language."""

    def __init__(self, answers, evidence, text):
        super().__init__(answers.contenders, answers.tasks, YARDSTICK, evidence, text)
        self.forms, self.margin = answers.forms, answers.margin
        self.targets = {task: self.target(task) for task in self.ran}

    def judged(self, task):
        return JUDGED[task]

    def measured(self, task):
        return MEASURED[task]

    def sentences(self):
        found = [self.say("start", **self.standing(), tasks=len(self.real)), self.budget()]
        found += [self.reached()] if any(map(math.isfinite, self.targets.values())) else []
        found += [self.forms_of(task) for task in ("quadratic", "logistic") if task in self.real]
        if "reviews" in self.real:
            told = [self.said("reviews", name, "nesterov", margin=0.005) for name in ("adagrad", YARDSTICK)]
            found.append(self.say("sparse", told="; ".join(told)))
        found.append(self.say("cost", told=self.times()))
        return [*found, self.lost()]

    def tried(self, task, contender):
        """Return what the tuning judged of the default rate, and of each: infinity for a run that diverged."""
        evidence, default = self.evidence[task], EVERYWHERE[contender].default
        metric = evidence.experiment.tuning.metric
        found = {}
        for record in evidence.tuning.get(contender, ()):
            values = [row[metric] for row in record["history"] if metric in row]
            lost = record["outcome"] == "diverged" or not values
            found[record["settings"]["learning_rate"]] = math.inf if lost else max(1e-9, min(values))
        return found.get(default), list(found.values())

    def best_of(self, task, contender, k):
        """Return the mean, over the choices of k rates, of the best that was judged; the default's for k = 0.

        `None` where fewer were tried; infinity where a choice may leave nothing but diverged runs.
        """
        default, found = self.tried(task, contender)
        if not k or k > len(found):
            return default if not k else None
        return statistics.fmean(min(chosen) for chosen in itertools.combinations(found, k))

    def factors(self):
        """Return by how much `best_of` lies above the task's best, by contender and number of trials.

        It is a factor, the median over the tasks on which every contender has been tuned: on the quadratic rates differ
        by factors of thousands, which a mean would tell alone. It is infinite where, in half of the tasks, a run
        diverged that might have been the only one.
        """
        tasks = [t for t in self.real if all(self.best_of(t, c, TRIALS[-1]) is not None for c in self.contenders)]
        found = {}
        for contender, k in itertools.product(self.contenders, TRIALS if tasks else ()):
            logs = []
            for task in tasks:
                best = min(self.best_of(task, c, TRIALS[-1]) for c in self.contenders)
                value = self.best_of(task, contender, k)
                logs.append(math.inf if value is None or not math.isfinite(value) else math.log(value / best))
            found.setdefault(contender, {})[k] = math.exp(statistics.median(logs)) if logs else math.inf
        return found

    def budget(self):
        """Return how much tuning matters, and how much the choice of an optimizer."""
        found = self.factors()
        if not found:
            return self.say("budget_unknown")
        most, labels = TRIALS[-1], self.text.labels

        def told(k):
            order = sorted(found, key=lambda c: found[c][k])
            return self.text.all_of(f"{labels[c]} {self.times_of(found[c][k])}" for c in order)

        return self.say("budget", default=told(0), one=told(1), all=told(most), n=most)

    def times_of(self, factor):
        """Return a factor in words."""
        return self.text.numeral(factor, ".2f") if math.isfinite(factor) else self.say("diverges")

    def target(self, task):
        """Return what has to be reached on a task: the median of the last values of the yardstick's runs."""
        values = list(self.evidence[task].values(YARDSTICK, MEASURED[task]).values())
        return statistics.median(values) if values else math.inf

    def epochs(self):
        """Return the mean epochs to the target, by contender and task; infinity where fewer than half get there."""
        found = {}
        for contender, task in itertools.product(self.contenders, self.ran):
            evidence = self.evidence[task]
            quantity = epochs_to(f"epochs_to_{task}", MEASURED[task].name, self.targets[task])
            values = list(evidence.values(contender, quantity).values())
            runs = len(evidence.runs.get(contender, ()))
            mean = statistics.fmean(values) if values and len(values) >= runs / 2 else math.inf
            found.setdefault(contender, {})[task] = mean
        return found

    def seconds(self):
        """Return the epochs times what a step takes, by that of momentum; `None` where not all were timed."""
        steps = {c: self.evidence["cost"].estimate(c, RELATIVE_TIME) for c in self.contenders}
        if not all(steps.values()):
            return None
        return {c: {t: n * steps[c].mean for t, n in by_task.items()} for c, by_task in self.epochs().items()}

    def reached(self):
        """Return who gets to the target on how many tasks, and how soon."""
        found, labels = self.epochs(), self.text.labels
        counts = {c: sum(map(math.isfinite, by_task.values())) for c, by_task in found.items()}
        order = sorted(counts, key=counts.get, reverse=True)
        return self.say(
            "reached", told=self.text.all_of(f"{labels[c]} {counts[c]}" for c in order), tasks=len(self.ran)
        )

    def forms_of(self, task):
        """Return what the forms of gradient descent and Newton's method reach on a task."""
        evidence, told = self.evidence[task], []
        for name in ("full", "sgd", "stochastic", "newton"):
            estimate = evidence.estimate(name, MEASURED[task])
            if estimate is not None:
                told.append(f"{self.text.labels[name]} {describe(estimate, MEASURED[task], self.text)}")
        found = [self.say(f"forms_{task}", told="; ".join(told) or self.say("not_measured")), self.astray(task)]
        return " ".join(filter(None, found))

    def astray(self, task):
        """Return how many of the runs of Newton's method give more wrong answers than right ones; "" if none does."""
        if MEASURED[task] is not TEST_ERROR:
            return ""
        errors = self.evidence[task].values("newton", TEST_ERROR).values()
        runs = sum(error > 0.5 for error in errors)
        return self.say("astray", runs=runs, n=len(errors)) if runs else ""

    def lost(self):
        """Return how many of the rates that were tried of each contender made a run diverge, over all tasks."""
        lost = {}
        for task, contender in itertools.product(self.real, (*self.contenders, *self.forms)):
            runs = self.evidence[task].tuning.get(contender, ())
            lost[contender] = lost.get(contender, 0) + sum(r["outcome"] == "diverged" for r in runs)
        some = [f"{self.text.labels[name]} {n}" for name, n in lost.items() if n]
        return self.say("lost" if some else "lost_none", told=self.text.all_of(some))

    def pictures(self):
        labels, times = {c: self.text.labels[c] for c in self.contenders}, self.seconds()
        how = labels, self.text, "times_profile", self.evidence[self.ran[0]].paper.components
        drawn = performance_profile(times or self.epochs(), *how)
        if drawn:
            cost = self.say("profile_times" if times else "profile_epochs")
            drawn = dataclasses.replace(drawn, caption=f"{drawn.caption} {cost}")
        return [self.tuning(), drawn, super().pictures()[1], self.times_table()]

    def tuning(self):
        """Return the figure of what tuning buys: factors above the best over the number of rates that were tried."""
        found, text = self.factors(), self.text
        look = looks_of(self.contenders)
        if not found:
            return None

        def draw(axes):
            ends = []
            for contender, by_trials in found.items():
                points = [(k, x) for k, x in by_trials.items() if math.isfinite(x)]
                line, label = look[contender].line(), text.labels[contender]
                axes.plot(*zip(*points, strict=True), lw=1.4, ms=4, label=label, **line)
                ends.append((label, line, points[-1][1]))
            axes.set_xticks(TRIALS, [self.say("default_tick"), *map(str, TRIALS[1:])])
            log_axis(axes, "y", text)
            axes.set_xlabel(self.say("trials"))
            label_y(axes, self.say("factor"))
            title(axes, self.say("tuning_title"))
            name_lines(axes, ends)

        told = [f"{text.labels[c]} {self.times_of(by[0])}, {self.times_of(by[TRIALS[-1]])}" for c, by in found.items()]
        return Picture("tuning", w.described(text, self.say("tuning_alt"), told), self.say("tuning"), draw)

    def times_table(self):
        """Return the table of epochs to the target, a row for each contender."""
        found, cells, data = self.epochs(), [], []
        for contender in self.contenders:
            row = [found[contender][task] for task in self.ran]
            printed = (self.text.numeral(n, ".1f") if math.isfinite(n) else NOTHING for n in row)
            cells.append((self.text.labels[contender], *printed))
            data += [(contender, t, n if math.isfinite(n) else None) for t, n in zip(self.ran, row, strict=True)]
        header = (self.say("contender"), *map(self.title, self.ran))
        columns = ("optimizer", "task", "epochs")
        return Grid(header, tuple(cells), self.say("epochs_table"), "epochs_to_target", data=(columns, tuple(data)))
