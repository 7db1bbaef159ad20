"""Tests of `custom`: one table of components (`components.py`) drives them all."""
