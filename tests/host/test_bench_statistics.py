"""The statistics of `modgo bench` against published values."""

from __future__ import annotations

import itertools

import pytest

from modgo_lsp.cli.bench_report import show_bench
from modgo_lsp.host.bench_statistics import mann_whitney, summarize
from modgo_lsp.host.bench_worker import Round
from modgo_lsp.host.run_bench import Measured, Pair, verdict

# Hollander and Wolfe, Nonparametric Statistical Methods (1973), page 69: permeability constants of the human
# chorioamnion. It is the example of R's wilcox.test, whose exact two-sided p-value is 0.2544.
AT_TERM = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
EARLY = [1.15, 0.88, 0.90, 0.74, 1.21]
# The example of scipy.stats.mannwhitneyu: 0.1111 exact, 0.1349 by the approximation.
MALES, FEMALES = [19, 22, 16, 29, 24], [20, 11, 17, 12]


def test_published_values_of_the_mann_whitney_test() -> None:
    assert mann_whitney(AT_TERM, EARLY) == pytest.approx(0.2544, abs=5e-5)
    assert mann_whitney(EARLY, AT_TERM) == pytest.approx(0.2544, abs=5e-5)
    assert mann_whitney(MALES, FEMALES) == pytest.approx(1 / 9)


def test_the_exact_test_counts_all_orders() -> None:
    """Against the definition: among all ways to divide 9 ranks, those at least as far from the middle."""
    left, right = [1, 2, 4, 7], [3, 5, 6, 8, 9]

    def wins(ranks: tuple[int, ...]) -> int:
        return sum(ranks) - len(ranks) * (len(ranks) + 1) // 2

    ways = [wins(ranks) for ranks in itertools.combinations(range(1, 10), 4)]
    lower = sum(way <= wins((1, 2, 4, 7)) for way in ways)
    assert mann_whitney(left, right) == pytest.approx(2 * lower / len(ways))


def test_ties_and_many_samples_are_approximated() -> None:
    # R: wilcox.test(c(1,1,2), c(2,3,3))$p.value, with its warning that ties have no exact p-value
    assert mann_whitney([1, 1, 2], [2, 3, 3]) == pytest.approx(0.1101, abs=5e-5)
    # No two values are equal, but there are too many of them: the exact value is as good as 1.
    many = [float(number) for number in range(120)]
    assert mann_whitney(many[::2], many[1::2]) == pytest.approx(0.88, abs=0.01)


def test_samples_that_say_nothing() -> None:
    assert mann_whitney([5, 5, 5], [5, 5, 5]) == 1
    for samples in ([], [1], [1, 2], [1, 1], list(range(100))):
        assert mann_whitney([], samples) == mann_whitney(samples, []) == 1
    assert mann_whitney([1], [2]) == 1


def test_the_interval_of_the_median() -> None:
    """The ranks of tables of the binomial distribution: 1 and 6 of 6, 2 and 9 of 10, 6 and 15 of 20."""
    for count, low, high in ((6, 1, 6), (10, 2, 9), (20, 6, 15)):
        found = summarize(list(range(count, 0, -1)))
        assert (found.median, found.low, found.high) == ((count + 1) / 2, low, high)
    few = summarize([1, 2, 3, 4, 5])
    assert (few.median, few.low, few.high, few.deviation) == (3, None, None, None)
    assert summarize([90, 100, 100, 100, 100, 140]).deviation == pytest.approx(0.4)


def measured(*means: float) -> Measured:
    return Measured("f", "fenced", tuple(Round(10, mean, mean, mean, 1.0) for mean in means))


def test_only_a_change_that_the_test_finds_is_one() -> None:
    ten = [100.0 + each for each in range(10)]
    half = measured(*(each / 2 for each in ten))
    assert (Pair(half).change, Pair(half).p, verdict(Pair(half))) == (None, 1.0, "unchanged")
    same = Pair(measured(*ten), measured(*reversed(ten)))
    assert (same.change, verdict(same)) == (None, "unchanged")
    faster, slower = Pair(half, measured(*ten)), Pair(measured(*ten), half)
    assert (faster.change, verdict(faster)) == (-0.5, "faster")
    assert (slower.change, verdict(slower)) == (1.0, "slower")


def test_changes_are_shown_of_the_modes_that_were_compared(capsys: pytest.CaptureFixture[str]) -> None:
    """An interrupted run may have measured the old module in one mode only."""
    ten = [100.0 + each for each in range(10)]
    alone = Measured("f", "unfenced", measured(50).rounds)
    show_bench([Pair(measured(*(each / 2 for each in ten)), measured(*ten)), Pair(alone)])
    _, changes, _ = capsys.readouterr().out.split("\n\n")
    _, row = changes.splitlines()
    assert row.split()[0] == "fenced"
    assert "-50.0% (faster)" in row
