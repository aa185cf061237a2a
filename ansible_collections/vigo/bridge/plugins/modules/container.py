#!/usr/bin/python
# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module vigo.bridge.container."""

from __future__ import annotations

DOCUMENTATION = r"""
module: container
short_description: Manage a container on Docker or Podman
version_added: 0.1.0
description:
  - Pulls, creates, starts, stops, replaces and removes a container, until it matches the task and
    is stable.
  - Only options that the task sets are compared, and options that the previous call set and this
    one does not. Everything else is left to the image or the engine.
  - An empty list, mapping or string is the same as omitting the option, except for O(command) and
    O(entrypoint). Setting a default explicitly, or writing a value in another form, changes
    nothing.
  - A container that differs is changed in place where the engine can do that (restart policy,
    limits, networks), and replaced otherwise. It is also replaced when its image reference now
    refers to another image.
  - The old container is stopped only after the new one has been created, and removed only after
    the new one has settled. When the new one fails, the old one runs again, the new one stays for
    inspection as C(CONTAINER.vigo-failed), and its exit code and last log lines are in the result.
    If a call is killed, the next one repairs what it left.
  - With O(update=start-first), the new container is started while the old one is running. The old
    one is stopped only after the new one is healthy and has taken over the name. If the new one
    fails, the old one keeps running.
  - The new container takes over anonymous volumes of the old one.
  - Containers that share the network of the old one (O(network_mode=container:NAME)) are replaced
    with it, running or not; if that fails, all are restored. This requires that this collection
    created them. With M(vigo.bridge.converge), containers that another resource describes are
    replaced as well.
  - Options of M(community.docker.docker_container) with the same meaning can be written with the
    names that they have there. For the others, the error says what to write. The how-to "From
    docker_container to vigo.bridge.container" in the documentation of vigo-bridge lists all.
  - A container that another tool created (C(docker run), Compose, another module) is adopted
    unchanged if it matches the task. It is not known which settings were wanted, so only those
    that the task sets are compared. A setting that the task no longer sets stays until the
    container is replaced for another reason. To manage all settings with the task, remove the
    container once and let the task create it.
author:
  - The vigo-bridge developers (@vigo-bridge)
requirements:
  - Docker Engine 20.10 or newer, or Podman 4.3 or newer with its Docker API enabled, on the target
  - Docker SDK for Python 5.0.3 or newer on the target or on the controller, only if the engine is
    not at a Unix socket or the user has a Docker configuration
options:
  container:
    description: The container's name.
    type: str
    aliases: [name]
    required: true
  image:
    description:
      - The image, by reference, tag or digest.
      - Without it, the task acts on an existing container and does not change its settings. It
        starts, stops, restarts or removes the container, no matter which tool created it. If a
        stack created it, the task warns.
      - A missing container is then an error, unless O(state=absent). Options that are settings of
        the container cannot be set, except O(stop_timeout) with O(state=stopped),
        O(state=restarted) or O(state=absent).
    type: str
  state:
    description:
      - V(running) creates and starts it. V(started) is another word for it.
      - V(stopped) creates it if it is missing, and stops it if it is running.
      - V(restarted) is V(running), and also restarts it unless the task creates, replaces or starts
        it anyway. The task always reports a change.
      - V(present) creates it if it is missing, and does not start or stop it. If it has to be
        replaced, the new one is started if the old one was running.
      - V(absent) stops and removes it.
      - A resource of a stack can be V(running), V(stopped) or V(absent).
    type: str
    default: running
    choices: [running, started, stopped, restarted, present, absent]
  recreate:
    description:
      - Whether to replace the container even if it matches the task. The task always reports a
        change. Requires O(image).
    type: bool
    default: false
  force_kill:
    description:
      - Whether to kill the container where O(state) requires to stop or restart it. It gets no stop
        signal, and O(stop_timeout) does not apply.
      - A container that is replaced is always stopped with its stop signal.
    type: bool
    default: false
    aliases: [forcekill]
  pull:
    description:
      - When to query the registry for the image.
      - With V(missing), only if the engine does not have the image.
      - With V(always), on each run. A container with an older image is then replaced.
      - An image for another O(platform) counts as missing.
      - With V(never), not at all. A missing image is an error.
      - V(true) is short for V(always), and V(false) for V(missing).
    type: raw
    default: missing
    choices: [missing, always, never, true, false]
  registry_username:
    description:
      - The user name for the image's registry. Requires O(registry_password).
      - Default is the login in the Docker configuration of the user that the module runs as,
        including credential helpers (C(credsStore), C(credHelpers)). If a helper fails, the task
        warns and pulls without a login.
    type: str
  registry_password:
    description: The password or token of O(registry_username).
    type: str
  docker_host:
    description:
      - The address of the engine, for example V(unix:///run/podman/podman.sock).
      - Default is the target's environment variable E(DOCKER_HOST), otherwise the engine's
        default socket.
    type: str
    aliases: [docker_url]
  command:
    description:
      - The command and its arguments, as a list, or as a string that is split as in a shell.
      - Default is the image's command. An empty list means no arguments for the entry point; it is
        an error if the image has no entry point.
    type: raw
  entrypoint:
    description:
      - The entry point, as a list, or as a string that is split as in a shell.
      - Default is the image's entry point. If this is set, the engine ignores the image's command.
      - An empty list means no entry point, and requires O(command).
    type: raw
  env:
    description:
      - Environment variables.
      - A mapping, a list of C(NAME=VALUE), or a string such as C(A=1,B=2). In a string, a comma is
        a separator only before another C(NAME=).
    type: raw
  env_file:
    description:
      - Files on the target with environment variables, one C(NAME=VALUE) per line. O(env)
        overrides them, and a later file overrides an earlier one.
      - They have the format of C(env_file) in Compose. In single quotes, everything is literal; in
        double quotes, C(\n), C(\t), C(\") and similar escapes are supported; both can span lines.
        Without quotes, a value ends before a C(#) that follows a space. C($NAME), C(${NAME}) and
        C(${NAME:-default}) are variables of earlier files and lines, never of the host; C($$) is a
        dollar sign.
      - "C({path: PATH, format: raw}) is a file in which everything after the equals sign is the
        value, as with C(docker run --env-file). With C(required: false) it may be missing."
      - They must be regular files of at most 1 MiB, in UTF-8. A name without a value is ignored,
        with a note.
      - A list of paths or of such mappings, or a comma-separated string of paths.
    type: raw
  user:
    description: The user that the process runs as, C(USER) or C(USER:GROUP), by name or number.
    type: str
  workdir:
    description: The folder in the container that the process starts in.
    type: str
    aliases: [working_dir]
  group_add:
    description:
      - Further groups of the process, by name or number.
      - A list, or a comma-separated string.
    type: raw
    aliases: [groups]
  tty:
    description: Whether the process gets a terminal. Its output and errors are then one stream.
    type: bool
  stdin_open:
    description: Whether standard input stays open if not attached.
    type: bool
    aliases: [interactive]
  init:
    description: Whether a small init process forwards signals and reaps zombie processes.
    type: bool
  stop_signal:
    description: The signal that stops the process, for example V(SIGQUIT), V(QUIT) or V(3).
    type: str
  stop_timeout:
    description:
      - How long to wait for the process to stop before it is killed, in whole seconds, for example
        V(30), V(30s) or V(1m).
      - Without O(image), this is not a setting of the container. It only applies when the task
        stops, restarts or removes it.
    type: raw
  healthcheck:
    description:
      - How the engine checks whether the container is healthy.
      - A mapping with C(test) (a string for the container's shell, or a list of the command and its
        arguments, which may begin with C(CMD) or C(CMD-SHELL)), C(interval), C(timeout),
        C(start_period), C(start_interval) (lengths of time) and C(retries). Keys that are not set
        are taken from the image, as is a C(0), which engines treat as not set. C(start_interval)
        needs Docker 25.
      - A list that begins with C(CMD-SHELL) has exactly one more string. A string is always a
        command for the shell, so V(NONE) and V(CMD wget) are errors.
      - A string, which is short for a mapping with this C(test).
      - A mapping with C(disable) set to V(true) disables the image's health check.
      - C(test) may contain references to secrets.
    type: raw
  platform:
    description:
      - The platform of the image, for example V(linux/arm64). V(arm64) is an abbreviation of it.
      - If a registry does not have it, engines pull an image for another platform. Here, this is
        an error.
    type: str
  labels:
    description:
      - Labels of the container, in addition to those of the image.
      - A mapping, a list of C(NAME=VALUE), or a string, as for O(env).
    type: raw
  ports:
    description:
      - The ports that are published, each as V(8080:80), V(127.0.0.1:8080:80), V(53:53/udp),
        V(8000-8010:8000-8010), or V(80) or V(0:80) for a port of the host that the engine chooses.
        An IPv6 address is written in brackets, V([::1]:8080:80).
      - Quote them. YAML may read a pair of numbers as one number.
      - A list, or a comma-separated string.
    type: raw
    aliases: [published_ports]
  expose:
    description:
      - Ports of the container that it announces without publishing them, for example V(8081) or
        V(53/udp). Containers on the same network can reach all ports, announced or not.
      - A list of ports and ranges, or a comma-separated string.
    type: raw
    aliases: [exposed_ports, exposed]
  publish_all:
    description:
      - Whether the engine publishes all ports that the container or its image exposes, on ports of
        the host that it chooses.
    type: bool
    aliases: [publish_all_ports]
  mounts:
    description:
      - Further mounts, in the same forms as O(volumes). Both lists are one setting.
    type: raw
  volumes:
    description:
      - The mounts, each in the short form C(/HOST/PATH:/PATH), C(VOLUME:/PATH), or C(/PATH) for an
        anonymous volume, or in the long form.
      - The first two can end with comma-separated options, for example C(:ro) or C(:ro,Z). The
        options are C(ro), C(rw), C(z), C(Z), C(nocopy), and propagation modes such as C(rslave).
      - The long form is a mapping as in a compose file, with C(type) (V(bind), V(volume), V(tmpfs)
        or V(image); by default V(volume)), C(source), C(target), C(read_only), and the options of
        the type in a mapping with its name. It can also be a string as for C(docker run --mount).
        Options of a type can also be beside C(type), with the names that they have in
        C(community.docker.docker_container).
      - C(bind) has C(propagation), C(selinux) (V(z) or V(Z)), C(create_host_path) (by default
        V(false)), and C(recursive) (V(enabled), V(disabled), V(writable) or V(readonly)).
      - C(volume) has C(nocopy), C(subpath), C(labels), and C(driver_config) with C(name) and
        C(options). The labels and the driver are used if the container creates the volume. A volume
        that exists with another driver or other options is used as it is, with a warning.
      - C(tmpfs) has C(size) and C(mode). Such an entry is the same as one in O(tmpfs).
      - C(image) has C(subpath). The image is pulled if it is missing, unless O(pull=never). It is
        always mounted read-only. An image that has moved to another name is not detected.
      - C(consistency) is accepted and has no effect on Linux.
      - A path of the host that does not exist is an error unless C(create_host_path) is set. Podman
        always creates the folder.
      - A list, one mapping, or a string in which a comma is a separator only before a path or
        C(VOLUME:/).
    type: raw
  volumes_from:
    description:
      - Other containers whose volumes and paths it mounts, too, as C(NAME) or C(NAME:ro).
      - The other container must come first; name its resource in C(depends_on). If its volumes
        change, this container is recreated.
      - A list, or a comma-separated string.
    type: raw
  tmpfs:
    description:
      - Folders in memory, each as C(/PATH) or C(/PATH:OPTIONS).
      - A list, a string in which a comma is a separator only before a path, or a mapping of paths
        to options.
    type: raw
  devices:
    description:
      - Devices of the host, each as C(/dev/A), C(/dev/A:/dev/B) or C(/dev/A:/dev/B:rwm), or by a
        name of the Container Device Interface (CDI) such as C(nvidia.com/gpu=all).
      - CDI names need Docker 25 or newer. Before Docker 28.2, CDI must be turned on in the engine's
        C(daemon.json), with C({"features":{"cdi":true}}). They also work with Podman 5.4 or newer.
      - A list, or a comma-separated string.
    type: raw
  device_cgroup_rules:
    description:
      - Rules that allow the container to use devices, also those that are created later, as
        C(TYPE MAJOR:MINOR ACCESS), for example V(c 189:* rwm).
      - A list, or a comma-separated string.
    type: raw
  gpus:
    description:
      - GPUs, as for C(docker run --gpus) and in compose files. V(all), a number, or a mapping or a
        list of mappings with the keys of O(device_requests). The capability C(gpu) is added.
      - A short form of O(device_requests). Both are one setting.
    type: raw
  device_requests:
    description:
      - Devices that a driver of the engine provides, such as GPUs. One mapping, or a list.
      - C(driver) is the name of the driver; by default the engine chooses one by C(capabilities).
      - C(count) is the number of devices, or V(all), which is the default. C(device_ids) names them
        instead.
      - C(capabilities) is a list of capabilities that a device must have, or a list of such lists,
        of which one is needed.
      - C(options) is a mapping of options of the driver.
      - If the engine has no such driver, it reports this when the container is started; the former
        container is then restored. Not supported with Podman, whose Docker API ignores it.
    type: raw
  runtime:
    description:
      - The runtime of the engine, for example V(nvidia) or V(runsc). Not supported with Podman,
        whose Docker API ignores it.
    type: str
  network:
    description: A network that the container joins, in addition to O(networks).
    type: str
  networks:
    description:
      - The networks that the container joins.
      - A mapping of names to null, or to a mapping with C(aliases), C(ipv4_address),
        C(ipv6_address), C(link_local_ips), C(mac_address), C(driver_opts) and C(gw_priority); or a
        list of names, or of such mappings with an additional key C(name); or a comma-separated
        string of names.
      - C(gw_priority) requires Docker 28; the network with the highest one has the gateway. For
        networks other than the first, C(mac_address) requires Docker 25 or Podman, and adding or
        changing such a network recreates the container.
      - Containers on a network can reach each other by name and by alias.
      - A fixed address requires a network with a configured subnet, not one that is created on
        demand.
    type: raw
  network_mode:
    description:
      - V(bridge), V(host), V(none), C(container:NAME), or the name of a network.
      - Mutually exclusive with O(network) and O(networks).
    type: str
  create_networks:
    description:
      - Whether to create a missing network, as a bridge.
      - Otherwise a missing network is an error.
    type: bool
    default: true
  mac_address:
    description: The MAC address on the first network, for example V(02:42:ac:11:00:02).
    type: str
  hostname:
    description:
      - The host name in the container. It cannot be combined with the network of another container.
    type: str
  domainname:
    description: The domain name in the container.
    type: str
  dns:
    description:
      - Name servers, in the order in which they are queried.
      - A list, or a comma-separated string.
    type: raw
    aliases: [dns_servers]
  dns_search:
    description:
      - Domains to search for names without a dot, in this order.
      - A list, or a comma-separated string.
    type: raw
    aliases: [dns_search_domains]
  dns_opt:
    description:
      - Options of the resolver, for example V(ndots:2).
      - A list, or a comma-separated string.
    type: raw
    aliases: [dns_opts]
  extra_hosts:
    description:
      - Lines for C(/etc/hosts), each as C(NAME:ADDRESS).
      - A mapping of names to addresses, a list, or a comma-separated string.
    type: raw
    aliases: [etc_hosts]
  restart:
    description:
      - What the engine does when the process ends, one of V(no), V(always), V(unless-stopped),
        V(on-failure), or V(on-failure:5) with the number of attempts.
      - Default is V(no).
    type: raw
    aliases: [restart_policy]
  memory:
    description: The memory limit, in bytes or with a unit, V(512m), V(2g).
    type: raw
  memory_swap:
    description:
      - The maximum of memory and swap together, in the format of O(memory); V(unlimited) or V(-1)
        for no limit. Requires O(memory).
    type: raw
  memory_reservation:
    description:
      - The memory that the kernel tries to leave to the container if memory is short, in the format
        of O(memory).
      - It cannot be more than O(memory).
    type: raw
  memory_swappiness:
    description:
      - How readily the kernel swaps out its memory, from V(0) to V(100); V(-1) for the value of the
        host.
      - Hosts with cgroup v2 do not support it.
    type: int
  oom_kill_disable:
    description:
      - Whether its processes wait instead of being killed when it reaches its O(memory) limit.
      - Hosts with cgroup v2 do not support it.
    type: bool
    aliases: [oom_killer]
  oom_score_adj:
    description:
      - How likely the kernel is to kill its processes when the host runs out of memory, from
        V(-1000), never, to V(1000), first.
    type: int
  cpus:
    description: The maximum number of CPUs, for example V(1.5).
    type: raw
  cpu_quota:
    description:
      - The CPU time that it may use in each O(cpu_period), in microseconds; V(-1) for no limit.
      - Mutually exclusive with O(cpus), which is simpler.
    type: int
  cpu_period:
    description:
      - The length of a period for O(cpu_quota), in microseconds, from V(1000) to V(1000000). The
        kernel's default is V(100000).
    type: int
  cpuset_cpus:
    description:
      - The numbers of the CPUs that it may use, for example V(0-2,5).
      - A string, or a list of numbers and ranges.
    type: raw
  cpuset_mems:
    description:
      - The numbers of the NUMA memory nodes that it may use, in the format of O(cpuset_cpus).
    type: raw
  cpu_shares:
    description: Its share of CPU time, relative to other containers.
    type: int
  pids_limit:
    description: The maximum number of processes; V(-1) for no limit.
    type: int
  blkio_weight:
    description:
      - Its share of the time of block devices, relative to other containers, from V(10) to V(1000).
      - The kernel must support it.
    type: int
  blkio_weight_device:
    description:
      - Its share of the time of single block devices, in the format of O(device_read_bps).
      - The kernel must support it.
    type: raw
  device_read_bps:
    description:
      - How many bytes it may read from block devices in one second.
      - A mapping of devices to rates with or without a unit, for example C(/dev/sda) to V(10m); a
        list of C(DEVICE:RATE) or of mappings with C(path) and C(rate); or a comma-separated string.
    type: raw
  device_write_bps:
    description:
      - How many bytes it may write to block devices in one second, in the format of
        O(device_read_bps).
    type: raw
  device_read_iops:
    description:
      - How often it may read from block devices in one second, in the format of O(device_read_bps).
    type: raw
  device_write_iops:
    description:
      - How often it may write to block devices in one second, in the format of O(device_read_bps).
    type: raw
  ulimits:
    description:
      - Limits of the process.
      - A mapping of names to a number or to a mapping with C(soft) and C(hard); a list of
        C(NAME=SOFT:HARD) or C(NAME=BOTH); or a comma-separated string of these.
    type: raw
  shm_size:
    description: The size of C(/dev/shm), in bytes or with a unit, V(128m).
    type: raw
  cap_add:
    description:
      - Capabilities to add, for example V(NET_ADMIN).
      - A list, or a comma-separated string.
    type: raw
    aliases: [capabilities]
  cap_drop:
    description:
      - Capabilities to drop, for example V(ALL).
      - A list, or a comma-separated string.
    type: raw
  privileged:
    description: Whether the container has all privileges of the host.
    type: bool
  read_only:
    description: Whether the root file system is read-only.
    type: bool
  security_opt:
    description:
      - Security options, for example V(no-new-privileges).
      - A list, or a comma-separated string.
    type: raw
    aliases: [security_opts]
  sysctls:
    description:
      - Kernel parameters.
      - A mapping, a list of C(NAME=VALUE), or a string, as for O(env).
    type: raw
  ipc:
    description: The IPC namespace, for example V(private), V(host) or C(container:NAME).
    type: str
    aliases: [ipc_mode]
  pid:
    description: The PID namespace, V(host) or C(container:NAME).
    type: str
    aliases: [pid_mode]
  uts:
    description:
      - Whether its host name is its own or that of the host.
      - V(host) is mutually exclusive with O(hostname).
    type: str
    choices: [private, host]
  userns_mode:
    description:
      - The user namespace. V(host) turns off the mapping of users that the engine is configured
        for.
      - Podman also has V(private), V(nomap), V(keep-id) and V(auto).
    type: str
  cgroupns:
    description:
      - Whether it sees its own control groups only, or those of the host. By default, the engine
        decides.
    type: str
    choices: [private, host]
    aliases: [cgroupns_mode]
  cgroup_parent:
    description: The control group below which the engine puts that of the container.
    type: str
  log_driver:
    description: Where the engine sends the output, for example V(json-file) or V(journald).
    type: str
  log_opts:
    description:
      - Options of O(log_driver).
      - A mapping, a list of C(NAME=VALUE), or a string, as for O(env).
    type: raw
    aliases: [log_options, log_opt]
  annotations:
    description:
      - Notes for the program that runs the container, such as C(runc).
      - A mapping, a list of C(NAME=VALUE), or a comma-separated string.
    type: raw
  storage_opt:
    description:
      - Options of the storage driver, for example C(size=10G), in the format of O(annotations).
      - The file system of the host must support them.
      - Refused with a Docker that stores images in containerd, because it ignores them.
    type: raw
    aliases: [storage_opts]
  health_timeout:
    description:
      - How long to wait for a container with a health check to become healthy, in seconds, or with
        a unit, for example V(90s) or V(2m).
      - The task also waits for a running container that is not healthy, and fails as for a new
        one. In M(vigo.bridge.converge), only if other resources depend on it;
        otherwise a note names it.
      - With O(expect=exited), the time limit of the container.
      - Default is V(60), and V(300) with O(expect=exited).
    type: raw
  settle_time:
    description:
      - How long a container without a health check must keep running after it was started, in
        seconds, or for example V(10s).
      - Default is V(2).
    type: raw
  expect:
    description:
      - V(running) is for a service.
      - V(exited) is for a container that does its work once. If it exited with code 0 and matches
        the task, nothing is done; otherwise it runs again. The task waits up to O(health_timeout)
        until it exits. Requires O(restart=no), because the first exit code is its result.
    type: str
    default: running
    choices: [running, exited]
  renew_volumes:
    description: Whether a container that is replaced gets new, empty anonymous volumes.
    type: bool
    default: false
  remove_volumes:
    description: Whether O(state=absent) also removes the container's anonymous volumes.
    type: bool
    default: false
  update:
    description:
      - How a running container is replaced.
      - With V(stop-first), the old container is stopped before the new one is started.
      - With V(start-first), the new one is started as C(CONTAINER.vigo-new) and must become
        healthy, or keep running for O(settle_time). Then it takes over the name, by which other
        containers on its networks find it. Finally, the old one is stopped.
      - With V(start-first), settings that two containers cannot have at the same time are an error.
        These are a fixed host port in O(ports), a fixed address or an alias that is the container's
        name in O(networks), the container's name as O(hostname), O(network_mode=host) and
        C(container:NAME), a volume or path that is not read-only (see O(share_volumes)), and
        O(expect=exited). The task also fails if other containers share its network or have a link
        to it.
      - V(start-first) is not supported on Podman, where a running container keeps the name that it
        was started with.
      - A container that is not running, or is paused or restarting, is always replaced as with
        V(stop-first).
      - This option is not a setting of the container. Changing it does not recreate the container.
        This also applies to O(share_volumes), O(pre_stop) and O(drain_time).
    type: str
    default: stop-first
    choices: [stop-first, start-first]
  share_volumes:
    description:
      - Whether both containers may write to the same volumes and paths while they run side by side
        with O(update=start-first). Set this only if the program supports it; most databases do not.
    type: bool
    default: false
  pre_stop:
    description:
      - A command to run before the old container is stopped to replace it, for example one that
        makes its health check fail, so that a proxy sends it no new requests. With
        O(update=start-first), the new container is already healthy and has the name.
      - A list, or a string that is split as in a shell. It is not run in a shell.
      - If a run is killed, the next one runs the command again.
    type: raw
  pre_stop_on:
    description:
      - Where to run O(pre_stop).
      - V(container) is the old container, V(host) the target.
    type: str
    default: container
    choices: [container, host]
  pre_stop_timeout:
    description:
      - The time limit of O(pre_stop), in seconds or with a unit, for example V(2m). After this
        time, it counts as failed.
      - Default is V(60).
    type: raw
  pre_stop_failure:
    description:
      - With V(error), the task fails if O(pre_stop) fails, and the old container keeps running.
      - With V(warning), the task warns, and the old container is stopped.
    type: str
    default: error
    choices: [error, warning]
  drain_time:
    description:
      - How long to wait after O(pre_stop) before the old container is stopped to replace it, in
        seconds, or for example V(30s). Meanwhile it finishes its requests, and proxies notice that
        its name now belongs to the new container.
      - Default is V(10) with O(update=start-first), and V(0) otherwise.
    type: raw
  keep_images:
    description:
      - How many other images of the same repository to keep on the engine after the container was
        created or replaced. The image that was just replaced is kept first, then the newest ones.
      - Images that a container uses are always kept.
      - By default, all stay.
    type: int
  triggered:
    description:
      - Whether something that the container uses has changed, so that it needs a restart. It gets
        one unless this call creates, replaces or starts it anyway, or O(state) is not V(running).
      - Set it to V(true) in a handler; in a task, to an expression such as C(earlier_result is
        changed).
    type: bool
    default: false
attributes:
  async:
    support: none
  check_mode:
    support: full
    details:
      - A moved tag is detected by querying the registry, without pulling. If the registry does not
        respond, or with Podman, which cannot query it without pulling, the action is V(unknown).
  diff_mode:
    support: full
    details: Shows each field that differs.
extends_documentation_fragment:
  - vigo.bridge.attributes
  - vigo.bridge.engine_group
  - vigo.bridge.action
  - vigo.bridge.sdk
notes:
  - With O(update=stop-first), nothing runs between stopping the old container and starting the new
    one. That usually takes less than a second, plus the time that the old process needs to end. If
    the call is killed at this moment, nothing runs until the next call, which restores the old
    container.
  - If an engine or its host does not support a setting, a warning or an error says so before
    anything is changed. Limits that the host's control groups do not support are ignored with a
    warning. Podman's Docker API does not support O(domainname), cannot remove the limit
    O(memory_swap), and does not report O(sysctls) and O(log_opts) of a container that another tool
    created.
  - Engines cannot change a container's settings, so they are recorded in its label
    C(vigo.bridge.spec) as one line of JSON, with references in place of secrets. If this would
    exceed 32 KiB, the longest ones are recorded as a hash.
  - Vigo's comma-separated strings have no quoting. Prefer lists and mappings.
seealso:
  - module: vigo.bridge.file
  - module: vigo.bridge.exec
  - module: vigo.bridge.converge
  - name: Compose specification
    description: The meaning of the attributes in detail.
    link: https://github.com/compose-spec/compose-spec/blob/main/05-services.md
"""

EXAMPLES = r"""
- name: Run Redis with its data in a named volume
  vigo.bridge.container:
    container: redis
    image: redis:7-alpine
    command: redis-server --appendonly yes
    ports: ["127.0.0.1:6379:6379"]
    volumes: ["redis-data:/data"]
    restart: unless-stopped
    memory: 256m

- name: Run a web application, and wait until it is healthy
  vigo.bridge.container:
    container: shop
    image: registry.example.com/shop:v2.1.0
    registry_username: deploy
    registry_password: secret:registry/password
    env:
      DATABASE_URL: postgres://shop:secret:{shop/database_password}@db/shop
      LOG_LEVEL: info
    networks:
      backend:
        aliases: [web]
      frontend:
    healthcheck:
      test: [CMD, wget, -q, -O, /dev/null, "http://localhost:8080/health"]
      interval: 5s
      retries: 3
    health_timeout: 2m

- name: Update a web application without downtime
  vigo.bridge.container:
    container: shop-api
    image: registry.example.com/shop-api:v2.1.0
    networks: [backend]
    healthcheck:
      test: [CMD, wget, -q, -O, /dev/null, "http://localhost:8080/health"]
      interval: 2s
    update: start-first
    pre_stop: touch /tmp/draining
    drain_time: 15s
    stop_timeout: 30s

- name: Follow a moving tag
  vigo.bridge.container:
    container: proxy
    image: nginx:stable
    pull: always
    ports: ["80:80", "443:443"]
    volumes:
      - /etc/proxy/nginx.conf:/etc/nginx/nginx.conf:ro
      - certificates:/etc/nginx/certificates:ro

- name: Run a job once for each new version of its image
  vigo.bridge.container:
    container: shop-migrate
    image: registry.example.com/shop:v2.1.0
    command: [bin/migrate, --all]
    networks: [backend]
    expect: exited
    health_timeout: 10m

- name: Run a container with few rights on Podman
  vigo.bridge.container:
    container: resolver
    image: registry.example.com/resolver:1.4
    docker_host: unix:///run/podman/podman.sock
    ports: ["53:53/udp", "53:53/tcp"]
    user: "1000:1000"
    read_only: true
    tmpfs: [/run, "/tmp:size=16m"]
    cap_drop: [ALL]
    cap_add: [NET_BIND_SERVICE]
    security_opt: [no-new-privileges]
    pids_limit: 100
    ulimits:
      nofile: {soft: 1024, hard: 4096}

- name: Run a web server with mounts in long form
  vigo.bridge.container:
    container: pages
    image: nginx:1.27
    volumes:
      - type: bind
        source: /srv/pages
        target: /usr/share/nginx/html
        read_only: true
        bind:
          create_host_path: true
      - type: volume
        source: pages-cache
        target: /var/cache/nginx
        volume:
          nocopy: true
      - type: tmpfs
        target: /run
        tmpfs:
          size: 16m

- name: Restart a container, whatever its settings are
  vigo.bridge.container:
    container: proxy
    state: restarted

- name: Remove a container with its anonymous volumes
  vigo.bridge.container:
    container: old-shop
    state: absent
    remove_volumes: true
"""

RETURN = r"""
action:
  description:
    - What was done, or would be done in check mode.
    - V(ran) means that a container with O(expect=exited) was running, and its end was awaited.
    - V(blocked) is a failure outside the container, such as an engine or a registry that does not
      respond.
    - V(unknown) occurs in check mode only, if the outcome depends on an actual change.
  returned: always
  type: str
  sample: recreated
  choices:
    - none
    - created
    - updated
    - recreated
    - started
    - stopped
    - restarted
    - deleted
    - ran
    - failed
    - blocked
    - unknown
reason:
  description:
    - The reason. For V(none) it may contain a note, for example that the container is unhealthy.
  returned: always
  type: str
  sample: image redis:6-alpine -> redis:7-alpine
diff:
  description:
    - The options that differ and the state, before and after, as two mappings.
    - Old values of environment variables are masked; values of secrets are always masked.
  returned: when something changes
  type: dict
  sample:
    before:
      image: redis:6-alpine
    after:
      image: redis:7-alpine
rc:
  description: The exit code of the container's process.
  returned: when the process ended during the call
  type: int
  sample: 1
output:
  description:
    - The last 20 lines of the container's output and errors, at most 16 KiB. Values of secrets are
      masked.
  returned: with O(expect=exited), if the process ended successfully during the call
  type: str
  sample: "applied 3 migrations\n"
container:
  description:
    - The container after the task; null if it does not exist.
    - In check mode, what it would be. Values that only an actual change would show are null.
    - Neither environment variables nor labels of this collection are contained, and values of
      secrets are masked.
  returned: unless the options are invalid or RV(action) is V(blocked)
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      sample: redis
    id:
      description: Its full ID.
      type: str
      sample: 4c01db0b339c5f9c4f0a7a6c8d1f1f6b8a4e5d3c2b1a09f8e7d6c5b4a3928170
    image:
      description: The image reference that it was created with.
      type: str
      sample: redis:7-alpine
    image_id:
      description: The ID of its image.
      type: str
      sample: sha256:9f0c1d8e7b6a5948372615049382716f5e4d3c2b1a0f9e8d7c6b5a4938271605
    digest:
      description: The digest of its image in the registry, or else the ID.
      type: str
      sample: sha256:1b503bb77079ba644371969e06e1a6a1670bb34c2251107c0fc3a21ef9fdaeca
    state:
      description: V(created), V(running), V(paused), V(restarting), V(removing), V(exited) or
        V(dead).
      type: str
      sample: running
    health:
      description: V(starting), V(healthy) or V(unhealthy); empty without a health check, or if it
        is not running.
      type: str
      sample: healthy
    exit_code:
      description: The exit code of its last process.
      type: int
      sample: 0
    restarts:
      description: How many times the engine has restarted it.
      type: int
      sample: 0
    created_at:
      description: When it was created.
      type: str
      sample: "2026-11-29T12:00:00.123456789Z"
    started_at:
      description: When it was last started; empty if it never was.
      type: str
      sample: "2026-11-29T12:00:01.123456789Z"
    up_s:
      description: For how many seconds it has been running; null if it is not running.
      type: int
      sample: 2
    addresses:
      description: For each of its networks, by name, its addresses C(ipv4), C(ipv6) and C(mac).
        They are empty if it has none, or is not running. In check mode, they can be null.
      type: dict
      sample:
        bridge:
          ipv4: 172.17.0.2
          ipv6: ""
          mac: "02:42:ac:11:00:02"
    ports:
      description: Published ports.
      type: list
      elements: str
      sample: ["127.0.0.1:6379->6379"]
    labels:
      description: Its labels, with those of the image. Values of more than 4096 characters are
        omitted.
      type: dict
      sample:
        tier: cache
log:
  description: The last lines that the failed container wrote, or empty.
  returned: on failure
  type: str
  sample: "Fatal error, can't open config file '/etc/redis.conf'\n"
duration_s:
  description: The duration in seconds, with pulling and waiting.
  returned: always
  type: float
  sample: 3.217
"""

from ..module_utils.types.container.as_task import ContainerTask
from ..module_utils.types.task import run_module


def main() -> None:
    run_module(
        ContainerTask(),
        mutually_exclusive=[("network_mode", "network"), ("network_mode", "networks")],
        required_together=[("registry_username", "registry_password")],
        required_by={"memory_swap": "memory"},
    )


if __name__ == "__main__":
    main()
