# SPDX-License-Identifier: GPL-3.0-or-later
"""--require-signed, with SSH and GPG keys."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.integration.repositories.remote import FILES, Remote
from vigo_bridge.watch.sources.repository import GitOptions, GitSource
from vigo_bridge.watch.sources.source import NotFetched


class Signed:
    """A repository, the keys of its authors, and whom the watcher trusts."""

    def __init__(self, folder: Path) -> None:
        self.remote = Remote(folder / "shop.git")
        self._folder = folder
        for name in ("alice", "mallory"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)],
                check=True,
            )
        public = (folder / "alice.pub").read_text()
        (folder / "signers").write_text(f"a@example.com {public}")

    def trust(self) -> None:
        (self._folder / "gitconfig").write_text(
            f"[gpg.ssh]\nallowedSignersFile = {self._folder / 'signers'}\n"
        )

    def commit(self, signer: str, text: str = "") -> str:
        """Add a commit, signed by somebody."""
        commit = self.remote.commit({**FILES, "templates/text": text.encode()})
        if not signer:
            return commit
        tree, parent = f"{commit}^{{tree}}", f"{commit}^"
        has_parent = "\nparent " in self.remote.git("cat-file", "commit", commit)
        words = ["-p", parent] if has_parent else []
        signed = self._sign(signer, "commit-tree", "-S", *words, "-m", "change", tree)
        self.remote.set("refs/heads/main", signed)
        return signed

    def tag(self, signer: str, name: str, commit: str) -> None:
        self._sign(signer, "tag", "--sign", "-m", "release", name, commit)

    def _sign(self, signer: str, *words: str) -> str:
        key = str(self._folder / signer)
        return self.remote.git(*words, gpg__format="ssh", user__signingKey=key)

    def problem(self, ref: str | None = None) -> str:
        """Return why the newest commit is not used; empty if it is."""
        source = GitSource(
            GitOptions(str(self.remote.folder), ref, require_signed=True), self._folder / "state"
        )
        copy = self._folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        try:
            source.fetch(copy, None)
        except NotFetched as error:
            return (
                f"{error}".removeprefix(f"{self.remote.folder}: ")
                if not any(copy.iterdir())
                else "written"
            )
        return ""


@pytest.fixture
def signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Signed:
    monkeypatch.setenv("GNUPGHOME", str(tmp_path / "gnupg"))
    found = Signed(tmp_path)
    found.trust()
    return found


def test_a_commit_of_a_trusted_person(signed: Signed) -> None:
    signed.commit("alice")
    assert signed.problem() == ""


def test_only_the_newest_commit_counts(signed: Signed) -> None:
    signed.commit("alice")
    commit = signed.commit("", "2")
    assert signed.problem() == f"commit {commit[:12]} is not signed"
    signed.commit("alice", "3")
    assert signed.problem() == ""


def test_a_commit_of_another_person(signed: Signed) -> None:
    commit = signed.commit("mallory")
    assert signed.problem().startswith(f"commit {commit[:12]} has no valid signature: ")
    assert "No principal matched" in signed.problem()


def test_a_signature_of_other_content(signed: Signed) -> None:
    good = signed.commit("alice")
    content = signed.remote.git("cat-file", "commit", good) + "\n"
    forged = signed.remote.object("commit", content.replace("change", "charge").encode())
    signed.remote.set("refs/heads/main", forged)
    assert signed.problem().startswith(f"commit {forged[:12]} has no valid signature: ")


def test_a_text_that_looks_like_a_signature(signed: Signed) -> None:
    commit = signed.remote.commit()
    content = signed.remote.git("cat-file", "commit", commit)
    text = f"{content}\n-----BEGIN SSH SIGNATURE-----\nx\n-----END SSH SIGNATURE-----\n"
    signed.remote.set("refs/heads/main", signed.remote.object("commit", text.encode()))
    assert "has no valid signature" in signed.problem()


def test_git_without_trusted_signers(signed: Signed, tmp_path: Path) -> None:
    signed.commit("alice")
    (tmp_path / "gitconfig").write_text("")
    assert "allowedSignersFile" in signed.problem()


def test_tags(signed: Signed) -> None:
    commit, unsigned = signed.commit("alice"), signed.commit("", "2")
    signed.remote.tag("light", commit)
    signed.remote.tag("light-unsigned", unsigned)
    signed.remote.tag("annotated", commit, annotated=True)
    signed.tag("alice", "v1", unsigned)
    signed.tag("mallory", "v2", commit)
    signed.remote.set("refs/tags/v3", signed.remote.get("refs/tags/v1"))
    assert signed.problem("light") == ""
    assert signed.problem("light-unsigned") == f"commit {unsigned[:12]} is not signed"
    assert signed.problem("annotated") == "tag annotated is not signed"
    assert signed.problem("v1") == ""
    assert signed.problem("v2").startswith("tag v2 has no valid signature: ")
    assert signed.problem("v3") == "tag v3 has the signature of another tag, 'v1'"


@pytest.mark.skipif(shutil.which("gpg") is None, reason="gpg is not installed")
def test_a_gpg_key(signed: Signed, tmp_path: Path) -> None:
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    subprocess.run(
        [
            *("gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key"),
            *("a@example.com", "ed25519", "sign", "never"),
        ],
        check=True,
        capture_output=True,
    )
    commit = signed.remote.commit()
    signer = signed.remote.git(
        "commit-tree", "-S", "-m", "change", f"{commit}^{{tree}}", user__signingKey="a@example.com"
    )
    signed.remote.set("refs/heads/main", signer)
    try:
        assert signed.problem() == ""
        shutil.rmtree(home)
        home.mkdir(mode=0o700)
        assert "has no valid signature: gpg: Can't check signature: No public key" in (
            signed.problem()
        )
    finally:
        subprocess.run(["gpgconf", "--kill", "all"], check=False)
