# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs in a container: image, command, environment, health, how it ends."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.common.durations import seconds
from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values import image_name
from vigo_bridge.compose import secret_names
from vigo_bridge.compose.conversion import device_keys, names
from vigo_bridge.compose.conversion.builds import set_built
from vigo_bridge.compose.conversion.job import Job
from vigo_bridge.compose.conversion.rendering import NotAllowed
from vigo_bridge.compose.loading.dotenv import Line, read_lines
from vigo_bridge.compose.loading.interpolation import Environment, Variable
from vigo_bridge.compose.model import BlockIo, Deploy, EnvFile, Healthcheck, Logging, Pairs
from vigo_bridge.compose.text import Text, Use, short

_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(us|µs|ms|s|m|h|d|w)")
_UNITS = {"us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
#: What engines take where a healthcheck does not say: seconds, and how often.
_INTERVAL, _TIMEOUT, _RETRIES = 30.0, 30.0, 3
_DEFAULT_WAIT = 60.0


def image(job: Job, text: Text) -> None:
    """Set the image.

    A literal tag becomes a variable, so that another version is one changed line. The name of an
    image that is built is in a variable as a whole.
    """
    if set_built(job, str(text)):
        return
    if text.uses:
        job.set("image", "image", text)
        return
    try:
        name = image_name.parse(str(text))
    except ResourceError as error:
        job.lost("image", str(error), "write a reference of an image")
        return
    if name.digest:
        job.attributes["image"] = str(text)
        return
    tag = job.renderer.variable(
        f"{names.word(job.service.name)}_tag", name.tag, f"the tag in {short(text.position)}"
    )
    job.attributes["image"] = f"{name.repository}:{tag}"


def command(job: Job, value: Text | tuple[Text, ...]) -> None:
    _words(job, "command", value)


def entrypoint(job: Job, value: Text | tuple[Text, ...]) -> None:
    _words(job, "entrypoint", value)


def _words(job: Job, key: str, value: Text | tuple[Text, ...]) -> None:
    rendered = _with_references(job, key, value)
    if rendered is not None:
        job.attributes[key] = rendered or []


def _with_references(job: Job, key: str, value: Text | tuple[Text, ...]) -> str | list[str] | None:
    """Return a command line or words in which secrets are references; None if this is reported as
    impossible.
    """
    try:
        if isinstance(value, Text):
            return job.renderer.line(job.service.name, value)
        return _words_with_references(job, value)
    except NotAllowed as error:
        job.lost(key, f"{key}: {error}", "use your own variable")
        return None


def _words_with_references(job: Job, words: tuple[Text, ...]) -> list[str]:
    rendered = []
    for number, word in enumerate(words):
        follows_option = number > 0 and secret_names.is_password_option(str(words[number - 1]))
        is_written_out = not word.uses and secret_names.is_written_out(str(word))
        if follows_option and is_written_out:
            path = f"{job.project.name}/{job.service.name}/password"
            rendered.append(job.renderer.secret(path, str(word.position), str(word)))
        else:
            rendered.append(job.renderer.line(job.service.name, word))
    return rendered


def environment(job: Job, pairs: Pairs) -> None:
    for name, text in pairs:
        _setting(job, "environment", name, text)


def env_file(job: Job, files: tuple[EnvFile, ...]) -> None:
    """Set the files' variables with their present values: hosts need no such file."""
    written = {name for name, _ in job.service.environment or ()}
    known = dict(job.project.environment)
    for file in files:
        lines = _lines_of(job, "env_file", file, known)
        for line in lines:
            if line.name not in written:
                _setting(job, "env_file", line.name, line.text)
        known |= {
            line.name: Variable(str(line.text), str(line.position))
            for line in lines
            if line.text is not None
        }


def label_file(job: Job, files: tuple[EnvFile, ...]) -> None:
    for file in files:
        for line in _lines_of(job, "label_file", file, job.project.environment):
            rendered = job.plain("label_file", line.text) if line.text is not None else ""
            if rendered is not None:
                job.labels.setdefault(line.name, rendered)


def _lines_of(job: Job, key: str, file: EnvFile, known: Environment) -> list[Line]:
    path = job.real_path(file.path)
    if not file.required and not path.exists():
        job.note(key, f"{path} does not exist; it is not required, so it is ignored")
        return []
    content = job.project.files.read(path, file.path.position)
    found = read_lines(path, content, known, job.findings, raw=file.raw)
    job.comments.append(f"Includes the variables of {file.path}.")
    return found


def _setting(job: Job, key: str, name: str, text: Text | None) -> None:
    if text is None:
        known = job.project.environment.get(name)
        if known is None:
            job.note(key, f"{name} is not set in the environment of the import, so it is ignored")
            return
        text = Text((Use(name, known.value, known.origin),), job.place(key))
    try:
        owner = "" if key == "env_file" else job.service.name
        job.env[name] = job.renderer.setting(owner, name, text)
    except NotAllowed as error:
        job.lost(key, f"{name}: {error}", "use your own variable")


def labels(job: Job, pairs: Pairs) -> None:
    for name, text in pairs:
        rendered = job.plain("labels", text) if text is not None else ""
        if rendered is not None:
            job.labels[name] = rendered


def healthcheck(job: Job, check: Healthcheck) -> None:
    if check.disable:
        job.attributes["healthcheck"] = {"disable": True}
        return
    rendered: dict[str, Any] = {}
    if check.test is not None:
        rendered["test"] = _with_references(job, "healthcheck", check.test)
    for name in ("interval", "timeout", "start_period", "start_interval"):
        text = getattr(check, name)
        if text is not None:
            rendered[name] = _duration(job, "healthcheck", text)
    if check.retries is not None:
        rendered["retries"] = job.plain("healthcheck", check.retries)
    if None in rendered.values():
        return
    job.attributes["healthcheck"] = rendered
    max_wait = _max_wait(check)
    if max_wait > _DEFAULT_WAIT:
        job.attributes["health_timeout"] = f"{max_wait:g}s"


def _max_wait(check: Healthcheck) -> float:
    """Return the seconds that a container may take to become healthy, with all its retries."""
    times = {
        name: _seconds(str(getattr(check, name) or "")) or default
        for name, default in (
            ("start_period", 0.0),
            ("interval", _INTERVAL),
            ("timeout", _TIMEOUT),
        )
    }
    try:
        retries = int(str(check.retries or _RETRIES))
    except ValueError:
        retries = _RETRIES
    return times["start_period"] + retries * (times["interval"] + times["timeout"])


def _duration(job: Job, key: str, text: Text) -> str | None:
    if text.uses:
        return job.plain(key, text)
    number = _seconds(str(text))
    if number is None:
        job.lost(key, f"{text} is not a duration", "write 30s, 5m or 1h")
        return None
    return str(text) if _is_ours(str(text)) else f"{number:g}s"


def _seconds(text: str) -> float | None:
    parts = _DURATION_PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return float(text) if text.isdecimal() else None
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def _is_ours(text: str) -> bool:
    try:
        seconds(text, "")
    except ResourceError:
        return False
    return True


def stop_grace_period(job: Job, text: Text) -> None:
    duration = _duration(job, "stop_grace_period", text)
    if duration is not None:
        job.attributes["stop_timeout"] = duration


def restart(job: Job, text: Text) -> None:
    if job.service.deploy is not None and job.service.deploy.restart is not None:
        return
    job.set("restart", "restart", text)


def deploy(job: Job, value: Deploy) -> None:
    for attribute, limit in (
        ("cpus", value.cpus),
        ("memory", value.memory),
        ("pids_limit", value.pids),
        ("memory_reservation", value.reserved_memory),
    ):
        if limit is not None:
            job.set("deploy", attribute, limit)
    if value.restart is not None:
        job.attributes["restart"] = value.restart
    device_keys.requests(job, "deploy", value.devices)


def blkio_config(job: Job, value: BlockIo) -> None:
    if value.weight is not None:
        job.set("blkio_config", "blkio_weight", value.weight)
    for attribute, pairs in value.by_device.items():
        rendered = {path: job.plain("blkio_config", text) if text else "" for path, text in pairs}
        found = {path: amount for path, amount in rendered.items() if amount is not None}
        if found:
            job.attributes[attribute] = found


def logging(job: Job, value: Logging) -> None:
    if value.driver is not None:
        job.set("logging", "log_driver", value.driver)
    options = {
        name: job.plain("logging", text) if text is not None else "" for name, text in value.options
    }
    if options:
        job.attributes["log_opts"] = {
            name: text for name, text in options.items() if text is not None
        }


_PULL = {"always": "always", "never": "never", "missing": "missing", "if_not_present": "missing"}
#: Policies for images that compose builds on the machine itself.
_OF_BUILDS = ("build",)


def pull_policy(job: Job, text: Text) -> None:
    policy = _PULL.get(str(text))
    if str(text) in _OF_BUILDS and job.service.build is not None:
        job.note("pull_policy", "pull_policy build is ignored: run `vigo-bridge build`")
    elif policy is None:
        job.lost(
            "pull_policy",
            f"pull_policy {text} is not supported",
            "use missing and change the tag, or use always",
        )
    elif policy != "missing":
        job.attributes["pull"] = policy
