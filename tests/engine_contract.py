# SPDX-License-Identifier: GPL-3.0-or-later
"""What engines do, as cases that run against any of them: ``engine_contract.yml``."""

from __future__ import annotations

import contextlib
import copy
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.engine.connection import (
    Connection,
    Refused,
)
from tests.yaml_files import read_yaml

CASES: list[dict[str, Any]] = read_yaml(Path(__file__).with_suffix(".yml"))
NAMES = [case["name"] for case in CASES]

_SERVE = "trap 'exit 0' TERM; while :; do sleep 0.1; done"
_USUAL = {"Image": "redis:7-alpine", "Cmd": ["sh", "-c", _SERVE]}
#: How often to look, with a pause between, until something must have come about.
_LOOKS, _PAUSE = 600, 0.1


class Contract:
    """Runs cases on one engine. prefix: of all names."""

    def __init__(
        self, connection: Connection, prefix: str, pause: Callable[[float], object] = time.sleep
    ) -> None:
        self._connection, self._prefix, self._pause = connection, prefix, pause
        self._ids: dict[str, str] = {}
        self._networks: set[str] = set()
        self._volumes: set[str] = set()

    def run(self, case: dict[str, Any]) -> None:
        for number, step in enumerate(case["steps"], start=1):
            verb, name, details = (*step, {})[:3]
            try:
                self._run(verb, name, copy.deepcopy(details))
            except AssertionError as error:
                raise AssertionError(f"step {number}, {verb} {name}: {error}") from error

    def close(self) -> None:
        """Remove what the cases have left."""
        for identity in self._ids.values():
            with contextlib.suppress(Refused):
                params = {"force": "true", "v": "true"}
                self._connection.call("DELETE", f"/containers/{identity}", params)
        for network in self._networks:
            with contextlib.suppress(Refused):
                self._connection.call("DELETE", f"/networks/{network}")
        for volume in self._volumes:
            with contextlib.suppress(Refused):
                self._connection.call("DELETE", f"/volumes/{volume}")

    def _run(self, verb: str, name: str, details: dict[str, Any]) -> None:
        refused, says = details.pop("refused", None), details.pop("says", "")
        try:
            answer = self._do(verb, name, details)
        except Refused as error:
            if error.code != refused or self._in_full(says, name) not in error.said:
                raise AssertionError(f"{error.code}: {error.said}") from error
            return
        assert refused is None, "it was not refused"
        if verb == "wait":
            assert answer["StatusCode"] == details["StatusCode"], answer

    def _do(self, verb: str, name: str, details: dict[str, Any]) -> Any:
        call, full = self._connection.call, self._prefix + name
        path = f"/containers/{full}"
        if verb == "shows":
            found = call("GET", f"{path}/json")
            assert not (wrong := self._wrong(found, details, name)), wrong
        elif verb == "becomes":
            self._await(lambda: self._wrong(call("GET", f"{path}/json"), details, name))
        elif verb in ("listed", "gone"):
            self._await(lambda: None if self._is_listed(full) is (verb == "listed") else verb)
        elif verb == "create":
            self._create(name, details)
        elif verb == "remove":
            call("DELETE", path, {"force": "true", "v": "true", **details})
        elif verb == "rename":
            call("POST", f"{path}/rename", {"name": self._prefix + details["to"]})
            if name in self._ids:
                self._ids[details["to"]] = self._ids.pop(name)
        elif verb == "update":
            call("POST", f"{path}/update", body=details)
        elif verb in ("connect", "disconnect"):
            network = self._prefix + details["network"]
            call("POST", f"/networks/{network}/{verb}", body={"Container": full})
        elif verb == "create network":
            self._networks.add(full)
            body = {"Name": full, "CheckDuplicate": True, **details}
            call("POST", "/networks/create", body=body)
        elif verb == "create volume":
            self._volumes.add(full)
            call("POST", "/volumes/create", body={"Name": full, **details})
        elif verb in ("network shows", "volume shows"):
            found = call("GET", f"/{verb.split()[0]}s/{full}")
            assert not (wrong := self._wrong(found, details, name)), wrong
        elif verb in ("network users", "volume users"):
            self._check_users(verb.split()[0], full, details["names"])
        elif verb == "run in":
            self._run_in(path, details)
        elif verb in ("remove network", "remove volume"):
            call("DELETE", f"/{verb.split()[1]}s/{full}")
        else:
            return call("POST", f"{path}/{verb}")
        return None

    def _create(self, name: str, details: dict[str, Any]) -> None:
        body = {**_USUAL, "HostConfig": {}, **details}
        mode = body["HostConfig"].get("NetworkMode", "")
        for network in ("net", "other", "none-such"):
            if mode == network:
                body["HostConfig"]["NetworkMode"] = self._prefix + network
        if mode.startswith("container:"):
            body["HostConfig"]["NetworkMode"] = f"container:{self._prefix}{mode[10:]}"
        ends = (body.get("NetworkingConfig") or {}).get("EndpointsConfig") or {}
        body["NetworkingConfig"] = {
            "EndpointsConfig": {self._prefix + network: end for network, end in ends.items()}
        }
        for mount in body["HostConfig"].get("Mounts") or ():
            if mount["Type"] == "volume":
                mount["Source"] = self._prefix + mount["Source"]
        params = {"name": self._prefix + name}
        created = self._connection.call("POST", "/containers/create", params, body)
        self._ids[name] = created["Id"]

    def _run_in(self, path: str, details: dict[str, Any]) -> None:
        wanted = details.pop("ExitCode", None)
        command = self._connection.call("POST", f"{path}/exec", body=details)["Id"]
        if details.get("AttachStdout"):
            list(self._connection.converse(f"/exec/{command}/start", {"Detach": False}, b""))
        else:
            self._connection.call("POST", f"/exec/{command}/start", body={"Detach": True})

        def problem() -> str:
            found = self._connection.call("GET", f"/exec/{command}/json")
            is_over = not found["Running"] and found["ExitCode"] is not None
            return "" if is_over and found["ExitCode"] == wanted else json.dumps(found)

        self._await(problem)

    def _check_users(self, kind: str, full: str, names: list[str]) -> None:
        params = {"all": "true", "filters": json.dumps({kind: [full]})}
        entries = self._connection.call("GET", "/containers/json", params)
        found = sorted(entry["Names"][0] for entry in entries)
        assert found == [f"/{self._prefix}{name}" for name in names], found

    def _is_listed(self, full: str) -> bool:
        entries = self._connection.call("GET", "/containers/json", {"all": "true"})
        return any(f"/{full}" in entry["Names"] for entry in entries)

    def _await(self, problem: Callable[[], Any]) -> None:
        for _look in range(_LOOKS):
            if not (found := problem()):
                return
            self._pause(_PAUSE)
        raise AssertionError(found)

    def _wrong(self, found: Any, wanted: dict[str, Any], name: str) -> str:
        """Return the fields that differ from the expected ones; empty if none does."""
        wrong = {}
        for path, value in wanted.items():
            expected = self._in_full(value, name) if isinstance(value, str) else value
            if path == "Name":
                expected = f"/{self._prefix}{name}"
            actual = self._field(found, path)
            if actual != expected and not (path.endswith("Image") and str(actual).endswith(value)):
                wrong[path] = actual
        return json.dumps(wrong) if wrong else ""

    def _field(self, found: Any, path: str) -> Any:
        for key in path.split("."):
            if isinstance(found, list) and key.isdigit() and int(key) < len(found):
                found = found[int(key)]
            elif isinstance(found, dict):
                found = found.get(self._prefix + key, found.get(key))
            else:
                return None
        return found

    def _in_full(self, text: str, name: str) -> str:
        for short, identity in self._ids.items():
            text = text.replace(f"ID of {short}", identity)
        text = text.replace("ID of NAME", self._ids.get(name, "")).replace(
            "NAME", self._prefix + name
        )
        return self._prefix + text if text in ("net", "other") else text
