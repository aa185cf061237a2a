# SPDX-License-Identifier: GPL-3.0-or-later
"""What --git, --ref and --path accept."""

from __future__ import annotations

from pathlib import Path

import pytest

from vigo_bridge.failures import WrongUsage
from vigo_bridge.watch.sources.git.location import location, reference, subfolder
from vigo_bridge.watch.sources.repository import GitOptions, GitSource

#: What is typed, what git gets, and the names in the path.
GOOD = [
    ("https://git.example.com/acme/shop.git", None, ("acme", "shop")),
    ("HTTPS://git.example.com/acme/shop", "https://git.example.com/acme/shop", ("acme", "shop")),
    ("http://127.0.0.1:8080/shop.git/", None, ("shop",)),
    ("ssh://git@git.example.com:2222/~/acme/shop.git", None, ("acme", "shop")),
    ("ssh://[::1]:2222/shop", None, ("shop",)),
    ("git://127.0.0.1/shop.git", None, ("shop",)),
    ("git@git.example.com:acme/shop.git", None, ("acme", "shop")),
    ("git.example.com:shop", None, ("shop",)),
    ("[::1]:shop", None, ("shop",)),
    ("file:///srv/shop.git", None, ("srv", "shop")),
    ("file://localhost/srv/shop.git", "file:///srv/shop.git", ("srv", "shop")),
    ("/srv/shop/.git", None, ("srv", "shop")),
    ("/srv/a:b", None, ("srv", "a:b")),
    ("https://user:pw@git.example.com/shop", "https://git.example.com/shop", ("shop",)),
    ("https://token@git.example.com:8443/shop", "https://git.example.com:8443/shop", ("shop",)),
    ("https://a%40b:p%3Aw@git.example.com/shop", "https://git.example.com/shop", ("shop",)),
    ("https://:pw@git.example.com/shop", "https://git.example.com/shop", ("shop",)),
    ("https://git.example.com/a%20b", None, ("a b",)),
]


@pytest.mark.parametrize(("text", "url", "parts"), GOOD)
def test_a_repository(text: str, url: str | None, parts: tuple[str, ...]) -> None:
    found = location(text)
    assert (found.url, found.parts) == (url or text, parts)


def test_a_relative_path_is_of_this_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert location("../shop.git").url == f"{tmp_path}/../shop.git"
    assert location("./a:b").url == f"{tmp_path}/a:b"


CREDENTIALS = [
    ("https://git.example.com/shop", ()),
    ("https://s3cr3t@git.example.com/shop", ("s3cr3t",)),
    ("https://user:s3cr3t@git.example.com/shop", ("s3cr3t", "user")),
    ("https://a%40b:s3%3Acr3t@git.example.com/shop", ("s3:cr3t", "a@b")),
    ("ssh://git@git.example.com/shop", ()),
    ("git@git.example.com:shop", ()),
]


@pytest.mark.parametrize(("text", "secrets"), CREDENTIALS)
def test_credentials_are_kept_apart(text: str, secrets: tuple[str, ...]) -> None:
    found = location(text)
    assert found.secrets == secrets
    assert not any(secret in repr(found) for secret in secrets)


BAD = [
    "",
    " ",
    "-",
    "--upload-pack=touch /tmp/x",
    "-oProxyCommand=touch /tmp/x",
    "ssh://-oProxyCommand=touch/x",
    "ssh://-oProxyCommand=touch@host/x",
    "-oProxyCommand=x:shop",
    "user@-oProxyCommand=x:shop",
    "-user@host:shop",
    "host:-path",
    ":shop",
    "user@:shop",
    "ext::sh -c touch% /tmp/x",
    "fd::17/shop",
    "helper::https://git.example.com/shop",
    "ftp://git.example.com/shop",
    "javascript://x/y",
    "https:///shop",
    "https://git.example.com:99999/shop",
    "https://git.example.com:x/shop",
    "https://[::1/shop",
    "https://git.example.com/shop?token=s3cr3t",
    "https://git.example.com/shop#main",
    "https://git.example.com/a b",
    "https://git.example.com/shop\nx",
    "https://git.example.com/\x1b[31mshop",
    "https://user:a%0Ab@git.example.com/shop",
    "ssh://git:s3cr3t@git.example.com/shop",
    "git://user:s3cr3t@git.example.com/shop",
    "file://otherhost/srv/shop",
    "file://relative",
    "/srv/shop\0",
    "x" * 3000,
]


@pytest.mark.parametrize("text", BAD)
def test_an_invalid_repository(text: str) -> None:
    with pytest.raises(WrongUsage, match="invalid repository") as caught:
        location(text)
    assert "s3cr3t" not in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "text",
    ["main", "feature/a-b_c.d", "v1.2.0", "refs/heads/main", "refs/tags/v1", "b\u00e4r", "@x"],
)
def test_a_branch_or_tag(text: str) -> None:
    assert reference(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "", "-", "--upload-pack=x", "-main", "a b", "a\nb", "a..b", "a:b", "a^", "a~1",
        "a*", "a?", "a[b", "a\\b", "/a", "a/", "a//b", ".a", "a/.b", "a.", "a.lock", "a@{1}", "@",
        "refs/pull/1/head", "refs/vigo/good", "a\x7f", "x" * 256,
    ],
)  # fmt: skip
def test_an_invalid_branch_or_tag(text: str) -> None:
    with pytest.raises(WrongUsage, match="--ref"):
        reference(text)


@pytest.mark.parametrize(
    ("text", "path"),
    [(None, "."), ("", "."), (".", "."), ("a", "a"), ("./a//b/", "a/b"), ("-a", "-a")],
)
def test_a_folder_in_the_repository(text: str | None, path: str) -> None:
    assert str(subfolder(text)) == path


@pytest.mark.parametrize(
    "text", ["..", "../..", "a/../..", "/", "/etc", ".git", "a/.GIT/b", "a\nb", "a\0"]
)
def test_a_folder_outside_of_the_repository(text: str) -> None:
    with pytest.raises(WrongUsage, match="--path"):
        subfolder(text)


UNPROTECTED = {
    "http://h/x": True,
    "git://h/x": True,
    "https://h/x": False,
    "ssh://h/x": False,
    "h:x": False,
    "/x": False,
}


@pytest.mark.parametrize("url", UNPROTECTED)
@pytest.mark.parametrize("signed", [False, True])
def test_a_connection_that_others_can_change(url: str, signed: bool, tmp_path: Path) -> None:
    source = GitSource(GitOptions(url, require_signed=signed), tmp_path)
    assert bool(source.warnings) == (UNPROTECTED[url] and not signed)


def test_each_repository_branch_and_folder_has_its_own_state(tmp_path: Path) -> None:
    options = [
        GitOptions(url, ref, path)
        for url in ("https://h/x", "https://h/y", "https://u:p@h/y/")
        for ref in (None, "main")
        for path in (None, "a")
    ]
    folders = {GitSource(one, tmp_path).folder for one in options}
    assert len(folders) == len(options)
    other_token = GitOptions("https://other:token@h/x")
    assert GitSource(other_token, tmp_path).folder in folders
