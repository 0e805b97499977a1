"""Floor 2: the table of elementary operations and their rules. Importing it fills the table."""

from s2s_ad.ops import (  # noqa: F401
    compositions,
    contractions,
    control,
    creation,
    elementwise,
    indexing,
    joining,
    linalg,
    linear,
    math_functions,
    more_reductions,
    operators,
    ordering,
    parts,
    products,
    reductions,
    scipy_functions,
    shapes,
    shaping,
    ufuncs,
)
