# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests of devices: what is read from any form can be recorded, sent and read back."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.module_utils.types.container import spec
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.setting import Making
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values import (
    device_requests,
    devices,
)

WORDS = st.text("abc-", min_size=1, max_size=3)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=5)
Parts = st.SearchStrategy[dict[str, Any]]
GROUPS = st.lists(WORDS, min_size=1, max_size=3)
REQUESTS: Parts = st.fixed_dictionaries(
    {"capabilities": GROUPS | st.lists(GROUPS, min_size=1, max_size=2)},
    optional={
        "driver": WORDS,
        "options": st.dictionaries(WORDS, TEXTS, max_size=2),
    },
)
COUNTS: list[dict[str, Any]] = [{}, {"count": "all"}, {"count": -1}, {"count": 2}]
AMOUNTS: Parts = st.sampled_from(COUNTS) | st.fixed_dictionaries(
    {"device_ids": st.lists(WORDS, min_size=1, max_size=2)}
)
NAMES = st.lists(st.sampled_from(["a.com/gpu=all", "b-c.d/x_y=1:0", "/dev/a"]), unique=True)


@given(
    st.lists(st.tuples(REQUESTS, AMOUNTS).map(lambda pair: pair[0] | pair[1]), max_size=2), NAMES
)
def test_what_is_created_is_read_back(written: list[dict[str, Any]], names: list[str]) -> None:
    container = spec.parse(
        {"container": "app", "image": "x", "device_requests": written, "devices": names}
    )
    settings = container.settings
    body = device_requests.create(settings, Making({}, {}, str))
    host = {place.partition(".")[2]: value for place, value in body.items()}
    requests = settings.device_requests or ()
    assert device_requests.read(host["DeviceRequests"]) == requests
    assert device_requests.form(map(str, requests)) == requests
    assert devices.read(host) == tuple(sorted(settings.devices or ()))
