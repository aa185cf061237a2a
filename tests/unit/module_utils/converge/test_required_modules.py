# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a call asks for the modules of Ansible that its resources need."""

from __future__ import annotations

from typing import Any, cast

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.converge import required_modules
from ansible_collections.vigo.bridge.plugins.module_utils.delivery import module_archive
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.unit.module_utils.called import Ended, FakeModule

NAMES = {"community.general.zypper": "ansible_collections.community.general.plugins.modules.zypper"}
OFFER = {"_modules": {"digest": "d", "modules": NAMES}}


def test_nothing_is_asked_where_none_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module_archive, "provide", None)
    target = Target()
    required_modules.require_modules(cast(Any, FakeModule({}, {})), target)
    assert target.service(module_archive.LIBRARY, lambda: "none") == "none"


#: whether the controller has sent the archive, whether it is used, check mode
CASES = [
    (None, None, False),
    (None, "/kept", False),
    ("YQ==", "/new", False),
    ("YQ==", "/new", True),
]


@pytest.mark.parametrize(("archive", "path", "check_mode"), CASES)
def test_modules_are_used_or_requested(
    archive: str | None, path: str | None, check_mode: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def provide(*arguments: Any, keep: bool) -> str | None:
        asked.append((*arguments, keep))
        return path

    monkeypatch.setattr(module_archive, "provide", provide)
    taken = {**OFFER, **({"_modules_archive": archive} if archive else {})}
    module, target = FakeModule({"resources": []}, {}, taken, check_mode), Target()
    if path is None:
        with pytest.raises(Ended) as ended:
            required_modules.require_modules(cast(Any, module), target)
        assert not ended.value.failed
        assert ended.value.result == {"changed": False, "modules_missing": True}
        assert module.params == {}, "the second call returns them"
    else:
        required_modules.require_modules(cast(Any, module), target)
        library = target.service(module_archive.LIBRARY, lambda: None)
        assert library == module_archive.Library(path, NAMES, module.told)
        assert module.params == {"resources": []}
    assert asked == [(OFFER["_modules"], archive, not check_mode)]
