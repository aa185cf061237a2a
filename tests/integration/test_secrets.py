# SPDX-License-Identifier: GPL-3.0-or-later
"""The secret store of a stack, with real ansible-vault, from the command line to the host."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.integration.program import Finished
from tests.integration.test_bad_input import ENVOYS, HOST, ROLES

SITE = """\
name: site
vars:
  url: "db://secret:site/db@host"
resources:
  - name: page
    type: file
    target_path: HERE/page
    content: "secret:site/key {{ .Vars.url }}"
"""
PROGRAMS = Path(sys.executable).parent


class Shop:
    """A stack in a folder, with a password file for its vault."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stack = folder / f"secrets-{os.getpid()}"
        (self.stack / "configcrates").mkdir(parents=True)
        (self.stack / "envoys.vgo").write_text(ENVOYS)
        (self.stack / "roles.vgo").write_text(ROLES)
        crate = self.stack / "configcrates" / "site.vgo"
        crate.write_text(SITE.replace("HERE", str(folder)))
        self.vault = self.stack / "secrets.vault.yml"
        password = folder / "password"
        password.write_text("open sesame")
        self.environment = {**os.environ, "ANSIBLE_VAULT_PASSWORD_FILE": str(password)}

    def __call__(
        self, *arguments: str, stdin: str = "", environment: Mapping[str, str] | None = None
    ) -> Finished:
        finished = subprocess.run(
            [sys.executable, "-m", "vigo_bridge", *arguments, "--stacks", self.stack],
            input=stdin,
            env={**self.environment, **(environment or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in finished.stderr, finished.stderr
        return Finished(finished.returncode, finished.stdout, finished.stderr)

    def run(self, **environment: str) -> Finished:
        return self("run", "--local", "--as", HOST, "-o", "json", environment=environment)

    @property
    def page(self) -> str:
        return (self.folder / "page").read_text()


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_set_list_check_run_and_rotate(shop: Shop) -> None:
    checked = shop("secrets", "check", "-o", "json")
    assert checked.status == 1
    assert {path: use["found"] for path, use in json.loads(checked.out).items()} == {
        "site/db": False,
        "site/key": False,
    }
    assert shop("secrets", "set", "site/key", stdin="first key\n").status == 0
    assert shop("secrets", "set", "site/db", stdin="pass,word: {{ x }}").status == 0
    assert shop.vault.read_text().startswith("$ANSIBLE_VAULT;")
    assert shop.vault.stat().st_mode & 0o777 == 0o600
    assert shop("secrets", "list").out == "site/db\nsite/key\n"
    shown = shop("secrets", "check")
    assert shown.status == 0
    assert "found    site/key" in shown.out
    assert f"{shop.stack}/configcrates/site.vgo:8" in shown.out
    assert "first key" not in shown.out

    assert shop.run().status == 0
    assert shop.page == "first key db://pass,word: {{ x }}@host"
    assert shop.run().actions(HOST) == {"site/page": "none"}
    shop("secrets", "set", "site/key", stdin="second key")
    rotated = shop.run()
    assert rotated.actions(HOST) == {"site/page": "updated"}
    assert shop.page.startswith("second key ")
    assert "second key" not in rotated.out + rotated.err


def test_ansible_vault_edits_the_same_file(shop: Shop) -> None:
    shop("secrets", "set", "site/key", stdin="x")
    viewed = subprocess.run(
        [PROGRAMS / "ansible-vault", "view", shop.vault],
        env=shop.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert viewed.stdout.strip() == "site/key: x"


def test_a_generated_project_finds_the_vault(shop: Shop) -> None:
    for path in ("site/key", "site/db"):
        shop("secrets", "set", path, stdin="from the vault")
    project = shop.folder / "project"
    assert shop("generate", str(project), "--local", "--as", HOST).status == 0
    finished = subprocess.run(
        [PROGRAMS / "ansible-playbook", "site.yml"],
        cwd=project,
        env=shop.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout
    assert shop.page.startswith("from the vault ")


LOOKUP = """\
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - ansible.builtin.copy:
        content: >-
          {{ lookup('vigo.bridge.secret', 'site/key') }},
          {{ query('vigo.bridge.secret', *paths) }}
        dest: "{{ page }}"
        mode: "0600"
      vars:
        paths: [site/db, site/key]
      no_log: true
"""


def test_the_lookup_in_a_playbook_beside_the_vault(shop: Shop) -> None:
    shop("secrets", "set", "site/key", stdin="from the vault")
    playbook = shop.stack / "playbook.yml"
    playbook.write_text(LOOKUP)
    finished = subprocess.run(
        [PROGRAMS / "ansible-playbook", playbook, "-e", f"page={shop.folder}/page"],
        env={**shop.environment, "VIGO_SECRET_SITE_DB": "from the environment"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert shop.page == "from the vault, ['from the environment', 'from the vault']"


#: what is done to the vault -> environment -> what must be told
BROKEN: dict[str, tuple[str, str]] = {
    "wrong password": ("password", "Decryption failed"),
    "no password": ("no password", "ANSIBLE_VAULT_PASSWORD_FILE"),
    "not encrypted": ("plain", "is not encrypted; encrypt it with"),
    "readable by others": ("mode", "may be read by others (0644); run `chmod 600"),
    "missing program": ("program", "'no-such-program' cannot be run"),
}


@pytest.mark.parametrize(("kind", "told"), BROKEN.values(), ids=BROKEN)
def test_a_store_that_cannot_be_used_stops_before_any_host(
    shop: Shop, kind: str, told: str
) -> None:
    shop("secrets", "set", "site/key", stdin="x")
    if kind == "password":
        (shop.folder / "password").write_text("wrong")
    elif kind == "no password":
        del shop.environment["ANSIBLE_VAULT_PASSWORD_FILE"]
    elif kind == "plain":
        shop.vault.write_text("site/key: x\n")
    elif kind == "mode":
        shop.vault.chmod(0o644)
    else:
        (shop.stack / "secrets.yml").write_text(
            'stores: [{command: [no-such-program, "{path}"]}]\n'
        )
    finished = shop.run()
    assert finished.status == 1
    assert told in finished.err
    assert "Nothing was touched." in finished.err
    assert not (shop.folder / "page").exists()


def test_stores_are_asked_in_the_order_of_secrets_yml(shop: Shop) -> None:
    (shop.stack / "secrets.yml").write_text(
        'stores:\n  - env\n  - command: [printf, "command:%s", "{path}"]\n'
    )
    assert shop.run(VIGO_SECRET_SITE_KEY="environment").status == 0
    assert shop.page == "environment db://command:site/db@host"


@pytest.mark.skipif(not shutil.which("age"), reason="age is not installed")
def test_age(shop: Shop) -> None:
    key = shop.folder / "key.txt"
    made = subprocess.run(
        ["age-keygen", "-o", key], capture_output=True, text=True, check=True
    ).stderr
    store = shop.folder / "store" / "site"
    store.mkdir(parents=True)
    for name in ("key", "db"):
        command = ["age", "-r", made.split()[-1], "-o", store / f"{name}.age"]
        subprocess.run(command, input=f"age {name}", text=True, check=True)
    (shop.stack / "secrets.yml").write_text(
        f'stores: [{{command: [age, -d, -i, {key}, "{shop.folder}/store/{{path}}.age"]}}]\n'
    )
    assert shop.run().status == 0
    assert shop.page == "age key db://age db@host"


@pytest.mark.skipif(not shutil.which("pass"), reason="pass is not installed")
def test_pass(shop: Shop) -> None:
    home = shop.folder / "gnupg"
    home.mkdir(mode=0o700)
    environment = {"GNUPGHOME": str(home), "PASSWORD_STORE_DIR": str(shop.folder / "passwords")}
    everything = {**os.environ, **environment}

    def call(*command: str, text: str = "") -> None:
        subprocess.run(command, input=text, env=everything, text=True, check=True)

    call("gpg", "--batch", "--passphrase", "", "--quick-generate-key", "shop@example.com")
    call("pass", "init", "shop@example.com")
    for name in ("key", "db"):
        call("pass", "insert", "--echo", f"site/{name}", text=f"pass {name}\n")
    (shop.stack / "secrets.yml").write_text('stores: [{command: [pass, show, "{path}"]}]\n')
    assert shop.run(**environment).status == 0
    call("gpgconf", "--kill", "gpg-agent")
    assert shop.page == "pass key db://pass db@host"
