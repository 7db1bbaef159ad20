"""Reference pages of `custom`, made from its docstrings, and one for those who come from TensorFlow Addons."""
