"""What every flow must be, checked at each start (engine.md 3, style.md 7): the lock, the nodes, the line of descent."""

from collections.abc import Iterator

from django.core.checks import CheckMessage, Error, register
from viewflow.workflow import flow
from viewflow.workflow.base import Flow

from backoffice.accounts.roles import Can
from workflows.engine import RowLock
from workflows.nodes import Step


def flows() -> list[type[Flow]]:
    """Every flow of the product."""
    return [found for found in _below(Flow) if found.__module__.partition(".")[0] == "workflows"]


@register
def flows_are_sound(app_configs: object = None, **kwargs: object) -> list[CheckMessage]:
    """Run with `manage.py check`, `migrate` and every server that Django starts."""
    return [problem for found in flows() for problem in problems(found)]


def problems(flow_class: type[Flow]) -> Iterator[CheckMessage]:
    """What is wrong with one flow."""
    if not isinstance(flow_class.lock_impl, RowLock):
        yield Error(
            f"{flow_class.__name__} has no RowLock.", hint="Let it inherit CaseRules first.", id="workflows.E001"
        )
    parents = [parent for parent in flow_class.__mro__[1:] if issubclass(parent, Flow) and _nodes(parent)]
    if parents:
        yield Error(
            f"{flow_class.__name__} inherits the nodes of {parents[0].__name__}.",
            hint="An inherited node would run in the base flow: copy the procedure.",
            id="workflows.E002",
        )
    for node in _nodes(flow_class):
        if isinstance(node, flow.View) and not (isinstance(node, Step) and isinstance(node.right, Can)):
            yield Error(
                f"{flow_class.__name__}.{node.name} asks for no right.", hint="Make it a Step.", id="workflows.E003"
            )
        if "Timer" in type(node).__name__:
            yield Error(
                f"{flow_class.__name__}.{node.name} is a timer.",
                hint="Write a due row and let the beat find it.",
                id="workflows.E004",
            )


def _nodes(flow_class: type[Flow]) -> list:
    return list(flow_class.instance.nodes()) if getattr(flow_class, "instance", None) else []


def _below(flow_class: type[Flow]) -> Iterator[type[Flow]]:
    for found in flow_class.__subclasses__():
        yield found
        yield from _below(found)
