"""Interleaved rounds: every contender runs in each round, in changing order; ratios are taken inside the round."""

import random
import statistics
import time
from collections.abc import Callable


def milliseconds(work: Callable[[], object], times: int) -> float:
    """The mean wall time of `times` runs."""
    start = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - start) * 1000 / times


def interleaved(
    contenders: dict[str, Callable[[], object]],
    *,
    rounds: int,
    times: int,
    before: dict[str, Callable[[], None]] | None = None,
) -> dict[str, list[float]]:
    """Milliseconds of each contender in each round, after one round that does not count; `before` is not measured."""
    results: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds + 1):
        names = list(contenders)
        random.shuffle(names)
        for name in names:
            if before:
                before[name]()
            spent = milliseconds(contenders[name], times)
            if number:
                results[name].append(spent)
    return results


def ratio(results: dict[str, list[float]], slower: str, faster: str) -> str:
    """How many times longer `slower` takes: median of the rounds, with the extremes."""
    ratios = sorted(a / b for a, b in zip(results[slower], results[faster], strict=True))
    return f"{statistics.median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})"


def table(results: dict[str, list[float]]) -> None:
    """Median milliseconds of each contender."""
    for name, spent in results.items():
        print(f"  {name:<44} {statistics.median(spent):8.1f} ms")
