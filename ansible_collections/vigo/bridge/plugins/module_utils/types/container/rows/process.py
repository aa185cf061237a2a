# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs in a container, and how it is described."""

from __future__ import annotations

from typing import Any, Mapping

from ....common.comma_strings import as_list, as_map
from ....common.dataclass import dataclass
from ....common.signals import parse as _signal
from ..setting import (
    KEYS,
    NAME,
    Effect,
    Engines,
    Entries,
    Needs,
    Setting,
    Single,
    Words,
    as_set,
    as_text,
    as_tuple,
    row,
)
from ..values import env_file as _env_file
from ..values import healthcheck as _healthcheck
from ..values import (
    image_name,
    limits,
    process,
    quantities,
    signals,
)
from ..values.env_file import EnvFile
from ..values.healthcheck import Healthcheck
from .shared import (
    ALWAYS,
)


def _sorted_entries(value: Any, attribute: str) -> tuple[str, ...]:
    return tuple(sorted(set(as_list(value))))


@dataclass(frozen=True)
class Process:
    """What runs in a container, and how it is described."""

    image: str | None = row(
        Setting(
            image_name.reference,
            "str",
            at="Config.Image",
            read=image_name.read,
            plain=True,
            compare=Effect(),
            engines=(
                Engines(
                    "the registry is queried",
                    "the registry is queried",
                    "`unknown`",
                    case="a moved tag in check mode",
                ),
            ),
        )
    )
    command: tuple[str, ...] | None = row(
        Setting(
            quantities.words,
            secrets=True,
            revealed=process.revealed_words,
            words=True,
            at="Config.Cmd",
            read=as_tuple,
            create=process.create_command,
            form=tuple,
            empty_counts=True,
            compare=Words(),
            shown=NAME,
        )
    )
    entrypoint: tuple[str, ...] | None = row(
        Setting(
            quantities.words,
            secrets=True,
            revealed=process.revealed_words,
            words=True,
            at="Config.Entrypoint",
            read=process.read_entrypoint,
            create=process.create_entrypoint,
            form=tuple,
            empty_counts=True,
            compare=Words(),
            shown=NAME,
        )
    )
    env: Mapping[str, str] | None = row(
        Setting(
            process.env,
            secrets=True,
            at="Config.Env",
            read=process.read_env,
            create=process.create_env,
            form=dict,
            compare=Effect(),
        )
    )
    env_file: tuple[EnvFile, ...] | None = row(
        Setting(_env_file.parse, deep=True, read=None, compare=Effect())
    )
    user: str | None = row(
        Setting(
            process.user,
            "str",
            plain=True,
            at="Config.User",
            read=as_text,
            compare=Single(process.users),
        )
    )
    workdir: str | None = row(
        Setting(
            process.workdir,
            "str",
            at="Config.WorkingDir",
            read=as_text,
            form=process.workdir_form,
            compare=Single(process.workdirs),
        )
    )
    group_add: tuple[str, ...] | None = row(
        Setting(
            _sorted_entries, at="HostConfig.GroupAdd", read=as_tuple, form=as_set, compare=Entries()
        )
    )
    init: bool | None = row(
        Setting(
            quantities.switch,
            "bool",
            at="HostConfig.Init",
            read=bool,
            engines=(Engines("yes", "yes", "requires `catatonit` on the host"),),
        )
    )
    tty: bool | None = row(Setting(quantities.switch, "bool", at="Config.Tty", read=bool))
    stdin_open: bool | None = row(
        Setting(quantities.switch, "bool", at="Config.OpenStdin", read=bool)
    )
    stop_signal: str | None = row(
        Setting(
            _signal,
            "str",
            at="Config.StopSignal",
            read=signals.read,
            form=signals.form,
            compare=Single(signals.unset),
        )
    )
    stop_timeout: int | None = row(
        Setting(
            limits.stop_timeout,
            at="Config.StopTimeout",
            read=limits.read_stop_timeout,
            empty_counts=True,
            compare=Single(limits.usual_stop_timeout),
            engines=(
                Engines(
                    "10 s",
                    "10 s",
                    "10 s for containers that vigo.bridge creates; Podman 4.3 itself kills"
                    " immediately",
                    case="{} not set",
                ),
            ),
        )
    )
    healthcheck: Healthcheck | None = row(
        Setting(
            _healthcheck.parse,
            secrets=True,
            revealed=_healthcheck.revealed,
            deep=True,
            at="Config.Healthcheck",
            read=_healthcheck.read,
            create=_healthcheck.create,
            form=_healthcheck.form,
            compare=Entries(
                _healthcheck.unset,
                as_one=_healthcheck.as_one,
                completed=_healthcheck.completed,
                added_by=ALWAYS,
            ),
            shown=NAME,
            needs=Needs((1, 44), "Docker 25", part="start_interval"),
            refuse_on_podman=_healthcheck.refuse_start_interval,
            engines=(Engines("error", "yes", "error", case="{} with `start_interval`"),),
        )
    )
    platform: str | None = row(
        Setting(
            image_name.platform,
            "str",
            read=None,
            compare=Effect(),
        )
    )
    labels: Mapping[str, str] | None = row(
        Setting(
            as_map,
            at="Config.Labels",
            read=process.read_labels,
            form=dict,
            compare=Entries(process.labels, added_by=ALWAYS),
            shown=KEYS,
        )
    )
