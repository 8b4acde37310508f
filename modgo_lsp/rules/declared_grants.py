"""The settings by which a module asks for what MG316 reports. They have a file of their own, because lint
needs them in runs that find every result in the cache. The rule imports the parser and the types, which takes
longer than such a run."""

from __future__ import annotations

from modgo_lsp.model.finding import Finding

CODE = "MG316"
NETWORK, FILES = "wants-network = true", 'wants-read = ["/the/folder"]'


def is_declared(finding: Finding, network: bool, files: bool) -> bool:
    """Whether the module asks for what the finding of MG316 is about; `network` and `files` are what it asks
    for."""
    return (network and NETWORK in finding.message) or (files and FILES in finding.message)
