"""What the paper says, and the exact facts of its rule, as claims."""

from experiments.claims import (
    RELATIVE_TIME,
    TEST_ERROR,
    VALIDATION_ERROR,
    Alike,
    Finding,
    Margin,
    Ordering,
    Value,
    WiderGap,
)
from experiments.papers.chen2023_lion.choices import AlikeOnImageNet, LowerOnImageNet, MoreRobust, RatioOfBest
from experiments.papers.chen2023_lion.published import SPANS, gain
from experiments.papers.chen2023_lion.search import PAIRS, SIZES, WIDTH
from experiments.papers.chen2023_lion.step import LONGEST, SHORTEST, STATES, UNMOVED

PRESETS = ("reduced", "paper")
# Declared before any run but pilots of one seed: about the standard error of an error on the test set; a fiftieth of a
# step, the least of the paper's range.
DECLARED = "2026-11-29T14:36"
HALF_A_POINT, TWO_PERCENT = Margin(0.005, DECLARED), Margin(0.02, DECLARED)
SMALL, LARGE = PAIRS[0], PAIRS[-1]
SEARCHES = {**dict(zip(SIZES, (("transformer", pair) for pair in PAIRS), strict=True))}
SEARCHES["convolutional"] = ("convolutional", ("adamw", "lion"))


def exact(name, variant, quantity, value):
    """Return the claim on a number that the rule fixes; single precision holds it without rounding."""
    place = dict(experiment="step", presets=PRESETS, variant=variant, quantity=quantity)
    return Value(name=name, value=value, tolerance=0.0, **place)


def better(name, pair, experiment, text, margin=HALF_A_POINT, kind=Ordering, **changes):
    """Return the claim that Lion's best has a lower test error than that of AdamW."""
    place = dict(experiment=experiment, quantity=TEST_ERROR, presets=PRESETS, text=text)
    return kind(name=name, lower=pair[1], higher=(pair[0],), margin=margin, **place | changes)


def ratio(search, setting, low, high, turned=False, direction=True):
    """Return the claim on AdamW's best setting by that of Lion, or turned round, in one search."""
    experiment, (adamw, lion) = SEARCHES[search]
    first, second = (lion, adamw) if turned else (adamw, lion)
    place = dict(experiment=experiment, quantity=VALIDATION_ERROR, spread=TEST_ERROR, presets=PRESETS, width=WIDTH)
    names = dict(name=f"{setting}_{search}", text=f"{setting}_ratio", first=first, second=second)
    return RatioOfBest(setting=setting, low=low, high=high, direction=direction, **names, **place)


FINDINGS = (
    Finding(
        "sign_step",
        (
            exact("shortest", "lion", SHORTEST, 1.0),
            exact("longest", "lion", LONGEST, 1.0),
            exact("unmoved", "lion", UNMOVED, 0.0),
        ),
        kind="confirmation",
    ),
    Finding(
        "one_state",
        (exact("states_lion", "lion", STATES, 1.0), exact("states_adamw", "adamw", STATES, 2.0)),
        kind="confirmation",
    ),
    Finding(
        "transformers",
        tuple(
            better(
                f"imagenet_{net}",
                PAIRS[1],
                "transformer",
                "imagenet_lower",
                None,
                LowerOnImageNet,
                gap=gain(net),
                words=dict(net=net_name),
            )
            for net, net_name in (("vit_s", "ViT-S/16"), ("vit_b", "ViT-B/16"))
        ),
    ),
    Finding(
        "residual",
        (
            AlikeOnImageNet(
                name="imagenet_alike",
                experiment="convolutional",
                quantity=TEST_ERROR,
                presets=PRESETS,
                first="adamw",
                second="lion",
                margin=HALF_A_POINT,
            ),
        ),
    ),
    Finding(
        "gain_grows",
        (
            WiderGap(
                name="gain_grows",
                experiment="transformer",
                quantity=TEST_ERROR,
                presets=PRESETS,
                higher=LARGE[0],
                lower=LARGE[1],
                above=SMALL[0],
                below=SMALL[1],
            ),
        ),
    ),
    Finding(
        "alike_when_small",
        (
            Alike(
                name="alike_when_small",
                experiment="transformer",
                quantity=TEST_ERROR,
                presets=PRESETS,
                first=SMALL[0],
                second=SMALL[1],
                margin=HALF_A_POINT,
            ),
        ),
    ),
    Finding(
        "best_batch",
        (
            LowerOnImageNet(
                name="best_batch_adamw",
                experiment="transformer",
                quantity=TEST_ERROR,
                presets=PRESETS,
                lower="adamw_middle",
                higher=("adamw_small", "adamw_large"),
            ),
            LowerOnImageNet(
                name="best_batch_lion",
                experiment="transformer",
                quantity=TEST_ERROR,
                presets=PRESETS,
                lower="lion_large",
                higher=("lion_small", "lion_middle"),
            ),
        ),
    ),
    Finding("smaller_rate", tuple(ratio(search, "rate", 3.0, 10.0) for search in SEARCHES)),
    Finding("larger_decay", tuple(ratio(search, "decay", 3.0, 10.0, turned=True) for search in SEARCHES)),
    Finding("same_product", tuple(ratio(search, "product", 0.3, 3.3, direction=False) for search in SEARCHES)),
    Finding(
        "more_robust",
        (
            MoreRobust(
                name="more_robust",
                experiment="transformer",
                quantity=VALIDATION_ERROR,
                presets=PRESETS,
                pairs=PAIRS,
                guessing=0.9,
                words={
                    f"{name}_{end}": round(100 * x, 1)
                    for name in SPANS
                    for end, x in zip(("low", "high"), SPANS[name], strict=True)
                },
            ),
        ),
    ),
    Finding(
        "faster",
        (
            Ordering(
                name="faster",
                experiment="cost",
                quantity=RELATIVE_TIME,
                presets=PRESETS,
                lower="lion",
                higher=("adamw",),
                margin=TWO_PERCENT,
            ),
        ),
    ),
    Finding(
        "cifar_transformer",
        tuple(
            better(f"cifar_{size}", pair, "transformer", "cifar_lower") for size, pair in zip(SIZES, PAIRS, strict=True)
        ),
        exploratory=True,
    ),
    Finding(
        "cifar_convolutional",
        (better("cifar_convolutional", ("adamw", "lion"), "convolutional", "cifar_lower"),),
        exploratory=True,
    ),
)
