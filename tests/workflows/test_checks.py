"""The system checks see a flow that leaves the pattern, and keys that are not fit."""

import gc

import pytest
from viewflow import this
from viewflow.workflow import flow, lock

from backoffice.accounts.roles import Can
from backoffice.crypto import checks as key_checks
from backoffice.crypto import keys
from workflows.enums import Stage
from workflows.engine import checks
from workflows.engine.lock.lock import CaseRules
from enrolment.providers.flow import EnrolmentFlow
from workflows.engine.lock.nodes import End, Step


@pytest.fixture(autouse=True)
def forget_the_bad_ones():
    yield
    gc.collect()


def ids(flow_class):
    return {problem.id for problem in checks.problems(flow_class)}


def test_our_flows_are_sound():
    assert checks.flows() == [EnrolmentFlow] or EnrolmentFlow in checks.flows()
    assert checks.flows_are_sound() == []


def test_a_flow_without_the_row_lock_is_seen():
    class Unlocked(CaseRules, flow.Flow):
        lock_impl = lock.select_for_update_lock
        start = flow.StartHandle().Next(this.step)
        step = Step(Can.REVIEW, Stage.PROPOSE).Next(this.over)
        over = End()

    assert ids(Unlocked) == {"workflows.E001"}


def test_a_flow_that_inherits_nodes_is_seen():
    class Variant(EnrolmentFlow):
        pass

    assert "workflows.E002" in ids(Variant)


def test_a_step_without_a_right_is_seen():
    class Open(CaseRules, flow.Flow):
        start = flow.StartHandle().Next(this.step)
        step = flow.View(lambda request: None).Next(this.over)
        over = End()

    assert ids(Open) == {"workflows.E003"}


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
