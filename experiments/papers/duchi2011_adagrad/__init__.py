"""Adaptive subgradient methods for online learning and stochastic optimization (Duchi, Hazan and Singer, 2011).

Online learning, one example after the other, in NumPy: digits by a Gaussian kernel (the paper's figure 5 and table 3;
the book's figure 4) and texts by the words that they have (table 1 and figure 7; the book's table 1).
reduced: 1,000 support images in place of 3,000; film reviews in place of Reuters RCV1. paper: both as the paper has
them, as far as it states them; no GPU.

python -m experiments run duchi2011_adagrad --preset reduced
"""

from functools import partial

from experiments.claims import TEST_ERROR, Alike, Finding, Margin, NoBetter, Ordering, Ratio
from experiments.papers.duchi2011_adagrad import published
from experiments.papers.duchi2011_adagrad.figures import ErrorBySparsity, Mistakes
from experiments.papers.duchi2011_adagrad.learning import ALGORITHMS, digits, texts
from experiments.papers.duchi2011_adagrad.published import BY_CATEGORY, NONZERO, ONLINE_ERROR, RANKING, mean_gap
from experiments.report.figures import FinalValues, Sensitivity
from experiments.spec import Deviation, Experiment, Integer, Paper, Preset, Real, Tuning

TUNED = ("reduced", "paper")
MIXED = {0.0005: "0.0005", 0.001: "0.001"}  # lambda of the mixed norm, and how variants are called after it
PATH = {3e-5: "3e-05", 1e-4: "0.0001", 3e-4: "0.0003", 1e-3: "0.001", 3e-3: "0.003"}  # the same of l1, of figure 7
BOTH = ("rda", "adagrad_rda")
LADDER = tuple(float(f"{digit}e{power}") for power in range(-5, 5) for digit in (1, 3))


def rates(first, count):
    """Return so many values of what is tuned, a factor of about 3 apart."""
    place = LADDER.index(first)
    return LADDER[place : place + count]


def grid(first, variants, count):
    """Return as many values for each variant, from that of its algorithm on."""
    return {variant: rates(first[algorithm(variant)], count) for variant in variants}


def algorithm(variant):
    """Return the algorithm that a variant is."""
    return max((name for name in ALGORITHMS if variant == name or variant.startswith(f"{name}_")), key=len)


def experiment(name, train, variants, presets, grids, changes, domains):
    """Return an experiment whose rates are chosen by the share of mistakes in a whole run.

    Args:
        name, train, presets, domains: as of `Experiment`.
        variants: names; each begins with that of its algorithm.
        grids: by preset, the grid of what is tuned.
        changes: settings of tuning runs that differ, except under quick.
    """
    tuning = Tuning(
        "learning_rate",
        next(iter(grids.values())),
        "online_error",
        {preset: {} if preset == "quick" else changes for preset in grids},
        grids=grids,
    )
    chosen = {variant: ALGORITHMS[algorithm(variant)] for variant in variants}
    return Experiment(name, chosen, train, presets, tuning, (train.__name__,), domains=domains)


# Digits: table 3 and figure 5.

OF_DIGITS = ("rda", "pa", "adagrad_rda", *(f"{name}_{word}" for word in MIXED.values() for name in BOTH))
FIRST_OF_DIGITS = {"rda": 1.0, "adagrad_rda": 0.03, "pa": 0.1}
STRENGTHS = {f"{name}_{word}": dict(strength=value) for value, word in MIXED.items() for name in BOTH}
MNIST = dict(data="mnist", examples=None, epochs=30, support=1000, bandwidth=3.0, strength=0.0, learning_rate=None)
SMALL = MNIST | dict(data="digits", examples=300, epochs=4, support=40, bandwidth=1.5)
DIGITS = experiment(
    "mnist",
    digits,
    OF_DIGITS,
    {
        "quick": Preset(SMALL, seeds=1, variants=STRENGTHS),
        "reduced": Preset(MNIST, seeds=10, variants=STRENGTHS),
        "paper": Preset(MNIST | dict(support=3000), seeds=10, variants=STRENGTHS),
    },
    {
        "quick": grid({"rda": 10.0, "adagrad_rda": 0.3, "pa": 1.0}, OF_DIGITS, 2),
        **dict.fromkeys(TUNED, grid(FIRST_OF_DIGITS, OF_DIGITS, 7)),
    },
    dict(examples=5000, epochs=1),
    dict(support=Integer(1, 60_000), bandwidth=Real(above=0.0, high=1000.0), strength=Real(low=0.0, high=1e6)),
)

# Texts: table 1 and figure 7.

OF_TEXTS = ("rda", "pa", "adagrad_rda", "fb", "adagrad_fb", "arow")
ON_PATH = (*(f"{name}_{word}" for name in BOTH for word in PATH.values()), "arow")
FIRST_OF_TEXTS = {"rda": 0.01, "fb": 0.01, "adagrad_rda": 0.003, "adagrad_fb": 0.003, "pa": 0.0003, "arow": 0.001}
MIDDLE_OF_TEXTS = {name: LADDER[LADDER.index(first) + 3] for name, first in FIRST_OF_TEXTS.items()}
REVIEWS = dict(data="imdb_bow", epochs=6, passes=1, strength=0.001, learning_rate=None)
REUTERS = REVIEWS | dict(data="rcv1", epochs=20, strength=5e-5)
GENERATED = REVIEWS | dict(data="generated_reviews", epochs=3, strength=0.02)
ALONG = {f"{name}_{word}": dict(strength=value) for value, word in PATH.items() for name in BOTH}
ALONG |= {"arow": dict(strength=0.0)}
FEW = {v: changes | dict(learning_rate=MIDDLE_OF_TEXTS[algorithm(v)]) for v, changes in ALONG.items()}
TWICE = dict(passes=2)
SIZES = dict(passes=Integer(1, 100), strength=Real(low=0.0, high=1e6))
TEXTS = (
    experiment(
        "text",
        texts,
        OF_TEXTS,
        {"quick": Preset(GENERATED, seeds=1), "reduced": Preset(REVIEWS, seeds=10)},
        {"quick": grid(MIDDLE_OF_TEXTS, OF_TEXTS, 2), "reduced": grid(FIRST_OF_TEXTS, OF_TEXTS, 7)},
        TWICE,
        SIZES,
    ),
    experiment(
        "rcv1",
        texts,
        OF_TEXTS,
        {"paper": Preset(REUTERS, seeds=5)},
        {"paper": grid({name: LADDER[LADDER.index(x) - 1] for name, x in FIRST_OF_TEXTS.items()}, OF_TEXTS, 9)},
        TWICE,
        SIZES,
    ),
    experiment(
        "sparsity",
        texts,
        ON_PATH,
        {"quick": Preset(GENERATED, seeds=1, variants=FEW), "reduced": Preset(REVIEWS, seeds=10, variants=ALONG)},
        {"reduced": grid(FIRST_OF_TEXTS, ON_PATH, 7)},
        TWICE,
        SIZES,
    ),
)
# Of the ranking of pictures there are the paper's numbers alone.
PICTURES = Experiment("imagenet", {v: ALGORITHMS[v] for v in published.IMAGES.rows}, None)

# Findings.

DECLARED = "2026-11-29T07:49"
POINT, HALF, THIRD = (Margin(value, DECLARED) for value in (0.01, 0.005, 0.003))


def below(name, lower, higher, quantity, gap, margin=None, text="", **place):
    """Return the claim that one variant lies below another, by a gap in the paper's tables."""
    text = text or f"{'_'.join(place['experiment'].split())}_{quantity.name}_below"
    compared = dict(lower=lower, higher=(higher,), quantity=quantity, gap=gap, margin=margin)
    return Ordering(name=f"{place['experiment']}_{name}", text=text, stated=False, **compared, **place)


ON_DIGITS = dict(experiment="mnist", presets=TUNED)
far = partial(Ratio, quantity=TEST_ERROR, on_size=True, text="mnist_far", stated=False, **ON_DIGITS)
alike = partial(Alike, first="adagrad_rda", second="pa", margin=POINT, stated=False, **ON_DIGITS)
no_gain = partial(NoBetter, quantity=ONLINE_ERROR, margin=HALF, text="mnist_no_gain", stated=False, **ON_DIGITS)
ERRORS = {variant: error for variant, (error, _) in published.DIGITS.rows.items()}


def on_digits():
    """Yield the findings on digits."""
    mistakes = partial(below, quantity=ONLINE_ERROR, gap=None, margin=POINT, **ON_DIGITS)
    errors = partial(below, quantity=TEST_ERROR, margin=POINT, **ON_DIGITS)
    fewer = [
        claim
        for v in ("adagrad_rda", "pa")
        for claim in (
            mistakes(f"{v}_mistakes", v, "rda"),
            errors(f"{v}_error", v, "rda", gap=published.DIGITS.gap(TEST_ERROR, v, "rda")),
        )
    ]
    yield Finding("mnist_ahead", tuple(fewer))
    ratios = [
        far(name=f"mnist_far_{v}", larger="rda", smaller=v, value=ERRORS["rda"] / ERRORS[v])
        for v in ("adagrad_rda", "pa")
    ]
    yield Finding("mnist_far", tuple(ratios))
    both = (("mistakes", ONLINE_ERROR), ("error", TEST_ERROR))
    yield Finding("mnist_alike", tuple(alike(name=f"mnist_alike_{n}", text="mnist_alike", quantity=q) for n, q in both))
    mixed = [
        below(
            f"{word}_{q.name}",
            lower,
            higher,
            q,
            published.DIGITS.gap(q, lower, higher),
            text="mnist_mixed",
            **ON_DIGITS,
        )
        for word in MIXED.values()
        for lower, higher in [(f"adagrad_rda_{word}", f"rda_{word}")]
        for q in (NONZERO, TEST_ERROR)
    ]
    yield Finding("mnist_mixed", tuple(mixed))
    gains = [
        no_gain(name=f"mnist_no_gain_{v}_{word}", variant=f"{v}_{word}", than=v)
        for word in MIXED.values()
        for v in BOTH
    ]
    yield Finding("mnist_no_gain", tuple(gains))


ON_TEXTS = dict(experiment="rcv1", instead="text")
rival = partial(NoBetter, variant="arow", quantity=TEST_ERROR, margin=HALF, stated=False)


def on_texts():
    """Yield the findings on texts."""
    errors = partial(below, quantity=TEST_ERROR, margin=THIRD, **ON_TEXTS)
    sizes = partial(below, quantity=NONZERO, **ON_TEXTS)
    pairs = {
        "rcv1_adaptive": (("adagrad_rda", "rda"), ("adagrad_fb", "fb")),
        "rcv1_passive": (("adagrad_rda", "pa"), ("adagrad_fb", "pa")),
    }
    for name, compared in pairs.items():
        claims = (errors(f"{a}_{b}", a, b, gap=mean_gap(a, b, "error")) for a, b in compared)
        yield Finding(name, tuple(claims))
    adaptive = ("adagrad_rda", "adagrad_fb")
    gaps = {v: mean_gap("arow", v, "error") for v in adaptive}  # below 0: AROW errs more
    claims = (rival(name=f"rcv1_rival_{v}", than=v, gap=gaps[v], text="rcv1_rival", **ON_TEXTS) for v in adaptive)
    yield Finding("rcv1_rival", tuple(claims))
    sparser = (("adagrad_rda", "adagrad_fb"), ("rda", "fb"), ("adagrad_rda", "rda"))
    claims = (sizes(f"{a}_{b}_nonzero", a, b, gap=mean_gap(a, b, "nonzero")) for a, b in sparser)
    yield Finding("rcv1_sparse", tuple(claims))
    place = dict(experiment="sparsity", presets=("reduced",), text="sparsity_rival")
    some = [f"adagrad_rda_{PATH[strength]}" for strength in (1e-4, 3e-4, 1e-3)]
    yield Finding("sparsity_rival", tuple(rival(name=f"sparsity_rival_{v}", than=v, **place) for v in some))


WORDS = tuple(e.name for e in TEXTS)
ALL = ("mnist", *WORDS)
DEVIATIONS = (
    Deviation("published_text", ALL),
    Deviation("kernel", ("mnist",)),
    Deviation("support", ("mnist",), ("quick", "reduced")),
    Deviation("order", ("mnist",)),
    Deviation("delta", ALL),
    Deviation("tuned", ALL, TUNED),
    Deviation("passes", WORDS, TUNED),
    Deviation("diagonal", WORDS),
    Deviation("stand_in", ("text", "sparsity")),
    Deviation("features", ("rcv1",)),
    Deviation("categories", ("rcv1",)),
    Deviation("strength", WORDS),
    Deviation("shuffles", WORDS, TUNED),
    Deviation("counts", ("mnist",), TUNED),
    Deviation("quick_data", ALL, ("quick",)),
)
RESULTS = {
    "mnist": (TEST_ERROR, NONZERO, ONLINE_ERROR),
    "text": (TEST_ERROR, NONZERO, ONLINE_ERROR),
    "rcv1": (TEST_ERROR, NONZERO, ONLINE_ERROR, *BY_CATEGORY),
    "sparsity": (TEST_ERROR, NONZERO, ONLINE_ERROR),
    "imagenet": RANKING,
}
JOINED = {
    "rda": ("rda", *(f"rda_{word}" for word in MIXED.values())),
    "pa": ("pa",),
    "adagrad_rda": ("adagrad_rda", *(f"adagrad_rda_{word}" for word in MIXED.values())),
}
PRINTED = {variant: (nonzero, error) for variant, (error, nonzero) in published.DIGITS.rows.items()}
FIGURES = (
    Mistakes("mnist"),
    FinalValues("mnist", TEST_ERROR),
    ErrorBySparsity("mnist", NONZERO, JOINED, PRINTED),
    Sensitivity("mnist"),
    FinalValues("text", TEST_ERROR),
    ErrorBySparsity("text", NONZERO, {variant: (variant,) for variant in OF_TEXTS}),
    Sensitivity("text"),
    FinalValues("rcv1", TEST_ERROR),
    ErrorBySparsity("rcv1", NONZERO, {variant: (variant,) for variant in OF_TEXTS}),
    Sensitivity("rcv1"),
    ErrorBySparsity(
        "sparsity",
        NONZERO,
        {name: tuple(f"{name}_{word}" for word in PATH.values()) for name in BOTH} | {"arow": ("arow",)},
    ),
)

PAPER = Paper.at(
    __file__,
    experiments=(DIGITS, *TEXTS, PICTURES),
    tables=(published.DIGITS, published.TEXTS, published.IMAGES),
    findings=(*on_digits(), *on_texts()),
    deviations=DEVIATIONS,
    results=RESULTS,
    figures=FIGURES,
)
