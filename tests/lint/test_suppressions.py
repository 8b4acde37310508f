"""Which findings are suppressed, and by which directives."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.lint.suppressions import Suppression, suppress
from modgo_lsp.model.finding import Finding, Location

PATHS, CODES, LENGTH = ("/a.go", "/b.go"), ("MG101", "MG303"), 30

findings = st.builds(
    lambda path, code, start, length: Finding(
        code, "warning", "so", Location(path, Span(start, start + length))
    ),
    st.sampled_from(PATHS),
    st.sampled_from(CODES),
    st.integers(0, LENGTH),
    st.integers(0, 5),
)
covers = st.builds(
    lambda start, length: Span(start, start + length), st.integers(0, LENGTH), st.integers(0, LENGTH)
)
written = st.builds(
    lambda path, codes, covers, invalid: (path, codes, covers, invalid),
    st.sampled_from(PATHS),
    st.lists(st.sampled_from(CODES), unique=True),
    st.none() | covers,
    st.booleans(),
)


@given(st.lists(findings), st.lists(written))
def test_a_finding_is_suppressed_by_each_directive_that_covers_its_start(
    found: list[Finding], directives: list[tuple[str, list[str], Span | None, bool]]
) -> None:
    all_ = [
        Suppression(
            Location(path, Span(number, number)),  # distinguishes them
            tuple((code, Span(0, 0)) for code in codes),
            (),
            "",
            covers,
            ("wrong", Span(0, 0)) if invalid else None,
        )
        for number, (path, codes, covers, invalid) in enumerate(directives)
    ]
    pairs = [
        (number, directive)
        for number, finding in enumerate(found)
        for directive in all_
        if directive.invalid is None
        and directive.covers is not None
        and directive.comment.path == finding.location.path
        and finding.code in [code for code, _ in directive.codes]
        and directive.covers.start <= finding.location.span.start < directive.covers.end
    ]
    kept, used = suppress(found, all_)
    covered = {number for number, _ in pairs}
    assert kept == [finding for number, finding in enumerate(found) if number not in covered]
    assert used == {(directive.comment, found[number].code) for number, directive in pairs}
