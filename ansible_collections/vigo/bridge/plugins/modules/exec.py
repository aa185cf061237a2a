#!/usr/bin/python
# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module vigo.bridge.exec."""

from __future__ import annotations

DOCUMENTATION = r"""
module: exec
short_description: Run a command depending on guards
version_added: 0.1.0
description:
  - Runs a command, with C(sh) if it is a string, unless a guard prevents it.
  - The guards are O(creates), O(removes), O(onlyif) and O(unless). All guards that are set must
    permit it. The result names the guard that decided.
  - A command without a guard runs each time, and the task is changed each time.
author:
  - The vigo-bridge developers (@vigo-bridge)
options:
  command:
    description:
      - The command, as typed in a shell.
      - Or a list of a program and its arguments. No shell is used, no quotes are needed, and
        pipes, redirections, patterns and variables have no meaning.
      - A secret in a list is an argument of the program, so it is visible in the list of processes
        while the program runs. Prefer O(stdin), O(environment) or O(secret_file).
    type: raw
    required: true
  onlyif:
    description:
      - A shell command. O(command) runs only if this one exits with 0.
      - It must not change anything, because it also runs in check mode. It runs with the O(user),
        O(cwd) and O(environment) of O(command). Its time limit is 30 seconds.
    type: str
  unless:
    description:
      - A shell command. O(command) runs only when it ends with an exit code other than 0.
      - The same rules apply as for O(onlyif).
    type: str
  creates:
    description:
      - A path, which may be relative to O(cwd), begin with C(~/) for the home folder of O(user),
        and contain the patterns C(*), C(?) and C([...]). O(command) runs only if the path does not
        exist.
    type: str
  removes:
    description:
      - A path, which may be relative to O(cwd), begin with C(~/) for the home folder of O(user),
        and contain the patterns C(*), C(?) and C([...]). O(command) runs only if the path exists.
    type: str
  stdin:
    description: A string that O(command) reads from its standard input. It is empty by default.
    type: str
  secret_file:
    description:
      - The content of a temporary file that only the command's user can read, usually a secret.
        C({{secret_file}}) in O(command) is its path. The file is removed when the command has
        ended.
      - In a playbook, mark O(command) with C(!unsafe), otherwise Ansible renders the braces.
    type: str
  cwd:
    description:
      - The working directory. It must exist. It can begin with C(~/) for the home folder of
        O(user).
    type: str
  user:
    description:
      - The user to run as, by name or number. A user other than that of the connection requires
        C(become).
      - A number does not need an account. In this case, the command has the group of the same
        number, no other group, and C(/) as C(HOME).
    type: str
  environment:
    description:
      - Variables that are added to the environment.
      - A mapping, a list of C(NAME=VALUE), or a string such as C(A=1,B=2). In a string, a comma is
        a separator only before another C(NAME=).
    type: raw
  returns:
    description:
      - The exit codes that mean success, as a number, a list, or a comma-separated string such as
        V("0,2").
      - Default is V(0).
    type: raw
  logoutput:
    description:
      - V(true) shows the output of a successful command below the task.
      - V(on_failure) is the default. Ansible shows the output of a failed command.
      - V(false) omits the output from the result, even if the command failed. RV(output),
        RV(stdout) and RV(stderr) are empty.
      - If not set, the result contains the output, which is shown only on failure.
      - In a stack, the report contains the output; with V(on_failure) only if the command failed,
        with V(false) never.
    type: raw
  background:
    description:
      - Starts O(command) without waiting for it. It continues after the task, without input or
        output.
      - The result contains its process ID, but not its exit code. O(timeout) has no effect.
      - Mutually exclusive with O(stdin) and O(secret_file).
    type: bool
    default: false
  nice:
    description:
      - A number from V(-20) to V(19) that is added to the command's niceness. A larger number means
        a lower priority. A number below V(0) requires C(become).
    type: int
    default: 0
  timeout:
    description:
      - The time limit of O(command), in seconds, or with units, V(30s), V(5m), V(1h), V(1m30s).
        After this time it is killed, with all processes in its process group.
      - Default is V(300).
    type: raw
  triggered:
    description:
      - Whether something that O(command) depends on has changed, so that it must run. O(unless),
        O(creates) and O(removes) are then ignored; O(onlyif) is not.
    type: bool
    default: false
attributes:
  async:
    support: none
  check_mode:
    support: full
    details: O(command) does not run. O(onlyif) and O(unless) run, to predict whether it would.
  diff_mode:
    support: full
    details: The diff shows the command and its guards.
extends_documentation_fragment:
  - vigo.bridge.attributes
  - vigo.bridge.action
notes:
  - A task that a guard prevents is C(ok) for Ansible; its RV(action) is V(skipped).
  - A secret in the text of a command does not appear in the list of processes.
  - The return values are those of M(ansible.builtin.command), so that C(until), C(failed_when) and
    C(changed_when) work in the same way.
seealso:
  - module: vigo.bridge.container
  - module: vigo.bridge.file
  - module: vigo.bridge.converge
  - module: ansible.builtin.shell
"""

EXAMPLES = r"""
- name: Initialise the database once
  vigo.bridge.exec:
    command: /opt/app/bin/initialise --data /var/lib/app
    creates: /var/lib/app/VERSION
    user: app

- name: Unpack a release, without a shell
  vigo.bridge.exec:
    command: [tar, --extract, --file, /srv/releases/app 2.0.tar, --directory, /opt/app]
    creates: /opt/app/VERSION*

- name: Wait until the database responds
  vigo.bridge.exec:
    command: pg_isready
    user: postgres
  register: database
  until: database.rc == 0
  retries: 10
  delay: 3
  changed_when: false

- name: Load a kernel module unless it is loaded
  vigo.bridge.exec:
    command: modprobe br_netfilter
    unless: grep -q '^br_netfilter ' /proc/modules

- name: Start the services of a Compose project, unless all of them run
  vigo.bridge.exec:
    command: docker compose up --detach --wait
    cwd: /srv/shop
    unless: >-
      [ "$(docker compose ps --services --status running | sort)" =
      "$(docker compose config --services | sort)" ]
    timeout: 10m

- name: Log in to a registry, with the password on standard input
  vigo.bridge.exec:
    command: docker login --username deploy --password-stdin registry.example.com
    stdin: secret:registry/password
    unless: grep -q registry.example.com ~/.docker/config.json

- name: Sign a release with a key that is not stored on a disk
  vigo.bridge.exec:
    command: !unsafe gpg --batch --passphrase-file {{secret_file}} --detach-sign app.tar.gz
    secret_file: secret:release/passphrase
    cwd: /srv/releases
    creates: app.tar.gz.sig

- name: Describe the services
  vigo.bridge.file:
    target_path: /srv/shop/compose.yml
    source: /usr/share/shop/compose.yml
  register: shop_services

- name: Start them if their description changed or not all of them run
  vigo.bridge.exec:
    command: docker compose up --detach --wait
    cwd: /srv/shop
    unless: test "$(docker compose ps --services --status running | wc -l)" = 3
    triggered: "{{ shop_services is changed }}"

- name: Rebuild the search index with a low priority
  vigo.bridge.exec:
    command: /opt/app/bin/reindex
    background: true
    nice: 10
    unless: pgrep -f bin/reindex

- name: Migrate the schema, where exit code 2 means that there was nothing to do
  vigo.bridge.exec:
    command: bin/migrate
    cwd: /opt/app
    environment:
      DATABASE_URL: postgres://app:secret:{app/database_password}@db/app
      LOG_LEVEL: warning
    returns: [0, 2]

- name: Remove a lock that a crash left
  vigo.bridge.exec:
    command: rm /run/app.lock
    removes: /run/app.lock
    onlyif: "! pgrep -x app"
"""

RETURN = r"""
action:
  description:
    - V(ran), V(skipped) if a guard prevented it, or V(failed).
    - In check mode V(ran) means that it would run.
  returned: always
  type: str
  sample: ran
  choices: [ran, skipped, failed]
reason:
  description: Which guard decided and what it found, or why the command failed.
  returned: always
  type: str
  sample: "creates: /var/lib/app/VERSION does not exist"
diff:
  description: The command, its user, folder and guards. C(before) is empty.
  returned: when the command runs, or would run
  type: dict
  sample:
    before: ""
    after: "command: /opt/app/bin/initialise\nuser: app\ncreates: /var/lib/app/VERSION\n"
cmd:
  description: The command, as in the task.
  returned: always
  type: raw
  sample: /opt/app/bin/initialise
rc:
  description:
    - The exit code, or the negative number of the signal that ended the command.
    - V(0) if a guard prevented the command, and in check mode. Null if the command could not be
      started, and in the background.
  returned: always
  type: int
  sample: 0
stdout:
  description:
    - The standard output, without the line breaks at its end. Only the last 64 KiB are returned.
    - Empty if nothing ran, and with O(logoutput=false).
  returned: always
  type: str
  sample: applied 3 migrations
stdout_lines:
  description: The lines of RV(stdout).
  returned: always
  type: list
  elements: str
  sample: [applied 3 migrations]
stderr:
  description: The standard error, in the same form as RV(stdout).
  returned: always
  type: str
  sample: ""
stderr_lines:
  description: The lines of RV(stderr).
  returned: always
  type: list
  elements: str
  sample: []
output:
  description:
    - Both streams together, line by line in the order of arrival. Lines that arrive at the same
      time can be in the wrong order. Only the last 64 KiB are returned.
    - For a command in the background, its process ID.
  returned: always
  type: str
  sample: "applied 3 migrations\n"
start:
  description: When the command started. Null if nothing ran.
  returned: always
  type: str
  sample: "2026-11-02 10:15:30.120951"
end:
  description: When the command ended. Null if nothing ran.
  returned: always
  type: str
  sample: "2026-11-02 10:15:31.640951"
delta:
  description: How long the command took. Null if nothing ran.
  returned: always
  type: str
  sample: "0:00:01.520000"
log:
  description:
    - What the failed command or guard printed, as RV(output). Empty when nothing ran, and with
      O(logoutput=false).
  returned: on failure
  type: str
  sample: "migrate: cannot connect to db\n"
duration_s:
  description: The duration in seconds, with the guards.
  returned: always
  type: float
  sample: 1.52
"""

from ..module_utils.types.exec.behaviour import Exec
from ..module_utils.types.task import run_module


def main() -> None:
    run_module(Exec(separate=True))


if __name__ == "__main__":
    main()
