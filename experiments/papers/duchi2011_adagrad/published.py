"""Tables 1 to 3 of the paper, as two descriptions of it print them."""

import dataclasses

from experiments.claims import TEST_ERROR, Quantity, Table
from experiments.claims.quantities import last
from experiments.papers.duchi2011_adagrad.data import CATEGORIES

NONZERO = Quantity("nonzero", "%", last("nonzero"), 100, 1)
ONLINE_ERROR = Quantity("online_error", "%", last("online_error"), 100, 2)
RANKING = tuple(Quantity(name, "", last(name), digits=4) for name in ("precision", "p_1", "p_3", "p_5", "p_10", "used"))
BY_CATEGORY = tuple(
    Quantity(f"{category.lower()}_{column}", "%", last(f"{category.lower()}_{column}"), 100, 1)
    for category in CATEGORIES
    for column in ("error", "nonzero")
)


@dataclasses.dataclass(frozen=True)
class Published(Table):
    """A table whose protocol is not known in full: a contradiction leaves its cells open.

    Attributes:
        exploratory: of numbers that are shown beside ours and not counted.
    """

    exploratory: bool = False

    @property
    def claims(self):
        return tuple(dataclasses.replace(cell, stated=False) for cell in super().claims)


# fmt: off
TEXTS = Published(
    "table_1", "rcv1", BY_CATEGORY,
    {  #               ECAT         CCAT         GCAT         MCAT      test error, proportion of weights that are not 0
        "rda":         (.051, .099, .064, .123, .046, .092, .037, .074),
        "pa":          (.059, None, .107, None, .066, None, .053, None),
        "adagrad_rda": (.044, .086, .053, .105, .040, .080, .035, .063),
        "fb":          (.058, .194, .111, .226, .056, .183, .056, .146),
        "adagrad_fb":  (.044, .238, .053, .276, .040, .225, .034, .176),
        "arow":        (.049, None, .061, None, .044, None, .039, None),
    },
    {quantity.name: 0.05 if "nonzero" in quantity.name else 0.01 for quantity in BY_CATEGORY},
    exploratory=True,
)
IMAGES = Published(
    "table_2", "imagenet", RANKING,
    {  #                precision   P@1    P@3    P@5    P@10  weights that are not 0
        "adagrad_rda": (.6022, .8502, .8307, .8130, .7811, .7267),
        "arow":        (.5813, .8597, .8369, .8165, .7816, 1.0),
        "pa":          (.5581, .8455, .8184, .7957, .7576, 1.0),
        "rda":         (.5042, .7496, .7185, .6950, .6545, .8996),
    },
    {quantity.name: 0.01 for quantity in RANKING},
    exploratory=True,
)
DIGITS = Published(
    "table_3", "mnist", (TEST_ERROR, NONZERO),
    {  # test error, proportion of support images with a weight that is not 0
        "rda":                (.108, 1.0),
        "pa":                 (.062, 1.0),
        "adagrad_rda":        (.066, 1.0),
        "rda_0.0005":         (.138, .878),
        "adagrad_rda_0.0005": (.100, .569),
        "rda_0.001":          (.192, .532),
        "adagrad_rda_0.001":  (.137, .144),
    },
    {"test_error": 0.02, "nonzero": 0.1},
)
# fmt: on


def mean_gap(lower, higher, column):
    """Return the published difference of two algorithms, the mean over the four categories of table 1."""
    columns = [quantity for quantity in BY_CATEGORY if quantity.name.endswith(f"_{column}")]
    return sum(TEXTS.gap(quantity, lower, higher) for quantity in columns) / len(columns)
