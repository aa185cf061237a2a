# SPDX-License-Identifier: GPL-3.0-or-later
"""Which templates consist only of texts and names."""

from __future__ import annotations

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.template import parse

#: template -> its pieces (None: it does more), and whether it may show nothing
CASES = {
    "": (("",), True),
    "text": (("text",), False),
    "{{.State}}": (("{{.State}}",), False),
    "{{ .Vars.a }}": ((("Vars", "a"),), True),
    "a {{- .Vars.a.b -}} c": (("a", ("Vars", "a", "b"), "c"), False),
    "{{ .Vars.a }}{{.State}}": ((("Vars", "a"), "{{.State}}"), False),
    "{{ .Traits.os.family }}": ((("Traits", "os", "family"),), True),
    "{{ .Each.a }}": ((("Item", "a"),), True),
    "{{ .Item }}": ((("Item",),), True),
    "{{ upper .Vars.a }}": (None, True),
    "{{ .Vars.a | upper }}b": (None, False),
    "{{ if .Vars.a }}text{{ end }}": (None, True),
    "{{ range .Vars.a }}{{ . }}{{ end }} end": (None, False),
    "{{ $x := .Vars.a }}{{ $x }}": (None, True),
    '{{ index .Vars "a-b" }}': (None, True),
    '{{ define "x" }}{{ . }}{{ end }}{{ template "x" .Vars.a }}': (None, True),
}


@pytest.mark.parametrize("text", CASES, ids=repr)
def test_pieces(text: str) -> None:
    template = parse(text, foreach=True)
    assert (template.chains(), template.may_be_empty()) == CASES[text]
