"""Linear losses on [-1, 1] on which Adam goes to the worst point (theorem 1; section 5, figure 1)."""

import math
import time

import numpy as np

from experiments import engine
from experiments.claims import Finding, Ordering, Quantity, Value
from experiments.claims.quantities import last
from experiments.report.figures import OverColumn
from experiments.seeds import derive
from experiments.spec import Choice, Deviation, Experiment, Integer, Preset, Real

EPSILON = 1e-8  # that of `custom.optimizers.Adam`; the paper has none
AMSGRAD = {"adam": False, "amsgrad": True}
START = (0.0, 0.0, 0.0)  # m, v and the largest v


def projected(slopes, rates, x, moments, beta_1, beta_2, amsgrad):
    """Take a step for each loss `slope x` and return to [-1, 1]; one number, in float64.

    The rule is that of `custom.optimizers.Adam(bias_correction=False, amsgrad=...)`, algorithm 2 of the paper.

    Args:
        slopes, rates: lists of as many numbers.
        x: where it starts.
        moments: m, v and the largest v; `START` at the first step.
        beta_1, beta_2: decay rates.
        amsgrad: whether the largest v divides in place of v.

    Returns:
        `(x, moments, visited, loss)`: where it ends, and the sums of x and of the losses over the steps, each of which
        is paid before the step is taken.
    """
    m, v, largest = moments
    visited = loss = 0.0
    for slope, rate in zip(slopes, rates, strict=True):
        visited += x
        loss += slope * x
        m = beta_1 * m + (1 - beta_1) * slope
        v = beta_2 * v + (1 - beta_2) * slope * slope
        if not amsgrad or v > largest:
            largest = v
        x -= rate * m / (math.sqrt(largest) + EPSILON)
        if x > 1:
            x = 1.0
        elif x < -1:
            x = -1.0
    return x, (m, v, largest), visited, loss


def in_turn(job):
    """Return the run in which the slopes come in turn, again and again."""
    pool = job.dataset.y_train[:, 0].astype("float64")
    return _computation(job, lambda first, n: pool[np.arange(first, first + n) % len(pool)])


def drawn(job):
    """Return the run in which each slope is drawn, both variants of a seed having the same draws."""
    pool = job.dataset.y_train[:, 0].astype("float64")
    draw = np.random.default_rng(derive(job.seed, "slopes"))
    return _computation(job, lambda first, n: pool[draw.integers(len(pool), size=n)])


def _computation(job, slopes):
    return engine.Computation(_rows(job, slopes), {"parameters": 1, "compiler": "none"})


def _rows(job, slopes):
    """Yield rows of so many steps: mean iterate of the row, average regret R_t / t since the start.

    The regret is against the best fixed point, -1 or 1: the sum of the losses, and of the slopes without its sign.
    """
    s, moments, loss, total = job.settings, START, 0.0, 0.0
    x = float(np.random.default_rng(derive(job.seed, "start")).uniform(-1, 1))
    for row in range(1, s.epochs + 1):
        began, first = time.perf_counter(), (row - 1) * s.steps
        some = slopes(first, s.steps)
        t = np.arange(first + 1, first + s.steps + 1)
        rates = s.learning_rate / np.sqrt(t) if s.schedule == "inverse_root" else np.full(s.steps, s.learning_rate)
        betas = s.beta_1, s.beta_2
        x, moments, visited, paid = projected(some.tolist(), rates.tolist(), x, moments, *betas, job.variant)
        loss, total = loss + paid, total + float(some.sum())
        measured = {"iterate": visited / s.steps, "regret": (loss + abs(total)) / (row * s.steps)}
        yield {"epoch": row, "seconds": round(time.perf_counter() - began, 3)} | measured


def mean_of_last_rows(history):
    """Return the mean iterate of the last ten rows: one row of drawn slopes alone is still far from the mean."""
    rows = history[-10:]
    return sum(row["iterate"] for row in rows) / len(rows)


ITERATE, REGRET = Quantity("iterate", "", last("iterate"), digits=3), Quantity("regret", "", last("regret"), digits=3)
LATE_ITERATE = Quantity("late_iterate", "", mean_of_last_rows, digits=3)

PLOTTED = dict(steps=100_000, learning_rate=0.001, schedule="constant", beta_1=0.9, beta_2=0.99)
OF_THE_THEOREM = dict(steps=10_000, learning_rate=0.5, schedule="inverse_root", beta_1=0.0, beta_2=0.1)
SCHEDULE = Choice(("constant", "inverse_root"))
DECAY = Real(low=0.0, below=1.0)
DOMAINS = dict(steps=Integer(1, 10_000_000), schedule=SCHEDULE, beta_1=DECAY, beta_2=DECAY)


def experiment(name, train, data, epochs, settings):
    """Return an experiment of so many rows."""
    settings = dict(data=data, epochs=epochs) | settings
    presets = {
        "quick": Preset(settings | dict(epochs=10, steps=2000), seeds=1),
        "reduced": Preset(settings, seeds=5),
        "paper": Preset(settings, seeds=10),
    }
    return Experiment(name, AMSGRAD, train, presets, protocol=("losses",), domains=DOMAINS, most=10)


EXPERIMENTS = (
    experiment("in_turn", in_turn, "slopes_in_turn", 60, PLOTTED),
    experiment("drawn", drawn, "slopes_drawn", 60, PLOTTED),
    experiment("theorem_1", in_turn, "slopes_of_theorem_1", 30, OF_THE_THEOREM),
)
NAMES = tuple(e.name for e in EXPERIMENTS)
PRESETS = ("reduced", "paper")


def ends(name, variant, point, tolerance, text="ends"):
    """The claim on the point of [-1, 1] to which a method goes."""
    at = dict(experiment=name, variant=variant, quantity=LATE_ITERATE, presets=PRESETS)
    return Value(name=f"{name}_{variant}_ends", text=text, value=float(point), tolerance=tolerance, **at)


def regret(name, variant, value, tolerance, text):
    """The claim on the average regret to which a method goes."""
    at = dict(experiment=name, variant=variant, quantity=REGRET, presets=PRESETS)
    return Value(name=f"{name}_{variant}_regret", text=text, value=value, tolerance=tolerance, **at)


def less_regret(name):
    """The claim that AMSGrad's average regret is the smaller one."""
    at = dict(experiment=name, quantity=REGRET, presets=PRESETS)
    return Ordering(name=f"{name}_less_regret", text="less_regret", lower="amsgrad", higher=("adam",), **at)


FINDINGS = (
    Finding(
        "theorem_1",
        (
            ends("theorem_1", "adam", 1, 0.01, "theorem_ends"),
            regret("theorem_1", "adam", 2 / 3, 0.01, "theorem_regret"),
            ends("theorem_1", "amsgrad", -1, 0.01, "theorem_ends"),
            regret("theorem_1", "amsgrad", 0.0, 0.01, "theorem_no_regret"),
        ),
        kind="confirmation",
    ),
    Finding(
        "in_turn",
        (ends("in_turn", "adam", 1, 0.05), ends("in_turn", "amsgrad", -1, 0.05), less_regret("in_turn")),
        kind="confirmation",
    ),
    Finding(
        "drawn",
        (ends("drawn", "adam", 1, 0.05), ends("drawn", "amsgrad", -1, 0.25, "hovers"), less_regret("drawn")),
    ),
)
DEVIATIONS = (
    Deviation("plotted_rate", ("in_turn", "drawn")),
    Deviation("start", NAMES),
    Deviation("no_epsilon", NAMES),
    Deviation("theorem_text", ("theorem_1",)),
    Deviation("losses_seeds", NAMES, PRESETS),
    Deviation("few_steps", NAMES, ("quick",)),
)
RESULTS = dict.fromkeys(NAMES, (LATE_ITERATE, REGRET))
FIGURES = tuple(
    OverColumn(name, quantity, steps="steps", per=1000, marks=(mark,))
    for name in NAMES
    for quantity, mark in ((ITERATE, -1.0), (REGRET, 0.0))
)
