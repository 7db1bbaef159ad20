"""Tables 1 to 3 of the paper: squared training errors, one run a cell."""

from experiments.claims import Quantity, Table
from experiments.claims.quantities import last

UNIT = "squares"


def before_lowering(history):
    """Return the training error at the evaluation before the last one, at which momentum is lowered."""
    found = [row["train_loss"] for row in history if "train_loss" in row]
    return found[-2] if len(found) > 1 else None


def left_by_lowering(history):
    """Return the last training error by that at which momentum is lowered."""
    before = before_lowering(history)
    return history[-1]["train_loss"] / before if before else None


ERROR = Quantity("train_loss", UNIT, last("train_loss"), digits=3, least=0.0)
BEFORE = Quantity("before_lowering", UNIT, before_lowering, digits=3, least=0.0)
LEFT = Quantity("left_by_lowering", "", left_by_lowering, digits=3, least=0.0)

# fmt: off
ALL_SETS = {  # table 1: Curves, MNIST, Faces; the last three columns, SGD of others and Hessian-free, ran elsewhere
    "sgd":            (0.48,  2.1,  36.4),
    "nesterov_0.9":   (0.16,  1.0,  14.2),
    "nesterov_0.99":  (0.096, 0.73,  8.5),
    "nesterov_0.995": (0.091, 0.75,  7.8),
    "nesterov_0.999": (0.074, 0.80,  7.7),
    "momentum_0.9":   (0.15,  1.0,  15.3),
    "momentum_0.99":  (0.10,  0.77,  8.7),
    "momentum_0.995": (0.10,  0.84,  8.3),
    "momentum_0.999": (0.10,  0.90,  9.3),
}
OTHERS = {"SGD_C": (0.16, 0.9, None), "HF, no L2": (0.058, 0.69, 7.5), "HF": (0.11, 1.4, 12.0)}
LOWERED = {"Curves": (0.096, 0.074), "MNIST": (1.20, 0.73), "Faces": (10.83, 7.7)}  # table 2: before, after
SCALES = {"0.25": 16.0, "0.5": 16.0, "1": 0.074, "2": 0.083, "4": 0.35}  # table 3, of Curves
# fmt: on

TABLES = (
    Table("table_1", "mnist", (ERROR,), {name: (row[1],) for name, row in ALL_SETS.items()}, {"train_loss": 0.1}),
    Table("table_2", "mnist", (BEFORE,), {"nesterov_0.99": (LOWERED["MNIST"][0],)}, {"before_lowering": 0.2}),
)
