"""RAdam whose steps from one to another are Adam's (table 3)."""

from custom.optimizers import RAdam
from custom.optimizers._functions import positive


class PartlyAdam(RAdam):
    """RAdam, but for the steps `first` to `last`, which are Adam's.

    Such a step is adaptive and not rectified: r_t = 1, whatever rho_t is. The moments are the same throughout. As RAdam
    takes steps of SGD with momentum until rho_t passes the threshold, Adam from step 5 on has SGD before it.

    Args:
        learning_rate: as of `RAdam`, as all of its other options.
        first, last: steps, counted from 1.
    """

    def __init__(self, learning_rate, first, last, **options):
        super().__init__(learning_rate, **options)
        self.first, self.last = first, last

    def rectification(self, t):
        """Return whether the step is adaptive, and r_t; 1 and 1 where it is one of Adam's."""
        adaptive, r = super().rectification(t)
        adam = positive(t - self.first + 0.5) * positive(self.last - t + 0.5)
        return adam + (1 - adam) * adaptive, adam + (1 - adam) * r

    def get_config(self):
        return {**super().get_config(), "first": self.first, "last": self.last}
