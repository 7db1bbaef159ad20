"""Performing what a paper describes: records, checkpoints, workers."""
