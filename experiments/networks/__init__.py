"""Networks that more than one paper uses. All draws follow from the seed that is passed in."""

from experiments.networks.ensembles import ensemble_network, ensemble_weights
from experiments.networks.residual import residual_network

__all__ = ["ensemble_network", "ensemble_weights", "residual_network"]
