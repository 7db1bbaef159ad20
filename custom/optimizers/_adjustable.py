"""Arguments of an optimizer that may change between its steps."""

from keras import ops

from .. import _checks


def starting_at(value):
    """An initializer that gives the number `value`: Keras's `Constant` takes it through float32 on TensorFlow."""
    return lambda shape, dtype: ops.convert_to_tensor(value, dtype=dtype)


# Of a number that all replicas of a distributed training share: they all compute the same.
SCALAR = "only_first_replica"


class Adjustable:
    """An argument that may change between steps without a new compilation.

    A number until the optimizer is built; then a variable of the optimizer, saved with its state, and
    read as a float. `None`: the term does not exist, and no step computes it.
    """

    def __set_name__(self, owner, name):
        self.name, self.attribute = name, f"_{name}_variable"

    def __get__(self, optimizer, owner=None):
        if optimizer is None:
            return self
        value = getattr(optimizer, self.attribute)
        return value if value is None or isinstance(value, float) else float(value.numpy())

    def __set__(self, optimizer, value):
        value = value if value is None else _checks.real(self.name, value, low=0.0)
        if not getattr(optimizer, "built", False):
            setattr(optimizer, self.attribute, value)
            return
        variable = getattr(optimizer, self.attribute)
        if (value is None) is not (variable is None):
            before, after = ("no", "one") if variable is None else ("a", "none")
            raise ValueError(
                f"Received: {self.name}={value!r} for an optimizer that was built with {before} {self.name} term. "
                f"Expected {after}: to change it later, give {self.name} a number, such as 0, from the start."
            )
        if variable is not None:
            variable.assign(value)

    def build(self, optimizer, dtype):
        value = getattr(optimizer, self.attribute)
        if value is not None:
            variable = optimizer.add_variable((), starting_at(value), dtype, SCALAR, name=self.name)
            setattr(optimizer, self.attribute, variable)
