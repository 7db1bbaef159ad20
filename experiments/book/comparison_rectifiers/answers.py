"""What the comparison answers, in words, a table and figures over all tasks, made from the records."""

import dataclasses

from experiments.book.comparison import Told
from experiments.book.comparison_rectifiers.quantities import DEAD_UNITS
from experiments.claims import TEST_ERROR, TRAIN_LOSS, describe
from experiments.claims.statistics import LEVEL, holm
from experiments.report.blocks import Picture
from experiments.report.figures import looks_of, numerals, title
from experiments.report.figures import words as w
from experiments.report.figures.looks import BAND, QUIET
from experiments.report.figures.style import bar

YARDSTICK, AGAIN = "relu", "relu_again"
LEAKING = ("leaky_100", "leaky_5.5", "prelu", "rrelu")


@dataclasses.dataclass(frozen=True)
class Answers:
    """What a page says before its experiments.

    Attributes:
        tasks: experiments in which every function is trained: a normalised net, a plain one, one on few images.
        functions: their names, `AGAIN` among them.
        exponential: those of them that the book calls costly.
        margin: of test error, and of the share of dead units: a difference below it is none, as the claims have it.
    """

    tasks: tuple
    functions: tuple
    exponential: tuple
    margin: float

    def blocks(self, evidence, text):
        """Return blocks of a page from the `Evidence` by experiment; none where nothing ran."""
        return Seen(self, evidence, text).blocks()


class Seen(Told):
    """The answers from certain records in one language."""

    def __init__(self, answers, evidence, text):
        super().__init__(answers.functions, answers.tasks, YARDSTICK, evidence, text)
        self.normalised, _, self.few = answers.tasks
        self.exponential, self.margin = answers.exponential, answers.margin

    def sentences(self):
        found = [self.say("slower", told=self.times([YARDSTICK, "gelu", "gelu_tanh"]))]
        if self.normalised in self.real:
            found.insert(0, self.pays())
        if self.few in self.real:
            found.append(self.over_fits())
        if self.evidence["dying"].preset:
            found.append(self.dying())
        found.append(self.exploding())
        if self.normalised in self.real:
            found.append(self.noise())
        return [*found, self.say("take", **self.standing(), tasks=len(self.real))]

    def pays(self):
        """Return whether functions with an exponential err less often, and what their steps take."""
        told = [self.said(self.normalised, name, YARDSTICK, margin=self.margin) for name in self.exponential]
        return self.say("exponential", told="; ".join(told), times=self.times(self.exponential))

    def over_fits(self):
        """Return whether a learned slope fits few images better than a fixed one, and new ones worse."""
        pair = "prelu", "leaky_5.5"
        loss, error = (self.gap(self.few, *pair, quantity) for quantity in (TRAIN_LOSS, TEST_ERROR))
        key = "over_fits_unknown"
        if loss and error and loss.interval and error.interval:
            fits, better, worse = loss.high < 0, error.high < 0, error.low > 0
            key = "over_fits_yes" if fits and worse else "over_fits_no" if better or loss.low > 0 else key
            if fits and error.within(self.margin):
                key = "over_fits_no"
        cost = describe(loss, TRAIN_LOSS, self.text, difference=True) if loss else self.say("not_measured")
        told = self.said(self.few, *pair, margin=self.margin)
        return self.say("over_fits", cost=cost, told=told, verdict=self.say(key))

    def dying(self):
        """Return how many units are dead at the end, with a slope below 0 and without."""
        evidence, shares = self.evidence["dying"], []
        for name in (YARDSTICK, *LEAKING):
            estimate = evidence.estimate(name, DEAD_UNITS)
            if estimate is not None:
                shares.append(f"{self.text.labels[name]} {describe(estimate, DEAD_UNITS, self.text)}")
        gaps = [self.gap("dying", name, YARDSTICK, DEAD_UNITS) for name in LEAKING[:2]]
        key = "alive_unknown"
        if all(gap and gap.interval for gap in gaps):
            below = [gap.high < 0 for gap in gaps]
            key = "alive_both" if all(below) else "alive_one" if any(below) else key
            if not any(below) and all(gap.within(self.margin) for gap in gaps):
                key = "alive_same"
        return self.say("dying", told="; ".join(shares) or self.say("not_measured"), verdict=self.say(key))

    def exploding(self):
        """Return how many of the rates that were tried of each function made a run diverge, by task."""
        told = []
        for task in self.real:
            tried = {name: self.evidence[task].tuning.get(name, ()) for name in self.contenders}
            lost = {name: sum(r["outcome"] == "diverged" for r in runs) for name, runs in tried.items()}
            rates = max(map(len, tried.values()))
            some = [f"{self.text.labels[name]} {n}" for name, n in lost.items() if n]
            key = ("lost_of" if some else "lost_none") if rates else "not_tried"
            told.append(f"{self.title(task)}: {self.say(key, rates=rates, lost=self.text.all_of(some))}")
        return self.say("exploding", told="; ".join(told))

    def noise(self):
        """Return how far ReLU lies from itself, and which functions are better by more than that."""
        floor = self.gap(self.normalised, AGAIN, YARDSTICK)
        if floor is None or floor.low is None or floor.high is None:
            return self.say("noise", floor=self.say("not_measured"), told=self.say("beyond_unknown"))
        reach, labels = max(abs(floor.low), abs(floor.high)), self.text.labels
        others = [name for name in self.contenders if name not in (YARDSTICK, AGAIN)]
        gaps = {name: gap for name in others if (gap := self.gap(self.normalised, name, YARDSTICK)) and gap.interval}
        sure = dict(zip(gaps, holm([gap.p_value() for gap in gaps.values()]), strict=True))
        apart = {name: gap for name, gap in gaps.items() if sure[name] <= LEVEL and abs(gap.mean) > reach}
        better, worse = ([n for n, gap in apart.items() if (gap.mean < 0) == below] for below in (True, False))
        told = self.say("beyond_some", names=self.text.all_of(labels[n] for n in better))
        told = told if better else self.say("beyond_none")
        told += f"; {self.say('worse_some', names=self.text.all_of(labels[n] for n in worse))}" if worse else ""
        return self.say("noise", floor=self.shown(floor), told=told)

    def ranked(self):
        return [name for name in self.contenders if name != AGAIN]

    def pictures(self):
        return [self.gaps(), *super().pictures()]

    def gaps(self):
        """Return the figure of paired differences to the yardstick: a panel for each task, a line for each function."""
        text, others = self.text, [name for name in self.contenders if name != YARDSTICK]
        look = looks_of(self.contenders, self.evidence[self.ran[0]].paper.components)
        found = {
            task: {name: gap.scaled(100) for name in others if (gap := self.gap(task, name, YARDSTICK))}
            for task in self.ran
        }
        found = {task: gaps for task, gaps in found.items() if gaps}
        if not found:
            return None
        counts = sorted({gap.n for gaps in found.values() for gap in gaps.values()})
        n = "–".join(map(str, dict.fromkeys([counts[0], counts[-1]])))

        def draw(axes):
            figure = axes.figure
            figure.set_size_inches(6.4, 1.4 + 0.27 * len(others))
            axes.remove()
            panels = figure.subplots(1, len(found), sharey=True, squeeze=False)[0]
            for panel, (task, gaps) in zip(panels, found.items(), strict=True):
                ends = [end for gap in gaps.values() for end in (gap.mean, 0.0)]
                room = 0.35 * (max(ends) - min(ends)) or 1.0
                panel.set_xlim(min(ends) - room, max(ends) + room)
                panel.set_ylim(len(others) - 0.5, -0.5)
                floor = gaps.get(AGAIN)
                if floor is not None and floor.interval:
                    panel.axvspan(*floor.interval, color=BAND[0], lw=0, zorder=0)
                panel.axvline(0, color=QUIET[0], lw=1)
                for y, name in enumerate(others):
                    if name in gaps:
                        line = look[name]
                        bar(panel, y, gaps[name], line.colour)
                        panel.plot([gaps[name].mean], [y], ls="none", marker=line.marker, ms=5, color=line.colour)
                panel.set_yticks(range(len(others)), [text.labels[name] for name in others])
                panel.set_title(self.say(f"panel_{task}"), fontsize=9, loc="left")
                numerals(panel, text, "x")
                panel.grid(axis="y", visible=False)
            figure.supxlabel(w.labelled(text, self.say("gap"), TEST_ERROR.difference_unit), fontsize=9)
            title(panels[0], self.say("gaps_title", seeds=w.seeds(text, n)))

        first = next(iter(found.values()))
        told = [f"{text.labels[name]} {text.numeral(gap.mean, '.1f')}" for name, gap in first.items()]
        alt = w.described(text, self.say("gaps_alt", title=self.title(next(iter(found)))), told)
        return Picture("gaps", alt, self.say("gaps"), draw)
