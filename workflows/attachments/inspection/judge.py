"""The verdict on one file. Runs in the child process; anything unforeseen is a refusal."""

import io
import zipfile

from workflows.attachments.inspection import images, pdfs
from workflows.attachments.inspection.limits import MAX_FILE_BYTES
from workflows.attachments.inspection.magic import Media, media_of
from workflows.attachments.inspection.verdict import Unfit, Verdict

# What a file must not be besides what it says it is. Browsers look for these in the first kilobyte and a half.
_MARKUP = (b"<html", b"<script", b"<!doctype html", b"<svg", b"<?php")
_SNIFFED = 1500


def judge(data: bytes) -> Verdict:
    """Clean with its page images, or refused with the first reason."""
    try:
        return _judged(data)
    except Unfit as problem:
        return Verdict(reason=problem.code)
    except MemoryError:
        return Verdict(reason="too_heavy")
    except Exception:  # the parsers raise what they like on hostile input: all of it means the same
        return Verdict(reason="unreadable")


def _judged(data: bytes) -> Verdict:
    if not data:
        raise Unfit("empty")
    if len(data) > MAX_FILE_BYTES:
        raise Unfit("too_big")
    media = media_of(data)
    if media is None:
        raise Unfit("wrong_type")
    refuse_second_nature(data)
    if media == Media.PDF:
        pictures, signatures = pdfs.pages(data)
        return Verdict(pages=pictures, signatures=signatures)
    return Verdict(pages=(images.picture(data, media),))


def refuse_second_nature(data: bytes) -> None:
    """A file that other programs read as an archive or a page is refused, whatever else it is."""
    start = data[:_SNIFFED].lower()
    if any(mark in start for mark in _MARKUP) or zipfile.is_zipfile(io.BytesIO(data)):
        raise Unfit("polyglot")
