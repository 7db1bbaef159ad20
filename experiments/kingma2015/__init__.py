"""The figures of Kingma and Ba (2015), one module each; `experiments.kingma2015_adam` puts them together."""
