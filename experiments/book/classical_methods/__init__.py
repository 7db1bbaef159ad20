"""Classical methods on problems whose answers are known (the book, chapter 6).

paper: gradient descent, the heavy ball and Nesterov's method on quadratics, where theory gives the rate; a function
that the heavy ball never leaves; Newton's method in other coordinates; the book's figures 1 to 3; a saddle; paths over
four surfaces. Seconds a run on one core; nothing is reduced.

python -m experiments run classical_methods --preset paper
"""

from functools import partial

from custom.optimizers import (
    AdaBelief,
    AdaGrad,
    Adam,
    AdaMax,
    GradientDescent,
    Lion,
    Momentum,
    Nadam,
    Nesterov,
    RAdam,
    RMSProp,
    Yogi,
)
from experiments.book.classical_methods import pictured
from experiments.book.classical_methods.descent import METHODS, TRAPPED, TURNED, converge, descend, rates, turn, wander
from experiments.book.classical_methods.motion import Overview
from experiments.book.classical_methods.paths import Course, Paths
from experiments.book.classical_methods.problems import SURFACES
from experiments.book.classical_methods.quantities import ARRIVED, DISTANCE, FARTHEST, MOVED, POSITION, RATE, VALUE
from experiments.claims import Finding, Ordering, Value
from experiments.report.figures import FinalValues
from experiments.spec import Deviation, Experiment, Integer, Paper, Preset, Real, Tuning

CONDITIONS = (10, 100, 1000)
OPTIMIZERS = {
    "gradient_descent": GradientDescent,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": AdaGrad,
    "rmsprop": RMSProp,
    "adam": Adam,
    "adamax": AdaMax,
    "nadam": Nadam,
    "radam": RAdam,
    "yogi": Yogi,
    "adabelief": AdaBelief,
    "lion": Lion,
}
# Each times four; of a step's size for methods that rescale the gradient, else of the gradient's share.
SCALED = {"adagrad": 0.008, "lion": 0.0005}
FIRST = {v: SCALED.get(v, 1e-4 if v in ("gradient_descent", "momentum", "nesterov") else 0.002) for v in OPTIMIZERS}
RATES = {variant: tuple(first * 4**k for k in range(5)) for variant, first in FIRST.items()}


def quadratic(condition):
    """Return the experiment on quadratics of a condition number."""
    settings = dict(data="spectrum", epochs=100, condition=float(condition), lengths=100)
    presets = {"quick": Preset(settings | dict(epochs=5, lengths=2), 1), "paper": Preset(settings, 5)}
    domains = dict(condition=Real(above=1.0, high=1e6), lengths=Integer(1, 1000))
    name = f"condition_{condition}"
    return Experiment(name, METHODS, converge, presets, protocol=("general", name), domains=domains)


def surface(name):
    """Return the experiment on a surface: the rate of each optimizer is chosen by the least value that it reaches."""
    settings = dict(data=f"starts_{name}", epochs=50, steps=300, learning_rate=None)
    quick = settings | dict(epochs=4, steps=4, learning_rate=0.0002)
    presets = {"quick": Preset(quick, 1), "paper": Preset(settings, 3)}
    tuning = Tuning("learning_rate", RATES, "value", {"paper": {"epochs": 10}})
    domains = dict(steps=Integer(1, 100_000))
    return Experiment(
        name, OPTIMIZERS, descend, presets, tuning, protocol=("general", "surface", name), domains=domains
    )


def rate_of(method, condition):
    """The claim that a method's distance shrinks at the rate of the theory."""
    place = dict(experiment=f"condition_{condition}", quantity=RATE, variant=method, presets=("paper",))
    words = dict(text="rate_of", words={"condition": f"{condition}"})
    return Value(name=f"rate_{method}_{condition}", value=rates(condition)[method], tolerance=0.005, **place, **words)


ROUND, TURN = dict(data="starts_trap", epochs=60), dict(data="starts_rosenbrock", epochs=40, stretch=0.2)
trapped = partial(Value, experiment="three_cycle", quantity=FARTHEST, presets=("paper",))
FINDINGS = (
    Finding("rates", tuple(rate_of(method, kappa) for kappa in CONDITIONS for method in METHODS), kind="confirmation"),
    Finding(
        "fewer_steps",
        tuple(
            Ordering(
                name=f"order_{kappa}",
                text="fewer_steps",
                words={"condition": f"{kappa}"},
                experiment=f"condition_{kappa}",
                quantity=ARRIVED,
                lower="heavy_ball",
                higher=("nesterov_quadratic", "nesterov", "gradient_descent"),
                presets=("paper",),
            )
            for kappa in CONDITIONS
        ),
        kind="confirmation",
    ),
    Finding(
        "trap",
        (
            trapped(name="heavy_ball_cycles", variant="heavy_ball", value=2.116, tolerance=0.005),
            trapped(name="nesterov_arrives", variant="nesterov", value=0.0, tolerance=0.001),
        ),
        kind="confirmation",
    ),
    Finding(
        "affine",
        (
            Value(
                name="newton_is_affine",
                experiment="coordinates",
                quantity=MOVED,
                variant="newton",
                value=0.0,
                tolerance=1e-6,
                presets=("paper",),
            ),
        ),
        kind="confirmation",
    ),
    *pictured.FINDINGS,
)

PAPER = Paper.at(
    __file__,
    experiments=(
        *map(quadratic, CONDITIONS),
        Experiment(
            "three_cycle",
            TRAPPED,
            wander,
            {"quick": Preset(ROUND | dict(epochs=20), 1), "paper": Preset(ROUND, 5)},
            protocol=("general", "three_cycle"),
        ),
        Experiment(
            "coordinates",
            TURNED,
            turn,
            {"quick": Preset(TURN | dict(epochs=5), 1), "paper": Preset(TURN, 5)},
            protocol=("general", "coordinates"),
            domains=dict(stretch=Real(above=0.0, high=100.0)),
        ),
        *pictured.EXPERIMENTS,
        *map(surface, SURFACES),
    ),
    findings=FINDINGS,
    deviations=(
        Deviation("starts"),
        Deviation("rates", experiments=tuple(SURFACES), presets=("paper",)),
        Deviation("short", presets=("quick",)),
    ),
    results={
        **{f"condition_{kappa}": (RATE, ARRIVED) for kappa in CONDITIONS},
        "three_cycle": (FARTHEST,),
        "coordinates": (DISTANCE, MOVED),
        **pictured.RESULTS,
        **dict.fromkeys(SURFACES, (VALUE, DISTANCE)),
    },
    figures=(
        *(Course(f"condition_{kappa}", DISTANCE, log=True, rates=rates(kappa)) for kappa in CONDITIONS),
        Course("three_cycle", POSITION),
        Course("coordinates", MOVED, log=True),
        *pictured.FIGURES,
        *(Paths(name) for name in SURFACES),
        *(FinalValues(name, DISTANCE) for name in SURFACES),
    ),
    answers=Overview(tuple(SURFACES)),
)
