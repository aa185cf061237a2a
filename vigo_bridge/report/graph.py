# SPDX-License-Identifier: GPL-3.0-or-later
"""A resource graph as Mermaid and as DOT text.

Shapes and dashes carry the meaning. The colours only repeat that, and are safe for colour-blind
readers.
"""

from __future__ import annotations

from collections.abc import Iterator

from vigo_bridge.resolve.graph import Drawing

_ORDINARY = "#0072b2"
_GATED = "#d55e00"
_TRIGGER = "#d55e00"


def as_mermaid(drawing: Drawing) -> str:
    """Return a Mermaid flowchart: arrows start at the resource that comes first; dashed ones are
    triggers.
    """
    nodes, clusters = _names(drawing)
    lines = ["flowchart LR"]
    for crate, ids in drawing.crates:
        lines.append(f'  subgraph {clusters[crate]}["{_mermaid(crate)}"]')
        for resource in ids:
            opening, closing = ("{{", "}}") if resource in drawing.gated else ("[", "]")
            lines.append(f'    {nodes[resource]}{opening}"{_mermaid(resource)}"{closing}')
        lines.append("  end")
    lines += [f"  {clusters[a]} --> {clusters[b]}" for a, b in drawing.crate_order]
    lines += [f"  {nodes[a]} --> {nodes[b]}" for a, b in drawing.order]
    lines += [f"  {nodes[a]} -.-> {nodes[b]}" for a, b in drawing.triggers]
    lines.append(f"  classDef ordinary fill:#fff,stroke:{_ORDINARY},color:#000")
    lines.append(f"  classDef gated fill:#fff,stroke:{_GATED},color:#000")
    for style in ("ordinary", "gated"):
        members = [nodes[id] for id in nodes if (id in drawing.gated) == (style == "gated")]
        if members:
            lines.append(f"  class {','.join(members)} {style}")
    return "\n".join(lines) + "\n"


def as_dot(drawing: Drawing) -> str:
    """Return the same for Graphviz."""
    return "\n".join(_dot_lines(drawing)) + "\n"


def _dot_lines(drawing: Drawing) -> Iterator[str]:
    nodes, clusters = _names(drawing)
    members = dict(drawing.crates)
    yield "digraph resources {"
    yield "  rankdir=LR; compound=true; fontname=Helvetica;"
    yield f'  node [shape=box, fontname=Helvetica, color="{_ORDINARY}"];'
    for crate, ids in drawing.crates:
        yield f"  subgraph cluster_{clusters[crate]} {{"
        yield f'    label="{_dot(crate)}"; style=rounded; color=gray50;'
        for resource in ids:
            shape = f', shape=hexagon, color="{_GATED}"' if resource in drawing.gated else ""
            yield f'    {nodes[resource]} [label="{_dot(resource)}"{shape}];'
        yield "  }"
    for before, after in drawing.crate_order:
        ends = f"ltail=cluster_{clusters[before]}, lhead=cluster_{clusters[after]}"
        yield f"  {nodes[members[before][-1]]} -> {nodes[members[after][0]]} [{ends}, penwidth=2];"
    for before, after in drawing.order:
        yield f"  {nodes[before]} -> {nodes[after]};"
    for source, target in drawing.triggers:
        style = f'style=dashed, color="{_TRIGGER}"'
        yield f"  {nodes[source]} -> {nodes[target]} [{style}];"
    yield "}"


def _names(drawing: Drawing) -> tuple[dict[str, str], dict[str, str]]:
    """Return short identifiers of resources and crates that are not keywords of either language."""
    ids = [resource for _, members in drawing.crates for resource in members]
    nodes = {resource: f"r{number}" for number, resource in enumerate(ids, start=1)}
    clusters = {crate: f"c{number}" for number, (crate, _) in enumerate(drawing.crates, start=1)}
    return nodes, clusters


def _mermaid(text: str) -> str:
    """Return a text for Mermaid.

    Characters other than plain letters may be markup, and are written as character codes.
    """
    return "".join(
        character if character.isalnum() or character in " /._-:" else f"#{ord(character)};"
        for character in _one_line(text)
    )


def _dot(text: str) -> str:
    return _one_line(text).replace("\\", "\\\\").replace('"', '\\"')


def _one_line(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)
