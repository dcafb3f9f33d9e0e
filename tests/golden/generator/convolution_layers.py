"""convolution_layers.json: convolutions, pooling and their kin, as layers.json has the other layers."""

from .draw import distinct, normal
from .layers import make_case

FIRST = {"data_format": "channels_first"}
SAME = {"padding": "same"}

CONVOLUTIONS = [
    ("Conv1D", {"filters": 3, "kernel_size": 2}, (2, 5, 2)),
    ("Conv1D", {"filters": 2, "kernel_size": 3, "padding": "causal"}, (2, 5, 2)),
    ("Conv1D", {"filters": 2, "kernel_size": 2, "padding": "causal", "dilation_rate": 2}, (1, 6, 2)),
    ("Conv1D", {"filters": 2, "kernel_size": 3, "padding": "causal", "strides": 2}, (1, 6, 1)),
    ("Conv1D", {**FIRST, "filters": 2, "kernel_size": 3, "padding": "causal"}, (1, 2, 5)),
    ("Conv1D", {**SAME, "filters": 2, "kernel_size": 4, "strides": 2, "activation": "relu"}, (2, 7, 2)),
    ("Conv1D", {"filters": 4, "kernel_size": 2, "groups": 2, "use_bias": False}, (1, 5, 4)),
    ("Conv2D", {"filters": 3, "kernel_size": 3}, (2, 5, 6, 2)),
    ("Conv2D", {**SAME, "filters": 2, "kernel_size": [3, 2], "activation": "tanh"}, (1, 5, 5, 2)),
    ("Conv2D", {**SAME, "filters": 2, "kernel_size": 3, "strides": 2, "activation": "relu"}, (1, 6, 5, 2)),
    ("Conv2D", {"filters": 2, "kernel_size": 2, "dilation_rate": [2, 1], "activation": "sigmoid"}, (1, 5, 4, 2)),
    ("Conv2D", {"filters": 2, "kernel_size": 2, "activation": "gelu", "use_bias": False}, (1, 3, 3, 2)),
    ("Conv2D", {"filters": 4, "kernel_size": 2, "groups": 2}, (1, 3, 4, 4)),
    ("Conv2D", {"filters": 4, "kernel_size": 3, "groups": 4, "padding": "same"}, (1, 3, 3, 4)),
    ("Conv2D", {**FIRST, "filters": 3, "kernel_size": 2, "activation": "relu"}, (1, 2, 4, 5)),
    ("Conv2D", {**FIRST, **SAME, "filters": 2, "kernel_size": 3, "strides": 2}, (1, 2, 5, 4)),
    ("Conv2D", {"filters": 3, "kernel_size": 1}, (2, 2, 2, 2)),
    ("Conv3D", {"filters": 2, "kernel_size": 2}, (1, 3, 4, 3, 2)),
    ("Conv3D", {**SAME, "filters": 2, "kernel_size": [2, 3, 1], "strides": [1, 2, 1]}, (1, 3, 4, 2, 1)),
    ("Conv3D", {**FIRST, "filters": 2, "kernel_size": 2, "groups": 2, "activation": "tanh"}, (1, 2, 2, 3, 3)),
    ("Conv1DTranspose", {"filters": 2, "kernel_size": 3}, (2, 4, 2)),
    ("Conv1DTranspose", {**SAME, "filters": 2, "kernel_size": 3, "strides": 2, "activation": "relu"}, (1, 4, 2)),
    ("Conv1DTranspose", {"filters": 2, "kernel_size": 2, "strides": 3, "output_padding": 1}, (1, 3, 2)),
    ("Conv2DTranspose", {"filters": 3, "kernel_size": 2, "strides": 2}, (1, 3, 3, 2)),
    ("Conv2DTranspose", {**SAME, "filters": 2, "kernel_size": 3, "strides": 2, "activation": "tanh"}, (1, 3, 2, 2)),
    ("Conv2DTranspose", {**SAME, "filters": 2, "kernel_size": 4, "strides": [2, 1], "use_bias": False}, (1, 3, 3, 2)),
    ("Conv2DTranspose", {**FIRST, **SAME, "filters": 2, "kernel_size": 3, "strides": 2, "activation": "gelu"}, (1, 2, 3, 3)),
    ("Conv2DTranspose", {"filters": 2, "kernel_size": 2, "dilation_rate": 2}, (1, 3, 3, 2)),
    ("Conv3DTranspose", {"filters": 2, "kernel_size": 2, "strides": 2}, (1, 2, 2, 3, 2)),
    ("Conv3DTranspose", {**FIRST, **SAME, "filters": 1, "kernel_size": 3, "strides": [1, 2, 2]}, (1, 2, 2, 2, 2)),
    ("DepthwiseConv1D", {"kernel_size": 3}, (2, 5, 2)),
    ("DepthwiseConv1D", {**FIRST, **SAME, "kernel_size": 2, "depth_multiplier": 2}, (1, 2, 4)),
    ("DepthwiseConv2D", {"kernel_size": 2, "activation": "relu"}, (2, 4, 4, 3)),
    ("DepthwiseConv2D", {**SAME, "kernel_size": 3, "depth_multiplier": 2, "strides": 2}, (1, 5, 4, 2)),
    ("DepthwiseConv2D", {**FIRST, "kernel_size": [2, 3], "dilation_rate": [2, 1], "use_bias": False}, (1, 3, 4, 4)),
    ("SeparableConv1D", {"filters": 3, "kernel_size": 2}, (2, 5, 2)),
    ("SeparableConv1D", {**FIRST, **SAME, "filters": 2, "kernel_size": 3, "depth_multiplier": 2}, (1, 2, 4)),
    ("SeparableConv2D", {"filters": 3, "kernel_size": 3, "activation": "relu"}, (2, 4, 5, 2)),
    ("SeparableConv2D", {**SAME, "filters": 2, "kernel_size": 2, "depth_multiplier": 2, "strides": 2}, (1, 5, 4, 2)),
    ("SeparableConv2D", {**FIRST, "filters": 2, "kernel_size": 2, "dilation_rate": 2, "use_bias": False}, (1, 2, 4, 4)),
]

POOLINGS = [
    ("1D", {"pool_size": 2}, (2, 5, 2)),
    ("1D", {**SAME, "pool_size": 3, "strides": 2}, (1, 6, 2)),
    ("1D", {**FIRST, "pool_size": 2, "strides": 1}, (1, 2, 4)),
    ("2D", {"pool_size": 2}, (2, 4, 5, 2)),
    ("2D", {**SAME, "pool_size": 2}, (1, 3, 5, 2)),
    ("2D", {**SAME, "pool_size": [3, 2], "strides": [2, 1]}, (1, 4, 4, 2)),
    ("2D", {**FIRST, "pool_size": 3, "strides": 2}, (1, 2, 5, 7)),
    ("3D", {"pool_size": 2}, (1, 2, 4, 5, 2)),
    ("3D", {**SAME, **FIRST, "pool_size": [1, 2, 2]}, (1, 2, 2, 3, 3)),
]

SHAPES = {"1D": (2, 4, 3), "2D": (2, 3, 4, 2), "3D": (1, 2, 3, 2, 2)}

GLOBAL_POOLINGS = [
    (f"{kind}{rank}", config, shape)
    for kind in ("GlobalMaxPooling", "GlobalAveragePooling")
    for rank, shape in SHAPES.items()
    for config in ({}, {"keepdims": True}, FIRST, {**FIRST, "keepdims": True})
]

RESHAPINGS = [
    ("ZeroPadding1D", {}, (2, 3, 2)),
    ("ZeroPadding1D", {**FIRST, "padding": [0, 2]}, (1, 2, 3)),
    ("ZeroPadding2D", {}, (1, 2, 3, 2)),
    ("ZeroPadding2D", {"padding": [1, 2]}, (1, 2, 2, 1)),
    ("ZeroPadding2D", {**FIRST, "padding": [[0, 1], [2, 0]]}, (1, 2, 2, 2)),
    ("ZeroPadding3D", {}, (1, 1, 2, 1, 2)),
    ("ZeroPadding3D", {**FIRST, "padding": [[0, 1], [1, 0], [0, 0]]}, (1, 2, 2, 1, 2)),
    ("Cropping1D", {}, (2, 4, 2)),
    ("Cropping1D", {"cropping": [2, 0]}, (1, 4, 2)),
    ("Cropping2D", {}, (1, 2, 2, 2)),
    ("Cropping2D", {"cropping": [1, 0]}, (1, 4, 3, 2)),
    ("Cropping2D", {**FIRST, "cropping": [[1, 0], [0, 2]]}, (1, 2, 3, 4)),
    ("Cropping3D", {}, (1, 3, 4, 3, 1)),
    ("Cropping3D", {**FIRST, "cropping": [[1, 0], [0, 1], [0, 0]]}, (1, 2, 3, 2, 2)),
    ("UpSampling1D", {}, (2, 3, 2)),
    ("UpSampling1D", {"size": 3}, (1, 2, 1)),
    ("UpSampling2D", {}, (1, 2, 3, 2)),
    ("UpSampling2D", {**FIRST, "size": [3, 1]}, (1, 2, 2, 2)),
    ("UpSampling2D", {"size": [2, 3], "interpolation": "bilinear"}, (1, 3, 2, 2)),
    ("UpSampling2D", {**FIRST, "interpolation": "bilinear"}, (1, 2, 3, 2)),
    ("UpSampling3D", {}, (1, 2, 1, 2, 2)),
    ("UpSampling3D", {**FIRST, "size": [1, 2, 3]}, (1, 2, 2, 2, 1)),
    ("Resizing", {"height": 5, "width": 3}, (2, 3, 4, 2)),
    ("Resizing", {**FIRST, "height": 4, "width": 6, "interpolation": "nearest"}, (1, 2, 2, 3)),
    ("Resizing", {"height": 2, "width": 3, "antialias": True}, (1, 5, 7, 1)),
    ("Resizing", {"height": 2, "width": 2, "crop_to_aspect_ratio": True}, (1, 3, 6, 2)),
    ("Resizing", {"height": 4, "width": 4, "pad_to_aspect_ratio": True, "fill_value": 0.5}, (1, 2, 6, 2)),
]


def make():
    return [
        *[make_case(name, config, normal(*shape)) for name, config, shape in CONVOLUTIONS],
        *[make_case(f"MaxPooling{rank}", config, distinct(*shape)) for rank, config, shape in POOLINGS],
        *[make_case(f"AveragePooling{rank}", config, normal(*shape)) for rank, config, shape in POOLINGS],
        *[make_case(name, config, distinct(*shape)) for name, config, shape in GLOBAL_POOLINGS],
        *[make_case(name, config, normal(*shape)) for name, config, shape in RESHAPINGS],
    ]
