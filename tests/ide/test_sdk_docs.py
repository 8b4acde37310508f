"""The SDK's documentation, beside what `go doc` prints."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from modgo_lsp.ide.sdk_docs import sdk_doc

SDK = Path(__file__).parents[2] / "udf"


@pytest.mark.parametrize("name", ["Register", "Get", "Record.Set", "Record.SetTTL", "Record.Update"])
def test_it_is_that_of_go_doc(name: str) -> None:
    found = sdk_doc(name)
    assert found is not None
    said = subprocess.run(["go", "doc", name], cwd=SDK, capture_output=True, text=True, check=True).stdout
    words = re.sub(r"\[([\w.]+)\]", r"\1", found.text).split()  # links, which go doc doesn't show
    assert words == " ".join(re.findall(r"^    (.*)$", said, re.MULTILINE)).split()
    assert found.declaration in said
    assert re.findall(r"^ ", found.text, re.MULTILINE) == []
