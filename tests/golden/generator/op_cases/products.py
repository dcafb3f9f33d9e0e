"""Matrix products and their kin, diagonals and triangles."""

import keras

from ..draw import normal
from .table import case

# Products --------------------------------------------------------------------------------------

MATMULS = [
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3, 4)),
    ((1, 1), (1, 1)),
    ((2, 2, 3), (2, 3, 2)),
    ((2, 2, 3), (3, 2)),
    ((2, 3), (2, 3, 2)),
    ((1, 2, 3), (2, 3, 1)),
    ((2, 1, 2, 2), (3, 2, 2)),
    ((2, 2, 3), (3,)),
    ((3,), (2, 3, 2)),
    ((2, 0), (0, 3)),
    ((0, 2), (2, 3)),
]
for a, b in MATMULS:
    case("matmul", normal(*a), normal(*b))
case("dot", normal(3), normal(3))
case("dot", normal(2, 3), normal(3, 2))
case("dot", normal(2, 3), normal(3))
case("dot", normal(), normal(2, 3))
case("dot", normal(2, 2, 3), normal(3))
case("vdot", normal(4), normal(4))
case("vdot", normal(1), normal(1))
case("inner", normal(3), normal(3))
case("inner", normal(2, 3), normal(4, 3))
case("outer", normal(3), normal(2))
case("outer", normal(2, 2), normal(3))
case("kron", normal(2, 2), normal(1, 3))
case("kron", normal(2), normal(3))
case("cross", normal(3), normal(3), axis=-1)
case("cross", normal(2, 3), normal(2, 3), axis=-1)
case("cross", normal(3, 2), normal(3, 2), axis=0)
case("tensordot", normal(2, 3), normal(3, 2), axes=1)
case("tensordot", normal(2, 3, 2), normal(3, 2, 2))
case("tensordot", normal(2), normal(3), axes=0)
case("tensordot", normal(2, 3, 2), normal(2, 3), axes=[[0, 1], [0, 1]])
case("tensordot", normal(2, 3), normal(4, 3), axes=[1, 1])


def einsum(*operands, subscripts):
    return keras.ops.einsum(subscripts, *operands)


for subscripts, *shapes in [
    ("ij,jk->ik", (2, 3), (3, 2)),
    ("ij,jk", (2, 3), (3, 2)),
    ("bij,bjk->bik", (2, 2, 3), (2, 3, 2)),
    ("ij->ji", (2, 3)),
    ("ij->", (2, 3)),
    ("ij->i", (2, 3)),
    ("ii->i", (3, 3)),
    ("ii", (3, 3)),
    ("i,j->ij", (2,), (3,)),
    ("i,i->", (3,), (3,)),
    ("bhqd,bhkd->bhqk", (1, 2, 2, 3), (1, 2, 3, 3)),
    ("...ij,...jk->...ik", (2, 1, 2), (2, 2)),
    ("ij,jk,kl->il", (2, 2), (2, 3), (3, 2)),
    ("abc,cd->abd", (2, 1, 3), (3, 2)),
]:
    inputs = [normal(*shape) for shape in shapes]
    case("einsum", *inputs, subscripts=subscripts, reference=einsum)

case("trace", normal(3, 3))
case("trace", normal(2, 3), offset=1)
case("trace", normal(2, 3, 2), offset=-1, axis1=1, axis2=2)
case("diag", normal(3))
case("diag", normal(2), k=-1)
case("diag", normal(3, 3))
case("diag", normal(2, 3), k=1)
case("diagflat", normal(2, 2))
case("diagflat", normal(2), k=1)
case("diagonal", normal(3, 3))
case("diagonal", normal(2, 3), offset=1)
case("diagonal", normal(2, 3, 3), offset=-1, axis1=-2, axis2=-1)
for op in ("tril", "triu"):
    case(op, normal(3, 3))
    case(op, normal(2, 3), k=1)
    case(op, normal(2, 3, 2), k=-1)
