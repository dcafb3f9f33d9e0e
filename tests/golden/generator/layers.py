"""layers.json: layers of Keras in float64, with gradients for the input and every weight."""

import keras
import numpy as np
import torch

from . import draw, encode
from .draw import normal

ACTIVATIONS = (
    "linear relu relu6 leaky_relu elu selu celu gelu silu sigmoid log_sigmoid hard_sigmoid hard_silu "
    "hard_tanh hard_shrink soft_shrink softplus softsign tanh tanh_shrink softmax log_softmax "
    "exponential mish squareplus sparse_plus"
).split()


CASES = [
    ("Dense", {"units": 3}, normal(2, 4)),
    ("Dense", {"units": 3, "use_bias": False}, normal(2, 4)),
    ("Dense", {"units": 1}, normal(3, 2)),
    ("Dense", {"units": 2}, normal(1, 1)),
    ("Dense", {"units": 2}, normal(0, 3)),
    ("Dense", {"units": 2}, normal(2, 3, 2)),
    ("Dense", {"units": 2, "use_bias": False, "activation": "relu"}, normal(2, 3, 2)),
    *[
        ("Dense", {"units": 3, "activation": name}, normal(2, 4))
        for name in ("linear", "relu", "sigmoid", "tanh", "softmax")
    ],
    ("Dense", {"units": 3, "activation": "softmax"}, normal(2, 2, 2)),
    ("Flatten", {}, normal(2, 3)),
    ("Flatten", {}, normal(2, 3, 2)),
    ("Flatten", {}, normal(2, 1, 2, 2)),
    ("Flatten", {}, normal(3)),
    ("Flatten", {"data_format": "channels_first"}, normal(2, 2, 3)),
    ("Reshape", {"target_shape": [3, 2]}, normal(2, 6)),
    ("Reshape", {"target_shape": [-1]}, normal(2, 3, 2)),
    ("Reshape", {"target_shape": [-1, 2]}, normal(2, 2, 3)),
    ("Reshape", {"target_shape": [2, 1, 3]}, normal(1, 6)),
    *[("Activation", {"activation": name}, normal(2, 4, scale=1.5)) for name in ACTIVATIONS],
    ("ReLU", {}, normal(2, 4)),
    ("ReLU", {"max_value": 0.8}, normal(2, 4)),
    ("ReLU", {"negative_slope": 0.1}, normal(2, 4)),
    ("ReLU", {"threshold": 0.3}, normal(2, 4)),
    ("ReLU", {"max_value": 1.0, "negative_slope": 0.2, "threshold": 0.4}, normal(3, 4)),
    ("LeakyReLU", {}, normal(2, 4)),
    ("LeakyReLU", {"negative_slope": 0.1}, normal(2, 4)),
    ("ELU", {"alpha": 0.5}, normal(2, 4)),
    ("PReLU", {}, normal(3, 4)),
    ("Softmax", {}, normal(2, 3)),
    ("Softmax", {"axis": 1}, normal(2, 3, 2)),
    ("Softmax", {"axis": [1, 2]}, normal(2, 2, 2)),
    ("Dropout", {"rate": 0.5}, normal(2, 4)),
    ("Dropout", {"rate": 0}, normal(2, 3, 2)),
]


def make():
    return [make_case(*case) for case in CASES]


def make_case(name, config, input_draw):
    rng = draw.generator(name + encode.line(config))
    x = torch.tensor(input_draw(rng), requires_grad=True)
    layer = getattr(keras.layers, name)(**config)
    layer.build(tuple(x.shape))
    layer.set_weights([rng.normal(size=tuple(w.shape)).round(3) for w in layer.weights])
    weights = [variable.value for variable in layer.weights]
    output = layer(x, training=False) if name == "Dropout" else layer(x)
    cotangent = torch.tensor(np.asarray(rng.normal(size=tuple(output.shape))).round(2))
    gradient, *weight_gradients = torch.autograd.grad(output, [x, *weights], cotangent)
    return {
        "layer": name,
        "config": encode.options(config),
        "weights": encode.tensors(weights),
        "input": encode.tensor(x),
        "output": encode.tensor(output),
        "cotangent": encode.tensor(cotangent),
        "gradient": encode.tensor(gradient),
        "weightGradients": encode.tensors(weight_gradients),
    }
