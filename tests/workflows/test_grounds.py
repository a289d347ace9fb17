"""Every rule shows its ground; a rejection rests on the law, and shows which."""

from dataclasses import replace

import pytest
from django.urls import reverse

from backoffice.romania import law
from backoffice.romania.law import HOUSE_RULE, L95, OG27, ORDER, ground
from tests.toy import procedure as toy
from tests.world import act, open_task, rejected
from workflows import grounds, law_page, procedures
from workflows.engine import checks
from workflows.enums import Outcome
from workflows.errors import Refused
from workflows.models import Decision
from workflows.services import decisions, texts
from workflows.services.casefile import CaseFile
from workflows.stages import ENDORSE

GENERAL = ["L95 art. 30 alin. (2)", "L95 art. 280 alin. (2)", "L95 art. 346^6", "ORDER", "OG27 art. 8"]


def said():
    return [(problem.id, problem.msg) for problem in checks.everything_says_its_ground()]


def test_everything_says_its_ground():
    assert said() == []


def test_a_term_without_a_ground_is_seen(monkeypatch):
    bare = replace(grounds.COMPLETION, grounds=())
    monkeypatch.setattr(grounds, "GENERAL", (*grounds.GENERAL[1:], bare))
    assert said() == [("workflows.E009", "term completion_term says no ground.")]


def test_a_reason_without_a_ground_is_seen(monkeypatch):
    monkeypatch.setattr(toy, "UNREADABLE", replace(toy.UNREADABLE, grounds=()))
    assert said() == [("workflows.E009", "reason T2 of toy says no ground.")]


def test_a_rule_of_a_procedure_without_a_ground_is_seen(monkeypatch):
    bare = grounds.Rule("bare", grounds.Sort.RULE, "O regulă.", ())
    monkeypatch.setattr(toy.Toy, "rules", (bare,))
    assert said() == [("workflows.E009", "rule bare of toy says no ground.")]


def test_a_stage_without_a_ground_is_seen(monkeypatch):
    steps = procedures.get("providers").steps
    monkeypatch.setattr(steps["endorse"], "stage", replace(ENDORSE, grounds=()))
    assert said() == [("workflows.E009", "stage endorse of providers says no ground.")]


def test_a_letter_that_nobody_gave_a_ground_is_seen(tmp_path, settings):
    (tmp_path / "email").mkdir()
    (tmp_path / "email" / "surprise.subject.txt").write_text("Surpriză")
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    assert said() == [("workflows.E009", "notice surprise says no ground.")]


@pytest.mark.parametrize("general", [(), (HOUSE_RULE,)])
def test_a_procedure_whose_decisions_rest_on_no_article_is_seen(monkeypatch, general):
    monkeypatch.setattr(toy.Toy, "general_grounds", general)
    assert [number for number, _ in said()] == ["workflows.E010"]


def test_an_article_that_is_not_in_the_data_is_none():
    with pytest.raises(KeyError):
        ground(OG27, "art. 99")


def test_articles_are_cited_as_people_write_them():
    articles = [
        ground(L95, "art. 30 alin. (2)"),
        ground(L95, "art. 346^6"),
        ground(ORDER, "întregul ordin"),
        HOUSE_RULE,
    ]
    assert law.cited(articles) == [
        "art. 30 alin. (2) și art. 346⁶ din Legea nr. 95/2006",
        "Ordinul nr. 1.123/849/2016",
    ]
    assert str(HOUSE_RULE) == "regula casei"
    assert all(law.by_code(each.code) == each for each in law.articles())


def test_every_act_that_a_decision_can_cite_is_cited_whole():
    general = {each.act for procedure in procedures.every() for each in procedure.general_grounds}
    assert all(act.full.startswith(act.code.partition(" nr.")[0]) for act in general)


def test_the_page_of_the_law_is_current():
    own = [procedure for procedure in procedures.every() if not type(procedure).__module__.startswith("tests.")]
    assert law_page.PAGE.read_text(encoding="utf-8") == law_page.page(own), "python -m workflows.law_page"


def propose(case, people, *, reasons, chosen=None, text="Nu există."):
    return decisions.propose(
        CaseFile.of(case), by=people.clerk, outcome=Outcome.REJECT, reasons=reasons, grounds=chosen, text=text
    )


def test_a_rejection_rests_on_the_general_articles_by_default(people, case):
    assert propose(case, people, reasons=["R05"]).grounds == GENERAL


def test_a_rule_of_the_house_alone_does_not_reject(people, case):
    with pytest.raises(Refused, match="cel puțin un articol de lege"):
        propose(case, people, reasons=["R05", "R07"], chosen=[])
    assert not Decision.objects.exists()


def test_a_rule_of_the_house_alone_asks_for_completion(people, case):
    act(case, people.clerk, outcome="completion", reasons=("R14",), text="Semnați cererea.")
    assert case.state == "completion"


def test_one_chosen_article_is_enough_and_is_the_one_that_is_printed(people, case):
    propose(case, people, reasons=["R05"], chosen=["ORDER"])
    words = texts.draft(CaseFile.of(case), Outcome.REJECT).context
    assert words["grounds"] == [ORDER.full]
    assert words["reasons"][0]["ground"] == "regula casei; temei general: Ordinul nr. 1.123/849/2016"


def test_a_reason_with_an_article_of_its_own_needs_no_general_one(people, case):
    assert propose(case, people, reasons=["R12"], chosen=[]).grounds == ["OG27 art. 10"]
    words = texts.draft(CaseFile.of(case), Outcome.REJECT).context
    assert words["reasons"][0]["ground"] == "art. 10 din Ordonanța Guvernului nr. 27/2002; regula casei"


def test_an_article_of_another_list_is_refused(people, case):
    with pytest.raises(Refused, match="din listă"):
        propose(case, people, reasons=["R05"], chosen=["GDPR art. 13"])


def test_a_reason_without_facts_is_refused(people, case):
    with pytest.raises(Refused, match="R05"):
        propose(case, people, reasons=["R05"], text=" ")


def test_the_page_of_the_clerk_shows_the_articles_ticked_and_keeps_what_was_unticked(people, case, browse):
    client = browse(people.clerk)
    task = open_task(case).pk
    client.post(reverse("workflows:claim", args=[task]))
    page = client.get(reverse("workflows:case", args=[case.public_id])).content.decode()
    assert page.count('name="grounds"') == len(GENERAL)
    assert page.count("sursă necitită") == 3
    assert page.count(" checked") >= len(GENERAL)
    answer = {"outcome": "reject", "reasons": "R05", "text": "Nu există."}
    refused = client.post(reverse("workflows:execute", args=[task]), answer)
    assert refused.status_code == 422
    assert "regula casei singură poate cere numai completări" in refused.content.decode()
    assert refused.context["actions"].ticked_grounds == ()
    assert client.post(reverse("workflows:execute", args=[task]), answer | {"grounds": "ORDER"}).status_code == 302


def test_the_legal_adviser_confirms_the_articles(people, case, browse):
    act(case, people.clerk, outcome="reject", reasons=("R05",), text="Nu există.")
    client = browse(people.jurist)
    client.post(reverse("workflows:claim", args=[open_task(case).pk]))
    page = client.get(reverse("workflows:case", args=[case.public_id])).content.decode()
    assert "art. 346⁶ din Legea nr. 95/2006" in page
    assert "sursă necitită" in page
    assert "Dau viza de legalitate și confirm temeiurile" in page


def test_whether_a_text_was_read_is_never_in_an_act(people, case):
    rejected(case, people)
    words = str(texts.draft(CaseFile.of(case), Outcome.REJECT).context)
    assert "necitit" not in words
    assert "'read'" not in words
