# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of the site that are made from the code, so that they cannot differ from it.

MkDocs calls `on_files` and `on_page_markdown` (mkdocs.yml names this file under `hooks`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import click
import yaml
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import FAMILIES, TYPES
from vigo_bridge.cli.lazy_commands import Later
from vigo_bridge.cli.program import program

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "ansible_collections/vigo/bridge/plugins/modules"
UTILS = ROOT / "ansible_collections/vigo/bridge/plugins/module_utils/types"
DOCS = ROOT / "docs"
REPOSITORY = "https://github.com/vigo-bridge/vigo-bridge/blob/main"
#: A link to a file or a folder: its text, the path, and the anchor.
_LINK = re.compile(r"\[([^]]+)\]\((?!\w+:|#)([^)#\s]+)(#[^)\s]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages to those in docs/."""
    pages = {
        "index.md": index(),
        "reference/commands.md": commands(),
        "reference/attributes.md": attributes(),
    }
    for path, text in pages.items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Change links to the README, which is the start page of the site, and to folders and files
    that only the repository has.
    """
    folder = (DOCS / page.file.src_uri).parent

    def changed(link: re.Match[str]) -> str:
        text, path, anchor = link[1], link[2], link[3] or ""
        target = (folder / path).resolve()
        if target == ROOT / "README.md":
            return f"[{text}]({os.path.relpath(DOCS / 'index.md', folder)}{anchor})"
        if target.is_dir() or (target.is_file() and not target.is_relative_to(DOCS)):
            return f"[{text}]({_in_repository(target)}{anchor})"
        return link[0]

    return _LINK.sub(changed, markdown)


def index() -> str:
    """Return the README with links that are valid on the site."""

    def changed(link: re.Match[str]) -> str:
        text, path, anchor = link[1], link[2], link[3] or ""
        if path == "docs/":
            return text
        if path.startswith("docs/"):
            return f"[{text}]({path.removeprefix('docs/')}{anchor})"
        return f"[{text}]({_in_repository(ROOT / path)}{anchor})"

    return _LINK.sub(changed, (ROOT / "README.md").read_text(encoding="utf-8"))


def _in_repository(target: Path) -> str:
    """Return the address of a file or a folder in the repository."""
    return f"{REPOSITORY}/{target.relative_to(ROOT)}"


def commands() -> str:
    lines = ["# Every command and option", ""]
    for command, path in _commands(program, "vigo-bridge"):
        usage = " ".join(command.collect_usage_pieces(click.Context(command)))
        lines += [f"## {path}", "", f"`{path} {usage}`", "", *_paragraphs(command.help or ""), ""]
        options = [item for item in command.params if isinstance(item, click.Option)]
        lines += ["| option | does |", "|---|---|"] if options else []
        for option in options:
            names = ", ".join([*option.opts, *option.secondary_opts])
            value = f" {option.make_metavar(click.Context(command))}" if not option.is_flag else ""
            lines.append(f"| `{_cell(names + value)}` | {_cell(option.help or '')} |")
        lines.append("")
    return "\n".join(lines)


def _commands(command: click.Command, path: str) -> Iterator[tuple[click.Command, str]]:
    if isinstance(command, Later):
        command = command.command()
    if not isinstance(command, click.Group):
        yield command, path
        return
    for name, inner in command.commands.items():
        yield from _commands(inner, f"{path} {name}")


def _paragraphs(text: str) -> list[str]:
    """Return click's help as paragraphs, and blocks after \\b whose lines stay."""
    found = []
    for paragraph in text.split("\n\n"):
        kept = paragraph.startswith("\b\n")
        lines = paragraph.removeprefix("\b\n").splitlines()
        found += ["```", *lines, "```", ""] if kept else [" ".join(lines).replace("<", "&lt;"), ""]
    return found


def attributes() -> str:
    """Return the documentation of the resource types' modules."""
    lines = ["# Attributes of resources", ""]
    kinds = {kind: kind for kind in TYPES} | {family.name: family.label for family in FAMILIES}
    for kind, title in kinds.items():
        document = documentation(kind)
        lines += [f"## {title}", "", *(_plain(line) for line in _list(document["description"])), ""]
        lines += ["| attribute | default | |", "|---|---|---|"]
        listed = TYPES[kind].options if kind in TYPES else {}
        for name, option in document["options"].items():
            if not listed or name in listed:
                own = listed.get(name, {})
                lines.append(_attribute(name, {**option, **own} if "choices" in own else option))
        lines.append("")
        if isinstance(example := document.get("examples"), str):
            lines += ["```yaml", *example.splitlines(), "```", ""]
    return "\n".join(lines)


def documentation(kind: str) -> dict[str, Any]:
    """Return the documentation of a type: its module's, or the file of it or its group."""
    listed = TYPES.get(kind)
    module = listed.module.rpartition(".")[2] if listed else ""
    if not module:
        path = next(UTILS.glob(f"*/documentation/{kind}.yml"), UTILS / kind / "documentation.yml")
        return cast(dict[str, Any], yaml.safe_load(path.read_text(encoding="utf-8")))
    source = (MODULES / f"{module}.py").read_text(encoding="utf-8")
    found = re.search(r'^DOCUMENTATION = r?"""\n(.*?)^"""', source, re.M | re.S)
    assert found is not None, kind
    return cast(dict[str, Any], yaml.safe_load(found[1]))


def _attribute(name: str, option: dict[str, Any]) -> str:
    default = "required" if option.get("required") else option.get("default", "")
    about = " ".join(_plain(line) for line in _list(option["description"]))
    if "choices" in option:
        about += f" One of {', '.join(f'`{choice}`' for choice in option['choices'])}."
    return f"| `{name}` | {_cell(str(default))} | {_cell(about)} |"


def _plain(text: str) -> str:
    """Return Ansible's markup as Markdown."""
    text = re.sub(r"[CVOPE]\(([^)]*)\)", r"`\1`", text)
    return re.sub(r"[BI]\(([^)]*)\)", r"*\1*", re.sub(r"M\(([^)]*)\)", r"`\1`", text))


def _list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [str(value)]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
