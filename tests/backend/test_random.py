"""What is emitted for random programs computes what they mean: nothing shares a name or memory that must not."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from s2s_ad.ir.nodes import Program
from s2s_ad.ir.verify import verify
from s2s_ad.ops import core
from s2s_ad.ops.evaluate import evaluate
from tests.backend.build import emit, load, same
from tests.backend.moving_programs import Moving
from tests.backend.random_programs import Generator, NothingToRead

SEEDS = 400


def arguments() -> tuple[Any, ...]:
    a, b = np.array([0.1, 0.2, 0.3]), np.array([1.0, -1.0, 0.5])
    return 0.3, -0.7, 1.1, a, b, [0.1, 0.4], [np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.6, 0.7])]


def meaning(program: Program, log: list[Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    """The results of the program, or the type of the exception that it ends with; effects go to `log`."""
    plain = core.run_statement

    def run(text: str, names: tuple[str, ...], values: tuple[Any, ...], objects: Mapping[str, object]) -> Any:
        return log.append(values[0]) if text.startswith("log.") else plain(text, names, values, objects)

    monkeypatch.setattr(core, "run_statement", run)
    try:
        return evaluate(program, *arguments())
    except (IndexError, TypeError, OverflowError) as error:
        return type(error)


@pytest.mark.parametrize("generator, seeds", [(Generator, SEEDS), (Moving, SEEDS // 2)])
@pytest.mark.parametrize("chunk", range(8))
def test_random_programs(chunk: int, generator: type[Generator], seeds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = 0
    for seed in range(chunk, seeds, 8):
        try:
            program = verify(generator(seed).program())
        except NothingToRead:
            continue
        effects: list[Any] = []
        want = meaning(program, effects, monkeypatch)
        for optimize in (True, False):
            emitted, log, given = emit(program, optimize=optimize), [], copy.deepcopy(arguments())
            try:
                got = load(emitted, log=log)(*given)
            except (IndexError, TypeError, OverflowError) as error:
                got = type(error)
            agree = want is got if isinstance(want, type) else same(want, got) and same(effects, log)
            assert agree, f"seed {seed}, optimize={optimize}\n{emitted.text}"
            assert same(list(arguments()), list(given)), f"seed {seed} changes an argument\n{emitted.text}"
        ran += 1
    assert ran > seeds // 16
