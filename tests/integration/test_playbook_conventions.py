# SPDX-License-Identifier: GPL-3.0-or-later
"""What users of Ansible's own modules expect of ours in a playbook."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.ansible_program import ansible
from tests.integration.program import Finished

pytestmark = pytest.mark.integration

PLAY = """\
- hosts: localhost
  gather_facts: false
  connection: local
  module_defaults:
    group/vigo.bridge.bridge:
      docker_host: unix:///no/such.sock
  {more}
"""
EXEC = """\
  tasks:
    - name: Repeat
      vigo.bridge.exec:
        command: "echo x >> count; wc -l < count; echo err >&2"
        cwd: "{{ folder }}"
        logoutput: true
      register: repeated
      until: repeated.stdout | trim == "3"
      retries: 5
      delay: 0
      changed_when: "'4' in repeated.stdout"
      failed_when: repeated.stderr_lines != ['err']
    - name: Fail as wanted
      vigo.bridge.exec:
        command: [sh, -c, exit 3]
      register: failed
      failed_when: failed.rc != 3
    - name: Be skipped
      vigo.bridge.exec:
        command: "true"
        creates: "{{ folder }}/c*nt"
      register: skipped
    - name: Be true
      vigo.bridge.exec:
        command: true
        unless: false
    - name: Refuse a mapping
      vigo.bridge.exec:
        command: "true"
        stdin: {a: 1}
      register: refused
      ignore_errors: true
    - name: Refuse a mapping as scope
      vigo.bridge.converge:
        resources: []
        scope: {a: 1}
      register: refused_scope
      ignore_errors: true
    - name: Check
      ansible.builtin.assert:
        that:
          - "refused_scope.msg is search('scope: expected a string, not a mapping')"
          - repeated.attempts == 3
          - repeated.delta is match('0:00:')
          - failed.cmd == ['sh', '-c', 'exit 3']
          - skipped is not changed
          - skipped.rc == 0
          - skipped.stdout_lines == []
          - "refused.msg is search('stdin: expected a string, not a mapping')"
"""
FILE = """\
  roles: [app]
"""
ROLE = """\
- name: Binary
  vigo.bridge.file: {target_path: "{{ folder }}/binary", src: sub/binary, mode: preserve}
  register: binary
- name: Encrypted
  vigo.bridge.file: {target_path: "{{ folder }}/encrypted", src: encrypted}
  register: encrypted
- name: Empty
  vigo.bridge.file: {target_path: "{{ folder }}/empty", src: "{{ role_path }}/files/empty"}
  register: empty
- name: The same by copy
  ansible.builtin.copy: {dest: "{{ folder }}/copied", src: sub/binary, mode: preserve}
  register: copied
- name: Missing
  vigo.bridge.file: {target_path: "{{ folder }}/missing", src: no-such}
  register: missing
  ignore_errors: true
- name: Twice
  vigo.bridge.file: {target_path: "{{ folder }}/twice", src: empty, content: x}
  register: twice
  ignore_errors: true
- name: Compare
  when: not ansible_check_mode
  ansible.builtin.assert:
    that:
      - binary.checksum == copied.checksum
      - (binary.mode, binary.owner, binary.group, binary.size) ==
        (copied.mode, copied.owner, copied.group, copied.size)
      - (binary.state, binary.uid, binary.gid) == (copied.state, copied.uid, copied.gid)
- name: Check
  ansible.builtin.assert:
    that:
      - binary.checksum is match('[0-9a-f]{40}$')
      - (binary.mode, binary.size, binary.state) == ('0750', 102400, 'file')
      - binary.dest == folder ~ '/binary'
      - encrypted.mode == '0600'
      - encrypted.checksum is not defined
      - empty.size == 0
      - missing is failed
      - "twice.msg is search('src and content are mutually exclusive')"
"""
BINARY = bytes(range(256)) * 400
HIDDEN = "hidden words\n"


def play(folder: Path, more: str, *options: str) -> Finished:
    (folder / "play.yml").write_text(PLAY.replace("  {more}\n", more))
    (folder / "password").write_text("x")
    return ansible(
        *("playbook", "-i", "localhost,", "play.yml", "-e", f"folder={folder}/target", *options),
        *("--vault-password-file", "password"),
        cwd=folder,
        environment={"ANSIBLE_PIPELINING": "true", "ANSIBLE_ROLES_PATH": str(folder)},
    )


def test_results_of_commands(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    finished = play(tmp_path, EXEC)
    assert finished.status == 0, finished.out + finished.err
    lines = finished.out.splitlines()
    assert "  [localhost] 3" in lines
    assert "  [localhost] err" in lines


@pytest.mark.sweep
def test_files_of_the_controller(tmp_path: Path) -> None:
    files = tmp_path / "app/files"
    (files / "sub").mkdir(parents=True)
    (files / "sub/binary").write_bytes(BINARY)
    (files / "sub/binary").chmod(0o750)
    (files / "empty").touch()
    (files / "encrypted").write_text(HIDDEN)
    (tmp_path / "password").write_text("x")
    encrypt = ("vault", "encrypt", "--vault-password-file", "password", files / "encrypted")
    assert ansible(*encrypt, cwd=tmp_path).status == 0
    (tmp_path / "app/tasks").mkdir()
    (tmp_path / "app/tasks/main.yml").write_text(ROLE)
    (tmp_path / "target").mkdir()

    planned = play(tmp_path, FILE, "--check", "--diff", "-vvv")
    assert planned.status == 0, planned.out + planned.err
    assert list((tmp_path / "target").iterdir()) == []
    for expected in ("changed=4", "changed=0"):
        finished = play(tmp_path, FILE, "--diff", "-vvv")
        assert finished.status == 0, finished.out + finished.err
        assert expected in finished.out
        assert HIDDEN.strip() not in planned.out + finished.out
    assert (tmp_path / "target/binary").read_bytes() == BINARY
    assert (tmp_path / "target/encrypted").read_text() == HIDDEN
