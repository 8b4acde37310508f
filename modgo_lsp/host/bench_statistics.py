"""The statistics of `modgo bench`, which are those of Go's benchstat: the median of some samples with a
confidence interval that assumes no distribution, and the Mann-Whitney U test for two sets of samples.

scipy has both, but would be ten times as large as modgo; no light library does.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from itertools import groupby

import msgspec

CONFIDENCE = 0.95
SIGNIFICANCE = 0.05

# The test is exact up to this many samples on each side, if no two are equal.
_EXACT_MAX = 50


class Summary(msgspec.Struct, frozen=True):
    """`low` and `high` are the bounds of the 95 % confidence interval of the median, None for fewer than 6
    samples, of which there is none."""

    median: float
    low: float | None
    high: float | None

    @property
    def deviation(self) -> float | None:
        """The larger distance of a bound from the median, as a part of it."""
        if self.low is None or self.high is None or not self.median:
            return None
        return max(self.median - self.low, self.high - self.median) / self.median


def summarize(samples: Sequence[float]) -> Summary:
    """`samples` must not be empty."""
    ordered = sorted(samples)
    median = statistics.median(ordered)
    outside = _samples_outside(len(ordered))
    if outside is None:
        return Summary(median, None, None)
    return Summary(median, ordered[outside], ordered[-1 - outside])


def _samples_outside(count: int) -> int | None:
    """How many samples lie below the confidence interval of the median, and as many above. A sample is below
    the true median with probability 1/2, so their number has a binomial distribution."""
    outside, tail = None, 0.0
    for below in range(count // 2):
        tail += math.comb(count, below) / 2**count
        if 2 * tail > 1 - CONFIDENCE:
            break
        outside = below
    return outside


def mann_whitney(left: Sequence[float], right: Sequence[float]) -> float:
    """The two-sided p-value of the Mann-Whitney U test: the probability that samples of one distribution
    differ at least as much as these."""
    ranks, ties = _ranks([*left, *right])
    wins = sum(ranks[: len(left)]) - len(left) * (len(left) + 1) / 2
    least = min(wins, len(left) * len(right) - wins)
    if not ties and max(len(left), len(right)) <= _EXACT_MAX:
        return min(1.0, 2 * _probability_up_to(int(least), len(left), len(right)))
    return _normal_approximation(least, len(left), len(right), ties)


def _ranks(values: Sequence[float]) -> tuple[list[float], list[int]]:
    """The rank of each value, from 1, where equal ones share their mean rank; and the sizes of the groups of
    equal values."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks, ties, first = [0.0] * len(values), [], 1
    for _, group in groupby(order, key=values.__getitem__):
        places = list(group)
        for place in places:
            ranks[place] = first + (len(places) - 1) / 2
        if len(places) > 1:
            ties.append(len(places))
        first += len(places)
    return ranks, ties


def _probability_up_to(wins: int, left: int, right: int) -> float:
    """The probability of at most `wins` among all orders of the samples. counts[u] is the number of orders of
    the samples so far with u wins: the coefficients of the Gaussian binomial, built up factor by factor."""
    counts = [1] + [0] * wins
    for size in range(1, left + 1):
        for u in range(wins, right + size - 1, -1):
            counts[u] -= counts[u - right - size]
        for u in range(size, wins + 1):
            counts[u] += counts[u - size]
    return sum(counts) / math.comb(left + right, left)


def _normal_approximation(wins: float, left: int, right: int, ties: Sequence[int]) -> float:
    """With corrections for continuity and ties."""
    total = left + right
    tied = sum(size**3 - size for size in ties) / (total * (total - 1))
    variance = left * right / 12 * (total + 1 - tied)
    if variance <= 0:
        return 1.0
    distance = max(0.0, left * right / 2 - wins - 0.5) / math.sqrt(variance)
    return min(1.0, 2 * statistics.NormalDist().cdf(-distance))
