# SPDX-License-Identifier: GPL-3.0-or-later
"""The undocumented names of Ansible and ansible-runner that vigo_bridge uses.

Each docstring says why the names are needed ("Why"), and what happens if a version does not have
them ("Missing"). The collection has its own file, ``plugin_utils/ansible_compat.py``, since it
imports nothing of vigo_bridge; the tested versions of ansible-core are listed there. Ansible and
ansible-runner are imported in the functions, because most commands need neither.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from vigo_bridge.failures import Refusal

_OURS = "ansible_collections.vigo.bridge"
#: The packages that our collection is in.
_NAMESPACES = ("ansible_collections", "ansible_collections.vigo")


def prefer_collection(root: str) -> None:
    """Make Ansible use the vigo.bridge in a folder, even if another one is installed.

    Other collections are found as usual. Why: Ansible would use the first one on its collections
    path. Missing: raises Refusal, because the modules of another version would get arguments that
    they do not know.
    """
    from ansible import cli, constants

    begin = _of(cli, "init_plugin_loader")
    paths = _of(constants, "COLLECTIONS_PATHS")

    def begin_with_own(*arguments: Any, **options: Any) -> None:
        paths.append(root)
        begin(*arguments, **options)
        namespace = importlib.import_module("ansible_collections.vigo")
        namespace.__path__.insert(0, f"{root}/ansible_collections/vigo")

    cli.init_plugin_loader = begin_with_own


def load_plugins(kinds: Iterable[str], names: Iterable[tuple[str, str]]) -> None:
    """Load plugins before one of Ansible's programs is run.

    kinds: kinds of plugins that are all loaded. names: further plugins, by kind and name.

    Why: the program loads them one after another when it needs them, and without bytecode. Missing:
    it still does that.
    """
    from ansible import cli
    from ansible.plugins import loader

    begin = getattr(cli, "init_plugin_loader", None)
    if begin is None:
        return
    begin([])
    cli.init_plugin_loader = lambda *_: None  # The program would repeat it, which has no effect.
    # An error in a plugin is reported when the plugin is used.
    for kind in kinds:
        with suppress(Exception):
            list(getattr(loader, f"{kind}_loader").all(class_only=True))
    for kind, name in names:
        with suppress(Exception):
            getattr(loader, f"{kind}_loader").get(name, class_only=True)


def keep_metadata(folder: Path) -> None:
    """Make Ansible keep the parsed metadata of its own collection in a folder.

    Why: it parses them at each start, which takes a tenth of a second. Missing: it does that.
    """
    from ansible.utils.collection_loader import _collection_finder

    from vigo_bridge.ansible.parsed_metadata import remembering

    parse = getattr(_collection_finder, "_meta_yml_to_dict", None)
    if parse is not None:
        _collection_finder._meta_yml_to_dict = remembering(parse, folder)


def answer_questions(answer: Callable[[str], Any], refuse: Callable[[str], Any]) -> None:
    """Make Ansible call these functions instead of asking at a terminal.

    answer: for passwords. refuse: for all else; both get the question. Why: Ansible answers some
    questions itself if there is no terminal. Missing: Ansible asks questions of other kinds in
    its own way.
    """
    import builtins
    import getpass

    from ansible.utils.display import Display

    def ask(prompt: object = "", *_: Any, **__: Any) -> Any:
        return refuse(str(prompt))

    def ask_password(prompt: str = "", *_: Any, **__: Any) -> Any:
        return answer(prompt)

    def ask_variable(
        display: Any, varname: str, private: bool = True, prompt: str = "", *_: Any, **__: Any
    ) -> Any:
        return refuse(prompt or varname)

    wait_for_answer = getattr(Display, "prompt_until", None)

    def ask_in_task(display: Any, msg: str, *arguments: Any, **options: Any) -> Any:
        # In a worker, the question is passed to the main process. With a time limit, it is only a
        # pause.
        in_worker = getattr(display, "_final_q", None) is not None
        if wait_for_answer and (in_worker or options.get("seconds") is not None):
            return wait_for_answer(display, msg, *arguments, **options)
        return refuse(msg)

    builtins.input = ask
    getpass.getpass = ask_password
    Display.do_var_prompt = ask_variable
    Display.prompt_until = ask_in_task


def configuration() -> Any:
    """Return the reader of Ansible's configuration.

    Why: `ansible-config` takes a second. Missing: raises Refusal. Raise AnsibleError.
    """
    try:
        from ansible.config.manager import ConfigManager
    except ImportError as error:
        raise Refusal(_text("ansible-core", str(error))) from error
    return ConfigManager()


def event_reader(log: Any, handle: Callable[[Any], Any], *, is_event: Callable[[Any], bool]) -> Any:
    """Return a reader that finds events in Ansible's output, and calls `handle` with each.

    is_event: decides what is an event; other text that looks like one is ignored. Why:
    ansible-runner uses a text as a file name that a host can print. Missing: raises Refusal.
    """
    from ansible_runner import utils

    base: Any = _of(utils, "OutputEventFilter", "ansible-runner")
    _of(base, "_emit_event", "ansible-runner")

    class EventReader(base):  # type: ignore[misc]
        def _emit_event(self, buffered_stdout: str, next_event_data: Any = None) -> Any:
            found = next_event_data if is_event(next_event_data) else None
            return super()._emit_event(buffered_stdout, found)

    return EventReader(log, handle, True)


def transmit(folder: Path, settings: Mapping[str, Any], output: IO[bytes]) -> None:
    """Write a folder and the settings of a run in ansible-runner's streaming format.

    Why: `ansible_runner.run(streamer="transmit")` does not accept lists of inventories. Missing:
    raises Refusal.
    """
    from ansible_runner import streaming

    transmitter = _of(streaming, "Transmitter", "ansible-runner")
    transmitter(output, private_data_dir=str(folder), **settings).run()


def receive(source: IO[bytes], length: int, folder: Path) -> None:
    """Unpack a folder of ansible-runner's streaming format. length: of its archive, in bytes.

    Why: `ansible_runner.run(streamer="worker")` also runs it, without our handling of signals, and
    sends the node's environment back. Missing: raises Refusal.
    """
    from ansible_runner.utils import streaming

    _of(streaming, "unstream_dir", "ansible-runner")(source, length, str(folder))


@contextmanager
def plugins() -> Iterator[None]:
    """Make Ansible find plugins in this process, in the block.

    Why: `ansible-doc` takes more than a second. Missing: raises Refusal.
    """
    from ansible import constants
    from ansible.plugins import loader
    from ansible.utils.collection_loader import _collection_finder

    finder = _of(_collection_finder, "_AnsibleCollectionFinder")
    remove = _of(finder, "_remove")
    with _collections_below(_of(constants, "COLLECTIONS_PATHS")):
        _of(loader, "init_plugin_loader")([])
        try:
            yield
        finally:
            remove()  # Its finder would import our modules in another way.


@contextmanager
def _collections_below(paths: Iterable[str]) -> Iterator[None]:
    """Let Python find collections in these folders as well, in the block.

    Ours was imported from a package that Python looks for on its own path only.
    """
    namespaces = [importlib.import_module(name) for name in _NAMESPACES]
    former = [namespace.__path__ for namespace in namespaces]
    known = set(sys.modules)
    for namespace in namespaces:
        places = (Path(path, *namespace.__name__.split(".")) for path in paths)
        namespace.__path__ = [*namespace.__path__, *map(str, filter(Path.is_dir, places))]
    try:
        yield
    finally:
        for namespace, path in zip(namespaces, former, strict=True):
            namespace.__path__ = path
        for name in set(sys.modules) - known:
            if name.startswith("ansible_collections.") and not name.startswith(_OURS):
                del sys.modules[name]


def documented_options(name: str, path: str) -> Mapping[str, Mapping[str, Any]] | None:
    """Return the options that a module documents; None if it documents none.

    name: its full name. path: its file. Why: see `plugins`. Missing: None, and only the target
    checks the options.
    """
    try:
        from ansible.plugins.loader import fragment_loader
        from ansible.utils.plugin_docs import get_docstring

        documentation, *_others = get_docstring(
            path,
            fragment_loader,
            collection_name=name.rpartition(".")[0],
            plugin_type="module",
        )
        options = documentation.get("options")
    except Exception:  # a module of others may be invalid in any way
        return None
    return options if isinstance(options, Mapping) else None


def _of(owner: Any, name: str, package: str = "ansible-core") -> Any:
    try:
        return getattr(owner, name)
    except AttributeError:
        place = getattr(owner, "__name__", type(owner).__name__)
        raise Refusal(_text(package, f"{place}.{name} is missing")) from None


def _text(package: str, fault: str) -> str:
    from importlib.metadata import version

    return (
        f"{package} {version(package)} is not supported: {fault}; install a version that this"
        " vigo-bridge was tested with, or a newer vigo-bridge"
    )
