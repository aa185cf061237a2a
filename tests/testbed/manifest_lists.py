# SPDX-License-Identifier: GPL-3.0-or-later
"""Images for several platforms in a registry, made from a stand-in that is there for one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import requests

from tests.testbed.registry import Registry
from tests.testbed.upload import MANIFEST, repository_and_tag, upload_blob

_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"


class ImageForPlatforms:
    """One repository of a registry, whose images no other one has.

    repository: its path there. name: as engines pull it.
    """

    def __init__(self, registry: Registry, repository: str) -> None:
        self._url = registry.url
        self.repository = repository
        # With the port, containerd also finds out that there is no TLS.
        self.name = f"{registry.address}:80/{repository}"

    def publish(self, tag: str, images: Mapping[str, str]) -> str:
        """Put a list under a tag, and return its digest. images: a stand-in for each
        architecture.
        """
        manifests = [self._entry(*image) for image in images.items()]
        content = json.dumps({"schemaVersion": 2, "mediaType": _LIST, "manifests": manifests})
        return self._put(tag, content, _LIST)

    def digest(self, architecture: str, image: str) -> str:
        """Return the digest of an image of a list that was published."""
        return str(self._entry(architecture, image)["digest"])

    def _entry(self, architecture: str, image: str) -> dict[str, Any]:
        """Copy a stand-in, as if it was built for this architecture."""
        source, tag = repository_and_tag(image)
        manifest = self._get(f"{source}/manifests/{tag}", Accept=MANIFEST).json()
        for part in manifest["layers"]:
            blob = self._get(f"{source}/blobs/{part['digest']}").content
            upload_blob(self._url, self.repository, part["digest"], blob)
        config = self._get(f"{source}/blobs/{manifest['config']['digest']}").json()
        config["architecture"] = architecture
        config["config"] = {**config["config"], "Labels": {"repository": self.repository}}
        text = json.dumps(config, sort_keys=True).encode()
        digest = _digest(text)
        upload_blob(self._url, self.repository, digest, text)
        manifest["config"].update(digest=digest, size=len(text))
        content = json.dumps(manifest)
        return {
            "mediaType": MANIFEST,
            "digest": self._put(f"{tag}-{architecture}", content, MANIFEST),
            "size": len(content),
            "platform": {"architecture": architecture, "os": "linux"},
        }

    def _get(self, path: str, **headers: str) -> requests.Response:
        found = requests.get(f"{self._url}/v2/{path}", headers=headers, timeout=60)
        found.raise_for_status()
        return found

    def _put(self, tag: str, content: str, kind: str) -> str:
        requests.put(
            f"{self._url}/v2/{self.repository}/manifests/{tag}",
            data=content,
            headers={"Content-Type": kind},
            timeout=60,
        ).raise_for_status()
        return _digest(content.encode())


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
