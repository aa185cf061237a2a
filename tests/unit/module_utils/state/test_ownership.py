# SPDX-License-Identifier: GPL-3.0-or-later
"""Which stack something belongs to: tables of owners, and what each is to a stack."""

from __future__ import annotations

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.state.ownership import (
    Claim,
    NameConflict,
    Owner,
    Stack,
    refusal,
)

WITH_ID = Stack("shop", "id-1", ("stacks", "old"))
WITHOUT = Stack("shop", "", ("stacks",))

#: stack, owner of a container that has the name of the resource a/web's -> what it is
CLAIMS = [
    (WITH_ID, None, Claim.FREE),
    (WITH_ID, Owner("shop", "id-1", "a/web"), Claim.OURS),
    (WITH_ID, Owner("shop", "id-1", "a/other"), Claim.OURS),
    (WITH_ID, Owner("renamed", "id-1", "a/web"), Claim.OURS),
    (WITH_ID, Owner("shop", "id-2", "a/web"), Claim.FOREIGN),
    (WITH_ID, Owner("stacks", "id-2", "a/web"), Claim.FOREIGN),
    (WITH_ID, Owner("shop", "", "a/web"), Claim.FORMER),
    (WITH_ID, Owner("stacks", "", "a/web"), Claim.FORMER),
    (WITH_ID, Owner("old", "", "a/web"), Claim.FORMER),
    (WITH_ID, Owner("stacks", "", "a/other"), Claim.FOREIGN),
    (WITH_ID, Owner("stacks", "", ""), Claim.FOREIGN),
    (WITH_ID, Owner("else", "", "a/web"), Claim.FOREIGN),
    (WITHOUT, None, Claim.FREE),
    (WITHOUT, Owner("shop", "", "a/web"), Claim.OURS),
    (WITHOUT, Owner("shop", "", "a/other"), Claim.OURS),
    (WITHOUT, Owner("shop", "id-1", "a/web"), Claim.FOREIGN),
    (WITHOUT, Owner("stacks", "", "a/web"), Claim.FORMER),
    (WITHOUT, Owner("stacks", "id-1", "a/web"), Claim.FOREIGN),
    (WITHOUT, Owner("else", "", "a/web"), Claim.FOREIGN),
]


@pytest.mark.parametrize(("stack", "owner", "claim"), CLAIMS)
def test_claims(stack: Stack, owner: Owner | None, claim: Claim) -> None:
    assert stack.claim(owner, "a/web") is claim
    assert stack.owns(owner) == (claim is Claim.OURS)


#: stack, owner of something on the host -> whether it is another stack of the same name
NAMESAKES = [
    (WITH_ID, Owner("shop", "id-2"), True),
    (WITH_ID, Owner("shop", "id-1"), False),
    (WITH_ID, Owner("shop"), False),
    (WITH_ID, Owner("other", "id-2"), False),
    (WITHOUT, Owner("shop", "id-1"), True),
    (WITHOUT, Owner("shop"), False),
]


@pytest.mark.parametrize(("stack", "owner", "expected"), NAMESAKES)
def test_namesakes(stack: Stack, owner: Owner, expected: bool) -> None:
    assert stack.conflicts_with(owner) == expected


#: names under which the stack may have objects without an ID
EARLIER = [
    (WITH_ID, ("shop", "stacks", "old")),
    (WITHOUT, ("stacks",)),
    (Stack("shop"), ()),
    (Stack("shop", "", ("shop",)), ()),
    (Stack("shop", "id-1"), ("shop",)),
    (Stack("shop", "id-1", ("shop", "old", "old")), ("shop", "old")),
]


@pytest.mark.parametrize(("stack", "expected"), EARLIER)
def test_earlier_names(stack: Stack, expected: tuple[str, ...]) -> None:
    assert stack.earlier == expected


def test_messages_name_both_sides_and_a_way_out() -> None:
    other = Owner("shop", "id-2", "b/web")
    text = NameConflict(WITH_ID, other, "container web").message
    for part in ("'shop'", "id-1", "id-2", "container web", "another name"):
        assert part in text
    assert 'write `id: "id-2"`' in NameConflict(WITHOUT, other, "container web").message
    assert 'write `id: "id-2"`' in refusal(WITHOUT, other, "container web").message
    held = refusal(WITH_ID, Owner("else", "", "b/web"), "container web").message
    for part in ("container web", "'else'", "b/web", "former_names"):
        assert part in held
    for known in (other, Owner("stacks", "", "b/web")):
        assert "former_names" not in refusal(WITH_ID, known, "container web").message
