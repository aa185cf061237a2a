# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys of all kinds of mappings in a stack's files, for the readers and the JSON Schema.

The attributes of resources are not among them; those are in the collection's own list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto


class Form(Enum):
    """The form of a key's value. OWN_NAME: the name that others use for the mapping; TEXTS: a list
    whose texts may contain commas; BY_NAME: a mapping of names to values.
    """

    OWN_NAME = auto()
    TEXT = auto()
    NAME = auto()
    NAMES = auto()
    TEXTS = auto()
    SWITCH = auto()
    VARIABLES = auto()
    ATTRIBUTES = auto()
    NAMES_BY_NAME = auto()
    VARIABLES_BY_NAME = auto()
    ATTRIBUTES_BY_NAME = auto()
    ENVIRONMENTS_BY_NAME = auto()
    RESOURCES = auto()
    ROLES = auto()
    ENTRIES = auto()


@dataclass(frozen=True)
class Key:
    """about: one sentence, which editors show."""

    form: Form
    about: str


@dataclass(frozen=True)
class Shape:
    """One kind of mapping. required: groups of keys, of which one each is required.

    aliases: older keys and their current names. ignored: keys without effect. unsupported: keys of
    Vigo that are rejected.
    """

    keys: Mapping[str, Key]
    required: tuple[tuple[str, ...], ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()


_VARS = Key(Form.VARIABLES, "Variables by name; values are data, never templates.")
_CRATES = Key(Form.NAMES, "The configcrates to include, in order.")
_ROLES = Key(Form.NAMES, "The roles to include, in order.")

CONFIGCRATE = Shape(
    {
        "name": Key(Form.OWN_NAME, "The name that roles and match entries use for the crate."),
        "configcrate": Key(Form.OWN_NAME, "Same as `name`."),
        "depends_on": Key(Form.NAMES, "Configcrates that are applied first."),
        "vars": Key(Form.VARIABLES, "Defaults of variables."),
        "environment_overrides": Key(
            Form.VARIABLES_BY_NAME, "Defaults of variables for each environment."
        ),
        "defaults": Key(Form.ATTRIBUTES, "Attributes for all resources whose type has them."),
        "when": Key(Form.TEXT, "A condition, evaluated once on the target."),
        "foreach": Key(Form.NAME, "A variable with a list: the crate is repeated for each item."),
        "resources": Key(Form.RESOURCES, "The resources of the crate."),
    },
    required=(("name", "configcrate"),),
    aliases={"module": "configcrate"},
    ignored=("provides", "bundle", "compliance"),
    unsupported=("usercrates", "vars_from", "artifact", "revert", "on_revert", "lookups"),
)

RESOURCE = Shape(
    {
        "type": Key(Form.NAME, "The type of resource."),
        "name": Key(Form.TEXT, "The name that other resources use; unique in the crate."),
        "when": Key(Form.TEXT, "A condition. `changed`: apply only when triggered."),
        "foreach": Key(
            Form.NAME, "A variable with a list: the resource is repeated for each item."
        ),
        "case": Key(Form.TEXT, "A template whose result selects an entry of `match`."),
        "match": Key(
            Form.ATTRIBUTES_BY_NAME, "Attributes for each result of `case`, or `default`."
        ),
        "template": Key(Form.SWITCH, "Whether strings of the resource are templates."),
        "revert": Key(Form.SWITCH, "Whether to undo the resource, once, instead of applying it."),
        "on_revert": Key(Form.TEXT, "The shell command that undoes the resource."),
        "depends_on": Key(Form.NAMES, "Resources or crates that are applied before this one."),
        "before": Key(Form.NAMES, "Resources or crates that are applied after this one."),
        "notify": Key(Form.NAMES, "Resources or crates that a change of this one triggers."),
        "subscribes": Key(Form.NAMES, "Resources or crates whose change triggers this one."),
    },
    required=(("type",),),
)

ROLE = Shape(
    {
        "name": Key(Form.OWN_NAME, "The name that match entries use for the role."),
        "includes": Key(Form.NAMES, "Other roles, which cannot include roles themselves."),
        "configcrates": _CRATES,
        "case": Key(Form.NAMES_BY_NAME, "More configcrates for each OS family, or `default`."),
        "vars": _VARS,
    },
    required=(("name",),),
    aliases={"modules": "configcrates"},
)

STACK = Shape(
    {
        "name": Key(
            Form.OWN_NAME,
            "The name of the stack. Everything that it creates on hosts is labelled with it.",
        ),
        "id": Key(Form.TEXT, "A unique random ID. Do not change it."),
        "former_names": Key(
            Form.NAMES, "Former names of the stack, from the time before it had an ID."
        ),
    },
    required=(("name",),),
)

ROLES_FILE = Shape({"roles": Key(Form.ROLES, "Roles, each with a name.")})

ENTRY = Shape(
    {
        "match": Key(
            Form.NAMES, "Globs for host names; `!` excludes. The first matching entry is used."
        ),
        "environment": Key(Form.NAME, "The environment of these envoys."),
        "roles": _ROLES,
        "configcrates": _CRATES,
        "vars": _VARS,
    },
    required=(("match",),),
    aliases={"modules": "configcrates"},
)

ENTRIES_FILE = Shape(
    {"envoys": Key(Form.ENTRIES, "Match entries, tried in this order.")},
    aliases={"nodes": "envoys"},
)

COMMON = Shape(
    {"roles": _ROLES, "configcrates": _CRATES, "vars": _VARS},
    aliases={"modules": "configcrates"},
)

ENVIRONMENTS_FILE = Shape(
    {"env": Key(Form.ENVIRONMENTS_BY_NAME, "What each environment adds and excludes.")},
)

ENVIRONMENT = Shape(
    {
        "configcrates": _CRATES,
        "exclude_configcrates": Key(Form.NAMES, "The configcrates to leave out."),
        "vars": _VARS,
    },
    aliases={"modules": "configcrates", "exclude_modules": "exclude_configcrates"},
)

TASK = Shape(
    {
        "name": Key(Form.OWN_NAME, "The name of the task for `task run`."),
        "command": Key(Form.TEXT, "The shell command."),
        "params": Key(
            Form.VARIABLES, "Parameters and their defaults: `.Vars.NAME` in the command."
        ),
        "target": Key(Form.NAMES, "The hosts, in the format of `--target`."),
        "timeout": Key(Form.TEXT, "Time limit, such as `90` or `5m`."),
        "batch_size": Key(Form.TEXT, "Same as `--batch-size`."),
        "max_failures": Key(Form.TEXT, "Same as `--max-failures`."),
        "health_check": Key(Form.TEXT, "Same as `--health-check`."),
    },
    required=(("name",), ("command",)),
)

BUILD = Shape(
    {
        "name": Key(Form.OWN_NAME, "The name of the build, as for `vigo-bridge build NAME`."),
        "image": Key(Form.TEXT, "The image's name, with its registry, without a tag."),
        "variable": Key(
            Form.NAME, "The variable with the image's full name, which `build` changes."
        ),
        "context": Key(
            Form.TEXT, "The folder to build, relative to the stack's folder, or a Git URL."
        ),
        "dockerfile": Key(Form.TEXT, "The Dockerfile, relative to the context."),
        "dockerfile_inline": Key(Form.TEXT, "The content of the Dockerfile."),
        "target": Key(Form.NAME, "The stage of the Dockerfile to build."),
        "args": Key(
            Form.VARIABLES,
            "Build arguments by name; one without a value is taken from the environment.",
        ),
        "labels": Key(Form.VARIABLES, "Labels of the image by name."),
        "additional_contexts": Key(
            Form.VARIABLES, "More contexts by name: folders, URLs and images."
        ),
        "cache_from": Key(Form.TEXTS, "Sources of the build cache."),
        "cache_to": Key(Form.TEXTS, "Destinations of the build cache."),
        "platforms": Key(Form.TEXTS, "The platforms to build for."),
        "extra_hosts": Key(Form.TEXTS, "Names and addresses of hosts, as HOST:ADDRESS."),
        "ulimits": Key(Form.TEXTS, "Limits of processes, as NAME=SOFT[:HARD]."),
        "entitlements": Key(Form.TEXTS, "Permissions of the build, such as `network.host`."),
        "no_cache_filter": Key(Form.TEXTS, "The stages to build without the build cache."),
        "network": Key(Form.TEXT, "The network of commands in the Dockerfile."),
        "shm_size": Key(Form.TEXT, "The size of /dev/shm during the build, such as `128m`."),
        "secrets": Key(Form.VARIABLES, "References to secrets by the ID that the Dockerfile uses."),
        "ssh": Key(Form.TEXTS, "SSH agents or keys, as `default` or `ID=PATH`."),
        "no_cache": Key(Form.SWITCH, "Whether to build without the build cache."),
        "pull": Key(Form.SWITCH, "Whether to look for newer base images."),
    },
    required=(("name",), ("image",), ("variable",), ("context",)),
)
