"""Stream UDFs over simulated nodes: the records of each, the values for the client, and failures."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from modgo_lsp.build.build import BuildRequest, build_module
from modgo_lsp.host.msgpack_dialect import encode, to_flat
from modgo_lsp.host.nodes import PARTITIONS, partition
from modgo_lsp.host.record import RefusedError, digest_of
from modgo_lsp.host.records_file import NumberedRecord
from modgo_lsp.host.replay_files import read_replay
from modgo_lsp.host.result import StreamResult, stream_json
from modgo_lsp.host.run_call import Work, do_work, work_of
from modgo_lsp.host.sample import Record
from modgo_lsp.host.session import Session
from modgo_lsp.host.streams import Output, ValueInput
from modgo_lsp.host.values import NIL_FLAT, Flat, List, Map

CITIES = ("Berlin", "Kraków", "Oslo")
RECORDS = [Record(key=f"k{n}", bins={"n": n, "city": CITIES[n % 3]}, generation=1) for n in range(1, 1001)]


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("streams") / "streams.so"
    source = Path(__file__).parent / "modules" / "streams"
    result = asyncio.run(build_module(BuildRequest((source,), output=output)))
    assert result.ok, result.findings
    return output


@pytest_asyncio.fixture
async def session(module: Path) -> AsyncIterator[Session]:
    async with Session(module) as session:
        yield session


@pytest.mark.parametrize("nodes", [1, 2, 7])
async def test_the_number_of_nodes_does_not_matter(session: Session, nodes: int) -> None:
    result = await session.call_stream("total", (), RECORDS, nodes=nodes)
    assert result.failure is None
    assert result.values == (sum(range(1, 1001)),)
    assert sum(node.records for node in result.nodes) == 1000
    assert len(result.nodes) == nodes
    partial = [value for node in result.nodes for value in node.values]
    assert len(partial) == nodes
    assert sum(int(str(value)) for value in partial) == sum(range(1, 1001))


async def test_maps_and_arguments_reach_every_node(session: Session) -> None:
    result = await session.call_stream("cities", [500], RECORDS, nodes=3)
    counts = Counter(CITIES[n % 3] for n in range(500, 1001))
    assert result.values == (Map(tuple((city, counts[city]) for city in CITIES), "k"),)
    found = stream_json(result)
    assert found["result"] == [{city: counts[city] for city in CITIES}]
    assert [node["records"] for node in found["nodes"]] == [node.records for node in result.nodes]


async def test_many_values_and_logs(session: Session) -> None:
    result = await session.call_stream("texts", (), RECORDS, nodes=4)
    assert Counter(result.values) == Counter(record.bins["city"] for record in RECORDS)
    assert [line.message for line in result.logs] == ["reading"] * 5  # each node and the client


async def test_no_records_and_records_that_do_not_exist(session: Session) -> None:
    for records in ([], [Record(key="gone")]):
        result = await session.call_stream("total", (), records, nodes=2)
        assert (result.failure, result.values) == (None, ())


async def test_what_the_client_fails_at_names_it(session: Session) -> None:
    result = await session.call_stream("reduces", (), RECORDS[:20], nodes=3)
    assert result.failure is not None
    assert result.failure.kind == "panic"
    assert result.failure.message.startswith("the client: ")
    assert [node.records for node in result.nodes] == [len(part) for part in partition(RECORDS[:20], 3)]
    assert result.values == ()
    shown = stream_json(result)
    assert (shown["ok"], shown["error"]["kind"]) == (False, "panic")
    assert [line["message"] for line in shown["logs"]] == ["adding"]
    alone = await session.finish_stream("reduces", (), [1, 2])
    assert alone.failure == result.failure


async def test_the_client_finishes_what_nodes_of_a_cluster_began(session: Session) -> None:
    whole = await session.call_stream("total", (), RECORDS, nodes=3)
    parts = [value for node in whole.nodes for value in node.values]
    finished = await session.finish_stream("total", (), parts)
    assert (finished.failure, finished.values, finished.nodes) == (None, whole.values, ())
    wrong = await session.finish_stream("single", (), parts)
    assert wrong.failure is not None
    assert wrong.failure.kind == "usage"


async def test_values_that_aerospike_lacks_are_not_passed(session: Session) -> None:
    for result in (
        await session.call_stream("total", [2**63], RECORDS[:1]),
        await session.call_stream("total", (), [Record(bins={"n": 2**63}, generation=1)]),
        await session.finish_stream("total", [2**63], [1]),
    ):
        assert result.failure is not None
        assert result.failure.kind == "usage"
        assert "is not an Aerospike value: 9223372036854775808 does not fit" in result.failure.message
        assert (result.values, result.nodes) == ((), ())


@pytest.mark.parametrize(
    ("function", "kind", "message"),
    [
        ("exits", "crash", "the module ended its process with exit status 7"),
        ("panics", "panic", "in the middle"),
        ("hangs", "timeout", "did not return within 1 s, so its process was stopped"),
    ],
)
async def test_a_node_that_fails_is_named(session: Session, function: str, kind: str, message: str) -> None:
    limit = 1 if kind == "timeout" else 60
    result = await session.call_stream(function, [77], RECORDS, nodes=3, timeout=limit)
    held = partition(RECORDS, 3)
    node = next(n for n, part in enumerate(held, 1) if any(one.key == to_flat("k77") for one in part))
    assert result.failure is not None
    assert result.failure.kind == kind
    assert result.failure.message.startswith(f"node {node} of 3: ")
    assert message in result.failure.message
    assert len(result.nodes) == node - 1
    # The session goes on with another worker.
    assert (await session.call_stream("total", (), RECORDS[:3])).values == (6,)


async def test_a_stream_that_failed_runs_again(
    module: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    numbered = tuple(NumberedRecord(n, record) for n, record in enumerate(RECORDS[:20], 1))
    work = Work("exits", (7,), "stream", numbered, nodes=3)
    first = await do_work(module, work)
    assert isinstance(first, StreamResult)
    assert first.failure is not None
    replay = read_replay(Path(first.failure.replay))
    assert work_of(replay) == work
    again = await do_work(replay.module, work_of(replay), keeps=False)
    assert isinstance(again, StreamResult)
    assert again.failure is not None
    assert again.failure.message == first.failure.message


async def test_records_of_a_stream_are_read_only_and_kinds_do_not_mix(session: Session) -> None:
    result = await session.call_stream("writes", (), RECORDS)
    assert result.failure is not None
    assert "record_set" in result.failure.message
    mixed = await session.call_stream("single", [1], RECORDS)
    assert mixed.failure is not None
    assert (mixed.failure.kind, mixed.failure.remedy) == ("usage", "call it without --stream")
    mixed_too = await session.call("total")
    assert mixed_too.failure is not None
    assert "--stream" in mixed_too.failure.remedy


def test_records_are_distributed_by_their_digest() -> None:
    held = partition(RECORDS, 4)
    assert min(len(part) for part in held) > 200
    digest = digest_of("demo", to_flat("k1"))
    if digest is not None:  # this Python's OpenSSL offers RIPEMD-160
        node = (digest[0] | digest[1] << 8) % PARTITIONS % 4
        assert any(one.key == to_flat("k1") for one in held[node])
    assert [len(part) for part in partition(RECORDS, 4)] == [len(part) for part in held]
    keyless = [Record(key=None, bins={"n": n}) for n in range(100)]
    assert min(len(part) for part in partition(keyless, 2)) > 20


def test_values_arrive_in_lists_of_limited_length() -> None:
    source = ValueInput(["x" * 300_000] * 10)
    # Four would be more than a MiB, and half of them, and half of those, are tried.
    assert source.read_many(64) == encode(List(("x" * 300_000,) * 2))
    assert source.read_many(3) == encode(List(("x" * 300_000,) * 3))
    with pytest.raises(RefusedError, match="NUL"):
        ValueInput(["a\0b"]).read_many(1)
    assert ValueInput(()).read_many(64) == encode(List(()))


def test_values_that_cannot_be_written_to_a_stream() -> None:
    output = Output()
    with pytest.raises(RefusedError, match="nil"):
        output.write(NIL_FLAT)
    with pytest.raises(RefusedError, match="no type 12"):
        output.write(Flat(12, 0, b""))
    with pytest.raises(RefusedError, match="nil"):
        output.write_many(encode(List((1, None))))
    with pytest.raises(RefusedError, match="as a list"):
        output.write_many(encode(Map(())))
    with pytest.raises(RefusedError, match="msgpack"):
        output.write_many(b"\x93\x01")
    assert output.values == []
