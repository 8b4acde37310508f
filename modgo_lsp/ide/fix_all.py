"""All safe fixes of a file at once: in rounds, in memory, until no finding has a safe fix."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import accumulate
from pathlib import PurePath

from modgo_lsp.golang.files import Files, OverlayFiles
from modgo_lsp.golang.syntax.document import Document, parse
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.lint.apply_fixes import FixRounds, apply
from modgo_lsp.lint.config import Settings
from modgo_lsp.lint.run_rules import check_package
from modgo_lsp.model.finding import Edit, Location
from modgo_lsp.model.load import Loader

# Each round fixes at least one finding. Fixes that need more rounds than this undo each other.
_ROUNDS = 50


def fix_all(path: str, files: Files, loader: Loader, settings: Settings) -> tuple[Edit, ...]:
    """The edits that apply all safe fixes of the file at `path`, as `files` has it. They may edit other files
    of the package too. `loader` has loaded these files already."""
    directory = str(PurePath(path).parent)
    originals: dict[str, Document] = {}
    fixed: dict[str, Document] = {}
    next_documents = fixed
    rounds, accepted = FixRounds(unsafe=False), None
    for _ in range(_ROUNDS):
        package = loader.package(directory)
        if package is None:
            break
        findings = check_package(package, settings)
        if accepted is None or rounds.is_good(accepted[0], findings):
            accepted, fixed = (findings, package), next_documents
        before, known = accepted
        ours = [finding for finding in before if finding.location.path == path]
        edits = [edit for fix in rounds.choose(ours) for edit in fix.edits]
        if not edits:
            break
        documents = {file.document.path: file.document for file in known.files}
        next_documents = dict(fixed)
        for changed in {edit.location.path for edit in edits}:
            originals.setdefault(changed, documents[changed])
            here = [edit for edit in edits if edit.location.path == changed]
            next_documents[changed] = parse(changed, apply(documents[changed], here))
        loader = Loader(OverlayFiles(files, next_documents), previous=loader)
    return tuple(
        edit for changed in sorted(fixed) for edit in _edits(originals[changed], fixed[changed].source)
    )


def _edits(document: Document, after: bytes) -> list[Edit]:
    """The change line by line, so that an editor keeps the cursor and the folds in unchanged lines."""
    old, new = document.source.splitlines(keepends=True), after.splitlines(keepends=True)
    starts = [document.from_source(start) for start in accumulate(map(len, old), initial=0)]
    return [
        Edit(
            Location(document.path, Span(starts[first], starts[last])),
            b"".join(new[start:end]).decode("utf-8", "replace"),
        )
        for kind, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if kind != "equal"
    ]
