"""Every reason, rule, term, stage and notice says its article, or is marked as the house's own rule."""

from backoffice.romania.law import HOUSE_RULE
from workflows import grounds, procedures
from workflows.grounds import Rule, Sort


def measure():
    found = list(grounds.lines(procedures.every()))
    return found, [line for line in found if not line.is_grounded]


def test_legal_grounds(goal):
    found, bare = measure()
    sorts = {line.sort for line in found}
    articles = sum(any(ground.is_law for ground in line.grounds or ()) for line in found)
    share = 100 * (len(found) - len(bare)) / len(found)
    goal(
        "legal_grounds",
        value=f"{share:.0f} % of {len(found)}, {articles} by an article, the rest marked as rules of the house",
        target="100 %",
        ok=not bare and sorts == {"rule", "term", "notice", "stage", "reason", "cause"} and len(found) > 40,
    )


def test_legal_grounds_self_test_one_without_is_counted(monkeypatch):
    bare = Rule("planted", Sort.TERM, "Un termen fără temei.", ())
    marked = Rule("planted_too", Sort.TERM, "O regulă a casei.", (HOUSE_RULE,))
    monkeypatch.setattr(grounds, "GENERAL", (*grounds.GENERAL, bare, marked))
    assert [line.code for line in measure()[1]] == ["planted"]
