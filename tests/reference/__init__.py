"""Independent NumPy float64 forms of the formulas, against which `custom` is tested."""
