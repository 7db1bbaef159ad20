"""RAdam whose steps from one to another are Adam's (table 3)."""

from keras import ops

from custom.optimizers import RAdam


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
        adam = self._adam(t)
        return adam + (1 - adam) * adaptive, adam + (1 - adam) * r

    def _adam(self, t):
        """Return 1 where step t is one of Adam's, else 0; on PyTorch t is a Python number."""
        if isinstance(t, (int, float)):
            return float(self.first <= t <= self.last)
        return ops.cast(ops.logical_and(t >= self.first, t <= self.last), t.dtype)

    def get_config(self):
        return {**super().get_config(), "first": self.first, "last": self.last}
