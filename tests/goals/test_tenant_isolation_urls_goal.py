"""Every URL by every principal with every method on every side's objects; each of the two layers also alone."""

from django.db import transaction

from backoffice.accounts import access, tenant
from backoffice.isolation import context
from tests.isolation import matrix
from workflows.models import Case
from workflows.views import applicant


def test_tenant_isolation_urls(people, goal):
    tally = matrix.run(matrix.build(people))
    goal(
        "tenant_isolation_urls",
        value=f"{len(tally.leaks)} leaks, {len(tally.unclassified)} unclassified, {len(tally.broken)} 5xx in "
        f"{tally.requests} requests {(tally.leaks + tally.unclassified + tally.broken)[:5] or ''}",
        target="0, 0, 0 in at least 4,000",
        ok=not (tally.leaks or tally.unclassified or tally.broken) and tally.requests >= 4000,
    )


def leaks_without_access_function(people, monkeypatch):
    """The case page without its access function: how many strangers are let in."""
    world = matrix.build(people)
    monkeypatch.setattr(access, "can", lambda user, right, house, procedure="": True)
    monkeypatch.setattr(
        applicant,
        "get_own_case_or_404",
        lambda user, public_id: Case.objects.filter(public_id=public_id).first() or refuse(),
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


def test_tenant_isolation_urls_self_test_the_policies_hold_without_the_access_function(people, monkeypatch):
    """Row-level security alone: other houses and other filers still see nothing. A house's own administrator would."""
    tally = leaks_without_access_function(people, monkeypatch)
    assert [leak for leak in tally.leaks if "shows" in leak and "as administrator on ours" not in leak] == []
    assert tally.requests > 60


def test_tenant_isolation_urls_self_test_without_access_function_and_policies_it_leaks(people, monkeypatch):
    monkeypatch.setattr(context, "tenant_transaction", lambda role: transaction.atomic())
    monkeypatch.setattr(tenant, "enter_account", lambda account: None)
    tally = leaks_without_access_function(people, monkeypatch)
    assert [leak for leak in tally.leaks if "shows" in leak]
    assert Case.objects.exists()
