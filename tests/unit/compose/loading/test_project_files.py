# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of the files that a compose project names are read, and which are rejected."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from vigo_bridge.compose.findings import ComposeError
from vigo_bridge.compose.importer import Import, read_compose
from vigo_bridge.compose.loading.project_files import ProjectFiles, root_of

SERVICE = "services: {web: {image: nginx}}\n"
# Every way to name a file, and the column of the name. FILE is put in.
NAMED = {
    "env_file": ("services: {a: {image: nginx, env_file: FILE}}\n", 40),
    "env_file in a list": ("services: {a: {image: nginx, env_file: [{path: FILE}]}}\n", 48),
    "label_file": ("services: {a: {image: nginx, label_file: FILE}}\n", 42),
    "include": ("include: [FILE]\nservices: {a: {image: nginx}}\n", 11),
    "include with a path": ("include: [{path: FILE}]\nservices: {a: {image: nginx}}\n", 18),
    "env_file of an include": (
        "include: [{path: other.yml, env_file: FILE}]\nservices: {a: {image: nginx}}\n",
        39,
    ),
    "extends": ("services: {a: {extends: {service: web, file: FILE}}}\n", 46),
}
REACHED = {
    "inner": "inner/file",
    "beside": "./file",
    "above": "../file",
    "beside in the repository": "../../lib/file",
}
BEYOND = {
    "above the repository": "../../../file",
    "absolute": "TOP/file",
    "a link": "link",
    "a linked folder": "linked/file",
    "a way around": "../../../repository/../file",
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Return a project in a repository; a file that may be both YAML and variables is
    everywhere.
    """
    shop = tmp_path / "repository/apps/shop"
    (shop / "inner").mkdir(parents=True)
    (tmp_path / "repository/lib").mkdir()
    (tmp_path / "repository/.git").mkdir()
    for place in ("repository/apps/shop/inner", "repository/apps/shop", "repository/apps", ".",
                  "repository/lib"):  # fmt: skip
        (tmp_path / place / "file").write_text(SERVICE)
    (shop / "other.yml").write_text("services: {b: {image: nginx}}\n")
    (shop / "link").symlink_to(tmp_path / "file")
    (shop / "linked").symlink_to(tmp_path)
    return shop


def imported(shop: Path, text: str, root: Path | None = None) -> Import:
    (shop / "compose.yml").write_text(text)
    return read_compose([shop / "compose.yml"], {}, match="*", root=root)


@pytest.mark.parametrize("path", REACHED.values(), ids=REACHED)
@pytest.mark.parametrize(("text", "column"), NAMED.values(), ids=NAMED)
def test_what_is_read(text: str, column: int, path: str, shop: Path) -> None:
    variables = "env_file: FILE" in text or "path: FILE}]}}" in text or "label_file" in text
    if variables:
        (shop / path).write_text("A=1\n")
    assert imported(shop, text.replace("FILE", path)).files


@pytest.mark.parametrize("path", BEYOND.values(), ids=BEYOND)
@pytest.mark.parametrize(("text", "column"), NAMED.values(), ids=NAMED)
def test_what_is_refused(text: str, column: int, path: str, shop: Path, tmp_path: Path) -> None:
    path = path.replace("TOP", str(tmp_path))
    with pytest.raises(ComposeError) as raised:
        imported(shop, text.replace("FILE", path))
    finding = raised.value.finding
    assert (finding.position.file, finding.position.column) == (str(shop / "compose.yml"), column)
    assert f"cannot be read: it points outside the folder, to '{tmp_path}/file'" in finding.message
    assert finding.advice.startswith("files outside ")
    assert finding.advice.endswith("set a parent folder with --root")


def test_a_wider_folder(shop: Path, tmp_path: Path) -> None:
    text = "include: [../../../file]\nservices: {a: {image: nginx}}\n"
    assert imported(shop, text, root=tmp_path).files


def test_dotenv_beyond(shop: Path, tmp_path: Path) -> None:
    (shop / ".env").symlink_to(tmp_path / "file")
    with pytest.raises(ComposeError, match=r"\.env cannot be read: it points outside the folder"):
        imported(shop, SERVICE)


def test_a_folder_named_dotenv_is_no_file(shop: Path) -> None:
    (shop / ".env").mkdir()
    assert imported(shop, SERVICE).files


def test_a_dotenv_that_links_to_nothing_is_no_file(shop: Path) -> None:
    (shop / ".env").symlink_to("settings.conf")
    assert imported(shop, SERVICE).files


# The content of `file` -> the reason. Each would block or fill the memory.
UNUSABLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a FIFO": (lambda at: os.mkfifo(at), "it is a FIFO, not a regular file"),
    "a folder": (lambda at: at.mkdir(), "it is a folder, not a regular file"),
    "large": (lambda at: at.write_bytes(b"#" * ((1 << 20) + 1)), "it is larger than 1 MiB"),
    "missing": (lambda at: None, "No such file or directory"),
}


@pytest.mark.parametrize(("make", "reason"), UNUSABLE.values(), ids=UNUSABLE)
@pytest.mark.parametrize(("text", "column"), NAMED.values(), ids=NAMED)
def test_what_cannot_be_read(
    text: str, column: int, make: Callable[[Path], object], reason: str, shop: Path
) -> None:
    (shop / "file").unlink()
    make(shop / "file")
    with pytest.raises(ComposeError) as raised:
        imported(shop, text.replace("FILE", "file"))
    assert raised.value.finding.position.column == column
    assert reason in raised.value.finding.message


STRANGE = ['"a\\0b"', '"\\uD83D"', "~nobody-here/x", '""', "x" * 300, "/dev/zero", "/proc/self/mem"]


@pytest.mark.parametrize("name", STRANGE)
@pytest.mark.parametrize(("text", "column"), NAMED.values(), ids=NAMED)
def test_strange_names(text: str, column: int, name: str, shop: Path) -> None:
    with pytest.raises(ComposeError):
        imported(shop, text.replace("FILE", name))


def test_a_mount_of_an_unknown_home(shop: Path) -> None:
    text = "services: {a: {image: nginx, volumes: ['~nobody-here/x:/y']}}\n"
    assert imported(shop, text)


#: Where a project is -> where it ends; HOME is the home folder.
ROOTS = {
    "in a repository": ("HOME/src/repo/apps/shop", "HOME/src/repo"),
    "a repository itself": ("HOME/src/repo", "HOME/src/repo"),
    "without a repository": ("HOME/src/shop/app", "HOME/src/shop"),
    "just below home": ("HOME/shop", "HOME/shop"),
    "home itself": ("HOME", "HOME/.."),
    "just below the root": ("/srv", "/srv"),
    "below that": ("/srv/shop", "/srv"),
}


@pytest.mark.parametrize(("folder", "root"), ROOTS.values(), ids=ROOTS)
def test_where_a_project_ends(
    folder: str, root: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    (home / ".git").mkdir(parents=True)
    (home / "src/repo/.git").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    found = root_of(Path(folder.replace("HOME", str(home))))
    assert found == Path(root.replace("HOME/..", str(tmp_path)).replace("HOME", str(home)))


def test_files_of_the_command_line_may_be_anywhere_and_pipes(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(SERVICE,))
    writer.start()
    try:
        assert ProjectFiles(tmp_path / "elsewhere").given(pipe) == SERVICE.encode()
    finally:
        writer.join()


def test_all_that_is_read_is_bounded(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that include others twice, level after level, are many."""
    monkeypatch.setattr("vigo_bridge.compose.loading.project_files.LARGEST_TOTAL", 1 << 17)
    for level in range(15):
        (shop / f"l{level}.yml").write_text(f"include: [l{level + 1}.yml, l{level + 1}.yml]\n")
    (shop / "l15.yml").write_text("{}\n")
    with pytest.raises(ComposeError, match="including this file, more than 0 MiB are read"):
        imported(shop, "include: [l0.yml]\nservices: {a: {image: nginx}}\n")


def test_long_chains_of_extends(shop: Path) -> None:
    services = "".join(f"  s{number}: {{extends: s{number + 1}}}\n" for number in range(3000))
    with pytest.raises(ComposeError, match="services extend each other more than 50 levels deep"):
        imported(shop, f"services:\n{services}  s3000: {{image: nginx}}\n")


def test_a_file_that_many_services_extend_is_read_once(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shop / "base.yml").write_text(f"services: {{base: {{image: nginx}}}}\n#{'x' * 4000}\n")
    monkeypatch.setattr("vigo_bridge.compose.loading.project_files.LARGEST_TOTAL", 1 << 15)
    services = "".join(
        f"  s{number}: {{extends: {{service: base, file: base.yml}}}}\n" for number in range(100)
    )
    assert imported(shop, f"services:\n{services}").files


def test_variables_that_grow(shop: Path) -> None:
    (shop / ".env").write_text(f"A={'x' * 100_000}\n")
    labels = "".join(f"      l{number}: x$A$A$A\n" for number in range(300))
    with pytest.raises(
        ComposeError, match="with their variables replaced, the texts exceed 64 MiB"
    ):
        imported(shop, f"services:\n  a:\n    image: nginx\n    labels:\n{labels}")


@pytest.mark.parametrize(
    "source", ["https://example.com/x.yml", "oci://example.com/x", "git@example.com:x/y.git"]
)
def test_nothing_is_fetched(source: str, shop: Path) -> None:
    with pytest.raises(ComposeError, match="is remote, and the import does not download files"):
        imported(shop, f"include: ['{source}']\nservices: {{a: {{image: nginx}}}}\n")
