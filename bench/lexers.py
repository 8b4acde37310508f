"""What reads Go source without a whole parse, beside the parser, on the files of Go's own library.

The outline and the declaration splits are hand-written lexers, and an expression finds comments and literals;
the header is a tree-sitter query over the beginning of a file. The first error is found by the parser's log.
Seconds are the processor's.
"""

from __future__ import annotations

import argparse
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import tree_sitter

from bench.figures import report
from modgo_lsp.golang.program.outline import outline
from modgo_lsp.golang.syntax.declaration_splits import find_splits
from modgo_lsp.golang.syntax.document import parse
from modgo_lsp.golang.syntax.file_header import read_header
from modgo_lsp.golang.syntax.grammar import LANGUAGE
from modgo_lsp.golang.syntax.syntax_errors import first_error
from modgo_lsp.lint.suppression_edit import comments_and_literals

RUNS = 3


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    options.add_argument("--files", type=int, default=1000, help="how many files are read, 0 for all")
    texts = _texts(options.parse_args().files)
    size = sum(map(len, texts))
    parser = tree_sitter.Parser(LANGUAGE)
    readers: dict[str, Callable[[bytes], object]] = {
        "parser": parser.parse,
        "outline": outline,
        "declaration splits": find_splits,
        "header": read_header,
        "comments and literals": comments_and_literals,
        "first error, one bracket too many": _first_error,
    }
    seconds = {name: min(_seconds(read, texts) for _ in range(RUNS)) for name, read in readers.items()}
    rows = [
        (
            name,
            f"{size / spent / 1e6:.0f}",
            f"{spent / len(texts) * 1e6:.0f}",
            f"{seconds['parser'] / spent:.1f}",
        )
        for name, spent in seconds.items()
    ]
    header = (f"{len(texts)} files, {size / 1e6:.1f} MB", "MB/s", "us a file", "x as fast as the parser")
    report("lexers", {f"{name} s": spent for name, spent in seconds.items()}, rows, header)


def _texts(most: int) -> list[bytes]:
    """The texts of files spread over the library."""
    command = ["go", "env", "GOROOT"]
    root = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    files = sorted(_go_files(Path(root, "src")))
    return [path.read_bytes() for path in files[:: max(1, len(files) // most) if most else 1]]


def _go_files(root: Path) -> Iterator[Path]:
    for path in root.rglob("*.go"):
        if "testdata" not in path.parts and path.is_file():
            yield path


def _first_error(text: bytes) -> None:
    assert first_error(parse("a.go", text + b")")) is not None


def _seconds(read: Callable[[bytes], object], texts: list[bytes]) -> float:
    start = time.process_time()
    for text in texts:
        read(text)
    return time.process_time() - start


if __name__ == "__main__":
    main()
