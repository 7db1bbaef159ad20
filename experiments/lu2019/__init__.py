"""What `experiments.lu2019_dying_relu` runs."""
