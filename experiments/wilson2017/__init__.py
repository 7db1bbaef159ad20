"""What `experiments.wilson2017_marginal_value` runs."""
