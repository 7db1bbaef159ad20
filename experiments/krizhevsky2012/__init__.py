"""What `experiments.krizhevsky2012_alexnet` runs and compares with."""
