# SPDX-License-Identifier: GPL-3.0-or-later
"""A watcher notifies a command once per change, and serves what it knows; secrets stay hidden."""

from __future__ import annotations

import json
import re
import socket
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.watched_fleet import WatchedFleet

pytestmark = pytest.mark.integration

_CANARY = "dead-canary-7391"
_SITE = """\
name: site
vars: {me: unknown}
resources:
  - name: page
    type: file
    target_path: HERE/{{ .Vars.me }}/page
    content: "password=secret:canary/value\\n"
  - name: works
    type: exec
    command: "! test -e HERE/$ME/broken"
    onlyif: test -e HERE/$ME/broken
    environment: CANARY=secret:canary/value
"""


class Told:
    """What a watcher told others."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        data = 'echo "$VIGO_BRIDGE_NOTIFICATION"'
        self.command = f"sleep 0.5; cat >>{folder}/texts; {data} >>{folder}/data"
        self.url = ""

    def titles(self) -> list[str]:
        path = self._folder / "data"
        lines = path.read_text().splitlines() if path.exists() else []
        return [json.loads(line)["title"] for line in lines]

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            text: str = answer.read().decode()
            return text

    def everything(self) -> str:
        """Return all that anybody could read: messages, pages, and the watcher's own files."""
        paths = ["", "status.json", "metrics", "healthz"]
        found = re.findall(r'href="/(rollouts/\d+)"', self.get(""))
        texts = [self.get(path) for path in [*paths, *found]]
        files = [path for path in self._folder.rglob("*") if path.is_file()]
        kept = [path for path in files if path.name != "page"]
        return "\n".join([*texts, *(path.read_text(errors="replace") for path in kept)])


def test_a_fleet_that_is_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGO_SECRET_CANARY_VALUE", _CANARY)
    told = Told(tmp_path)
    monkeypatch.setenv("VIGO_BRIDGE_NOTIFY", told.command)
    fleet = WatchedFleet(tmp_path, 2, _SITE)
    watching = fleet.watch("--repair", "--listen", "127.0.0.1:0")
    watching.turn(ask=False)
    found = re.search(r"listening on (http://127.0.0.1:\d+/)", watching.told())
    assert found is not None
    told.url = found[1]
    assert told.get("healthz") == "ok\n"

    fleet.page("h2").write_text("edited\n")
    (tmp_path / "h1" / "broken").touch()
    watching.turn()
    (tmp_path / "h1" / "broken").unlink()
    watching.turn()
    document = json.loads(told.get("status.json"))
    assert document["fleet"]["turn"] == 3
    assert document["fleet"]["conditions"]["converged"] == 2
    assert 'vigo_bridge_watch_turns_total{result="repaired"}' in told.get("metrics")
    assert "Rollout 1" in told.get("")
    assert _CANARY not in told.everything()
    assert watching.stop() == 0
    assert _CANARY not in watching.told()
    # Everything was delivered before the end.
    first, second, *others = told.titles()
    assert first == "stack: 2 hosts repaired"
    assert second == "stack: 1 host failed, 1 host repaired"
    assert others == ["stack: 1 host back to normal"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--listen", "0.0.0.0:0"], "add --token-file FILE"),
        (["--listen", "127.0.0.1:PORT"], "in use"),
        (["--notify", f"nosuch://{_CANARY}"], "apprise does not accept the URL of target 1"),
    ],
    ids=range(3),
)
def test_what_is_refused_at_the_start(tmp_path: Path, arguments: list[str], message: str) -> None:
    fleet = WatchedFleet(tmp_path, 1)
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        words = [word.replace("PORT", port) for word in arguments]
        finished = fleet(*fleet.watch_command(*words)[3:])
    assert finished.status == 1
    assert message in finished.err
    assert "Traceback" not in finished.err
    assert not fleet.page("h1").exists()
