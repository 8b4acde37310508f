"""The snippets that completion offers: whole UDFs, and operations of a stream with a function literal.
`prefix` is the qualifier of the SDK's names in the file, such as "udf."."""

from __future__ import annotations

from collections.abc import Iterator


def record_udf(prefix: str) -> str:
    return (
        f'var _ = {prefix}Register("${{1:name}}", ${{2:Name}})\n\n'
        "// ${2:Name} ${3:does something to a record.}\n"
        f"func ${{2:Name}}(rec *{prefix}Record, ${{4:n int64}}) (${{5:int64}}, error) {{\n"
        "\t$0\n\treturn ${6:0}, rec.Update()\n}\n"
    )


def stream_udf(prefix: str) -> str:
    return (
        f'var _ = {prefix}Register("${{1:name}}", ${{2:Name}})\n\n'
        "// ${2:Name} ${3:sums a bin over all records.}\n"
        f"func ${{2:Name}}(s *{prefix}Stream) *{prefix}Stream {{\n"
        f"\tvalues := {prefix}Map(s, func(rec *{prefix}Record) int64 {{\n"
        '\t\tn, _ := rec.Int("${4:bin}")\n\t\treturn n\n\t})\n'
        f"\treturn {prefix}Reduce(values, func(a, b int64) int64 {{ return a + b }})$0\n}}\n"
    )


def stream_calls(prefix: str, stream: str) -> Iterator[tuple[str, str]]:
    """The operations on the variable `stream` by their names, without the prefix."""
    record = f"rec *{prefix}Record"
    first = f"${{1:{stream}}}"
    yield "Filter", f"Filter({first}, func({record}) bool {{\n\t$0\n\treturn true\n}})"
    yield "Map", f"Map({first}, func({record}) ${{2:int64}} {{\n\t$0\n\treturn ${{3:0}}\n}})"
    aggregate = f"Aggregate({first}, ${{2:int64}}(${{3:0}}), func(sum ${{2:int64}}, {record}) ${{2:int64}} {{"
    yield "Aggregate", f"{aggregate}\n\t$0\n\treturn sum\n}})"
    yield "Reduce", f"Reduce({first}, func(a, b ${{2:int64}}) ${{2:int64}} {{\n\t$0\n\treturn a + b\n}})"
