"""What exported graphs are made of: no node that only this package's backend could run."""

import keras
import numpy as np
import pytest
from keras import ops

from custom.activations import LeakyReLU, PReLU
from tests.custom.activation_table import ACTIVATIONS
from tests.custom.backends import BACKEND, to_numpy

every_case = pytest.mark.parametrize("case", ACTIVATIONS, ids=lambda case: case.id)
X = np.random.default_rng(0).normal(size=(3, 5)).astype("float32")


@pytest.mark.skipif(BACKEND != "torch", reason="PyTorch exports what it traces")
@every_case
def test_a_trace_has_only_operations_that_onnx_knows(case):
    """`aten::clip` and `aten::expm1` have no counterpart, nor has a Python function."""
    import torch

    layer = case.make()
    layer(X)
    trace = torch.jit.trace(layer, torch.tensor(X))  # a Keras layer is a module of PyTorch's
    nodes = {node.kind() for node in trace.inlined_graph.nodes()}
    assert not nodes & {"prim::PythonOp", "aten::clip", "aten::expm1"}
    np.testing.assert_allclose(to_numpy(trace(torch.tensor(X))), case.value(X), rtol=2e-6, atol=4e-7)


@every_case
def test_onnx_predicts_the_same(case, tmp_path):
    """Where the exporters are installed, which no requirement of this package asks for."""
    runtime = pytest.importorskip("onnxruntime")
    pytest.importorskip({"tensorflow": "tf2onnx", "jax": "tf2onnx", "torch": "onnxscript"}[BACKEND])
    model = keras.Sequential([keras.Input((5,)), case.make()])
    model(X)
    model.export(str(tmp_path / "model.onnx"), format="onnx", verbose=False)
    session = runtime.InferenceSession(str(tmp_path / "model.onnx"))
    (y,) = session.run(None, {session.get_inputs()[0].name: X[:1]})
    np.testing.assert_allclose(y, case.value(X[:1]), rtol=1e-5, atol=1e-6)


@pytest.mark.skipif(BACKEND != "tensorflow", reason="TFLite is TensorFlow's")
@pytest.mark.parametrize("make, name", [(PReLU, "PRELU"), (LeakyReLU, "LEAKY_RELU")])
def test_tflite_fuses_what_it_has_an_operation_for(make, name, tmp_path):
    import tensorflow as tf

    model = keras.Sequential([keras.Input((4, 4, 3)), make()])
    model.export(tmp_path / "saved", verbose=False)
    lite = tf.lite.TFLiteConverter.from_saved_model(str(tmp_path / "saved")).convert()
    interpreter = tf.lite.Interpreter(model_content=lite)
    interpreter.allocate_tensors()
    assert [o["op_name"] for o in interpreter._get_ops_details()][:1] == [name]
    x = np.random.default_rng(1).normal(size=(1, 4, 4, 3)).astype("float32")
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], x)
    interpreter.invoke()
    y = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    np.testing.assert_allclose(y, to_numpy(ops.convert_to_tensor(model(x))), rtol=1e-6)
