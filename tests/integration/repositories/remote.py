# SPDX-License-Identifier: GPL-3.0-or-later
"""A Git repository of somebody else, which may hold anything. Its objects are written without the
git program, which is slow and refuses some of them.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

#: A stack without errors.
FILES: Mapping[str, bytes] = {
    "stack.vgo": b"name: shop\nid: 0123456789abcdef\n",
    "configcrates/web.vgo": b"name: web\nresources: []\n",
    "envoys/envoys.vgo": b"envoys: []\n",
    "templates/page": b"\0\xffhello\r\n",
}
_PERSON = "A <a@example.com> 1700000000 +0000"


@dataclass(frozen=True)
class Special:
    """An entry of a tree that is not an ordinary file."""

    mode: str
    content: bytes


def link(target: str) -> Special:
    return Special("120000", target.encode())


def submodule(commit: str = "1" * 40) -> Special:
    return Special("160000", commit.encode())


Files = Mapping[str, "bytes | Special"]


class Remote:
    """A bare repository with one branch, main."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("objects", "refs/heads", "refs/tags", "hooks"):
            (folder / name).mkdir(parents=True)
        (folder / "config").write_text("[core]\nrepositoryformatversion = 0\nbare = true\n")
        self.set_head("main")

    def set_head(self, branch: str) -> None:
        (self.folder / "HEAD").write_text(f"ref: refs/heads/{branch}\n")

    def git(self, *words: str, **settings: str) -> str:
        """Run git on it. settings: of its configuration, with __ for a dot."""
        options = [
            word
            for key, value in settings.items()
            for word in ("-c", f"{key.replace('__', '.')}={value}")
        ]
        return subprocess.run(
            ["git", *options, f"--git-dir={self.folder}", *words],
            capture_output=True,
            check=True,
            text=True,
            env={
                **os.environ,
                **dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "A"),
                **dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "a@example.com"),
            },
        ).stdout.strip()

    def object(self, kind: str, content: bytes) -> str:
        stored = f"{kind} {len(content)}\0".encode() + content
        name = hashlib.sha1(stored).hexdigest()
        path = self.folder / "objects" / name[:2] / name[2:]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(zlib.compress(stored, 1))
        return name

    def blob(self, content: bytes) -> str:
        return self.object("blob", content)

    def raw_tree(self, entries: Sequence[tuple[str, bytes, str]]) -> str:
        """Write a tree as it is given: with names that git would refuse, or twice the same."""
        return self.object(
            "tree",
            b"".join(
                mode.encode() + b" " + name + b"\0" + bytes.fromhex(identifier)
                for mode, name, identifier in entries
            ),
        )

    def tree(self, files: Files) -> str:
        """Write the tree of these files, by their paths."""
        folders: dict[str, dict[str, bytes | Special]] = {}
        entries: list[tuple[str, bytes, str]] = []
        for path, content in files.items():
            top, slash, rest = path.partition("/")
            if slash:
                folders.setdefault(top, {})[rest] = content
            elif isinstance(content, Special) and content.mode == "160000":
                entries.append((content.mode, top.encode(), content.content.decode()))
            elif isinstance(content, Special):
                entries.append((content.mode, top.encode(), self.blob(content.content)))
            else:
                entries.append(("100644", top.encode(), self.blob(content)))
        for name, inner in folders.items():
            entries.append(("40000", name.encode(), self.tree(inner)))
        return self.raw_tree(
            sorted(entries, key=lambda entry: entry[1] + b"/" * (entry[0] == "40000"))
        )

    def commit(
        self,
        files: Files | None = None,
        *,
        tree: str = "",
        parents: Sequence[str] | None = None,
        branch: str = "main",
    ) -> str:
        """Add a commit to a branch, or replace the branch by one with other parents."""
        reference = f"refs/heads/{branch}"
        if parents is None:
            parents = [found] if (found := self.get(reference)) else []
        lines = [
            f"tree {tree or self.tree(FILES if files is None else files)}",
            *(f"parent {parent}" for parent in parents),
            f"author {_PERSON}",
            f"committer {_PERSON}",
            "\nchange\n",
        ]
        commit = self.object("commit", "\n".join(lines).encode())
        self.set(reference, commit)
        return commit

    def tag(self, name: str, target: str, *, annotated: bool = False) -> str:
        """Set a tag, also one that exists."""
        if annotated:
            content = f"object {target}\ntype commit\ntag {name}\ntagger {_PERSON}\n\nrelease\n"
            target = self.object("tag", content.encode())
        self.set(f"refs/tags/{name}", target)
        return target

    def set(self, reference: str, target: str) -> None:
        path = self.folder / reference
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{target}\n")

    def get(self, reference: str) -> str:
        path = self.folder / reference
        return path.read_text().strip() if path.exists() else ""
