"""Reductions, running ones, softmax, losses as ops, and what sorts."""

import keras

from ..draw import booleans, distinct, given, integers, normal, one_hot, probabilities, uniform
from .table import INF, NAN, case, special, anything

# Reductions ------------------------------------------------------------------------------------

AXES = [
    {},
    {"axis": 0},
    {"axis": -1, "keepdims": True},
    {"axis": [0, 2]},
    {"axis": [-1, 0], "keepdims": True},
]


def over_all_axes(op):
    """Without an axis, Keras's PyTorch backend forgets keepdims in some reductions."""
    return lambda x, keepdims: getattr(keras.ops, op)(x, axis=tuple(range(x.ndim)), keepdims=keepdims)


def reductions(op, draw):
    for options in AXES:
        case(op, draw(2, 3, 2), **options)
    case(op, draw(2, 2), keepdims=True, reference=over_all_axes(op))
    case(op, draw(3, 1), axis=1)
    case(op, draw())


reductions("sum", normal)
reductions("mean", normal)
reductions("prod", anything)
reductions("max", distinct)
reductions("min", distinct)
reductions("var", normal)
reductions("logsumexp", normal)
for options in AXES:
    case("std", normal(2, 3, 2), **options)
for op in ("amax", "amin"):
    case(op, distinct(2, 3), axis=1)
for op in ("all", "any"):
    for options in AXES:
        case(op, booleans(2, 3, 2), **options)
    case(op, booleans(0, 3), axis=0)
    case(op, given([0.0, 2.0, NAN]))
case("sum", normal(0, 3), axis=0)
case("sum", normal(2, 0), axis=1, keepdims=True)
case("sum", normal(0))
case("prod", normal(0, 3), axis=0)
case("prod", normal(0))
case("mean", normal(3, 0), axis=0)
case("max", distinct(3), initial=0.45)
case("min", distinct(2, 3), axis=1, initial=-0.45)
case("prod", given([[2.0, 0.0, 3.0], [1.5, -2.0, 4.0]]), axis=1, note="one zero")
case("prod", given([[2.0, 0.0, 0.0], [0.0, -2.0, 4.0]]), axis=1, note="two zeros")
case("prod", given([2.0, 0.0, 3.0, -1.5]), note="one zero")
special("sum", given([[INF, 1.0], [NAN, 1.0]]), axis=1)
special("max", given([[NAN, 1.0], [INF, -INF]]), axis=1)
special("min", given([[NAN, 1.0], [INF, -INF]]), axis=1)
special(
    "logsumexp", given([[1000.0, 1000.0], [-1000.0, -1001.0], [-INF, -INF], [-INF, 0.0], [INF, 0.0]]), axis=1
)
case("logsumexp", given([[1000.0, 1001.0], [-1000.0, -1001.0]]), axis=-1, note="extreme values")
for op in ("argmax", "argmin"):
    case(op, distinct(2, 3))
    case(op, distinct(2, 3), axis=0)
    case(op, distinct(2, 3, 2), axis=-2, keepdims=True)
    case(op, given([1.0, 3.0, 3.0, 1.0]), note="the first of equals")
    case(op, integers(-5, 5, 3, 1), axis=1)
for op in ("cumsum", "cumprod"):
    case(op, anything(2, 3))
    case(op, anything(2, 3), axis=0)
    case(op, anything(2, 3, 2), axis=-2)
    case(op, anything(1, 4), axis=1)
    case(op, anything(0, 2), axis=0)
case(
    "cumprod",
    given([[2.0, 0.0, 3.0, 0.0], [1.5, -2.0, 0.0, 4.0], [0.0, 2.0, 3.0, 1.0]]),
    axis=1,
    note="zeros",
)
case("count_nonzero", given([[1.0, 0.0, 2.0], [0.0, 0.0, -0.0]]))
case("count_nonzero", given([[1, 0, 2], [0, 0, 3]], "int32"), axis=1)
case("count_nonzero", booleans(2, 3), axis=[0, 1])
case("median", distinct(5))
case("median", distinct(2, 4), axis=1)
case("median", distinct(3, 2), axis=0, keepdims=True)
case("quantile", distinct(5), given([0.25, 0.6]), gradient=False)
case("quantile", distinct(2, 4), given(0.3), gradient=False, axis=1)
case("percentile", distinct(5), given(40.0), gradient=False)
case("average", normal(2, 3))
case("average", normal(2, 3), axis=0)
case("ptp", distinct(2, 3), axis=1)
case("moments", normal(2, 3, 2), axes=[0, 2])
case("moments", normal(4, 3), axes=[0], keepdims=True)


def weighted_average(x, weights, axis):
    """As NumPy has it. Keras's PyTorch backend divides by the weights' sum along their last axis."""
    if weights.ndim == 1:
        weights = weights.reshape([-1 if i == axis % x.ndim else 1 for i in range(x.ndim)])
    weights = weights.expand(x.shape)
    return (x * weights).sum(axis) / weights.sum(axis)


case("average", normal(2, 3), uniform(0.2, 2, 3), axis=1, reference=weighted_average)
case("average", normal(2, 3), uniform(0.2, 2, 2), axis=0, reference=weighted_average)
case("average", normal(2, 3), uniform(0.2, 2, 2, 3), axis=-1, reference=weighted_average)

case("norm", anything(4))
case("norm", anything(2, 3))
case("norm", anything(2, 3), axis=1)
case("norm", anything(2, 3, 2), axis=-1, keepdims=True)
for order in (1, 2, 3, INF, -INF):
    case("norm", distinct(4), ord=order)
    case("norm", distinct(2, 3), ord=order, axis=-1, keepdims=True)
for order in ("fro", 1, INF):
    case("norm", distinct(2, 3), ord=order)
case("norm", anything(2, 2, 3), ord="fro", axis=[1, 2])
case("normalize", anything(2, 3))
case("normalize", anything(2, 3), axis=0)
case("normalize", anything(2, 3), axis=-1, order=1)
case("normalize", anything(4), order=3)

for op in ("softmax", "log_softmax"):
    case(op, normal(3, 4))
    case(op, normal(3, 4), axis=0)
    case(op, normal(2, 3, 2), axis=-2)
    case(op, normal(5))
    case(op, normal(3, 1))
    case(op, normal(0, 3))
    case(
        op, given([[1000.0, 999.0, -1000.0], [-1000.0, -1000.0, -1000.0]]), check=False, note="extreme values"
    )
    special(op, given([[0.0, -INF, 1.0], [-INF, -INF, 0.0], [NAN, 0.0, 1.0]]))

case("sparsemax", given([[0.5, 0.1, -1.2], [2.0, 0.1, 0.3], [0.2, 0.25, 0.15]]))
case("sparsemax", given([[0.5, 2.0], [0.1, 0.7]]), axis=0)

for from_logits in (True, False):
    binary = normal(3, 2, scale=2) if from_logits else uniform(0.1, 0.9, 3, 2)
    classes = normal(3, 4, scale=2) if from_logits else probabilities(4, 3)
    case("binary_crossentropy", uniform(0.1, 0.9, 3, 2), binary, from_logits=from_logits)
    case("categorical_crossentropy", one_hot(4, 3), classes, from_logits=from_logits, axis=-1)
    case("sparse_categorical_crossentropy", integers(0, 3, 3), classes, from_logits=from_logits)


# Order -----------------------------------------------------------------------------------------

for op in ("sort", "argsort"):
    case(op, distinct(6))
    case(op, distinct(2, 4))
    case(op, distinct(3, 2), axis=0)
    case(op, distinct(2, 3, 2), axis=-2)
    case(op, integers(-9, 9, 1))
case("argsort", given([2.0, 1.0, 2.0, 1.0]), note="stable")
case("sort", given([2.0, INF, -1.0, -INF, NAN]), gradient=False, note="NaN last")
case("top_k", distinct(6), k=2)
case("top_k", distinct(2, 4), k=3)
case("top_k", distinct(2, 3), k=3, sorted=True)
case("top_k", distinct(2, 3, 4), k=1)
case("in_top_k", integers(0, 3, 5), distinct(5, 4), k=2, gradient=False)
case("searchsorted", given([1.0, 3.0, 3.0, 5.0]), given([0.0, 3.0, 4.0, 6.0]), gradient=False)
case("digitize", given([0.0, 3.0, 4.0, 6.0]), given([1.0, 3.0, 5.0]), gradient=False)
case("searchsorted", given([1.0, 3.0, 3.0, 5.0]), given([[3.0, 5.0]]), gradient=False, side="right")
