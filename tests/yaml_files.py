# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of tests, which are YAML files: each is read once, by libyaml where PyYAML has it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from yaml import SafeLoader as SafeLoader
else:
    SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def read_yaml(path: Path) -> Any:
    """Return the content of a file. All callers get the same object, so leave it as it is."""
    return yaml.load(path.read_text(encoding="utf-8"), SafeLoader)


def text_of(loader: SafeLoader, node: yaml.ScalarNode) -> Any:
    """Return the text behind a tag, such as Ansible's ``!unsafe``: a constructor of a loader."""
    return loader.construct_scalar(node)
