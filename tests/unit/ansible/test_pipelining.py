# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings that would put secrets into files on targets, reported beforehand."""

from __future__ import annotations

from typing import Any

import pytest

from vigo_bridge.ansible.pipelining import obstacles

#: what is set -> environment, variables of host web1 -> the settings that are named
CASES: dict[str, tuple[dict[str, str], dict[str, Any], list[str]]] = {
    "nothing": ({}, {}, []),
    "on everywhere": ({"ANSIBLE_PIPELINING": "True"}, {"ansible_pipelining": True}, []),
    "off": ({"ANSIBLE_PIPELINING": "no"}, {}, ["ANSIBLE_PIPELINING"]),
    "off for ssh": ({"ANSIBLE_SSH_PIPELINING": "0"}, {}, ["ANSIBLE_SSH_PIPELINING"]),
    "files are kept": ({"ANSIBLE_KEEP_REMOTE_FILES": "1"}, {}, ["ANSIBLE_KEEP_REMOTE_FILES"]),
    "files are not kept": ({"ANSIBLE_KEEP_REMOTE_FILES": "false"}, {}, []),
    "off for a host": ({}, {"ansible_pipelining": False}, ["ansible_pipelining"]),
    "off for a host, as text": ({}, {"ansible_ssh_pipelining": "Off"}, ["ansible_ssh_pipelining"]),
    "a template, which is Ansible's to render": ({}, {"ansible_pipelining": "{{ x }}"}, []),
    "all at once": (
        {"ANSIBLE_PIPELINING": "false", "ANSIBLE_KEEP_REMOTE_FILES": "yes"},
        {"ansible_pipelining": "no"},
        ["ANSIBLE_PIPELINING", "ANSIBLE_KEEP_REMOTE_FILES", "ansible_pipelining"],
    ),
}


@pytest.mark.parametrize(("environment", "variables", "named"), CASES.values(), ids=CASES)
def test_case(environment: dict[str, str], variables: dict[str, Any], named: list[str]) -> None:
    found = list(obstacles(environment, ["web1"], {"web1": variables}))
    assert [text.split()[0] for text in found] == named
    assert all(text.endswith(("unset it", "remove it from the inventory")) for text in found)


def test_hosts_that_are_not_asked_for_do_not_count() -> None:
    assert not list(obstacles({}, ["web1"], {"web2": {"ansible_pipelining": False}}))
