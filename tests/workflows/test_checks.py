"""The system checks see a flow that leaves the pattern, and keys that are not fit."""

import gc

import pytest
from django.db import connection
from viewflow import this
from viewflow.workflow import flow, lock

from backoffice.accounts.roles import Can
from backoffice.crypto import checks as key_checks
from backoffice.crypto import keys
from enrolment.providers.flow import EnrolmentFlow
from workflows import procedures
from workflows.engine import checks
from workflows.engine.lock import CaseRules
from workflows.engine.nodes import End, Step
from workflows.forms import checks as form_checks
from workflows.forms.spec import Box, FormSpec, Group, Page
from workflows.stages import ENDORSE, PROPOSE, SIGN


@pytest.fixture(autouse=True)
def forget_the_bad_ones():
    yield
    gc.collect()


def ids(flow_class):
    return {problem.id for problem in checks.problems(flow_class)}


def test_our_flows_are_sound():
    assert procedures.get("providers").flow is EnrolmentFlow
    assert checks.flows_are_sound() == []


def test_a_flow_without_the_row_lock_is_seen():
    class Unlocked(CaseRules, flow.Flow):
        lock_impl = lock.select_for_update_lock
        start = flow.StartHandle().Next(this.step)
        step = Step(Can.REVIEW, PROPOSE).Next(this.end)
        end = End()

    assert "workflows.E001" in ids(Unlocked)


def test_a_flow_that_inherits_nodes_is_seen():
    class Variant(EnrolmentFlow):
        pass

    assert "workflows.E002" in ids(Variant)


def test_a_step_without_a_right_is_seen():
    class Open(CaseRules, flow.Flow):
        start = flow.StartHandle().Next(this.step)
        step = flow.View(lambda request: None).Next(this.end)
        end = End()

    assert "workflows.E003" in ids(Open)


def test_a_flow_with_two_open_steps_at_once_is_seen():
    class Parallel(CaseRules, flow.Flow):
        start = flow.StartHandle().Next(this.both)
        both = flow.Split().Next(this.review).Next(this.sign)
        review = Step(Can.REVIEW, PROPOSE).Next(this.end)
        sign = Step(Can.SIGN, SIGN).Next(this.end)
        end = End()

    assert "workflows.E008" in ids(Parallel)


def test_a_flow_that_does_not_begin_with_a_proposal_and_end_with_a_signature_is_seen():
    class Endorsed(CaseRules, flow.Flow):
        start = flow.StartHandle().Next(this.review)
        review = Step(Can.REVIEW, PROPOSE).Next(this.endorse)
        endorse = Step(Can.ENDORSE, ENDORSE).Next(this.end)
        end = End()

    assert "workflows.E005" in ids(Endorsed)


def test_arrows_that_do_not_follow_the_order_of_the_stages_are_seen():
    class Skipping(CaseRules, flow.Flow):
        start = flow.StartHandle().Next(this.review)
        review = Step(Can.REVIEW, PROPOSE).Next(this.sign)
        endorse = Step(Can.ENDORSE, ENDORSE).Next(this.sign)
        sign = Step(Can.SIGN, SIGN).Next(this.end)
        end = End()

    found = [problem.msg for problem in checks.problems(Skipping)]
    assert "Skipping: review does not lead to endorse." in found
    assert "Skipping: sign does not lead to review." in found


def test_every_form_says_why_each_group_is_asked_and_how_long_it_takes():
    assert {procedure.code for procedure in procedures.every()} >= {"providers", "toy"}
    assert form_checks.forms_give_their_reasons() == []
    for procedure in procedures.every():
        assert [str(group.why.ground) for group in procedure.form.groups if group.why]


def test_a_form_that_keeps_its_reasons_to_itself_is_seen():
    box = Box("a", "A")
    inner = Group("Înăuntru", (box,))
    page = Page("p", "P", "", (Group("Fără motiv", (box,)), Group("Doar grupuri", (inner,))))
    found = list(form_checks.problems("x", FormSpec(pages=(page,), schema=None)))
    assert [problem.id for problem in found] == ["workflows.E020", "workflows.E021", "workflows.E021"]
    assert ["Înăuntru" in problem.msg for problem in found] == [False, False, True]


def test_an_open_case_with_other_stages_than_its_flow_is_seen(case):
    stages = checks.open_cases_have_the_stages_of_their_flow
    assert stages(databases=["default"]) == []
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table workflows_case disable trigger frame_stands")
        cursor.execute("update workflows_case set stages = stages - 1")
    [problem] = stages(databases=["default"])
    assert problem.id == "workflows.E007"
    assert problem.msg.startswith("1 open cases of providers")


def test_the_keys_are_checked_too(tmp_path, settings):
    settings.KEYS_ARE_MADE_HERE = False
    assert key_checks.keys_are_fit() == []
    keys.configure(directory=tmp_path, may_create=False)
    try:
        assert len(key_checks.keys_are_fit()) == sum(
            "manage" in key.holders and not key.is_public for key in keys.REGISTRY.values()
        )
    finally:
        keys.configure(directory=settings.KEYS_DIR, may_create=True)
