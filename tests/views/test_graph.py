"""The computational graph: its nodes, partials and boxes, and what it is written as."""

import math
import sys
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import s2s_ad
from s2s_ad.views.graph import graph


def worked(x1, x2):
    v1 = math.log(x1)
    v2 = x1 * x2
    v3 = math.sin(x2)
    v4 = v1 + v2
    return v4 - v3


def loop(x, n):
    s = 0.0
    for i in range(n):
        if x > 0.5:
            s += x * i
        else:
            s -= math.sin(x)
        x = x * 0.7
    return s


def newton(x):
    while x * x - 2.0 > 1e-9:
        x = x - (x * x - 2.0) / (2.0 * x)
    return x


def arrays(A, b):
    z = np.linalg.solve(A, b)
    z[0] = 2 * z[1]
    total = 0.0
    for row in A:
        total += row @ z
    return total


def edges(made):
    labels = {node.id: node.label or node.text for node in made.nodes}
    return [(labels[e.start], labels[e.stop], e.partial) for e in made.edges]


def test_the_graph_of_the_textbook():
    made = graph(worked)
    assert [n.label for n in made.nodes] == ["v₋₁", "v₀", "v₁", "v₂", "v₃", "v₄", "v₅", "y"]
    assert edges(made) == [
        ("v₋₁", "v₁", "1.0 / v₋₁"),
        ("v₋₁", "v₂", "v₀"),
        ("v₀", "v₂", "v₋₁"),
        ("v₀", "v₃", "cos(v₀)"),
        ("v₁", "v₄", "1"),
        ("v₂", "v₄", "1"),
        ("v₄", "v₅", "1"),
        ("v₃", "v₅", "-1"),
        ("v₅", "y", ""),
    ]


def test_values_and_partials_of_a_run():
    made = s2s_ad.differentiate(worked).graph(2.0, 5.0, values=True)
    assert [n.value for n in made.nodes][:4] == ["2", "5", "0.693147", "10"]
    # the sum over all paths of the products of partials is the derivative (Griewank & Walther, section 3.2)
    start, end = made.nodes[0].id, made.nodes[-1].id
    bars = {end: 1.0}
    for node in reversed(made.nodes[:-1]):
        out = [e for e in made.edges if e.start == node.id]
        bars[node.id] = sum(bars[e.stop] * (float(e.partial) if e.partial else 1.0) for e in out)
    assert bars[start] == pytest.approx(5.5, rel=1e-3)


def test_loops_and_branches_are_boxes():
    made = graph(loop, 2.0, 4)
    assert [box.title for box in made.boxes] == ["for i in range(n):", "if x > 0.5:", "yes", "no"]
    assert [box.parent for box in made.boxes] == ["", "b1", "b2", "b2"]
    assert sum(edge.back for edge in made.edges) == 2
    assert [node.kind for node in made.nodes].count("carried") == 2


@pytest.mark.parametrize(
    "f, args", [(worked, ()), (loop, (2.0, 4)), (newton, (2.0,)), (arrays, (np.eye(2) + 0.5, np.ones(2)))]
)
def test_pictures_hold_every_node_and_edge(f, args):
    made = graph(f, *args, values=bool(args))
    picture = ElementTree.fromstring(made.svg())
    groups = [g.get("class") for g in picture.iter("{http://www.w3.org/2000/svg}g")]
    assert groups.count("node") == len(made.nodes) and groups.count("edge") == len(made.edges)
    assert groups.count("cluster") == len(made.boxes)
    text = made.mermaid()
    assert text.startswith("flowchart LR\n") and text.count("subgraph") == len(made.boxes)
    assert all(f" {node.id}" in text for node in made.nodes)
    assert graph(f, *args, values=bool(args)).dot() == made.dot()


def test_shown_in_a_notebook_and_saved(tmp_path):
    made = graph(worked)
    assert made._repr_mimebundle_()["image/svg+xml"].startswith("<svg")
    made.save(tmp_path / "x.mmd")
    assert (tmp_path / "x.mmd").read_text(encoding="utf-8") == made.mermaid()
    with pytest.raises(s2s_ad.UnsupportedError, match="x.jpg"):
        made.save(tmp_path / "x.jpg")
    with pytest.raises(s2s_ad.UnsupportedError, match="of a run"):
        graph(worked, values=True)


def test_without_pygraphviz(monkeypatch):
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    made = graph(worked)
    with pytest.raises(s2s_ad.UnsupportedError, match=r"s2s-ad\[graph\]"):
        made.svg()
    assert made._repr_mimebundle_()["text/vnd.mermaid"] == made.mermaid()


def test_command(tmp_path, capsys, monkeypatch):
    from s2s_ad.cli import main

    (tmp_path / "work.py").write_text("def f(x, n):\n    for _ in range(n):\n        x = x * x\n    return x\n")
    monkeypatch.chdir(tmp_path)

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["s2s-ad", "graph", "work.py:f", *words])
        with pytest.raises(SystemExit) as left:
            main()
        return left.value.code, capsys.readouterr().out

    code, out = run("--signature", "float, int")
    assert code == 0 and out.startswith("flowchart LR") and "for _ in range(n):" in out
    code, out = run("2.0", "3", "--values", "-o", "picture.svg")
    assert (code, out) == (0, "picture.svg\n")
    ElementTree.parse(tmp_path / "picture.svg")
