"""What a request for a call may contain."""

from __future__ import annotations

import pytest

from modgo_lsp.host.call_request import CallRequestError, parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("7", 7),
        ("7B", 7),
        ("3k", 3_000),
        ("3kB", 3_000),
        ("3ki", 3 << 10),
        ("256MB", 256_000_000),
        ("256MiB", 256 << 20),
        ("1G", 1_000_000_000),
        ("2GiB", 2 << 30),
        ("999999999999999", 999_999_999_999_999),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    "text", ["", "B", "i", "1i", "1iB", "1K", "1.5M", "-1", "1 M", "1T", "1" * 16, "1MBs"]
)
def test_no_sizes(text: str) -> None:
    with pytest.raises(CallRequestError, match="is not a size"):
        parse_size(text)
