"""What a function does beside computing: it logs, warns, looks at the clock, imports; derivatives do it once, too."""

import logging
import sys
import time
import warnings

import numpy as np
import pytest

import s2s_ad
from tests.agree import agrees

log = logging.getLogger("tests.solver")


def logs(x):
    log.info("x is %.2f", x)
    logging.getLogger(__name__).debug("and %s", "more")
    for k in range(2):
        x = x * x
        logging.warning("step %d", k)
    log.log(logging.ERROR, f"{x:.1f}")
    return x


def test_logs(caplog):
    with caplog.at_level(logging.DEBUG):
        logs(1.5)
        wanted = [(r.name, r.levelno, r.getMessage()) for r in caplog.records]
        for derivative in (s2s_ad.grad(logs), s2s_ad.value_and_grad(logs), s2s_ad.grad(s2s_ad.grad(logs))):
            caplog.clear()
            derivative(1.5)
            assert [(r.name, r.levelno, r.getMessage()) for r in caplog.records] == wanted
    assert len(wanted) == 5
    agrees(logs, 1.5)


def warns(x):
    if x > 1:
        warnings.warn(f"large: {x}", RuntimeWarning, stacklevel=1)
    return x**3


def test_warnings():
    with pytest.warns(RuntimeWarning, match="large: 1.5"):
        assert s2s_ad.grad(warns)(1.5) == 6.75
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert s2s_ad.grad(warns)(0.5) == 0.75


def to_stderr(x):
    print("on the way", x, file=sys.stderr, flush=True)
    return x * x


def test_print_to_stderr(capsys):
    assert s2s_ad.grad(to_stderr)(2.0) == 4.0
    assert capsys.readouterr() == ("", "on the way 2.0\n")


def clocked(x):
    start = time.perf_counter()
    y = x * x * x
    if time.perf_counter() - start > 100.0:
        return 0.0 * y
    print("in time")
    return y


def test_the_clock_is_looked_at_where_the_function_does(capsys):
    assert s2s_ad.value_and_grad(clocked)(2.0) == (8.0, 12.0)
    assert capsys.readouterr().out == "in time\n"
    assert s2s_ad.grad(clocked).source(2.0).count(" = time.perf_counter()") == 2
    pytest.importorskip("numba")
    with pytest.raises(s2s_ad.UnsupportedError, match="no clock"):
        s2s_ad.grad(clocked, backend="numba")(2.0)


def imports(x):
    import math as m
    from math import cos

    import numpy.linalg

    from . import helpers
    from .helpers import cube as third

    return m.sin(x) * cos(x) + numpy.linalg.norm(np.array([x, 1.0])) + third(x) * helpers.SCALE


def test_imports_inside():
    agrees(imports, 1.5)
    assert s2s_ad.grad(imports).source(1.5).startswith("import math\n\nimport numpy as np\n\n\ndef ")


def missing(x):
    import s2s_ad_of_another_world

    return s2s_ad_of_another_world.f(x)


def test_an_import_that_fails():
    with pytest.raises(s2s_ad.UnsupportedError, match="s2s_ad_of_another_world") as caught:
        s2s_ad.grad(missing)(1.0)
    assert "missing" in str(caught.value)


def test_what_was_imported_is_looked_at_in_each_call(monkeypatch):
    def f(x):
        from tests.language import helpers

        return helpers.cube(x) * helpers.SCALE

    derivative = s2s_ad.grad(f)
    assert derivative(2.0) == 18.0
    monkeypatch.setattr("tests.language.helpers.SCALE", 1.0)
    assert derivative(2.0) == 12.0
    monkeypatch.setattr("tests.language.helpers.cube", lambda x: x * x)
    assert derivative(2.0) == 4.0
