"""What every flow must be, checked at each start: the lock, the nodes, the line of descent, the order of its stages."""

from collections.abc import Iterable, Iterator

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from viewflow.workflow import flow
from viewflow.workflow.base import Flow

from backoffice.accounts.roles import Can
from workflows import grounds, procedures
from workflows.engine.lock import RowLock
from workflows.engine.nodes import Step
from workflows.enums import CLOSED
from workflows.models import Case
from workflows.models.decision import FIRST, LAST


@register
def flows_are_sound(app_configs: object = None, **kwargs: object) -> list[CheckMessage]:
    """Run with `manage.py check`, `migrate` and every server that Django starts."""
    return [problem for procedure in procedures.every() for problem in problems(procedure.flow)]


@register
def everything_says_its_ground(app_configs: object = None, **kwargs: object) -> list[CheckMessage]:
    """A reason, rule, term, stage or notice names its article or is marked as the house's own rule."""
    every = procedures.every()
    found: list[CheckMessage] = [
        Error(
            f"{line.sort} {line.code}{f' of {line.procedure}' if line.procedure else ''} says no ground.",
            hint="Name its article (backoffice/romania/law.py) or mark it with HOUSE_RULE; a letter needs a Rule.",
            id="workflows.E009",
        )
        for line in grounds.lines(every)
        if not line.is_grounded
    ]
    for procedure in every:
        if not procedure.general_grounds or not all(each.is_law for each in procedure.general_grounds):
            found.append(
                Error(
                    f"{procedure.code} has no general article on which its decisions rest.",
                    hint="Give `general_grounds`: a rejection needs at least one article.",
                    id="workflows.E010",
                )
            )
    return found


@register(Tags.database, deploy=True)
def open_cases_have_the_stages_of_their_flow(
    app_configs: object = None, databases: Iterable[str] | None = None, **kwargs: object
) -> list[CheckMessage]:
    """An open case keeps the order of stages of its registration; a flow of another order could not move it."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        if Case._meta.db_table not in connections[alias].introspection.table_names():
            continue
        for procedure in procedures.every():
            stages = [stage.on_case() for stage in procedure.stages]
            others = Case.objects.using(alias).filter(procedure=procedure.code).exclude(stages=stages)
            if count := others.exclude(state__in=CLOSED).count():
                found.append(
                    Error(
                        f"{count} open cases of {procedure.code} have other stages than {procedure.flow.__name__}.",
                        hint="Let the flow keep the nodes that these cases still pass, or end them first.",
                        id="workflows.E007",
                    )
                )
    return found


def problems(flow_class: type[Flow]) -> Iterator[CheckMessage]:
    """What is wrong with one flow."""
    if not isinstance(flow_class.lock_impl, RowLock):
        yield _error(flow_class, "has no RowLock.", "Let it inherit CaseRules first.", 1)
    parents = [parent for parent in flow_class.__mro__[1:] if issubclass(parent, Flow) and _nodes(parent)]
    if parents:
        what = f"inherits the nodes of {parents[0].__name__}."
        yield _error(flow_class, what, "An inherited node would run in the base flow: write the nodes out.", 2)
    for node in _nodes(flow_class):
        if isinstance(node, flow.View) and not (isinstance(node, Step) and isinstance(node.right, Can)):
            yield _error(flow_class, f"{node.name} asks for no right.", "Make it a Step.", 3)
        if isinstance(node, flow.Split):
            yield _error(flow_class, f"{node.name} splits the case.", "A case has one open step: use a Branch.", 8)
        if "Timer" in type(node).__name__:
            yield _error(flow_class, f"{node.name} is a timer.", "Write a due row and let the beat find it.", 4)
    yield from _order_problems(flow_class)


def _order_problems(flow_class: type[Flow]) -> Iterator[CheckMessage]:
    """The order in which the steps stand in the flow is the order of stages on its cases: do the arrows agree?"""
    known = {node.name: node for node in _nodes(flow_class)}
    steps = [known[name] for name in vars(flow_class) if isinstance(known.get(name), Step)]
    codes = [step.stage.code for step in steps]
    if len(codes) < 2 or codes[0] != FIRST or codes[-1] != LAST or len(set(codes)) < len(codes):
        yield _error(flow_class, f"has the stages {codes}.", f"Begin with {FIRST}, end with {LAST}, no stage twice.", 5)
        return
    for number, step in enumerate(steps):
        reached = _reached(step)
        following = steps[number + 1 :]
        due = [s for s in following if s.stage.only_on is None][:1]
        skipped = following[: following.index(due[0])] if due else following
        for wanted in [*skipped, *due, *(steps[:1] if number else [])]:
            if wanted not in reached:
                yield _error(
                    flow_class, f"{step.name} does not lead to {wanted.name}.", "Follow the order of the stages.", 6
                )


def _reached(step: Step) -> set:
    """The nodes of people, jobs and waits to which a step leads, through gateways."""
    found, waiting = set(), [edge.dst for edge in step._outgoing()]
    while waiting:
        node = waiting.pop()
        if isinstance(node, flow.If | flow.Switch):
            waiting += [edge.dst for edge in node._outgoing()]
        else:
            found.add(node)
    return found


def _error(flow_class: type[Flow], what: str, hint: str, number: int) -> CheckMessage:
    return Error(f"{flow_class.__name__}: {what}", hint=hint, id=f"workflows.E{number:03}")


def _nodes(flow_class: type[Flow]) -> list:
    return list(flow_class.instance.nodes()) if getattr(flow_class, "instance", None) else []
