"""What a case of ops.json is, and how the tables beside this file add one."""

from dataclasses import dataclass, field

from ..draw import given, normal

INF = float("inf")
NAN = float("nan")


def anything(*shape):
    """Numbers of both signs, away from zero."""
    return normal(*shape, scale=1.5, avoid=(0,))


@dataclass
class Case:
    op: str
    inputs: tuple
    options: dict = field(default_factory=dict)
    is_list: bool = False
    """Whether the op takes its tensors as one list."""
    gradient: bool = True
    """Whether to write gradients, where the op has them."""
    check: bool = True
    """Whether to compare the gradients with differences (not where numbers are extreme)."""
    reference: object = None
    """What to compute instead of the keras.ops function, where that one is wrong or narrow."""
    floatx: str = "float64"
    note: str = ""


CASES = []


def case(name, /, *inputs, is_list=False, gradient=True, check=True, reference=None, note="", **options):
    CASES.append(Case(name, inputs, options, is_list, gradient, check, reference, note=note))


def special(op, *inputs, **options):
    """Edges of the domain: values only."""
    case(op, *inputs, gradient=False, note="special values", **options)


def extreme(op, values, **options):
    """Large arguments, where a careless formula overflows: values and gradients."""
    case(op, given(values), check=False, note="extreme values", **options)
