"""Words of the pages: icons, dates in full, how long is left. Available in every template."""

from datetime import date
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite; decoration only, the word stands beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("icons.svg"),
        name,
    )


@register.filter
def day(value: Any) -> str:
    """23 noiembrie 2026."""
    return date_format(value, "j F Y") if value else ""


@register.filter
def full_day(value: Any) -> str:
    """luni, 23 noiembrie 2026: where a term hangs on it."""
    return date_format(value, "l, j F Y") if value else ""


@register.inclusion_tag("components/state.html")
def deadline(due_on: date, today: date, closed: bool = False) -> dict:
    """The legal term as a word and an icon, never as colour alone."""
    left = (due_on - today).days
    if closed:
        return {"tone": "done", "icon_name": "check-lg", "text": _("încheiat"), "due_on": due_on}
    if left < 0:
        text = ngettext("depășit cu {n} zi", "depășit cu {n} zile", -left).format(n=-left)
        return {"tone": "late", "icon_name": "exclamation-octagon", "text": text, "due_on": due_on}
    if left == 0:
        return {"tone": "late", "icon_name": "alarm", "text": _("astăzi este ultima zi"), "due_on": due_on}
    text = ngettext("{n} zi rămasă", "{n} zile rămase", left).format(n=left)
    return {"tone": "soon" if left <= 7 else "", "icon_name": "clock", "text": text, "due_on": due_on}


@register.filter
def item(mapping: Any, key: Any) -> Any:
    """`mapping[key]`, or nothing."""
    return mapping.get(key, "") if hasattr(mapping, "get") else ""


@register.filter
def among(value: Any, values: Any) -> bool:
    """Is `value` one of `values`; compared as text, as form values are."""
    return str(value) in [str(v) for v in (values or [])]
