"""Networks of the papers, each in one place. All draws follow from the seed that is passed in."""

from experiments.networks.alexnet import imagenet_alexnet
from experiments.networks.autoencoders import variational_autoencoder
from experiments.networks.convolutional import cifar_alexnet, cuda_convnet, network_in_network, three_stage_convnet
from experiments.networks.dense import multilayer_perceptron
from experiments.networks.ensembles import ensemble_network, ensemble_weights, family_tree_network
from experiments.networks.residual import two_branch_resnet
from experiments.networks.words import words_regression

__all__ = [
    "cifar_alexnet",
    "cuda_convnet",
    "ensemble_network",
    "ensemble_weights",
    "family_tree_network",
    "imagenet_alexnet",
    "multilayer_perceptron",
    "network_in_network",
    "three_stage_convnet",
    "two_branch_resnet",
    "variational_autoencoder",
    "words_regression",
]
