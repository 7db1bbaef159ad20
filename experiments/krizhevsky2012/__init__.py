"""What `experiments.krizhevsky2012_alexnet` compares with."""
