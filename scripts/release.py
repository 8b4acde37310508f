"""Makes a release: a commit with the version and the changelog, tags, and the files of `make dist`.

Works in a temporary clone of HEAD. --dry-run shows the commit and what is left to do, and keeps nothing.
Publishes nothing: docs/releasing.md lists the commands for that, and the script prints them.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from packaging.version import InvalidVersion, Version

from modgo_lsp.build.sdk import shipped_sdk

ROOT = Path(__file__).resolve().parents[1]
HOME = "https://github.com/GeertJohan/aerospike-mod-go"
_NUMBER = r"\d+\.\d+\.\d+"


def _replace(pattern: str, count: int = 0) -> Callable[[str, str], str]:
    """Replaces the version that follows each match of `pattern`."""
    return lambda text, version: re.sub(f"({pattern}){_NUMBER}", rf"\g<1>{version}", text, count=count)


# Every file with the version of modgo. modgo_lsp/__init__.py is what the Python package is built with.
PLACES: dict[str, Callable[[str, str], str]] = {
    "modgo_lsp/__init__.py": _replace('__version__ = "'),
    "vscode-extension/package.json": _replace('\n  "version": "', count=1),
    "vscode-extension/package-lock.json": _replace('"name": "modgo",\n *"version": "', count=2),
    "docs/ci.md": _replace(r"(?:aerospike-mod-go@v|aerospike-mod-go\n +rev: v|modgo-lsp==)"),
}


class ReleaseError(Exception):
    """Why there can be no such release, and what to do."""


def new_changelog(text: str, version: str, date: str) -> str:
    """The changelog with its unreleased changes under `version`. Raises ReleaseError if there are none."""
    unreleased = re.search(
        r"^## \[Unreleased\]\n(.*?)(?=^## \[|^\[Unreleased\]: )", text, re.MULTILINE | re.DOTALL
    )
    if unreleased is None or "\n- " not in unreleased[1]:
        raise ReleaseError("CHANGELOG.md has no changes under [Unreleased]: list what users will notice")
    head = f"## [Unreleased]\n\n## [{version}] - {date}\n"
    text = text.replace("## [Unreleased]\n", head, 1)
    links = f"[Unreleased]: {HOME}/compare/v{version}...main\n[{version}]: {HOME}/releases/tag/v{version}"
    return re.sub(r"^\[Unreleased\]: .*$", links, text, count=1, flags=re.MULTILINE)


def write_version(root: Path, version: str, date: str) -> None:
    """Writes the version and the changelog's heading into the files of `root`. Raises ReleaseError."""
    for name, edit in PLACES.items():
        path = root / name
        path.write_text(edit(path.read_text("utf-8"), version), "utf-8")
    changelog = root / "CHANGELOG.md"
    changelog.write_text(new_changelog(changelog.read_text("utf-8"), version, date), "utf-8")


def git(*arguments: str, cwd: Path = ROOT) -> str:
    done = subprocess.run(["git", *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ReleaseError(f"git {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.strip()


def check(version: str, dry_run: bool) -> None:
    """Raises ReleaseError unless HEAD can be released as `version`."""
    if not re.fullmatch(_NUMBER, version):
        raise ReleaseError(f"{version} is not a version such as 0.2.0")
    tags = git("tag", "--list").split()
    for tag in tags:
        try:
            newer = not tag.startswith("v") or Version(version) > Version(tag)
        except InvalidVersion:
            continue
        if not newer:
            raise ReleaseError(f"{tag} is released already: choose a version above it")
    if not dry_run:
        if git("branch", "--show-current") != "main":
            raise ReleaseError("this is not the branch main: git switch main")
        if changed := git("status", "--porcelain"):
            raise ReleaseError(f"there are changes that are not committed:\n{changed}")
    sdk = f"udf/{shipped_sdk().version}"
    if sdk in tags and (
        changed := git(
            "diff", "--name-only", sdk, "HEAD", "--", "udf", ":!udf/**/*_test.go", ":!udf/**/testdata"
        )
    ):
        raise ReleaseError(
            f"the SDK has changed since {sdk}, and a released version never changes: raise Version in"
            f" udf/values.go\n{changed}"
        )


def make_release(clone: Path, version: str) -> list[str]:
    """Commits and tags the release in `clone`. Returns the new tags."""
    for setting in git("config", "--list").splitlines():
        if setting.startswith(("user.name=", "user.email=")):
            git("config", *setting.split("=", 1), cwd=clone)
    write_version(clone, version, time.strftime("%Y-%m-%d"))
    git("commit", "--all", "--message", f"Release {version}", cwd=clone)
    names = [f"v{version}", f"udf/{shipped_sdk().version}"]
    tags = [name for name in names if name not in git("tag", "--list", cwd=clone).split()]
    for name in tags:
        git("tag", "--annotate", name, "--message", name, cwd=clone)
    return tags


def steps(version: str, tags: list[str]) -> str:
    """The commands that publish the release."""
    return f"""To publish a release, after this script has made it:
  git push origin main {" ".join(tags)}
  .venv/bin/twine upload dist/modgo_lsp-{version}*
  for file in dist/*.vsix; do vscode-extension/node_modules/.bin/vsce publish --packagePath "$file"; done
  for file in dist/*.vsix; do npx ovsx publish --packagePath "$file"; done  # Open VSX, with OVSX_PAT
  gh release create v{version} --verify-tag --notes "CHANGELOG.md lists the changes." dist/*"""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/release", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("version", metavar="VERSION", help="such as 0.2.0")
    parser.add_argument("--dry-run", action="store_true", help="change nothing here")
    parser.add_argument(
        "--no-dist", action="store_true", help="leave out make test-dist, which takes minutes"
    )
    options = parser.parse_args()
    try:
        check(options.version, options.dry_run)
        with tempfile.TemporaryDirectory(prefix="modgo-release-") as scratch:
            clone = Path(scratch, "modgo")
            git("clone", "--quiet", str(ROOT), str(clone))
            tags = make_release(clone, options.version)
            print(git("show", "--stat", "--patch", "--format=%s%n", cwd=clone), "\n")
            if not options.no_dist:
                subprocess.run(["make", "test-dist"], cwd=clone, check=True)
                subprocess.run(["ls", "-l", "dist"], cwd=clone, check=True)
            if options.dry_run:
                print(f"This was a dry run: there is no release {options.version} yet.")
                print(steps(options.version, tags))
                return 0
            _take(clone, tags, with_dist=not options.no_dist)
    except (ReleaseError, subprocess.CalledProcessError) as error:
        print(f"scripts/release: {error}", file=sys.stderr)
        return 1
    print(f"Release {options.version} is on main, with its tags: {' '.join(tags)}")
    print(steps(options.version, tags))
    return 0


def _take(clone: Path, tags: list[str], with_dist: bool) -> None:
    """Takes the commit, its tags and dist/ over into this checkout."""
    git("pull", "--quiet", "--ff-only", str(clone), "HEAD")
    git("fetch", "--quiet", str(clone), *(f"refs/tags/{name}:refs/tags/{name}" for name in tags))
    if with_dist:
        shutil.rmtree(ROOT / "dist", ignore_errors=True)
        shutil.copytree(clone / "dist", ROOT / "dist")


if __name__ == "__main__":
    sys.exit(main())
