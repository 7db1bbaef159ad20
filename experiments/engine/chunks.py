"""How many steps are trained between two looks at the loss, the clock and whether to stop.

No number depends on it: the losses are added up step by step, and on a CPU one program carries out any number of
steps up to `LONGEST`, so that what it computes in a step is the same.
"""

import numpy as np

LONGEST = 50  # steps; Python sees a chunk, the compiler the steps in it
SECONDS = 1.0  # that a chunk may take; who has asked to stop waits as long
FEW = (LONGEST, 10, 1)  # lengths where each is a program of its own


def padded(order):
    """Return the order of a chunk with rows of zeros after it, `LONGEST` in all or more."""
    return np.concatenate([order, np.zeros((max(0, LONGEST - len(order)), *order.shape[1:]), order.dtype)])


class Chunks:
    """Lengths of the chunks of one session, by the time that steps take.

    The first steps are taken one by one: the first compiles, the second is measured. All others end at multiples of
    `LONGEST` in their epoch, unless they would last too long.

    Args:
        free: whether any length is as good, or only those of `FEW`.
    """

    def __init__(self, free):
        self.free, self.seen, self.step_seconds = free, 0, 0.0

    def length(self, step):
        """Return how many steps come after `step` steps of an epoch; an epoch may end before."""
        if self.free and self.seen < 2:
            return 1
        most = SECONDS / self.step_seconds if self.step_seconds else LONGEST
        most = int(max(1, most)) if self.free else next((n for n in FEW if n <= most), 1)
        return min(most, LONGEST - step % LONGEST)

    def took(self, steps, seconds):
        """Take in how long a chunk has taken."""
        self.seen += 1
        if self.seen > 1:  # the first one compiled
            self.step_seconds = seconds / steps
