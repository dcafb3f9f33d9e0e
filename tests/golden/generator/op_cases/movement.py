"""Shapes, parts, indexing, and tensors made from nothing."""

import keras
import numpy as np
import torch

from ..draw import given, integers, normal
from .table import NAN, case

# Movement --------------------------------------------------------------------------------------

case("reshape", normal(2, 3), newshape=[3, 2])
case("reshape", normal(2, 3, 2), newshape=[-1, 4])
case("reshape", normal(), newshape=[1, 1])
case("reshape", normal(0, 3), newshape=[3, 0])
case("ravel", normal(2, 3))
case("transpose", normal(2, 3))
case("transpose", normal(2, 3, 2), axes=[1, 2, 0])
case("transpose", normal(2, 1, 3))
case("transpose", normal(2, 3, 1), axes=[-1, 0, 1])
case("swapaxes", normal(2, 3, 2), axis1=0, axis2=1)
case("swapaxes", normal(2, 3), axis1=-1, axis2=0)
case("moveaxis", normal(2, 3, 2), source=0, destination=-1)
case("moveaxis", normal(2, 3, 1), source=[0, 1], destination=[-1, -2])
case("squeeze", normal(1, 3, 1))
case("squeeze", normal(1, 3, 1), axis=-1)
case("squeeze", normal(1, 3, 1), axis=[0, 2])
case("expand_dims", normal(3), axis=0)
case("expand_dims", normal(2, 3), axis=-1)
case("expand_dims", normal(2), axis=[0, 2])
case("broadcast_to", normal(3), shape=[2, 3])
case("broadcast_to", normal(2, 1, 2), shape=[2, 3, 2])
case("broadcast_to", normal(), shape=[2, 2])
case("broadcast_to", normal(1, 2), shape=[0, 2])
case("concatenate", normal(2, 2), normal(1, 2), is_list=True)
case("concatenate", normal(2, 1), normal(2, 2), normal(2, 1), is_list=True, axis=-1)
case("concatenate", normal(0, 2), normal(2, 2), is_list=True, axis=0)
case("concatenate", normal(3), is_list=True)
case("stack", normal(2), normal(2), is_list=True)
case("stack", normal(2, 2), normal(2, 2), normal(2, 2), is_list=True, axis=-1)
case("stack", normal(), normal(), is_list=True)
case("vstack", normal(2), normal(2), is_list=True)
case("hstack", normal(2, 1), normal(2, 2), is_list=True)
case("dstack", normal(2, 2), normal(2, 2), is_list=True)
case("append", normal(2), normal(2, 2))
case("split", normal(6), indices_or_sections=3)
case("split", normal(2, 4), indices_or_sections=[1, 3], axis=1)
case("split", normal(4, 2), indices_or_sections=2, axis=-2)
case("array_split", normal(5), indices_or_sections=3)
case("array_split", normal(2, 4), indices_or_sections=3, axis=1)
case("vsplit", normal(4, 2), indices_or_sections=2)
case("hsplit", normal(2, 4), indices_or_sections=[1, 2])
case("dsplit", normal(1, 2, 4), indices_or_sections=2)
case("unstack", normal(3, 2))
case("unstack", normal(2, 3), axis=-1)
case("flip", normal(2, 3))
case("flip", normal(2, 3), axis=-1)
case("flip", normal(2, 2, 2), axis=[0, 2])
case("fliplr", normal(2, 3))
case("flipud", normal(2, 3))
case("roll", normal(5), shift=2)
case("roll", normal(2, 3), shift=-1)
case("roll", normal(2, 3), shift=1, axis=1)
case("roll", normal(3, 3), shift=[1, -1], axis=[0, 1])
case("repeat", normal(3), repeats=2)
case("repeat", normal(2, 2), repeats=2)
case("repeat", normal(2, 3), repeats=3, axis=-1)


def repeat_each(x, repeats, axis):
    """Keras's PyTorch backend refuses a list of counts."""
    return torch.repeat_interleave(x, torch.tensor(repeats), dim=axis)


case("repeat", normal(2, 2), repeats=[1, 3], axis=0, reference=repeat_each)
case("tile", normal(2), repeats=[3])
case("tile", normal(2, 2), repeats=[1, 2])
case("tile", normal(2), repeats=[2, 2])
case("tile", normal(1, 2, 1), repeats=[2])
case("pad", normal(3), pad_width=[[1, 2]])
case("pad", normal(2, 3), pad_width=[[1, 0], [0, 2]], constant_values=1.5)
case("pad", normal(2, 2), pad_width=[[0, 0], [1, 1]], mode="constant")


def mirrored(x, pad_width, mode):
    """As NumPy has it. PyTorch has no symmetric mode; Keras takes its replicate for it."""
    positions = np.pad(np.arange(x.numel()).reshape(x.shape), pad_width, mode)
    return x.reshape(-1)[torch.tensor(positions)]


for mode in ("reflect", "symmetric"):
    case("pad", normal(4), pad_width=[[2, 3]], mode=mode, reference=mirrored)
    case("pad", normal(2, 3), pad_width=[[1, 1], [2, 0]], mode=mode, reference=mirrored)
    case("pad", normal(3, 2, 2), pad_width=[[1, 0], [0, 0], [0, 1]], mode=mode, reference=mirrored)

case("diff", normal(5))
case("diff", normal(2, 4), n=2)
case("diff", normal(3, 2), axis=0)
case("trapezoid", normal(5))
case("trapezoid", normal(2, 4), dx=0.5, axis=0)
case("vander", normal(3), gradient=False)
case("vander", normal(3), gradient=False, N=4, increasing=True)
case("rot90", normal(2, 3))
case("rot90", normal(2, 3), k=2)
case("meshgrid", normal(2), normal(3))
case("meshgrid", normal(2), normal(3), indexing="ij")
case("meshgrid", normal(2), normal(1), normal(2))


# Indexing --------------------------------------------------------------------------------------

case("take", normal(5), integers(0, 4, 3), axis=0)
case("take", normal(3, 2), integers(0, 2, 2, 2), axis=0)
case("take", normal(2, 3), given([2, 0, 2, -1], "int32"), axis=1)
case("take", normal(2, 3), given([5, 0, 3], "int32"))
case("take", normal(2, 3, 2), given(1, "int32"), axis=-2)
case("take", normal(3, 2), given([], "int32"), axis=0)
case("take_along_axis", normal(2, 3), given([[2, 0], [1, 1]], "int32"), axis=1)
case("take_along_axis", normal(3, 2), given([[2, 0]], "int32"), axis=0)
case("take_along_axis", normal(2, 3), given([[-1], [0]], "int32"), axis=-1)
case("take_along_axis", normal(4), given([3, 3, 0], "int32"))
case("scatter", given([[1], [3]], "int32"), normal(2), shape=[5])
case("scatter", given([[0, 1], [2, 0], [0, 1]], "int32"), normal(3), shape=[3, 2], note="adds at one place")
case("scatter", given([[2], [0]], "int32"), normal(2, 3), shape=[3, 3])
case("scatter_update", normal(5), given([[1], [3]], "int32"), normal(2))
case("scatter_update", normal(3, 2), given([[0, 1], [2, 0]], "int32"), normal(2))
case("scatter_update", normal(3, 2), given([[2], [0]], "int32"), normal(2, 2))
case("scatter_update", normal(4), given([[1], [1], [2]], "int32"), normal(3), reduction="add")
case("slice", normal(5), start_indices=[1], shape=[3])
case("slice", normal(3, 4), start_indices=[0, 2], shape=[2, 2])
case("slice", normal(2, 3, 2), start_indices=[1, 0, 1], shape=[1, 3, 1])


def slice_update(x, updates, start_indices):
    return keras.ops.slice_update(x, start_indices, updates)


def segment_sum(x, segments, num_segments):
    """Keras's PyTorch backend sums in float32."""
    return x.new_zeros((num_segments, *x.shape[1:])).index_add(0, segments, x)


case("slice_update", normal(5), normal(2), start_indices=[2], reference=slice_update)
case("slice_update", normal(3, 3), normal(2, 1), start_indices=[1, 2], reference=slice_update)
case("segment_sum", normal(5), given([0, 0, 2, 1, 2], "int32"), num_segments=4, reference=segment_sum)
case("segment_sum", normal(4, 2), given([1, 0, 1, 1], "int32"), num_segments=2, reference=segment_sum)
case("nonzero", given([[1, 0, 2], [0, 3, 0]], "int32"))
case("unravel_index", given([5, 0, 3], "int32"), shape=[2, 3])
case("bincount", given([0, 2, 2, 5], "int32"))
case("bincount", given([0, 2, 2], "int32"), minlength=6)
case("multi_hot", given([[0, 2], [1, 1]], "int32"), num_classes=4, dtype="float64")
case("one_hot", given([0, 2, 1], "int32"), num_classes=3, dtype="float64")
case("one_hot", given([[0, 2], [1, 1]], "int32"), num_classes=4, axis=-1, dtype="int32")
case("one_hot", given([0, 2, 1, 1], "int32"), num_classes=3, axis=0, dtype="float64")
case(
    "one_hot",
    given([0, -1, 2], "int32"),
    num_classes=3,
    dtype="float64",
    note="a negative class is all zeros",
)


# Creation --------------------------------------------------------------------------------------

case("eye", N=3, dtype="float64")
case("eye", N=2, M=4, k=1, dtype="float64")
case("eye", N=3, M=2, k=-1, dtype="int32")
case("identity", n=2, dtype="float64")
case("tri", N=3, M=4, k=-1, dtype="float64")
case("linspace", start=0, stop=1, num=5, dtype="float64")
case("linspace", start=-2.5, stop=3, num=4, endpoint=False, dtype="float64")
case("linspace", start=1, stop=2, num=1, dtype="float64")
case("linspace", start=1, stop=2, num=0, dtype="float64")
case("logspace", start=0, stop=2, num=3, dtype="float64")
case("logspace", start=0, stop=3, num=4, base=2, dtype="float64")
case("arange", start=5)
case("arange", start=2, stop=9, step=3)
case("arange", start=5, stop=-4, step=-2)
case("arange", start=0, stop=1, step=0.1, dtype="float64")
case("arange", start=3, stop=3)
case("full", shape=[2, 3], fill_value=1.5, dtype="float64")
case("full", shape=[], fill_value=-2, dtype="int32")
case("full", shape=[0, 2], fill_value=True, dtype="bool")
case("zeros", shape=[2, 2], dtype="float64")
case("ones", shape=[3], dtype="int32")
case("full_like", normal(2, 2), fill_value=2.5, gradient=False)
case("zeros_like", integers(0, 9, 3), gradient=False)
case("ones_like", normal(2, 0), gradient=False)
case("cast", given([0.0, 1.9, -1.9, 3.0]), dtype="int32", gradient=False)
case("cast", given([0.0, 0.5, -2.0, NAN]), dtype="bool", gradient=False)
case("cast", integers(-3, 3, 3), dtype="float32", gradient=False)
