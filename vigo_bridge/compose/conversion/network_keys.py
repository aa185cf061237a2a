# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks, ports, links and dependencies of a container."""

from __future__ import annotations

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values import (
    ports as port_texts,
)
from vigo_bridge.compose.conversion import names
from vigo_bridge.compose.conversion.engine_objects import add_network
from vigo_bridge.compose.conversion.job import Job
from vigo_bridge.compose.findings import ComposeError
from vigo_bridge.compose.model import Attachment, Dependency, Network
from vigo_bridge.compose.stack.content import Resource
from vigo_bridge.compose.text import Text, short
from vigo_bridge.language.diagnostics import did_you_mean_or_known

DEFAULT = "default"


def attach(job: Job) -> None:
    """Attach the service's networks; the project's own if it names none."""
    service = job.service
    if service.network_mode is not None:
        _mode(job, service.network_mode)
        return
    attachments = service.networks or (Attachment(DEFAULT, (), None, None, 0, service.position),)
    networks = [_network(job, attachment) for attachment in attachments]
    job.attributes["networks"] = {
        network.name: _endpoint(job, attachment)
        for network, attachment in zip(networks, attachments, strict=True)
    }
    if all(network.external for network in networks):
        job.attributes["create_networks"] = False
        return
    for network in networks:
        if network.external:
            job.needs(existing("network", network.name))
        else:
            add_network(job, network)


def _network(job: Job, attachment: Attachment) -> Network:
    known = job.project.networks
    if attachment.network in known:
        return known[attachment.network]
    if attachment.network == DEFAULT:
        name = f"{job.project.name}_{DEFAULT}"
        return Network(DEFAULT, name, False, {}, attachment.position)
    raise ComposeError(
        attachment.position,
        f"the project has no network {attachment.network!r}",
        did_you_mean_or_known(attachment.network, list(known)) or "add it under networks:",
    )


def _endpoint(job: Job, attachment: Attachment) -> dict[str, object]:
    aliases = [job.service.name]
    for alias in (*attachment.aliases, *job.shared.aliases.get(job.service.name, ())):
        rendered = job.plain("networks", alias)
        if rendered is not None and rendered not in aliases:
            aliases.append(rendered)
    endpoint: dict[str, object] = {"aliases": aliases}
    for key, address in (
        ("ipv4_address", attachment.ipv4),
        ("ipv6_address", attachment.ipv6),
        ("mac_address", attachment.mac),
        ("gw_priority", attachment.gw_priority),
    ):
        rendered = job.plain("networks", address) if address is not None else None
        if rendered is not None:
            endpoint[key] = rendered
    local = [job.plain("networks", address) for address in attachment.link_local]
    if local:
        endpoint["link_local_ips"] = [address for address in local if address is not None]
    opts = {
        name: job.plain("networks", option) if option else ""
        for name, option in attachment.driver_opts
    }
    if opts:
        endpoint["driver_opts"] = {name: opt for name, opt in opts.items() if opt is not None}
    return endpoint


def existing(kind: str, name: str) -> Resource:
    return Resource(
        f"{kind}-{name}",
        kind,
        {kind: name, "external": True},
        [f"The {kind} is external: it must already exist."],
    )


def _mode(job: Job, text: Text) -> None:
    if not str(text).startswith("service:"):
        job.set("network_mode", "network_mode", text)
        return
    other = _other(job, "network_mode", str(text).removeprefix("service:"))
    job.attributes["network_mode"] = f"container:{names.container(job.project, other)}"


def namespace(job: Job, key: str, text: Text) -> None:
    """Set ipc or pid: of the host, or of another service's container."""
    if not str(text).startswith("service:"):
        job.set(key, key, text)
        return
    other = _other(job, key, str(text).removeprefix("service:"))
    job.attributes[key] = f"container:{names.container(job.project, other)}"


def volumes_from(job: Job, texts: tuple[Text, ...]) -> None:
    """Set the containers whose volumes it mounts: those of services, or by their own names."""
    found = []
    for text in texts:
        first, *rest = str(text).split(":")
        if first == "container" and rest:
            found.append(":".join(rest))
            continue
        other = _other(job, "volumes_from", first)
        found.append(":".join([names.container(job.project, other), *rest]))
    if found:
        job.attributes["volumes_from"] = found


def _other(job: Job, key: str, name: str) -> str:
    _known(job, key, name)
    job.depends_on += names.resources(job.project, name)
    return name


def _known(job: Job, key: str, name: str) -> None:
    if name not in job.project.services:
        raise ComposeError(
            job.place(key),
            f"the project has no service {name!r}",
            did_you_mean_or_known(name, list(job.project.services)) or "add it under services:",
        )


def depends_on(job: Job, dependencies: tuple[Dependency, ...]) -> None:
    for dependency in dependencies:
        _known(job, "depends_on", dependency.service)
        if dependency.service in job.absent and not dependency.required:
            job.note(
                "depends_on",
                f"{dependency.service} belongs to an inactive profile and is optional (required:"
                " false), so the dependency is ignored",
            )
            continue
        for name in names.resources(job.project, dependency.service):
            if name not in job.depends_on:
                job.depends_on.append(name)
            if dependency.restart:
                job.subscribes.append(name)
        if dependency.condition == "healthy":
            job.comments.append(f"Starts when {dependency.service} is healthy.")


def links(job: Job, texts: tuple[Text, ...]) -> None:
    for text in texts:
        service, alias = text.partition(":")
        _known(job, "links", str(service))
        for name in names.resources(job.project, str(service)):
            if name not in job.depends_on:
                job.depends_on.append(name)
        if alias is not None and str(alias) != str(service):
            job.note(
                "links",
                f"the alias {alias} of {service} applies to the whole network, so all containers in"
                " it see it",
            )


def ports(job: Job, texts: tuple[Text, ...]) -> None:
    """Set the ports.

    A literal host port becomes a variable, so that it can differ from host to host.
    """
    published = []
    for text in texts:
        try:
            found = port_texts.parse([str(text)], "ports")
        except ResourceError as error:
            job.lost("ports", str(error), "publish one host port for each port")
            continue
        port = found[0]
        if text.uses or len(found) > 1 or port.host is None:
            rendered = job.plain("ports", text)
        else:
            name = names.word(job.service.name) + "_port"
            name += f"_{port.inner}" if len(texts) > 1 else ""
            variable = job.renderer.variable(
                name, str(port.host), f"the host port in {short(text.position)}"
            )
            before = f"{port.host}:"
            written = str(text)
            at = written.rindex(before)
            rendered = f"{written[:at]}{variable}:{written[at + len(before) :]}"
        if rendered is not None:
            published.append(rendered)
    if published:
        job.attributes["ports"] = published


def extra_hosts(job: Job, hosts: tuple[tuple[str, Text], ...]) -> None:
    rendered = [(name, job.plain("extra_hosts", address)) for name, address in hosts]
    entries = [f"{name}:{address}" for name, address in rendered if address is not None]
    if entries:
        job.attributes["extra_hosts"] = entries
