# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints rollouts that wait for a confirmation, one line each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console

from vigo_bridge.report.columns import print_rows
from vigo_bridge.report.terminal import listed
from vigo_bridge.run.confirmation import Question


def print_waiting(questions: Sequence[Question], console: Console) -> None:
    heading = ("number", "waiting since", "command", "of", "next batch", "hosts")
    print_rows(console, "", [heading, *(_row(question) for question in questions)], dim=[0])


def question_as_data(question: Question) -> dict[str, Any]:
    return {
        "number": question.number,
        "since": question.since,
        "command": question.command,
        "of": question.subject,
        "next_batch": question.batch + 1,
        "batches": question.batches,
        "hosts": list(question.hosts),
    }


def _row(question: Question) -> tuple[str, ...]:
    return (
        str(question.number),
        question.since,
        question.command,
        question.subject,
        f"{question.batch + 1} of {question.batches}",
        listed(question.hosts),
    )
