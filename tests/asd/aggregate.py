"""An aggregation by the official client: python -m tests.asd.aggregate PORT MODULE FUNCTION ARGUMENTS.

The client sets up Lua once for a process, so each aggregation has a process of its own. The client runs the
last phase: an identity function with the name of the UDF, which returns what the nodes answered. Prints JSON.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import aerospike  # type: ignore[import-not-found, import-untyped, unused-ignore]


def main() -> None:
    port, module, function, arguments = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / f"{module}.lua").write_text(f"function {function}(s) return s end\n")
        client = aerospike.client(
            {"hosts": [("127.0.0.1", int(port))], "lua": {"user_path": folder}}
        ).connect()
        query = client.query("test", "demo")
        query.apply(module, function, json.loads(arguments))
        try:
            answer = {"results": list(query.results())}
        except aerospike.exception.AerospikeError as error:
            answer = {"error": str(error)}
        client.close()
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
