"""The cases behind ops.json: one line a case, in the order of the file."""

from . import elementwise, reductions, products, movement, normalization  # noqa: F401  (each adds its cases)
from .table import CASES  # noqa: F401
