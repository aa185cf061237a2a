# SPDX-License-Identifier: GPL-3.0-or-later
"""Which text is a reference to a secret, and what is put in its place."""

from __future__ import annotations

import base64
import json
import textwrap
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.secrets import (
    references as secret_references,
)
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import (
    CUT,
    MASK,
    Secrets,
)

#: text -> the paths that it names
TEXTS = [
    ("secret:a/b", ["a/b"]),
    ("postgres://u:secret:db/pw@host", ["db/pw"]),
    ("Read secret:a/b.", ["a/b"]),
    ("secret:a/b/ and secret:c-", ["a/b", "c"]),
    ("secret:{a}b", ["a"]),
    ("x=secret:a,y=secret:b_1", ["a", "b_1"]),
    ("secret:a.b-c/D", ["a.b-c/D"]),
    ("mysecret:a my_secret:b my-secret:c", []),
    ("secret: a", []),
    ("secret:", []),
    ("secret:{}", []),
    ("secret:{a b}", []),
    ("SECRET:a", []),
]


@pytest.mark.parametrize(("text", "paths"), TEXTS)
def test_find(text: str, paths: list[str]) -> None:
    assert [reference.path for reference in secret_references.find(text)] == paths


def test_paths_at_any_depth() -> None:
    value = {"a": ["secret:x", {"b": "secret:y"}], "secret:key": 1}
    assert secret_references.paths(value) == {"x", "y"}


#: text, secrets -> the text with their values
VALUES = [
    ("a=secret:x;", {"x": "1"}, "a=1;"),
    ("secret:x secret:xy", {"x": "1", "xy": "2"}, "1 2"),
    ("secret:{x}y", {"x": "1"}, "1y"),
    ("secret:x", {"x": "secret:y", "y": "no"}, "secret:y"),
    ("secret:x", {"x": "a\\1\n{{ b }}"}, "a\\1\n{{ b }}"),
]


@pytest.mark.parametrize(("text", "values", "revealed"), VALUES)
def test_reveal(text: str, values: dict[str, str], revealed: str) -> None:
    assert Secrets(values).reveal(text) == revealed


def test_a_secret_that_was_not_handed_over_is_named() -> None:
    with pytest.raises(ResourceError, match=r"'a/b' .* VIGO_SECRET_A_B"):
        Secrets({}).reveal("secret:a/b")


def test_secrets_do_not_show_in_their_own_text() -> None:
    assert "hunter22" not in repr(Secrets({"a": "hunter22"}))


def test_conceal_masks_the_longest_first() -> None:
    assert Secrets({"a": "abc", "b": "abcd"}).conceal("abcd abc") == "******** ********"


#: how a program may print the secret `p"w\\1\nline two`
PRINTED = [
    'p"w\\1\nline two',
    '{"a": "p\\"w\\\\1\\nline two"}',
    '"{\\"a\\": \\"p\\\\\\"w\\\\\\\\1\\\\nline two\\"}"',
    "'p\"w\\\\1\\nline two'",
    "> line two <",
    "cCJ3XDEKbGluZSB0d28=",
    "cCJ3XDEKbGluZSB0d28K",
    "p%22w%5C1%0Aline%20two",
    "p%22w%5C1%0Aline+two",
    "b'p\"w\\\\1\\nline two'",
]


@pytest.mark.parametrize("text", PRINTED)
def test_conceal_knows_what_secrets_look_like_in_print(text: str) -> None:
    shown = Secrets({"a": 'p"w\\1\nline two'}).conceal(text)
    assert "line two" not in shown
    assert 'p"w' not in shown
    assert "cCJ3" not in shown
    assert "********" in shown


def test_conceal_knows_wrapped_base64_and_the_quotes_of_shells() -> None:
    value = "it's " + "".join(chr(33 + number % 90) for number in range(200))
    for width in (64, 76):
        wrapped = "\n".join(textwrap.wrap(base64.b64encode(value.encode()).decode(), width))
        assert set(Secrets({"a": value}).conceal(wrapped).split("\n")) <= {MASK, wrapped[-4:]}
    for printed in ("'it'\"'\"'s", "'it'\\''s"):
        assert Secrets({"a": "it's"}).conceal(printed + "'") == f"'{MASK}'"


CUT_SECRETS = {
    "as it is": "hunter22 Grüße",
    "quoted": json.dumps(json.dumps("hunter22 Grüße")),
    "percent": quote("hunter22 Grüße", safe=""),
    "base64": base64.b64encode(b"user:hunter22 Gr\xc3\xbc\xc3\x9fe").decode(),
}


@pytest.mark.parametrize("printed", CUT_SECRETS.values(), ids=CUT_SECRETS)
def test_a_secret_that_the_cut_goes_through_is_masked(printed: str) -> None:
    secrets = Secrets({"a": "hunter22 Grüße"})
    data = b"x" * 5000 + printed.encode() + b"end"
    for limit in range(3, len(printed) + 5):
        kept = data[-limit - secrets.reach :]
        shown = secrets.conceal_output(kept, limit)
        assert shown.startswith(CUT)
        assert set(shown[len(CUT) :]) <= set('x*end"\\=') | set("dXNlcjp")


def test_a_large_secret_is_masked_where_it_is_cut() -> None:
    large = "".join(chr(33 + number * 7919 % 94) for number in range(64 * 1024))
    secrets = Secrets({"a": large})
    assert secrets.conceal_output(f"{large} end".encode(), 10) == f"{CUT}****** end"


def test_output_that_fits_is_not_cut() -> None:
    assert Secrets().conceal_output(b"abc\xff", 4) == "abc\ufffd"
    assert Secrets({"a": "secret"}).conceal_output(b"secret", 4) == CUT + "****"
    assert Secrets().reach == 1


#: a secret -> what is wrong with it
WEAK = {
    "e": "shorter than 8 characters",
    "hunter2": "shorter than 8 characters",
    "none": "shorter than 8 characters",
    "Password\n": "a common word",
    "recreated": "a common word",
    "container": "a common word",
    "hunter22": None,
}


@pytest.mark.parametrize("value", WEAK)
def test_weakness(value: str) -> None:
    assert secret_references.weakness(value) == WEAK[value]


def test_sentences_of_ours_keep_their_words() -> None:
    secrets = Secrets({"a": "it", "b": "container", "c": "long-enough"}, ["hunter22"])
    sentence = "the container it is long-enough and hunter22"
    assert secrets.conceal_sentence(sentence) == f"the container it is {MASK} and {MASK}"
    assert secrets.conceal(sentence) == f"the {MASK} {MASK} is {MASK} and {MASK}"


#: a path -> whether a secret may have it
PATHS = {
    "a": True,
    "a/b.c-d_e/F9": True,
    ".hidden/x": True,
    "": False,
    "/a": False,
    "a/": False,
    "a//b": False,
    "../a": False,
    "a/./b": False,
    "a/...": False,
    "-a": False,
    "a/-b": False,
    "a b": False,
    "a-": False,
}


@pytest.mark.parametrize("path", PATHS)
def test_mistakes_in_paths(path: str) -> None:
    assert (secret_references.mistake(path) is None) == PATHS[path]


@given(st.text("secrt:/{}ab.-_ ", max_size=40))
def test_no_reference_is_both_whole_and_broken_off(text: str) -> None:
    starts = {reference.start for reference in secret_references.find(text)}
    broken = {at for at in secret_references.malformed(text) if "{{" not in text[at:]}
    assert not starts & broken


@given(st.text("secrt:/{}ab.-_ ", max_size=40))
def test_any_text_is_found_and_revealed_alike(text: str) -> None:
    found = secret_references.find(text)
    revealed = Secrets(dict.fromkeys(secret_references.paths(text), "")).reveal(text)
    assert len(revealed) == len(text) - sum(ref.end - ref.start for ref in found)
