"""The command line: `s2s-ad`, or `python -m s2s_ad`. It reads words, calls the api, and prints."""

from __future__ import annotations

import ast
import contextlib
import importlib
import importlib.util
import io
import shutil
import sys
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, NoReturn, Optional, Union

import numpy as np
import typer

from s2s_ad import listing
from s2s_ad.cache import DiskCache, write_whole
from s2s_ad.check import Report, report
from s2s_ad.derivative import SHOWN
from s2s_ad.errors import DifferentiationError
from s2s_ad.rules import Rule, details, markdown, overview
from s2s_ad.rules import rules as all_rules
from s2s_ad.views import columns
from s2s_ad.views.bench import bench
from s2s_ad.views.compare import compare
from s2s_ad.views.graph import graph as computational_graph
from s2s_ad.views.lines import Beside, beside
from s2s_ad.views.page import page
from s2s_ad.views.trace import trace as evaluation_trace

app = typer.Typer(
    help="Derivatives of Python functions, as Python that a person can read.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # `main` says what went wrong
)
cache_app = typer.Typer(help="What is kept on disk between runs.", no_args_is_help=True)
app.add_typer(cache_app, name="cache")


Mode = Enum("Mode", {mode: mode for mode in SHOWN}, type=str)  # type: ignore[misc]
Stage = Enum("Stage", {stage: stage for stage in ("ast", "ssa", *SHOWN)}, type=str)  # type: ignore[misc]
_GRAD = Stage("grad")
USUAL = ("grad", "value_and_grad", "jvp", "vjp")


class Backend(str, Enum):
    numpy = "numpy"
    numba = "numba"
    numba_fastmath = "numba-fastmath"


class Failure(Exception):
    """What was asked for cannot be done; the message says all there is to say."""


Target = Annotated[str, typer.Argument(metavar="FILE:FUNC", help="path/to/file.py:function or package.module:function")]
Targets = Annotated[list[str], typer.Argument(metavar="FILE:FUNC", help="One or more functions.")]
Wrt = Annotated[Optional[str], typer.Option(help="Parameters to differentiate by, such as x,y; by name or index.")]
Signature = Annotated[Optional[str], typer.Option(help='Kinds of the arguments, such as "float64[:], int".')]
Optimize = Annotated[bool, typer.Option("--optimize/--no-optimize", help="Off: one elementary operation a line.")]


@app.command()
def generate(
    targets: Targets,
    mode: Annotated[
        Optional[list[Mode]],
        typer.Option(help="May be given several times; grad, value_and_grad, jvp and vjp if not given."),
    ] = None,
    wrt: Wrt = None,
    signature: Signature = None,
    backend: Annotated[Backend, typer.Option(help="What the module is written for.")] = Backend.numpy,
    out: Annotated[Path, typer.Option("-o", "--out", help="The folder to write to.")] = Path("generated"),
    optimize: Optimize = True,
) -> None:
    """Write the derivatives of each function as a module that stands alone, and print its path."""
    modes = [each.value for each in mode] if mode else USUAL
    texts: dict[Path, str] = {}
    for target in targets:
        fn, stem = _resolve(target)
        path = out / f"{stem}.py"
        if path in texts:
            raise Failure(f"{target} would be written to {path} as well; give each a folder of its own with -o")
        texts[path] = listing.derivative_source(fn, modes, _wrt(wrt), signature, optimize, backend=backend.value)
    # nothing is written unless all of them can be
    out.mkdir(parents=True, exist_ok=True)
    for path, text in texts.items():
        write_whole(path, text)
        typer.echo(path)


@app.command(context_settings={"ignore_unknown_options": True})
def show(
    target: Target,
    args: Annotated[Optional[list[str]], typer.Argument(help="Arguments, where their kinds are not floats.")] = None,
    mode: Annotated[
        Optional[list[Mode]], typer.Option(help="What stands beside the function, several times; jvp and grad.")
    ] = None,
    html: Annotated[
        Optional[Path], typer.Option(help="Write a page where lines that belong together light up.")
    ] = None,
    stage: Annotated[Optional[Stage], typer.Option(help="Print one stage on the way to a derivative instead.")] = None,
    passes: Annotated[bool, typer.Option("--passes", help="With --stage: its SSA after each pass.")] = False,
    wrt: Wrt = None,
    signature: Signature = None,
    optimize: Optimize = True,
    width: Annotated[Optional[int], typer.Option(min=60, help="Columns of characters; those of the terminal.")] = None,
) -> None:
    """Print a function beside its tangent and its adjoint, line by line; or a stage of the compilation."""
    fn, _ = _resolve(target)
    if stage is not None and not passes:
        typer.echo(listing.stage_text(fn, stage.value, optimize, _wrt(wrt), signature).rstrip("\n"))
    elif passes:
        _print_passes(listing.passes(fn, (stage or _GRAD).value, optimize, _wrt(wrt), signature))
    else:
        modes = [each.value for each in mode or ()]
        examples = map(_argument, args or ())
        made = beside(fn, modes, *examples, wrt=_wrt(wrt), signature=signature, optimize=optimize)
        if html is not None:
            write_whole(html, page(made))
            typer.echo(html)
        else:
            _print_beside(made, width)


# an argument such as -1.5 is not an option
@app.command(context_settings={"ignore_unknown_options": True})
def check(
    target: Target,
    args: Annotated[list[str], typer.Argument(help='The arguments: literals or NumPy, such as 2.0 "np.ones(3)".')],
    order: Annotated[int, typer.Option(min=1, help="Above 1: the derivatives of the gradient, too.")] = 1,
) -> None:
    """Compare the derivatives at the arguments with differences, complex steps and SymPy, where each applies."""
    fn, _ = _resolve(target)
    values = tuple(map(_argument, args))
    with contextlib.redirect_stdout(io.StringIO()):  # a function that prints would do so hundreds of times
        result = report(fn, values, order)
    if not result.rows:
        raise Failure(str(result))
    _print_report(result)
    if not result.good:
        raise Failure(f"a derivative of {target} is wrong")


@app.command("compare", context_settings={"ignore_unknown_options": True})
def show_comparison(
    target: Target,
    args: Annotated[list[str], typer.Argument(help='The arguments: literals or NumPy, such as 2.0 "np.ones(3)".')],
    plot: Annotated[Optional[Path], typer.Option(help="Draw the errors over the step: .png, .svg or .pdf.")] = None,
    repeat: Annotated[int, typer.Option(min=1, help="Measurements, of which the median is printed.")] = 5,
) -> None:
    """Compare the ways to the derivatives: SymPy, differences, complex step, forward mode and reverse mode."""
    fn, _ = _resolve(target)
    with contextlib.redirect_stdout(io.StringIO()):
        made = compare(fn, *map(_argument, args), repeat=repeat)
    typer.echo(made)
    if plot is not None:
        made.plot(plot)
        typer.echo(plot)


class Format(str, Enum):
    text = "text"
    html = "html"
    json = "json"


@app.command(context_settings={"ignore_unknown_options": True})
def trace(
    target: Target,
    args: Annotated[list[str], typer.Argument(help='The arguments: literals or NumPy, such as 2.0 "np.ones(3)".')],
    direction: Annotated[
        Optional[list[str]], typer.Option(help='A tangent for each argument, such as "(1.0, 0.0)"; several times too.')
    ] = None,
    seed: Annotated[Optional[str], typer.Option(help="The cotangent of the value; ones if not given.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="So many trips of a loop are shown.")] = 8,
    format: Annotated[Format, typer.Option("--format", help="How it is printed.")] = Format.text,
    find_nan: Annotated[bool, typer.Option("--find-nan", help="Only say where NaN or inf appears first.")] = False,
) -> None:
    """Print the evaluation trace: each operation as it ran, with its value, tangents, adjoint and line."""
    fn, _ = _resolve(target)
    directions = [_argument(text) for text in direction] if direction else None
    with contextlib.redirect_stdout(io.StringIO()):
        made = evaluation_trace(
            fn, *map(_argument, args), directions=directions, seed=seed and _argument(seed), limit=limit
        )
    if find_nan:
        found = made.find_nan()
        typer.echo(f"{found}" if found is not None else "every number is finite")
    elif format is Format.html:
        typer.echo(made._repr_html_())
    elif format is Format.json:
        typer.echo(made.json())
    elif sys.stdout.isatty():
        from rich.console import Console

        Console(highlight=False).print(made)
    else:
        typer.echo(str(made))


@app.command("graph", context_settings={"ignore_unknown_options": True})
def show_graph(
    target: Target,
    args: Annotated[Optional[list[str]], typer.Argument(help="Arguments, where their kinds are not floats.")] = None,
    values: Annotated[bool, typer.Option("--values", help="Show what each node is in a run at the arguments.")] = False,
    signature: Signature = None,
    out: Annotated[Optional[Path], typer.Option("-o", "--out", help="A file: .svg, .dot or .mmd.")] = None,
) -> None:
    """Draw the computational graph; without -o, print it in the language of Mermaid."""
    fn, _ = _resolve(target)
    with contextlib.redirect_stdout(io.StringIO()):
        made = computational_graph(fn, *map(_argument, args or ()), values=values, signature=signature)
    if out is None:
        typer.echo(made.mermaid(), nl=False)
    else:
        made.save(out)
        typer.echo(out)


@app.command("bench", context_settings={"ignore_unknown_options": True})
def show_bench(
    target: Target,
    args: Annotated[list[str], typer.Argument(help='The arguments: literals or NumPy, such as 2.0 "np.ones(3)".')],
    backend: Annotated[Backend, typer.Option(help="What the derivatives are compiled for.")] = Backend.numpy,
    repeat: Annotated[int, typer.Option(min=1, help="Measurements, of which the median is printed.")] = 7,
) -> None:
    """Measure what each derivative costs beside the function, and print the bounds of theory."""
    fn, _ = _resolve(target)
    with contextlib.redirect_stdout(io.StringIO()):
        made = bench(fn, *map(_argument, args), repeat=repeat, backend=backend.value)
    typer.echo(made)


@app.command("rules")
def show_rules(
    name: Annotated[Optional[str], typer.Argument(help='One operation in full: sin, np.linalg.solve, "*".')] = None,
    page: Annotated[bool, typer.Option("--markdown", help="As the page docs/rules.md.")] = False,
) -> None:
    """Print the operations that have a derivative, each with its tangent and the pullback derived from it."""
    if name is not None:
        try:
            typer.echo(details(name))
        except LookupError as error:
            raise Failure(str(error)) from error
    elif page:
        typer.echo(markdown(), nl=False)
    elif sys.stdout.isatty():
        _print_rules(all_rules())
    else:
        typer.echo(overview())


@cache_app.command()
def info() -> None:
    """Print where derivatives are kept, how many, and how large they are."""
    folder, entries, size = DiskCache().info()
    if folder is None:
        typer.echo("switched off by S2S_AD_CACHE_DIR")
    else:
        typer.echo(f"folder   {folder}\nentries  {entries}\nbytes    {size}")


@cache_app.command()
def clear() -> None:
    """Remove all that is kept."""
    typer.echo(f"removed {DiskCache().clear()}")


def main() -> NoReturn:
    """Exit status 0; 1 with one message on stderr; 2 for wrong usage."""
    try:
        app(prog_name="s2s-ad")
    except (Failure, DifferentiationError) as error:
        message = str(error)
    except Exception as error:  # the user's function may raise anything
        message = "\n".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", [])])
    else:
        sys.exit(0)
    typer.echo(f"s2s-ad: {message}", err=True)
    sys.exit(1)


def _resolve(target: str) -> tuple[Callable[..., Any], str]:
    """The function, and `module_function`, after which its file is called."""
    where, colon, name = target.rpartition(":")
    if not (colon and where and name):
        raise typer.BadParameter(f"{target!r} is not of the form FILE:FUNC")
    is_file = where.endswith(".py")
    module = _import_file(Path(where)) if is_file else _import(where)
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            raise Failure(f"{where} has no {name}; {_functions(module)}")
        found = getattr(found, part)
    if not callable(found):
        raise Failure(f"{name} in {where} is of type {type(found).__name__}, not a function")
    stem = Path(where).stem if is_file else where.rpartition(".")[2]
    return found, f"{stem}_{name.replace('.', '_')}"


def _functions(module: ModuleType) -> str:
    own = [name for name, each in vars(module).items() if getattr(each, "__module__", "") == module.__name__]
    names = [name for name in own if callable(vars(module)[name]) and not name.startswith("_")]
    return f"it has {', '.join(names)}" if names else "it has no functions"


def _import_file(path: Path) -> ModuleType:
    """The file as a module under its own name; in a package, as the part of it that it is."""
    if not path.is_file():
        raise Failure(f"there is no file {path}")
    folder, name = path.resolve().parent, path.stem
    while (folder / "__init__.py").is_file():
        folder, name = folder.parent, f"{folder.name}.{name}"
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    if "." in name:
        return _import(name)
    loaded = sys.modules.get(name)
    if loaded is not None:
        if Path(getattr(loaded, "__file__", None) or "").resolve() == path.resolve():
            return loaded
        name = str(path.resolve())  # that name is taken, perhaps by the standard library
        if name in sys.modules:
            return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path.resolve())
    if spec is None or spec.loader is None:
        raise Failure(f"{path} cannot be imported")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise _not_imported(str(path), error) from error
    return module


def _import(name: str) -> ModuleType:
    if "" not in sys.path:  # an installed command has its own folder there, not the user's
        sys.path.insert(0, "")
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        raise _not_imported(name, error) from error


def _not_imported(what: str, error: BaseException) -> Failure:
    return Failure(f"importing {what} failed: {type(error).__name__}: {error}")


def _wrt(text: str | None) -> Union[None, int, str, tuple[int | str, ...]]:
    """One thing for one, a tuple for several, as in the api."""
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",")]
    if not all(parts):
        raise typer.BadParameter(f"--wrt {text!r}: names or indices with commas between them")
    each = tuple(int(part) if part.isdecimal() else part for part in parts)
    return each[0] if len(each) == 1 else each


def _argument(text: str) -> Any:
    """A literal of Python, or an expression of NumPy's. Whoever types it may run what he likes anyway."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        pass  # no literal, so it has to be an expression
    try:
        return eval(text, {"np": np})
    except Exception as error:
        raise typer.BadParameter(f"{text!r} is neither a literal nor an expression with np: {error}") from error


def _print_beside(made: Beside, width: int | None) -> None:
    if sys.stdout.isatty():
        from rich.console import Console

        columns.show(made, Console(highlight=False, width=width))
    else:
        room = width or shutil.get_terminal_size((120, 24)).columns
        typer.echo(columns.text_of(made, room), nl=False)


def _print_passes(made: list[listing.Passed]) -> None:
    for number, each in enumerate(made):
        note = "" if each.changed else "  (no change)"
        typer.secho(f"{chr(10) * bool(number)}== {each.name}{note}", bold=True)
        for line, new in zip(each.lines, each.new) if each.changed else ():
            mark = new and number > 0
            typer.secho(f"{'+' if mark else ' '} {line}", fg="green" if mark else None)


def _print_rules(rules: list[Rule]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 1, 0), pad_edge=False)
    for title in ("operation", "written", "tangent", "pullback"):
        table.add_column(title, overflow="fold")
    for rule in rules:
        derivative = [Text(rule.note, "dim")] if rule.note else [Text("\n".join(rule.tangent), "green")]
        written = Text("\n".join(rule.stands_for))
        table.add_row(Text(rule.name, "bold"), written, *derivative, Text("\n".join(rule.pullback), "cyan"))
    Console(highlight=False).print(table)


def _print_report(result: Report) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    colors = {"ok": "green", "WRONG": "bold red", "kink": "yellow"}
    for section in result.sections:
        for digits in range(12, 5, -1):  # as many as the console is wide enough for
            head, rows = section.table(digits)
            name, *widths = section.widths(head, rows)
            if min(name, 16) + sum(widths) + 2 * len(widths) <= console.width:
                break
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
        for k, title in enumerate(head):
            # a name may be broken over lines, a number not; as Text, so that nothing is taken for markup
            table.add_column(Text(title), no_wrap=k > 0, overflow="fold")
        for *cells, verdict in rows:
            colored = [Text(line, colors.get(line, "")) for line in verdict.split("\n")]
            table.add_row(*map(Text, cells), Text("\n").join(colored))
        console.print(Text(section.title))
        console.print(table)
        for note in section.notes:
            console.print(Text(note))
        console.print()
