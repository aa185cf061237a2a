# SPDX-License-Identifier: GPL-3.0-or-later
"""Where names are in a stack."""

from __future__ import annotations

from pathlib import Path

import pytest

from vigo_bridge.language import load
from vigo_bridge.language.occurrences import search

FILES = {
    "configcrates/web.vgo": """\
name: Web
depends_on: base
when: "{{ .Vars.web_on }}"
vars: {web_on: "file_exists('/a')", sites: [a]}
environment_overrides: {live: {web_on: "!is_container"}}
resources:
  - {name: page, type: file, target_path: /a, content: "{{ .Vars.web_text }}", before: other}
  - {name: "x{{ .Item }}", type: exec, command: "true", foreach: sites}
  - {type: file, target_path: /etc/motd, notify: page}
""",
    "configcrates/base.vgo": "name: base\n",
    "roles.vgo": "roles: [{name: front, includes: plain, configcrates: web}, {name: plain}]\n",
    "common.vgo": "configcrates: base\n",
    "environments.vgo": "env: {live: {exclude_configcrates: base, vars: {web_text: a}}}\n",
    "builds/app.vgo": "{name: app, image: app, variable: web_text, context: .}\n",
    "tasks/restart.vgo": "{name: web-restart, command: reboot}\n",
    "envoys.vgo": "{match: ['web*', '!web9'], roles: front, environment: live}\n",
}

#: term -> all that is found
FOUND = {
    "BASE": """\
common.vgo:1:15 configcrate base: included by common.vgo
configcrates/base.vgo:1:1 configcrate base: defined
configcrates/web.vgo:2:13 configcrate base: needed by configcrate Web
environments.vgo:1:36 configcrate base: excluded by environment live
""",
    "app": "builds/app.vgo:1:1 build app: defined\n",
    "web": """\
builds/app.vgo:1:35 variable web_text: set by build app
configcrates/web.vgo:1:1 configcrate Web: defined
configcrates/web.vgo:3:11 variable web_on: used in 'when' of configcrate Web
configcrates/web.vgo:4:16 variable web_on: default of configcrate Web
configcrates/web.vgo:5:40 variable web_on: default of configcrate Web in environment live
configcrates/web.vgo:7:5 resource Web/page: defined, file
configcrates/web.vgo:7:60 variable web_text: used in 'content' of resource Web/page
configcrates/web.vgo:8:5 resource Web/x{{ .Item }}: defined, exec
configcrates/web.vgo:9:5 resource Web/file:/etc/motd: defined, file
environments.vgo:1:59 variable web_text: set by environment live
envoys.vgo:1:10 match web*: host pattern
envoys.vgo:1:18 match !web9: host pattern
roles.vgo:1:54 configcrate web: included by role front
tasks/restart.vgo:1:1 task web-restart: defined
""",
    "sites": """\
configcrates/web.vgo:4:44 variable sites: default of configcrate Web
configcrates/web.vgo:8:66 variable sites: 'foreach' of resource Web/x{{ .Item }}
""",
    "front": """\
envoys.vgo:1:35 role front: included by match web*, !web9
roles.vgo:1:9 role front: defined
""",
    "other": """\
configcrates/web.vgo:7:88 resource other: named in 'before' of resource Web/page
""",
    "live": """\
environments.vgo:1:13 environment live: defined
envoys.vgo:1:55 environment live: of match web*, !web9
""",
    "nothing of that": "",
}


@pytest.mark.parametrize(("term", "expected"), FOUND.items(), ids=FOUND)
def test_search(term: str, expected: str, tmp_path: Path) -> None:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    found = search(load(tmp_path), term)
    lines = [f"{item.position} {item.kind} {item.name}: {item.how}\n" for item in found]
    assert "".join(lines) == expected
