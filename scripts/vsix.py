"""Packages the extension with the language server's wheels, one .vsix a platform:

python scripts/vsix.py FOLDER [TARGET…]
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from extension_wheels import BUNDLED, TARGETS, bundle
from locked import EXTENSION

from modgo_lsp import __version__

LIMIT_MB = 10


def package(target: str, folder: Path) -> None:
    """Writes FOLDER/modgo-VERSION-TARGET.vsix. Raises SystemExit if it is larger than it may be."""
    file = folder / f"modgo-{__version__}-{target}.vsix"
    shutil.rmtree(BUNDLED, ignore_errors=True)
    try:
        bundle(target)
        npm = [EXTENSION / "with-node", "npm", "run", "--silent", "package", "--"]
        subprocess.run([*npm, "--target", target, "--out", file.resolve()], cwd=EXTENSION, check=True)
    finally:
        shutil.rmtree(BUNDLED, ignore_errors=True)
    megabytes = file.stat().st_size / 1e6
    print(f"{file.name}  {megabytes:.1f} MB")
    if megabytes > LIMIT_MB:
        raise SystemExit(f"{file.name} is larger than {LIMIT_MB} MB")


def main() -> None:
    folder, *targets = sys.argv[1:]
    for target in targets or TARGETS:
        package(target, Path(folder))


if __name__ == "__main__":
    main()
