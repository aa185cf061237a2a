#!/usr/bin/python
# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module vigo.bridge.converge."""

from __future__ import annotations

DOCUMENTATION = r"""
module: converge
short_description: Converge all resources of a host
version_added: 0.1.0
description:
  - Applies containers, files, commands and other resources in one call, in the order that the
    references between them define.
  - If a resource fails, those that depend on it are skipped; all others continue, and the task
    fails at the end.
  - The triggers of a change (O(resources[].notify), O(resources[].subscribes)) are written to a
    journal on the host before the change is made. They stay there until they are delivered, so that
    no trigger is lost if a run fails or is killed.
  - Text in resources is a Go template as in Vigo's C(.vgo) files. Mark such text C(!unsafe) in
    YAML, otherwise Ansible renders it.
author:
  - The vigo-bridge developers (@vigo-bridge)
options:
  resources:
    description:
      - The resources, in the order in which they are written.
      - Default is the variable C(vigo_resources), which Ansible does not render.
    type: list
    elements: dict
    suboptions:
      id:
        description: C(CRATE/NAME), or just a name. Default is O(resources[].name).
        type: str
      name:
        description: A name without a crate. Default is the type and its main attribute.
        type: str
      type:
        description:
          - The type of the resource, V(container), V(file) or V(exec), whose attributes are those
            of the module of that name.
          - A type that has no module of its own, such as V(process), V(package) or V(service).
          - Or the full name of any module that runs on the target, such as V(ansible.builtin.user).
            Its attributes are O(resources[].args) and O(resources[].timeout).
        type: str
        required: true
      args:
        description: For a type that is the full name of a module, the options of that module.
        type: dict
      timeout:
        description:
          - For a type that is the full name of a module, the time limit of the module, in seconds
            or with a unit, such as V(5m). After this time, it is stopped, and the resource fails.
            Default is V(300).
        type: raw
      depends_on:
        description: References to resources or crates that come before this one.
        type: raw
      before:
        description: References to resources that come after this one.
        type: raw
      notify:
        description: References to resources that a change of this one triggers.
        type: raw
      subscribes:
        description: References to resources whose change triggers this one.
        type: raw
      when:
        description:
          - A condition in Vigo's language, evaluated on the host at the resource's turn.
          - V(changed) in it means that the resource is applied only when something triggers it.
        type: str
      item:
        description: The value of C(.Item) in the resource's templates.
        type: raw
      template:
        description: Whether the strings of the resource are templates.
        type: bool
        default: true
      triggered:
        description: Whether to apply the resource as if it had been triggered.
        type: bool
        default: false
      revert:
        description:
          - Whether to undo the resource instead of applying it, with O(resources[].on_revert) or in
            the way that is built in for its type. This happens once. Later runs report V(none)
            until the resource has been applied again.
          - Guards, triggers and V(changed) in O(resources[].when) have no effect. Other conditions
            are checked.
        type: bool
        default: false
      on_revert:
        description:
          - The shell command that undoes the resource.
        type: str
  crates:
    description:
      - For each configcrate by name, its C(depends_on), C(when), C(vars) that only its own
        resources see, and C(resources), as in O(resources), each prefixed with the name of the
        crate.
      - Default is the variable C(vigo_crates), which Ansible does not render.
    type: dict
  vars:
    description:
      - The value of C(.Vars) in templates.
      - Default is the variable C(vigo_vars), which Ansible does not render. In this case, a
        variable that the inventory, the playbook or C(-e) defines overrides the entry of the same
        name.
    type: dict
  scope:
    description:
      - The name of the stack or playbook that converges the host. Containers, networks and the
        journal of triggers are marked with it. Two playbooks that converge one host need two
        scopes.
      - A container of another scope is never changed. A resource fails if its container would have
        the name of such a container.
      - Default is the variable C(vigo_scope), or V(default).
    type: str
  stack_id:
    description:
      - An ID, such as a random number, that distinguishes this O(scope) from others with the same
        name.
      - If containers on the host have the same O(scope) with another ID, nothing is changed, and
        the task fails. A scope with an ID can be renamed, and keeps its containers.
      - If O(scope) is not set either, default is the variable C(vigo_stack_id).
    type: str
  former_scopes:
    description:
      - Former names of this scope. A container that is marked with one of them, no ID, and the ID
        of the resource that describes it is taken over without a restart. Pending triggers of
        these resources are taken over, too.
      - If O(scope) is not set either, default is the variable C(vigo_former_scopes).
    type: list
    elements: str
  scope_is_default:
    description:
      - Whether O(scope) is only the name of a folder, which another stack can also have. In this
        case, O(prune) is an error.
      - If O(scope) is not set either, default is the variable C(vigo_scope_is_default).
    type: bool
    default: false
  state_dir:
    description:
      - The folder for the journal and the lock.
      - Default is C(/var/lib/vigo-bridge) for root, and C(vigo-bridge) in E(XDG_STATE_HOME) for
        others; C(~/.local/state) is used if that is not an absolute path.
      - Each part of its path must belong to the user who runs the module or to root, and no other
        user may be able to write to it, or the task fails. A parent folder can have the sticky bit,
        like V(/tmp).
    type: path
  lock_timeout:
    description:
      - How many seconds to wait for another run on this host to finish.
      - Default is the variable C(vigo_lock_timeout), or V(30).
    type: float
  min_healthy_time:
    description:
      - How many seconds all containers of O(resources) must stay healthy at the end, after all
        resources were applied. If a container does not, it fails, and the result has its last log
        lines.
      - Healthy means that the container runs, is not restarted, and passes its healthcheck if it
        has one. Containers that are expected to exit or to be stopped do not count.
      - Other runs on the host wait meanwhile, see O(lock_timeout).
      - Check mode does not wait, nor does a run in which a resource failed.
      - Default is the variable C(vigo_min_healthy_time), or V(0).
    type: float
  former:
    description:
      - V(keep) stores, on the host, the state of files and containers before this call changes
        them, for the rollout that O(rollout) names. A container that is replaced is kept, stopped,
        as
        C(NAME.vigo-old); of a file, content, mode and owner are kept in O(state_dir), unless it is
        larger than 8 MiB.
      - V(restore) applies nothing, and undoes what calls with V(keep) and the same O(rollout) have
        changed. What other resources have changed is not undone; their result is V(skipped). A
        failed or interrupted call can be repeated. Check mode changes nothing, and reports
        V(unknown) for what would be undone.
      - V(discard) applies nothing, and removes what was kept. The next call for the same O(scope)
        with another O(rollout), or without one, also removes it.
      - If it is not set, nothing is kept.
      - Default is the variable C(vigo_former).
    type: str
    choices:
      - keep
      - restore
      - discard
  rollout:
    description:
      - A text that no other rollout of this O(scope) has. Required with O(former).
      - Default is the variable C(vigo_rollout).
    type: str
  started_by:
    description:
      - Who runs this. It is recorded on the host, with the time and the outcome, and
        M(vigo.bridge.stack_info) returns it. Nothing is recorded if it is empty.
      - Default is the variable C(vigo_started_by), or the user and the host name of the controller,
        such as V(alice@laptop).
    type: str
  only:
    description:
      - Apply only these crates, as C(CRATE), and resources, as C(CRATE/RESOURCE).
      - Their dependencies are checked, and fail if they do not match; they are not changed. All
        other resources are skipped. Their pending triggers are kept for the next run.
      - Default is the variable C(vigo_only). If it is not set, all resources are applied.
    type: list
    elements: str
  prune:
    description:
      - Whether to remove, at the end, containers of this O(scope) that are no longer in its
        resources, and unused networks that were created for them. This includes adopted containers.
      - Volumes are never removed. Nothing is removed if a resource failed.
      - Requires a O(scope) that was set for this playbook or stack. It is not allowed with
        V(default), which all playbooks without a scope share, and in the first run after a
        O(stack_id) got a new O(scope).
      - Check mode lists such containers in RV(orphans) whether or not this is set.
    type: bool
    default: false
  pull:
    description:
      - With V(always), the images of all containers are pulled, and containers whose image has
        changed are recreated, as if they had C(pull=always). Containers with C(pull=never) are not
        affected.
      - Default is the variable C(vigo_pull). If it is not set, each container has its own policy.
    type: str
    choices:
      - always
  pull_limit:
    description:
      - How many hosts of the play may pull images at the same time. The others wait before anything
        on them is changed. Hosts that have their images already do not wait.
      - If it is not known before whether a resource pulls an image, as with C(changed) in
        O(resources[].when), the host counts as pulling until all its resources are applied.
      - Default is the variable C(vigo_pull_limit). If it is not set, all hosts can pull at once.
    type: int
  docker_host:
    description:
      - The address of the engine for O(prune) and for all containers that do not set their own.
      - It overrides the environment variable E(DOCKER_HOST), also for commands.
    type: str
attributes:
  async:
    support: none
  check_mode:
    description: Predicts all changes. Guards of commands run, and must only read.
    support: full
  diff_mode:
    description: Each resource that changes has its own diff in the result.
    support: full
extends_documentation_fragment:
  - vigo.bridge.attributes
  - vigo.bridge.engine_group
  - vigo.bridge.action
  - vigo.bridge.sdk
seealso:
  - module: vigo.bridge.container
  - module: vigo.bridge.file
  - module: vigo.bridge.exec
"""

EXAMPLES = r"""
- name: A web server that restarts when its configuration changes
  vigo.bridge.converge:
    scope: web
    vars:
      tag: "1.27"
    resources:
      - id: web/config
        type: file
        target_path: /srv/web/default.conf
        content: |
          server { listen 80; root /usr/share/nginx/html; }
        notify: [web/server]
      - id: web/server
        type: container
        container: web
        image: !unsafe "nginx:{{ .Vars.tag }}"
        ports: ["8080:80"]
        volumes: ["/srv/web/default.conf:/etc/nginx/conf.d/default.conf:ro"]

- name: A daemon that reloads when its configuration changes, on machines with enough memory
  vigo.bridge.converge:
    scope: proxy
    crates:
      proxy:
        when: "!is_container && has_enough_ram('512')"
        vars:
          workers: 4
    resources:
      - id: proxy/config
        type: file
        target_path: /etc/proxy/proxy.conf
        content: !unsafe |
          workers {{ .Vars.workers }};
          listen {{ index .Traits.network.ip_addresses 0 }}:8080;
        validate: proxy --check-config %
      - id: proxy/reload
        type: exec
        command: systemctl reload proxy
        when: changed
        subscribes: [proxy/config]

- name: Two crates, each with its resources, the second after the first
  vigo.bridge.converge:
    scope: shop
    crates:
      redis:
        vars:
          port: "6379"
        resources:
          - name: server
            type: container
            container: redis
            image: redis:7-alpine
            ports: !unsafe "127.0.0.1:{{ .Vars.port }}:6379"
      shop:
        depends_on: [redis]
        resources:
          - name: server
            type: container
            container: shop
            image: registry.example.com/shop:v2.1.0

- name: A user, and a line of a file, with modules of Ansible
  vigo.bridge.converge:
    scope: users
    resources:
      - id: users/deploy
        type: ansible.builtin.user
        args: {name: deploy, system: true, shell: /usr/sbin/nologin}
      - id: users/limits
        type: ansible.builtin.lineinfile
        args: {path: /etc/security/limits.conf, line: "deploy - nofile 4096"}
        depends_on: [users/deploy]

- name: Everything that the inventory defines in vigo_resources, vigo_crates and vigo_vars
  vigo.bridge.converge:
"""

RETURN = r"""
resources:
  description:
    - The result of each resource, in the order of the graph.
    - If the task fails, only the resources that failed. A line for each resource that changed is
      printed before.
  returned: always, unless the graph is invalid
  type: list
  elements: dict
  contains:
    id:
      description: The resource.
      type: str
    type:
      description: Its type.
      type: str
    action:
      description:
        - One of C(none), C(created), C(updated), C(recreated), C(started), C(stopped),
          C(restarted), C(deleted), C(ran), C(skipped), C(failed), C(blocked), C(unknown).
        - C(blocked) is a failure outside the resource, such as an engine that does not respond.
        - C(unknown) occurs in check mode only.
      type: str
    reason:
      description: The reason; always set for C(skipped).
      type: str
    failed_dependency:
      description: The failed resource because of which this one was skipped.
      type: str
    adopted:
      description:
        - Set for a container that another tool created and that already matches. It belongs to the
          stack from now on.
      type: bool
    diff:
      description: Before and after.
      type: dict
    error:
      description: For C(failed) and C(blocked), C(message) and the last lines of C(log).
      type: dict
    rc:
      description: The exit code of a command, or of a container that ended.
      type: int
    output:
      description: The end of the output of a command, or of a container with C(expect=exited).
      type: str
    duration_s:
      description: The duration in seconds.
      type: float
orphans:
  description:
    - Containers that this scope created or adopted, and that its resources no longer name.
    - With O(prune), RV(resources) has the result of each, with the id C(prune/NAME);
      C(prune/network/NAME) for a network, and C(prune/ENGINE) for an engine that stopped
      responding.
    - If several engines of the host have a container or a network with the same name, or a resource
      has that id, NAME is followed by C(@ENGINE), as in C(prune/web@unix:///run/other.sock).
  returned: always; filled in check mode and with O(prune)
  type: list
  elements: str
notes:
  description: Notes that are not errors.
  returned: always, also when the call fails
  type: list
  elements: str
"""

from ..module_utils.converge.required_modules import ADDED, require_modules
from ..module_utils.converge.run import converge
from ..module_utils.converge.stack_module import run_stack_module
from ..module_utils.converge.stack_options import STACK_OPTIONS
from ..module_utils.delivery import pull_turns


def main() -> None:
    run_stack_module(
        argument_spec={
            **STACK_OPTIONS,
            "lock_timeout": {"type": "float"},
            "min_healthy_time": {"type": "float"},
            "former": {"type": "str", "choices": ["keep", "restore", "discard"]},
            "rollout": {"type": "str"},
            "started_by": {"type": "str"},
            "prune": {"type": "bool", "default": False},
            "pull": {"type": "str", "choices": ["always"]},
            "pull_limit": {"type": "int"},
        },
        work=converge,
        uses_engine=lambda given: bool(given["prune"]),
        added=(*ADDED, *pull_turns.ADDED),
        prepare=require_modules,
    )


if __name__ == "__main__":
    main()
