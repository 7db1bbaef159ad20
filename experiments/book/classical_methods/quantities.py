"""Numbers of the classical methods' runs."""

from experiments.claims import Quantity
from experiments.claims.quantities import last

NEAR_SADDLE = 0.01  # of its ridge: where the surface is a quadratic, to four digits
LATE = 10  # rows at the end, over which a path that never settles is measured


def rate(history):
    """Return by which factor the distance shrank in a step, over the second half of the run."""
    half, end = history[len(history) // 2 - 1], history[-1]
    if not (end["distance"] > 0 and end["steps"] > half["steps"]):
        return None
    return (end["distance"] / half["distance"]) ** (1 / (end["steps"] - half["steps"]))


def farthest(history):
    """Return how far from 0 the last three points come: a cycle of three has no more."""
    return max(abs(row["position"]) for row in history[-3:])


def growth(history):
    """Return by which factor the distance from the saddle's ridge grew in the last step close to it."""
    near = [abs(row["y"]) for row in history if abs(row["y"]) < NEAR_SADDLE]
    return near[-1] / near[-2] if len(near) > 1 and near[-2] > 0 else None


def late(history):
    """Return the mean distance over the last rows."""
    rows = history[-LATE:]
    return sum(row["distance"] for row in rows) / len(rows)


RATE = Quantity("rate", "", rate, digits=4)
ARRIVED = Quantity("arrived", "steps", last("arrived"), digits=0)
DISTANCE = Quantity("distance", "", last("distance"), geometric=True)
POSITION = Quantity("position", "", last("position"))
FARTHEST = Quantity("farthest", "", farthest, digits=3, least=0.0)
MOVED = Quantity("moved", "", last("moved"), least=0.0)
VALUE = Quantity("value", "", last("value"), geometric=True)
GROWTH = Quantity("growth", "", growth, digits=4)
FROM_SADDLE = Quantity("from_saddle", "", last("from_saddle"), least=0.0)
LATE_DISTANCE = Quantity("late_distance", "", late, least=0.0)
EVALUATIONS = Quantity("evaluations", "", last("evaluations"), digits=0)
