"""The book's own experiments: comparisons, figures, tables. None yet."""
