"""What an editor shows beside a function's variables: the record of the call, as the function sees it."""

from __future__ import annotations

import json
from typing import Any

from modgo_lsp.host.json_forms import json_of
from modgo_lsp.host.msgpack_dialect import from_flat
from modgo_lsp.host.record import WorkingRecord
from modgo_lsp.host.values import TYPE_NAMES

# Delve numbers its own from 1000 on.
RECORD_REFERENCE = 2_000_000_000


def record_scope(record: WorkingRecord) -> dict[str, Any]:
    """A scope for the response to a scopes request."""
    return {
        "name": "Record",
        "variablesReference": RECORD_REFERENCE,
        "namedVariables": len(record.bins),
        "expensive": False,
    }


def record_variables(record: WorkingRecord) -> list[dict[str, Any]]:
    """The bins, with the changes that are not stored yet, and what has been stored."""
    bins = [
        _variable(
            name,
            json.dumps(json_of(from_flat(flat)), ensure_ascii=False),
            TYPE_NAMES[flat.type] + ("" if record.stored.get(name) == flat else ", not stored"),
        )
        for name, flat in sorted(record.bins.items())
    ]
    gone = [
        _variable(name, "(removed)", "not stored")
        for name in sorted(record.stored.keys() - record.bins.keys())
    ]
    facts = [
        _variable("(operations)", ", ".join(record.operations) or "none"),
        _variable("(generation)", str(record.generation)),
    ]
    return [*bins, *gone, *facts]


def _variable(name: str, value: str, kind: str = "") -> dict[str, Any]:
    return {"name": name, "value": value, "type": kind, "variablesReference": 0}
