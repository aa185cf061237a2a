# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests of the matrix: those that depend on the version of Ansible or Python.

Everything else talks to an engine or to the machine in Python alone, on the controller's Python; it
needs no second ansible-core, and the unit tests show it on every Python.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

#: ansible-core -> the Pythons that it runs on, and those that its targets may have.
CORES = {
    "2.19": (("3.11", "3.12", "3.13"), ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13")),
    "2.20": (("3.12", "3.13"), ("3.9", "3.10", "3.11", "3.12", "3.13")),
    "2.21": (("3.12", "3.13"), ("3.9", "3.10", "3.11", "3.12", "3.13")),
}

#: Beside those, tried without a verdict: a version that is not released yet, and its Python. It is
#: the package `ansible-core` of this release of Debian (see beta.py).
BETA, BETA_PYTHON, BETA_SUITE = "2.22", "3.14", "forky"


@dataclass(frozen=True)
class Part:
    """Tests that are run together.

    tests: what pytest is given. long: the tests marked `sweep` as well. alone: only those that need
    neither an engine nor hosts of the testbed. once: on the newest controller of a core alone,
    instead of on each. on_targets: once for each Python of a target.
    """

    tests: tuple[str, ...]
    long: bool = False
    alone: bool = False
    once: bool = False
    on_targets: bool = False

    @property
    def markers(self) -> str:
        """The expression that chooses tests by their markers; empty for all."""
        left_out = (() if self.long else ("sweep",)) + (("testbed",) if self.alone else ())
        return " and ".join(f"not {marker}" for marker in left_out)


def _files(*names: str) -> tuple[str, ...]:
    return tuple(f"tests/integration/test_{name}.py" for name in names)


ON_ENGINES = "engines"

PARTS = {
    "unit": Part(("-n", "auto", "--dist", "loadfile", "tests/unit")),
    # How Ansible calls, loads, templates, prints and hides what is ours, and how we run Ansible.
    "integration": Part(
        _files(
            "modules_in_ansible",
            "ansible_page",
            "readable_playbook",
            "strangers_playbook",
            "sdk_for_targets",
            "secret_values",
            "templates_through_a_run",
            "user_variables",
            "task_style",
            "rollouts",
            "interrupt",
        )
    ),
    # The inventory plugin, the playbook converge and the role, with all that they refuse, and the
    # collection as Ansible Galaxy installs it.
    "plugins": Part(
        (
            *_files("inventory_plugin", "stack_role"),
            "tests/integration/test_packaging.py::TestCollectionAlone",
        ),
        long=True,
    ),
    # Both styles, all cases, those with containers too.
    "conformance": Part(_files("conformance"), long=True, once=True),
    # The scenarios of this repository, and one inside a generated role.
    "molecule": Part(
        (
            *_files("molecule"),
            "tests/integration/test_task_style.py::test_scenario_inside_a_role",
            "tests/integration/test_task_style.py::test_it_passes_the_production_profile",
        ),
        long=True,
        once=True,
    ),
    # The cases with containers, in both styles, on each engine.
    ON_ENGINES: Part(
        ("tests/integration/test_conformance.py::test_containers",), long=True, once=True
    ),
    # Every module, without and with the docker SDK, in both styles, by role and playbook.
    "targets": Part(
        (
            *_files("modules_in_ansible", "inventory_plugin", "stack_role", "sdk_for_targets"),
            "tests/integration/test_conformance.py::test_some",
        ),
        once=True,
        on_targets=True,
    ),
}

# What containers are and become, in Python alone: on each engine, with one Python.
CONTAINERS = Part(
    _files(
        "container_attributes",
        "container_adoption",
        "container_networks",
        "container_faults",
        "container_followers",
        "container_property",
        "container_waiting",
        "container_recovery",
        "container_refusals",
        "networks_and_volumes",
        "prune",
    ),
    long=True,
)

# On the host of the beta, which has neither an engine nor other hosts.
BETA_PARTS = {
    word: replace(part, long=False, alone=True)
    for word, part in PARTS.items()
    if word in ("unit", "integration", "plugins")
}
