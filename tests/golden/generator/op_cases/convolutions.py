"""The cases behind convolutions.json: windows that slide over one, two or three spatial axes, and resizing."""

import jax
import torch

from ..draw import distinct, normal
from .table import Case

CASES = []


def case(op, *inputs, reference=None, **options):
    CASES.append(Case(op, inputs, options, reference=reference))


# Convolution -----------------------------------------------------------------------------------

FIRST = {"data_format": "channels_first"}
SAME = {"padding": "same"}

for x, kernel, options in [
    ((2, 6, 2), (3, 2, 3), {}),
    ((3, 6, 2), (2, 2, 3), SAME),
    ((1, 7, 1), (3, 1, 2), {"strides": 2}),
    ((1, 8, 2), (3, 2, 2), {**SAME, "strides": 3}),
    ((1, 7, 2), (2, 2, 2), {"dilation_rate": 3}),
    ((1, 7, 2), (4, 2, 1), {**SAME, "dilation_rate": 2}),
    ((3, 5, 4), (2, 2, 6), {}),
    ((2, 2, 5), (3, 2, 3), {**FIRST, **SAME}),
    ((1, 3, 1), (3, 1, 1), {}),
    ((1, 5, 6), (1, 1, 6), {}),
    ((1, 4, 2), (1, 2, 2), {"strides": 3}),
    ((2, 5, 6, 2), (3, 3, 2, 3), {}),
    ((2, 5, 6, 2), (3, 3, 2, 3), SAME),
    ((1, 5, 6, 2), (3, 3, 2, 2), {"strides": 2}),
    ((1, 5, 6, 2), (3, 3, 2, 2), {**SAME, "strides": 2}),
    ((1, 6, 6, 1), (3, 3, 1, 2), {**SAME, "strides": 2}),
    ((1, 7, 6, 1), (2, 4, 1, 2), {**SAME, "strides": [3, 2]}),
    ((1, 6, 5, 2), (2, 3, 2, 2), SAME),
    ((1, 7, 7, 1), (3, 2, 1, 2), {"dilation_rate": [2, 3]}),
    ((1, 7, 6, 1), (3, 3, 1, 2), {**SAME, "dilation_rate": 2}),
    ((1, 4, 5, 4), (2, 2, 2, 4), {}),
    ((1, 4, 5, 4), (3, 3, 1, 8), {**SAME, "strides": 2}),
    ((1, 2, 5, 4), (3, 2, 2, 3), FIRST),
    ((1, 4, 4, 5), (3, 3, 2, 4), {**FIRST, **SAME, "strides": 2}),
    ((2, 4, 4, 3), (1, 1, 3, 2), {}),
    ((1, 3, 2, 1), (3, 2, 1, 1), {}),
    ((1, 4, 3, 4, 2), (2, 2, 2, 2, 2), {}),
    ((1, 3, 4, 3, 1), (3, 2, 1, 1, 2), {**SAME, "strides": [1, 2, 2]}),
    ((1, 4, 3, 3, 2), (2, 1, 2, 1, 2), {"dilation_rate": [2, 1, 1]}),
    ((1, 2, 3, 3, 3), (2, 2, 2, 2, 1), {**FIRST, **SAME}),
]:
    case("conv", normal(*x), normal(*kernel), **options)

for x, kernel, options in [
    ((2, 6, 2), (3, 2, 1), {}),
    ((1, 6, 2), (2, 2, 3), {**SAME, "strides": 2}),
    ((1, 2, 7), (3, 2, 2), {**FIRST, "dilation_rate": 2}),
    ((2, 4, 5, 3), (3, 3, 3, 1), SAME),
    ((1, 5, 6, 2), (2, 3, 2, 2), {"strides": 2}),
    ((1, 6, 6, 2), (3, 3, 2, 1), {**SAME, "strides": 2}),
    ((1, 6, 5, 2), (2, 2, 2, 2), {"dilation_rate": [2, 3]}),
    ((1, 2, 4, 5), (2, 2, 2, 2), {**FIRST, **SAME}),
]:
    case("depthwise_conv", normal(*x), normal(*kernel), **options)

for x, depthwise, pointwise, options in [
    ((2, 6, 2), (3, 2, 1), (1, 2, 3), {}),
    ((1, 2, 6), (2, 2, 2), (1, 4, 2), {**FIRST, **SAME}),
    ((2, 4, 5, 2), (3, 3, 2, 2), (1, 1, 4, 3), SAME),
    ((1, 5, 6, 2), (2, 3, 2, 1), (1, 1, 2, 2), {"strides": 2}),
    ((1, 6, 5, 2), (2, 2, 2, 2), (1, 1, 4, 1), {"dilation_rate": 2}),
]:
    case("separable_conv", normal(*x), normal(*depthwise), normal(*pointwise), **options)

# PyTorch takes no gradient of a transposed kernel of one channel.
for x, kernel, options in [
    ((2, 4, 2), (3, 3, 2), {}),
    ((1, 4, 2), (2, 3, 2), {"strides": 3}),
    ((1, 4, 2), (3, 2, 2), {"strides": 2}),
    ((1, 4, 2), (3, 2, 2), {**SAME, "strides": 2}),
    ((1, 4, 2), (4, 2, 2), {**SAME, "strides": 2}),
    ((1, 4, 2), (2, 2, 2), {**SAME, "strides": 4}),
    ((1, 3, 2), (5, 1, 2), {**SAME, "strides": 3}),
    ((1, 4, 2), (3, 2, 2), {**SAME, "strides": 2, "output_padding": 0}),
    ((1, 4, 2), (3, 2, 2), {**SAME, "strides": 2, "output_padding": 1}),
    ((1, 4, 2), (4, 2, 2), {**SAME, "strides": 3, "output_padding": 1}),
    ((1, 4, 2), (3, 2, 2), {"strides": 3, "output_padding": 2}),
    ((1, 4, 2), (3, 1, 2), {"dilation_rate": 2}),
    ((1, 4, 2), (3, 1, 2), {**SAME, "dilation_rate": 2}),
    ((1, 2, 4), (3, 3, 2), {**FIRST, **SAME, "strides": 2}),
    ((2, 3, 4, 2), (3, 3, 3, 2), {}),
    ((1, 3, 4, 2), (3, 2, 2, 2), {"strides": 2}),
    ((1, 3, 3, 2), (3, 3, 2, 2), {**SAME, "strides": 2}),
    ((1, 3, 3, 2), (4, 4, 2, 2), {**SAME, "strides": 2}),
    ((1, 3, 2, 2), (2, 3, 2, 2), {**SAME, "strides": [2, 3], "output_padding": [1, 2]}),
    ((1, 3, 4, 2), (3, 2, 2, 2), {**SAME, "dilation_rate": 2}),
    ((1, 2, 3, 4), (3, 3, 1, 2), {**FIRST, **SAME, "strides": 2}),
    ((1, 2, 3, 2, 2), (2, 3, 2, 1, 2), {"strides": 2}),
    ((1, 2, 2, 2, 2), (3, 3, 3, 2, 2), {**SAME, "strides": [1, 2, 2]}),
]:
    case("conv_transpose", normal(*x), normal(*kernel), **options)

# Pooling ---------------------------------------------------------------------------------------

POOLINGS = [
    ((2, 6, 2), {"pool_size": 2}),
    ((1, 7, 2), {"pool_size": 3, "strides": 1}),
    ((1, 7, 2), {"pool_size": 2, "strides": 3}),
    ((1, 7, 2), {**SAME, "pool_size": 2}),
    ((1, 6, 2), {**SAME, "pool_size": 3, "strides": 2}),
    ((1, 2, 7), {**SAME, **FIRST, "pool_size": 3, "strides": 1}),
    ((2, 4, 6, 2), {"pool_size": 2}),
    ((1, 5, 7, 2), {"pool_size": 3, "strides": 2}),
    ((1, 5, 7, 2), {"pool_size": [2, 3], "strides": [1, 2]}),
    ((1, 5, 5, 2), {**SAME, "pool_size": 2}),
    ((1, 6, 5, 1), {**SAME, "pool_size": 3, "strides": 2}),
    ((1, 5, 6, 1), {**SAME, "pool_size": [2, 3], "strides": 1}),
    ((1, 2, 5, 4), {**FIRST, "pool_size": 2}),
    ((1, 2, 5, 4), {**SAME, **FIRST, "pool_size": 2}),
    ((1, 4, 3, 4, 2), {"pool_size": 2}),
    ((1, 3, 3, 4, 1), {**SAME, "pool_size": [2, 2, 3], "strides": [1, 2, 2]}),
]
for x, options in POOLINGS:
    case("max_pool", distinct(*x), **options)
for x, options in POOLINGS:
    case("average_pool", normal(*x), **options)

# Resizing --------------------------------------------------------------------------------------


class JaxResize(torch.autograd.Function):
    """jax.image.resize, which is what Keras on JAX calls; it is linear, and so is its gradient."""

    @staticmethod
    def forward(context, x, shape, method, antialias):
        def run(values):
            return jax.image.resize(values, shape, method=method, antialias=antialias)

        with jax.enable_x64(True):
            result, context.pull_back = jax.vjp(run, x.numpy())
        return torch.tensor(jax.device_get(result))

    @staticmethod
    def backward(context, gradient):
        with jax.enable_x64(True):
            (result,) = context.pull_back(gradient.numpy())
        return torch.tensor(jax.device_get(result)), None, None, None


def resize(x, size, interpolation="bilinear", antialias=False, data_format="channels_last"):
    if data_format == "channels_last":
        shape = [x.shape[0], *size, x.shape[3]]
    else:
        shape = [x.shape[0], x.shape[1], *size]
    return JaxResize.apply(x.contiguous(), shape, interpolation, antialias)


for x, options in [
    ((1, 3, 4, 2), {"size": [6, 8], "interpolation": "nearest"}),
    ((1, 5, 7, 1), {"size": [3, 4], "interpolation": "nearest"}),
    ((2, 3, 4, 1), {"size": [5, 7]}),
    ((1, 3, 4, 2), {"size": [6, 8]}),
    ((1, 7, 6, 1), {"size": [3, 4]}),
    ((1, 7, 6, 1), {"size": [3, 4], "antialias": True}),
    ((1, 3, 7, 1), {"size": [5, 3], "antialias": True}),
    ((1, 4, 5, 1), {"size": [7, 9], "interpolation": "bicubic"}),
    ((1, 7, 6, 1), {"size": [4, 3], "interpolation": "bicubic", "antialias": True}),
    ((1, 6, 7, 1), {"size": [9, 4], "interpolation": "lanczos3"}),
    ((1, 9, 8, 1), {"size": [4, 3], "interpolation": "lanczos3", "antialias": True}),
    ((1, 5, 12, 1), {"size": [7, 5], "interpolation": "lanczos5"}),
    ((1, 2, 3, 4), {**FIRST, "size": [5, 6]}),
    ((1, 3, 4, 2), {"size": [3, 4]}),
]:
    case("resize", normal(*x), **options, reference=resize)
