# SPDX-License-Identifier: GPL-3.0-or-later
"""Image layers made from Debian packages and texts: the same bytes for the same recipe, cached."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.testbed import debian
from tests.testbed.common import cache_folder, run

# What a program does not need to run.
_LEFT_OUT = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/bug", "lib/systemd")


@dataclass(frozen=True)
class Recipe:
    """What a layer consists of.

    `scripts` and `texts` map absolute paths to contents; scripts are executable. With
    `busybox`, every applet of busybox-static is there under its name.
    """

    packages: tuple[str, ...] = ()
    busybox: bool = False
    scripts: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    folders: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layer:
    """A layer as registries keep it: `path` is a gzipped tar."""

    path: Path
    digest: str
    diff_id: str
    size: int


def layer(recipe: Recipe) -> Layer:
    """Build the layer of a recipe, or take it from the cache."""
    key = hashlib.sha256(repr(recipe).encode()).hexdigest()[:16]
    path = cache_folder() / f"layer-{key}.tar.gz"
    if not path.exists():
        content = gzip.compress(_tar(recipe), compresslevel=6, mtime=0)
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(content)
        unfinished.rename(path)
    content = path.read_bytes()
    return Layer(
        path=path,
        digest=_sha256(content),
        diff_id=_sha256(gzip.decompress(content)),
        size=len(content),
    )


def _sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _tar(recipe: Recipe) -> bytes:
    with tempfile.TemporaryDirectory(dir=cache_folder()) as scratch:
        root = Path(scratch)
        _fill(root, recipe)
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w", format=tarfile.GNU_FORMAT) as archive:
            for path in sorted(root.rglob("*")):
                name = str(path.relative_to(root))
                if not name.startswith(_LEFT_OUT):
                    archive.add(path, name, recursive=False, filter=_anonymous)
        return stream.getvalue()


def _fill(root: Path, recipe: Recipe) -> None:
    packages = [*recipe.packages, *(["busybox-static"] if recipe.busybox else [])]
    if packages:
        debian.unpack(packages, root)
        _link_merged_folders(root)
    if recipe.busybox:
        _link_applets(root)
    for name in recipe.folders:
        (root / name.lstrip("/")).mkdir(parents=True, exist_ok=True)
    for mode, files in ((0o755, recipe.scripts), (0o644, recipe.texts)):
        for name, text in files.items():
            path = root / name.lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            path.chmod(mode)


def _link_merged_folders(root: Path) -> None:
    """Link /bin, /lib and so on: newer packages have everything below /usr."""
    for name in ("bin", "sbin", "lib", "lib64"):
        if (root / "usr" / name).exists() and not (root / name).exists():
            (root / name).symlink_to(f"usr/{name}")


def _link_applets(root: Path) -> None:
    for applet in run([str(root / "bin/busybox"), "--list"]).split():
        link = root / "bin" / applet
        if not link.exists():
            link.symlink_to("busybox")


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Return an entry that has the same bytes for every user and time."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    entry.mtime = 0
    return entry
