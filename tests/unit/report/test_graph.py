# SPDX-License-Identifier: GPL-3.0-or-later
"""Graphs as text: what is in them, and that no name can break out of its label."""

from __future__ import annotations

from vigo_bridge.report.graph import as_dot, as_mermaid
from vigo_bridge.resolve.graph import Drawing

DRAWING = Drawing(
    crates=(("web", ("web/a", "web/b")), ("app", ('app/"x" <b>\\\n#;',))),
    crate_order=(("web", "app"),),
    order=(("web/a", "web/b"),),
    triggers=(("web/a", "web/b"),),
    gated=frozenset({"web/b"}),
)


def test_mermaid() -> None:
    assert (
        as_mermaid(DRAWING)
        == """\
flowchart LR
  subgraph c1["web"]
    r1["web/a"]
    r2{{"web/b"}}
  end
  subgraph c2["app"]
    r3["app/#34;x#34; #60;b#62;#92; #35;#59;"]
  end
  c1 --> c2
  r1 --> r2
  r1 -.-> r2
  classDef ordinary fill:#fff,stroke:#0072b2,color:#000
  classDef gated fill:#fff,stroke:#d55e00,color:#000
  class r1,r3 ordinary
  class r2 gated
"""
    )


def test_dot() -> None:
    assert (
        as_dot(DRAWING)
        == """\
digraph resources {
  rankdir=LR; compound=true; fontname=Helvetica;
  node [shape=box, fontname=Helvetica, color="#0072b2"];
  subgraph cluster_c1 {
    label="web"; style=rounded; color=gray50;
    r1 [label="web/a"];
    r2 [label="web/b", shape=hexagon, color="#d55e00"];
  }
  subgraph cluster_c2 {
    label="app"; style=rounded; color=gray50;
    r3 [label="app/\\"x\\" <b>\\\\ #;"];
  }
  r2 -> r3 [ltail=cluster_c1, lhead=cluster_c2, penwidth=2];
  r1 -> r2;
  r1 -> r2 [style=dashed, color="#d55e00"];
}
"""
    )


def test_an_empty_graph() -> None:
    empty = Drawing((), (), (), (), frozenset())
    assert "subgraph" not in as_mermaid(empty) + as_dot(empty)
