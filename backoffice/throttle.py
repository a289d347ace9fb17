"""Names of throttle counters: whom they count must not be read, or guessed, from the table (security.md finding 14)."""

from django.utils.crypto import salted_hmac


def counter_name(key: str, key_prefix: str, version: int) -> str:
    """For `CACHES`: the account library counts by address, hashed without a key; here it gets one."""
    return salted_hmac("backoffice.throttle", f"{key_prefix}:{version}:{key}", algorithm="sha256").hexdigest()
