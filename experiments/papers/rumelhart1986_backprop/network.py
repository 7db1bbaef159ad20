"""The network of the family trees, many times in one model."""

import keras
from keras import layers

from experiments.networks.ensembles import EnsembleDense
from experiments.seeds import derive


def family_tree_network(*, nets, seed, initializer):
    """Return many of the nets of Rumelhart, Hinton and Williams (1986), figure 3; all units logistic.

    24 people of two family trees and 12 relations enter through 6 units each; then 12, 6 and 24 units.

    Args:
        nets: how many there are.
        seed: integer from which all weights follow.
        initializer: see `networks.ensemble_weights`.

    Returns:
        A model from `(batch, points, 36)` to `(batch, points, nets, 24)`.
    """

    def dense(units, name):
        return EnsembleDense(nets, units, initializer, derive(seed, name), "sigmoid", name=name)

    entry = keras.Input((None, 36))
    codes = dense(6, "person")(entry[..., :24]), dense(6, "relation")(entry[..., 24:])
    x = layers.Concatenate(name="codes")(codes)
    for units, name in ((12, "central"), (6, "penultimate"), (24, "outputs")):
        x = dense(units, name)(x)
    return keras.Model(entry, x, name="family_tree_network")
