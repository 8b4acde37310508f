"""Writes the module zip of the Go SDK, as a Go module proxy serves it: python scripts/sdk_zip.py FOLDER"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from modgo_lsp.build.sdk import module_proxy, shipped_sdk


def main(folder: Path) -> None:
    sdk = shipped_sdk()
    (archive,) = module_proxy(sdk).rglob(f"{sdk.version}.zip")
    shutil.copyfile(archive, folder / f"aerospike-mod-go-udf-{sdk.version}.zip")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
