"""Variance of the adaptive rate, its rectification, and how good both approximations are (sections 3 to 5)."""

import math
import time

import numpy as np

from custom.optimizers import RAdam
from experiments import engine
from experiments.claims import Alike, Finding, Margin, Ordering, Quantity, Ratio, Value
from experiments.claims.quantities import last
from experiments.papers.liu2020_radam.data import lengths, steps
from experiments.papers.liu2020_radam.figures import Panels
from experiments.report.figures import OverColumn
from experiments.seeds import derive
from experiments.spec import Deviation, Experiment, Integer, Preset, Real


def exact_variance(rho):
    """Return Var[psi] (equation 5) where psi^2 is scaled inverse chi-square with rho degrees of freedom and scale 1.

    psi = sqrt(rho / chi^2) has E[psi^2] = rho / (rho - 2) and E[psi] = sqrt(rho / 2) Gamma((rho - 1) / 2) /
    Gamma(rho / 2); the paper writes the square of the latter with a Beta function.
    """
    mean = math.sqrt(rho / 2) * math.exp(math.lgamma((rho - 1) / 2) - math.lgamma(rho / 2))
    return rho / (rho - 2) - mean * mean


def first_order_variance(rho):
    """Return its approximation of first order (equation 6), Var[psi^2] / (4 E[psi^2])."""
    return rho / (2 * (rho - 2) * (rho - 4))


def computation(job, rows):
    """Return the run whose rows are these, each at a place of the job's set."""
    return engine.Computation(_timed(rows), {"parameters": 0, "compiler": "none"})


def _timed(rows):
    began = time.perf_counter()
    for number, row in enumerate(rows, start=1):
        yield {"epoch": number, "seconds": round(time.perf_counter() - began, 3)} | row
        began = time.perf_counter()


def places(job):
    """Return the places of the job's set, as many as there are rows."""
    return [int(place) for place in job.dataset.y_train[: job.settings.epochs, 0]]


def rectification(job):
    """Tell of each step what `custom.optimizers.RAdam` makes of it: rho_t, r_t, whether it is adaptive."""
    optimizer = RAdam(beta_2=job.settings.beta_2, threshold=job.variant)

    def rows():
        for t in places(job):
            adaptive, r = optimizer.rectification(float(t))
            yield {"step": t, "rho": optimizer.rho(float(t)), "adaptive": adaptive, "rectified": r}

    return computation(job, rows())


def approximation(job):
    """Give the variance at each number of degrees of freedom, by one of the equations."""
    return computation(job, ({"rho": n, "variance": job.variant(n)} for n in places(job)))


def simulation(job):
    """Draw gradients N(mu, 1) and give the variance of the adaptive rate over the trajectories at some steps.

    The rate is psi_t = sqrt((1 - beta_2^t) / v_t) with v_t the running mean of squares, or r_t psi_t from the step on
    at which r_t is defined. Both have the same draws for one seed and one mu.
    """
    s, (mu, rectified) = job.settings, job.variant
    draw, wanted = np.random.default_rng(derive(job.seed, "gradients")), set(places(job))
    optimizer = RAdam(beta_2=s.beta_2)  # the paper's rule, rho > 4

    def rows():
        v = np.zeros(s.trajectories)
        for t in range(1, max(wanted) + 1):
            v = s.beta_2 * v + (1 - s.beta_2) * np.square(mu + draw.standard_normal(s.trajectories))
            adaptive, r = optimizer.rectification(float(t))
            if t not in wanted:
                continue
            psi = np.sqrt((1 - s.beta_2**t) / v)
            variance = float(np.var((r if rectified else 1.0) * psi, ddof=1))
            yield {"step": t} | ({} if rectified and not adaptive else {"variance": variance})

    return computation(job, rows())


def adaptive_from(history):
    """Return the first step that is adaptive."""
    return next((float(row["step"]) for row in history if row["adaptive"]), None)


def at(place, column, name):
    """Return what takes a column at a place; `None` where the rows do not have it."""
    return lambda history: next((row[column] for row in history if row[place] == name), None)


def decades(history):
    """Return log10 of the largest variance over the smallest, over the steps from 5 on."""
    found = [row["variance"] for row in history if row["step"] >= FIRST]
    return math.log10(max(found) / min(found)) if found else None


FIRST = 5  # step from which r_t is defined for beta_2 = 0.999, by the paper's rule
RECTIFIED = Quantity("rectified", "", last("rectified"), digits=3)
RHO_AT = {t: Quantity(f"rho_at_{t}", "", at("step", "rho", t), digits=4) for t in (4, 5, 6)}
ADAPTIVE_FROM = Quantity("adaptive_from", "", adaptive_from, digits=0)
R_AT = {t: Quantity(f"r_at_{t}", "", at("step", "rectified", t), digits=3) for t in (100, 500, 1000, 5000)}
VARIANCE = Quantity("variance", "", last("variance"))
VARIANCE_AT = {n: Quantity(f"variance_at_{n}", "", at("rho", "variance", n)) for n in (5, 100, 500)}
DECADES = Quantity("decades", "", decades, digits=2, difference="decades")

BETA = 0.999
RULES = {"paper_rule": 4.0, "code_rule": 5.0}
EQUATIONS = {"exact": exact_variance, "first_order": first_order_variance}
MEANS = (0.0, 0.001, 0.01, 0.1, 1.0, 10.0)
RATES = {f"{kind}_{mu:g}": (mu, kind == "rectified") for mu in MEANS for kind in ("plain", "rectified")}
DOMAINS = dict(beta_2=Real(above=0.0, below=1.0), trajectories=Integer(2, 1_000_000))


def experiment(name, variants, train, settings, quick, seeds):
    """Return an experiment that is the same at `reduced` and at `paper`."""
    whole = Preset(settings, seeds)
    presets = {"quick": Preset(settings | quick, seeds=1), "reduced": whole, "paper": whole}
    own = {name: domain for name, domain in DOMAINS.items() if name in settings}
    return Experiment(name, variants, train, presets, protocol=(name,), domains=own)


STEPS = dict(data="radam_steps", epochs=len(steps("")[0]), beta_2=BETA)
LENGTHS = dict(data="radam_lengths", epochs=len(lengths("")[0]))
# Exact ones have the fewest seeds that give a verdict; nothing in them is random.
EXPERIMENTS = (
    experiment("rectification", RULES, rectification, STEPS, {}, 3),
    experiment("approximation", EQUATIONS, approximation, LENGTHS, {}, 3),
    experiment("simulation", RATES, simulation, STEPS | dict(trajectories=5000), dict(epochs=40, trajectories=500), 5),
)
NAMES = tuple(e.name for e in EXPERIMENTS)
BOTH = ("reduced", "paper")
TABLE = dict(experiment="rectification", presets=BOTH)
CURVES = dict(experiment="approximation", presets=BOTH)
# A variance of 5,000 draws is 2 % off by chance; rho_t stands for how many gradients the running mean weighs.
LATE = first_order_variance(RAdam(beta_2=BETA).rho(6000.0))


def turns(variant, step):
    """The claim on the first adaptive step."""
    own = dict(variant=variant, quantity=ADAPTIVE_FROM, value=float(step), tolerance=0.0)
    return Value(name=f"{variant}_from", text="adaptive_from", **own, **TABLE)


def factor(step, value):
    """The claim on r_t at a step."""
    own = dict(variant="paper_rule", quantity=R_AT[step], value=value, tolerance=0.005, words={"step": step})
    return Value(name=f"r_at_{step}", text="r_at", **own, **TABLE)


def degrees(step, value):
    """The claim on rho_t at a step."""
    own = dict(variant="paper_rule", quantity=RHO_AT[step], value=value, tolerance=0.0001, words={"step": step})
    return Value(name=f"rho_at_{step}", text="rho_at", **own, **TABLE)


def steadier(mu):
    """The claim that the rectified rate's variance spans less than the plain one's."""
    pair = dict(lower=f"rectified_{mu:g}", higher=(f"plain_{mu:g}",))
    own = dict(experiment="simulation", presets=BOTH, quantity=DECADES)
    return Ordering(name=f"steadier_{mu:g}", text="steadier", **pair, **own)


CLOSE = dict(first="first_order", second="exact", relative=True)
FINDINGS = (
    Finding(
        "adaptive_from",
        (turns("paper_rule", 5), turns("code_rule", 6), *map(degrees, RHO_AT, (3.9975, 4.9960, 5.9942))),
        kind="confirmation",
    ),
    Finding("warm_up_of_its_own", tuple(map(factor, R_AT, (0.22, 0.48, 0.65, 0.98))), kind="confirmation"),
    Finding(
        "first_order",
        tuple(
            Alike(
                name=f"first_order_{n}",
                text="close",
                quantity=VARIANCE_AT[n],
                margin=m,
                words={"n": n},
                **CLOSE,
                **CURVES,
            )
            for n, m in ((100, Margin(1.05)), (500, Margin(1.01)))
        ),
        kind="confirmation",
    ),
    Finding(
        "first_order_early",
        (
            Ratio(
                name="first_order_5",
                quantity=VARIANCE_AT[5],
                larger="first_order",
                smaller="exact",
                value=first_order_variance(5) / exact_variance(5),
                **CURVES,
            ),
        ),
        exploratory=True,
    ),
    Finding("steadier", tuple(map(steadier, MEANS)), kind="confirmation"),
    Finding(
        "late_variance",
        (
            Value(
                name="late_variance",
                experiment="simulation",
                presets=BOTH,
                variant="plain_0",
                quantity=VARIANCE,
                value=LATE,
                tolerance=0.1 * LATE,
            ),
        ),
        kind="confirmation",
    ),
)
DEVIATIONS = (
    Deviation("places", NAMES),
    Deviation("exact_seeds", ("rectification", "approximation"), BOTH),
    Deviation("simulation_seeds", ("simulation",), BOTH),
    Deviation("fewer", ("simulation",), ("quick",)),
)
RESULTS = {
    "rectification": (ADAPTIVE_FROM, *RHO_AT.values(), *R_AT.values()),
    "approximation": tuple(VARIANCE_AT.values()),
    "simulation": (DECADES, VARIANCE),
}
COMPONENTS = {v: "radam" if rectified else "adam" for v, (_, rectified) in RATES.items()}
PANELS = {mu: (f"plain_{mu:g}", f"rectified_{mu:g}") for mu in MEANS}
FIGURES = (
    OverColumn("rectification", RECTIFIED, "step", log="x"),
    OverColumn("approximation", VARIANCE, "rho", log="xy"),
    Panels("simulation", VARIANCE, "step", log="xy", panels=PANELS),
)
