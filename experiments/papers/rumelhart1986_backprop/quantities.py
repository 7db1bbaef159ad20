"""Counts among the nets of Rumelhart, Hinton and Williams (1986)."""

from experiments.claims.quantities import Quantity, last, proportion

SOLVED = proportion("solved", "solved", "nets")
CLEAR = proportion("clear", "clear", "nets")
SOLVED_BY_1425 = proportion("solved_by_1425", "solved", "nets", epoch=57)
SOLVED_BY_558 = proportion("solved_by_558", "solved", "nets", epoch=18)
MIRRORED = proportion("mirrored", "mirrored", "solved")
CODED = proportion("coded", "coded", "solved")
SECOND_WEIGHT = Quantity("second_weight", "", last("second_weight"), digits=2)
THIRD_WEIGHT = Quantity("third_weight", "", last("third_weight"), digits=2)
RIGHT = proportion("right", "right", "questions")
HELD_RIGHT = proportion("held_right", "held_right", "held_out")
GENERALISED = proportion("generalised", "held_right_4", "nets")
NATION = Quantity("nation", "", last("nation"), digits=2)
GENERATION = Quantity("generation", "", last("generation"), digits=2)
