"""Results record what they read, and an edit invalidates those that read a changed input."""

from __future__ import annotations

import logging

import pytest

from modgo_lsp.golang.queries import ConstantMemo, Inputs, Memo, Query, Table


class Sums:
    """Sums of numbers that change, and a log of each computation."""

    def __init__(self) -> None:
        self.table = Table()
        self.numbers = {"a": 1, "b": 2}
        self.inputs: Inputs[str] = Inputs(self.table, "number")
        self.computed: list[str] = []
        self.doubled: Query[str, int] = Query(self.table, "doubled", self._doubled)
        self.sum: Query[str, int] = Query(self.table, "sum", self._sum)

    def _doubled(self, name: str) -> int:
        self.computed.append(name)
        self.inputs.read(name)
        return 2 * self.numbers[name]

    def _sum(self, names: str) -> int:
        self.computed.append(names)
        return sum(self.doubled(name) for name in names)

    def change(self, name: str, number: int) -> None:
        self.numbers[name] = number
        self.table.invalidate(self.inputs.changed([name]))

    def new_computations(self) -> list[str]:
        found, self.computed = self.computed, []
        return found


def test_only_readers_of_a_changed_input_are_recomputed() -> None:
    sums = Sums()
    assert (sums.sum("ab"), sums.sum("b")) == (6, 4)
    assert sums.new_computations() == ["ab", "a", "b", "b"]
    assert (sums.sum("ab"), sums.sum("b")) == (6, 4)
    assert sums.new_computations() == []
    sums.change("a", 5)
    assert (sums.sum("ab"), sums.sum("b")) == (14, 4)
    assert sums.new_computations() == ["ab", "a"]


def test_an_input_without_readers_invalidates_nothing() -> None:
    sums = Sums()
    reads_a = True

    def once() -> int:
        sums.computed.append("once")
        return sums.doubled("a" if reads_a else "b")

    memo = Memo(sums.table, "memo")
    memo.ask("question", once)
    reads_a = False
    sums.change("a", 5)
    sums.new_computations()
    assert memo.ask("question", once) == 4
    sums.change("a", 7)
    assert memo.ask("question", once) == 4
    assert sums.new_computations() == ["once", "b"]


def test_results_in_a_cycle_are_invalidated_together() -> None:
    table = Table()
    inputs: Inputs[str] = Inputs(table, "input")
    computed: list[str] = []
    others = {"a": "b", "b": "a"}

    def length(name: str) -> int:
        computed.append(name)
        inputs.read(name)
        return 1 + circle(others[name])

    circle: Query[str, int] = Query(table, "circle", length, in_cycle=0)
    assert (circle("a"), circle("b")) == (2, 1)
    table.invalidate(inputs.changed("b"))
    assert (circle("b"), circle("a")) == (2, 1)
    assert computed == ["a", "b", "b", "a"]


def test_a_query_that_depends_on_itself_fails() -> None:
    table = Table()
    others = {"a": "b", "b": "a"}
    length: Query[str, int] = Query(table, "length", lambda name: 1 + length(others[name]))
    with pytest.raises(RuntimeError, match=r"^length\(a\) depends on itself$"):
        length("a")
    assert "a" not in length
    assert "b" not in length


def test_a_failed_query_is_computed_again() -> None:
    sums = Sums()
    with pytest.raises(KeyError):
        sums.sum("ac")
    sums.numbers["c"] = 3
    assert sums.sum("ac") == 8


def test_a_lazy_attribute_is_part_of_its_result() -> None:
    sums = Sums()
    result: Query[str, object] = Query(sums.table, "result", lambda _: object())
    reader: Query[str, int] = Query(sums.table, "reader", lambda key: id(result(key)))
    first = reader("x")
    assert result.within("x", lambda: sums.doubled("a")) == 2
    before = result("x")
    sums.change("a", 5)
    assert reader("x") != first
    assert result("x") is not before


def test_a_memo_calls_on_empty_once() -> None:
    sums = Sums()
    undone: list[str] = []
    memo = Memo(sums.table, "memo")

    def bind() -> None:
        memo.on_empty = lambda: undone.append("bound")
        sums.doubled("a")

    memo.ask("bound", bind)
    sums.change("b", 1)
    assert undone == []
    sums.change("a", 1)
    sums.change("a", 2)
    assert undone == ["bound"]


def test_inputs_without_readers_are_freed() -> None:
    table = Table()
    words: Inputs[str] = Inputs(table, "word")
    memo = Memo(table, "memo")
    for number in range(1000):
        memo.ask("read", lambda number=number: words.read(f"word{number}"))  # type: ignore[misc]
        table.invalidate([memo])
    memo.ask("read", lambda: words.read("last"))
    assert len(words._cells) <= 200
    assert len(words.changed(["last"])) == 1


def test_a_constant_memo_records_no_dependencies() -> None:
    table = Table()
    constant, memo = ConstantMemo(table, "constant"), Memo(table, "memo")
    assert memo.ask("a", lambda: constant.ask("b", lambda: 1)) == 1
    assert not memo.dependencies
    assert not constant.dependents


def test_the_log_shows_why_an_edit_invalidated_a_result(caplog: pytest.LogCaptureFixture) -> None:
    sums = Sums()
    sums.sum("ab")
    with caplog.at_level(logging.DEBUG, "modgo_lsp.golang.queries"):
        sums.change("a", 5)
    assert sorted(record.getMessage() for record in caplog.records) == [
        "doubled(a) invalidated: number a changed",
        "sum(ab) invalidated: number a changed",
    ]


def test_the_log_shows_a_result_once(caplog: pytest.LogCaptureFixture) -> None:
    sums = Sums()

    def total(name: str) -> int:
        sums.inputs.read(name)
        return sums.doubled(name)

    totals = Query(sums.table, "total", total)
    for number in range(20):  # whether doubled or total comes first depends on their addresses
        name = f"n{number}"
        sums.numbers[name] = number
        totals(name)
        caplog.clear()
        with caplog.at_level(logging.DEBUG, "modgo_lsp.golang.queries"):
            sums.change(name, -1)
        assert sorted(record.getMessage() for record in caplog.records) == [
            f"doubled({name}) invalidated: number {name} changed",
            f"total({name}) invalidated: number {name} changed",
        ]
