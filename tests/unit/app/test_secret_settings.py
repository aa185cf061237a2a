# SPDX-License-Identifier: GPL-3.0-or-later
"""Which values of --set are secrets."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.plugin_utils.checked_data import InvalidData
from vigo_bridge.app.kept_stacks import as_settings, values_of
from vigo_bridge.app.secret_settings import secret_settings
from vigo_bridge.run.kept_stacks import Settings

KNOWN = ("canary-4711",)
SECRET = {
    "a password by its name": {"db_password": "hunter2"},
    "a token by its name": {"API_TOKEN": "abcdef"},
    "a number": {"db_password": 123456},
    "a password in an address": {"url": "postgres://shop:hunter2@db/shop"},
    "the value of a known secret": {"x": "canary-4711"},
    "a text with a known secret": {"x": "--pw=canary-4711 -v"},
    "a known secret as a key": {"x": {"canary-4711": 1}},
    "in a mapping": {"db": {"user": "shop", "password": "hunter2"}},
    "in a list of mappings": {"users": [{"name": "a"}, {"name": "b", "token": "abcdef"}]},
    "a list below the name": {"tokens": {"token": ["abcdef", "ghijkl"]}},
    "as bytes": {"x": b"canary-4711"},
}
PLAIN: dict[str, dict[str, Any]] = {
    "a tag": {"tag": "v2"},
    "numbers and truths": {"replicas": 3, "debug": True, "nothing": None},
    "a reference": {"db_password": "secret:shop/db"},
    "an address with a reference": {"url": "postgres://shop:secret:shop/db@db"},
    "whether there is a password": {"enable_password": True, "has_token": "yes"},
    "the name of a file": {"DB_PASSWORD_FILE": "/run/secrets/db"},
    "an address without a password": {"url": "https://app.example.com/"},
}


@pytest.mark.parametrize("settings", SECRET.values(), ids=SECRET)
def test_a_secret(settings: dict[str, Any]) -> None:
    (name,) = settings
    assert secret_settings({"tag": "v1", **settings}, KNOWN) == (name,)
    kept = as_settings({"tag": "v1", **settings}, {"path": KNOWN[0]})
    assert (kept.text, kept.omitted) == ("tag: v1\n", (name,))


@pytest.mark.parametrize("settings", PLAIN.values(), ids=PLAIN)
def test_no_secret(settings: dict[str, Any]) -> None:
    assert secret_settings(settings, KNOWN) == ()


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"tag": "1.10"},
        {"tag": 1.10, "n": 7, "on": "on", "no": None},
        {"day": datetime.date(2026, 1, 2), "raw": b"\0"},
        {"a": {"b": [1, {"c": "d\ne: f"}]}, "text": "- #: '\"\u00e4\u2028\x07"},
    ],
)
def test_values_stay_what_they_are(settings: dict[str, Any]) -> None:
    kept = as_settings(settings, {})
    assert kept.omitted == ()
    assert values_of(kept) == settings


@pytest.mark.parametrize("text", ["[", "- a\n", "1: a\n", "a: !!python/name:os.system\n", "x"])
def test_damaged_settings(text: str) -> None:
    with pytest.raises(InvalidData, match="the values of --set"):
        values_of(Settings(text))
