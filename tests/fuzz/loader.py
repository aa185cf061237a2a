# SPDX-License-Identifier: GPL-3.0-or-later
"""Fuzzes the loader: one file of a small stack is whatever comes, the others are fine.

The first byte of an input chooses the file, the rest is its content. Whatever it is: the stack
loads, is checked and resolved without an exception, and each finding can be shown.

    python -m tests.fuzz.loader SECONDS
"""

from __future__ import annotations

from collections.abc import Iterator

import atheris
import yaml

from tests.fuzz.fuzzing import ROOT, fuzz

with atheris.instrument_imports(include=["vigo_bridge", "ansible_collections"]):
    from vigo_bridge.language import load
    from vigo_bridge.report.diagnostics import as_json, as_text
    from vigo_bridge.resolve import check, resolve

FILES = {
    "configcrates/web.vgo": "name: web\nvars: {port: 80, names: [a, b]}\nresources:\n"
    "  - {type: file, name: page, target_path: /p, content: '{{ .Vars.port }}', notify: run}\n"
    "  - {type: exec, name: run, command: 'true', when: changed}\n",
    "configcrates/base.vgo": "name: base\nresources:\n"
    "  - {type: file, source: templates/t, target_path: '/{{ .Item }}', foreach: names}\n",
    "roles.vgo": "roles: [{name: all, configcrates: [base, web], vars: {names: [x, y]}}]\n",
    "envoys.vgo": "envoys: [{match: '*', roles: [all], environment: test}]\n",
    "sub/common.vgo": "vars: {port: 81}\n",
    "sub/envoys.vgo": "match: 'web*'\nconfigcrates: [web]\n",
    "environments.vgo": "env: {test: {vars: {port: 82}}}\n",
    "tasks/t.vgo": "name: t\ncommand: echo {{ .Vars.x }}\nparams: {x: 1}\n",
    "templates/t": "{{ range .Vars.names }}{{ . }}{{ end }}",
}
PATHS = tuple(FILES)

WORDS = """name: type: vars: resources: container file exec image: target_path: command: foreach:
    when: case: match: default: defaults: depends_on: before: notify: subscribes: template:
    envoys: roles: configcrates: includes: env: environment: source: content: state: web * **
    &a *a <<: !x {{.Vars.port}} {{.Item}} {{.Traits.os.family}} {{ {{end}} changed templates/t
    secret:a secret:{a} true no ~ 1.10 | > --- ...""".split()  # noqa: SIM905

_folder = ROOT / ".cache" / "fuzz" / "stack"


def examine(data: bytes) -> None:
    path = PATHS[data[0] % len(PATHS)] if data else PATHS[0]
    (_folder / path).write_bytes(data[1:])
    try:
        stack = load(_folder)
        found = check(stack)
        assert all(as_text(item, _folder) for item in found)
        assert len(as_json(found)) == len(found)
        resolve(stack, ["web1", "web2.example.com"])
    finally:
        (_folder / path).write_text(FILES[path], encoding="utf-8")


def beginnings() -> Iterator[bytes]:
    """Yield the files of all stacks that the tests use, and of the examples."""
    unit = ROOT / "tests" / "unit"
    for table in (*unit.glob("language/bad/*.yaml"), *unit.glob("resolve/cases/*.yaml")):
        for case in yaml.safe_load(table.read_text(encoding="utf-8")):
            files = case.get("files") if isinstance(case, dict) else None
            for path, text in (files or {}).items():
                yield _chosen(path) + text.encode()
    for file in (ROOT / "stacks").rglob("*.vgo"):
        yield _chosen(file.relative_to(ROOT / "stacks").as_posix()) + file.read_bytes()


def _chosen(path: str) -> bytes:
    """Return the byte that selects the file whose path is most like this one."""
    top = path.partition("/")[0]
    return bytes([next((i for i, known in enumerate(PATHS) if known.startswith(top)), 0)])


if __name__ == "__main__":
    for name, content in FILES.items():
        (_folder / name).parent.mkdir(parents=True, exist_ok=True)
        (_folder / name).write_text(content, encoding="utf-8")
    fuzz("loader", examine, beginnings(), WORDS)
