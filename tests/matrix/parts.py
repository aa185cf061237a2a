# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests of the matrix: those that depend on the version of Ansible or Python.

All other code uses an engine or the machine, and nothing of Ansible. Its integration tests need not
be repeated with another ansible-core, and the unit tests run it on every Python.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

#: By version of ansible-core: the Pythons on which it runs, and those that its targets may have.
CORES = {
    "2.19": (("3.11", "3.12", "3.13"), ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13")),
    "2.20": (("3.12", "3.13"), ("3.9", "3.10", "3.11", "3.12", "3.13")),
    "2.21": (("3.12", "3.13"), ("3.9", "3.10", "3.11", "3.12", "3.13")),
}

#: A version that is not released yet, and its Python: the package `ansible-core` of this release of
#: Debian. Tests that fail there do not fail the matrix (see beta.py).
BETA, BETA_PYTHON, BETA_SUITE = "2.22", "3.14", "forky"


@dataclass(frozen=True)
class Part:
    """Tests that are run together.

    tests: the arguments of pytest. long: whether tests marked `sweep` are included. alone: whether
    tests that need an engine or hosts of the testbed are left out. once: whether it runs only on
    the newest controller of a core, instead of on each. on_targets: whether it runs once for each
    Python of a target.
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
    # How Ansible calls and loads our plugins and modules, renders templates, prints results and
    # hides secrets, and how we run Ansible.
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
            "ansible_programs",
            "generate",
            "generate_pull",
            "import_secrets",
            "inventory_hosts",
            "kept_module_in_a_shell",
            "locales",
            "mesh_inventory",
            "mesh_worker",
            "metadata_in_programs",
            "prepared_playbooks",
        )
    ),
    # The inventory plugin, the playbook converge and the role, also with invalid input, and the
    # collection as Ansible Galaxy installs it.
    "plugins": Part(
        (
            *_files("inventory_plugin", "stack_role"),
            "tests/integration/test_packaging.py::TestCollectionAlone",
        ),
        long=True,
    ),
    # All cases, also those with containers, in both styles.
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

# Containers without Ansible: on each engine, with one Python.
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

# The parts that run on the host with the beta, which has neither an engine nor other hosts.
BETA_PARTS = {
    word: replace(part, long=False, alone=True)
    for word, part in PARTS.items()
    if word in ("unit", "integration", "plugins")
}
