"""What a procedure is: the whole contract by which one plugs in. General code knows procedures by this alone.

A procedure is an installed app of a room above, whose `AppConfig.ready()` calls `register(<its Procedure>)`. The
code is the app's label, the folder of its templates, and stands on its cases (`Case.procedure`).
`docs/conventions.md` is the recipe; `tests/toy` is a small complete example.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.accounts import roles
from backoffice.accounts.roles import Can, Role
from backoffice.audit import codes as events
from backoffice.http import logs
from backoffice.romania.law import Ground
from notifications import kinds
from notifications.kinds import DocumentKind
from workflows.enums import CaseState, Outcome
from workflows.forms.spec import FormSpec
from workflows.grounds import Rule
from workflows.privacy import Processing, Told
from workflows.stages import Stage

if TYPE_CHECKING:
    from viewflow.workflow.flow import Flow

    from backoffice.accounts.models import House, User
    from workflows.attachments.kinds import Kind
    from workflows.models import Case

Text = str | Promise


@dataclass(frozen=True)
class Named:
    """A person as a form names one."""

    cnp: str
    last_name: str
    first_name: str
    capacity: str


@dataclass(frozen=True)
class Subject:
    """Whom a case is about. `key` is a public code or a keyed blind index, never an identity number in clear.

    What a paper does not say is empty: two subjects without a key are never the same. `address` is where letters go.
    """

    key: str
    name: str
    email: str
    parties: tuple[Named, ...] = ()
    address: str = ""


@dataclass(frozen=True)
class Reason:
    """One reason of a rejection or completion: its sentence, what the applicant does next, and what it rests on.

    `after_completion`: it rejects only when a completion was asked for it and is over.
    """

    code: str
    label: Text
    fix: Text = ""
    grounds: tuple[Ground, ...] = ()
    after_completion: bool = False

    @property
    def law(self) -> tuple[Ground, ...]:
        """The articles it rests on; none where it is the house's own rule alone."""
        return tuple(each for each in self.grounds if each.is_law)


@dataclass(frozen=True)
class Finding:
    """One thing that an automatic rule saw. `facts` explain it and hold no identity number."""

    code: str
    field: str
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """As it is stored with the case."""
        return asdict(self)


@dataclass(frozen=True)
class Offer:
    """What may be asked about a case: the words of its link, what it does, and why it cannot be asked now."""

    label: Text
    lead: Text = ""
    refused: str = ""


@dataclass(frozen=True)
class Made:
    """What one attempt at issuing made: words that complete the documents, and a secret that only memory knows."""

    words: dict[str, Any] = dataclasses.field(default_factory=dict)
    secret: str | None = None


class Procedure(ABC):
    """One approval procedure. Attributes and abstract methods must be given; the others have a sensible default."""

    code: str
    title: Text
    flow: type[Flow]
    rights: Mapping[Role, frozenset[Can]]
    form: FormSpec
    # The documents that a signature freezes, by what was decided: the decision itself first, then what goes with it.
    documents: Mapping[Outcome, tuple[DocumentKind, ...]]
    attachments: tuple[Kind, ...] = ()
    capacities: Mapping[str, Text] = {}
    # What the key of a subject is called where it is a public code that people may read; empty: it is shown nowhere.
    key_label: Text = ""
    rules_version: str = ""
    # The articles on which every decision of this procedure rests, and a rejection where its reasons name none.
    general_grounds: tuple[Ground, ...] = ()
    # Rules, terms and notices of this procedure alone; its reasons and stages say their grounds themselves.
    rules: tuple[Rule, ...] = ()
    # What the letter that brings a decision on paper adds to it, for example what is picked up at the counter.
    letter_note: Text = ""
    # The words of a proposal, where "approval" and "rejection" are not what this procedure calls it.
    approve_label: Text = _("Propun aprobarea")
    reject_label: Text = _("Propun respingerea")
    remark_hint: Text = _("apare în decizia de respingere sau în solicitarea de completări")
    # Templates: what filing needs (before the form), and what this procedure adds to the case page and the applicant's.
    introduction: str
    panel: str = ""
    applicant_panel: str = ""
    # What is looked for every quarter of an hour: writes a durable job for each thing that is due, and says how many.
    periodic: tuple[Callable[[date], int], ...] = ()
    # What it does with personal data: a part of the notice that every house publishes. Demanded by a check.
    processing: Processing | None = None
    # May a clerk key in a request that came on paper, and a file of requests be loaded?
    takes_paper: bool = True
    # A procedure that follows an earlier case (a complaint, a change): `FollowUp`.
    follows: bool = False
    # Does the house alone start it, of its own motion?
    by_house: bool = False
    # Does its approval withdraw the decision of the case it is about? Do others decide than did there?
    reviews: bool = False
    by_others: bool = False

    def offer(self, case: Case, *, today: date) -> Offer | None:
        """How this procedure is offered on the pages of an earlier case; None where it has nothing to do with it."""
        return None

    def draft(self, about: Case | None) -> dict[str, Any]:
        """What a new draft begins with."""
        return {}

    @abstractmethod
    def houses(self, content: dict[str, Any]) -> list[House]:
        """The houses that decide this content, each its own case; in the order of the form.

        None where a paper does not say enough: then the house where it came in registers it.
        """

    def part_for(self, content: dict[str, Any], house: House) -> dict[str, Any]:
        """What this house decides on; all of it by default."""
        return content

    def part_paths(self, content: dict[str, Any], house: House, paths: Iterable[str]) -> frozenset[str]:
        """These paths of the content as they are in the part of one house."""
        return frozenset(paths)

    @abstractmethod
    def subject(self, content: dict[str, Any]) -> Subject:
        """Whom the content is about and who is named in it."""

    def told(self, content: dict[str, Any]) -> Sequence[Told]:
        """Whom the content names without their doing: they are told at registration, once per case and person."""
        return ()

    def draft_name(self, content: dict[str, Any]) -> str:
        """What a draft is about, in a list; empty while it does not say so."""
        return ""

    def findings(
        self,
        content: dict[str, Any],
        *,
        house: House,
        today: date,
        case: Case | None = None,
        about: Case | None = None,
        as_written: frozenset[str] = frozenset(),
        missing: frozenset[str] = frozenset(),
    ) -> list[Finding]:
        """What the automatic rules see in the part of one house; before filing there is no case yet.

        `about` is the earlier case in a procedure that follows one. At the paths in `missing` the paper says nothing,
        and None or an empty list stands there.
        """
        return []

    def explain(self, finding: Finding) -> str:
        """A finding as a sentence in the language of the page."""
        raise NotImplementedError

    @abstractmethod
    def reasons(self, outcome: str) -> Sequence[Reason]:
        """The reasons that may be given for `reject` or `completion`."""

    def reason(self, code: str) -> Reason:
        """One reason of any kind by its code. Raises `KeyError`."""
        found = {reason.code: reason for kind in ("reject", "completion") for reason in self.reasons(kind)}
        return found[code]

    @abstractmethod
    def text(self, case: Case, content: dict[str, Any], outcome: Outcome) -> dict[str, Any]:
        """What this procedure adds to the words of a decision; JSON values only. Fills `templates/pdf/<code>/`."""

    def documents_for(self, content: dict[str, Any], outcome: Outcome) -> tuple[DocumentKind, ...]:
        """The documents that this signature freezes, the decision first; all of `documents` by default."""
        return self.documents[outcome]

    def content_in_force(self, case: Case) -> dict[str, Any]:
        """What holds now of what was asked: another case may have changed it since."""
        return case.content

    def refuse_filing(self, content: dict[str, Any], *, about: Case | None) -> str | None:
        """Why an applicant cannot file this content now, or None. What comes on paper is registered all the same."""
        return None

    def filed(self, case: Case) -> None:
        """What happens as soon as the request is registered; runs in the registering transaction."""
        return

    def refuse_proposal(self, case: Case, outcome: Outcome) -> str | None:
        """Why this outcome cannot be proposed now, or None."""
        return None

    def demands_text(self, case: Case, outcome: Outcome) -> bool:
        """Must this proposal be explained in words?"""
        return False

    def refuse_completion(self, case: Case, content: dict[str, Any]) -> str | None:
        """Why this content cannot be the answer to a request for completion, or None."""
        return None

    def signed(self, case: Case, outcome: Outcome) -> None:
        """What exists from the signature on; runs in the signing transaction."""
        return

    def effects_of_withdrawal(self, case: Case) -> list[Text]:
        """What ends when the decision of this case is withdrawn: listed to whoever proposes, endorses and signs it."""
        return []

    def withdraws(self, content: dict[str, Any]) -> bool:
        """In a procedure that reviews a decision: does the approval of this content withdraw it?"""
        return True

    def decides_anew(self, case: Case) -> bool:
        """In a procedure that reviews a decision: is that case decided anew once its decision is withdrawn?"""
        return True

    def withdrawn(self, case: Case) -> None:
        """End what the decision of this case made; runs in the transaction that withdraws it."""
        return

    def makes(self, outcome: Outcome, kinds: frozenset[str]) -> bool:
        """Is there anything to make besides these frozen documents? What was signed decides."""
        return True

    def make(self, outcome: Outcome) -> Made:
        """What the worker makes before it renders; may repeat, sees no database."""
        return Made()

    def issued(self, case: Case, made: Made) -> None:
        """Keep what was made; runs in the transaction that marks the issuing done."""
        return

    def panel_context(self, case: Case, user: User) -> dict[str, Any]:
        """What the templates `panel` and `applicant_panel` show."""
        return {}

    def demo(self, people: Mapping[str, User]) -> int:
        """Make DEMO cases through the services, once; how many."""
        return 0

    @cached_property
    def nodes(self) -> dict[str, Any]:
        """The nodes of the flow by name, in the order in which the flow's class writes them."""
        known = {node.name: node for node in self.flow.instance.nodes()}
        return {name: known[name] for name in vars(self.flow) if name in known}

    @cached_property
    def steps(self) -> dict[str, Any]:
        """The flow's steps of people by the code of their stage, in order."""
        return {node.stage.code: node for node in self.nodes.values() if hasattr(node, "stage")}

    @cached_property
    def kinds_of_decisions(self) -> list[str]:
        """The kinds of document that its decisions are, and what goes with them."""
        return sorted({kind.code for found in self.documents.values() for kind in found})

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages of its decisions in their order, as the flow's steps say it."""
        return tuple(step.stage for step in self.steps.values())

    def stage(self, code: str) -> Stage:
        """The stage with this code. Raises `KeyError`."""
        return self.steps[code].stage

    def right_for(self, stage: str) -> Can:
        """The right that the flow's step of this stage asks for."""
        return self.steps[stage].right

    def state_label(self, state: str) -> Text:
        """Where a case in this state stands, in words."""
        return CaseState(state).label if state in CaseState.values else self.stage(state).waiting

    def step_label(self, node: str) -> Text:
        """What is to be done at this node of the flow, in words."""
        return getattr(self.nodes.get(node), "title", "")


class FollowUp(Procedure):
    """A procedure about an earlier case: house, subject and parties are that case's; the form asks the rest."""

    follows = True
    introduction = ""

    def houses(self, content: dict[str, Any]) -> list[House]:
        """None by the content: the house of the case it is about decides."""
        return []

    def subject(self, content: dict[str, Any]) -> Subject:
        """Only whom its own form names: the rest is said by the case it is about."""
        return Subject(key="", name="", email="")


_procedures: dict[str, Procedure] = {}


def register(procedure: Procedure) -> None:
    """Make a procedure known to every process: its rights, kinds of document and of work."""
    from workflows.attachments.kinds import register as register_kinds
    from workflows.services import issuing

    _procedures[procedure.code] = procedure
    roles.register(procedure.code, procedure.rights)
    register_kinds(procedure.code, procedure.attachments)
    logs.write_out(type(procedure).__module__)
    decided = {f"decision.{stage.code}": stage.decision for stage in procedure.stages}
    events.register({code: words for code, words in decided.items() if not events.is_known(code)})
    for kind in {kind for found in procedure.documents.values() for kind in found}:
        kinds.register(kind)
    issuing.register(procedure)


def get(code: str) -> Procedure:
    """The procedure with this code. Raises `KeyError`."""
    return _procedures[code]


def every() -> list[Procedure]:
    """All procedures of this installation, by code."""
    return [_procedures[code] for code in sorted(_procedures)]


def offers(case: Case, *, today: date) -> list[tuple[Procedure, Offer]]:
    """What may be asked about a case, each with its words: what goes on first, then what questions the decision."""
    found = [(procedure, procedure.offer(case, today=today)) for procedure in every() if procedure.follows]
    offered = [(procedure, offer) for procedure, offer in found if offer is not None]
    return sorted(offered, key=lambda o: (bool(o[1].refused), o[0].reviews, o[0].by_house, o[0].code))
