"""Houses, persons, accounts, their sessions, and the roles that accounts have in houses."""

import uuid
from datetime import date
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.roles import Role
from backoffice.crypto.encryption import EncryptedJSONField, EncryptedTextField
from backoffice.isolation.guards import never_deleted
from backoffice.romania import counties
from backoffice.romania.address import BUCHAREST, address_line
from backoffice.romania.text import sort_key


class House(models.Model):
    """A health-insurance house (CAS): a tenant. The first migration makes all 43 (docs/domain.md).

    The second half is what its acts say of it: the house enters it itself (`services.houses`); nothing is invented.
    """

    code = models.CharField(max_length=12, unique=True)
    county = models.CharField(max_length=2, blank=True)
    name = models.CharField(max_length=160)
    seat = models.CharField(max_length=60)
    kind = models.CharField(max_length=12)
    sort_key = models.CharField(max_length=160)
    full_name = models.CharField(_("Denumirea completă"), max_length=160, blank=True, db_default="")
    street = models.CharField(_("Strada și numărul"), max_length=160, blank=True, db_default="")
    postal_code = models.CharField(_("Codul poștal"), max_length=6, blank=True, db_default="")
    locality = models.CharField(_("Localitatea"), max_length=60, blank=True, db_default="")
    fiscal_code = models.CharField(_("Codul de identificare fiscală"), max_length=10, blank=True, db_default="")
    phone = models.CharField(_("Telefonul"), max_length=30, blank=True, db_default="")
    email = models.EmailField(_("Adresa de e-mail"), max_length=254, blank=True, db_default="")
    court = models.CharField(_("Instanța competentă"), max_length=200, blank=True, db_default="")
    data_protection_email = models.EmailField(
        _("E-mailul responsabilului cu protecția datelor"), max_length=254, blank=True, db_default=""
    )

    codes = ("code", "county", "name", "seat", "kind", "sort_key")
    in_clear = dict.fromkeys(
        (
            "full_name",
            "street",
            "postal_code",
            "locality",
            "fiscal_code",
            "phone",
            "email",
            "court",
            "data_protection_email",
        ),
        "public data of an institution, printed on its acts",
    )
    deletable = "the product's own list; every row in use is held by foreign keys"

    class Meta:
        ordering = ["sort_key"]
        constraints = [
            models.UniqueConstraint(name="one_house_per_county", fields=["county"], condition=~Q(county="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def usual_name(self) -> str:
        """The full name as the list of houses lets one guess it; the house confirms it."""
        return self.name.replace("CAS ", "Casa de Asigurări de Sănătate ", 1)

    @property
    def usual_court(self) -> str:
        """The tribunal of the county of the house; a house without county enters its own."""
        county = counties.names().get(self.county, "")
        return f"Tribunalul {county}, secția de contencios administrativ și fiscal" if county else ""

    @property
    def address_line(self) -> str:
        """Where the house is, as its acts say it."""
        place = self.locality or self.seat
        # One house has its seat in București and another county in its name.
        county = BUCHAREST if place == "București" else self.county
        entered = {"street": self.street, "postal_code": self.postal_code}
        return address_line(entered | {"locality": place, "county": county})

    def missing_data(self) -> list[str]:
        """What an act needs and the house has not entered, in words."""
        labels = {field.name: field.verbose_name for field in self._meta.concrete_fields}
        return [str(labels[name]) for name in ENTERED if not getattr(self, name)]


ENTERED = tuple(House.in_clear)


class Person(models.Model):
    """A natural person: one row per CNP, so that two accounts of one human are one actor to four eyes."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cnp = EncryptedJSONField(bound_to=("public_id",))
    cnp_index = models.BinaryField(max_length=32, unique=True)
    last_name = EncryptedTextField(bound_to=("public_id",), null=True)
    first_name = EncryptedTextField(bound_to=("public_id",), null=True)

    keyed = ("cnp_index",)

    has_account = False  # set by the definer function that finds a person (services.persons)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """As a Romanian office writes names: NUME Prenume."""
        return f"{(self.last_name or '').upper()} {self.first_name}".strip()

    @property
    def sort_key(self) -> str:
        """What two spellings of one name have in common; names are compared and sorted here, never in the database."""
        return sort_key(f"{self.last_name} {self.first_name}")


class UserManager(BaseUserManager["User"]):
    """Makes and finds accounts; the e-mail address is the name."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create an account; the e-mail address is the log-in name, compared without case."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """The account with this address, compared without case."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """An account. Deactivated, never deleted: decisions and events name it."""

    email = models.EmailField(unique=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="accounts")
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)
    language = models.CharField(max_length=2, default="ro")
    session_generation = models.IntegerField(default=0, db_default=0)

    keyed = ("password",)
    codes = ("language",)
    in_clear = {
        "email": "the log-in name: the account library finds it by comparison; shown only to its house's administrator"
    }

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    def __str__(self) -> str:
        return self.person.full_name if self.person else self.email

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Nobody holds a permission of Django's: `access.can` gives rights, and nothing else does."""
        return False


class Session(models.Model):
    """One log-in of one browser, or a visitor's before it; read and written by `sessions.SessionStore`."""

    key_hash = models.BinaryField(max_length=32, primary_key=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="sessions")
    data = models.BinaryField()
    generation = models.IntegerField()
    created_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    keyed = ("key_hash",)
    encrypted_by = {"data": "the session store"}
    deletable = "sessions end"

    def __str__(self) -> str:
        return f"{self.user_id} {self.seen_at:%Y-%m-%d %H:%M:%S}"


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Roles, asked for by day."""

    def active_on(self, day: date) -> "MembershipQuerySet":
        """Memberships in force on that day, of active accounts."""
        return self.filter(starts_on__lte=day, user__is_active=True).filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=day)
        )


class Membership(models.Model):
    """One role of one account in one house, from a day to a day; a stand-in names whom they replace."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    stands_in_for = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="stand_ins")
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["house_id", "role", "starts_on"]
        constraints = [
            models.CheckConstraint(
                name="membership_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("Rolul nu se poate încheia înainte de a începe."),
            ),
            models.CheckConstraint(
                name="nobody_grants_a_role_to_himself",
                condition=Q(granted_by__isnull=True) | ~Q(granted_by=F("user")),
                violation_error_message=_("Nimeni nu își poate acorda singur un rol."),
            ),
            models.CheckConstraint(
                name="stand_in_has_an_end",
                condition=Q(stands_in_for__isnull=True) | Q(ends_on__isnull=False),
                violation_error_message=_("O înlocuire are întotdeauna o dată de sfârșit."),
            ),
            ExclusionConstraint(
                name="one_membership_per_role_and_day",
                expressions=[
                    (OpClass("user_id", name="gist_int8_ops"), RangeOperators.EQUAL),
                    (OpClass("house_id", name="gist_int8_ops"), RangeOperators.EQUAL),
                    (OpClass("role", name="gist_text_ops"), RangeOperators.EQUAL),
                    (
                        Func(
                            F("starts_on"),
                            F("ends_on"),
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("Persoana are deja acest rol la această casă în perioada aleasă."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {Role(self.role).label} – {self.house}"


for kept in (User, Person, Membership):
    never_deleted(kept)
