"""Results of `modgo test` as JUnit XML: a suite for each module, a case for each case."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from modgo_lsp.cli.test.report import location, shown_path
from modgo_lsp.cli.test.run import ModuleReport
from modgo_lsp.host.cases.case_result import CaseResult, limited
from modgo_lsp.report.junit import xml_document, xml_text


def report_junit(reports: Sequence[ModuleReport]) -> str:
    """The document, indented, without a line end."""
    root = ElementTree.Element("testsuites", name="modgo test")
    totals = [_suite(root, report) for report in reports]
    for index, name in enumerate(("tests", "failures", "errors")):
        root.set(name, str(sum(counts[index] for counts in totals)))
    root.set("time", f"{sum(report.seconds for report in reports):.3f}")
    return xml_document(root)


def _suite(root: ElementTree.Element, report: ModuleReport) -> tuple[int, int, int]:
    """Adds the suite of a module. Returns its numbers of tests, failures and errors."""
    suite = ElementTree.SubElement(root, "testsuite", name=xml_text(report.name))
    for result in report.results:
        _case(suite, report.name, result)
    errors = [(f"{location(one.path, one.line)}: {one.message}", one.message) for one in report.problems]
    if report.unbuilt is not None:
        errors += [(finding.message, finding.message) for finding in report.unbuilt.findings]
    if report.failure is not None:
        errors.append((report.failure.message, f"{report.failure.kind}: {report.failure.message}"))
    for text, message in errors:
        case = ElementTree.SubElement(suite, "testcase", name="modgo", classname=xml_text(report.name))
        error = ElementTree.SubElement(case, "error", message=xml_text(message))
        error.text = xml_text(text)
    counts = len(report.results) + len(errors), len(report.failed), len(errors)
    for name, count in zip(("tests", "failures", "errors"), counts, strict=True):
        suite.set(name, str(count))
    suite.set("time", f"{report.seconds:.3f}")
    return counts


def _case(suite: ElementTree.Element, module: str, result: CaseResult) -> None:
    case = ElementTree.SubElement(
        suite,
        "testcase",
        name=xml_text(result.case.name),
        classname=xml_text(f"{module}.{result.case.function}"),
        file=xml_text(shown_path(result.case.path)),
        line=str(result.case.line),
        time=f"{result.outcome.elapsed_ns / 1e9:.6f}",
    )
    if not result.ok:
        text = "\n".join(
            f"{one.path}: expected {_side(one.expected)}, actual {_side(one.actual)}"
            for one in result.differences
        )
        first = text.split("\n", 1)[0]
        failure = ElementTree.SubElement(case, "failure", message=xml_text(first))
        failure.text = xml_text(f"{location(result.case.path, result.case.line)}\n{text}")
        if result.outcome.logs:
            logs = "\n".join(f"{line.level}: {line.message}" for line in limited(result.outcome.logs))
            ElementTree.SubElement(case, "system-out").text = xml_text(logs)


def _side(text: str | None) -> str:
    return "nothing" if text is None else text
