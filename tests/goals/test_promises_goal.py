"""What pages, mails and acts tell people to do or expect is possible: each sentence has a road that a test walks."""

from tests import promises


def test_promises(goal):
    said, problems = promises.sentences(), promises.problems()
    tests = {test for road in set(promises.PROMISES.values()) for test in promises.ROADS[road]}
    goal(
        "promises",
        value=f"{len(problems)} without a road of {len(said)} said; {len(promises.ROADS)} roads, {len(tests)} tests",
        target="0",
        ok=not problems and len(said) > 50,
    )


def test_promises_self_test_a_new_sentence_is_missed():
    assert promises.problems(said={*promises.sentences(), "Puteți zbura."})
