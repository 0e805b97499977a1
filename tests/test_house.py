"""The rules of ARCHITECTURE.md: floors, no circles, small files, light imports."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "s2s_ad"
FILES = sorted(PACKAGE.rglob("*.py"))
MAX_LINES = 450
# These may be imported inside a function: they are heavy, or need not be installed.
LATE = {"black", "rich", "sympy", "scipy", "numba", "pygraphviz", "matplotlib", "IPython"}
HEAVY = ("black", "rich", "sympy", "scipy", "numba", "typer", "IPython")


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in FILES}


def read_floors() -> dict[str, int]:
    """The table of ARCHITECTURE.md: the top of each module's path and the floor it stands on."""
    floors = {}
    for line in (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines():
        row = re.match(r"\| (\d+) \| ([^|]*) \|", line)
        for name in re.findall(r"`(\w+)/?`", row[2]) if row else ():
            floors[name] = int(row[1])
    return floors


FLOORS = read_floors()
# The package itself shows what floor 6 holds; `python -m s2s_ad` is the command line.
FLOORS |= {"": FLOORS["api"], "__main__": FLOORS["cli"]}


def top_of(module: str) -> str:
    """`ir` for s2s_ad.ir.nodes."""
    return module.split(".")[1] if "." in module else ""


def only_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)


def imports(tree: ast.AST, inside: bool = False) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """Every import that runs, and whether it stands inside a function."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node, inside
        elif only_for_types(node):
            yield from imports(ast.Module(node.orelse, []), inside)
        else:
            yield from imports(node, inside or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)))


def targets(node: ast.Import | ast.ImportFrom, module: str) -> list[str]:
    """The modules that an import names; `from s2s_ad.ops import control` names a module, not its package."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    base = node.module or ""
    if node.level:
        package = module if MODULES[module].name == "__init__.py" else module.rpartition(".")[0]
        parents = package.split(".")[: len(package.split(".")) - node.level + 1]
        base = ".".join([*parents, base] if base else parents)
    return [f"{base}.{alias.name}" if f"{base}.{alias.name}" in MODULES else base for alias in node.names]


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


GRAPH = {
    module: {
        target
        for node, _ in imports(parse(path))
        for target in targets(node, module)
        if target.split(".")[0] == "s2s_ad" and target != module
    }
    for module, path in MODULES.items()
}


def test_the_table_of_floors_is_read() -> None:
    assert FLOORS["span"] == 0 < FLOORS["ir"] < FLOORS["ops"] < FLOORS["frontend"] == FLOORS["backend"] < FLOORS["cli"]
    assert len(MODULES) > 10 and any(GRAPH.values())


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_from_lower_floors(module: str) -> None:
    top = top_of(module)
    assert top in FLOORS, f"ARCHITECTURE.md gives {top} no floor"
    for target in GRAPH[module]:
        other = top_of(target)
        assert target in MODULES, f"{module} imports {target}, which is not there"
        # Modules of one folder, and the single modules of one floor, know each other; folders of one floor do not.
        single = (PACKAGE / f"{top}.py").exists() and (PACKAGE / f"{other}.py").exists()
        same = FLOORS[other] == FLOORS[top] and (other == top or single or top == "")
        assert FLOORS[other] < FLOORS[top] or same, f"{module} imports {target}"


def test_nothing_imports_in_a_circle() -> None:
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join([*path[path.index(module) :], module])
        if module not in done:
            for target in sorted(GRAPH.get(module, ())):  # a missing module is another test's finding
                visit(target, (*path, module))
            done.add(module)

    for module in GRAPH:
        visit(module, ())


@pytest.mark.parametrize("module", MODULES)
def test_only_optional_dependencies_are_imported_inside_functions(module: str) -> None:
    for node, inside in imports(parse(MODULES[module])):
        late = {target.split(".")[0] for target in targets(node, module)}
        assert not inside or late <= LATE, f"{module}:{node.lineno} imports {', '.join(sorted(late))} inside a function"


@pytest.mark.parametrize("module", MODULES)
def test_no_file_is_too_long(module: str) -> None:
    assert len(MODULES[module].read_text(encoding="utf-8").splitlines()) <= MAX_LINES


@pytest.mark.parametrize("use", ["", "; s2s_ad.grad; s2s_ad.check_grads"])
def test_importing_the_package_is_light(use: str) -> None:
    """Neither the import nor the first use of what it holds loads what only some need."""
    code = f"import sys, s2s_ad{use}; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there_when_it_is_asked_for() -> None:
    import s2s_ad

    assert all(getattr(s2s_ad, name) is not None for name in s2s_ad.__all__)
    assert dir(s2s_ad) == sorted(s2s_ad.__all__)
    with pytest.raises(AttributeError, match="gradd"):
        s2s_ad.gradd  # noqa: B018
