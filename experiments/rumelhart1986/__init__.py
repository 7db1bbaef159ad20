"""What `experiments.rumelhart1986_backprop` runs."""
