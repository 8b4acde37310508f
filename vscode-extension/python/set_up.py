"""Makes the environment of the language server from the wheels in the extension, without a network.

    python set_up.py ENVIRONMENT FOLDER MODGO_WHEEL SHA256

FOLDER has the archive of the wheels, wheels.tar, and modgo's wheel. pip is in the archive too, because many
systems have a Python without pip.
"""

import os
import subprocess
import sys
import tarfile
import venv
from pathlib import Path


def main(environment: Path, folder: Path, wheel: str, digest: str) -> int:
    with tarfile.open(folder / "wheels.tar") as archive:
        archive.extractall(folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    (folder / "modgo.txt").write_text(f"./{wheel} --hash=sha256:{digest}\n")
    venv.EnvBuilder(symlinks=os.name != "nt", clear=True, with_pip=False).create(environment)
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    (pip,) = folder.glob("pip-*.whl")
    options = ["--no-index", "--no-deps", "--require-hashes", "--no-cache-dir", "--no-input"]
    quiet = ["--disable-pip-version-check", "--no-warn-script-location", "--progress-bar=off"]
    command = [python, "-I", pip / "pip", "--isolated", "install", *options, *quiet]
    locks = ["--find-links", ".", "-r", "requirements.txt", "-r", "modgo.txt"]
    # --isolated leaves out the user's pip.conf, but not that of the machine.
    alone = {**os.environ, "PIP_CONFIG_FILE": os.devnull}
    return subprocess.run([*command, *locks], cwd=folder, env=alone).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]))
