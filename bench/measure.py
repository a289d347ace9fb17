"""Times and costs of contenders: each runs in every round, in changing order; ratios are taken inside the round."""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial

from bench.statements import Cost, Counter

During = Callable[[str], AbstractContextManager[None]]
Work = Callable[[During], object]
Results = dict[str, list[float]]


class NotDone(Exception):
    """A contender did not do the work it is measured by; the bench stops."""


def demand(seen: object, wanted: object, what: str) -> None:
    """Stop the bench when what a contender left behind is not what the work leaves behind."""
    if seen != wanted:
        raise NotDone(f"{what}: {seen!r} instead of {wanted!r}")


def unmeasured(stage: str) -> AbstractContextManager[None]:
    """For work that is done neither for its time nor for its cost."""
    return nullcontext()


class Stopwatch:
    """The time spent inside its blocks: a contender wraps its work in them and looks things up outside."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds += time.perf_counter() - start


def milliseconds(work: Work, times: int) -> float:
    """The mean wall time of `times` runs."""
    watch = Stopwatch()
    for _ in range(times):
        work(watch)
    return watch.seconds * 1000 / times


def costs(work: Work, times: int) -> list[Cost]:
    """What each of `times` runs asked of the database; not timed."""
    return [counted(work).total() for _ in range(times)]


def counted(work: Work) -> Counter:
    """One run with all its statements kept."""
    counter = Counter()
    work(counter)
    return counter


@dataclass(frozen=True)
class Contender:
    """Who is compared; the work checks itself at every run and raises `NotDone`."""

    name: str
    milliseconds: Callable[[int], float]
    costs: Callable[[int], list[Cost]]


def here(name: str, work: Work, *, before: Callable[[], None] = lambda: None) -> Contender:
    """A contender of this process; `before` is not measured."""

    def after(measure: Callable) -> Callable:
        def run(times: int):
            before()
            return measure(work, times)

        return run

    return Contender(name, after(milliseconds), after(costs))


def there(name: str, ask: Callable, work: str) -> Contender:
    """A contender of another process, which measures itself with this same module."""
    return Contender(name, partial(ask, "milliseconds", work), partial(ask, "costs", work))


def interleaved(contenders: list[Contender], *, rounds: int, times: int) -> Results:
    """Milliseconds of each contender in each round, after one round that does not count."""
    results: Results = {contender.name: [] for contender in contenders}
    for number in range(rounds + 1):
        for contender in random.sample(contenders, len(contenders)):
            spent = contender.milliseconds(times)
            if number:
                results[contender.name].append(spent)
    return results


def spread(values: list[float], digits: int) -> str:
    """The median, with the least and the greatest."""
    low, middle, high = (f"{v:.{digits}f}" for v in (min(values), statistics.median(values), max(values)))
    return f"{middle} ({low}–{high})"


def ratios(results: Results, slower: str, faster: str) -> list[float]:
    """How many times longer `slower` took, round by round."""
    return [a / b for a, b in zip(results[slower], results[faster], strict=True)]


def report(figure: str, values: list[float], meaning: str) -> None:
    """One line of result."""
    print(f"  BENCH {figure:<24} {spread(values, 2)} x  {meaning}")


def table(contenders: list[Contender], results: Results, *, times: int) -> None:
    """Milliseconds of each contender with their spread; beside them what a run asks of the database (medians)."""
    print(f"  {'':<44} {'ms, median (least–most)':>26} {'statements':>11} {'savepoints':>11} {'commits':>8} {'WAL':>9}")
    for contender in contenders:
        cost = Cost.median(contender.costs(times))
        print(
            f"  {contender.name:<44} {spread(results[contender.name], 1):>26} "
            f"{cost.statements:>11} {cost.savepoints:>11} "
            f"{cost.commits:>8} {cost.wal / 1024:>6.1f} kB"
        )
