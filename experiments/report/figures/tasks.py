"""Contenders over several tasks: performance profiles, and the diagram of critical differences of mean ranks."""

import math

import numpy as np
from scipy import stats

from experiments.claims.statistics import LEVEL
from experiments.report.blocks import Picture
from experiments.report.figures import words as w
from experiments.report.figures.looks import TEXT, looks_of
from experiments.report.figures.style import label_y, log_axis, name_lines, numerals, title

FEWEST = 6  # tasks of a diagram of critical differences


def table(costs):
    """Return tasks and an array of costs, a row for each contender; infinity where it has no finite one.

    Args:
        costs: by contender and task, positive, the lower the better.

    Raises:
        ValueError: a cost is not above 0.
    """
    tasks = list(dict.fromkeys(task for by_task in costs.values() for task in by_task))
    found = np.array([[by_task.get(task, math.inf) for task in tasks] for by_task in costs.values()], float)
    found = np.where(np.isnan(found), math.inf, found)
    if found.size and found.min() <= 0:
        raise ValueError(f"Received: a cost of {found.min():g}. Expected costs above 0.")
    return tasks, found


def profile(costs):
    """Return, by contender, factors above the best of each task, in order: infinity where it has no result.

    The share of the tasks on which a contender is within a factor of the best is how many of its factors are at most
    that one, by how many there are (Dolan and Moré, 2002).
    """
    _, found = table(costs)
    best = found.min(0)
    ratios = np.where(np.isfinite(best), found / np.where(np.isfinite(best), best, 1.0), math.inf)
    return {contender: np.sort(row) for contender, row in zip(costs, ratios, strict=True)}


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

    best = [f"{labels[c]} {text.numeral(share(row, 1.0), '.0f')} %" for c, row in found.items()]
    return Picture(name, w.described(text, text.caption("profile_alt"), best), text.caption("profile", n=n), draw)


def ranks(costs):
    """Return the mean rank of each contender over the tasks, 1 for the best; ties share their ranks."""
    _, found = table(costs)
    return dict(zip(costs, map(float, stats.rankdata(found, axis=0).mean(1)), strict=True))


def critical(contenders, tasks):
    """Return the smallest difference of mean ranks that Nemenyi's test finds at 5 % (Demšar, 2006)."""
    q = float(stats.studentized_range.ppf(1 - LEVEL, contenders, math.inf)) / math.sqrt(2)
    return q * math.sqrt(contenders * (contenders + 1) / (6 * tasks))


def groups(mean_ranks, difference):
    """Return the largest runs of contenders, in the order of their ranks, that a difference does not tell apart."""
    order, found = sorted(mean_ranks, key=mean_ranks.get), []
    for i, first in enumerate(order):
        alike = [other for other in order[i:] if mean_ranks[other] - mean_ranks[first] < difference]
        if len(alike) > 1 and not any(set(alike) <= set(group) for group in found):
            found.append(alike)
    return found


def critical_differences(costs, labels, text, name):
    """Return the diagram of mean ranks, in which a bar joins those that are not told apart.

    It is `None` with fewer than six tasks or three contenders, and where Friedman's test finds no difference at all:
    there is nothing to tell apart then.

    Args:
        costs, labels, text, name: as of `performance_profile`.
    """
    tasks, found = table(costs)
    n, k = len(tasks), len(costs)
    if n < FEWEST or k < 3:
        return None
    p = float(stats.friedmanchisquare(*stats.rankdata(found, axis=0)).pvalue)
    if not p <= LEVEL:
        return None
    places, difference = ranks(costs), critical(k, n)
    order, joined = sorted(places, key=places.get), groups(places, difference)

    def draw(axes):
        axes.figure.set_size_inches(5.6, 1.5 + 0.2 * (k + len(joined)))
        for row, contender in enumerate(order):
            y = -len(joined) - 1.2 - row
            axes.plot([places[contender]] * 2, [0, y], color=TEXT[0], lw=0.9)
            written = f"{labels[contender]} ({text.numeral(places[contender], '.2f')})"
            axes.text(places[contender], y, f" {written}", va="center", fontsize=9)
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
