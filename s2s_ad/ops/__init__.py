"""Floor 2: the table of elementary operations and their rules. Importing it fills the table."""

from s2s_ad.ops import (  # noqa: F401
    compositions,
    control,
    creation,
    elementwise,
    indexing,
    joining,
    linear,
    math_functions,
    operators,
    products,
    reductions,
    shapes,
    shaping,
    ufuncs,
)
