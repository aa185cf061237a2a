# SPDX-License-Identifier: GPL-3.0-or-later
"""A stack in a Git repository: which commit is used, and which ones are refused."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.watch.sources.follower import Watcher
from tests.unit.watch.sources.remote import FILES, Files, Remote, Special, link, submodule
from vigo_bridge.failures import Refusal
from vigo_bridge.watch.sources.git import tree as tree_module
from vigo_bridge.watch.sources.git.program import Git
from vigo_bridge.watch.sources.repository import GitOptions, GitSource
from vigo_bridge.watch.sources.source import Good, NotFetched, Revision


@pytest.fixture(autouse=True)
def no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use no settings of the person who runs the tests."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture(autouse=True)
def unguarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run git without its guard, which takes longer than git: test_guard.py has its tests, and
    test_sha256.py and test_signature.py run with it.
    """
    monkeypatch.setattr("vigo_bridge.watch.sources.git.program.guarded", list)


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    return Remote(tmp_path / "shop.git")


def test_each_commit_is_used(remote: Remote) -> None:
    watcher = Watcher.of(remote)
    for number in range(3):
        files = {**FILES, "templates/number": f"{number}".encode()}
        commit = remote.commit(files)
        for _ in range(2):
            assert watcher.files() == files
            assert watcher.good == Good(Revision(commit), "now")


def test_the_bytes_are_those_of_the_repository(remote: Remote) -> None:
    """Attributes of the repository would change them in a checkout."""
    attributes = b"* text eol=crlf ident export-subst filter=x working-tree-encoding=UTF-16\n"
    content = b"$Id$ $Format:%H$\n"
    remote.commit({**FILES, ".gitattributes": attributes, "templates/id": content})
    assert Watcher.of(remote).files() == {**FILES, "templates/id": content}


@pytest.mark.parametrize("path", ["stacks/prod", "./stacks/prod/", "stacks//prod"])
def test_a_folder_of_the_repository(path: str, remote: Remote) -> None:
    remote.commit(
        {"README.md": b"x", **{f"stacks/prod/{name}": text for name, text in FILES.items()}}
    )
    watcher = Watcher.of(remote, path=path)
    assert watcher.files() == FILES
    assert watcher.source().shown == Path("stacks/prod")
    assert watcher.source().named_after.parts[-3:] == ("shop", "stacks", "prod")


def test_names_of_any_bytes_are_written(remote: Remote) -> None:
    names = {"templates/two\nlines": b"1", "templates/-option": b"2", "templates/a:b*?": b"3"}
    remote.commit({**FILES, **names})
    assert Watcher.of(remote).files() == {**FILES, **names}


def test_links_inside_of_the_stack(remote: Remote) -> None:
    remote.commit({**FILES, "templates/same": link("page"), "executors": link("templates")})
    files = Watcher.of(remote).files()
    assert files["templates/same"] == FILES["templates/page"]


#: What a repository may hold, and why it is not used.
HOSTILE: Mapping[str, tuple[Files, str]] = {
    "a link to a file": ({"templates/a": link("/etc/passwd")}, "the link templates/a points"),
    "a link upwards": ({"templates/a": link("../../../../etc/passwd")}, "the link templates/a"),
    "a link over a link": (
        {"a": link("templates"), "b": link("a/../../x")},
        "the link b points",
    ),
    "an absolute link": ({"a": link("/proc/self/cwd/stack.vgo")}, "the link a points"),
    "a link with a NUL": ({"a": Special("120000", b"x\0y")}, "the link a points"),
    "an empty link": ({"a": link("")}, "the link a points"),
    "a link to a folder": ({"configcrates": link("/etc")}, "the link configcrates points"),
    "a submodule": ({"roles": submodule()}, "roles is a submodule"),
    "a submodule below": ({"envoys/more": submodule()}, "envoys/more is a submodule"),
    "a file in Git LFS": (
        {"templates/big": b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n"},
        "templates/big is stored with Git LFS",
    ),
    "a file of git-crypt": (
        {"envoys/a.vgo": b"\0GITCRYPT\0abc"},
        "envoys/a.vgo is stored with git-crypt",
    ),
    "a large file": ({"templates/x": b"x" * (8 * 2**20 + 1)}, "templates/x is larger than 8"),
    "a store that is a program": (
        {"secrets.yml": b"stores: [{command: [touch, '{path}']}]\n"},
        "secrets.yml lists a program",
    ),
    "a store of another package": (
        {"secrets.yml": b"stores: [env, {command: [a, '{path}'], timeout: 3}]\n"},
        "secrets.yml lists a program",
    ),
    "a vault file elsewhere": (
        {"secrets.yml": b"stores: [{vault_file: /etc/shadow}]\n"},
        "secrets.yml lists a vault file in another folder",
    ),
    "a vault file above": (
        {"secrets.yml": b"stores: [{vault_file: ../../x.yml}]\n"},
        "secrets.yml lists a vault file in another folder",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_content_is_refused(case: str, remote: Remote) -> None:
    files, message = HOSTILE[case]
    remote.commit(
        {name: text for name, text in FILES.items() if name.split("/")[0] not in files} | files
    )
    problem = Watcher.of(remote).problem()
    assert problem.startswith("content: ")
    assert message in problem


def test_hostile_content_ends_with_a_good_commit(remote: Remote) -> None:
    watcher = Watcher.of(remote)
    good = remote.commit()
    watcher.files()
    remote.commit({**FILES, "roles": submodule()})
    assert watcher.problem().startswith("content: ")
    remote.set("refs/heads/main", good)
    assert watcher.commit() == good


#: Entries that no git program would write: mode, name, and what of.
RAW: Mapping[str, list[tuple[str, bytes, str]]] = {
    "above": [("100644", b"..", "blob")],
    "the folder itself": [("100644", b".", "blob")],
    "a path": [("100644", b"../../x", "blob")],
    "an absolute path": [("100644", b"/x", "blob")],
    "no name": [("100644", b"", "blob")],
    "a file twice": [("100644", b"a", "blob"), ("100644", b"a", "blob")],
    "a link and a folder": [("120000", b"a", "link"), ("40000", b"a", "tree")],
    "a folder and a link": [("40000", b"a", "tree"), ("120000", b"a", "link")],
    "a file and a folder": [("100644", b"a", "blob"), ("40000", b"a", "tree")],
    "a folder above": [("40000", b"..", "tree")],
    "an unknown mode": [("140000", b"a", "blob")],
    "a missing file": [("100644", b"a", "missing")],
    "a missing folder": [("40000", b"a", "missing")],
    "a folder that is a file": [("40000", b"a", "blob")],
    "a file that is a folder": [("100644", b"a", "tree")],
}


@pytest.mark.parametrize("case", RAW)
def test_invalid_trees_are_refused(case: str, remote: Remote) -> None:
    objects = {
        "blob": remote.blob(b"x"),
        "link": remote.blob(str(remote.folder.parent).encode()),
        "tree": remote.raw_tree([("100644", b"inner", remote.blob(b"y"))]),
        "missing": "2" * 40,
    }
    tree = remote.raw_tree([(mode, name, objects[kind]) for mode, name, kind in RAW[case]])
    remote.commit(tree=tree)
    before = set(remote.folder.parent.iterdir())
    Watcher.of(remote).problem()
    added = {path.name for path in set(remote.folder.parent.iterdir()) - before}
    assert added <= {"state", "copy-1"}


def test_a_tree_of_endless_size_is_refused(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten folders, each with ten times the next one."""
    assert tree_module.LARGEST_LIST < 1 << 26
    monkeypatch.setattr(tree_module, "LARGEST_LIST", 1 << 18)  # Git needs seconds for the real one.
    tree = remote.raw_tree([("100644", b"a.vgo", remote.blob(b""))])
    for _ in range(9):
        tree = remote.raw_tree([("40000", f"{number}".encode(), tree) for number in range(10)])
    remote.commit(tree=tree)
    assert "too many files" in Watcher.of(remote).problem()


def test_what_is_not_part_of_a_stack_does_no_harm(remote: Remote) -> None:
    more: Files = {
        ".gitmodules": b'[submodule "x"]\n\tpath = x\n\turl = ext::touch x\n',
        ".github/workflows/x.yml": b"",
        ".venv/bin/python": link("/usr/bin/python"),
        "docs/film.bin": b"x" * (9 << 20),
        "docs/logo.png": b"version https://git-lfs.github.com/spec/v1\n",
        "secrets.yml": b"stores: [env, {vault_file: secrets.vault.yml}]\n",
        "secrets.vault.yml": b"$ANSIBLE_VAULT;1.1;AES256\n00\n",
    }
    remote.commit({**FILES, **more})
    files = Watcher.of(remote).files()
    assert set(files) == {*FILES, "docs/logo.png", "secrets.yml", "secrets.vault.yml"}


def test_a_vault_file_is_private_and_kept(remote: Remote) -> None:
    remote.commit({**FILES, "secrets.vault.yml": b"$ANSIBLE_VAULT;1.1;AES256\n00\n"})
    watcher = Watcher.of(remote)
    files = watcher.files()
    copy = watcher.state.with_name("copy-1")
    assert (copy / "secrets.vault.yml").stat().st_mode & 0o777 == 0o600
    assert dict(watcher.source().kept_files(copy)) == files


def test_stores_of_this_machine_replace_those_of_the_repository(
    remote: Remote, tmp_path: Path
) -> None:
    remote.commit({**FILES, "secrets.yml": b"stores: [{command: [pass, '{path}']}]\n"})
    watcher = Watcher.of(remote, secrets=tmp_path)
    assert "secrets.yml" in watcher.files()
    assert watcher.source().stores == tmp_path


# Branches and tags


@pytest.mark.parametrize("ref", ["stable", "refs/heads/stable", "team/stable"])
def test_a_branch(ref: str, remote: Remote) -> None:
    remote.commit({**FILES, "templates/x": b"other"})
    commit = remote.commit(branch=ref.removeprefix("refs/heads/"))
    assert Watcher.of(remote, ref=ref).commit() == commit


@pytest.mark.parametrize("annotated", [False, True])
@pytest.mark.parametrize("ref", ["v1", "refs/tags/v1"])
def test_a_tag(ref: str, annotated: bool, remote: Remote) -> None:
    commit = remote.commit()
    remote.tag("v1", commit, annotated=annotated)
    remote.commit({**FILES, "templates/x": b"other"})
    watcher = Watcher.of(remote, ref=ref)
    assert watcher.commit() == commit
    assert watcher.commit() == commit


def nothing(remote: Remote) -> None:
    """Leave the repository empty."""


def other_branch(remote: Remote) -> None:
    remote.commit(branch="other")


def same_names(remote: Remote) -> None:
    remote.tag("main", remote.commit())


def tag_of_a_file(remote: Remote) -> None:
    remote.commit()
    remote.set("refs/tags/v1", remote.blob(b"x"))


def similar(remote: Remote) -> None:
    remote.commit(branch="feature/main")
    remote.set("refs/remotes/origin/HEAD", remote.get("refs/heads/feature/main"))


UNKNOWN: Mapping[str, tuple[Callable[[Remote], None], str | None, str]] = {
    "an empty repository": (nothing, None, "ref: URL: the repository is empty: it has no commits"),
    "an empty one, by name": (nothing, "main", "ref: URL: the repository is empty"),
    "no default branch": (other_branch, None, "ref: URL: the repository has no default branch"),
    "no such branch": (other_branch, "main", "ref: URL: the repository has no branch or tag main"),
    "only longer names": (similar, "main", "ref: URL: the repository has no branch or tag main"),
    "only another HEAD": (similar, None, "ref: URL: the repository has no default branch"),
    "a branch and a tag": (same_names, "main", "ref: URL: main is both a branch and a tag; use"),
    "a tag of a file": (tag_of_a_file, "v1", "ref: URL: v1 is not a commit"),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_a_branch_or_tag_that_cannot_be_used(case: str, remote: Remote) -> None:
    prepare, ref, message = UNKNOWN[case]
    prepare(remote)
    watcher = Watcher.of(remote, ref=ref)
    for _ in range(2):
        assert watcher.problem().startswith(message.replace("URL", str(remote.folder)))
    if ref is None or ref == "main":
        (remote.folder / "refs/tags/main").unlink(missing_ok=True)
        commit = remote.commit()
        assert watcher.commit() == commit


@pytest.mark.parametrize(
    "path", ["missing", "stack.vgo", "stack.vgo/x", "link", "link/templates", "template"]
)
def test_a_path_that_is_not_a_folder(path: str, remote: Remote) -> None:
    remote.commit({**FILES, "link": link(".")})
    problem = Watcher.of(remote, path=path).problem()
    assert problem.startswith("content: ")
    assert f"has no folder {path}; check --path" in problem


# History


def test_only_descendants_are_used(remote: Remote) -> None:
    watcher = Watcher.of(remote)
    first = remote.commit()
    second = remote.commit({**FILES, "templates/x": b"2"})
    assert watcher.commit() == second
    remote.set("refs/heads/main", first)
    expected = (
        f"history: {remote.folder}: the history was rewritten: commit {first[:12]} does not descend"
        f" from {second[:12]}. If this is intended, run the same command with --accept {first[:12]}"
    )
    assert [watcher.problem() for _ in range(3)] == [expected] * 3
    third = remote.commit({**FILES, "templates/x": b"3"}, parents=[second])
    assert watcher.commit() == third


def test_an_unrelated_history_is_refused_until_a_person_accepts_it(remote: Remote) -> None:
    watcher = Watcher.of(remote)
    remote.commit()
    watcher.files()
    other = remote.commit({**FILES, "templates/x": b"other"}, parents=[])
    assert watcher.problem().startswith("history: ")
    assert "the next turn of the watcher uses it" in watcher.source().accept(other[:12])
    assert watcher.commit() == other
    third = remote.commit({**FILES, "templates/x": b"third"}, parents=[])
    assert third[:12] in watcher.problem()


@pytest.mark.parametrize("commit", ["", "main", "123", "0" * 40, "-x", "A" * 40, "0" * 41 + "\n"])
def test_only_the_commit_that_was_fetched_can_be_accepted(commit: str, remote: Remote) -> None:
    watcher = Watcher.of(remote)
    remote.commit()
    with pytest.raises(Refusal):
        watcher.source().accept(commit)
    watcher.files()
    with pytest.raises(Refusal):
        watcher.source().accept(commit)


def test_merges_and_commits_in_between(remote: Remote) -> None:
    watcher = Watcher.of(remote)
    base = remote.commit()
    remote.commit({**FILES, "templates/x": b"1"})
    watcher.files()
    side = remote.commit({**FILES, "templates/y": b"1"}, parents=[base], branch="side")
    for number in range(3):
        remote.commit({**FILES, "templates/x": f"{number}".encode()})
    merged = remote.commit(parents=[remote.get("refs/heads/main"), side])
    assert watcher.commit() == merged


def test_the_history_is_checked_after_the_local_repository_was_lost(remote: Remote) -> None:
    watcher = Watcher.of(remote)
    first = remote.commit()
    watcher.files()
    shutil.rmtree(watcher.source().folder)
    for number in range(3):
        newest = remote.commit({**FILES, "templates/x": f"{number}".encode()})
    assert watcher.commit() == newest
    shutil.rmtree(watcher.source().folder)
    remote.commit({**FILES, "templates/y": b""}, parents=[first])
    assert watcher.problem().startswith("history: ")


@pytest.mark.parametrize("annotated", [False, True])
def test_a_tag_that_was_moved_is_refused(annotated: bool, remote: Remote) -> None:
    watcher = Watcher.of(remote, ref="v1")
    first = remote.commit()
    remote.tag("v1", first, annotated=annotated)
    watcher.files()
    second = remote.commit({**FILES, "templates/x": b"2"})
    remote.tag("v1", second, annotated=annotated)
    problem = watcher.problem()
    assert problem.startswith(f"history: {remote.folder}: the tag v1 was moved from commit")
    watcher.source().accept(second)
    assert watcher.commit() == second


def test_only_what_is_needed_is_fetched(remote: Remote) -> None:
    for number in range(5):
        remote.commit({**FILES, "templates/x": f"{number}".encode()})
    # By file://, as git copies a local path without asking for less.
    watcher = Watcher.of(remote)
    watcher.options = replace(watcher.options, url=f"file://{remote.folder}")
    watcher.files()
    folder = watcher.source().folder / "repository.git"
    assert _git(folder, "rev-list", "--count", "refs/vigo/incoming") == "1"


def _git(folder: Path, *words: str) -> str:
    found = Git(folder, GitSource(GitOptions("/x"), folder)._location)
    return found.run(*words, timeout=10, largest=10**6).output.decode().strip()


# Damage and outages


def gone(watcher: Watcher, remote: Remote) -> None:
    remote.folder.rename(remote.folder.with_name("moved"))


def is_file(watcher: Watcher, remote: Remote) -> None:
    gone(watcher, remote)
    remote.folder.write_text("x")


def no_repository(watcher: Watcher, remote: Remote) -> None:
    gone(watcher, remote)
    remote.folder.mkdir()


def missing_object(watcher: Watcher, remote: Remote) -> None:
    commit = remote.commit({**FILES, "templates/x": b"lost"})
    (remote.folder / "objects" / commit[:2] / commit[2:]).unlink()


OUTAGES = {
    "the repository is gone": (gone, "the repository does not exist"),
    "a file is in its place": (is_file, "git failed|the repository does not exist"),
    "an empty folder": (no_repository, "the repository does not exist"),
    "an object is missing": (missing_object, "damaged|lost|empty|git failed"),
}


@pytest.mark.parametrize("case", OUTAGES)
def test_an_outage_is_reported_and_ends(case: str, remote: Remote) -> None:
    happen, message = OUTAGES[case]
    watcher = Watcher.of(remote)
    first = remote.commit()
    watcher.files()
    spare = remote.folder.with_name("spare")
    shutil.copytree(remote.folder, spare)
    happen(watcher, remote)
    problems = {watcher.problem() for _ in range(2)}
    assert len(problems) == 1
    assert any(part in problems.pop() for part in message.split("|"))
    shutil.rmtree(remote.folder) if remote.folder.is_dir() else remote.folder.unlink(
        missing_ok=True
    )
    spare.rename(remote.folder)
    assert watcher.commit() == first


def locks(folder: Path) -> None:
    for name in ("shallow.lock", "config.lock", "packed-refs.lock", "refs/vigo/incoming.lock"):
        (folder / name).touch()


def empty_objects(folder: Path) -> None:
    for path in folder.glob("objects/*/*"):
        if path.is_file():
            path.chmod(0o600)
            path.write_bytes(b"")


def no_head(folder: Path) -> None:
    (folder / "HEAD").unlink()


def wrong_configuration(folder: Path) -> None:
    (folder / "config").write_text("[core\n")


def wrong_reference(folder: Path) -> None:
    for path in folder.glob("refs/vigo/incoming"):
        path.write_text("x\n")


LOCAL_DAMAGE = [locks, empty_objects, no_head, wrong_configuration, wrong_reference]


@pytest.mark.parametrize("damage", LOCAL_DAMAGE)
@pytest.mark.parametrize("has_news", [False, True])
def test_damage_of_the_local_repository_heals(
    damage: Callable[[Path], None], has_news: bool, remote: Remote
) -> None:
    watcher = Watcher.of(remote)
    commit = remote.commit()
    watcher.files()
    damage(watcher.source().folder / "repository.git")
    if has_news:
        commit = remote.commit({**FILES, "templates/x": b"2"})
    for _ in range(2):  # A download that fails is begun anew in the next turn.
        try:
            found = watcher.commit()
        except NotFetched:
            continue
        assert found == commit
        return
    pytest.fail("it stays damaged")


def test_leftovers_of_killed_downloads_are_removed(remote: Remote) -> None:
    watcher = Watcher.of(remote)
    remote.commit()
    watcher.files()
    packs = watcher.source().folder / "repository.git/objects/pack"
    packs.mkdir(exist_ok=True)
    (packs / "tmp_pack_abc").write_bytes(b"x" * 1000)
    remote.commit({**FILES, "templates/x": b"2"})
    watcher.files()
    assert not (packs / "tmp_pack_abc").exists()


def test_a_missing_git_program(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    remote.commit()
    watcher = Watcher.of(remote)
    monkeypatch.setenv("PATH", "/nowhere")
    assert "source: the git program cannot be run" in watcher.problem()
    assert "install git" in watcher.problem()


# What must not have an effect


@pytest.fixture
def marker(tmp_path: Path) -> Iterator[Path]:
    """Return the path of a file that any hostile program would create."""
    path = tmp_path / "marker"
    yield path
    assert not path.exists()


VARIABLES = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_EXEC_PATH",
    "GIT_TEMPLATE_DIR", "GIT_NAMESPACE", "GIT_TRACE", "GIT_TRACE_PACKET", "GIT_TRACE2_EVENT",
    "GIT_ALLOW_PROTOCOL", "GIT_SHALLOW_FILE", "GIT_COMMON_DIR", "GIT_CEILING_DIRECTORIES",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CONFIG_PARAMETERS", "GIT_DEFAULT_HASH",
)  # fmt: skip


def test_variables_of_git_have_no_effect(
    remote: Remote, marker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in VARIABLES:
        monkeypatch.setenv(variable, str(marker))
    commit = remote.commit()
    assert Watcher.of(remote).commit() == commit


def test_settings_and_hooks_of_the_repository_have_no_effect(remote: Remote, marker: Path) -> None:
    for name in ("pre-receive", "post-checkout", "post-update", "reference-transaction"):
        hook = remote.folder / "hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch {marker}\n")
        hook.chmod(0o755)
    program = f'"touch {marker}; cat"'
    with (remote.folder / "config").open("a") as stream:
        stream.write(f"fsmonitor = {program}\nsshCommand = {program}\n")
        stream.write(f'[filter "x"]\nsmudge = {program}\n')
        stream.write(f"[uploadpack]\npackObjectsHook = {program}\n")
    commit = remote.commit({**FILES, ".gitattributes": b"* filter=x\n"})
    watcher = Watcher.of(remote)
    assert watcher.commit() == commit
    assert watcher.commit() == commit


def test_hooks_of_the_user_are_not_run(remote: Remote, marker: Path, tmp_path: Path) -> None:
    hook = tmp_path / "hooks/reference-transaction"
    hook.parent.mkdir()
    hook.write_text(f"#!/bin/sh\ntouch {marker}\n")
    hook.chmod(0o755)
    (tmp_path / "gitconfig").write_text(
        f"[core]\nhooksPath={hook.parent}\n[init]\ntemplateDir={tmp_path}\n"
    )
    commit = remote.commit()
    assert Watcher.of(remote).commit() == commit


def test_credentials_are_in_no_argument_file_or_message(
    remote: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A git program that records how it is called."""
    log = tmp_path / "calls"
    program = tmp_path / "bin/git"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\necho "$0 $*" >> {log}\n'
        'echo "fatal: no s3cr3t-token here, s3cr3t%40token" >&2\n'
        'case "$*" in *ls-remote*) exit 128;; esac\n'
        f'exec {shutil.which("git")} "$@"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    for url in (
        "https://s3cr3t-token@git.example.com/shop.git",
        "https://user:s3cr3t-token@git.example.com/shop.git",
        "https://s3cr3t-token:x-oauth-basic@git.example.com/shop.git",
        "https://user:s3cr3t%40token@git.example.com/shop.git",
    ):
        source = GitSource(GitOptions(url), tmp_path / "state")
        assert source.label == "https://git.example.com/shop.git"
        (tmp_path / "copy").mkdir(exist_ok=True)
        with pytest.raises(NotFetched) as caught:
            source.fetch(tmp_path / "copy", None)
        wanted = "s3cr3t%40token" if "%40" in url else "s3cr3t-token"
        assert wanted not in str(caught.value)
        assert "s3cr3t" not in repr(source._location)
    assert "s3cr3t" not in log.read_text()
    assert "ls-remote" in log.read_text()
    kept = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert kept
    assert not any(b"s3cr3t" in path.read_bytes() for path in kept)
