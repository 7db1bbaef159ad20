"""Reproduced experiments, one script per paper. `python -m experiments` is the command."""
