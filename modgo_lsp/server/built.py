"""What the last builds and loads found, kept at its place until the next success or until its lines change.

Not for: lint's findings, which every snapshot works out anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from modgo_lsp.ide.rebase import rebased
from modgo_lsp.model.finding import Finding


class BuiltFindings:
    """`by_directory` gives them by package folder; each change makes a new mapping."""

    def __init__(self) -> None:
        self.by_directory: Mapping[str, tuple[Finding, ...]] = {}
        self._texts: dict[str, bytes] = {}

    def replace(self, directory: str, findings: Sequence[Finding], texts: Mapping[str, bytes]) -> None:
        """The outcome of a new build of the package. `texts` are the files as the builder read them."""
        for path, text in texts.items():
            self.text_changed(path, text)
        remaining = {key: value for key, value in self.by_directory.items() if key != directory}
        self.by_directory = {**remaining, directory: tuple(findings)} if findings else remaining
        self._texts.update(texts)
        standing = {f.location.path for each in self.by_directory.values() for f in each}
        self._texts = {path: text for path, text in self._texts.items() if path in standing}

    def concerns(self, path: str) -> bool:
        """Whether anything was found in the file."""
        return path in self._texts

    def text_changed(self, path: str, text: bytes) -> bool:
        """Carries the findings of a file over to its new text. Says whether there were any."""
        old = self._texts.get(path)
        if old is None or old == text:
            return False
        self._texts[path] = text
        moved = {
            directory: tuple(
                kept
                for finding in findings
                if (kept := rebased(finding, old, text) if finding.location.path == path else finding)
            )
            for directory, findings in self.by_directory.items()
        }
        self.by_directory = {directory: findings for directory, findings in moved.items() if findings}
        return True
