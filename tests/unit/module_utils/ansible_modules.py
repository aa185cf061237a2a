# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of Ansible, packed as the controller packs them for a target."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ansible.release import __version__

from ansible_collections.vigo.bridge.plugins.plugin_utils.module_archives import ModuleArchive

#: What Ansible tells every module beside its options.
TOLD = {
    "_ansible_version": __version__,
    "_ansible_syslog_facility": "LOG_USER",
    "_ansible_remote_tmp": "~/.ansible/tmp",
    "_ansible_selinux_special_fs": ["fuse", "nfs", "vboxsf", "ramfs", "9p", "vfat"],
    "_ansible_shell_executable": "/bin/sh",
    "_ansible_verbosity": 0,
}
#: Finds plugins as Ansible's own programs do, which changes how Python imports.
_BUILD = """
import json, sys
from ansible.plugins.loader import init_plugin_loader
init_plugin_loader([])
from ansible_collections.vigo.bridge.plugins.plugin_utils.module_archives import archive_of
archive = archive_of(sys.argv[2:])
open(sys.argv[1], "wb").write(archive.content)
print(json.dumps(dict(archive.names)))
"""


def packed(names: Sequence[str], folder: Path) -> ModuleArchive:
    """Return an archive of modules with all that they import. folder: for files of its own."""
    file = folder / "archive"
    program = folder / "build.py"
    program.write_text(_BUILD)
    built = subprocess.run(
        [sys.executable, program, file, *names], capture_output=True, text=True, check=True
    )
    return ModuleArchive(json.loads(built.stdout), file.read_bytes())
