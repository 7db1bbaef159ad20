"""Seeds as explicit values: every random draw of a run has a name and follows from the run's seed."""

import hashlib

import numpy as np


def derive(seed, *names):
    """A 31-bit integer that is a function of `seed` and `names` alone.

    Two variants that ask for the same name get the same draw: that is what pairs them.
    """
    text = "/".join([str(int(seed)), *map(str, names)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "little") >> 1


def permutation(seed, epoch, n):
    """Order of the training examples in one epoch, as int32 indices."""
    return np.random.default_rng([int(seed), int(epoch)]).permutation(n).astype("int32")
