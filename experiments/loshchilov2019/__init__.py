"""The experiments of Loshchilov and Hutter (2019), a module for each kind of figure."""
