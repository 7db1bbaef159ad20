"""Records as data for other programs: tidy tables and event files. Needs no Keras."""
