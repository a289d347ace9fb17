"""G1: every URL by every principal with every method on every side's objects, doors and walls; each wall also alone."""

from django.db import transaction

from backoffice.accounts import access
from backoffice.isolation import context
from tests.isolation import matrix
from workflows import access as doors
from workflows.models import Case


def test_url_matrix(people, goal):
    tally = matrix.run(matrix.build(people))
    goal(
        "G1-urls",
        value=f"{len(tally.leaks)} leaks, {len(tally.unclassified)} unclassified, {len(tally.broken)} 5xx in {tally.requests} requests {(tally.leaks + tally.unclassified + tally.broken)[:5] or ''}",
        target="0, 0, 0 in at least 4,000",
        ok=not (tally.leaks or tally.unclassified or tally.broken) and tally.requests >= 4000,
    )


def leaks_through_one_door(people, monkeypatch):
    """The case page with its door taken off: how many strangers are let in."""
    world = matrix.build(people)
    monkeypatch.setattr(access, "can", lambda user, right, house: True)
    monkeypatch.setattr(
        doors, "own_case", lambda user, public_id: doors._cases().filter(public_id=public_id).first() or refuse()
    )
    tally = matrix.Tally()
    patterns = dict(matrix.urls())
    for name in ("workflows:case", "workflows:my_case", "workflows:document"):
        for principal, user in world.principals.items():
            for side in ("ours", "theirs"):
                url = matrix.address(name, patterns[name], world.objects[side])
                nowhere = matrix.address(name, patterns[name], None)
                client = matrix.client_of(user)
                matrix.judge(tally, client, principal, "office object", name, side, "get", url, nowhere)
    return tally


def refuse():
    from django.http import Http404

    raise Http404


def test_url_matrix_self_test_the_wall_behind_a_missing_door_holds(people, monkeypatch):
    """Doors off, walls on: other houses and other filers still see nothing. A house's own administrator would."""
    tally = leaks_through_one_door(people, monkeypatch)
    assert [leak for leak in tally.leaks if "shows" in leak and "as administrator on ours" not in leak] == []
    assert tally.requests > 60


def test_url_matrix_self_test_without_door_and_wall_it_leaks(people, monkeypatch):
    monkeypatch.setattr(context, "walled", lambda role: transaction.atomic())
    monkeypatch.setattr(context, "enter_account", lambda account: None)
    tally = leaks_through_one_door(people, monkeypatch)
    assert [leak for leak in tally.leaks if "shows" in leak]
    assert Case.objects.exists()
