"""How often a whole case asks the database: the numbers only go down (`make bench ARGS="case --profile"` says why)."""

import pytest
from django.db import connection, transaction

from backoffice.accounts.models import House
from bench.contenders import ours
from bench.measure import NotDone, unmeasured
from bench.statements import Counter

# From the filing to the last signature: seven posts. Then also the worker's issuing and the key that is opened once.
# Four of these: what approved rows say (parties, one function), the register of an approval (parties, its rows).
STATEMENTS_TO_SIGNATURE = 102
SAVEPOINTS_TO_SIGNATURE = 17
STATEMENTS_TO_KEY = 150  # one of them: who gets the same answer
SAVEPOINTS_TO_KEY = 20


@pytest.fixture
def whole_case(committed_people):
    """The counts of a whole case, the second of its house in the year: the first also makes the counter of numbers."""
    team = ours.team()
    ours.file(team, unmeasured)
    counter = Counter()
    ours.to_key(team, counter)
    return counter


def test_a_case_asks_the_database_no_more_often_than_it_did(whole_case):
    signed, opened = whole_case.total(*ours.TO_SIGNATURE), whole_case.total(*ours.TO_KEY)
    assert tuple(whole_case.stages) == ours.TO_KEY
    assert signed.statements <= STATEMENTS_TO_SIGNATURE, whole_case.profile(*ours.TO_SIGNATURE)
    assert opened.statements <= STATEMENTS_TO_KEY, whole_case.profile("issue", "open key")
    assert signed.savepoints <= SAVEPOINTS_TO_SIGNATURE, whole_case.profile(*ours.TO_SIGNATURE)
    assert opened.savepoints <= SAVEPOINTS_TO_KEY, whole_case.profile("issue", "open key")


def test_a_post_is_one_commit(whole_case):
    assert {whole_case.stages[stage].commits for stage in (*ours.TO_SIGNATURE, "open key")} == {1}


def test_the_profile_names_table_count_and_function(whole_case):
    lines = whole_case.profile("propose").splitlines()
    assert lines[0] == f"{whole_case.stages['propose'].statements} statements"
    tables = [line for line in lines if line[:5].strip().isdecimal() and line[5:7] == "  "]
    assert sum(int(line[:5]) for line in tables) == whole_case.stages["propose"].statements
    assert any("update viewflow_task" in line for line in tables)
    assert not any("a library" in line for line in lines if "viewflow_task" not in line)


def test_transaction_control_and_the_roles_of_tests_are_not_statements(committed_db):
    counter = Counter()
    with counter("look"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("set local role backoffice_web; select 1")
            cursor.execute("reset role; select 1")
        with transaction.atomic():
            House.objects.count()
    with counter("write"):
        House.objects.filter(pk=0).update(code="-")
    look, write = counter.stages["look"], counter.stages["write"]
    assert (look.statements, look.savepoints, look.commits) == (1, 1, 1)
    assert (write.statements, write.savepoints, write.commits) == (1, 0, 1)


def test_statements_of_one_kind_have_one_shape(committed_db):
    counter = Counter()
    with counter("look"):
        list(House.objects.filter(pk__in=[1, 2]))
        list(House.objects.filter(pk__in=[1, 2, 3]).only("code"))
    one, other = counter.statements
    assert one.shape == other.shape
    assert one.shape.startswith("SELECT … FROM accounts_house WHERE accounts_house.id IN (%s…)")
    assert one.target == other.target == "select accounts_house"


def test_the_bench_stops_when_a_page_does_not_show_its_rows(committed_people):
    team = ours.team()
    case = ours.file(team, unmeasured)
    page = ours.inbox_page(team)
    page(unmeasured)
    team.clerk.post(unmeasured, "claim", "workflows:claim", ours.open_task(case).pk)
    with pytest.raises(NotDone, match="rows of the inbox"):
        page(unmeasured)
