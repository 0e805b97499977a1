"""Values and gradients written by hand, as a person who knows the subject would.

Each follows the algorithm of its function: loops stay loops, arrays stay arrays. `native` has those that are written in
another way for numba; all others are compiled as they stand.
"""
