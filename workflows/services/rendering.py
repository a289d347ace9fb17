"""Rendering and sealing as work: what goes wrong is tried again, or needs a person (the codes say which)."""

import logging

from backoffice.jobs.registry import Permanent, Transient
from notifications import pdf, seal
from notifications.models import Document
from notifications.services import documents

logger = logging.getLogger(__name__)


def sealed(document: Document, extra: dict) -> bytes:
    """The sealed PDF of a numbered document. Raises `Permanent` or `Transient` with the code of a failed job."""
    try:
        return documents.render_and_seal(document, extra)
    except documents.TextChanged:
        raise Permanent("text_changed") from None
    except pdf.RenderFailed as problem:
        raise Transient(problem.code) from None
    except seal.SealRefused:
        raise Permanent("seal_refused") from None  # a wrong PIN that is tried again locks the device
    except seal.SealUnavailable as problem:
        logger.warning("seal unavailable: %s", problem.args[0])
        raise Transient("seal_unavailable") from None
