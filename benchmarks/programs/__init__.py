"""What is measured, a module for each family of programs, as people write them."""

from benchmarks.programs import dynamics, finance, linear, loops, networks, optimisation, statistics, stencils
from benchmarks.registry import Program

FAMILIES = (loops, stencils, linear, statistics, networks, dynamics, finance, optimisation)


def every(only: str = "") -> list[Program]:
    """All programs, or those with this in their name or their function's."""
    found = [program for family in FAMILIES for program in family.PROGRAMS]
    return [p for p in found if only.lower() in p.name.lower() or only.lower() == p.function.__name__]
