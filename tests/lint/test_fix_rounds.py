"""Which fixes are applied together, round by round."""

from __future__ import annotations

import pytest

from modgo_lsp.golang.syntax.document import parse
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.lint.apply_fixes import FixRounds, apply, best
from modgo_lsp.model.finding import Edit, Finding, Fix, Location


def edit(start: int, end: int, text: str = "", path: str = "/p/a.go") -> Edit:
    return Edit(Location(path, Span(start, end)), text)


def finding(code: str, *edits: Edit, message: str = "", safe: bool = True) -> Finding:
    place = edits[0].location
    return Finding(code, "error", message, place, fixes=(Fix("Fix it", safe, edits),))


def rounds(unsafe: bool = False) -> FixRounds:
    return FixRounds(unsafe, lambda path: path != "/p/locked.go")


def texts(chosen: list[Fix]) -> list[list[str]]:
    return [[each.new_text for each in fix.edits] for fix in chosen]


@pytest.mark.parametrize(
    ("second", "together"),
    [
        (edit(21, 25), True),
        (edit(20, 25), False),  # what the first ends at may be what it begins with
        (edit(15, 16), False),
        (edit(5, 10), False),
        (edit(5, 9), True),
        (edit(5, 30), False),
        (edit(20, 20), False),
        (edit(21, 21), True),
        (edit(15, 16, path="/p/b.go"), True),
        (edit(15, 16, path="/p/locked.go"), False),
    ],
)
def test_fixes_that_touch_are_not_applied_together(second: Edit, together: bool) -> None:
    first = finding("MG101", edit(10, 20, "first"))
    assert len(rounds().choose([first, finding("MG102", second)])) == (2 if together else 1)
    assert len(rounds().choose([finding("MG102", second), first])) == (2 if together else 1)


def test_each_edit_of_a_fix_counts() -> None:
    spread = finding("MG101", edit(0, 1), edit(50, 51))
    chosen = rounds().choose([spread, finding("MG102", edit(50, 52)), finding("MG103", edit(30, 31, "x"))])
    assert texts(chosen) == [["", ""], ["x"]]


def test_one_rule_may_insert_several_texts_at_a_place() -> None:
    def inserted(code: str, text: str) -> Finding:
        return finding(code, edit(7, 7, text), message=text)

    first = rounds()
    found = [inserted("MG101", "a"), inserted("MG101", "b"), inserted("MG101", "a"), inserted("MG102", "c")]
    # One of a rule and folder, because the next may build on it.
    assert texts(first.choose(found)) == [["a"]]
    # What was offered before does not build on what was done since.
    assert texts(first.choose(found)) == [["a"], ["b"]]
    assert [each.message for each in first.fixed] == ["a", "b"]
    assert texts(first.choose([inserted("MG101", "d"), inserted("MG101", "e")])) == [["d"]]


def test_folders_have_rounds_of_their_own() -> None:
    found = [
        finding("MG101", edit(1, 2, "a")),
        finding("MG101", edit(1, 2, "b", "/q/a.go")),
        finding("MG101", edit(5, 6, "c")),
        finding("MG102", edit(9, 10, "d")),
    ]
    assert texts(rounds().choose(found)) == [["a"], ["b"], ["d"]]


def test_a_round_that_led_to_new_findings_has_fewer_fixes_next_time() -> None:
    several = [finding("MG101", edit(10 * n, 10 * n + 1), message=str(n)) for n in range(3)]
    elsewhere = [
        finding("MG101", edit(10 * n, 10 * n + 1, path="/q/a.go"), message=f"q{n}") for n in range(2)
    ]
    ours = rounds()
    ours.choose([*several, *elsewhere])
    assert ours.is_good([*several, *elsewhere], several[1:])  # one fix of a rule is always good
    assert len(ours.choose([*several, *elsewhere])) == 5
    assert ours.is_good([*several, *elsewhere], [])
    assert not ours.is_good([*several, *elsewhere], [several[0]])
    assert [each.message for each in _fixed(ours, [*several, *elsewhere])] == ["0", "q0", "q1"]
    assert ours.is_good([*several, *elsewhere], several[1:])


def test_new_findings_elsewhere_may_come_from_any_folder() -> None:
    several = [finding("MG101", edit(10 * n, 10 * n + 1), message=str(n)) for n in range(2)]
    ours = rounds()
    ours.choose(several)
    assert len(ours.choose(several)) == 2
    assert not ours.is_good(several, [finding("MG103", edit(0, 1, path="/q/a.go"))])
    assert len(ours.choose(several)) == 1


def _fixed(ours: FixRounds, findings: list[Finding]) -> list[Finding]:
    ours.choose(findings)
    return ours.fixed


def test_the_best_fix() -> None:
    safe, unsafe = Fix("safe", True, ()), Fix("unsafe", False, ())
    place = Location("/p/a.go", Span(0, 1))
    for fixes, careful, bold in (
        ((unsafe, safe), safe, safe),
        ((unsafe,), None, unsafe),
        ((), None, None),
        ((Fix("other", False, ()), unsafe), None, Fix("other", False, ())),
    ):
        found = Finding("MG101", "error", "", place, fixes=fixes)
        assert (best(found, False), best(found, True)) == (careful, bold)


def test_edits_at_one_place_are_applied_in_order() -> None:
    document = parse("/p/a.go", b"package p\r\n")
    edits = [edit(8, 9, "q"), edit(0, 7, "//"), edit(9, 9, "1"), edit(9, 9, "2")]
    assert apply(document, edits) == b"// q12\r\n"
