"""Where TensorFlow is to compute an element-wise function by a program of XLA, and that program."""

import functools
import math

# From how many elements on the passes saved in some hundred steps are worth two compilations. Half
# precision gains more: TensorFlow's kernels convert each number there and back at every operation.
ISLAND_SIZE = {"float16": 2**18, "bfloat16": 2**18, "float32": 2**19, "float64": 2**19}
LIKELY_BATCH = 32  # for a batch whose size is not known when the graph is made


def wants_island(x):
    """Whether `x` is to be computed in an island.

    Where a graph is made under a gradient tape for a CPU, and not by XLA, which needs none. Exported graphs
    are made without a tape, so they never have one. Of the shape only the batch may be unknown:
    every new size is compiled anew, which for sequences of any length would never end.
    """
    import tensorflow as tf

    if not tf.inside_function() or not x.shape.rank or None in x.shape[1:]:
        return False
    size = math.prod(x.shape[1:]) * (LIKELY_BATCH if x.shape[0] is None else x.shape[0])
    if size < ISLAND_SIZE[x.dtype.name] or not is_recorded():
        return False
    return not is_in_xla() and not tf.config.list_physical_devices("GPU")


# TensorFlow has no public name for what follows. Should it move the private ones, speed is lost, and the
# given derivative in the forward mode of graphs.


def recorder():
    try:
        from tensorflow.python.eager import record
    except ImportError:
        return None
    return record


def is_recorded():
    """Whether a gradient tape is open."""
    record = recorder()
    return record is not None and record.could_possibly_record()


def is_in_xla():
    """Whether the graph being made is XLA's."""
    import tensorflow as tf

    try:
        from tensorflow.python.ops.control_flow_util import GraphOrParentsInXlaContext
    except ImportError:
        return True
    return GraphOrParentsInXlaContext(tf.compat.v1.get_default_graph())


@functools.cache
def program_of(function, method, settings):
    """`function.value` or `function.products`, compiled by XLA for each size that it meets.

    Arrays of one shape are taken flat, so that layers of the same size share a program.
    """
    import tensorflow as tf

    compute = getattr(function, method)

    def program(*arrays):
        return compute(*arrays, **dict(settings))

    compiled = functools.partial(tf.function, program, jit_compile=True, autograph=False)
    exact, flat = compiled(), compiled(reduce_retracing=True)

    def call(*arrays):
        x = arrays[0]
        if any(a.shape.as_list() != x.shape.as_list() for a in arrays):
            return exact(*arrays)
        results = flat(*[tf.reshape(a, [-1]) for a in arrays])
        shape = tf.shape(x)

        def shaped(y):
            y = tf.reshape(y, shape)
            y.set_shape(x.shape)
            return y

        return [shaped(y) for y in results] if isinstance(results, (list, tuple)) else shaped(results)

    return call
