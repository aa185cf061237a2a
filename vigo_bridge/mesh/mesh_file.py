# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads ``mesh.yml``: the nodes of a mesh and the hosts of each. Pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.host.traits import require_known
from vigo_bridge.language.diagnostics import Diagnostics, did_you_mean, one_of
from vigo_bridge.language.reader import Reader, described
from vigo_bridge.language.shapes import Form, Key, Shape
from vigo_bridge.language.values import Fields, Scalar, Value
from vigo_bridge.language.yaml_tree import BrokenFile, parse
from vigo_bridge.mesh.nodes import Command, Mesh, Node, Receptor
from vigo_bridge.resolve.globs import is_glob

_SSH, _RECEPTOR = "ssh", "receptor"
_WORK_TYPE = "vigo-bridge"
NODE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_TRAIT = re.compile(r"([a-z_]+\.[a-z_.]+)=(.+)", re.DOTALL)

FILE = Shape(
    {
        "nodes": Key(Form.VARIABLES, "The nodes by name."),
        "secrets_socket": Key(
            Form.TEXT, "Where this machine's receptor connects nodes that ask for secrets."
        ),
    },
    required=(("nodes",),),
)
_SELECTION = {
    "via": Key(Form.NAME, "How the node is reached: `ssh` or `receptor`."),
    "hosts": Key(Form.NAMES, "Globs for names of hosts."),
    "groups": Key(Form.NAMES, "Groups of the inventory."),
    "traits": Key(Form.NAMES, "Traits that hosts must have, such as `os.distro=debian`."),
}
OF_SSH = Shape(
    {**_SELECTION, "command": Key(Form.TEXT, "Starts `vigo-bridge mesh worker` on the node.")},
    required=(("via",), ("command",)),
)
OF_RECEPTOR = Shape(
    {
        **_SELECTION,
        "socket": Key(Form.TEXT, "The control socket of this machine's receptor."),
        "node": Key(Form.NAME, "The ID of the node. Default: its name."),
        "tls_client": Key(Form.NAME, "The name of a `tls-client` of this machine's receptor."),
        "work_type": Key(Form.NAME, "The node's work type. Default: `vigo-bridge`."),
        "sign_work": Key(Form.SWITCH, "Whether this machine's receptor signs the work."),
    },
    required=(("via",), ("socket",)),
)
#: How a node can be reached, and the keys that it then has.
WAYS = {_SSH: OF_SSH, _RECEPTOR: OF_RECEPTOR}
#: The keys with absolute paths.
PATHS = ("socket", "secrets_socket")


def read_mesh(file: str, content: bytes, diagnostics: Diagnostics) -> Mesh | None:
    """Return the mesh; None after errors. file: its name, for messages."""
    try:
        document = parse(file, content, diagnostics)
    except BrokenFile as error:
        diagnostics.add(error.diagnostic)
        return None
    if not isinstance(document, Fields):
        what = described(document) if document else "empty"
        raise_at = document.position if document else None
        diagnostics.error(
            "VB104", raise_at, f"{file} must be a mapping, not {what}", "begin it with `nodes:`"
        )
        return None
    reader = Reader(document, file, diagnostics, FILE)
    nodes = reader.mapping("nodes")
    socket = _absolute(reader.text("secrets_socket"), diagnostics)
    reader.finish()
    found = tuple(_nodes(nodes, diagnostics)) if nodes else ()
    if not found and not list(diagnostics):
        diagnostics.error(
            "VB106", document.position, f"{file} has no nodes", "add a node below `nodes:`"
        )
    if list(diagnostics):
        return None
    return Mesh(found, socket) if socket else Mesh(found)


def _absolute(text: Scalar | None, diagnostics: Diagnostics) -> Path | None:
    """Return a path that must be absolute."""
    if text is not None and not text.text.startswith("/"):
        diagnostics.error(
            "VB501", text.position, f"{text.text!r:.80} is not an absolute path", "begin it with /"
        )
    return Path(text.text) if text is not None else None


def _nodes(nodes: Fields, diagnostics: Diagnostics) -> Iterator[Node]:
    for name, value in nodes.entries:
        if not NODE_NAME.fullmatch(name.text):
            diagnostics.error(
                "VB203",
                name.position,
                f"invalid name of a node {name.text!r:.80}",
                "use letters, digits, dots, hyphens and underscores",
            )
        elif not isinstance(value, Fields):
            diagnostics.error(
                "VB104",
                value.position,
                f"node {name.text} must be a mapping, not {described(value)}",
                "write at least `via:` and what it requires",
            )
        elif node := _node(name.text, value, diagnostics):
            yield node


def _node(name: str, fields: Fields, diagnostics: Diagnostics) -> Node | None:
    via = {key.text: value for key, value in fields.entries}.get("via")
    kind = via.text if isinstance(via, Scalar) else ""
    if kind not in WAYS:
        _report_way(name, fields, via, diagnostics)
        return None
    reader = Reader(fields, f"node {name}", diagnostics, WAYS[kind])
    reader.text("via")
    hosts = tuple(_globs(reader, diagnostics))
    groups = tuple(text.text for text in reader.texts("groups"))
    traits = tuple(_traits(reader, diagnostics))
    way = _command(reader, diagnostics) if kind == _SSH else _receptor(name, reader, diagnostics)
    reader.finish()
    return Node(name, way, hosts, groups, traits) if way else None


def _report_way(name: str, fields: Fields, via: Value | None, diagnostics: Diagnostics) -> None:
    known = [*WAYS]
    if via is None:
        diagnostics.error(
            "VB106", fields.position, f"node {name} has no 'via'", f"write `via: {_SSH}`"
        )
        return
    text = via.text if isinstance(via, Scalar) else ""
    diagnostics.error(
        "VB501",
        via.position,
        f"node {name} has an unknown 'via': {described(via)}",
        did_you_mean(text, known) or one_of(known),
    )


def _globs(reader: Reader, diagnostics: Diagnostics) -> Iterator[str]:
    for text in reader.texts("hosts"):
        if is_glob(text.text):
            yield text.text
        else:
            diagnostics.error(
                "VB501",
                text.position,
                f"{text.text!r:.80} is not a host name or a glob",
                "use one such as '*.app.example.com'",
            )


def _traits(reader: Reader, diagnostics: Diagnostics) -> Iterator[tuple[str, str]]:
    for text in reader.texts("traits"):
        found = _TRAIT.fullmatch(text.text)
        if not found:
            diagnostics.error(
                "VB501",
                text.position,
                f"invalid trait {text.text!r:.80}",
                "write NAME=VALUE, such as os.distro=debian",
            )
            continue
        try:
            require_known(found[1])
        except ResourceError as error:
            diagnostics.error("VB202", text.position, error.problem, error.advice)
        else:
            yield found[1], found[2]


def _command(reader: Reader, diagnostics: Diagnostics) -> Command | None:
    text = reader.required_text("command", "such as `command: ssh HOST vigo-bridge mesh worker`")
    if text is None:
        return None
    try:
        return Command(tuple(shlex.split(text.text)))
    except ValueError as error:
        diagnostics.error(
            "VB501", text.position, f"invalid command: {error}", "quote it as in a shell"
        )
        return None


def _receptor(name: str, reader: Reader, diagnostics: Diagnostics) -> Receptor | None:
    text = reader.required_text("socket", "such as `socket: /run/receptor/control.sock`")
    socket = _absolute(text, diagnostics)
    node, tls_client = reader.name("node"), reader.name("tls_client")
    work_type, sign = reader.name("work_type"), reader.text("sign_work")
    if sign is not None and not isinstance(sign.data, bool):
        diagnostics.error(
            "VB104", sign.position, f"'sign_work' must be true or false, not {described(sign)}"
        )
    if socket is None:
        return None
    return Receptor(
        socket,
        node.text if node else name,
        tls_client.text if tls_client else "",
        work_type.text if work_type else _WORK_TYPE,
        sign is not None and sign.data is True,
    )
