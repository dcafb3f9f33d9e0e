"""Normalization by given statistics, of last axes and of others."""

import keras

from ..draw import given, normal, uniform
from .table import case

# Statistics that are given ----------------------------------------------------------------------


def with_scale_and_offset(x, mean, variance, scale, offset, **options):
    return keras.ops.batch_normalization(x, mean, variance, offset=offset, scale=scale, **options)


case("batch_normalization", normal(3, 2), normal(2), uniform(0.5, 2, 2), axis=-1)
case("batch_normalization", normal(2, 3, 2), normal(3), uniform(0.5, 2, 3), axis=1, epsilon=0.1)
for shape, axis, options in (
    ((3, 2), -1, {}),
    ((2, 3, 2, 2), 1, {}),
    ((2, 2, 3), 2, {"epsilon": 0.1}),
    ((0, 2), 1, {}),
):
    channels = shape[axis]
    case(
        "batch_normalization",
        normal(*shape),
        normal(channels),
        uniform(0.5, 2, channels),
        normal(channels),
        normal(channels),
        axis=axis,
        reference=with_scale_and_offset,
        **options,
    )

# Statistics of each example ---------------------------------------------------------------------

case("layer_normalization", normal(3, 4))
case("layer_normalization", normal(2, 3, 2), axis=1, epsilon=0.01)
case("layer_normalization", normal(3, 4), normal(4))
case("layer_normalization", normal(3, 4), normal(4), normal(4), epsilon=0.001)
case("layer_normalization", normal(2, 3, 2), normal(3), normal(3), axis=1)
case("layer_normalization", normal(2, 3, 2), normal(3, 2), normal(3, 2), axis=[1, 2])
case("layer_normalization", normal(2, 3, 2), normal(2, 2), normal(2, 2), axis=[0, 2], epsilon=0.1)
case("layer_normalization", given([[5.0, 5.0, 5.0], [1.0, 2.0, 3.0]]), epsilon=0.1, note="of a constant row")
case("rms_normalization", normal(3, 4))
case("rms_normalization", normal(2, 3, 2), axis=1, epsilon=0.01)
case("rms_normalization", normal(3, 4), normal(4), epsilon=0.001)
case("rms_normalization", normal(2, 3, 2), normal(3, 2), axis=[1, 2])
