"""What was refused is written too: log-ins that failed, pages that were forbidden (ASVS 16.3.1, 16.3.2).

Neither e-mail nor address stands in the log: keyed hashes tell whether two refusals had the same source.
"""

import logging
from typing import Any

from django.db import DatabaseError, transaction
from django.http import HttpRequest

from backoffice.audit import log
from backoffice.crypto.encryption import blind_index

logger = logging.getLogger(__name__)


def note(code: str, request: HttpRequest | None, **facts: Any) -> None:
    """Write a refusal in a transaction of its own. A refusal stands even when it cannot be written."""
    user = getattr(request, "user", None)
    source = request.META.get("REMOTE_ADDR", "") if request else ""
    try:
        with transaction.atomic():
            log.refused(code, by=user if user and user.is_authenticated else None, source=source, **facts)
    except DatabaseError as problem:
        logger.error("refusal %s not written: %s", code, type(problem).__name__)


def login_failed(sender: Any, credentials: dict, request: HttpRequest | None = None, **_: Any) -> None:
    """Receiver of Django's `user_login_failed`."""
    typed = str(credentials.get("email") or credentials.get("username") or "").casefold()
    note("security.login_failed", request, account=blind_index(typed, context="audit.account").hex()[:16])
