"""What a call gets and what is made of its answer, without a module."""

from __future__ import annotations

import time

import pytest

from modgo_lsp.host.apply import deadline_after, failure_of, stored_record, working_record
from modgo_lsp.host.msgpack_dialect import to_flat
from modgo_lsp.host.result import Failure
from modgo_lsp.host.sample import Record

RECORD = Record("n", "s", 7, {"a": 1, "b": "x"}, 90, 4, 1_000)


@pytest.mark.parametrize(
    ("status", "text", "failure"),
    [
        (1, "none", Failure("usage", "none")),
        (2, "bad", Failure("usage", "bad")),
        (3, "two\nlines", Failure("udf", "two\nlines")),
        (4, "a\nb.go:1 m.f\nc.go:22\n", Failure("panic", "a", ("b.go:1", "c.go:22"))),
        (4, "a\n/m/b.go:1 m.f\n\n", Failure("panic", "a", ("b.go:1",))),
        (4, "a\nb.go:1\nno frame", Failure("panic", "a\nb.go:1\nno frame")),
        (4, "a\nb.go:1x", Failure("panic", "a\nb.go:1x")),
        (4, "b.go:1", Failure("panic", "b.go:1")),
        (4, " a \n\nb.go:1", Failure("panic", "a", ("b.go:1",))),
        (5, "late", Failure("timeout", "late")),
        (6, "refused", Failure("abi", "refused")),
        (7, "defect", Failure("abi", "defect")),
        (8, "", Failure("abi", "the module returned status 8 without a message")),
        (3, "\n", Failure("udf", "the module returned status 3 without a message")),
    ],
)
def test_failures_by_status_and_text(status: int, text: str, failure: Failure) -> None:
    assert failure_of(status, text) == failure


def test_the_record_of_a_call() -> None:
    working = working_record(RECORD)
    assert (working.namespace, working.set_name, working.key) == ("n", "s", to_flat(7))
    assert working.stored == working.bins == {"a": to_flat(1), "b": to_flat("x")}
    assert (working.exists, working.ttl, working.generation) == (True, 90, 4)
    assert working.last_update == 1_000


def test_a_record_whose_last_update_is_unknown_was_updated_now() -> None:
    before = int(time.time() * 1000)
    found = working_record(Record(bins={"a": 1})).last_update
    assert before <= found <= int(time.time() * 1000)
    assert working_record(Record(last_update=1_000)).last_update == 0  # no record


def test_the_record_after_a_call() -> None:
    working = working_record(RECORD)
    working.set("a", to_flat(2))
    working.set_ttl(5)
    assert stored_record(RECORD, working) is RECORD
    working.update()
    assert stored_record(RECORD, working) == Record("n", "s", 7, {"a": 2, "b": "x"}, 5, 5, 0)
    working.remove()
    assert stored_record(RECORD, working) == Record("n", "s", 7, {}, 5, 0, 0)


def test_a_deadline_is_in_nanoseconds() -> None:
    before = time.monotonic_ns()
    found = deadline_after(1.5)
    assert before + 1_500_000_000 <= found <= time.monotonic_ns() + 1_500_000_000
