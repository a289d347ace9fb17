"""Identity of an account, the house one works in, and the people of a house."""

from datetime import date

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from backoffice.accounts import access, sessions
from backoffice.accounts.access import Grants
from backoffice.accounts.http import SignedInRequest
from backoffice.accounts.models import House, Membership
from backoffice.accounts.roles import DESCRIPTIONS, Can, Role
from backoffice.accounts.services import identities, memberships
from backoffice.http.throttle import limited
from backoffice.romania.calendar import today


@limited("identity", amount=10, seconds=3600, per="user", when=lambda request: request.method == "POST")
def identity(request: SignedInRequest) -> HttpResponse:
    """Who the holder of this account is: asked once, before the first filing."""
    if request.user.person_id:
        return redirect("home")
    typed = {name: request.POST.get(name, "") for name in ("last_name", "first_name", "cnp")}
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            identities.identify(request.user, **typed, today=today())
        except identities.NotIdentified as problem:
            errors = problem.errors
        else:
            sessions.carry_over(request.session, request.user)
            messages.success(request, _("Identitatea a fost salvată."))
            return redirect(_next(request) or "workflows:mine")
    return render(
        request,
        "accounts/identity.html",
        {"boxes": _identity_boxes(typed, errors), "next": request.GET.get("next", request.POST.get("next", ""))},
        status=422 if errors else 200,
    )


@require_POST
def choose_house(request: SignedInRequest) -> HttpResponse:
    """Work in another of one's houses."""
    house = next((h for h in Grants.of(request.user).houses if h.code == request.POST.get("house")), None)
    if house is None:
        raise Http404
    request.session["house"] = house.code
    return redirect("home")


@reauthentication_required
def people(request: SignedInRequest) -> HttpResponse:
    """The roles of the administrator's house; giving one is a step-up act (security.md S14)."""
    house = _managed_house(request)
    error = ""
    if request.method == "POST":
        error = _give_role(request, house)
        if not error:
            messages.success(request, _("Rolul a fost acordat."))
            return redirect("accounts:people")
    rows = Membership.objects.filter(house=house).select_related("user__person", "stands_in_for__user__person")
    active = set(Membership.objects.active_on(today()).filter(house=house).values_list("pk", flat=True))
    return render(
        request,
        "accounts/people.html",
        {
            "house": house,
            "rows": [(row, row.pk in active) for row in rows.order_by("-ends_on", "role", "pk")],
            "roles": [(role.value, role.label, DESCRIPTIONS[role]) for role in Role],
            "error": error,
            "typed": request.POST,
        },
        status=422 if error else 200,
    )


@require_http_methods(["GET", "POST"])
@reauthentication_required
def end_role(request: SignedInRequest, pk: int) -> HttpResponse:
    """End a role at once, after saying whose and what follows."""
    house = _managed_house(request)
    in_force = Membership.objects.active_on(today()).select_related("user__person")
    membership = get_object_or_404(in_force, pk=pk, house=house)
    refused = ""
    if request.method == "POST":
        try:
            memberships.end(membership, by=request.user)
        except memberships.NotPossible as problem:
            refused = str(problem.sentence)
        else:
            messages.success(request, _("Rolul s-a încheiat; persoana nu mai poate lucra cu el."))
            return redirect("accounts:people")
    return render(
        request,
        "accounts/end_role.html",
        {"membership": membership, "stand_ins": in_force.filter(stands_in_for=membership), "refused": refused},
        status=422 if refused else 200,
    )


@require_http_methods(["GET", "POST"])
def own_sessions(request: SignedInRequest) -> HttpResponse:
    """Where one is logged in; end one of them, or all but this one."""
    if request.method == "POST":
        if "others" in request.POST:
            sessions.end_others(request.session, request.user)
            messages.success(request, _("Ați rămas conectat numai aici."))
        elif sessions.end_one(request.user, request.POST.get("session", "")):
            messages.success(request, _("Sesiunea s-a încheiat."))
        return redirect("accounts:sessions")
    rows = [(row, row.pk == request.session.key_hash) for row in sessions.of_account(request.user)]
    return render(request, "accounts/sessions.html", {"rows": rows, "minutes": settings.SESSION_IDLE_SECONDS // 60})


def _identity_boxes(typed: dict[str, str], errors: dict[str, str]) -> list[dict]:
    described = [
        {"name": "last_name", "label": _("Numele"), "autocomplete": "family-name", "width": "half"},
        {"name": "first_name", "label": _("Prenumele"), "autocomplete": "given-name", "width": "half"},
        {
            "name": "cnp",
            "label": _("Codul numeric personal"),
            "hint": _("13 cifre, ca în actul de identitate"),
            "inputmode": "numeric",
            "width": "half",
        },
    ]
    return [
        box | {"value": typed[box["name"]], "errors": [errors[box["name"]]] if box["name"] in errors else []}
        for box in described
    ]


def _managed_house(request: SignedInRequest) -> House:
    house = access.houses_where(request.user, Can.MANAGE_PEOPLE).first()
    if house is None:
        raise PermissionDenied
    return house


def _give_role(request: SignedInRequest, house: House) -> str:
    """Give the role that was asked for; the sentence to show when that is not possible."""
    user = memberships.account_named(request.POST.get("email", ""))
    role = request.POST.get("role", "")
    if user is None or user.person_id is None:
        return _(
            "Nu există un cont cu această adresă a cărui identitate să fie declarată. Rugați persoana să își facă întâi cont."
        )
    if user.person_id == request.user.person_id:
        return _("Nimeni nu își poate acorda singur un rol.")
    if role not in Role.values:
        return _("Alegeți rolul.")
    try:
        starts_on = _day(request.POST.get("starts_on", "")) or today()
        ends_on = _day(request.POST.get("ends_on", ""))
    except ValueError:
        return _("Data nu există: scrieți-o ZZ.LL.AAAA, de exemplu 31.12.2026.")
    chosen = request.POST.get("stands_in_for", "")
    replaced = None
    if chosen:
        replaced = (
            Membership.objects.active_on(today())
            .filter(house=house, pk=int(chosen) if chosen.isdecimal() and len(chosen) < 19 else None)
            .first()
        )
        if replaced is None:
            return _("Alegeți pe cine înlocuiește: un rol în vigoare astăzi la această casă.")
    try:
        with transaction.atomic():
            memberships.start(
                user=user,
                house=house,
                role=Role(role),
                starts_on=starts_on,
                ends_on=ends_on,
                stands_in_for=replaced,
                by=request.user,
            )
    except memberships.NotPossible as problem:
        return str(problem.sentence)
    except IntegrityError as problem:
        name = getattr(getattr(problem.__cause__, "diag", None), "constraint_name", None)
        sentences = {c.name: c.violation_error_message for c in Membership._meta.constraints}
        if name not in sentences:
            raise
        return str(sentences[name])
    return ""


def _day(typed: str) -> date | None:
    if not typed.strip():
        return None
    day, month, year = typed.strip().split(".")
    if len(typed.strip()) > 10:
        raise ValueError
    return date(int(year), int(month), int(day))


def _next(request: SignedInRequest) -> str | None:
    target = request.POST.get("next", "")
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts=None) else reverse("workflows:mine")
