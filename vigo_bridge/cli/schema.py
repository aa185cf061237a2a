# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge schema``: for editors."""

from __future__ import annotations

from typing import cast, get_args

import click

from vigo_bridge.language.folder import Kind
from vigo_bridge.language.schema import schema as json_schema
from vigo_bridge.report.printing import echo_json

_MESH = "mesh"


@click.command()
@click.argument(
    "kind", required=False, metavar="[KIND]", type=click.Choice([*get_args(Kind), _MESH])
)
def schema(kind: str | None) -> None:
    """Print the JSON Schema of .vgo files, for editors.

    KIND is configcrate, roles, envoys, common, environments, task, build or stack. With KIND,
    editors show more precise errors than with the schema of all files. KIND mesh is the file of
    --mesh.
    """
    if kind == _MESH:
        from vigo_bridge.mesh.mesh_schema import mesh_schema

        echo_json(mesh_schema())
        return
    echo_json(json_schema(cast("Kind | None", kind)))
