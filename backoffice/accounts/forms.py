"""The forms of accounts: who one is, and a role for a colleague. Services decide; a form reads what was typed."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import ENTERED, House, Membership, User
from backoffice.accounts.roles import Role
from backoffice.accounts.services import memberships
from backoffice.romania import identifiers
from backoffice.romania.calendar import today
from backoffice.romania.text import normalise

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


class HouseForm(forms.ModelForm):
    """What a house says of itself in its acts; all of it is asked, with what is usual as a proposal."""

    # As people type them: with spaces, with RO before it.
    postal_code = forms.CharField(label=_("Codul poștal"), max_length=20)
    fiscal_code = forms.CharField(label=_("Codul de identificare fiscală"), max_length=20)

    class Meta:
        model = House
        fields = ENTERED

    def __init__(self, *args: Any, instance: House, **kwargs: Any) -> None:
        usual = {"full_name": instance.usual_name, "locality": instance.seat, "court": instance.usual_court}
        proposed = {name: value for name, value in usual.items() if not getattr(instance, name)}
        super().__init__(*args, instance=instance, initial=proposed, **kwargs)
        for field in self.fields.values():
            field.required = True
            field.error_messages["required"] = _("Câmpul acesta apare în acte: completați-l.")

    def clean(self) -> dict[str, Any]:
        """One spelling of letters and spaces, as everywhere."""
        data = super().clean() or self.cleaned_data
        return {name: normalise(value) for name, value in data.items()}

    def clean_postal_code(self) -> str:
        """Six digits."""
        code = re.sub(r"\s", "", self.cleaned_data["postal_code"])
        if not re.fullmatch(r"[0-9]{6}", code):
            raise forms.ValidationError(_("Codul poștal are 6 cifre, de exemplu 900178."))
        return code

    def clean_fiscal_code(self) -> str:
        """A fiscal code with the right check digit."""
        code = identifiers.normalise_fiscal_code(self.cleaned_data["fiscal_code"])
        if identifiers.fiscal_code_problem(code):
            raise forms.ValidationError(
                _("Codul de identificare fiscală nu este corect: verificați cifrele, fără prefixul RO.")
            )
        return code

    def clean_phone(self) -> str:
        """Ten digits, as they are dialled in the country."""
        digits = re.sub(r"[\s./-]", "", self.cleaned_data["phone"])
        if not re.fullmatch(r"(\+40|0)[0-9]{9}", digits):
            raise forms.ValidationError(_("Telefonul are 10 cifre și începe cu 0, de exemplu 0241 123 456."))
        return self.cleaned_data["phone"]

    @property
    def summary(self) -> list[dict[str, str]]:
        """What is to be corrected, in the order of the page."""
        wrong = [(name, self.fields[name].label, self.errors[name][0]) for name in self.fields if name in self.errors]
        return [{"id": name, "label": str(label), "message": str(message)} for name, label, message in wrong]
