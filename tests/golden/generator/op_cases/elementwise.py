"""Element by element, with broadcasting and promotion."""

import keras

from ..draw import booleans, distinct, given, integers, normal, uniform
from .table import CASES, INF, NAN, case, extreme, special, anything

# Elementwise, one input ------------------------------------------------------------------------

UNARY = {
    "negative": anything,
    "abs": anything,
    "absolute": anything,
    "sign": anything,
    "square": anything,
    "sqrt": lambda *shape: uniform(0.1, 5, *shape),
    "rsqrt": lambda *shape: uniform(0.1, 5, *shape),
    "cbrt": lambda *shape: normal(*shape, avoid=(0,)),
    "reciprocal": anything,
    "exp": anything,
    "exp2": anything,
    "expm1": anything,
    "log": lambda *shape: uniform(0.1, 8, *shape),
    "log2": lambda *shape: uniform(0.1, 8, *shape),
    "log10": lambda *shape: uniform(0.1, 8, *shape),
    "log1p": lambda *shape: uniform(-0.9, 8, *shape),
    "sin": lambda *shape: normal(*shape, scale=4),
    "cos": lambda *shape: normal(*shape, scale=4),
    "tan": lambda *shape: uniform(-1.3, 1.3, *shape),
    "arcsin": lambda *shape: uniform(-0.95, 0.95, *shape),
    "arccos": lambda *shape: uniform(-0.95, 0.95, *shape),
    "arctan": lambda *shape: normal(*shape, scale=3),
    "sinh": anything,
    "cosh": anything,
    "tanh": anything,
    "arcsinh": lambda *shape: normal(*shape, scale=3),
    "arccosh": lambda *shape: uniform(1.1, 6, *shape),
    "arctanh": lambda *shape: uniform(-0.95, 0.95, *shape),
    "erf": anything,
    "erfc": anything,
    "erfinv": lambda *shape: uniform(-0.95, 0.95, *shape),
    "floor": lambda *shape: uniform(-3, 3, *shape),
    "ceil": lambda *shape: uniform(-3, 3, *shape),
    "round": lambda *shape: uniform(-3, 3, *shape),
    "trunc": lambda *shape: uniform(-3, 3, *shape),
    "sigmoid": anything,
    "log_sigmoid": anything,
    "relu": anything,
    "relu6": lambda *shape: normal(*shape, scale=5, avoid=(0, 6)),
    "leaky_relu": anything,
    "elu": anything,
    "selu": anything,
    "celu": anything,
    "gelu": anything,
    "silu": anything,
    "softplus": anything,
    "softsign": anything,
    "hard_sigmoid": lambda *shape: normal(*shape, scale=3, avoid=(-3, 3)),
    "hard_silu": lambda *shape: normal(*shape, scale=3, avoid=(-3, 3)),
    "hard_tanh": lambda *shape: normal(*shape, avoid=(-1, 1)),
    "squareplus": anything,
    "soft_shrink": lambda *shape: normal(*shape, avoid=(-0.5, 0.5)),
    "hard_shrink": lambda *shape: normal(*shape, avoid=(-0.5, 0.5)),
    "tanh_shrink": anything,
    "sparse_plus": lambda *shape: normal(*shape, avoid=(-1, 1)),
    "sparse_sigmoid": lambda *shape: normal(*shape, avoid=(-1, 1)),
    "swish": anything,
    "hard_swish": lambda *shape: normal(*shape, scale=3, avoid=(-3, 3)),
    "fabs": anything,
    "deg2rad": lambda *shape: normal(*shape, scale=100),
    "rad2deg": anything,
    "sinc": anything,
}
for op, domain in UNARY.items():
    case(op, domain(2, 3))
    case(op, domain(5))
    case(op, domain())
    case(op, domain(0, 2))

for shape in ((2, 3), (5,), ()):
    case("mish", anything(*shape), reference=keras.activations.mish)

case("leaky_relu", anything(4), negative_slope=0.01)
case("elu", anything(4), alpha=0.7)
case("celu", anything(4), alpha=0.7)
case("gelu", anything(2, 3), approximate=False)
case("gelu", anything(2, 3), approximate=True)
case("squareplus", anything(4), b=1.0)
case("soft_shrink", normal(5, avoid=(-0.2, 0.2)), threshold=0.2)
case("hard_shrink", normal(5, avoid=(-0.2, 0.2)), threshold=0.2)
case("threshold", normal(2, 3, avoid=(0.1,)), threshold=0.1, default_value=-2.0)
case("threshold", normal(4, avoid=(-0.5,)), threshold=-0.5, default_value=0.25)
case("clip", normal(2, 3, avoid=(-0.5, 0.7)), x_min=-0.5, x_max=0.7)
case("clip", normal(5, avoid=(0,)), x_min=0.0, x_max=INF)
case("round", given([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5]), gradient=False, note="half to even")
case("round", given([1.2345, -0.555, 12.5678]), gradient=False, decimals=2)
case("round", given([15.0, 25.0, -35.0, 149.9]), gradient=False, decimals=-1)
case("nan_to_num", given([NAN, INF, -INF, 1.5]), gradient=False)
case("nan_to_num", given([[NAN, INF], [-INF, 1.5]]), gradient=False, nan=7.0, posinf=8.0, neginf=-9.0)
case("glu", normal(2, 4))
case("glu", normal(4, 2), axis=0)

LIMITS = given([NAN, INF, -INF, 0.0, -0.0])
for op in "negative abs square exp exp2 expm1 tanh arctan sinh cosh arcsinh erf erfc sigmoid".split():
    special(op, LIMITS)
for op in "floor ceil trunc round relu relu6 isnan isinf isfinite logical_not reciprocal".split():
    special(op, LIMITS)
for op in "sqrt log log2 log10 log1p rsqrt".split():
    special(op, given([NAN, INF, -INF, 0.0, -1.0, -2.0, 5e-324, 1.7e308]))
for op in "arcsin arccos arctanh erfinv".split():
    special(op, given([NAN, -1.0, 1.0, 1.5, -1.5]))
special("arccosh", given([NAN, INF, 1.0, 0.5]))
special("sign", given([INF, -INF, 0.0, -0.0, 2.0]))
for op in "sin cos tan".split():
    special(op, given([NAN, INF, 100.0, 1e5, -12345.678]))
for op in "expm1 log1p sinh tanh arcsinh arctanh erf".split():
    special(op, given([1e-300, -1e-20, 1e-10, -1e-5]))
    CASES[-1].note = "tiny values"
for op in "sigmoid log_sigmoid softplus softsign tanh selu elu hard_sigmoid hard_silu silu".split():
    extreme(op, [-1000.0, -50.0, -20.5, 18.0, 50.0, 1000.0])
extreme("gelu", [-1000.0, -50.0, -6.0, 6.0, 50.0, 1000.0], approximate=False)
extreme("gelu", [-1000.0, -50.0, -6.0, 6.0, 50.0, 1000.0], approximate=True)
extreme("exp", [-800.0, -745.0, -700.0, 700.0, 709.7])
extreme("erfc", [-6.0, -3.0, 3.0, 6.0, 20.0, 26.0])
extreme("arcsinh", [-1e10, -1e5, 1e5, 1e10, 1e200])


# Elementwise, two inputs -----------------------------------------------------------------------

BROADCASTS = [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((), (4,)), ((2, 1, 2), (3, 1))]
EMPTY = ((0, 3), (1, 3))


def pairs(op, left, right=None):
    right = right or left
    for a, b in [*BROADCASTS, EMPTY]:
        case(op, left(*a), right(*b))


POSITIVE = lambda *shape: uniform(0.3, 3, *shape)  # noqa: E731
for op in "add subtract multiply logaddexp logaddexp2".split():
    pairs(op, anything)
for op in "divide true_divide arctan2 hypot".split():
    pairs(op, anything, lambda *shape: normal(*shape, avoid=(0,)))
pairs("power", POSITIVE, anything)
case("power", anything(5), given(2.0), gradient=False, note="squared")
case("power", anything(5), given(3.0), gradient=False, note="cubed")
# No quotient with a gradient is near a whole number.
for op in ("floor_divide", "mod"):
    # PyTorch has no derivative of its floor_divide.
    smooth = op == "mod"
    case(
        op,
        given([[5.25, -5.25, 7.3], [-7.3, 0.25, 9.2]]),
        given([[2.0, 2.0, -3.0], [-3.0, 4.0, 1.0]]),
        gradient=smooth,
    )
    case(op, given([[5.25], [-5.25]]), given([2.0, -3.0, 0.7]), gradient=smooth)
    case(op, given(7.25), given([2.0, -2.0]), gradient=smooth)
    case(
        op, given([5.0, -5.0, 5.0, -5.0, 6.0, -6.0]), given([3.0, 3.0, -3.0, -3.0, 3.0, 3.0]), gradient=False
    )
for op in ("maximum", "minimum"):
    for a, b in [*BROADCASTS, EMPTY]:
        # The second input differs by a half step of the first one's grid: never a tie.
        case(op, distinct(*a), lambda rng, b=b: distinct(*b)(rng) + 0.15)
COMPARISONS = "equal not_equal less less_equal greater greater_equal".split()
for op in COMPARISONS:
    case(op, integers(0, 2, 2, 3), integers(0, 2, 2, 3))
    case(op, given([[1.0, 2.0], [3.0, 4.0]]), given([1.0, 4.0]))
    special(op, given([NAN, NAN, INF, -INF, 0.0]), given([NAN, 1.0, INF, INF, -0.0]))
for op in "logical_and logical_or logical_xor".split():
    case(op, booleans(2, 4), booleans(2, 4))
    case(op, booleans(2, 1), booleans(3))
case("logical_not", booleans(2, 3))
for op in "isnan isinf isfinite isposinf isneginf".split():
    case(op, given([[1.0, NAN], [INF, -INF]]))
case("signbit", given([1.0, -1.0, 0.0, -0.0, INF, -INF]))
case("heaviside", given([-1.5, 0.0, 2.0]), given(0.5), gradient=False)
case("allclose", given([1.0, 2.0]), given([1.0, 2.0 + 1e-6]))
case("allclose", given([1.0, 2.0]), given([1.0, 2.1]), rtol=1e-3)
case("isin", integers(0, 5, 2, 3), given([1, 4], "int32"))
case("isclose", given([1.0, 1.0, NAN, INF]), given([1.0 + 1e-9, 1.1, NAN, INF]))
case("isclose", given([1.0, 2.0, NAN]), given([1.05, 2.5, NAN]), rtol=0.0, atol=0.1, equal_nan=True)
case("divide_no_nan", anything(4), given([2.0, -1.5, 4.0, 0.5]))
case("divide_no_nan", anything(3), given([0.0, 2.0, 0.0]), gradient=False)
for op in "bitwise_and bitwise_or bitwise_xor".split():
    case(op, integers(-20, 20, 2, 3), integers(-20, 20, 3))
for op in ("bitwise_not", "bitwise_invert"):
    case(op, integers(-20, 20, 5))
for op in ("left_shift", "right_shift"):
    case(op, integers(-20, 20, 4), integers(0, 4, 4))

special("add", given([INF, INF, NAN]), given([INF, -INF, 1.0]))
special("multiply", given([INF, 0.0, -0.0]), given([0.0, -1.0, INF]))
special("divide", given([1.0, -1.0, 0.0, INF]), given([0.0, 0.0, 0.0, INF]))
special(
    "power",
    given([0.0, -2.0, -8.0, 2.0, 0.0, NAN, 1.0, 4.0]),
    given([0.0, 3.0, 1 / 3, -1.0, -1.0, 0.0, NAN, 0.5]),
)
special("maximum", given([NAN, 1.0, INF]), given([1.0, NAN, -INF]))
special("minimum", given([NAN, 1.0, INF]), given([1.0, NAN, -INF]))
special("arctan2", given([0.0, -0.0, 0.0, 1.0, -1.0, INF, 0.0]), given([-1.0, -1.0, 1.0, 0.0, 0.0, INF, 0.0]))
special("hypot", given([3e200, 0.0, INF]), given([4e200, 0.0, 1.0]))
special("logaddexp", given([1000.0, -1000.0, -INF, INF]), given([999.0, -1001.0, -INF, 0.0]))

case("where", booleans(2, 3), normal(2, 3), normal(2, 3))
case("where", booleans(2, 3), normal(3), normal(2, 1))
case("where", booleans(4), normal(), normal(4))
case("where", booleans(2, 1), normal(1, 3), normal())


# Promotion, under Keras's default float32 ------------------------------------------------------


def promotes(op, *inputs, **options):
    case(op, *inputs, gradient=False, note="promotes", **options)
    CASES[-1].floatx = "float32"


INTS = integers(-9, 9, 4)
HALVES = given([0.5, -1.5, 2.0, 0.25], "float32")
for op in "add subtract multiply maximum".split():
    promotes(op, INTS, INTS)
    promotes(op, INTS, HALVES)
    promotes(op, HALVES, normal(4))
    promotes(op, INTS, normal(4))
promotes("divide", given([7, -7, 1, 0], "int32"), given([2, 2, -4, 3], "int32"))
promotes("floor_divide", given([7, -7, 7, -7], "int32"), given([2, 2, -2, -2], "int32"))
promotes("mod", given([7, -7, 7, -7], "int32"), given([3, 3, -3, -3], "int32"))
promotes("power", given([2, -3, 5, 0], "int32"), given([3, 3, 0, 0], "int32"))
promotes("multiply", booleans(4), HALVES)
promotes("add", booleans(4), INTS)
promotes("matmul", integers(-5, 5, 2, 3), integers(-5, 5, 3, 2))
promotes("where", booleans(4), INTS, HALVES)
promotes("concatenate", INTS, HALVES, is_list=True)
for op in "sum prod max min cumsum abs negative sign square".split():
    promotes(op, INTS)
for op in ("sum", "prod", "cumsum"):
    promotes(op, booleans(4))
for op in "mean exp sqrt sigmoid".split():
    promotes(op, given([1, 4, 0, 2], "int32"))
promotes("mean", given([True, False, True, True], "bool"))
