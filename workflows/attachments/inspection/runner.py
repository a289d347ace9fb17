"""Hands a file to the child process and checks its answer byte by byte: the file may have taken the child over."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from workflows.attachments.inspection import limits
from workflows.attachments.inspection.verdict import Verdict

ROOT = Path(__file__).resolve().parents[3]
COMMAND = [sys.executable, "-m", "workflows.attachments.inspection.child"]
# How a process dies of a file: it used up its seconds, or its memory (then the PDF renderer calls abort), or broke a
# parser. Every other death is the machine's doing.
DEATHS = dict.fromkeys((signal.SIGXCPU, signal.SIGABRT), "too_heavy") | dict.fromkeys(
    (signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGTRAP), "unreadable"
)


class Unavailable(Exception):
    """The inspection could not be done now; it says nothing about the file."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def inspect(data: bytes, *, cpu_seconds: int = limits.CHILD_CPU_SECONDS) -> Verdict:
    """The verdict of the child. Raises `Unavailable` when the child could not do its work."""
    with os.fdopen(os.memfd_create("verdict"), "r+b") as answer:
        try:
            done = subprocess.run(
                [*COMMAND, str(cpu_seconds)],
                input=data,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
                env={"LC_ALL": "C.UTF-8"},  # no keys, no database, no proxy
                timeout=limits.CHILD_WALL_SECONDS,
            )
        except subprocess.TimeoutExpired:
            # Waiting without computing is not the file's doing: the machine is busy.
            raise Unavailable("inspector_slow") from None
        if done.returncode < 0 and -done.returncode in DEATHS:
            return Verdict(reason=DEATHS[signal.Signals(-done.returncode)])
        if done.returncode:
            raise Unavailable("inspector_failed")
        answer.seek(0)
        return _read(answer.read(limits.CHILD_ANSWER_BYTES))


def _read(answer: bytes) -> Verdict:
    """The verdict, if the answer is one to the byte; else the child was taken over or broken by the file."""
    broken = Verdict(reason="unreadable")
    line, _, body = answer.partition(b"\n")
    try:
        head = json.loads(line)
        reason, signatures, sizes = head["reason"], head["signatures"], head["pages"]
    except (ValueError, KeyError, TypeError):
        return broken
    if reason:
        return Verdict(reason=reason) if isinstance(reason, str) and reason.isidentifier() else broken
    if not _are_counts(sizes, signatures) or sum(sizes) != len(body):
        return broken
    ends = [sum(sizes[: n + 1]) for n in range(len(sizes))]
    pages = tuple(body[end - size : end] for end, size in zip(ends, sizes, strict=True))
    if not all(page.startswith(b"RIFF") and page[8:12] == b"WEBP" for page in pages):
        return broken
    return Verdict(pages=pages, signatures=signatures)


def _are_counts(sizes: Any, signatures: Any) -> bool:
    return (
        isinstance(sizes, list)
        and 0 < len(sizes) <= limits.MAX_PDF_PAGES
        and all(type(size) is int and size > 0 for size in sizes)
        and type(signatures) is int
        and 0 <= signatures <= limits.MAX_PDF_NODES
    )
