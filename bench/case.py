"""A whole case: our pages, stock viewflow's pages and its API, and the least that SQL could do."""

from collections.abc import Callable
from functools import partial

from bench.contenders import ours, raw
from bench.measure import counted, here, interleaved, ratios, report, table, there


def run(size, team: ours.Team, ask: Callable, *, profile: bool) -> None:
    """Print times, ratios and costs; with `profile` also every statement of a whole case by shape."""
    raw.make_tables()
    contenders = [
        here("ours, 7 posts", partial(ours.to_signature, team)),
        there("stock viewflow's pages, 5 posts", ask, "pages"),
        there("stock viewflow's API", ask, "api"),
        here("raw SQL, 7 commits", raw.case),
    ]
    mine, pages, api, least = (contender.name for contender in contenders)
    print("CASE: one whole case up to the last signature")
    results = interleaved(contenders, rounds=size.rounds, times=size.cases)
    table(contenders, results, times=size.rounds)
    report("case-vs-stock-pages", ratios(results, pages, mine), "as fast as stock's pages (target ≥ 0.5)")
    report("case-vs-stock-api", ratios(results, mine, api), "as long as the API alone")
    report("case-vs-raw", ratios(results, mine, least), "as long as the least SQL")
    # With fresh log-ins: a session writes down now and then that it was seen, and that would be one statement more.
    whole = counted(partial(ours.to_key, ours.team()))
    print(f"  {'from filing to the opened key':<34} {'statements':>11} {'savepoints':>11} {'commits':>8} {'WAL':>9}")
    sums = {"to the last signature": whole.total(*ours.TO_SIGNATURE), "to the opened key": whole.total(*ours.TO_KEY)}
    for stage, cost in (whole.stages | sums).items():
        print(
            f"    {stage:<32} {cost.statements:>11} {cost.savepoints:>11} {cost.commits:>8} {cost.wal / 1024:>6.1f} kB"
        )
    if profile:
        print(whole.profile())
