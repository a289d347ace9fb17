"""The forms of accounts: who one is, and a role for a colleague. Services decide; a form reads what was typed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import House, Membership, User
from backoffice.accounts.roles import Role
from backoffice.accounts.services import memberships
from backoffice.romania.calendar import today

NO_SUCH_DAY = _("Data nu există: scrieți-o ZZ.LL.AAAA, de exemplu 31.12.2026.")


class IdentityForm(forms.Form):
    """Who the holder of an account is; `identities.identify` judges it."""

    last_name = forms.CharField(label=_("Numele"), required=False)
    first_name = forms.CharField(label=_("Prenumele"), required=False)
    cnp = forms.CharField(label=_("Codul numeric personal"), required=False)


class RoleForm(forms.Form):
    """A role for a person of a house, from a day to a day; a stand-in names whom they replace."""

    email = forms.CharField()
    role = forms.ChoiceField(
        choices=Role.choices, error_messages={"required": _("Alegeți rolul."), "invalid_choice": _("Alegeți rolul.")}
    )
    starts_on = forms.DateField(required=False, input_formats=["%d.%m.%Y"], error_messages={"invalid": NO_SUCH_DAY})
    ends_on = forms.DateField(required=False, input_formats=["%d.%m.%Y"], error_messages={"invalid": NO_SUCH_DAY})
    stands_in_for = forms.ModelChoiceField(
        Membership.objects.none(),
        required=False,
        error_messages={
            "invalid_choice": _("Alegeți pe cine înlocuiește: un rol în vigoare astăzi la această casă."),
        },
    )

    def __init__(self, *args: Any, house: House, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        in_force = Membership.objects.active_on(today()).filter(house=house)
        self.fields["stands_in_for"].queryset = in_force  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The account behind the address, if its holder has said who they are, and is somebody else."""
        data = super().clean() or self.cleaned_data
        user = memberships.account_named(self.data.get("email", ""))
        if user is None or user.person_id is None:
            self.add_error(
                "email",
                _(
                    "Nu există un cont cu această adresă a cărui identitate să fie declarată. "
                    "Rugați persoana să își facă întâi cont."
                ),
            )
        elif user.person_id == self.by.person_id:
            self.add_error("email", _("Nimeni nu își poate acorda singur un rol."))
        data["starts_on"] = data.get("starts_on") or today()
        return data | {"user": user}

    @property
    def first_error(self) -> str:
        """The sentence to begin with, in the order of the page."""
        return next((str(self.errors[name][0]) for name in [*self.fields, "__all__"] if name in self.errors), "")
