# SPDX-License-Identifier: GPL-3.0-or-later
"""A real image registry, as a container with an address of its own, so that its port 80 is free.

The main one is at `REGISTRY_ADDRESS`: as mirror it serves `redis:7-alpine`, and hosts know
it as myregistry.example.com. Others can be started to be protected or stopped.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

import docker
import requests
from docker.errors import ImageNotFound, NotFound
from docker.models.containers import Container

from tests.testbed.common import NAME, REGISTRY_ADDRESS, TestbedError, run, say
from tests.testbed.engine import Engine
from tests.testbed.images import stand_ins
from tests.testbed.layers import Recipe, layer
from tests.testbed.network import flags, run_on_network
from tests.testbed.sharing import SHARED, owner_labels
from tests.testbed.upload import MANIFEST, load, repository_and_tag, upload

_IMAGE = f"{NAME}/registry"
_READY_SECONDS = 30

_CONFIG = """\
version: 0.1
log: {level: warn}
storage:
  filesystem: {rootdirectory: /registry}
  delete: {enabled: true}
http: {addr: ":80"}
"""
_PROTECTION = """\
auth:
  htpasswd: {realm: testbed, path: /etc/htpasswd}
"""
_START = """\
#!/bin/sh
cp /etc/registry.yml /tmp/config.yml
if [ -n "$HTPASSWD" ]; then
    printf '%s\\n' "$HTPASSWD" > /etc/htpasswd
    cat /etc/protection.yml >> /tmp/config.yml
fi
trap 'exit 0' TERM
while sleep 0.1; do
    [ -e /tmp/down ] || docker-registry serve /tmp/config.yml &
    wait $!
done
"""
_RECIPE = Recipe(
    packages=("docker-registry",),
    busybox=True,
    scripts={"/bin/start": _START},
    texts={"/etc/registry.yml": _CONFIG, "/etc/protection.yml": _PROTECTION},
    folders=("/tmp", "/registry"),
)


class Registry:
    """A running registry.

    Attributes:
        address: its IP address; engines of the testbed accept `ADDRESS/name:tag` without TLS.
        url: where its HTTP API answers.
    """

    def __init__(self, container: Container, address: str) -> None:
        self._container = container
        self.address = address
        self.url = f"http://{address}"

    def push(self, engine: Engine, local: str, name: str) -> None:
        """Push the image `local` of an engine of ours, to be pulled as `name`."""
        repository, tag = repository_and_tag(name)
        remote = f"{self.address}/{repository}"
        client = engine.client()
        try:
            client.images.get(local).tag(remote, tag)
            for line in client.images.push(remote, tag, stream=True, decode=True):
                if "error" in line:
                    raise TestbedError(f"pushing {local} as {name} failed: {line['error']}")
            client.images.remove(f"{remote}:{tag}", noprune=True)
        finally:
            client.close()

    def load(self, client: docker.DockerClient, name: str) -> None:
        """Put a stand-in into an engine that does not pull from here, a user's own.

        Raises:
            TestbedError: there is no stand-in of that name.
        """
        image = next((image for image in stand_ins() if image.name == name), None)
        if image is None:
            raise TestbedError(f"there is no stand-in for the image {name}")
        load(image, client)

    def tag(self, name: str, new_tag: str) -> None:
        """Add a tag to the image: `tag("myregistry.example.com/webapp:v2", "latest")`.

        An existing tag moves, as when a new version is published under it.
        """
        repository, tag = repository_and_tag(name)
        manifests = f"{self.url}/v2/{repository}/manifests"
        found = requests.get(f"{manifests}/{tag}", headers={"Accept": MANIFEST}, timeout=30)
        found.raise_for_status()
        requests.put(
            f"{manifests}/{new_tag}",
            data=found.content,
            headers={"Content-Type": found.headers["Content-Type"]},
            timeout=30,
        ).raise_for_status()

    def upload_stand_ins(self) -> None:
        """Fill the registry with all stand-in images, as they were built; moved tags go back."""
        for image in stand_ins():
            upload(image, self.url)

    def stop(self) -> None:
        """Stop the registry; it keeps its content.

        Its container stays, so that connections are refused at once. An address that does not exist
        would keep clients waiting for half a minute.
        """
        self._container.exec_run(["sh", "-c", "touch /tmp/down; killall docker-registry"])

    def start(self) -> None:
        """Start it again, and wait until it answers."""
        self._container.exec_run(["rm", "-f", "/tmp/down"])
        self.wait()

    def set_users(self, users: Mapping[str, str]) -> None:
        """Let only these users (name: password) use a protected registry, from now on."""
        script = 'printf "%s\\n" "$1" > /etc/htpasswd.new && mv /etc/htpasswd.new /etc/htpasswd'
        self._container.exec_run(["sh", "-c", script, "sh", _htpasswd(users)])

    def wait(self) -> None:
        """Wait until it answers (401 is an answer as well)."""
        deadline = time.monotonic() + _READY_SECONDS
        while True:
            try:
                requests.get(f"{self.url}/v2/", timeout=5)
                return
            except requests.ConnectionError as error:
                if time.monotonic() > deadline:
                    log = self._container.logs(tail=20).decode(errors="replace")
                    raise TestbedError(f"the registry does not answer: {error}\n{log}") from error
                time.sleep(0.1)

    def remove(self) -> None:
        """Remove it with its content; nothing happens when it is gone already."""
        with suppress(NotFound):
            self._container.remove(force=True, v=True)


def shared_registry(base: Engine) -> Registry:
    """Return the main registry: found running, or started and filled."""
    client = base.client()
    name = f"{NAME}-registry"
    try:
        container = client.containers.get(name)
        if container.status == "running":
            return Registry(container, REGISTRY_ADDRESS)
        container.remove(force=True, v=True)
    except NotFound:
        pass
    say("starting the registry and filling it with stand-in images ...")
    options = ["--name", name, *flags("--label", owner_labels(SHARED))]
    registry = _start(base, options, REGISTRY_ADDRESS)
    registry.upload_stand_ins()
    return registry


def private_registry(base: Engine, users: Mapping[str, str] | None = None) -> Registry:
    """Return an empty registry of the caller's own, which only these users (name: password) may
    use.
    """
    options = [
        *flags("--label", owner_labels()),
        *flags("--env", {"HTPASSWD": _htpasswd(users or {})}),
    ]
    return _start(base, options)


def _start(base: Engine, options: Sequence[str], address: str | None = None) -> Registry:
    image = _image(base.client())
    container, address = run_on_network(base, image, options, address=address)
    registry = Registry(container, address)
    registry.wait()
    return registry


def _image(client: docker.DockerClient) -> str:
    files = layer(_RECIPE)
    tag = files.digest.removeprefix("sha256:")[:12]
    try:
        client.images.get(f"{_IMAGE}:{tag}")
    except ImageNotFound:
        client.api.import_image_from_file(
            str(files.path), repository=_IMAGE, tag=tag, changes=['ENTRYPOINT ["/bin/start"]']
        )
    return f"{_IMAGE}:{tag}"


def _htpasswd(users: Mapping[str, str]) -> str:
    return "\n".join(f"{user}:{_bcrypt(password)}" for user, password in users.items())


def _bcrypt(password: str) -> str:
    """Return the only hash that the registry takes; Perl, which all Debians have, asks libcrypt."""
    salt = "$2y$05$testbedtestbedtestbede"
    return run(["perl", "-e", "print crypt($ARGV[0], $ARGV[1])", password, salt])
