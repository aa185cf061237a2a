# SPDX-License-Identifier: GPL-3.0-or-later
"""The secret store of a stack, with real ansible-vault, from the command line to the host."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import pexpect
import pytest
import yaml

from tests.integration.program import Finished
from tests.integration.test_bad_input import ENVOYS, HOST, ROLES
from tests.testbed import TestbedError, debian

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

    def encrypt(self, file: Path, text: str, *options: str) -> None:
        """Encrypt a text as users of ansible-vault do."""
        command = [str(PROGRAMS / "ansible-vault"), "encrypt", *options, "--output", str(file), "-"]
        subprocess.run(
            command, input=text, env=self.environment, text=True, check=True, capture_output=True
        )

    def typing(self, password: str, *arguments: str) -> tuple[int, int]:
        """Run the program on a terminal; return its status, and how often it asked for a
        password.
        """
        terminal = pexpect.spawn(
            sys.executable,
            ["-m", "vigo_bridge", *arguments, "--stacks", str(self.stack)],
            env=self.environment,
            timeout=120,
        )
        asked = 0
        while terminal.expect([r"[Pp]assword \([a-z]+\): ", pexpect.EOF]) == 0:
            asked += 1
            terminal.sendline(password)
        terminal.close()
        return terminal.exitstatus, asked

    @property
    def page(self) -> str:
        return (self.folder / "page").read_text()


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a vault with two secrets, which the program has written."""
    shop = Shop(tmp_path_factory.mktemp("stored"))
    for path in ("site/key", "site/db"):
        assert shop("secrets", "set", path, stdin="from the vault").status == 0
    return shop.vault.read_text()


@pytest.fixture
def shop_with_vault(shop: Shop, stored: str) -> Shop:
    shop.vault.touch(0o600)
    shop.vault.write_text(stored)
    return shop


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


def test_ansible_vault_edits_the_same_file(shop_with_vault: Shop) -> None:
    viewed = subprocess.run(
        [PROGRAMS / "ansible-vault", "view", shop_with_vault.vault],
        env=shop_with_vault.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert yaml.safe_load(viewed.stdout) == {
        "site/db": "from the vault",
        "site/key": "from the vault",
    }


def test_a_generated_project_finds_the_vault(shop_with_vault: Shop) -> None:
    shop = shop_with_vault
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


@pytest.mark.sweep
def test_several_vault_ids_by_program_and_by_typing(shop: Shop) -> None:
    """Each file has its id; a password that is typed is asked for once, and fits all programs."""
    program = shop.folder / "password-program"
    program.write_text("#!/bin/sh\necho from the program\n")
    program.chmod(0o700)
    typed = shop.folder / "typed"
    typed.write_text("from the keyboard")
    del shop.environment["ANSIBLE_VAULT_PASSWORD_FILE"]
    shop.encrypt(shop.stack / "dev.yml", "site/none: x", "--vault-id", f"dev@{program}")
    shop.encrypt(shop.stack / "ops.yml", "site: {db: typed}", "--vault-id", f"ops@{typed}")
    typed.unlink()
    (shop.stack / "secrets.yml").write_text(
        "stores: [{vault_file: dev.yml}, {vault_file: ops.yml}]"
    )

    shop.environment["ANSIBLE_VAULT_IDENTITY_LIST"] = f"dev@{program}"
    assert shop("secrets", "set", "site/key", stdin="program").status == 0
    assert (shop.stack / "dev.yml").read_text().startswith("$ANSIBLE_VAULT;1.2;AES256;dev\n")

    shop.environment["ANSIBLE_VAULT_IDENTITY_LIST"] = f"dev@{program},ops@prompt"
    assert shop.typing("from the keyboard", "run", "--local", "--as", HOST) == (0, 1)
    assert shop.page == "program db://typed@host"


def test_a_secret_is_typed_without_echo_and_twice(shop: Shop) -> None:
    terminal = pexpect.spawn(
        sys.executable,
        ["-m", "vigo_bridge", "secrets", "set", "site/key", "--stacks", str(shop.stack)],
        env=shop.environment,
        timeout=120,
    )
    shown = b""
    for _ in range(2):
        terminal.expect(": ")
        shown += terminal.before
        terminal.sendline("hunter22")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    assert b"hunter22" not in shown + terminal.before
    assert shop("secrets", "list").out == "site/key\n"


def test_validate_asks_no_store(shop_with_vault: Shop) -> None:
    shop = shop_with_vault
    shop.environment["ANSIBLE_VAULT_PASSWORD_FILE"] = "/nowhere"
    shown = json.loads(shop("config", "validate", "-o", "json").out)
    assert [item["code"] for item in shown["diagnostics"]] == ["VB606"]


def test_a_short_secret_is_warned_of_and_mangles_nothing(shop: Shop) -> None:
    """Such a secret is a part of nearly every word in a result."""
    finished = shop.run(VIGO_SECRET_SITE_KEY="e", VIGO_SECRET_SITE_DB="a")
    assert finished.status == 0, finished.out
    assert finished.actions(HOST) == {"site/page": "created"}
    assert "warning: weak secret: " in finished.err
    assert (
        "site/db (shorter than 8 characters), site/key (shorter than 8 characters);" in finished.err
    )
    assert shop.page == "e db://a@host"


@pytest.mark.sweep
def test_a_host_has_a_secret_of_its_own_in_the_users_inventory(shop: Shop) -> None:
    inventory = shop.folder / "hosts.ini"
    python = f"ansible_connection=local ansible_python_interpreter={sys.executable}"
    inventory.write_text(f"{HOST} {python} url=secret:hosts/web1\n")
    values = {"VIGO_SECRET_SITE_KEY": "stack's", "VIGO_SECRET_SITE_DB": "unused"}

    def run(**environment: str) -> Finished:
        return shop(
            "run", "-i", str(inventory), "-o", "json", environment={**values, **environment}
        )

    missing = run()
    assert missing.status == 3
    assert "missing secrets: hosts/web1 (VIGO_SECRET_HOSTS_WEB1)" in missing.out
    assert not (shop.folder / "page").exists()
    assert run(VIGO_SECRET_HOSTS_WEB1="host's").status == 0
    assert shop.page == "stack's host's"


#: what would put arguments into a file on the target -> the message
ON_DISK = {
    "ANSIBLE_PIPELINING=false": "ANSIBLE_PIPELINING is disabled in the environment",
    "ANSIBLE_KEEP_REMOTE_FILES=true": "ANSIBLE_KEEP_REMOTE_FILES is enabled in the environment",
}
KNOWN = {"VIGO_SECRET_SITE_KEY": "hunter22", "VIGO_SECRET_SITE_DB": "hunter23"}


@pytest.mark.parametrize("setting", ON_DISK)
def test_secrets_do_not_go_to_a_file_on_the_target(shop: Shop, setting: str) -> None:
    name, value = setting.split("=")
    finished = shop.run(**KNOWN, **{name: value})
    assert finished.status == 1
    assert "without pipelining, Ansible would write secrets to files" in finished.err
    assert ON_DISK[setting] in finished.err
    assert finished.err.endswith("Nothing was changed.\n")
    assert not (shop.folder / "page").exists()


def test_what_only_the_action_sees_is_refused_by_it(shop: Shop) -> None:
    settings = shop.folder / "ansible.cfg"
    settings.write_text("[defaults]\nkeep_remote_files = true\n")
    finished = shop.run(**KNOWN, ANSIBLE_CONFIG=str(settings))
    assert finished.status == 3
    assert "without pipelining Ansible would write them to a file on the target" in finished.out
    assert "disable keep_remote_files" in finished.out
    assert not (shop.folder / "page").exists()


@pytest.mark.sweep
def test_kept_artifacts_hold_the_project_and_no_environment(shop: Shop) -> None:
    shop.environment["TMPDIR"] = str(shop.folder)
    shop.environment["SOMETHING_ELSE"] = "hunter23"
    known = {"VIGO_SECRET_SITE_KEY": "hunter22", "VIGO_SECRET_SITE_DB": "hunter22"}
    planned = shop("plan", "--local", "--as", HOST, "--keep-artifacts", environment=known)
    (kept,) = shop.folder.glob("vigo-bridge-*")
    assert f"the files of the run are in {kept}" in planned.err
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    texts = {path.name: path.read_text() for path in kept.rglob("*") if path.is_file()}
    assert {"site.yml", "command", f"{HOST}.json"} <= set(texts)
    assert [name for name, text in texts.items() if "hunter2" in text] == []


PACKAGE = {
    "pyproject.toml": """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "keeper"
version = "1.0"
[project.entry-points."vigo_bridge.secret_stores"]
keeper = "keeper:Keeper"
""",
    "keeper/__init__.py": """\
class Keeper:
    description = "keeper"
    refusals = {}

    def __init__(self, setting):
        self.prefix = setting["prefix"]

    def look_up(self, paths):
        return {path: f"{self.prefix} {path}" for path in paths}
""",
}


@pytest.mark.sweep
def test_a_store_of_an_installed_package(shop: Shop) -> None:
    for name, text in PACKAGE.items():
        file = shop.folder / "source" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    target = shop.folder / "packages"
    subprocess.run([*pip, "--target", target, shop.folder / "source"], check=True)
    shop.environment["PYTHONPATH"] = str(target)
    (shop.stack / "secrets.yml").write_text("stores: [{keeper: {prefix: kept}}]\n")
    assert shop.run().status == 0
    assert shop.page == "kept site/key db://kept site/db@host"
    (shop.stack / "secrets.yml").write_text("stores: [{keeper: {prefx: kept}}]\n")
    refused = shop("secrets", "check")
    assert refused.status == 1
    assert "the secret store 'keeper' cannot be used: KeyError('prefix')" in refused.err


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


#: what is done to the vault -> environment -> the expected message
BROKEN: dict[str, tuple[str, str]] = {
    "wrong password": ("password", "Decryption failed"),
    "no password": ("no password", "ANSIBLE_VAULT_PASSWORD_FILE"),
    "not encrypted": ("plain", "is not encrypted; encrypt it with"),
    "readable by others": ("mode", "can be read by other users (0644); run `chmod 600"),
    "broken once decrypted": ("yaml", "after decryption, it is invalid YAML at line 1, column 6"),
    "missing program": ("program", "'no-such-program' cannot be run"),
    "a program that hangs": ("hanging", "did not return site/db within 0.5 s"),
    "a wrong list": ("list", "secrets.yml:1:10: {'vault': 'x'} is not a secret store"),
}
#: what `secrets.yml` says
LISTS = {
    "program": 'stores: [{command: [no-such-program, "{path}"]}]',
    "hanging": 'stores: [{command: [sh, -c, "sleep 60", "{path}"], timeout: 0.5}]',
    "list": "stores: [{vault: x}]",
}


@pytest.mark.parametrize(("kind", "told"), BROKEN.values(), ids=BROKEN)
def test_a_store_that_cannot_be_used_stops_before_any_host(
    shop_with_vault: Shop, kind: str, told: str
) -> None:
    shop = shop_with_vault
    if kind == "password":
        (shop.folder / "password").write_text("wrong")
    elif kind == "no password":
        del shop.environment["ANSIBLE_VAULT_PASSWORD_FILE"]
    elif kind == "plain":
        shop.vault.write_text("site/key: x\n")
    elif kind == "mode":
        shop.vault.chmod(0o644)
    elif kind == "yaml":
        shop.encrypt(shop.vault, "key: *hunter22 x")
    else:
        (shop.stack / "secrets.yml").write_text(LISTS[kind])
    finished = shop.run()
    assert finished.status == 1
    assert told in finished.err
    assert "hunter22" not in finished.err
    assert "Nothing was changed." in finished.err
    assert not (shop.folder / "page").exists()


def test_stores_are_asked_in_the_order_of_secrets_yml(shop: Shop) -> None:
    (shop.stack / "secrets.yml").write_text(
        'stores:\n  - env\n  - command: [printf, "command:%s", "{path}"]\n'
    )
    assert shop.run(VIGO_SECRET_SITE_KEY="environment").status == 0
    assert shop.page == "environment db://command:site/db@host"


@pytest.fixture
def programs(aloud: Callable[[], AbstractContextManager[None]]) -> None:
    """Install pass and age where root can; skip the test elsewhere, with the reason."""
    needed = {"age": "age", "pass": "pass", "gpg": "gnupg"}
    try:
        with aloud():
            debian.provide(needed)
    except TestbedError as error:
        pytest.skip(str(error))


@pytest.mark.usefixtures("programs")
def test_age(shop: Shop) -> None:
    key = shop.folder / "key.txt"
    made = subprocess.run(
        ["age-keygen", "-o", key], capture_output=True, text=True, check=True
    ).stderr
    store = shop.folder / "store" / "site"
    store.mkdir(parents=True)
    for name in ("key", "db"):
        command = ["age", "-r", made.split()[-1], "-o", str(store / f"{name}.age")]
        subprocess.run(command, input=f"age {name}", text=True, check=True)
    (shop.stack / "secrets.yml").write_text(
        f'stores: [{{command: [age, -d, -i, {key}, "{shop.folder}/store/{{path}}.age"]}}]\n'
    )
    assert shop.run().status == 0
    assert shop.page == "age key db://age db@host"


@pytest.mark.usefixtures("programs")
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
