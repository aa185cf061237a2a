# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests the engine gets, and what is made of its responses."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import Blocked
from ansible_collections.vigo.bridge.plugins.module_utils.engine.connection import (
    Refused,
    Silent,
    authorization,
)
from ansible_collections.vigo.bridge.plugins.module_utils.state import log_readers
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import engine as module
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.engine import Engine
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.observed import Remote
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values import image_name
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values.networks import (
    Attachment,
    endpoint,
)

IMAGE = image_name.parse("registry.example/shop:2")
LOGIN = {"username": "me", "password": "hunter22"}


class Scripted:
    """A connection that notes the requests, and answers with what a test gives it, in order.

    An exception among the answers is raised. Requests without an answer get None.
    """

    host = "unix:///engine"
    api_version = (1, 44)

    def __init__(self, podman: bool, answers: list[Any]) -> None:
        self.is_podman = podman
        self.podman_version = (5, 4) if podman else None
        self.requests: list[tuple[Any, ...]] = []
        self._answers = iter(answers)

    def _answer(self, *request: Any) -> Any:
        while request[-1] in (None, 0.0, {}):
            request = request[:-1]
        self.requests.append(request)
        answer = next(self._answers, None)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def call(
        self,
        method: str,
        path: str,
        params: Any = None,
        body: Any = None,
        allowance: float = 0.0,
        headers: Any = None,
    ) -> Any:
        return self._answer(method, path, params, body, allowance, headers)

    def call_libpod(self, method: str, path: str, timeout: float = 60.0) -> Any:
        return self._answer(f"libpod {method}", path, timeout)

    def find(self, path: str) -> Any:
        return self._answer("GET", path)

    def content(self, path: str, params: Any) -> Any:
        return self._answer("GET", path, params)

    def stream(self, path: str, params: Any, headers: Any, timeout: float) -> Iterator[Any]:
        yield from self._answer("POST", path, params, headers, timeout)

    def ping(self) -> None:
        self._answer("GET", "/_ping")


@pytest.fixture
def engine_of(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Engine, Scripted]]:
    """Return an engine with answers, whose clock goes on by what it sleeps, and a bit."""
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", lambda s: now.__setitem__(0, now[0] + s))
    monkeypatch.setattr(log_readers, "await_readers", lambda: None)

    def made(*answers: Any, podman: bool = False) -> tuple[Engine, Scripted]:
        connection = Scripted(podman, list(answers))
        monkeypatch.setattr(module, "Connection", lambda _host: connection)
        return Engine("unix:///engine", lambda text: text.replace("hunter22", "***")), connection

    return made


ATTACHMENT = Attachment("front net", aliases=("a",))
FOUND = {"Id": "n1", "Name": "front net"}

#: what is done -> whether on Podman -> the requests, the answers, and the result
Row = tuple[Callable[[Engine], Any], bool, list[tuple[Any, ...]], list[Any], Any]
CALLS: dict[str, Row] = {
    "start": (
        lambda e: e.start("c1"),
        False,
        [("POST", "/containers/c1/start", None, None, 60.0)],
        [],
        None,
    ),
    "stop": (
        lambda e: e.stop("c1"),
        False,
        [("POST", "/containers/c1/stop", {}, None, 10)],
        [],
        None,
    ),
    "stop with a time": (
        lambda e: e.stop("c1", 5, 20),
        False,
        [("POST", "/containers/c1/stop", {"t": "20"}, None, 20)],
        [],
        None,
    ),
    "stop now": (
        lambda e: e.stop("c1", 5, 0),
        False,
        [("POST", "/containers/c1/stop", {"t": "0"}, None, 5)],
        [],
        None,
    ),
    "restart": (
        lambda e: e.restart("c1", 7),
        False,
        [("POST", "/containers/c1/restart", {}, None, 67)],
        [],
        None,
    ),
    "unpause": (lambda e: e.unpause("c1"), False, [("POST", "/containers/c1/unpause")], [], None),
    "rename": (
        lambda e: e.rename("c1", "web"),
        False,
        [("POST", "/containers/c1/rename", {"name": "web"})],
        [],
        None,
    ),
    "update": (
        lambda e: e.update("c1", {"Memory": 1}),
        False,
        [("POST", "/containers/c1/update", None, {"Memory": 1})],
        [],
        None,
    ),
    "all containers": (
        lambda e: e.all_containers(),
        False,
        [("GET", "/containers/json", {"all": "true"})],
        [[{"Id": "c1"}]],
        [{"Id": "c1"}],
    ),
    "running containers": (
        lambda e: e.running_containers(),
        False,
        [("GET", "/containers/json")],
        [[]],
        [],
    ),
    "the whole payload": (
        lambda e: e.raw_container("c1"),
        False,
        [("GET", "/containers/c1/json")],
        [{"Id": "c1"}],
        {"Id": "c1"},
    ),
    "create": (
        lambda e: e.create("web", {"Image": "x"}),
        False,
        [("POST", "/containers/create", {"name": "web"}, {"Image": "x"})],
        [{"Id": "c1", "Warnings": ["w"]}],
        ("c1", ["w"]),
    ),
    "create for a platform": (
        lambda e: e.create("web", {"Image": "x"}, "linux/arm64"),
        False,
        [
            (
                "POST",
                "/containers/create",
                {"name": "web", "platform": "linux/arm64"},
                {"Image": "x"},
            )
        ],
        [{"Id": "c1", "Warnings": None}],
        ("c1", []),
    ),
    "create on Podman": (
        lambda e: e.create("web", {"Image": "x"}),
        True,
        [("POST", "/containers/create", {"name": "web"}, {"Image": "x", "StopTimeout": 10})],
        [{"Id": "c1"}],
        ("c1", []),
    ),
    "create with a stop timeout on Podman": (
        lambda e: e.create("web", {"Image": "x", "StopTimeout": 3}),
        True,
        [("POST", "/containers/create", {"name": "web"}, {"Image": "x", "StopTimeout": 3})],
        [{"Id": "c1"}],
        ("c1", []),
    ),
    "create with a limit that the host lacks": (
        lambda e: e.create("web", {"Image": "x", "HostConfig": {"PidsLimit": 5, "Memory": 7}}),
        False,
        [
            ("GET", "/info"),
            (
                "POST",
                "/containers/create",
                {"name": "web"},
                {"Image": "x", "HostConfig": {"Memory": 7}},
            ),
        ],
        [{"PidsLimit": False}, {"Id": "c1"}],
        ("c1", []),
    ),
    "sources that exist": (
        lambda e: e.missing_source(["/a", "/b"]),
        False,
        [
            (
                "POST",
                "/containers/create",
                None,
                {
                    "Image": "",
                    "HostConfig": {
                        "Mounts": [
                            {"Type": "bind", "Source": "/a", "Target": "/0"},
                            {"Type": "bind", "Source": "/b", "Target": "/1"},
                        ]
                    },
                },
            )
        ],
        [Refused("no command specified", 400)],
        "",
    ),
    "no sources": (lambda e: e.missing_source([]), False, [], [], ""),
    "sources on Podman": (lambda e: e.missing_source(["/a"]), True, [], [], ""),
    "remove": (
        lambda e: e.remove("c1"),
        False,
        [("DELETE", "/containers/c1", {"force": "true", "v": "false"})],
        [],
        None,
    ),
    "remove with volumes": (
        lambda e: e.remove("c1", volumes=True),
        False,
        [("DELETE", "/containers/c1", {"force": "true", "v": "true"})],
        [],
        None,
    ),
    "remove what is gone": (
        lambda e: e.remove("c1"),
        False,
        [("DELETE", "/containers/c1", {"force": "true", "v": "false"})],
        [Refused("no such container", 404)],
        None,
    ),
    "remove what is being removed": (
        lambda e: e.remove("c1"),
        False,
        [
            ("DELETE", "/containers/c1", {"force": "true", "v": "false"}),
            ("GET", "/containers/c1/json"),
        ],
        [Refused("removal of container c1 is already in progress", 409), None],
        None,
    ),
    "the log": (
        lambda e: e.log("c1", {"since": "5"}),
        False,
        [
            (
                "GET",
                "/containers/c1/logs",
                {"stdout": "true", "stderr": "true", "timestamps": "true", "since": "5"},
            )
        ],
        [[b"x"]],
        [b"x"],
    ),
    "the end of the log": (
        lambda e: e.log_tail("c1"),
        False,
        [("GET", "/containers/c1/logs", {"stdout": "true", "stderr": "true", "tail": "20"})],
        [b"a hunter22"],
        "a ***",
    ),
    "the end of a log in frames": (
        lambda e: e.log_tail("c1", 5),
        False,
        [("GET", "/containers/c1/logs", {"stdout": "true", "stderr": "true", "tail": "5"})],
        [b"\x01\0\0\0\0\0\0\x02a\n\x02\0\0\0\0\0\0\x02b\n"],
        "a\nb\n",
    ),
    "a log that is not text": (
        lambda e: e.log_tail("c1"),
        False,
        [("GET", "/containers/c1/logs", {"stdout": "true", "stderr": "true", "tail": "20"})],
        [{"message": "x"}],
        "",
    ),
    "a log that cannot be read": (
        lambda e: e.log_tail("c1"),
        False,
        [("GET", "/containers/c1/logs", {"stdout": "true", "stderr": "true", "tail": "20"})],
        [Refused("it has none", 501)],
        "",
    ),
    "a healthcheck": (
        lambda e: e.run_healthcheck("c1", 7.0),
        True,
        [("libpod GET", "/containers/c1/healthcheck", 7.0)],
        [],
        None,
    ),
    "a command": (
        lambda e: e.run_inside("c1", ["a", "b"], 9.0),
        False,
        [
            ("POST", "/containers/c1/exec", None, {"Cmd": ["a", "b"]}),
            ("POST", "/exec/x1/start", None, {"Detach": True}),
            ("GET", "/exec/x1/json"),
            ("GET", "/exec/x1/json"),
        ],
        [
            {"Id": "x1"},
            None,
            {"Running": True, "ExitCode": None},
            {"Running": False, "ExitCode": 3},
        ],
        3,
    ),
    "a command that does not end": (
        lambda e: e.run_inside("c1", ["a"], 0.15),
        False,
        [
            ("POST", "/containers/c1/exec", None, {"Cmd": ["a"]}),
            ("POST", "/exec/x1/start", None, {"Detach": True}),
            *[("GET", "/exec/x1/json")] * 3,
        ],
        [{"Id": "x1"}, None, *[{"Running": True, "ExitCode": None}] * 5],
        None,
    ),
    "a prepared command": (
        lambda e: e.make_command("c1", {"Cmd": ["a"]}),
        False,
        [("POST", "/containers/c1/exec", None, {"Cmd": ["a"]})],
        [{"Id": "x1"}],
        "x1",
    ),
    "the state of a command": (
        lambda e: e.command("x1"),
        False,
        [("GET", "/exec/x1/json")],
        [{"Pid": 5}],
        {"Pid": 5},
    ),
    "images": (lambda e: e.images(), False, [("GET", "/images/json")], [[]], []),
    "no image": (
        lambda e: e.image("a/b:1"),
        False,
        [("GET", "/images/a/b%3A1/json")],
        [None],
        None,
    ),
    "remove an image": (
        lambda e: e.remove_image("a/b:1"),
        False,
        [("DELETE", "/images/a/b%3A1")],
        [],
        None,
    ),
    "pull": (
        lambda e: e.pull(IMAGE, None, ""),
        False,
        [("POST", "/images/create", {"fromImage": "registry.example/shop", "tag": "2"}, {}, 300.0)],
        [[{"status": "x"}, {}]],
        None,
    ),
    "pull with a login for a platform": (
        lambda e: e.pull(IMAGE, LOGIN, "linux/arm64"),
        False,
        [
            (
                "POST",
                "/images/create",
                {"fromImage": "registry.example/shop", "tag": "2", "platform": "linux/arm64"},
                authorization(LOGIN),
                300.0,
            )
        ],
        [[]],
        None,
    ),
    "what a registry has": (
        lambda e: e.remote_image(IMAGE, LOGIN),
        False,
        [
            (
                "GET",
                "/distribution/registry.example/shop%3A2/json",
                None,
                None,
                0.0,
                authorization(LOGIN),
            )
        ],
        [
            {
                "Descriptor": {"digest": "sha256:1", "mediaType": "text"},
                "Platforms": [{"os": "linux"}],
            }
        ],
        Remote("sha256:1", platforms=("linux",)),
    ),
    "a registry that refuses": (
        lambda e: e.remote_image(IMAGE, None),
        False,
        [("GET", "/distribution/registry.example/shop%3A2/json")],
        [Refused("denied", 403)],
        Remote(reason="denied"),
    ),
    "a registry on a lost engine": (
        lambda e: e.remote_image(IMAGE, None),
        False,
        [("GET", "/distribution/registry.example/shop%3A2/json")],
        [Blocked("it is gone", "start it")],
        Remote(reason="it is gone; start it"),
    ),
    "a registry on Podman": (
        lambda e: e.remote_image(IMAGE, None),
        True,
        [("GET", "/distribution/registry.example/shop%3A2/json")],
        [Refused("not found", 404)],
        Remote(reason="Podman cannot query a registry without pulling the image"),
    ),
    "mirrors": (
        lambda e: [e.mirrors(), e.mirrors()],
        False,
        [("GET", "/info")],
        [{"RegistryConfig": {"Mirrors": ["http://m/"]}}],
        [("http://m/",)] * 2,
    ),
    "no mirrors": (
        lambda e: e.mirrors(),
        False,
        [("GET", "/info")],
        [{"RegistryConfig": None}],
        (),
    ),
    "a network": (
        lambda e: e.network("front net"),
        False,
        [("GET", "/networks/front%20net")],
        [FOUND],
        FOUND,
    ),
    "a network by its ID": (
        lambda e: e.network("n1"),
        False,
        [("GET", "/networks/n1")],
        [FOUND],
        FOUND,
    ),
    "a network by a part of its ID": (
        lambda e: e.network("n"),
        False,
        [("GET", "/networks/n")],
        [FOUND],
        None,
    ),
    "no network": (lambda e: e.network("n1"), False, [("GET", "/networks/n1")], [None], None),
    "subnets": (
        lambda e: e.subnets("n1"),
        False,
        [("GET", "/networks/n1")],
        [{**FOUND, "IPAM": {"Config": [{"Subnet": "10.1.0.0/16"}, {"Subnet": ""}, {}]}}],
        ("10.1.0.0/16",),
    ),
    "subnets of a network without any": (
        lambda e: e.subnets("n1"),
        False,
        [("GET", "/networks/n1")],
        [{**FOUND, "IPAM": None}],
        (),
    ),
    "subnets of no network": (
        lambda e: e.subnets("n1"),
        False,
        [("GET", "/networks/n1")],
        [],
        None,
    ),
    "make a network": (
        lambda e: e.create_network("n", {"a": "b"}),
        False,
        [
            (
                "POST",
                "/networks/create",
                None,
                {"Name": "n", "Driver": "bridge", "Labels": {"a": "b"}, "CheckDuplicate": True},
            )
        ],
        [],
        None,
    ),
    "make a network that exists": (
        lambda e: e.create_network("n", {}),
        False,
        [
            (
                "POST",
                "/networks/create",
                None,
                {"Name": "n", "Driver": "bridge", "Labels": {}, "CheckDuplicate": True},
            )
        ],
        [Refused("exists", 409)],
        None,
    ),
    "networks with a label": (
        lambda e: e.networks_labelled("a=b"),
        False,
        [("GET", "/networks", {"filters": '{"label": ["a=b"]}'})],
        [[FOUND]],
        [FOUND],
    ),
    "remove a network": (
        lambda e: e.remove_network("front net"),
        False,
        [("DELETE", "/networks/front%20net")],
        [],
        None,
    ),
    "connect": (
        lambda e: e.connect(ATTACHMENT, "c1"),
        False,
        [
            (
                "POST",
                "/networks/front%20net/connect",
                None,
                {"Container": "c1", "EndpointConfig": endpoint(ATTACHMENT)},
            )
        ],
        [],
        None,
    ),
    "disconnect": (
        lambda e: e.disconnect("front net", "c1"),
        False,
        [("POST", "/networks/front%20net/disconnect", None, {"Container": "c1"})],
        [],
        None,
    ),
    "users of a volume": (
        lambda e: e.users("volume", "data"),
        False,
        [("GET", "/containers/json", {"all": "true", "filters": '{"volume": ["data"]}'})],
        [[{"Names": ["/web", "/other"]}, {"Names": ["/app"]}, {"Names": None}]],
        ["", "app", "web"],
    ),
    "a volume": (
        lambda e: e.volume("a b"),
        False,
        [("GET", "/volumes/a%20b")],
        [{"Name": "a b"}],
        {"Name": "a b"},
    ),
    "volumes with a label": (
        lambda e: e.volumes_labelled("a"),
        False,
        [("GET", "/volumes", {"filters": '{"label": ["a"]}'})],
        [{"Volumes": None}],
        [],
    ),
    "make a volume": (
        lambda e: e.make_volume({"Name": "v"}),
        False,
        [("POST", "/volumes/create", None, {"Name": "v"})],
        [],
        None,
    ),
    "delete a volume": (
        lambda e: e.delete_volume("a b"),
        False,
        [("DELETE", "/volumes/a%20b")],
        [],
        None,
    ),
    "remove a volume in use": (
        lambda e: e.remove_volume("v"),
        False,
        [("DELETE", "/volumes/v")],
        [Refused("in use", 409)],
        None,
    ),
    "remove a volume that is gone": (
        lambda e: e.remove_volume("v"),
        False,
        [("DELETE", "/volumes/v")],
        [Refused("none", 404)],
        None,
    ),
    "limits that the host lacks": (
        lambda e: [sorted(e.incapable()), sorted(e.incapable())],
        False,
        [("GET", "/info")],
        [{"PidsLimit": False}],
        [["pids_limit"]] * 2,
    ),
    "limits that a user of Podman lacks": (
        lambda e: sorted(e.incapable()),
        True,
        [("libpod GET", "/info", 60.0), ("GET", "/info")],
        [{"host": {"cgroupControllers": ["cpu", "cpuset", "memory"]}}, {}],
        ["pids_limit"],
    ),
    "images stored by containerd": (
        lambda e: e.has_containerd_store(),
        False,
        [("GET", "/info")],
        [{"DriverStatus": [["driver-type", "io.containerd.snapshotter.v1"]]}],
        True,
    ),
    "images stored by Docker": (
        lambda e: e.has_containerd_store(),
        False,
        [("GET", "/info")],
        [{"DriverStatus": [["Backing Filesystem", "xfs"]]}],
        False,
    ),
    "images stored by an unknown store": (
        lambda e: e.has_containerd_store(),
        False,
        [("GET", "/info")],
        [{"DriverStatus": None}],
        False,
    ),
    "the log driver": (
        lambda e: e.log_driver(),
        False,
        [("GET", "/info")],
        [{"LoggingDriver": "local"}],
        "local",
    ),
    "no log driver": (lambda e: e.log_driver(), False, [("GET", "/info")], [{}], ""),
    "the log driver of Podman": (
        lambda e: e.log_driver(),
        True,
        [("libpod GET", "/info", 60.0)],
        [{"host": {"logDriver": "journald"}}],
        "journald",
    ),
    "no log driver of Podman": (
        lambda e: e.log_driver(),
        True,
        [("libpod GET", "/info", 60.0)],
        [{"host": None}],
        "",
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_calls(name: str, engine_of: Callable[..., tuple[Engine, Scripted]]) -> None:
    do, podman, requests, answers, expected = CALLS[name]
    engine, connection = engine_of(*answers, podman=podman)
    assert do(engine) == expected
    assert connection.requests == requests


RUNNING = {"Id": "c1", "Name": "/web", "State": {"Status": "running", "Running": True, "Pid": 5}}
ENDED = {"Id": "c1", "Name": "/web", "State": {"Status": "exited", "Running": False, "Pid": 0}}
KILL, LOOK = ("POST", "/containers/c1/kill"), ("GET", "/containers/c1/json")
REFUSED = Refused("not running", 409)

#: the answers after which a container has been killed -> the requests
KILLED: dict[str, tuple[list[Any], list[tuple[Any, ...]]]] = {
    "it ends": ([None, ENDED], [KILL, LOOK]),
    "it is gone": ([None, None], [KILL, LOOK]),
    "it ends a moment later": ([None, RUNNING, RUNNING, ENDED], [KILL, LOOK, LOOK, LOOK]),
    "it had ended": ([REFUSED, ENDED, ENDED], [KILL, LOOK, LOOK]),
    "it was removed": ([REFUSED, None, None], [KILL, LOOK, LOOK]),
}


@pytest.mark.parametrize("name", KILLED)
def test_a_container_is_killed(
    name: str, engine_of: Callable[..., tuple[Engine, Scripted]]
) -> None:
    answers, requests = KILLED[name]
    engine, connection = engine_of(*answers)
    engine.kill("c1")
    assert connection.requests == requests


#: what is done -> the answers -> the error
ERRORS: dict[str, tuple[Callable[[Engine], Any], list[Any], type[Exception], str]] = {
    "no ID": (
        lambda e: e.create("web", {}),
        ["created"],
        Blocked,
        "the engine at unix:///engine did not return an ID; check its log",
    ),
    "a kill that is refused": (
        lambda e: e.kill("c1"),
        [REFUSED, RUNNING],
        Refused,
        REFUSED.message,
    ),
    "a container that outlives its kill": (
        lambda e: e.kill("c1"),
        [None, *itertools.repeat(RUNNING, 300)],
        Blocked,
        "container web is still running 20 s after it was killed; check the log of the engine",
    ),
    "a removal that does not end": (
        lambda e: e.remove("c1"),
        [Refused("removal in progress", 409), *itertools.repeat(ENDED, 300)],
        Refused,
        "the engine returned an error: removal in progress; correct the setting, or see its log",
    ),
    "a conflict": (
        lambda e: e.remove("c1"),
        [Refused("something else", 409)],
        Refused,
        "the engine returned an error: something else; correct the setting, or see its log",
    ),
    "an error of a pull": (
        lambda e: e.pull(IMAGE, None, ""),
        [[{"error": "denied"}, {"error": "second"}]],
        Refused,
        "the engine returned an error: denied; correct the setting, or see its log",
    ),
    "a pull without progress": (
        lambda e: e.pull(IMAGE, None, ""),
        [Silent("nothing"), None],
        Blocked,
        "image registry.example/shop:2 cannot be pulled: nothing has arrived from registry.example"
        " for 300 s; check the network of this host, and any mirror or proxy of its engine",
    ),
    "a pull on an engine that hangs": (
        lambda e: e.pull(IMAGE, None, ""),
        [Silent("nothing"), Silent("it stopped responding")],
        Silent,
        "it stopped responding",
    ),
    "a network that cannot be made": (
        lambda e: e.create_network("n", {}),
        [Refused("no", 500)],
        Refused,
        "the engine returned an error: no; correct the setting, or see its log",
    ),
    "a volume that cannot be removed": (
        lambda e: e.remove_volume("v"),
        [Refused("no", 500)],
        Refused,
        "the engine returned an error: no; correct the setting, or see its log",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name: str, engine_of: Callable[..., tuple[Engine, Scripted]]) -> None:
    do, answers, kind, message = ERRORS[name]
    engine, _connection = engine_of(*answers)
    with pytest.raises(kind) as raised:
        do(engine)
    assert type(raised.value) is kind
    assert str(raised.value) == message


def test_a_container_that_was_made_to_try_its_sources_is_removed(
    engine_of: Callable[..., tuple[Engine, Scripted]],
) -> None:
    engine, connection = engine_of({"Id": "c9"})
    assert engine.missing_source(["/a"]) == ""
    assert connection.requests[-1] == (
        *("DELETE", "/containers/c9", {"force": "true", "v": "false"}),
    )


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("invalid mount config: bind source path does not exist: /a b", "/a b"),
        ("bind source path does not exist: /a\n", "/a"),
        ("no command specified", ""),
    ],
)
def test_the_source_that_does_not_exist(
    said: str, source: str, engine_of: Callable[..., tuple[Engine, Scripted]]
) -> None:
    engine, _connection = engine_of(Refused(said, 400))
    assert engine.missing_source(["/a b"]) == source


def test_only_the_end_of_a_log_is_shown(
    engine_of: Callable[..., tuple[Engine, Scripted]],
) -> None:
    engine, _connection = engine_of(b"x" * 20000 + b"y")
    assert engine.log_tail("c1") == "x" * (16 * 1024 - 1) + "y"


def test_filters_are_json(engine_of: Callable[..., tuple[Engine, Scripted]]) -> None:
    engine, connection = engine_of([])
    engine.networks_labelled('a="b"')
    assert json.loads(connection.requests[0][2]["filters"]) == {"label": ['a="b"']}


def test_an_error_about_another_container_says_what_to_do_with_it() -> None:
    message = Refused("No such container: db", 404).message
    assert message.endswith("No such container: db; create it first, or correct its name")
