# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module that stays on its target, so that later calls need not send it again.

Ansible sends a module and all that it imports as one archive, which Python unpacks and compiles at
each call. Where the action plugin asks for it, the module keeps that archive's files under a name
that stands for their content, and Python its bytecode beside them. The action plugin then runs
``start`` there, with the arguments on standard input. They serve until the machine starts anew:
to make sure that a power cut leaves them whole would take longer than to send them again.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import zipfile
from typing import Any

from . import state_folder
from .unpacking import is_private, remove_older, unpack

#: How an action plugin asks for it: the name to keep the module under, and the Python that the user
#: has named to run it, which may be a program of theirs that sets something first.
OPTION: dict[str, dict[str, Any]] = {"_keep": {"type": "str"}, "_keep_python": {"type": "str"}}
#: The key of the answer of what has nothing to run. Nothing has been done then.
MISSING = "module_missing"

#: Differs each time the machine has started; Linux has it.
_BOOT_ID = "/proc/sys/kernel/random/boot_id"

_START = """\
boot=
{{ read -r boot <{boot_file}; }} 2>/dev/null
test "$boot" = {boot} && command -v {python} >/dev/null && exec {python} {run}
echo '{{"{missing}": true}}'
"""
#: What Python does at its start and its end takes as long as many a module's whole work. So there
#: is no search for garbage among what is only just being loaded, and no taking down of all of it.
_RUN = """\
import atexit
import gc
import os
import sys
import threading

try:
    os.getcwd()
except OSError:
    os.chdir("/")
sys.dont_write_bytecode = False  # else every call would compile it anew
gc.disable()
try:
    from ansible.module_utils import basic
    from ansible_collections.vigo.bridge.plugins.modules.{module} import main
except Exception:
    import shutil

    shutil.rmtree({place!r}, ignore_errors=True)
    print('{{"{missing}": true}}')
    sys.exit()
basic._ANSIBLE_ARGS = sys.stdin.buffer.read()
basic._ANSIBLE_PROFILE = "legacy"
gc.freeze()
gc.enable()
try:
    main()
except SystemExit as end:
    if threading.active_count() > 1 or not isinstance(end.code, int):
        raise
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(end.code)
"""


def folder() -> str:
    """Where this user's modules are kept."""
    return os.path.join(state_folder.default_folder(), "modules")


def keep(name: str, python: str) -> None:
    """Keeps the module that runs. Where that fails, calls go on being sent in full.

    name: ``MODULE-CONTENT``. python: what is to run it; the Python that runs now if it is empty.
    """
    archive = getattr(sys.modules["__main__"], "_modlib_path", None)
    if not archive or not os.path.isfile(archive):
        return
    module = name.partition("-")[0]
    place = os.path.join(folder(), name)
    boot = _boot()
    programs = _programs(module, place, boot, python)
    try:
        if _starts_with(place, programs["start"]):
            return  # Another call was faster, and others may run it already.
        _make_way(place)
        with open(archive, "rb") as stream:
            content = stream.read()
        # What was written since the machine has started is whole, synced or not.
        unpack(content, folder(), name, programs, sync=not boot)
        remove_older(folder(), name, prefix=f"{module}-")
    except (OSError, zipfile.BadZipFile):
        shutil.rmtree(place, ignore_errors=True)


def _programs(module: str, place: str, boot: str, python: str) -> dict[str, str]:
    run = os.path.join(place, "run.py")
    return {
        "start": _START.format(
            boot_file=_BOOT_ID,
            boot=shlex.quote(boot),
            python=shlex.quote(python or sys.executable),
            run=shlex.quote(run),
            missing=MISSING,
        ),
        "run.py": _RUN.format(module=module, place=place, missing=MISSING),
        # Ansible's own would have Python look into the archive, which is gone by then.
        "sitecustomize.py": "",
    }


def _boot() -> str:
    """Which start of the machine this is; empty where it does not tell."""
    try:
        with open(_BOOT_ID, encoding="ascii") as stream:
            return stream.read().strip()
    except OSError:
        return ""


def _starts_with(place: str, start: str) -> bool:
    try:
        with open(os.path.join(place, "start"), encoding="utf-8") as stream:
            mine = os.fstat(stream.fileno()).st_uid == os.stat(place).st_uid == os.geteuid()
            return mine and stream.read() == start
    except (OSError, UnicodeDecodeError):
        return False


def _make_way(place: str) -> None:
    """What is there was of no use: its Python is gone, or the machine has started anew."""
    if is_private(os.path.dirname(place)):
        shutil.rmtree(place, ignore_errors=True)
