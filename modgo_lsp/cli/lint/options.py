"""The options of `modgo lint`, and the settings that they override."""

from __future__ import annotations

from typing import Any

import msgspec

from modgo_lsp.cli.global_options import global_options
from modgo_lsp.lint.lint_paths import Scope, absolute
from modgo_lsp.model.finding import SEVERITIES

FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit")
FAIL_ON = (*SEVERITIES, "never")


class Options(msgspec.Struct, frozen=True):
    """The options as given, by their names in lint.py."""

    paths: tuple[str, ...] = ()
    fix: bool = False
    unsafe_fixes: bool = False
    diff: bool = False
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    output_format: str = FORMATS[0]
    exit_zero: bool = False
    fail_on: str | None = None
    statistics: bool = False
    stdin_filename: str | None = None
    baseline: str | None = None
    write_baseline: bool = False
    force: bool = False
    show_fixes: bool = False
    add_suppressions: bool = False
    reason: str | None = None
    new_since: str | None = None
    watch: bool = False
    build: bool = False
    no_cache: bool = False


def overridden_settings(options: Options) -> dict[str, Any]:
    """The settings that the options override. --select also resets `ignore` of the configuration file."""
    overrides: dict[str, Any] = {}
    if options.select:
        overrides["select"] = _codes(options.select)
        overrides["ignore"] = []
    if options.ignore:
        overrides["ignore"] = _codes(options.ignore)
    if options.fail_on:
        overrides["fail-on"] = options.fail_on
    if options.baseline is not None and not options.write_baseline:
        overrides["baseline"] = absolute(options.baseline)
    return overrides


def scope_of(options: Options) -> Scope:
    """Where to lint."""
    return Scope(global_options().config, options.exclude)


def _codes(given: tuple[str, ...]) -> list[str]:
    return [code.strip() for codes in given for code in codes.split(",") if code.strip()]
