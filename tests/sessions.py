# SPDX-License-Identifier: GPL-3.0-or-later
"""`make sessions`: the page with recorded terminals, from real calls on three hosts.

The stack of the tutorial runs on hosts of the testbed. On one of them the cache hangs, so that its
health check fails; on another one the web server was killed. What the commands of every day print
there is written to the page, and the status also to the page "Every day".
"""

from __future__ import annotations

import os
import pty
import re
import select
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from tests.screenshots import final_lines
from tests.testbed import Fleet, use_testbed

DOCS = Path(__file__).parents[1] / "docs"
PAGE, EVERY_DAY = DOCS / "every-day-session.md", DOCS / "every-day.md"
HOSTS = [f"web{number}.example.com" for number in (1, 2, 3)]
OPTIONS = "--stacks hello -i hosts.ini"
_HEALTHCHECK = """\
    healthcheck: {test: redis-cli ping, interval: 1s, timeout: 1s, retries: 2}
    stop_timeout: 2s
"""
#: Seconds that a command may take.
_PATIENCE = 60
_FOLLOWED = 5
_TICK = 0.2
_INTRODUCTION = f"""\
# A day on three hosts

These terminals were recorded on {", ".join(HOSTS[:-1])} and {HOSTS[-1]}, with
the stack of the [tutorial](tutorial.md), whose cache has a health check. On {HOSTS[1]}, the cache
hangs. On {HOSTS[2]}, the web server was killed. `make sessions` records this page again.
[Every day](every-day.md) explains the commands.
"""


@dataclass(frozen=True)
class Step:
    """A command and what is said of it. typed: what to wait for, and what is typed then. seconds:
    after so many, Ctrl-C is typed.
    """

    title: str
    text: str
    command: str
    typed: Sequence[tuple[str, str]] = ()
    seconds: float = 0


STEPS = (
    Step("See how it is", "Problems come first. The exit status is 2.", f"status {OPTIONS}"),
    Step(
        "Read logs",
        "Lines of all hosts, in order of time.",
        f"logs hello/cache --tail 1 {OPTIONS}",
    ),
    Step(
        "Follow logs",
        "Ctrl-C ends it.",
        f"logs -f hello/cache --tail 1 {OPTIONS}",
        seconds=_FOLLOWED,
    ),
    Step(
        "Run a command",
        "The cache that hangs does not answer.",
        f"exec hello/cache --timeout 5 {OPTIONS} -- redis-cli ping",
    ),
    Step(
        "Restart",
        "Host by host, with the health check of the container.",
        f"restart hello/cache --batch-size 1 {OPTIONS}",
    ),
    Step(
        "Stop and start",
        "What was stopped stays so until the next run.",
        f"stop hello/web --limit {HOSTS[0]} {OPTIONS}",
    ),
    Step("", "", f"status {OPTIONS}"),
    Step("", "", f"start 'hello/*' {OPTIONS}"),
    Step(
        "Open a terminal",
        "In one container on one host.",
        f"exec -it hello/cache --limit {HOSTS[0]} {OPTIONS} -- sh",
        typed=(("# ", "redis-cli ping\n"), ("PONG", "exit\n")),
    ),
    Step("Pull images", "Ahead of a run; nothing is changed.", f"pull {OPTIONS}"),
    Step("Take the newest images", "Nothing is newer here.", f"run --pull always {OPTIONS}"),
    Step(
        "Take it down",
        "It asks first.",
        f"down --volumes {OPTIONS}",
        typed=(("[y/N]", "y\n"),),
    ),
)


def main() -> None:
    """Record the sessions, and write the pages."""
    with use_testbed() as testbed, tempfile.TemporaryDirectory() as scratch:
        fleet = testbed.fleet(HOSTS)
        try:
            page = recorded(fleet, Path(scratch))
        finally:
            fleet.close()
    PAGE.write_text(page, encoding="utf-8")
    EVERY_DAY.write_text(with_status(EVERY_DAY.read_text(encoding="utf-8"), page))


def recorded(fleet: Fleet, place: Path) -> str:
    """Run all commands on a fleet, and return the page. place: an empty folder to run in."""
    (place / "hosts.ini").write_text(fleet.inventory(), encoding="utf-8")
    shown('init hello --match "*.example.com"', place)
    crate = place / "hello/configcrates/hello.vgo"
    image, end = "image: ", 'cache_tag }}"\n'
    before, after = crate.read_text(encoding="utf-8").split(end)
    assert image in before
    crate.write_text(f"{before}{end}{_HEALTHCHECK}{after}", encoding="utf-8")
    shown(f"run {OPTIONS}", place)
    fleet[HOSTS[1]].docker("kill", "--signal", "STOP", "hello-cache")
    fleet[HOSTS[2]].docker("kill", "hello-web")
    _await_sickness(fleet)
    parts = [_INTRODUCTION]
    for step in STEPS:
        parts += [f"\n## {step.title}\n\n{step.text}\n"] if step.title else []
        output = shown(step.command, place, step.typed, step.seconds)
        parts.append(f"\n```text\n$ vigo-bridge {step.command}\n{output}```\n")
    return "".join(parts)


def _await_sickness(fleet: Fleet) -> None:
    deadline = time.monotonic() + _PATIENCE
    form = "{{.State.Health.Status}}"
    while "unhealthy" not in fleet[HOSTS[1]].docker("inspect", "--format", form, "hello-cache"):
        assert time.monotonic() < deadline, "the cache that hangs is not called unhealthy"
        time.sleep(0.2)


def shown(
    command: str, place: Path, typed: Sequence[tuple[str, str]] = (), seconds: float = 0
) -> str:
    """Run a command in a terminal, and return what it shows at the end, without colours."""
    output = "".join(_printed(command, place, list(typed), seconds))
    text = Text.from_ansi("\n".join(final_lines(output.replace("^C", "")))).plain
    return "".join(f"{line.rstrip()}\n" for line in text.strip("\n").splitlines())


def _printed(
    command: str, place: Path, typed: list[tuple[str, str]], seconds: float
) -> Iterator[str]:
    reader, writer = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "200", "LINES": "50"}
    environment["XDG_STATE_HOME"] = str(place / "state")
    for variable in ("NO_COLOR", "CI"):
        environment.pop(variable, None)
    program = [sys.executable, "-m", "vigo_bridge", *shlex.split(command)]
    with subprocess.Popen(
        program,
        cwd=place,
        env=environment,
        stdin=writer,
        stdout=writer,
        stderr=writer,
        preexec_fn=_take_terminal,
        start_new_session=True,
    ) as process:
        os.close(writer)
        try:
            yield from _dialogue(reader, typed, seconds)
        finally:
            process.kill()
            os.close(reader)


def _dialogue(reader: int, typed: list[tuple[str, str]], seconds: float) -> Iterator[str]:
    """Yield what a terminal shows, and type what is asked for."""
    began = time.monotonic()
    unseen = ""
    while True:
        passed = time.monotonic() - began
        assert passed < _PATIENCE, f"it does not end: {unseen}"
        if seconds and passed > seconds:
            seconds = 0
            os.write(reader, b"\x03")
        if not select.select([reader], [], [], _TICK)[0]:
            continue
        try:
            chunk = os.read(reader, 65536)
        except OSError:  # Linux reports the end of a terminal as an error.
            return
        text = chunk.decode("utf-8", "replace")
        unseen += text
        yield text
        if typed and typed[0][0] in unseen:
            os.write(reader, typed.pop(0)[1].encode())
            unseen = ""


def _take_terminal() -> None:
    """Make standard input the terminal of this session, so that Ctrl-C ends it."""
    os.close(os.open(os.ttyname(0), os.O_RDWR))


def with_status(page: str, session: str) -> str:
    """Return the page "Every day" with the first status of a session."""
    status = next(text for text in blocks(session) if text.startswith("$ vigo-bridge status"))
    output = status.partition("\n")[2]
    return re.sub(
        r"(has a sick container:\n\n```\n).*?(```\n)",
        lambda found: f"{found[1]}{output}{found[2]}",
        page,
        flags=re.S,
    )


def blocks(page: str) -> list[str]:
    """Return the terminals of a page."""
    return re.findall(r"^```text\n(.*?)^```$", page, re.M | re.S)


if __name__ == "__main__":
    main()
