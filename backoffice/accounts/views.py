"""Identity of an account, the house one works in, and the people of a house."""

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
from backoffice.accounts.forms import HouseForm, IdentityForm, RoleForm
from backoffice.accounts.http import SignedInRequest
from backoffice.accounts.models import House, Membership
from backoffice.accounts.roles import DESCRIPTIONS, Can, Role
from backoffice.accounts.services import houses, identities, memberships
from backoffice.http.throttle import limited
from backoffice.isolation.constraint_lookup import sentence_of
from backoffice.romania.calendar import today


@limited("identity", amount=10, seconds=3600, per="user", when=lambda request: request.method == "POST")
def identity(request: SignedInRequest) -> HttpResponse:
    """Who the holder of this account is: asked once, before the first filing."""
    if request.user.person_id:
        return redirect("home")
    form = IdentityForm(request.POST or None)
    if form.is_valid():
        try:
            identities.identify(request.user, **form.cleaned_data, today=today())
        except identities.NotIdentified as problem:
            for name, sentence in problem.errors.items():
                form.add_error(name, sentence)
        else:
            sessions.carry_over(request.session, request.user)
            messages.success(request, _("Identitatea a fost salvată."))
            return redirect(_next(request) or "workflows:mine")
    return render(
        request,
        "accounts/identity.html",
        {"form": form, "next": request.GET.get("next", request.POST.get("next", ""))},
        status=422 if form.errors else 200,
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
    """The roles of the administrator's house; giving one asks for a fresh proof of log-in."""
    house = _house_where(request, Can.MANAGE_PEOPLE)
    form = RoleForm(request.POST or None, house=house, by=request.user)
    if form.is_valid() and _give_role(form, house):
        messages.success(request, _("Rolul a fost acordat."))
        return redirect("accounts:people")
    held = Membership.objects.filter(house=house).select_related("user__person", "stands_in_for__user__person")
    active = set(Membership.objects.active_on(today()).filter(house=house).values_list("pk", flat=True))
    rows = [(row, row.pk in active) for row in held.order_by("-ends_on", "role", "pk")]
    return render(
        request,
        "accounts/people.html",
        {
            "house": house,
            "rows": rows,
            "stand_ins": [
                ("", "–"),
                *((str(row.pk), f"{row.user}, {row.get_role_display()}") for row, on in rows if on),
            ],
            "roles": [(role.value, role.label, DESCRIPTIONS[role]) for role in Role],
            "form": form,
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@reauthentication_required
def end_role(request: SignedInRequest, pk: int) -> HttpResponse:
    """End a role at once, after saying whose and what follows."""
    house = _house_where(request, Can.MANAGE_PEOPLE)
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
@reauthentication_required
def house_data(request: SignedInRequest) -> HttpResponse:
    """What the acts of the administrator's house say of it; without it no act is signed in production."""
    house = _house_where(request, Can.HOUSE_DATA)
    missing = house.missing_data()
    form = HouseForm(request.POST or None, instance=house)
    if form.is_valid():
        houses.enter(house, form.cleaned_data, by=request.user)
        messages.success(request, _("Datele casei au fost salvate; actele semnate de acum înainte le poartă."))
        return redirect("accounts:house_data")
    return render(
        request,
        "accounts/house_data.html",
        {"form": form, "house_name": house.name, "missing": missing},
        status=422 if form.errors else 200,
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


def _house_where(request: SignedInRequest, right: Can) -> House:
    """The house in which one works, if one has this right there; else the first where one has it."""
    held = list(access.houses_where(request.user, right))
    house = next((h for h in held if h.code == request.session.get("house")), next(iter(held), None))
    if house is None:
        raise PermissionDenied
    return house


def _give_role(form: RoleForm, house: House) -> bool:
    """Give the role that was asked for; when that is not possible, the form says why."""
    asked = {name: form.cleaned_data[name] for name in ("user", "starts_on", "ends_on", "stands_in_for")}
    try:
        with transaction.atomic():
            memberships.start(house=house, role=Role(form.cleaned_data["role"]), by=form.by, **asked)
    except memberships.NotPossible as problem:
        form.add_error(None, str(problem.sentence))
    except IntegrityError as problem:
        sentence = sentence_of(problem, Membership)
        if sentence is None:
            raise
        form.add_error(None, str(sentence))
    return not form.errors


def _next(request: SignedInRequest) -> str | None:
    target = request.POST.get("next", "")
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts=None) else reverse("workflows:mine")
