# SPDX-License-Identifier: GPL-3.0-or-later
"""A work unit gets the secrets of its hosts while it runs, and no others."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_stores import StoreError
from vigo_bridge.failures import Refusal
from vigo_bridge.mesh import asking
from vigo_bridge.mesh.asking import MeshService
from vigo_bridge.secrets.server import Secrets
from vigo_bridge.secrets.units import UnitSecrets, unit_secrets


def no_store(paths: Iterable[str]) -> Mapping[str, str]:
    return {}


SECRETS = Secrets({"web/key": "hunter22", "db/key": "hunter23"}, no_store)


def asked(units: UnitSecrets, **request: Any) -> Mapping[str, object]:
    return units.answer(json.dumps(request).encode())


def test_a_unit_gets_only_its_secrets() -> None:
    units = UnitSecrets()
    with units.unit(SECRETS, ["web/key", "web/other"]) as token:
        assert asked(units, token=token, paths=["web/key"]) == {"values": {"web/key": "hunter22"}}
        assert asked(units, token=token, paths=["web/other"]) == {"values": {}}
        refused = asked(units, token=token, paths=["web/key", "db/key"])
        assert set(refused) == {"error"}
        assert "do not use db/key" in str(refused["error"])
    ended = asked(units, token=token, paths=["web/key"])
    assert "may not ask for secrets any more" in str(ended["error"])


def test_each_unit_has_a_token_of_its_own() -> None:
    units = UnitSecrets()
    with units.unit(SECRETS, ["web/key"]) as one, units.unit(SECRETS, ["db/key"]) as other:
        assert "error" in asked(units, token=one, paths=["db/key"])
        assert asked(units, token=other, paths=["db/key"]) == {"values": {"db/key": "hunter23"}}


REQUESTS = [b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"token": 1, "paths": []}']


@pytest.mark.parametrize("request_", REQUESTS, ids=range(len(REQUESTS)))
def test_requests_without_sense(request_: bytes) -> None:
    assert set(UnitSecrets().answer(request_)) == {"error"}


@pytest.mark.parametrize("paths", ["web/key", [1], None, {"web/key": 1}])
def test_paths_without_sense(paths: object) -> None:
    units = UnitSecrets()
    with units.unit(SECRETS, ["web/key"]) as token:
        assert asked(units, token=token, paths=paths) == {
            "error": "the request for secrets is invalid"
        }


def test_a_store_that_fails() -> None:
    def fail(paths: Iterable[str]) -> Mapping[str, str]:
        raise StoreError("the vault is locked")

    units = UnitSecrets()
    with units.unit(Secrets({}, fail), ["web/key"]) as token:
        assert asked(units, token=token, paths=["web/key"]) == {"error": "the vault is locked"}


def test_many_ask_at_the_same_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mesh.sock"
    with unit_secrets(path) as units, units.unit(SECRETS, ["web/key"]) as token:
        ask = MeshService(path, token)
        with ThreadPoolExecutor(50) as pool:
            answers = list(pool.map(lambda _: ask(["web/key"]), range(300)))
        assert answers == [{"web/key": "hunter22"}] * 300
        assert path.stat().st_mode & 0o777 == 0o660
        with pytest.raises(StoreError, match="do not use db/key"):
            ask(["db/key"])
    assert not path.exists()
    monkeypatch.setattr(asking, "_PATIENCE", 1.5)
    with pytest.raises(StoreError, match="cannot ask the controller"):
        ask(["web/key"])


def test_a_service_without_an_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Receptor keeps the connection open if it cannot connect to the controller's socket."""
    monkeypatch.setattr(asking, "_PATIENCE", 1.5)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "silent.sock"))
        server.listen()
        ask = MeshService(tmp_path / "silent.sock", "token")
        for _ in range(20):  # Each would wait, and hosts ask one after another.
            with pytest.raises(StoreError, match="its vigo-bridge may have ended"):
                ask(["web/key"])


def test_a_service_that_closes_the_connection(tmp_path: Path) -> None:
    """A second attempt succeeds when the mesh has a route again."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "closing.sock"))
        server.listen()
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(MeshService(tmp_path / "closing.sock", "token"), ["web/key"])
            server.accept()[0].close()
            with server.accept()[0] as second:
                second.sendall(b'\n{"values": {"web/key": "hunter22"}}\n')
                assert asked.result(10) == {"web/key": "hunter22"}


def test_one_process_at_a_time_serves_a_socket(tmp_path: Path) -> None:
    path = tmp_path / "mesh.sock"
    path.touch()  # A killed process left it.
    with unit_secrets(path), pytest.raises(Refusal, match="another vigo-bridge serves secrets"):
        unit_secrets(path).__enter__()


def test_a_folder_that_others_can_write_to(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(Refusal, match="cannot be created"):
        unit_secrets(folder / "mesh.sock").__enter__()
