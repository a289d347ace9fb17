"""Every promise on a page, mail or act has its road: the comparison finds what lacks on either side."""

from tests import promises

SAID = "Cereți o cheie nouă."
ROAD = ("tests/static/test_promises.py::test_a_promise_without_a_road_is_found",)


def found(monkeypatch, said, kept, road=ROAD):
    monkeypatch.setattr(promises, "ROADS", {"new key": road})
    return promises.problems(kept, said)


def test_every_promise_of_the_product_has_its_road():
    assert promises.problems() == []


def test_a_promise_with_its_road_is_in_order(monkeypatch):
    assert found(monkeypatch, {SAID}, {SAID: "new key"}) == []


def test_a_promise_without_a_road_is_found(monkeypatch):
    assert found(monkeypatch, {SAID}, {}) == [f"tests/promises.py: no road for {SAID!r}"]


def test_a_road_of_a_test_that_does_not_exist_is_found(monkeypatch):
    lost = ("tests/static/test_promises.py::test_nobody_wrote",)
    assert found(monkeypatch, {SAID}, {SAID: "new key"}, lost) == [f"tests/promises.py: no test {lost[0]}"]
    assert found(monkeypatch, {SAID}, {SAID: "no such road"}) == ["tests/promises.py: no test ?::no such road"]


def test_a_road_for_what_nobody_says_is_found(monkeypatch):
    assert found(monkeypatch, set(), {SAID: "new key"}) == [f"tests/promises.py: nobody says {SAID!r}"]


def test_a_sentence_that_promises_is_seen_and_another_is_not():
    seen = promises.PROMISING.search
    assert all(map(seen, (SAID, "Veți primi decizia.", "Se face în 30 de zile.", "Adresați-vă casei.")))
    assert not any(map(seen, ("Cererea este înregistrată.", "Numele și prenumele")))
