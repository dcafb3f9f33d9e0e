"""Average pooling as Keras means it, and has it on JAX and TensorFlow."""

import torch
from torch.nn import functional


def average_pool(x, pool_size, strides=None, padding="valid", data_format="channels_last"):
    """The mean of what each window has of the input: torch has no uneven padding that does not count."""
    axes = x.ndim - 2
    size = [pool_size] * axes if isinstance(pool_size, int) else pool_size
    strides = size if strides is None else [strides] * axes if isinstance(strides, int) else strides
    if data_format == "channels_last":
        x = x.movedim(-1, 1)
    margins = []
    if padding == "same":
        for length, window, stride in zip(x.shape[2:], size, strides):
            total = max((-(-length // stride) - 1) * stride + window - length, 0)
            margins = [total // 2, total - total // 2, *margins]
    convolve = [functional.conv1d, functional.conv2d, functional.conv3d][axes - 1]

    def windows_sum(values):
        rows = values.reshape(-1, 1, *values.shape[2:])
        sums = convolve(functional.pad(rows, margins), torch.ones(1, 1, *size), stride=strides)
        return sums.reshape(*values.shape[:2], *sums.shape[2:])

    mean = windows_sum(x) / windows_sum(torch.ones_like(x))
    return mean.movedim(1, -1) if data_format == "channels_last" else mean
