"""Timings, each against the library that a user would otherwise take."""
