"""The keys, checked with everything else by `manage.py check`; in production settings refuse to load before."""

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from backoffice.crypto import encryption, keys


@register
def keys_are_fit(app_configs: object = None, **kwargs: object) -> list[CheckMessage]:
    """Every key this process holds is there, strong, its own and unread by others. Outside production they are made."""
    if settings.KEYS_ARE_MADE_HERE:
        encryption.make_keysets()
        for key in keys.held():
            if not key.is_keyset and not key.is_public:
                keys.secret(key.name)
    return [Error(problem, id="backoffice.E001") for problem in keys.problems()]
