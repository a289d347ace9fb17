"""The first page of the inbox beside stock viewflow's queue page, each over as many tasks of its own."""

from collections.abc import Callable

from bench.contenders import ours
from bench.measure import here, interleaved, ratios, report, spread, table, there


def run(size, team: ours.Team, ask: Callable) -> None:
    """Print times and ratios at two sizes, and how ours grows between them."""
    print("INBOX: first page of what is to take in one house of 43, an eighth of the tasks open")
    mine = []
    for total in size.inboxes:
        ours.fill_inbox(team, total)
        ask("fill_queue", total)
        contenders = [here("ours", ours.inbox_page(team)), there("stock viewflow's queue", ask, "queue_page")]
        results = interleaved(contenders, rounds=size.rounds, times=size.pages)
        print(f"  at {total} tasks")
        table(contenders, results, times=2)
        report(
            f"inbox-vs-stock-{total}",
            ratios(results, "stock viewflow's queue", "ours"),
            "as fast as stock's queue (target ≥ 50 at 1,000,000)",
        )
        mine.append(results["ours"])
    small, large = mine
    growth = [b / a for a, b in zip(sorted(small), sorted(large), strict=True)]
    print(
        f"  BENCH {'inbox-growth':<24} {spread(growth, 2)} x  "
        f"from {size.inboxes[0]} to {size.inboxes[1]} (target ≤ 1.2)"
    )
