# SPDX-License-Identifier: GPL-3.0-or-later
"""What git prints, as a line for people."""

from __future__ import annotations

import pytest

from vigo_bridge.watch.sources.git.failures import meaning

#: What git 2.39 to 2.47, ssh and curl print, and a part of what is said.
PRINTED = [
    ("fatal: unable to access 'https://h/x/': Could not resolve host: h", "cannot be resolved"),
    (
        "ssh: Could not resolve hostname h: Name or service not known\r\nfatal: Could not read from"
        " remote repository.",
        "cannot be resolved",
    ),
    ("fatal: unable to look up h (port 9418) (Name or service not known)", "cannot be resolved"),
    (
        "fatal: unable to access 'https://h/x/': Failed to connect to h port 443 after 12 ms:"
        " Couldn't connect to server",
        "cannot be reached",
    ),
    ("ssh: connect to host h port 22: Connection refused\nfatal: Could not read", "be reached"),
    ("fatal: unable to connect to h:\nh[0: 127.0.0.1]: errno=Connection refused", "be reached"),
    ("kex_exchange_identification: Connection closed by remote host", "cannot be reached"),
    ("git@h: Permission denied (publickey).\r\nfatal: Could not read from remote", "access denied"),
    ("fatal: could not read Username for 'https://h': terminal prompts disabled", "access denied"),
    ("fatal: Authentication failed for 'https://h/x/'", "access denied"),
    ("error: RPC failed; HTTP 403\nfatal: The requested URL returned error: 403", "access denied"),
    ("fatal: unable to access 'https://h/x/': The requested URL returned error: 401", "access"),
    ("Host key verification failed.\nfatal: Could not read from remote repository.", "host key"),
    (
        "remote: Repository not found.\nfatal: repository 'https://h/x/' not found",
        "the repository does not exist",
    ),
    (
        "fatal: '/x' does not appear to be a git repository\nfatal: Could not read",
        "the repository does not exist",
    ),
    ("fatal: remote error: access denied or repository not exported: /x", "access denied"),
    ("fatal: detected dubious ownership in repository at '/x'", "safe.directory"),
    (
        "fatal: unable to access 'https://h/x/': SSL certificate problem: self-signed certificate",
        "TLS connection failed",
    ),
    ("fatal: transport 'git' not allowed", "not to use this protocol"),
    ("fatal: write error: No space left on device\nfatal: index-pack failed", "the disk is full"),
    ("error: unable to write file x: Disk quota exceeded", "the disk quota is used up"),
    ("fatal: early EOF\nfatal: fetch-pack: invalid index-pack output", "connection was lost"),
    ("fatal: the remote end hung up unexpectedly", "connection was lost"),
    ("fatal: mismatched algorithms: client sha1; server sha256", "hash is not supported"),
    ("error: object 1: gitmodulesUrl: bad\nfatal: fsck error in packed object", "is damaged"),
    ("fatal: remote error: upload-pack: not our ref 123", "is damaged"),
    ("fatal: something new", "git failed: fatal: something new"),
    ("warning: a\nfatal: b after 123 ms: c\nhint: d", "git failed: fatal: b: c"),
    ("", "git failed: it printed no error"),
    ("\x1b[31mfatal\x1b[0m", "git failed: \\x1b[31mfatal\\x1b[0m"),
]


@pytest.mark.parametrize(("printed", "said"), PRINTED)
def test_the_meaning_of_errors(printed: str, said: str) -> None:
    found = meaning(printed, ())
    assert said in found
    assert found.isprintable()


@pytest.mark.parametrize("form", ["p@ss word", "p%40ss%20word"])
def test_credentials_are_masked(form: str) -> None:
    assert (
        meaning(f"fatal: {form} is wrong", ("p@ss word",)) == "git failed: fatal: ******** is wrong"
    )
