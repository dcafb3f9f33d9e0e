"""layers.json: layers of Keras in float64, with gradients for every input and every weight."""

import keras
import numpy as np
import torch
from keras.src.layers.merging.base_merge import Merge

from . import draw, encode
from .draw import distinct, given, integers, normal

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
    # Normalization.
    *[
        ("BatchNormalization", config, normal(*shape, scale=2))
        for config, shape in (
            ({}, (4, 3)),
            ({"epsilon": 0.1, "momentum": 0.6}, (5, 2)),
            ({"center": False}, (3, 2)),
            ({"scale": False}, (3, 2, 2)),
            ({"center": False, "scale": False}, (3, 2)),
            ({"axis": 1}, (2, 3, 2)),
            ({"axis": -2, "momentum": 0.9}, (2, 3, 2)),
            ({"axis": 1, "momentum": 0.5}, (2, 2, 2, 3)),
            ({"momentum": 0.7}, (2, 2, 3, 2)),
        )
    ],
    *[
        ("LayerNormalization", config, normal(*shape, scale=2))
        for config, shape in (
            ({}, (3, 4)),
            ({}, (2, 3, 4)),
            ({"epsilon": 0.1}, (2, 3)),
            ({"axis": 1}, (2, 4, 2)),
            ({"axis": [1, 2]}, (2, 3, 2)),
            ({"axis": [-2, -1], "center": False}, (2, 2, 3)),
            ({"axis": [1, 3]}, (2, 2, 2, 3)),
            ({"scale": False}, (2, 4)),
            ({"center": False, "scale": False}, (2, 4)),
        )
    ],
    *[
        ("GroupNormalization", config, normal(*shape, scale=2))
        for config, shape in (
            ({"groups": 2}, (3, 4)),
            ({"groups": 1}, (2, 2, 4)),
            ({"groups": 4, "epsilon": 0.1}, (2, 3, 4)),
            ({"groups": 2, "axis": 1}, (2, 4, 3)),
            ({"groups": -1, "center": False}, (2, 3, 2)),
            ({"groups": 3, "scale": False}, (2, 2, 2, 6)),
            ({"groups": 2, "axis": 1}, (2, 4, 2, 2)),
        )
    ],
    *[
        ("RMSNormalization", config, normal(*shape, scale=2))
        for config, shape in (
            ({}, (3, 4)),
            ({"epsilon": 0.1}, (2, 3, 2)),
            ({"axis": [1, 2]}, (2, 2, 3)),
        )
    ],
    *[
        ("UnitNormalization", config, normal(*shape, scale=2))
        for config, shape in (({}, (3, 4)), ({"axis": 1}, (2, 3, 2)), ({"axis": [1, 2]}, (2, 2, 3)))
    ],
    ("Normalization", {"mean": 0.5, "variance": 2.0}, normal(3, 2)),
    ("Normalization", {"mean": [0.5, -1.0, 2.0], "variance": [2.0, 0.3, 0.0]}, normal(2, 2, 3)),
    ("Normalization", {"axis": None, "mean": 0.5, "variance": 2.0}, normal(2, 3)),
    ("Normalization", {"axis": [1, 2], "mean": [0.5, -1.0], "variance": [2.0, 0.3]}, normal(2, 3, 2)),
    ("Normalization", {"axis": 1, "mean": [0.5, -1.0], "variance": [2.0, 0.3], "invert": True}, normal(3, 2, 2)),
    ("Rescaling", {"scale": 0.5}, normal(2, 3)),
    ("Rescaling", {"scale": 0.1, "offset": -1.5}, integers(0, 9, 2, 3)),
    ("Rescaling", {"scale": [0.1, 2.0], "offset": [0.3, -0.7]}, normal(2, 3, 2)),
    # Indices.
    ("Embedding", {"input_dim": 5, "output_dim": 3}, integers(0, 4, 2, 4)),
    ("Embedding", {"input_dim": 3, "output_dim": 1}, integers(0, 2, 6)),
    ("Embedding", {"input_dim": 4, "output_dim": 2}, given([[[3, 0], [3, 3]]], "int32")),
    ("Embedding", {"input_dim": 4, "output_dim": 2}, given([[2.0, 0.0, 2.0]])),
    # Layout.
    ("Permute", {"dims": [2, 1]}, normal(2, 3, 2)),
    ("Permute", {"dims": [3, 1, 2]}, normal(2, 1, 2, 3)),
    ("RepeatVector", {"n": 3}, normal(2, 2)),
    ("RepeatVector", {"n": 1}, normal(1, 3)),
    # Several inputs.
    *[
        (name, {}, *[distinct(*shape) for shape in shapes])
        for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")
        for shapes in (
            ((2, 3), (2, 3)),
            ((2, 3, 2), (2, 1, 2)),
            ((2, 2), (2, 3, 2)),
            *([] if name == "Subtract" else [((2, 3), (2, 3), (2, 1)), ((2, 2),)]),
        )
    ],
    ("Concatenate", {}, normal(2, 3), normal(2, 1)),
    ("Concatenate", {"axis": 1}, normal(2, 1, 2), normal(2, 2, 2), normal(2, 1, 2)),
    ("Concatenate", {"axis": -2}, normal(2, 1, 2), normal(2, 2, 2)),
    ("Dot", {"axes": 1}, normal(3, 4), normal(3, 4)),
    ("Dot", {"axes": -1}, normal(2, 3), normal(2, 4, 3)),
    ("Dot", {"axes": [1, 2]}, normal(2, 3, 4), normal(2, 5, 3)),
    ("Dot", {"axes": [2, 1]}, normal(2, 2, 3), normal(2, 3)),
    ("Dot", {"axes": [2, 3]}, normal(2, 2, 3, 2), normal(2, 2, 1, 3)),
    ("Dot", {"axes": 1, "normalize": True}, normal(3, 4), normal(3, 4)),
    ("Dot", {"axes": [1, 2], "normalize": True}, normal(2, 3, 2), normal(2, 2, 3)),
]

TRAINED = [case for case in CASES if case[0] == "BatchNormalization"]
"""Cases that are also made in training, where weights that are not trained move."""

ADAPTED = [
    ("Normalization", {}, normal(2, 3), normal(7, 3, scale=3)),
    ("Normalization", {"axis": 1, "invert": True}, normal(2, 3, 2), normal(5, 3, 2)),
    ("Normalization", {"axis": [1, 2]}, normal(2, 2, 2), normal(4, 2, 2)),
    ("Normalization", {"axis": None}, normal(2, 3), normal(4, 3)),
]
"""Layers that look at data first: config, input, data."""


def make():
    return [
        *[make_case(*case) for case in CASES],
        *[make_case(*case, training=True) for case in TRAINED],
        *[make_case(name, config, x, adapt=data) for name, config, x, data in ADAPTED],
    ]


def make_case(name, config, *input_draws, training=False, adapt=None):
    rng = draw.generator(name + encode.line(config))
    inputs = [torch.tensor(input_draw(rng)) for input_draw in input_draws]
    for x in inputs:
        x.requires_grad_(x.is_floating_point() and name != "Embedding")
    layer = getattr(keras.layers, name)(**config)
    merges = isinstance(layer, Merge)
    record = {"layer": name, "config": encode.options(config)}
    if training:
        record["training"] = True
    if adapt is not None:
        data = adapt(rng)
        record["adapt"] = encode.tensor(data)
        layer.adapt(data)
    else:
        layer.build(one_or_all([tuple(x.shape) for x in inputs], merges))
        layer.set_weights([draw_weight(variable, rng) for variable in layer.weights])
    record["weights"] = encode.tensors(layer.weights[:2] if adapt else layer.weights)
    weights = [variable.value for variable in layer.trainable_weights]
    told = {"training": training} if name == "Dropout" or training else {}
    output = layer(one_or_all(inputs, merges), **told)
    cotangent = torch.tensor(np.asarray(rng.normal(size=tuple(output.shape))).round(2))
    leaves = [x for x in inputs if x.requires_grad] + weights
    found = iter(torch.autograd.grad(output, leaves, cotangent) if leaves else ())
    gradients = [next(found) if x.requires_grad else None for x in inputs]
    write_one_or_all(record, "input", encode.tensors(inputs), merges)
    record["output"] = encode.tensor(output)
    if training:
        record["weightsAfter"] = encode.tensors(layer.weights)
    record["cotangent"] = encode.tensor(cotangent)
    write_one_or_all(record, "gradient", encode.tensors(gradients), merges)
    record["weightGradients"] = encode.tensors(list(found))
    return record


def draw_weight(variable, rng):
    values = rng.normal(size=tuple(variable.shape)).round(3)
    return abs(values) + 0.5 if "variance" in variable.name else values


def one_or_all(values, all_of_them):
    return values if all_of_them else values[0]


def write_one_or_all(record, key, values, all_of_them):
    record[f"{key}s" if all_of_them else key] = one_or_all(values, all_of_them)
