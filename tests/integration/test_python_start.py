# SPDX-License-Identifier: GPL-3.0-or-later
"""The first Python of a target that works runs the program, as shells of targets do it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.plugin_utils.python_start import (
    beginning,
    found,
    hung,
    run,
    search,
)

pytestmark = pytest.mark.usefixtures("hangups")

#: Seconds that nothing here takes.
LONG = 120
SHELLS = [shell for shell in ("dash", "bash", "busybox") if shutil.which(shell)]
PYTHON = "/usr/bin/python3"
GOOD = f'exec {PYTHON} "$@"'
#: a program in the place of a Python that another one takes over from
BAD = {
    "fails": "exit 1",
    "cannot be found": "exit 127",
    "was killed": "kill -9 $$",
    "prints an answer": """echo '{"x": 1}'; echo '{"y": 2}' >&2; exit 0""",
    "reads its input": "cat; exit 0",
    "is old": f"exec {PYTHON} -c 'import sys; sys.version_info = (3, 7); exec(sys.argv[3])' \"$@\"",
    "is Python 2": "echo 'Unknown option: -I' >&2; exit 2",
    "keeps no descriptors": f'{PYTHON} "$@" 3<&- 4>&- 5>&-',
    "writes to a closed pipe": "kill -PIPE $$",
    "leaves a child": "sleep 1 & exit 1",
}
#: one that runs the program
RUNS = {
    "is replaced": GOOD,
    "is waited for": f'{PYTHON} "$@"; exit $?',
    "prints text": f'echo "{{}}"; echo "{{}}" >&2; exec {PYTHON} "$@"',
    "leaves a child": f'sleep 1000 3<&- 4>&- 5>&- & exec {PYTHON} "$@"',
    "ignores signals": f"trap '' HUP INT QUIT; exec {PYTHON} \"$@\"",
}
ECHO = "print('done', sys.argv[1:], sys.stdin.read())\n"


def program(path: Path, text: str) -> str:
    """Write a program that also writes a line into a file beside it when it starts."""
    path.write_text(f'#!/bin/sh\necho >>"$0.starts"\n{text}\n')
    path.chmod(0o755)
    return str(path)


def starts(python: str) -> int:
    log = Path(f"{python}.starts")
    return len(log.read_text().splitlines()) if log.exists() else 0


def called(
    command: str, shell: str, pythons: Sequence[str] = (), given: str = "input", **environment: str
) -> subprocess.CompletedProcess[str]:
    words = ["busybox", "sh"] if shell == "busybox" else [shell]
    return subprocess.run(
        [*words, "-c", command],
        input=beginning(pythons).decode() + given,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
        timeout=LONG,
    )


def with_shell(
    command: str, shell: str, folder: Path, pythons: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Call a command with a shell that is also the `sh` that it names."""
    folder.mkdir(exist_ok=True)
    (folder / "sh").unlink(missing_ok=True)
    (folder / "sh").symlink_to(str(shutil.which(shell)))
    return called(command, shell, pythons, PATH=f"{folder}:{os.environ['PATH']}")


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_the_next_one_runs(bad: str, shell: str, tmp_path: Path) -> None:
    pythons = [program(tmp_path / "bad", bad), program(tmp_path / "good", GOOD)]
    finished = with_shell(run(pythons, 60, ECHO, "nothing"), shell, tmp_path / "shell", pythons)
    assert finished.stdout == "done [] input\n"
    assert (finished.stderr, finished.returncode) == ("", 0)
    assert [starts(python) for python in pythons] == [1, 1]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("good", RUNS.values(), ids=RUNS)
def test_the_first_one_runs_and_no_other(good: str, shell: str, tmp_path: Path) -> None:
    """It starts once: to start a Python takes longer than many a call."""
    pythons = [program(tmp_path / "good", good), program(tmp_path / "next", GOOD)]
    finished = with_shell(run(pythons, 60, ECHO, "nothing"), shell, tmp_path / "shell", pythons)
    assert (finished.stdout, finished.stderr) == ("done [] input\n", "")
    assert [starts(python) for python in pythons] == [1, 0]


#: what the program does in the end -> the exit status
ENDS = [
    ("sys.exit(0)", 0),
    ("sys.exit(1)", 1),
    ("sys.exit(96)", 96),
    ("sys.exit(97)", 97),
    ("sys.exit(127)", 127),
    ("sys.exit(130)", 130),
    ("raise ValueError", 1),
    ("os.kill(os.getpid(), signal.SIGKILL)", 137),
    ("os.kill(os.getpid(), signal.SIGTERM)", 143),
    ("os.kill(os.getpid(), signal.SIGUSR2)", 140),
]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(("end", "status"), ENDS)
def test_its_exit_status(end: str, status: int, shell: str, tmp_path: Path) -> None:
    """And no other Python is started, however it ends: it may have done its work."""
    pythons = [PYTHON, program(tmp_path / "next", GOOD)]
    command = run(pythons, 60, f"print('done', flush=True)\n{end}\n", "nothing")
    finished = with_shell(command, shell, tmp_path / "shell", pythons)
    assert (finished.stdout, finished.returncode) == ("done\n", status)
    assert starts(pythons[1]) == 0


@pytest.mark.parametrize("shell", SHELLS)
def test_a_program_whose_caller_is_gone(shell: str, tmp_path: Path) -> None:
    """The shell does not wait for the end of the input either."""
    pythons = [PYTHON, program(tmp_path / "next", GOOD)]
    words = ["busybox", "sh"] if shell == "busybox" else [shell]
    command = run(pythons, 60, "sys.exit(97)", "nothing")
    with subprocess.Popen([*words, "-c", command], stdin=subprocess.PIPE) as process:
        assert process.stdin
        process.stdin.write(beginning(pythons))
        process.stdin.flush()
        assert process.wait(60) == 97
    assert starts(pythons[1]) == 0


HANDLERS = """
for name in ("SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"):
    usual = (signal.SIG_DFL, signal.default_int_handler)
    print(name, signal.getsignal(getattr(signal, name)) in usual)
print(sorted(os.listdir("/proc/self/fd"))[:-1], sys.argv)
"""


@pytest.mark.parametrize("shell", SHELLS)
def test_the_program_finds_all_as_usual(shell: str, tmp_path: Path) -> None:
    finished = with_shell(
        run([PYTHON], 60, HANDLERS, "nothing"), shell, tmp_path / "shell", [PYTHON]
    )
    *handlers, rest = finished.stdout.splitlines()
    assert {line.split()[1] for line in handlers} == {"True"}
    assert rest == "['0', '1', '2'] ['-c']"


WAITS = """
numbers = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
print("ready", flush=True)
print("signal", int(signal.sigwait(numbers)))
sys.exit(3)
"""


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_signals_reach_it(number: signal.Signals, shell: str, tmp_path: Path) -> None:
    """As sudo passes on to the shell what it gets."""
    (tmp_path / "sh").symlink_to(str(shutil.which(shell)))
    path = f"{tmp_path}:{os.environ['PATH']}"
    with subprocess.Popen(
        ["sh", "-c", f"exec {run([PYTHON], 60, WAITS, 'nothing')}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PATH": path},
    ) as process:
        assert process.stdin
        assert process.stdout
        limit = threading.Timer(LONG, process.kill)
        limit.start()
        process.stdin.write(beginning([PYTHON]).decode())
        process.stdin.close()
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.stdout.read() == f"signal {int(number)}\n"
        process.wait()
        limit.cancel()
    assert process.returncode == 3


def processes(text: str) -> list[str]:
    """Return the processes whose command contains a text."""
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    return [line for line in listed.stdout.splitlines() if text in line]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("pythons", [[PYTHON], ["/bin/false"], ["/bin/false", PYTHON]])
def test_the_timer_ends_with_it(pythons: Sequence[str], shell: str, tmp_path: Path) -> None:
    seconds = random.randrange(10**6, 10**7)
    with_shell(run(pythons, seconds, ECHO, "nothing"), shell, tmp_path / "shell", pythons)
    assert processes(f"sleep {seconds}") == []


#: the programs that a target has beside its shell -> whether a Python that hangs is given up
TOOLS = {"none but sleep": ["sleep"], "all but timeout": ["sleep", "cat"]}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("tools", TOOLS.values(), ids=TOOLS)
def test_it_needs_no_timeout(tools: Sequence[str], shell: str, tmp_path: Path) -> None:
    hanging = program(tmp_path / "hanging", f"exec {shutil.which('sleep')} 1000")
    for tool in (*tools, shell):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    if shell != "busybox":
        (tmp_path / "sh").symlink_to(tmp_path / shell)
    else:
        (tmp_path / "sh").symlink_to(str(shutil.which("busybox")))
    pythons = [hanging, PYTHON]
    command = run(pythons, 1, ECHO, "nothing")
    finished = called(command, shell, pythons, PATH=str(tmp_path))
    assert hung(finished.stdout) == [hanging]
    assert finished.stdout.endswith("done [] input\n")


def test_without_sleep_nothing_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "sh").symlink_to("/bin/sh")
    pythons = ["no-such-python", PYTHON]
    command = run(pythons, 1, ECHO, "nothing")
    finished = called(command, "/bin/sh", pythons, PATH=str(tmp_path))
    assert finished.stdout == "done [] input\n"


@pytest.mark.parametrize("shell", SHELLS)
def test_none_runs(shell: str, tmp_path: Path) -> None:
    """All of the input is read, also much of it."""
    pythons = ["no-such-python", "/bin/false"]
    command = run(pythons, 60, ECHO, "it's nothing")
    finished = called(command, shell, pythons, "x" * 1_000_000)
    assert finished.stdout == "it's nothing"


@pytest.mark.parametrize("shell", SHELLS)
def test_search(shell: str, tmp_path: Path) -> None:
    pythons = ["no-such-python", "/bin/false", program(tmp_path / "my python", GOOD), PYTHON]
    finished = with_shell(search(pythons, 60), shell, tmp_path / "shell")
    assert found(finished.stdout) == pythons[2]
    finished = with_shell(search(["python3"], 60), shell, tmp_path / "shell")
    assert found(finished.stdout) == shutil.which("python3")
    assert found(with_shell(search(pythons[:2], 60), shell, tmp_path / "shell").stdout) == ""
