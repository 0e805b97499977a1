"""Rewrites generated/, the derivatives of everything in examples/, docs/rules.md and the modules that README.md and the
guides show: `python examples/generate.py`.
"""

import importlib
import importlib.util
import re
import sys
from pathlib import Path

from s2s_ad.listing import derivative_source
from s2s_ad.rules import markdown

HERE = Path(__file__).resolve().parent
GENERATED = HERE.parent / "generated"
RULES = HERE.parent / "docs" / "rules.md"


def load(path):
    """The module that the file makes."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def examples():
    """(module name, function, example arguments) of each function that has some in an EXAMPLES of its module."""
    for path in sorted(HERE.glob("*.py")):
        if re.search("^EXAMPLES = ", path.read_text(encoding="utf-8"), re.MULTILINE):
            module = load(path)
            for name, args in module.EXAMPLES.items():
                yield path.stem, getattr(module, name), args


def derivative_modules():
    """The file name and text of each derivative module."""
    for module_name, function, args in examples():
        yield f"{module_name}_{function.__name__}.py", derivative_source(function, args=args)


def main():
    GENERATED.mkdir(exist_ok=True)
    written = set()
    for file_name, text in derivative_modules():
        path = GENERATED / file_name
        path.write_text(text, encoding="utf-8", newline="\n")
        written.add(path)
        print(path.relative_to(HERE.parent).as_posix())
    RULES.parent.mkdir(exist_ok=True)
    RULES.write_text(markdown(), encoding="utf-8", newline="\n")
    print(RULES.relative_to(HERE.parent).as_posix())
    sys.path.insert(0, str(HERE.parent))
    pages = importlib.import_module("tests.test_readme").rewrite(only_modules=True)
    for path in pages:
        print(path.relative_to(HERE.parent).as_posix())
    for path in sorted(set(GENERATED.glob("*.py")) - written):
        path.unlink()
        print(f"{path.relative_to(HERE.parent).as_posix()} removed: nothing in examples/ makes it")


if __name__ == "__main__":
    main()
