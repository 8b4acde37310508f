"""The record of a call as an editor shows it beside a function's variables."""

from __future__ import annotations

from modgo_lsp.cli.debug.dap_record import RECORD_REFERENCE, record_scope, record_variables
from modgo_lsp.host.msgpack_dialect import to_flat
from modgo_lsp.host.record import WorkingRecord


def record(**bins: int | str) -> WorkingRecord:
    facts = {"namespace": "test", "set": "demo", "key": to_flat("k1"), "ttl": 0, "last_update": 0}
    return WorkingRecord({**facts, "bins": {name: to_flat(bins[name]) for name in bins}, "generation": 3})


def shown(one: WorkingRecord) -> list[tuple[str, str, str]]:
    variables = record_variables(one)
    assert {each["variablesReference"] for each in variables} == {0}
    return [(each["name"], each["value"], each["type"]) for each in variables]


def test_bins_with_the_changes_that_are_not_stored() -> None:
    one = record(z=1, same="é", gone=2)
    one.set("z", to_flat(2))
    one.set("new", to_flat("x"))
    one.unset("gone")
    assert shown(one) == [
        ("new", '"x"', "string, not stored"),
        ("same", '"é"', "string"),
        ("z", "2", "integer, not stored"),
        ("gone", "(removed)", "not stored"),
        ("(operations)", "none", ""),
        ("(generation)", "3", ""),
    ]
    one.update()
    one.update()
    assert shown(one) == [
        ("new", '"x"', "string"),
        ("same", '"é"', "string"),
        ("z", "2", "integer"),
        ("(operations)", "update, update", ""),
        ("(generation)", str(one.generation), ""),
    ]


def test_the_scope_of_the_bins() -> None:
    assert record_scope(record(a=1, b=2)) == {
        "name": "Record",
        "variablesReference": RECORD_REFERENCE,
        "namedVariables": 2,
        "expensive": False,
    }
