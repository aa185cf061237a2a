# SPDX-License-Identifier: GPL-3.0-or-later
"""Traits: how texts of many machines are read, and what this machine says."""

from __future__ import annotations

import ipaddress
import os
import socket
import struct
import threading

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.host import network as host_network
from ansible_collections.vigo.bridge.plugins.module_utils.host import traits

# The lines of /etc/os-release that matter; then family, distro, version.
DISTRIBUTIONS = [
    ('ID=debian\nVERSION_ID="12"', "debian", "debian", "12"),
    ("ID=debian\nPRETTY_NAME='Debian GNU/Linux trixie/sid'", "debian", "debian", ""),
    ('ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"', "debian", "ubuntu", "24.04"),
    ('ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID="22"', "debian", "linuxmint", "22"),
    ('ID=pop\nID_LIKE="ubuntu debian"\nVERSION_ID="22.04"', "debian", "pop", "22.04"),
    ('ID=raspbian\nID_LIKE=debian\nVERSION_ID="12"', "debian", "raspbian", "12"),
    ("ID=kali\nID_LIKE=debian\nVERSION_ID=2025.1", "debian", "kali", "2025.1"),
    ('ID="rhel"\nID_LIKE="fedora"\nVERSION_ID="9.4"', "rhel", "rhel", "9.4"),
    ('ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.5"', "rhel", "rocky", "9.5"),
    (
        'ID="almalinux"\nID_LIKE="rhel centos fedora"\nVERSION_ID="8.10"',
        "rhel",
        "almalinux",
        "8.10",
    ),
    ('ID="centos"\nID_LIKE="rhel fedora"\nVERSION_ID="7"', "rhel", "centos", "7"),
    ('ID="ol"\nID_LIKE="fedora"\nVERSION_ID="8.9"', "rhel", "ol", "8.9"),
    ("ID=fedora\nVERSION_ID=41", "rhel", "fedora", "41"),
    ('ID="amzn"\nID_LIKE="fedora"\nVERSION_ID="2023"', "rhel", "amzn", "2023"),
    (
        'ID="opensuse-leap"\nID_LIKE="suse opensuse"\nVERSION_ID="15.6"',
        "suse",
        "opensuse-leap",
        "15.6",
    ),
    (
        'ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\nVERSION_ID="20250101"',
        "suse",
        "opensuse-tumbleweed",
        "20250101",
    ),
    ('ID="sles"\nID_LIKE="suse"\nVERSION_ID="15.5"', "suse", "sles", "15.5"),
    ('ID="sles"\nVERSION_ID="12.5"', "suse", "sles", "12.5"),
    ("ID=arch\nBUILD_ID=rolling", "arch", "arch", ""),
    ("ID=manjaro\nID_LIKE=arch", "arch", "manjaro", ""),
    ("ID=archarm\nID_LIKE=arch", "arch", "archarm", ""),
    ("ID=alpine\nVERSION_ID=3.20.3", "alpine", "alpine", "3.20.3"),
    (
        'ID="postmarketos"\nID_LIKE="alpine"\nVERSION_ID="v24.06"',
        "alpine",
        "postmarketos",
        "v24.06",
    ),
    ("ID=gentoo\nVERSION_ID=2.17", "gentoo", "gentoo", "2.17"),
    ('ID=nixos\nVERSION_ID="24.11"', "nixos", "nixos", "24.11"),
    ('ID="openEuler"\nVERSION_ID="24.03"', "openeuler", "openeuler", "24.03"),
    ("# a comment\n\nnonsense\nID='void'\n", "void", "void", ""),
    ("ID=\"debian\nVERSION_ID='12", "debian", "debian", "12"),
    ("", "", "", ""),
]


@pytest.mark.parametrize(("text", "family", "distro", "version"), DISTRIBUTIONS)
def test_distributions(text: str, family: str, distro: str, version: str) -> None:
    fields = traits.os_release(text)
    assert traits.os_family(fields) == family
    assert traits.os_distro(fields) == distro
    assert traits.os_version(fields) == version


@pytest.mark.parametrize(
    ("name", "expected"),
    [("redhat", "rhel"), ("rhel", "rhel"), ("archlinux", "arch"), ("debian", "debian")],
)
def test_families_have_several_names(name: str, expected: str) -> None:
    assert traits.family(name) == expected


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        ("x86_64", "amd64"),
        ("aarch64", "arm64"),
        ("arm64", "arm64"),
        ("amd64", "amd64"),
        ("i686", "386"),
        ("armv7l", "arm"),
        ("riscv64", "riscv64"),
        ("s390x", "s390x"),
    ],
)
def test_architectures(machine: str, expected: str) -> None:
    assert traits.architecture(machine) == expected


@pytest.mark.parametrize(
    ("meminfo", "expected"),
    [
        ("MemTotal:        2048000 kB\nMemFree: 1 kB\n", 2000),
        ("MemFree: 1 kB\nMemTotal: 1023 kB\n", 0),
        ("", 0),
    ],
)
def test_memory(meminfo: str, expected: int) -> None:
    assert traits.memory_mb(meminfo) == expected


@pytest.mark.parametrize(
    ("dmi", "expected"),
    [
        ({"sys_vendor": "Amazon EC2\n", "product_name": "t3.micro\n"}, "aws"),
        ({"sys_vendor": "Xen\n", "bios_version": "4.11.amazon\n"}, "aws"),
        ({"sys_vendor": "Google\n", "product_name": "Google Compute Engine\n"}, "gcp"),
        ({"chassis_asset_tag": "7783-7084-3265-9085-8269-3286-77\n"}, "azure"),
        ({"sys_vendor": "Microsoft Corporation\n", "product_name": "Virtual Machine\n"}, ""),
        ({"chassis_asset_tag": "OracleCloud.com\n"}, "oracle"),
        ({"sys_vendor": "DigitalOcean\n"}, "digitalocean"),
        ({"sys_vendor": "Hetzner\n"}, "hetzner"),
        ({"sys_vendor": "Vultr\n"}, "vultr"),
        ({"sys_vendor": "Linode\n"}, "linode"),
        ({"sys_vendor": "Akamai\n"}, "linode"),
        ({"sys_vendor": "Dell Inc.\n", "chassis_asset_tag": "\n"}, ""),
        ({"sys_vendor": "QEMU\n"}, ""),
        ({}, ""),
    ],
)
def test_clouds(dmi: dict[str, str], expected: str) -> None:
    assert traits.cloud_provider(lambda field: dmi.get(field, "")) == expected


def test_prefixes_ask_for_all_below_them() -> None:
    assert traits.expand(["os", "os.family", "cloud.provider"]) == [
        "os.family",
        "os.distro",
        "os.version",
        "os.kernel",
        "os.arch",
        "cloud.provider",
    ]
    assert traits.collect([]) == {}
    assert set(traits.collect(["hardware"])["hardware"]) == {"cpu_count", "memory_mb"}


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("os.famly", "did you mean 'os.family'?"),
        ("OS.Distro", "did you mean 'os.distro'?"),
        ("network.hostnam", "did you mean 'network.hostname'?"),
        ("os.", "did you mean 'os.arch'?"),
        ("o", "use one of os.family"),
        ("", "use one of os.family"),
        ("x" * 10_000, "use one of os.family"),
    ],
)
def test_unknown_names(name: str, hint: str) -> None:
    with pytest.raises(ResourceError) as raised:
        traits.collect([name])
    assert hint in raised.value.message
    assert len(raised.value.message) < 400


def test_ipv6_addresses() -> None:
    text = (
        "00000000000000000000000000000001 01 80 10 80       lo\n"
        "fe800000000000000042acfffe110002 02 40 20 80     eth0\n"
        "20010db8000000000000000000000005 02 40 00 80     eth0\n"
    )
    assert host_network.ipv6_addresses(text) == ["2001:db8::5"]
    assert host_network.ipv6_addresses("") == []


def test_ipv4_addresses() -> None:
    def entry(name: bytes, address: str) -> bytes:
        size = 24 if struct.calcsize("P") == 8 else 16
        place = struct.pack("HH4s", socket.AF_INET, 0, socket.inet_aton(address))
        return name.ljust(16, b"\0") + place.ljust(size, b"\0")

    answer = b"".join(
        [
            entry(b"lo", "127.0.0.1"),
            entry(b"eth0", "192.0.2.7"),
            entry(b"eth0:1", "192.0.2.8"),
            entry(b"eth1", "169.254.3.4"),
        ]
    )
    assert host_network.ipv4_addresses(answer) == ["192.0.2.7", "192.0.2.8"]
    assert host_network.ipv4_addresses(b"") == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("web.example.org", "web.example.org"), ("localhost.localdomain", None), ("", None)],
)
def test_full_host_name(monkeypatch: pytest.MonkeyPatch, answer: str, expected: str | None) -> None:
    monkeypatch.setattr(socket, "getfqdn", lambda: answer)
    assert host_network.fqdn() == (expected or os.uname().nodename)


def test_a_silent_name_server_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    end_of_test = threading.Event()
    monkeypatch.setattr(socket, "getfqdn", end_of_test.wait)
    monkeypatch.setattr(host_network, "LOOKUP_LIMIT", 0.01)
    try:
        assert host_network.fqdn() == os.uname().nodename
    finally:
        end_of_test.set()


def test_this_machine() -> None:
    found = traits.collect(sorted(traits.KNOWN))
    assert found["os"]["family"]
    assert found["hardware"]["cpu_count"] >= 1
    assert found["hardware"]["memory_mb"] > 0
    assert found["network"]["hostname"]
    assert found["network"]["fqdn"]
    for address in found["network"]["ip_addresses"]:
        assert not ipaddress.ip_address(address).is_loopback
