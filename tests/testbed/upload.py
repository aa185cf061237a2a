# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-in images straight into a registry, whose HTTP API takes the layers, or into an engine."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import platform
import tarfile

import docker
import requests
from docker.models.images import Image

from tests.testbed.common import REGISTRY_NAME
from tests.testbed.images import StandIn
from tests.testbed.layers import Layer, layer

_DOCKER = "application/vnd.docker"
MANIFEST = f"{_DOCKER}.distribution.manifest.v2+json"
_MADE_BY = "testbed"  # In the history of an image, which every engine keeps.
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def upload(image: StandIn, registry: str) -> None:
    """Put an image into the registry at this URL, under the repository an engine looks for."""
    repository, tag = repository_and_tag(image.name)
    layers = [layer(recipe) for recipe in image.layers]
    for part in layers:
        upload_blob(registry, repository, part.digest, part.path.read_bytes())
    config = json.dumps(_config(image, layers), sort_keys=True).encode()
    config_digest = f"sha256:{hashlib.sha256(config).hexdigest()}"
    upload_blob(registry, repository, config_digest, config)
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {
            "mediaType": f"{_DOCKER}.container.image.v1+json",
            "digest": config_digest,
            "size": len(config),
        },
        "layers": [
            {
                "mediaType": f"{_DOCKER}.image.rootfs.diff.tar.gzip",
                "digest": part.digest,
                "size": part.size,
            }
            for part in layers
        ],
    }
    requests.put(
        f"{registry}/v2/{repository}/manifests/{tag}",
        data=json.dumps(manifest),
        headers={"Content-Type": MANIFEST},
        timeout=60,
    ).raise_for_status()


def load(image: StandIn, client: docker.DockerClient) -> None:
    """Put an image into an engine that cannot pull it from our registry."""
    layers = [layer(recipe) for recipe in image.layers]
    files = {f"{part.diff_id[7:]}.tar": gzip.decompress(part.path.read_bytes()) for part in layers}
    manifest = [{"Config": "config.json", "RepoTags": [image.name], "Layers": list(files)}]
    files["config.json"] = json.dumps(_config(image, layers), sort_keys=True).encode()
    files["manifest.json"] = json.dumps(manifest).encode()
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    client.images.load(stream.getvalue())


def is_stand_in(image: Image) -> bool:
    """Return whether an image of an engine is one of ours, and not the real one of its name."""
    return any(step["CreatedBy"] == _MADE_BY for step in image.history())


def repository_and_tag(name: str) -> tuple[str, str]:
    """Return the repository and tag of an image, by the name that users write.

    >>> repository_and_tag("redis:7-alpine")
    ('library/redis', '7-alpine')
    >>> repository_and_tag("myregistry.example.com/webapp")
    ('webapp', 'latest')
    """
    repository, _, tag = name.partition(":")
    first, _, rest = repository.partition("/")
    if first == REGISTRY_NAME:
        repository = rest
    elif not rest:
        repository = f"library/{repository}"
    return repository, tag or "latest"


def _config(image: StandIn, layers: list[Layer]) -> dict[str, object]:
    return {
        "architecture": ARCHITECTURES.get(platform.machine(), platform.machine()),
        "os": "linux",
        "created": "2026-01-01T00:00:00Z",
        "config": image.config,
        "rootfs": {"type": "layers", "diff_ids": [part.diff_id for part in layers]},
        "history": [{"created": "2026-01-01T00:00:00Z", "created_by": _MADE_BY} for _ in layers],
    }


def upload_blob(registry: str, repository: str, digest: str, content: bytes) -> None:
    """Put a layer or a configuration into the registry at this URL, if it is not there."""
    blobs = f"{registry}/v2/{repository}/blobs"
    if requests.head(f"{blobs}/{digest}", timeout=60).status_code == 200:
        return
    started = requests.post(f"{blobs}/uploads/", timeout=60)
    started.raise_for_status()
    requests.put(
        started.headers["Location"], params={"digest": digest}, data=content, timeout=60
    ).raise_for_status()
