"""Contenders over several tasks: factors above the best, mean ranks, and which of them a test tells apart."""

import math

import numpy as np
from scipy import stats

from experiments.claims.statistics import LEVEL

FEWEST = 6  # tasks that a test of ranks is asked of


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


def ranks(costs):
    """Return the mean rank of each contender over the tasks, 1 for the best; ties share their ranks."""
    _, found = table(costs)
    return dict(zip(costs, map(float, stats.rankdata(found, axis=0).mean(1)), strict=True))


def differ(costs):
    """Tell whether Friedman's test finds, at 5 %, that the contenders differ at all.

    It is not asked of fewer than six tasks or three contenders.
    """
    tasks, found = table(costs)
    if len(tasks) < FEWEST or len(costs) < 3:
        return False
    return bool(stats.friedmanchisquare(*stats.rankdata(found, axis=0)).pvalue <= LEVEL)


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
