# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command with which a target finds a Python that runs, and has it run a program.

A shell on the target starts one Python after the other. The first one that takes over runs the
program, so the program starts only once. A Python that fails before that, is too old, or does not
take over in time is given up. It has touched nothing: until it takes over, the input and output of
the command have other descriptor numbers.

A Python takes over by reading the first lines of the input, one for each Python (`beginning`).
After a Python has ended, the shell reads the next of these lines. If it is gone, no other Python
may start, since the program may have done its work. A signal could not report this, because some
shells lose signals. A program whose caller is gone has an exit status of its own (`LEFT`): then the
shell does not read, because the input may never end.

The shell limits the time with a timer of its own, since not every target has the program
``timeout``. If the target has no ``sleep`` either, there is no limit.
"""

from __future__ import annotations

import shlex
from typing import Sequence

from ..module_utils.delivery.live_call import LEFT

#: These words are printed before the path of each Python that hung, and of the one that was found.
_HUNG = "vigo-bridge-python-hangs"
_FOUND = "vigo-bridge-python"
_LINE = "-"
#: The exit status of a Python that `search` has started.
_RUNS = 96
#: n: the number of lines that are left. c: the process of a Python. w: the process of the timer.
#: late: set if the Python was given up.
#:
#: A new process first has the traps of its shell, which might catch a signal for it. So they are
#: set afterwards. A signal to the shell ends `wait`, which may return the exit status only when it
#: is called again. The processes that a Python has started are killed with it, because they would
#: keep the connection open.
_SCRIPT = """\
exec 3<&0 4>&1 5>&2 </dev/null >/dev/null 2>&1
end() {{
kill -STOP $1
for q in $(cat /proc/$1/task/*/children); do end $q; done
kill -KILL $1
}}
n={lines}
for p in {pythons}; do
command -v "$p" || continue
late=
trap - HUP INT QUIT TERM USR2
(
exec 3<&- 4>&- 5>&-
sleep {limit} && while kill -USR2 $$; do sleep 1; done
) & w=$!
"$p" -I -c {program} $n $$ $w & c=$!
trap 'late=1; end $c' USR2
for s in HUP INT QUIT TERM; do trap "kill -$s \\$c" $s; done
while kill -0 $c; do wait $c; r=$?; done
[ $r -gt 128 ] && {{ wait $c; s=$?; [ $s = 127 ] || r=$s; }}
{ended}
end $w
[ "$late" ] && printf '\\n%s %s\\n' {hung} "$(command -v "$p")" >&4
done
{nothing}
"""
#: Another shell reads the line: after a signal, busybox 1.38 never ends its own `read`.
_TAKEN = """\
[ $r = {left} ] && exit $r
sh -c 'read -r line && [ "$line" = {line} ]' <&3 || exit $r
n=$((n-1))"""
_NAMED = """\
[ $r = {runs} ] && {{ printf '\\n%s %s\\n' {found} "$(command -v "$p")" >&4; exit; }}"""
#: It fails if a wrapper in place of Python does not pass on the descriptors, or runs Python where
#: it cannot see the shell, as in a container. The shell starts it with SIGINT and SIGQUIT ignored,
#: which it undoes.
_BEGIN = """\
import sys
if sys.version_info < (3, 8):
    sys.exit(1)
import os
import signal
def read(path):
    with open("/proc/%s" % path) as stream:
        return stream.read()
def parent(process):
    return int(read("%d/stat" % process).rpartition(")")[2].split()[1])
def end(process):
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        pass
lines, shell, timer = map(int, sys.argv[1:])
del sys.argv[1:]
for number in (0, 1, 2):
    os.dup2(number + 3, number)
    os.close(number + 3)
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)
if not os.path.exists("/proc/self/stat"):
    end(timer)
else:
    process = os.getppid()
    while process != shell:
        process = parent(process)
    try:
        if parent(timer) == shell:
            sleeps = read("%d/task/%d/children" % (timer, timer)).split()
            end(timer)
            for process in sleeps:
                end(int(process))
    except OSError:
        pass
"""
_TAKE_OVER = """\
for _ in range(lines):
    if sys.stdin.buffer.readline() != b"{line}\\n":
        sys.exit(1)
"""


def beginning(pythons: Sequence[str]) -> bytes:
    """Return the beginning of the input of `run`'s command."""
    return f"{_LINE}\n".encode() * len(pythons)


def run(pythons: Sequence[str], limit: int, program: str, nothing: str) -> str:
    """Return the command that runs a program with the first Python that starts.

    limit: how many seconds each Python has to take over. nothing: printed if none takes over; all
    input is read then, because the connection might break otherwise.
    """
    return _command(
        pythons,
        limit,
        program=_BEGIN + _TAKE_OVER.format(line=_LINE) + program,
        ended=_TAKEN.format(line=_LINE, left=LEFT),
        nothing=f"cat <&3; printf %s {shlex.quote(nothing)} >&4",
    )


def search(pythons: Sequence[str], limit: int) -> str:
    """Return the command that names the first Python that runs; see `found`."""
    return _command(
        pythons,
        limit,
        program=f"{_BEGIN}sys.exit({_RUNS})",
        ended=_NAMED.format(runs=_RUNS, found=_FOUND),
        nothing="true",
    )


def found(output: str) -> str:
    """Return the Python that `search` has found, or an empty text."""
    return next(iter(_marked(output, _FOUND)), "")


def hung(output: str) -> list[str]:
    """Return the Pythons that did not answer in time, in their order."""
    return _marked(output, _HUNG)[::-1]


def _command(pythons: Sequence[str], limit: int, *, program: str, ended: str, nothing: str) -> str:
    script = _SCRIPT.format(
        pythons=" ".join(map(shlex.quote, pythons)),
        lines=len(pythons),
        program=shlex.quote(program),
        limit=limit,
        ended=ended,
        hung=_HUNG,
        nothing=nothing,
    )
    return f"sh -c {shlex.quote(script)}"


def _marked(output: str, mark: str) -> list[str]:
    """Return the texts after a mark, the last line first."""
    lines = (line.strip().partition(" ") for line in reversed(output.split("\n")))
    return [rest for word, _blank, rest in lines if word == mark and rest]
