"""A cluster of two stand-ins for nodes, and a connection to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from modgo_lsp.ship.cluster import Cluster
from tests.ship.stand_in import StandIn, nodes, opened


@pytest.fixture
def two() -> Iterator[list[StandIn]]:
    with nodes() as made:
        yield made


@pytest.fixture
def cluster(two: list[StandIn]) -> Iterator[Cluster]:
    with opened(two[0]) as connection:
        yield connection
