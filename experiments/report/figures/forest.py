"""All findings of a paper in one figure: what was measured beside what the paper has, and the verdict."""

import collections
import dataclasses
import math
import textwrap

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from experiments.claims import VERDICTS as ORDER
from experiments.claims import Claim, Verdict, Yardstick
from experiments.claims.statistics import Estimate
from experiments.report.blocks import Picture
from experiments.report.figures import words as w
from experiments.report.figures.looks import BAND, GROUND, QUIET, TEXT, VERDICTS
from experiments.report.figures.style import Numerals, bar
from experiments.spec.text import bracketed

# In inches: the figure, its column of verdicts and numbers; a line of letters, the lane of a bar, an axis, a gap.
WIDTH, RIGHT, EDGE = 5.6, 1.9, 0.08
LINE, LANE, AXIS, GAP = 0.16, 0.2, 0.52, 0.1
LETTERS = 62  # of a label that stand in one line
LARGE, SMALL = 8.5, 7.5  # sizes of letters


@dataclasses.dataclass(frozen=True)
class Row:
    """A line of the figure.

    Attributes:
        label: what is said.
        verdict: of the finding or claim.
        claim: whose number is drawn, or `None`.
        estimate: the number, in the claim's unit; `None`: no bar.
        below: whether it stands below the finding that it belongs to.
        unit: of the number, in the paper's words; "" where it has none, or is a ratio.
    """

    label: str
    verdict: str
    claim: Claim | None = None
    estimate: Estimate | None = None
    below: bool = False
    unit: str = ""

    @classmethod
    def of(cls, label, verdict, claim, estimate, text, below=False):
        """Return the line of a claim, with its unit in the words of `text`."""
        held = claim.yardstick()
        unit = text.row("units", held.unit) if held.unit and not held.ratio else ""
        return cls(label, verdict, claim, estimate, below, unit)

    @property
    def held(self):
        """What the number is held against."""
        return self.claim.yardstick() if self.claim else Yardstick()

    @property
    def panel(self):
        """Rows that share an axis: those of one unit, differences apart from values."""
        held = self.held
        return self.unit, held.ratio, held.line is not None or held.unit == "points"


def forest_rows(judgements, text, prefix="", claims=True):
    """Return the lines of judgements, which are numbered in their order.

    Args:
        judgements: of one paper, as `claims.judge` returns them.
        text: its words.
        prefix: what stands before the number, such as the paper's short name.
        claims: whether claims that have numbers stand below a finding of several.
    """
    found = []
    for number, judgement in enumerate(judgements, 1):
        label = f"{prefix}{' ' if prefix else ''}{number}. {judgement.finding.statement(text)}"
        told = [(claim, verdict, _weakest(verdict)) for claim, verdict in judgement.claims]
        measured = [each for each in told if each[2] is not None]
        if claims and len(told) > 1 and measured:
            found.append(Row(label, judgement.verdict))
            for claim, verdict, part in measured:
                words = claim.statement(text)
                if len(verdict.parts) > 1:
                    against = dict(variant=text.labels.get(part.against, ""), of=len(verdict.parts))
                    words = text.caption("weakest", words=words, **against)
                found.append(Row.of(words, verdict.verdict, claim, part.estimate, text, below=True))
            continue
        decides = [each for each in measured if each[1].verdict == judgement.verdict] or measured or told
        claim, _, part = decides[0]
        found.append(Row.of(label, judgement.verdict, claim, part and part.estimate, text))
    return tuple(found)


def _weakest(verdict: Verdict):
    """Return the part that says least for the claim: the least sure to lie above 0, of equally sure ones the smallest.

    `None` where no number can be drawn.
    """
    drawn = [part.estimate for part in verdict.parts if part.estimate.mean is not None or part.estimate.interval]
    if not drawn:
        return None
    weakest = max(drawn, key=lambda e: (e.tail(0.0), -math.inf if e.mean is None else -e.mean))
    return next(part for part in verdict.parts if part.estimate is weakest)


def forest(judgements, text, name):
    """Return the figure of a paper's judgements; `None` where there are none.

    A line is a finding, with its claims below where several have numbers: the measured mean and its 95 % interval,
    the paper's number as an open diamond, the line of no difference, the side or band where the claim puts the
    number, the verdict as a word. Lines of one unit share an axis.

    Args:
        judgements: as `claims.judge` returns them.
        text: the paper's words.
        name: of the file.
    """
    counts = collections.Counter(judgement.verdict for judgement in judgements)
    return forest_of(forest_rows(judgements, text), text, name, counts)


def forest_of(lines, text, name, counts, most=4):
    """Return the figure of `forest_rows`, which may be those of several papers; `None` where there are none.

    Args:
        lines: what `forest_rows` returns.
        text: words of the figure itself.
        name: of the file.
        counts: how many findings have each verdict.
        most: lines of letters that a label may have.
    """
    if not lines:
        return None
    panels = _panels(lines)

    def draw(axes):
        figure = axes.figure
        axes.remove()
        figure.set_layout_engine("none")
        heading = textwrap.wrap(text.caption("forest_title"), 64)
        height = 0.1 + 0.19 * len(heading) + GAP
        height += sum(_height(panel, most) + (AXIS if key else GAP) for key, panel in panels)
        figure.set_size_inches(WIDTH, height)
        y = 0.1
        for line in heading:
            _write(figure, EDGE, y, line, 10, weight="bold")
            y += 0.19
        y += GAP / 2
        for key, panel in panels:
            y = _draw_panel(figure, y, key, panel, text, most)

    tally = [text.page("strip", n=counts[v], verdict=text.verdict(v)) for v in ORDER if counts[v]]
    findings = sum(counts.values())
    return Picture(
        name,
        w.described(text, text.caption("forest_alt", findings=findings), tally),
        text.caption("forest"),
        draw,
    )


def _panels(lines):
    """Return `(key, rows)` by axis, in the order of their first rows; those without a number last, under `None`."""
    found, bare, head = {}, [], None
    for row in lines:
        if row.claim is None:
            head = row
        elif row.estimate is None:
            bare.append(row)
        else:
            panel = found.setdefault(row.panel, [])
            if row.below and head not in panel:
                panel.append(head)
            panel.append(row)
    return [*found.items(), *([(None, bare)] if bare else [])]


def _label(row, most):
    found = textwrap.wrap(row.label, LETTERS - 3 * row.below)
    return found if len(found) <= most else [*found[: most - 1], f"{found[most - 1].rsplit(' ', 1)[0]} …"]


def _height(panel, most):
    return sum(LINE * len(_label(row, most)) + (LANE if row.estimate else 0) + GAP / 2 for row in panel)


def _write(figure, x, y, words, size, **look):
    """Write at a place in inches from the upper left corner."""
    width, height = figure.get_size_inches()
    figure.text(x / width, 1 - y / height, words, fontsize=size, va="top", **look)


def _draw_panel(figure, y, key, panel, text, most):
    """Draw the lines of one axis from a height on; return where they end."""
    width, height = figure.get_size_inches()
    bottom, axes = y + _height(panel, most), None
    if key:
        box = (EDGE / width, 1 - bottom / height, (width - RIGHT - 2 * EDGE) / width, (bottom - y) / height)
        axes = figure.add_axes(box)
        _axis(axes, key, panel, text)
        axes.set_ylim(bottom, y)
    for row in panel:
        look = {"color": TEXT[0]} if row.verdict not in ("not run", "not at this scale") else {"color": QUIET[0]}
        right = dict(ha="right", color=VERDICTS[row.verdict][0], weight="normal" if row.below else "bold")
        _write(figure, width - EDGE, y, text.verdict(row.verdict), LARGE, **right)
        for line in _label(row, most):
            _write(figure, EDGE + 0.16 * row.below, y, line, LARGE, **look)
            y += LINE
        if row.estimate:
            _draw_row(axes, y + LANE / 2, row)
            _write(figure, width - EDGE, y + 0.02, _number(row, text), SMALL, ha="right", color=QUIET[0])
            y += LANE
        y += GAP / 2
    return bottom + (AXIS if key else GAP)


def _draw_row(axes, y, row):
    """Draw a line's band, its line of no difference, the interval and mean, the paper's number."""
    held, colour, (left, right) = row.held, VERDICTS[row.verdict][0], axes.get_xlim()
    top, size = y - LANE / 2 + 0.015, LANE - 0.03
    low, high = (held.printed(end) for end in (held.low, held.high))
    if held.low is not None or held.high is not None:
        ends = max(left, left if low is None else low), min(right, right if high is None else high)
        if ends[0] < ends[1]:
            band = dict(facecolor=BAND[0], edgecolor="none", zorder=0.5)
            axes.add_patch(Rectangle((ends[0], top), ends[1] - ends[0], size, **band))
    if held.line is not None:
        axes.plot([held.printed(held.line)] * 2, [top, top + size], color=QUIET[0], lw=1, zorder=1)
    printed = _printed(row)
    bar(axes, y, printed, colour, 2.0)
    if printed.mean is not None:
        axes.plot([printed.mean], [y], ls="none", marker="o", ms=5, color=colour, clip_on=False)
    if held.published is not None:
        diamond = dict(ls="none", marker="D", ms=6, mfc=GROUND[0], mec=TEXT[0], mew=1.2, clip_on=False, zorder=3)
        axes.plot([held.printed(held.published)], [y], **diamond)


def _printed(row):
    """Return a row's estimate as it is printed."""
    printed, e = row.held.printed, row.estimate
    return Estimate(printed(e.mean), e.n, printed(e.low), printed(e.high), cases=e.cases)


def _number(row, text):
    """Return mean, interval and n in words."""
    held, quantity, printed = row.held, row.claim.quantity, _printed(row)

    def number(value, raw):
        of_quantity = held.scale == quantity.scale and held.unit in (quantity.unit, quantity.difference_unit)
        if of_quantity and not held.logarithm and quantity.digits is not None:
            return text.number(quantity, raw)
        return text.numeral(value, "z#.3g").rstrip(".,")

    e = row.estimate
    ends = bracketed(number(printed.low, e.low), number(printed.high, e.high)) if e.interval else ""
    mean = "" if e.mean is None else number(printed.mean, e.mean)
    return text.caption("forest_number", number=f"{mean} {ends}".strip(), n=e.n)


def _axis(axes, key, panel, text):
    """Give a panel its limits, ticks and label."""
    unit, ratio, difference = key
    if ratio:
        axes.set_xscale("log")
    axes.set_xlim(_limits(panel, ratio))
    low, high = axes.get_xlim()
    few = LogLocator(subs=(1, 2, 5) if high < 100 * low else (1,)) if ratio and high > 4 * low else MaxNLocator(6)
    axes.xaxis.set_major_locator(few)
    axes.xaxis.set_major_formatter(Numerals(text, even=not ratio))
    axes.xaxis.set_minor_formatter(NullFormatter())
    kind = "ratio" if ratio else "difference" if difference else "value"
    label = text.caption(f"forest_{kind}")
    axes.set_xlabel(f"{label} ({unit})" if unit else label, fontsize=9)
    axes.tick_params(labelsize=8)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False)


def _limits(panel, ratio):
    """Return the ends of an axis: every mean, line and published number, and of the intervals what is near them."""
    forth, back = (math.log, math.exp) if ratio else (float, float)
    points, ends = [], []
    panel = [row for row in panel if row.estimate is not None]
    for row in panel:
        held, printed = row.held, _printed(row)
        points += [printed.mean, *(held.printed(x) for x in (held.published, held.line))]
        if held.line is None:
            points += [held.printed(x) for x in (held.low, held.high)]
        ends += [
            e for e in (printed.low, printed.high) if e is not None and math.isfinite(e) and not (ratio and e <= 0)
        ]
    points = [forth(x) for x in points if x is not None and math.isfinite(x) and not (ratio and x <= 0)]
    points = points or [forth(e) for e in ends] or [0.0]
    low, high = min(points), max(points)
    widths = [forth(e.high) - forth(e.low) for e in map(_printed, panel) if _whole(e, ratio)]
    span = max(high - low, float(np.median(widths)) if widths else 0.0) or abs(high) or 1.0
    low = min([low, *(max(forth(e), low - 0.6 * span) for e in ends)])
    high = max([high, *(min(forth(e), high + 0.6 * span) for e in ends)])
    room = 0.05 * (high - low or span)
    return back(low - room), back(high + room)


def _whole(estimate, ratio):
    """Tell whether an estimate has both ends, on an axis that may be logarithmic."""
    ends = (estimate.low, estimate.high)
    return all(end is not None and math.isfinite(end) and not (ratio and end <= 0) for end in ends)
