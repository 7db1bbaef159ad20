"""Tests of `custom`: tables of components (`*_table.py`) drive them."""
