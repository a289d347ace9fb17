"""The one way in which a case changes its state."""

from typing import Any

from workflows.errors import Stale
from workflows.models import Case


def move(case: Case, source: str, target: str, *, rounds: int = 0, **facts: Any) -> None:
    """Compare-and-set: the WHERE clause is the guard. `facts` are columns set with it. Raises `Stale`."""
    here = Case.objects.filter(pk=case.pk, state=str(source), round=case.round)
    if not here.update(state=str(target), round=case.round + rounds, **facts):
        raise Stale
    case.state, case.round = str(target), case.round + rounds
