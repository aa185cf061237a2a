#!/usr/bin/python
# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module vigo.bridge.file."""

from __future__ import annotations

DOCUMENTATION = r"""
module: file
short_description: Manage the content, owner and mode of a file
version_added: 0.1.0
description:
  - Writes a file, sets its owner and mode, or removes it.
  - Content is compared by SHA-256. New content is written to a temporary file in the same folder,
    checked, and renamed, so that a reader sees either the old file or the new one.
  - A run that is killed may leave such a temporary file, C(.NAME.vigo-*). The next run removes it.
  - Missing parent folders are created with mode V(0755). They are not removed later.
  - A symbolic link at O(target_path) is not followed. With O(content), O(content_base64), O(src) or
    O(source), the file replaces the link, and the target of the link is not changed. Without these
    options, a link is an error, because its content would be lost; set O(target_path) to the path
    that it points to. O(state=absent) removes the link.
  - A directory at the path is an error.
  - A file that exists keeps its mode, owner, group, extended attributes, access control list and
    SELinux context unless an option sets them, also when its content changes.
  - Obstacles such as a mount point, a read-only file system, an immutable file or missing
    permissions are reported before anything is changed, also in check mode.
  - Files on C(/proc), C(/sys) and other file systems of the kernel cannot be replaced. Write to
    them with M(vigo.bridge.exec).
author:
  - The vigo-bridge developers (@vigo-bridge)
options:
  target_path:
    description:
      - The absolute path of the file. It may begin with C(~/) or C(~USER/).
      - A path that ends with C(/) names a directory, and is an error.
    type: str
    required: true
  content:
    description:
      - The content, byte for byte. An empty string creates an empty file.
      - A list or a mapping is an error. For JSON, use the filter C(to_json).
      - O(content), O(content_base64), O(src) and O(source) are mutually exclusive. Without them,
        an existing file keeps its content, and a missing one is created empty.
    type: str
  content_base64:
    description:
      - The content as base64, for content that is not text. References to secrets in it are not
        replaced.
    type: str
  src:
    description:
      - The path of a file on the controller with the content, at most 64 MiB. A relative path is
        searched for in the folder C(files) of the role or the playbook, as with
        M(ansible.builtin.copy).
      - A file that is encrypted with Ansible Vault is decrypted. Its content is not shown in
        differences, and it has no RV(checksum).
      - Only for tasks. In a stack, O(source) names the stack's own files.
    type: str
  source:
    description:
      - The absolute path of a file on the target whose content is copied. It can be binary and
        larger than memory. The path can begin with C(~/) or C(~USER/).
    type: str
  stream_edit:
    description:
      - A shell script, or a list of scripts. The first one reads the content from its standard
        input. The output of each script is the input of the next one, and that of the last one is
        the new content.
      - The content is that of O(content), O(content_base64), O(src) or O(source), or otherwise the
        current content of the file.
      - A script must not change anything, because it also runs in check mode. Run on its own
        result, it must return the same result; otherwise the file changes each time. Its time limit
        is 60 seconds. If it ends with an exit code other than 0, the file is not changed and the
        task fails.
    type: raw
  state:
    description: Whether the file should exist.
    type: str
    default: present
    choices: [present, absent]
  mode:
    description:
      - The permissions as an octal number, V(0644), or in the symbolic form of C(chmod),
        V(u=rw,g=r) or V(u+x), which changes the current mode of the file.
      - V(preserve), only with O(src), for the mode of that file.
      - Quote it. An unquoted number must begin with a zero, otherwise YAML reads it as a decimal
        number.
      - Default is to leave an existing file's mode as it is. A new file gets V(0600) if O(content)
        refers to a secret, and V(0644) otherwise. An existing file whose O(content) refers to a
        secret loses the permissions of its group and of others.
    type: raw
  owner:
    description: The user that owns the file, by name or number. Default is to leave it as it is.
    type: str
  group:
    description: The group that owns the file, by name or number. Default is to leave it as it is.
    type: str
  secontext:
    description:
      - The SELinux context, such as V(system_u:object_r:etc_t:s0). Default is to keep it, or to use
        the policy's default for new content.
      - An error if the file system has no such contexts.
    type: str
  baseindent:
    description:
      - The number of spaces, from 0 to 1000, to add before each line of O(content) that is not
        blank.
    type: int
    default: 0
  backup:
    description:
      - V(true) keeps a copy of the old file as C(TARGET_PATH.EPOCH.bak), with the time in seconds
        for C(EPOCH).
      - Any other string is the suffix of the copy, and C({epoch}) in it is replaced by the time. A
        later copy of the same name replaces the earlier one.
      - A copy is created only if the content changes.
    type: raw
  validate:
    description:
      - A shell command that checks the new content before the file is replaced. C(%s), or C(%)
        alone, is replaced with the path of the temporary file, already quoted. One of them is
        required.
      - Where C(%s) is used, C(%%) means C(%), and any other C(%) is literal.
      - It does not run in check mode.
      - If it ends with an exit code other than 0, or takes longer than 30 seconds, the old file
        is kept and the task fails.
    type: str
attributes:
  async:
    support: none
  check_mode:
    support: full
  diff_mode:
    support: full
    details: The content is not shown if it contains secrets, is not text, or exceeds 100 KiB.
extends_documentation_fragment:
  - vigo.bridge.attributes
  - vigo.bridge.action
seealso:
  - module: vigo.bridge.container
  - module: vigo.bridge.exec
  - module: vigo.bridge.converge
  - module: ansible.builtin.copy
  - module: ansible.builtin.template
"""

EXAMPLES = r"""
- name: Write a message of the day
  vigo.bridge.file:
    target_path: /etc/motd
    content: |
      This machine is managed. Changes by hand are lost.

- name: Configure the SSH daemon, if it accepts the configuration
  vigo.bridge.file:
    target_path: /etc/ssh/sshd_config.d/10-hardening.conf
    content: |
      PermitRootLogin no
      PasswordAuthentication no
    mode: "0600"
    validate: /usr/sbin/sshd -t -f %s
    backup: true

- name: Give the application its password
  vigo.bridge.file:
    target_path: /srv/app/database.ini
    content: |
      [database]
      password = secret:app/database_password
    owner: "1000"
    group: "1000"

- name: Copy a file on the target
  vigo.bridge.file:
    target_path: /etc/app/defaults.conf
    source: /usr/share/app/defaults.conf
    mode: "0640"
    group: adm

- name: Install a program from the role's folder files
  vigo.bridge.file:
    target_path: /usr/local/bin/report
    src: report
    mode: u=rwx,go=rx

- name: Change one line of a file that another tool wrote
  vigo.bridge.file:
    target_path: /etc/app/app.ini
    stream_edit: sed 's/^workers = .*/workers = 4/'

- name: Set owner and mode, and keep the content
  vigo.bridge.file:
    target_path: /var/log/app.log
    owner: app
    group: adm
    mode: "0640"

- name: Remove a file
  vigo.bridge.file:
    target_path: /etc/cron.d/old-job
    state: absent
"""

RETURN = r"""
action:
  description:
    - What was done, or would be done in check mode.
    - V(blocked) is a failure of the host, such as a full disk.
  returned: always
  type: str
  sample: updated
  choices: [none, created, updated, deleted, failed, blocked]
reason:
  description: The reason. Empty for V(none).
  returned: always
  type: str
  sample: content changed; mode 0600 -> 0644
diff:
  description: The content before and after, or the attributes if the content does not change.
  returned: when something changes
  type: dict
  sample:
    before_header: /etc/motd
    before: "Welcome\n"
    after_header: /etc/motd
    after: "This machine is managed.\n"
dest:
  description: The path of the file.
  returned: unless the options are invalid
  type: str
  sample: /etc/motd
state:
  description: The type of the file, predicted in check mode.
  returned: unless the options are invalid
  type: str
  sample: file
  choices: [file, absent, link, directory, special]
mode:
  description: The permissions of the file.
  returned: when there is something at the path
  type: str
  sample: "0644"
owner:
  description: The user that owns the file.
  returned: when there is something at the path
  type: str
  sample: root
group:
  description: The group that owns the file.
  returned: when there is something at the path
  type: str
  sample: root
uid:
  description: The number of RV(owner).
  returned: when there is something at the path
  type: int
  sample: 0
gid:
  description: The number of RV(group).
  returned: when there is something at the path
  type: int
  sample: 0
size:
  description: The length of the content in bytes.
  returned: when there is a file, except for predicted content that is secret
  type: int
  sample: 42
checksum:
  description: The SHA-1 of the content, as M(ansible.builtin.copy) returns it.
  returned: when there is a file that can be read, and its content is not secret
  type: str
  sample: 6e642bb8dd5c2e027bf21dd923337cbb4214f827
backup_file:
  description: The path of the copy that O(backup) kept.
  returned: if a copy was created
  type: str
  sample: /etc/motd.1793613600.bak
rc:
  description: The exit code of O(validate), or of a script of O(stream_edit).
  returned: if one of them rejected the content
  type: int
  sample: 255
log:
  description: The output of O(validate) or of a script of O(stream_edit), or empty.
  returned: on failure
  type: str
  sample: "/etc/ssh/.10-hardening.conf: line 1: Bad configuration option"
duration_s:
  description: The duration in seconds.
  returned: always
  type: float
  sample: 0.004
"""

from ..module_utils.types.file.behaviour import File
from ..module_utils.types.task import run_module


def main() -> None:
    run_module(File(), mutually_exclusive=[("content", "content_base64", "src", "source")])


if __name__ == "__main__":
    main()
