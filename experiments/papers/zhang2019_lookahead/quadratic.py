"""The noisy quadratic: variance in the long run of SGD and of Lookahead around it, by formula and by the library."""

import time

import keras
import numpy as np

from custom.optimizers import GradientDescent, Lookahead
from experiments import engine
from experiments.claims import Finding, Ordering, Quantity, Value
from experiments.data.catalogue import computed, declare
from experiments.report.figures import OverColumn
from experiments.seeds import derive
from experiments.spec import Deviation, Experiment, Integer, Preset, Real

CITATION = "Zhang et al., Lookahead Optimizer: k steps forward, 1 step back, 2019"


def curvature(name):
    """Return the one curvature a of the loss a (w - c)^2 / 2, as inputs, targets and test set alike."""
    one = np.ones((1, 1), "int8")
    return one, one, one, one


declare("noisy_quadratic", computed(curvature, CITATION, "a noisy quadratic of curvature 1"))


def sgd_variance(rate):
    """Return the variance of w in the long run under SGD: w <- w - rate (w - c) with c from N(0, 1)."""
    return rate / (2 - rate)


def lookahead_variance(rate, k, alpha):
    """Return that of the slow weights of Lookahead around it: a share of SGD's.

    With x = (1 - rate)^k the slow weights go by phi <- (1 - alpha + alpha x) phi + alpha e, where e is what SGD adds
    in k steps from a fixed start, of variance (1 - x^2) times SGD's in the long run.
    """
    x = (1 - rate) ** k
    return alpha**2 * (1 - x**2) / (1 - (1 - alpha + alpha * x) ** 2) * sgd_variance(rate)


def train(job):
    """Run the library's optimizer on many weights at once, which differ in their noise alone, from 0."""
    return engine.Computation(_rows(job), {"parameters": job.settings.copies, "compiler": "none"})


def _rows(job):
    """Yield rows of k steps: variance, over the copies, of the weights after the last, slow ones under Lookahead."""
    s, (wrapped, rate) = job.settings, job.variant
    draw, a = np.random.default_rng(derive(job.seed, "noise")), float(job.dataset.y_train[0, 0])
    inner = GradientDescent(rate)
    optimizer = Lookahead(inner, k=s.k, alpha=s.alpha) if wrapped else inner
    weights = keras.Variable(np.zeros(s.copies), dtype="float32")
    optimizer.build([weights])
    for row in range(1, s.epochs + 1):
        began = time.perf_counter()
        for _ in range(s.k):
            c = draw.standard_normal(s.copies).astype("float32")
            optimizer.apply([keras.ops.convert_to_tensor(a) * (weights - c)])
        found = keras.ops.convert_to_numpy(weights)
        seconds = round(time.perf_counter() - began, 3)
        yield {"epoch": row, "seconds": seconds, "variance": float(np.mean(np.square(found, dtype="float64")))}


def late(history):
    """Return the mean variance of the last half of the rows."""
    found = [row["variance"] for row in history[len(history) // 2 :]]
    return sum(found) / len(found)


VARIANCE = Quantity("variance", "", late, digits=4)
RATES = (0.1, 0.5, 1.0)
VARIANTS = {f"{name}_{rate:g}": (name == "lookahead", rate) for rate in RATES for name in ("sgd", "lookahead")}
SETTINGS = dict(data="noisy_quadratic", epochs=60, k=5, alpha=0.5, copies=20_000)
QUICK = SETTINGS | dict(epochs=4, copies=500)
DOMAINS = dict(k=Integer(1, 1000), alpha=Real(above=0.0, high=1.0), copies=Integer(2, 1_000_000))
WHOLE = Preset(SETTINGS, seeds=5)
PRESETS = {"quick": Preset(QUICK, seeds=1), "reduced": WHOLE, "paper": WHOLE}
EXPERIMENTS = (Experiment("quadratic", VARIANTS, train, PRESETS, None, ("quadratic",), domains=DOMAINS),)
HERE = dict(experiment="quadratic", quantity=VARIANCE, presets=("reduced", "paper"))


def formula(variant):
    """Return the variance of a variant in the long run."""
    wrapped, rate = VARIANTS[variant]
    return lookahead_variance(rate, SETTINGS["k"], SETTINGS["alpha"]) if wrapped else sgd_variance(rate)


def fixed_point(variant):
    """The claim that a variance in the long run is that of the formula."""
    value = formula(variant)
    return Value(
        name=f"{variant}_variance", text="fixed_point", variant=variant, value=value, tolerance=0.03 * value, **HERE
    )


def smaller(rate):
    """The claim that Lookahead's variance is below that of SGD with the same rate."""
    pair = dict(lower=f"lookahead_{rate:g}", higher=(f"sgd_{rate:g}",))
    gap = formula(f"sgd_{rate:g}") - formula(f"lookahead_{rate:g}")
    return Ordering(name=f"smaller_{rate:g}", text="smaller", gap=gap, **pair, **HERE)


def over_steps(rate):
    """The figure of the variances over the steps at a rate; dashed, the formulas' values in the long run."""
    some = tuple(variant for variant, (_, other) in VARIANTS.items() if other == rate)
    part = f"{rate:g}".replace(".", "")
    return OverColumn("quadratic", VARIANCE, steps="k", only=some, part=part, marks=tuple(map(formula, some)))


FINDINGS = (
    Finding("fixed_points", tuple(map(fixed_point, VARIANTS)), kind="confirmation"),
    Finding("less_variance", tuple(map(smaller, RATES)), kind="confirmation"),
)
DEVIATIONS = (Deviation("one_curvature", ("quadratic",)), Deviation("fewer_copies", ("quadratic",), ("quick",)))
RESULTS = {"quadratic": (VARIANCE,)}
COMPONENTS = {v: "lookahead" if wrapped else "momentum" for v, (wrapped, _) in VARIANTS.items()}
FIGURES = tuple(over_steps(rate) for rate in (0.1, 1.0))
