# SPDX-License-Identifier: GPL-3.0-or-later
"""Which modules can be imported from a bundle."""

from __future__ import annotations

import importlib
import importlib.util
import marshal
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.delivery.bundled_module import Bundle


@pytest.fixture
def files() -> dict[str, bytes | str]:
    return {
        "bundled_part/__init__.py": "name = 'the package'",
        "bundled_part/one.py": "from . import name\nfrom .inner.two import number",
        "bundled_part/inner/__init__.py": "",
        "bundled_part/inner/two.py": "number = 2\ndef fail():\n    raise ValueError(number)",
        "bundled_part/wrong.py": "nonsense = (",
    }


@pytest.fixture
def bundle(files: dict[str, bytes | str]) -> Iterator[Bundle]:
    finder: Any = Bundle(files)
    sys.meta_path.insert(0, finder)
    yield finder
    sys.meta_path.remove(finder)
    for name in [name for name in sys.modules if name.partition(".")[0] == "bundled_part"]:
        del sys.modules[name]


def test_packages_and_modules(bundle: Bundle) -> None:
    one = importlib.import_module("bundled_part.one")
    assert (one.name, one.number) == ("the package", 2)
    assert one.__file__ == "bundled_part/one.py"
    assert importlib.util.find_spec("bundled_part.three") is None


def test_a_traceback_says_where(bundle: Bundle) -> None:
    two = importlib.import_module("bundled_part.inner.two")
    try:
        two.fail()
    except ValueError as error:
        shown = traceback.format_exception(error)
    assert 'File "bundled_part/inner/two.py", line 3, in fail' in "".join(shown)


def test_text_that_is_wrong(bundle: Bundle) -> None:
    with pytest.raises(SyntaxError, match="was never closed"):
        importlib.import_module("bundled_part.wrong")


def test_what_was_needed_stays_compiled(bundle: Bundle, files: dict[str, bytes | str]) -> None:
    importlib.import_module("bundled_part.one")
    kept = bundle.files
    assert {path for path, content in kept.items() if isinstance(content, str)} == {
        "bundled_part/wrong.py"
    }
    code = kept["bundled_part/inner/two.py"]
    assert isinstance(code, bytes)
    namespace: dict[str, Any] = {}
    exec(marshal.loads(code), namespace)
    assert namespace["number"] == 2
