# SPDX-License-Identifier: GPL-3.0-or-later
"""Compose files, with all that they include, extend and override, as one project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vigo_bridge.compose.findings import ComposeError, Findings
from vigo_bridge.compose.loading import project_name
from vigo_bridge.compose.loading.dialect import Document, read_document
from vigo_bridge.compose.loading.dotenv import dotenv_of, folder_environment, read_environment
from vigo_bridge.compose.loading.interpolation import Environment, interpolated
from vigo_bridge.compose.loading.merging import as_items, merged, merged_services
from vigo_bridge.compose.loading.project_files import ProjectFiles, root_of
from vigo_bridge.compose.loading.scalar_places import check_project_name
from vigo_bridge.language.diagnostics import did_you_mean_or_known
from vigo_bridge.language.position import Position
from vigo_bridge.language.values import Fields, Items, Scalar, Value

#: A file, and where another names it; None for one of the command line.
NamedFile = tuple[Path, Position | None]

_DEEPEST_INCLUDE = 20
_DEEPEST_EXTENDS = 50

#: Keys whose values are mappings by name.
SECTIONS = ("services", "networks", "volumes", "configs", "secrets")


@dataclass(frozen=True)
class Loaded:
    """A whole project, merged and interpolated.

    folder: the project's, absolute. profiles: those that COMPOSE_PROFILES names. bases: where a
    file's relative paths start, by the file as positions name it. others: keys at top level that
    are no section. files: reads what else the project names.
    """

    name: str
    folder: Path
    profiles: tuple[str, ...]
    sections: Mapping[str, Fields]
    others: tuple[tuple[Scalar, Value], ...]
    bases: Mapping[str, Path]
    environment: Environment
    files: ProjectFiles


def load(
    files: Sequence[Path],
    shell: Mapping[str, str],
    findings: Findings,
    *,
    env_files: Sequence[Path] = (),
    project: str | None = None,
    root: Path | None = None,
) -> Loaded:
    """Read compose files, later ones over earlier ones. Raise ComposeError.

    shell: the environment of the process. env_files: instead of the folder's `.env`. root: the
    folder in which the files may name others; by default, the whole project.
    """
    folder = files[0].absolute().parent
    reader = ProjectFiles(root or root_of(folder))
    environment = folder_environment(folder, shell, reader, env_files, findings)
    loader = _Loader(reader, findings)
    names = [loader.name(file, environment) for file in files]
    name = project_name.project_name(project, environment, names, folder)
    environment[project_name.VARIABLE] = name
    merged_files = loader.project([(file, None) for file in files], folder, environment)
    content = _without_resets(merged_files, loader.tags)
    assert isinstance(content, Fields)
    return Loaded(
        name.value,
        folder,
        _profiles(environment),
        {section: _section(content, section) for section in SECTIONS},
        tuple(entry for entry in content.entries if entry[0].text not in (*SECTIONS, "name")),
        loader.bases,
        environment,
        reader,
    )


def _profiles(environment: Environment) -> tuple[str, ...]:
    listed = environment.get("COMPOSE_PROFILES")
    names = listed.value.split(",") if listed else []
    return tuple(name.strip() for name in names if name.strip())


def get(fields: Fields, name: str) -> Value | None:
    """Return the value of a key; None if it is missing or null."""
    value = next((value for key, value in fields.entries if key.text == name), None)
    return None if isinstance(value, Scalar) and value.data is None else value


def _section(content: Fields, name: str) -> Fields:
    found = get(content, name)
    if found is None:
        return Fields((), content.position)
    if not isinstance(found, Fields):
        raise ComposeError(
            found.position, f"{name} must be a mapping of names", "write NAME: below it"
        )
    return found


@dataclass
class _Loader:
    """tags: `!reset` and `!override` by position, of all files."""

    files: ProjectFiles
    findings: Findings
    bases: dict[str, Path] = field(default_factory=dict)
    parsed: dict[Path, Document] = field(default_factory=dict)
    tags: dict[Position, str] = field(default_factory=dict)
    documents: dict[tuple[str, Path, int], tuple[Environment, Fields]] = field(default_factory=dict)

    def name(self, file: Path, environment: Environment) -> str:
        """Return the value of `name:` in a file of the command line; empty without one."""
        name = get(self._parsed(file, None).content, "name")
        if not isinstance(name, Scalar):
            return ""
        check_project_name(name)
        known = interpolated(name, environment, self.findings)
        return known.text if isinstance(known, Scalar) else ""

    def project(
        self, files: Sequence[NamedFile], folder: Path, environment: Environment, depth: int = 0
    ) -> Fields:
        """Return all files merged, with the files that they include."""
        content = None
        for path, named in files:
            if depth > _DEEPEST_INCLUDE:
                raise ComposeError(
                    named or Position(str(path), 1, 1),
                    "circular include",
                    "remove an include",
                )
            over = self._file(path, named, folder, environment)
            over = _with_included(over, self._included(over, folder, environment, depth))
            content = over if content is None else self._overridden(content, over)
        assert content is not None
        return content

    def _overridden(self, base: Fields, over: Fields) -> Fields:
        entries = {key.text: (key, value) for key, value in base.entries}
        for key, value in over.entries:
            known = entries[key.text][1] if key.text in entries else None
            if key.text == "services" and isinstance(known, Fields) and isinstance(value, Fields):
                value = merged_services(known, value, self.tags)
            elif known is not None:
                value = merged(known, value, self.tags, f"top.{key.text}")
            entries[key.text] = key, value
        return Fields(tuple(entries.values()), over.position)

    def _file(
        self, path: Path, named: Position | None, folder: Path, environment: Environment
    ) -> Fields:
        """Return one file, interpolated, with its services extended."""
        document = self._document(path, named, folder, environment)
        services = _section(document, "services")
        extended = [
            (key, self._extended(key.text, document, path, environment, ()))
            for key, _ in services.entries
        ]
        return _replaced(document, "services", Fields(tuple(extended), services.position))

    def _document(
        self, path: Path, named: Position | None, folder: Path, environment: Environment
    ) -> Fields:
        """Return one file, interpolated. named: where a file names it; None for the command
        line.
        """
        key = (str(path), folder, id(environment))
        if key not in self.documents:
            # With the environment, so that no other one gets its identity.
            content = self._interpolated(path, named, folder, environment)
            self.documents[key] = environment, content
        return self.documents[key][1]

    def _interpolated(
        self, path: Path, named: Position | None, folder: Path, environment: Environment
    ) -> Fields:
        document = self._parsed(path, named)
        self.bases[str(path)] = folder
        self.tags.update(document.tags)
        content = interpolated(document.content, environment, self.findings)
        assert isinstance(content, Fields)
        return content

    def _parsed(self, path: Path, named: Position | None) -> Document:
        if named:
            return read_document(path, self.files.read(path, named))
        if path not in self.parsed:  # A pipe can be read only once.
            self.parsed[path] = read_document(path, self.files.given(path))
        return self.parsed[path]

    def _extended(
        self,
        name: str,
        document: Fields,
        path: Path,
        environment: Environment,
        seen: tuple[tuple[str, str], ...],
    ) -> Value:
        """Return a service merged over the one that it extends."""
        services = _section(document, "services")
        service = get(services, name)
        if not isinstance(service, Fields):
            return service or Fields((), services.position)
        extends = get(service, "extends")
        if extends is None:
            return service
        source, file = _extends(extends)
        if (name, str(path)) in seen:
            raise ComposeError(
                extends.position,
                f"circular extends of service {name}",
                "remove one of these extends",
            )
        if len(seen) >= _DEEPEST_EXTENDS:
            raise ComposeError(
                extends.position,
                f"services extend each other more than {_DEEPEST_EXTENDS} levels deep",
                "merge some of them",
            )
        base_path, base_document = path, document
        if file is not None:
            base_path = self.bases[str(path)] / file.text
            inner = base_path.absolute().parent
            base_document = self._document(base_path, file.position, inner, environment)
        base_services = _section(base_document, "services")
        if get(base_services, source.text) is None:
            known = [key.text for key, _ in base_services.entries]
            raise ComposeError(
                source.position,
                f"{base_path} has no service {source.text!r} to extend",
                did_you_mean_or_known(source.text, known) or "add it under services:",
            )
        seen = (*seen, (name, str(path)))
        base = self._extended(source.text, base_document, base_path, environment, seen)
        own = tuple(entry for entry in service.entries if entry[0].text != "extends")
        return merged(base, Fields(own, service.position), self.tags)

    def _included(
        self, content: Fields, folder: Path, environment: Environment, depth: int
    ) -> list[Fields]:
        include = get(content, "include")
        found = []
        for item in as_items(include).items if include is not None else ():  # type: ignore[union-attr]
            paths, inner, env_files = _include(item, folder)
            named = [(path, self.files.read(path, place)) for path, place in env_files]
            own = read_environment(named or dotenv_of(inner, self.files), {}, self.findings)
            known = {**own, **environment}
            found.append(self.project(paths, inner, known, depth + 1))
        return found


def _extends(value: Value) -> tuple[Scalar, Scalar | None]:
    if isinstance(value, Scalar):
        return value, None
    service = get(value, "service") if isinstance(value, Fields) else None
    file = get(value, "file") if isinstance(value, Fields) else None
    if not isinstance(service, Scalar) or not (file is None or isinstance(file, Scalar)):
        raise ComposeError(value.position, "extends requires a service", "write service: NAME")
    return service, file


def _include(
    item: Value, folder: Path
) -> tuple[list[NamedFile], Path, list[tuple[Path, Position]]]:
    """Return the files of one entry, the folder of their paths, and their files of variables."""
    path = get(item, "path") if isinstance(item, Fields) else item
    if path is None:
        raise ComposeError(item.position, "an include requires a path", "write path: FILE")
    for file in _scalars(path):
        if "://" in file.text or file.text.startswith("git@"):
            raise ComposeError(
                file.position,
                f"{file.text!r} is remote, and the import does not download files",
                "download it, and set the path of the file",
            )
    paths: list[NamedFile] = [(folder / file.text, file.position) for file in _scalars(path)]
    if not paths:
        raise ComposeError(item.position, "an include requires a path", "write path: FILE")
    inner = get(item, "project_directory") if isinstance(item, Fields) else None
    env_files = get(item, "env_file") if isinstance(item, Fields) else None
    directory = folder / inner.text if isinstance(inner, Scalar) else paths[0][0].absolute().parent
    return paths, directory, [(folder / file.text, file.position) for file in _scalars(env_files)]


def _scalars(value: Value | None) -> list[Scalar]:
    items = as_items(value) if value is not None else Items((), Position("", 0, 0))
    assert isinstance(items, Items)
    for item in items.items:
        if not isinstance(item, Scalar):
            raise ComposeError(item.position, "expected a path", "write the path of a file")
    return [item for item in items.items if isinstance(item, Scalar)]


def _with_included(content: Fields, included: Sequence[Fields]) -> Fields:
    """Return the file with the sections of others added; a name in both is an error, as in
    compose.
    """
    for section in SECTIONS:
        own = {key.text: (key, value) for key, value in _section(content, section).entries}
        for other in included:
            for key, value in _section(other, section).entries:
                known = own.get(key.text)
                if known is not None and known[1] != value:
                    raise ComposeError(
                        known[0].position,
                        f"{section}.{key.text} is also in {key.position.file}, which is included",
                        "rename one of them",
                    )
                own[key.text] = key, value
        content = _replaced(content, section, Fields(tuple(own.values()), content.position))
    entries = tuple(entry for entry in content.entries if entry[0].text != "include")
    return Fields(entries, content.position)


def _replaced(content: Fields, name: str, value: Fields) -> Fields:
    """Return the mapping with another value under a key; no new key where the value is empty."""
    if get(content, name) is None and not value.entries:
        return content
    key = next((key for key, _ in content.entries if key.text == name), None)
    others = tuple(entry for entry in content.entries if entry[0].text != name)
    position = key.position if key is not None else content.position
    return Fields((*others, (key or Scalar(name, name, position), value)), content.position)


def _without_resets(value: Value, tags: Mapping[Position, str]) -> Value:
    """Return the value without anything that `!reset` marks."""
    if isinstance(value, Fields):
        kept = (entry for entry in value.entries if tags.get(entry[1].position) != "!reset")
        entries = tuple((key, _without_resets(content, tags)) for key, content in kept)
        return Fields(entries, value.position)
    return value
