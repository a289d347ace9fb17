"""Paper requests for tests: a whole one, what it may lack, and its registration by a clerk."""

import copy

from tests.conftest import DAY
from tests.world import application
from workflows import procedures
from workflows.forms import absent
from workflows.services import deliveries, filings

FRAME = {"ref": "P-1", "channel": "counter", "received_on": DAY.isoformat(), "signature": "handwritten"}


def on_paper(**changes):
    return application(**changes) | FRAME


def paths(value, path=""):
    """Every field and list of a content that a paper may lack."""
    for key, inner in value.items():
        here = f"{path}.{key}" if path else key
        if here in absent.NEVER:
            continue
        yield here
        if isinstance(inner, dict):
            yield from paths(inner, here)
        elif isinstance(inner, list):
            for number, row in enumerate(inner):
                if isinstance(row, dict):
                    yield from paths(row, f"{here}[{number}]")


WHOLE = on_paper()
PATHS = sorted(paths(WHOLE))


def without(content, missing):
    """The content with nothing at these paths, and the paths that can still be named."""
    left = copy.deepcopy(content)
    outer = {path for path in missing if not any(absent.covers([other], path) for other in missing if other != path)}
    for path in outer:
        absent.take_out(left, path)
    return left, outer


def register(people, missing=(), *, content=None, reference="P-1"):
    """Key in a paper that lacks these fields, and register it."""
    left, outer = without(content or WHOLE, missing)
    draft = filings.start_paper(
        procedures.get("providers"), house=people.house, channel="counter", content={}, by=people.clerk
    )
    filings.save_paper(draft, content=left | {"ref": reference}, as_written=(), missing=outer)
    return filings.submit(draft, by=people.clerk, today=DAY)


def found(case):
    return [(f["code"], f["field"]) for f in case.checks.last().findings]


def deliveries_of(people):
    from backoffice.accounts.access import Grants

    return list(deliveries.waiting(people.house, Grants.of(people.clerk), today=DAY))
