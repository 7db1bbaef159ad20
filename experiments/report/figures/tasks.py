"""Contenders over several tasks: performance profiles, and the diagram of critical differences of mean ranks."""

import math

import numpy as np

from experiments.claims.over_tasks import critical, differ, groups, profile, ranks, table
from experiments.report.blocks import Picture
from experiments.report.figures import words as w
from experiments.report.figures.looks import GROUND, TEXT, looks_of
from experiments.report.figures.style import label_y, log_axis, name_lines, numerals, title


def performance_profile(costs, labels, text, name, declared=()):
    """Return the figure of a performance profile; `None` where no contender has a result.

    Args:
        costs: by contender and task, as of `table`.
        labels: printed name of each contender.
        text: words of the figure.
        name: of the file.
        declared: by contender, its component, as of a paper.
    """
    found, look = profile(costs), looks_of(costs, declared)
    finite = [x for row in found.values() for x in row if math.isfinite(x)]
    if not finite:
        return None
    n, reach = len(next(iter(found.values()))), max(1.1, 1.1 * max(finite))

    def share(row, factor):
        return 100 * float(np.mean(row <= factor))

    def draw(axes):
        ends = []
        for contender, row in found.items():
            steps = np.unique([1.0, *row[np.isfinite(row)], reach])
            line, label = look[contender].line(), labels[contender]
            y = [share(row, x) for x in steps]
            axes.plot(steps, y, drawstyle="steps-post", lw=1.4, ms=4, label=label, **line)
            ends.append((label, line, y[-1]))
        numerals(axes, text)
        log_axis(axes, "x", text)
        axes.set_xlim(1, reach)
        axes.set_ylim(0, 103)
        axes.set_xlabel(text.caption("factor"))
        label_y(axes, text.caption("share_of_tasks"))
        title(axes, text.caption("profile_title", n=n))
        name_lines(axes, ends)

    shares = {contender: text.numeral(share(row, 1.0), ".0f") for contender, row in found.items()}
    best = [f"{labels[contender]} {text.with_unit(number, '%')}" for contender, number in shares.items()]
    return Picture(name, w.described(text, text.caption("profile_alt"), best), text.caption("profile", n=n), draw)


def critical_differences(costs, labels, text, name):
    """Return the diagram of mean ranks, in which a bar joins those that are not told apart.

    It is `None` with fewer than six tasks or three contenders, and where Friedman's test finds no difference at all:
    there is nothing to tell apart then.

    Args:
        costs, labels, text, name: as of `performance_profile`.
    """
    if not differ(costs):
        return None
    n, k = len(table(costs)[0]), len(costs)
    places, difference = ranks(costs), critical(k, n)
    order, joined = sorted(places, key=places.get), groups(places, difference)

    def draw(axes):
        axes.figure.set_size_inches(5.6, 1.5 + 0.2 * (k + len(joined)))
        for row, contender in enumerate(order):
            y = -len(joined) - 1.2 - row
            axes.plot([places[contender]] * 2, [0, y], color=TEXT[0], lw=0.9)
            written = f"{labels[contender]} ({text.numeral(places[contender], '.2f')})"
            hidden = dict(facecolor=GROUND[0], edgecolor="none", pad=0.5)  # the lines of those further down
            axes.text(places[contender] + 0.06, y, written, va="center", fontsize=9, bbox=hidden)
        for row, group in enumerate(joined):
            ends = [places[group[0]] - 0.04, places[group[-1]] + 0.04]
            axes.plot(ends, [-0.6 - row] * 2, color=TEXT[0], lw=4, solid_capstyle="butt")
        axes.set_xlim(0.9, k + 0.9)
        axes.set_ylim(-len(joined) - k - 1.0, 0)
        axes.xaxis.set_ticks_position("top")
        axes.xaxis.set_label_position("top")
        axes.set_xticks(range(1, k + 1))
        axes.set_xlabel(text.caption("mean_rank"))
        axes.set_yticks([])
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.spines["top"].set_visible(True)
        axes.grid(visible=False)
        title(axes, text.caption("ranks_title", n=n))

    said = dict(n=n, difference=text.numeral(difference, ".2f"))
    ends = [f"{labels[c]} {text.numeral(places[c], '.2f')}" for c in order]
    return Picture(name, w.described(text, text.caption("ranks_alt"), ends), text.caption("ranks", **said), draw)
