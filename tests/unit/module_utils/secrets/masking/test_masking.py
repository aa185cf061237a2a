# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets are masked in all forms in which programs print them; all other text stays."""

from __future__ import annotations

import base64
import html
import json
import re
import shlex
import subprocess
import textwrap
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import MASK, Secrets
from tests.properties import examples

#: Secrets as people have them.
SECRETS = {
    "plain": "hunter22-Kanarie",
    "signs": "p@ss w/rd+\"q'x\\y&<z>=$1;%!~*(`)#",
    "letters": "Grüße-weiße 世界 🔑",
    "latin": "Käsekuchen-für-ßie",
    "two lines": "first line of it\nsecond line of it",
    "five": "x9!Q_",
    "digits": "4929123456789012",
}


def utf8(text: str) -> bytes:
    return text.encode()


def basic(text: str) -> bytes:
    return base64.b64encode(utf8(f"user:{text}"))


def wrapped(width: int) -> Callable[[str], bytes]:
    def form(text: str) -> bytes:
        encoded = base64.b64encode(
            utf8(f"# a file with\nkey: {text}\nand more in it\n" * 3)
        ).decode()
        return utf8("\n".join(textwrap.wrap(encoded, width)))

    return form


def bash(command: str) -> Callable[[str], bytes]:
    def form(text: str) -> bytes:
        return subprocess.run(
            ["bash", "-c", command, "bash", text], capture_output=True, check=True
        ).stdout

    return form


def some_percent(text: str) -> bytes:
    """Return a text as JavaScript's encodeURIComponent writes it, in lower case."""
    return utf8(quote(text, safe="!~*'()").replace("%2F", "%2f").replace("%C3", "%c3"))


def every_character(pattern: str) -> Callable[[str], bytes]:
    return lambda text: b"".join(utf8(pattern.format(byte)) for byte in utf8(text))


#: form -> how a program makes it of a secret
FORMS: dict[str, Callable[[str], bytes]] = {
    "as it is": utf8,
    "amid others": lambda text: utf8(f"Authorization:{text}@db"),
    "JSON": lambda text: utf8(json.dumps({"a": text})),
    "JSON without escapes": lambda text: utf8(json.dumps({"a": text}, ensure_ascii=False)),
    "JSON with escaped slashes": lambda text: utf8(json.dumps(text).replace("/", "\\/")),
    "JSON with upper-case digits": lambda text: utf8(
        re.sub(r"\\u....", lambda match: "\\u" + match[0][2:].upper(), json.dumps(text))
    ),
    "JSON as Go writes it": lambda text: utf8(
        json.dumps(text).replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    ),
    "JSON in JSON": lambda text: utf8(json.dumps(json.dumps(text))),
    "JSON in JSON in JSON": lambda text: utf8(json.dumps(json.dumps(json.dumps(text)))),
    "Python's repr": lambda text: utf8(repr(text)),
    "Python's ascii": lambda text: utf8(ascii(text)),
    "Python's bytes": lambda text: utf8(repr(utf8(text))),
    "a percent sign where needed": lambda text: utf8(quote(text)),
    "a percent sign for all": lambda text: utf8(quote(text, safe="")),
    "a percent sign for each": every_character("%{:02X}"),
    "a percent sign in lower case": every_character("%{:02x}"),
    "encodeURIComponent": some_percent,
    "an HTML form": lambda text: utf8(quote_plus(text)),
    "a percent sign, twice": lambda text: utf8(quote(quote(text, safe=""), safe="")),
    "a URL in JSON": lambda text: utf8(json.dumps({"url": f"http://u:{quote(text)}@h/"})),
    "base64": lambda text: base64.b64encode(utf8(text)),
    "base64 with a line break": lambda text: base64.b64encode(utf8(text + "\n")),
    "base64 behind one character": lambda text: base64.b64encode(utf8(f"a{text}")),
    "base64 behind two characters": lambda text: base64.b64encode(utf8(f"ab{text}")),
    "base64 of user and password": basic,
    "base64 amid text": lambda text: base64.b64encode(utf8(f'{{"auth": "{text}", "b": 1}}')),
    "base64 without padding": lambda text: basic(text).rstrip(b"="),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(utf8(f"\xff\xfe{text}\xff\xfe")),
    "base64 behind letters": lambda text: b"xyz/" + basic(text),
    "base64 in a URL": lambda text: utf8(quote(basic(text), safe="")),
    "base64 in JSON": lambda text: utf8(json.dumps(basic(text).decode()).replace("/", "\\/")),
    "base64 of JSON": lambda text: base64.b64encode(utf8(json.dumps({"p": text}))),
    "base64 of latin-1": lambda text: base64.b64encode(text.encode("latin-1", "ignore")),
    "base64 of UTF-16": lambda text: base64.b64encode(text.encode("utf-16-le")),
    "base64, twice": lambda text: base64.b64encode(basic(text)),
    "base64 in lines of 76": wrapped(76),
    "base64 in lines of 64": wrapped(64),
    "base64 in lines of 20": wrapped(20),
    "base64 in lines of CRLF": lambda text: wrapped(64)(text).replace(b"\n", b"\r\n"),
    "base64 in indented lines": lambda text: wrapped(64)(text).replace(b"\n", b"\n    "),
    "base64 in a JSON text of lines": lambda text: utf8(json.dumps(wrapped(64)(text).decode())),
    "hexadecimal": lambda text: utf8(utf8(text).hex()),
    "hexadecimal, upper case": lambda text: utf8(utf8(text).hex().upper()),
    "hexadecimal with colons": lambda text: utf8(utf8(text).hex(":")),
    "hexadecimal in groups": lambda text: utf8(utf8(f"a{text}").hex(" ", 2)),
    "hexadecimal behind 0x": lambda text: utf8(f"0x{utf8(text).hex()}"),
    "hexadecimal behind a digit": lambda text: utf8(f"a{utf8(text).hex()}"),
    "C": every_character("\\x{:02x}"),
    "octal": every_character("\\{:03o}"),
    "HTML": lambda text: utf8(html.escape(text)),
    "XML": lambda text: utf8(html.escape(text, quote=False).replace("'", "&apos;")),
    "HTML with decimal numbers": lambda text: utf8("".join(f"&#{ord(c)};" for c in text)),
    "HTML with hexadecimal numbers": lambda text: utf8("".join(f"&#x{ord(c):x};" for c in text)),
    "shlex.quote": lambda text: utf8(shlex.quote(text)),
    "a shell's quotes": lambda text: utf8("'" + text.replace("'", "'\\''") + "'"),
    "double quotes of a shell": lambda text: utf8(re.sub(r'(["\\$`])', r"\\\1", text)),
    "printf %q of bash": bash('printf "%q" "$1"'),
    "bash's ${x@Q}": bash('printf "%s" "${1@Q}"'),
    "bash's set -x": bash('exec 2>&1; set -x; : "$1"'),
    "bash's declare -p": bash('x="$1"; declare -p x'),
    "SQL": lambda text: utf8(text.replace("'", "''")),
    "Compose": lambda text: utf8(text.replace("$", "$$")),
    "a unit of systemd": lambda text: utf8(text.replace("%", "%%")),
    "CSV": lambda text: utf8('"' + text.replace('"', '""') + '"'),
    "latin-1": lambda text: text.encode("latin-1", "ignore"),
    "UTF-16": lambda text: text.encode("utf-16"),
}
#: These have no form in which all of the secret is left.
_LATIN_ALONE = ("latin-1", "base64 of latin-1")


def visible(shown: str, secret: str) -> list[str]:
    """Return the parts of a secret that a text shows, as a person could read them."""
    parts = [part for part in re.split(r"[^\w]+", secret) if len(part) >= 4] or [secret]
    return [part for part in parts if part in shown]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", SECRETS)
def test_every_form_of_a_secret_is_masked(name: str, form: str) -> None:
    secret = SECRETS[name]
    if form in _LATIN_ALONE and not secret.isascii() and name != "latin":
        pytest.skip("not all of it is there")
    printed = b"before \xc3\xa4 " + FORMS[form](secret) + b" after"
    shown = Secrets({"a": secret}).conceal_output(printed, 100_000)
    assert MASK in shown
    assert visible(shown, secret) == []
    assert shown.startswith("before ä ")
    assert shown.endswith(" after")
    # Nothing of its form is left but what has nothing to do with the secret.
    other = "".join(chr(ord("A") + number % 26) for number in range(len(utf8(secret))))
    rest = [part for part in re.split(r"[*\s]+", shown) if len(part) >= 12]
    assert [part for part in rest if part.encode() not in FORMS[form](other)] == []


#: text -> must stay as it is, whatever the (other) secrets are
HARMLESS = [
    'nginx: [notice] 1#1: start worker processes\n10.0.0.1 - - "GET /a%20b?c=d HTTP/1.1" 200',
    '{"level":"info","ts":1700000000.1,"msg":"listening","addr":"[::]:8080","path":"C:\\\\x"}',
    "Traceback (most recent call last):\n  File \"/srv/app.py\", line 3, in main\nKeyError: 'a'",
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0k0p2tq3H5v8Qm1Zr0m9s7w4 root@web1",
    base64.b64encode(bytes(range(256))).decode(),
    bytes(range(256)).hex(" "),
    "redis-server --port 6379 --requirepass secret:redis/password",
    "\x1b[32mok\x1b[0m\tcolumns  and   spaces\r\n",
    "grüße aus 世界 🔑 \u2028",
    "''\"\"\\\\%%&&amp;++",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_stays(text: str) -> None:
    secrets = Secrets(
        {**SECRETS, "pem": "-----BEGIN KEY-----\nTWFueSBoYW5kcw\nab\n-----END KEY-----"}
    )
    assert secrets.conceal(text) == text
    assert secrets.conceal_output(text.encode(), 100_000) == text


def test_a_line_of_a_secret_is_masked_by_itself_unless_it_is_short() -> None:
    secrets = Secrets({"a": '{\n  "key": "value-of-it",\n  ok\n}\n'})
    assert secrets.conceal('> "key": "value-of-it", <\n{\n  ok\n}') == f"> {MASK} <\n{{\n  ok\n}}"


@pytest.mark.parametrize("width", [64, 76])
def test_wrapped_base64_of_a_large_secret_in_a_log(width: int) -> None:
    key = "\n".join(f"{number * 7919:064x}" for number in range(20))
    lines = textwrap.wrap(base64.b64encode(key.encode()).decode(), width)
    log = "\n".join(f"web-1  | {line}" for line in lines)
    shown = Secrets({"a": key}).conceal_output(log.encode(), 100_000)
    assert set(shown.split("\n")[:-1]) == {f"web-1  | {MASK}"}


def test_bytes_that_are_no_text_do_not_hide_a_secret() -> None:
    secrets = Secrets({"a": "hunter22"})
    assert secrets.conceal_output(b"\xffhunter22\xfe\xc3", 100) == f"\ufffd{MASK}\ufffd\ufffd"
    assert secrets.conceal("\udcffhunter22") == f"\ufffd{MASK}"


ENCODERS: list[Callable[[bytes], bytes]] = [
    base64.b64encode,
    lambda data: json.dumps(data.decode("latin-1")).encode(),
    lambda data: quote(data, safe="").encode(),
    lambda data: quote(data).encode(),
    lambda data: html.escape(data.decode("latin-1")).encode("latin-1"),
    lambda data: repr(data)[2:-1].encode(),
]


@settings(max_examples=examples(60))
@given(
    st.text(
        st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=6, max_size=40
    ).filter(lambda text: text.strip() == text and not text.startswith("*")),
    st.binary(max_size=7),
    st.binary(max_size=7),
    st.sampled_from(ENCODERS),
)
def test_any_secret_amid_anything(
    secret: str, before: bytes, after: bytes, encode: Callable[[bytes], bytes]
) -> None:
    printed = encode(before + secret.encode() + after)
    shown = Secrets({"a": secret}).conceal_output(b"<" + printed + b">", 10**6)
    assert MASK in shown
    assert secret not in shown.replace(MASK, "")


@given(st.text(st.characters(exclude_categories=[])))
def test_a_text_without_secrets_stays(text: str) -> None:
    shown = Secrets({"a": "hunter22-Kanarie"}).conceal(text)
    assert shown == text.encode("utf-8", "replace").decode() or re.search("[\ud800-\udfff]", text)


#: Texts of 64 KiB on which a careless search would never end.
HARD = {
    "backslashes": b"\\" * 65536,
    "percent signs": b"%" * 65536,
    "percent signs of percent signs": b"%25" * 21845,
    "quotes": b"'" * 65536,
    "ampersands": b"&" * 65536,
    "base64": base64.b64encode(bytes(range(256)) * 192),
    "line breaks": b"a\n" * 32768,
    "blanks": b"a" + b" " * 65534 + b"a",
    "hexadecimal": b"61" * 32768,
    "one letter": b"a" * 65536,
    "JSON": json.dumps(json.dumps({"a": ['"\\\n'] * 3000})).encode(),
}


@pytest.mark.parametrize("data", HARD.values(), ids=HARD)
def test_hard_texts_and_hundreds_of_secrets(data: bytes) -> None:
    secrets = Secrets({str(number): f"secret {number} % of & them" for number in range(300)})
    assert secrets.conceal_output(data, 65536) == data.decode()
