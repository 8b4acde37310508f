"""Code actions: the fixes of findings, and suppressions."""

from __future__ import annotations

from modgo_lsp.golang.syntax.document import parse
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.ide.code_actions import quick_fixes, suppressions
from modgo_lsp.model.finding import Edit, Finding, Fix, Location

PATH = "/m/m.go"


def insert(offset: int, text: str, path: str = PATH) -> Edit:
    return Edit(Location(path, Span(offset, offset)), text)


def finding(code: str, start: int, end: int, *fixes: Fix, path: str = PATH) -> Finding:
    return Finding(code, "warning", "m", Location(path, Span(start, end)), fixes=fixes)


def test_fixes_of_findings_in_the_selection():
    unsafe, safe = Fix("guess", False, (insert(1, "x"),)), Fix("sure", True, (insert(1, "y"),))
    here = finding("MG101", 10, 13, unsafe, safe)
    findings = [here, finding("MG101", 20, 23, safe), finding("MG101", 10, 13, safe, path="/m/other.go")]
    offered = quick_fixes(findings, PATH, Span(13, 13))
    assert [(action.title, action.preferred) for action in offered] == [("guess", False), ("sure", True)]
    assert all(action.finding is here for action in offered)


def test_a_suppression_is_offered_once_for_each_suppressible_code():
    document = parse(PATH, b"package m\n\nvar v = wait()\n")
    findings = [finding(code, 19, 23) for code in ("MG102", "MG102", "MG101", "MG400", "MG401", "MG501")]
    offered = suppressions(findings, document, Span(19, 19))
    assert [action.title for action in offered] == ["Suppress MG102 here", "Suppress MG101 here"]
    assert not any(action.preferred for action in offered)
