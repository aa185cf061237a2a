# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and commands that the texts for contributors name exist."""

from __future__ import annotations

import re

import pytest

from tests.integration.engines import ENGINES
from tests.matrix.parts import CORES
from tests.release.checks import plugins
from tests.unit.project.test_metadata import GALAXY, ROOT

COLLECTION = ROOT / "ansible_collections/vigo/bridge"
TEXTS = {
    str(path.relative_to(ROOT)): path.read_text()
    for path in (
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
        ROOT / "molecule/README.md",
        COLLECTION / "README.md",
        COLLECTION / "roles/stack/README.md",
    )
}
README = "ansible_collections/vigo/bridge/README.md"
#: Each entry of the glossary: its term and what that means.
TERMS = re.findall(
    r"^- \*\*(.+?)\*\*: (.+?)(?=\n- \*\*|\Z)", (ROOT / "docs/glossary.md").read_text(), re.M | re.S
)
_UTILS = "ansible_collections/vigo/bridge/plugins/module_utils"
#: What the guide for contributors leaves out before a path.
LEFT_OUT = (
    "",
    "ansible_collections/vigo/bridge",
    _UTILS,
    f"{_UTILS}/types/container",
    "tests/unit/module_utils/types/container",
)


@pytest.mark.parametrize("name", TEXTS)
def test_a_link_leads_to_a_file_or_to_the_project(name: str) -> None:
    for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", TEXTS[name]):
        if link.startswith("https://github.com/"):
            assert link.startswith(GALAXY["repository"]), link
        elif "://" not in link:
            assert (ROOT / name).parent.joinpath(link).exists(), link


@pytest.mark.parametrize("name", TEXTS)
def test_a_make_target_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"\bmake ([a-z]+(?:-[a-z]+)*)(?=`| +#|$)", TEXTS[name], re.M)) <= targets


def test_a_path_in_the_guide_exists() -> None:
    for path in re.findall(r"`([\w.-]*/[\w./-]*|[\w-]+\.py)`", TEXTS["CONTRIBUTING.md"]):
        assert any((ROOT / folder / path).exists() for folder in LEFT_OUT), path


def test_the_guide_says_how_engines_are_called() -> None:
    for name in ENGINES:
        assert f"`{name}`" in TEXTS["CONTRIBUTING.md"]


def test_the_terms_are_in_order() -> None:
    names = [term.lower() for term, _ in TERMS]
    assert names == sorted(set(names))


@pytest.mark.parametrize(("term", "meaning"), TERMS, ids=[term for term, _ in TERMS])
def test_a_term_is_explained_in_one_sentence(term: str, meaning: str) -> None:
    text = " ".join(meaning.split())
    assert text.endswith(".")
    assert not re.search(r"\. [A-Z]", text)
    assert term[0].isupper()


def test_the_collection_lists_each_plugin_once() -> None:
    listed = re.findall(r"^\| [^|`]*`(vigo\.bridge\.\w+)` \|", TEXTS[README], re.M)
    playbooks = [f"vigo.bridge.{path.stem}" for path in COLLECTION.glob("playbooks/*.yml")]
    found = [name for _, names in plugins(COLLECTION) for name in names]
    assert sorted(listed) == sorted([*found, *playbooks])


def test_the_collection_names_the_versions_of_the_matrix() -> None:
    (row,) = re.findall(r"^\| ansible-core \| (.*?) or newer \| (.*?) \|$", TEXTS[README], re.M)
    assert row == (next(iter(CORES)), ", ".join(CORES))
