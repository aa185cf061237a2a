# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's result is parsed into typed values, or the host fails."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.plugin_utils import checked_data, host_result
from ansible_collections.vigo.bridge.plugins.plugin_utils.checked_data import InvalidData

GOOD: dict[str, Any] = {
    "changed": True,
    "failed": True,
    "msg": "1 of 2 resources failed",
    "notes": ["the image is old"],
    "orphans": ["old"],
    "resources": [
        {
            "id": "web/page",
            "type": "file",
            "action": "updated",
            "reason": "content changed",
            "diff": {"before_header": "/a", "before": "1\n", "after_header": "/a", "after": "2\n"},
            "duration_s": 0.25,
        },
        {
            "id": "web/server",
            "type": "container",
            "action": "recreated",
            "reason": "ports",
            "diff": {
                "before": {"ports": [1, None]},
                "after": {"ports": [1.5, {"a": True}], "memory": 2**63 - 1},
            },
            "duration_s": 2,
        },
        {
            "id": "web/told",
            "type": "exec",
            "action": "failed",
            "reason": "exit code 1",
            "error": {"message": "exit code 1", "log": "no\n"},
            "rc": 1,
            "output": "",
            "duration_s": 0.0,
        },
        {
            "id": "web/later",
            "type": "exec",
            "action": "skipped",
            "reason": "web/told failed",
            "failed_dependency": "web/told",
            "duration_s": 0.0,
        },
        {
            "id": "web/db",
            "type": "container",
            "action": "none",
            "reason": "already matches",
            "adopted": True,
            "duration_s": 0.0,
        },
    ],
}


def resource(**fields: Any) -> dict[str, Any]:
    return {"id": "a", "type": "exec", "action": "none", "reason": "", **fields}


def of(*resources: Any, **fields: Any) -> dict[str, Any]:
    return {"resources": list(resources), **fields}


def nested(depth: int) -> Any:
    return json.loads("[" * depth + "]" * depth)


#: what a host returned -> what is wrong with it
BAD: dict[str, tuple[Any, str]] = {
    "no mapping": ([], "it must be a mapping, not a list"),
    "a number": (1, "it must be a mapping, not an integer 1"),
    "nothing": (None, "it must be a mapping, not null"),
    "nothing in it": ({}, "'resources' is missing"),
    "no resources": ({"changed": True}, "'resources' is missing"),
    "resources as text": ({"resources": "none"}, "resources must be a list, not a string 'none'"),
    "resources as a mapping": ({"resources": {}}, "resources must be a list, not a mapping"),
    "an empty resource": (of({}), "resources[0]: 'action' is missing"),
    "a resource as text": (of("x"), "resources[0] must be a mapping, not a string 'x'"),
    "an id that is no text": (of(resource(id=7)), "resources[0].id must be a string"),
    "an id of null": (of(resource(id=None)), "resources[0].id must be a string, not null"),
    "an endless id": (of(resource(id="x" * 20_000)), "resources[0].id is longer than"),
    "the same id again": (of(resource(), resource()), "resources: 2 resources have the id 'a'"),
    "a type of its own": (of(resource(type=[])), "resources[0].type must be a string, not a list"),
    "an unknown action": (of(resource(action="\x1b[31m")), "resources[0].action must be one of"),
    "an action in a list": (of(resource(action=["none"])), "not a list"),
    "no reason": (of({"id": "a", "type": "exec", "action": "none"}), "'reason' is missing"),
    "a reason of null": (of(resource(reason=None)), "resources[0].reason must be a string"),
    "an error as text": (of(resource(action="failed", error="x")), "error must be a mapping"),
    "an error without message": (of(resource(action="failed", error={})), "'message' is missing"),
    "an error, and all is well": (of(resource(error={"message": ""})), "and its action is none"),
    "a log that is none": (
        of(resource(action="failed", error={"message": "x", "log": 1})),
        "resources[0].error.log must be a string, not an integer 1",
    ),
    "an exit code as text": (of(resource(rc="0")), "resources[0].rc must be an integer"),
    "a true exit code": (of(resource(rc=True)), "resources[0].rc must be an integer"),
    "a huge exit code": (
        of(resource(rc=10**5000)),
        "resources[0].rc must be an integer from -18446744073709551616 to 18446744073709551616, not"
        " one of 16610 bits",
    ),
    "a large exit code": (
        of(resource(rc=10**26)),
        "to 18446744073709551616, not 100000000000000000000000000",
    ),
    "a small exit code": (of(resource(rc=-(2**64) - 1)), "not -18446744073709551617"),
    "a large number in a diff": (
        of(resource(diff={"after": {"memory": 2**70}})),
        "resources[0].diff.after must be an integer from -18446744073709551616 to",
    ),
    "output in pieces": (of(resource(output=["x"])), "resources[0].output must be a string"),
    "endless output": (
        of(resource(output="x" * (2**25 + 1))),
        "resources[0].output is longer than",
    ),
    "no duration": (
        of(resource(duration_s=float("nan"))),
        "resources[0].duration_s must be a number from 0 to 18446744073709551616, not nan",
    ),
    "an endless duration": (of(resource(duration_s=float("inf"))), "551616, not inf"),
    "a negative duration": (
        of(resource(duration_s=-5)),
        "resources[0].duration_s must be a number from 0 to 18446744073709551616, not -5",
    ),
    "a duration above the limit": (of(resource(duration_s=10**26)), "not 1000000000000000000000"),
    "a duration of many digits": (of(resource(duration_s=10**5000)), "not one of 16610 bits"),
    "a duration as text": (of(resource(duration_s="1")), "not a string '1'"),
    "a diff in a list": (of(resource(diff=[1])), "resources[0].diff must be a mapping"),
    "a deep diff": (
        of(resource(diff={"before": nested(100)})),
        "before is nested deeper than 15 levels",
    ),
    "a diff without number": (
        of(resource(diff={"after": float("nan")})),
        "resources[0].diff.after must be a finite number, not nan",
    ),
    "too many resources": (of(*[0] * 100_001), "resources has more than 100000 items"),
    "too many notes": (of(notes=[""] * 100_001), "notes has more than 100000 items"),
    "too many orphans": (of(orphans=[""] * 100_001), "orphans has more than 100000 items"),
    "too many items in a diff": (
        of(resource(diff={"before": [[None] * 100_001]})),
        "resources[0].diff.before has more than 100000 items",
    ),
    "too many keys": (dict.fromkeys(map(str, range(100_001))), "it has more than 100000 items"),
    "a header in a list": (of(resource(diff={"before_header": [1]})), "before_header must be"),
    "a prepared number": (of(resource(diff={"prepared": 1})), "prepared must be a string"),
    "changed as text": (of(changed="true"), "changed must be a boolean, not a string 'true'"),
    "failed as text": ({"failed": "yes"}, "failed must be a boolean"),
    "failed as a number": ({"failed": 1}, "failed must be a boolean, not an integer 1"),
    "unreachable in a list": ({"unreachable": []}, "unreachable must be a boolean"),
    "a message in a mapping": ({"failed": True, "msg": {"a": 1}}, "msg must be a string"),
    "notes as a number": (of(notes=3), "notes must be a list, not an integer 3"),
    "notes as text": (of(notes="x"), "notes must be a list"),
    "a note of null": (of(notes=["a", None]), "notes[1] must be a string, not null"),
    "orphans in mappings": (of(orphans=[{}]), "orphans[0] must be a string"),
    "keys that are no text": (
        {1: 2, "resources": []},
        "a key of it must be a string, not an integer 1",
    ),
}


@pytest.mark.parametrize(("raw", "problem"), BAD.values(), ids=BAD)
def test_what_does_not_fit(raw: Any, problem: str) -> None:
    with pytest.raises(InvalidData) as raised:
        host_result.parse(raw)
    assert problem in str(raised.value)
    assert len(str(raised.value)) < 300
    found, shown = host_result.checked_result(raw if isinstance(raw, dict) else {})
    assert found.failed
    assert shown["failed"] is True
    assert shown["msg"].startswith("the host returned an invalid result: ")


SENT = host_result.Sent({"a/one": "file", "a/two": "exec", "a/three": "container"})
PRUNING = host_result.Sent({"a/one": "file"}, prunes=True)
ALL = [resource(id=id, type=type) for id, type in SENT.types.items()]
GONE = resource(id="prune/old", type="container", action="deleted")

#: what a host was sent, what it returned -> what is wrong with it
INCOMPLETE: dict[str, tuple[host_result.Sent, Any, str | None]] = {
    "all": (SENT, of(*ALL), None),
    "in another order": (SENT, of(*ALL[::-1]), None),
    "all, and it failed": (SENT, of(*ALL, failed=True), None),
    "skipped": (SENT, of(*({**each, "action": "skipped"} for each in ALL)), None),
    "nothing was sent": (host_result.Sent({}), of(), None),
    "nothing was sent, and one returned": (
        host_result.Sent({}),
        of(ALL[0]),
        "'a/one' was not sent",
    ),
    "none": (SENT, of(), "it has no result for 'a/one' and 2 more"),
    "all but the last": (SENT, of(*ALL[:2]), "it has no result for 'a/three'"),
    "all but the first": (SENT, of(*ALL[1:]), "it has no result for 'a/one'"),
    "not all, and one failed": (SENT, of(resource(id="a/two", action="failed")), "'a/one' and 1"),
    "not all, and it failed": (SENT, of(ALL[0], failed=True), "'a/two' and 1 more"),
    "none, as it failed": (SENT, of(failed=True), None),
    "none, as it is unreachable": (SENT, {"unreachable": True}, None),
    "one more": (SENT, of(*ALL, resource(id="b")), "resources[3].id: 'b' was not sent"),
    "one more, and it failed": (SENT, of(*ALL, resource(id="b"), failed=True), "'b' was not sent"),
    "another name": (SENT, of(*ALL[:2], resource(id="a/Three")), "'a/Three' was not sent"),
    "a blank more": (SENT, of(*ALL[:2], resource(id="a/three ")), "'a/three ' was not sent"),
    "another type": (
        SENT,
        of({**ALL[0], "type": "exec"}, *ALL[1:]),
        "resources[0].type must be 'file' for 'a/one', not 'exec'",
    ),
    "one twice": (SENT, of(*ALL, ALL[0]), "2 resources have the id 'a/one'"),
    "pruned": (PRUNING, of(ALL[0], GONE), None),
    "pruned only": (PRUNING, of(GONE), "it has no result for 'a/one'"),
    "pruned, and not asked to": (SENT, of(*ALL, GONE), "'prune/old' was not sent"),
    "half a character": (host_result.Sent({"\ud800": "exec"}), of(resource(id="\ud800")), None),
}


@pytest.mark.parametrize(("sent", "raw", "problem"), INCOMPLETE.values(), ids=INCOMPLETE)
def test_each_resource_that_was_sent_has_one_result(
    sent: host_result.Sent, raw: dict[str, Any], problem: str | None
) -> None:
    found, shown = host_result.checked_result(raw, sent)
    if problem is None:
        assert found == host_result.parse(raw)
    else:
        assert found.failed
        assert shown["failed"] is True
        assert found.resources == ()
        assert shown["msg"].startswith("the host returned an invalid result: ")
        assert problem in shown["msg"]


def test_what_fits_comes_back_as_it_was() -> None:
    found = host_result.parse(GOOD)
    assert found.as_dict() == GOOD
    assert host_result.parse(found.as_dict()) == found


def test_a_failed_resource_makes_a_failed_host_and_says_why() -> None:
    found = host_result.parse(of(resource(action="blocked", reason="the disk is full")))
    assert found.failed
    assert found.resources[0].error == {"message": "the disk is full", "log": ""}


def test_halves_of_characters_are_replaced() -> None:
    assert host_result.parse(of(notes=["a\ud800\udc00\udfff"])).notes == ("a\ufffd\ufffd\ufffd",)


def test_the_end_of_what_a_shell_printed_is_kept() -> None:
    found = host_result.parse({"failed": True, "module_stderr": "x" * 2**21 + "end\n"})
    assert found.stderr.endswith("xend")
    assert len(found.stderr) < 2**17


def test_a_result_is_bounded_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checked_data.Checked.__init__, "__defaults__", (1000,))
    assert host_result.parse(of(notes=["x"] * 100))
    for raw in (of(notes=["x"] * 1000), of(notes=["x" * 600] * 2)):
        with pytest.raises(InvalidData, match="it is larger than 0 MiB"):
            host_result.parse(raw)


def test_a_host_cannot_return_what_ansible_acts_upon() -> None:
    raw = {**GOOD, "ansible_facts": {"a": 1}, "add_host": {"host_name": "x"}, "results": []}
    _, shown = host_result.checked_result({**raw, "invocation": {"module_args": {}}})
    assert shown == {**GOOD, "invocation": {"module_args": {}}}


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=8)
    | st.sampled_from(["none", "failed", "created", "x" * 70_000, "\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "type", "action", "reason", "diff", "error", "message", "x"]),
            inner,
            max_size=6,
        )
    ),
    max_leaves=8,
)


def spots(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, (dict, list)):
        inner = list(value.items() if isinstance(value, dict) else enumerate(value))
    for key, item in inner:
        yield from spots(item, (*path, key))


def put(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    changed = copy.deepcopy(document)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return changed


#: A good result in which anything stands in the place of one of its parts.
ODD_RESULTS = st.builds(put, st.just(GOOD), st.sampled_from(list(spots(GOOD))), JSON)


@given(ODD_RESULTS)
def test_whatever_stands_in_a_result(raw: Any) -> None:
    try:
        found = host_result.parse(raw)
    except InvalidData:
        return
    again = json.loads(json.dumps(found.as_dict(), allow_nan=False).encode())
    assert host_result.parse(again) == found
