"""The results of commands, where they have more than the command line's --json."""

from __future__ import annotations

import json
from pathlib import Path

from modgo_lsp.host.result import LoadResult, load_json
from modgo_lsp.report.build_json import Json, findings_json


def load_result(result: LoadResult, directory: Path) -> Json:
    return {**load_json(result), "findings": findings_json(result.findings, str(directory))}


def summary(answer: Json) -> str:
    """The result of any command in a sentence, for an editor that shows no results."""
    if answer.get("cases") and "passed" in answer:
        return f"{answer['failed']} failed, {answer['passed']} passed"
    if not answer.get("ok", True):
        error, findings = answer.get("error"), answer.get("findings")
        reason = error["message"] if error else findings[0]["message"] if findings else "see the diagnostics"
        return f"failed: {reason}"
    if "go_mod" in answer:
        return f"{answer['go_mod']} requires the SDK {answer['version']}"
    if "output" in answer:
        return f"built {answer['output']}"
    if answer.get("load"):
        return f"built and loaded {answer['build']['output']}{_registering(answer['load'])}"
    if "functions" in answer:
        return f"loaded {answer['path']}{_registering(answer)}"
    if "results" in answer and "floor_ns" in (answer["results"] or [{}])[0]:
        return ", ".join(f"{each['mode']} {each['ns_per_call']:,.0f} ns a call" for each in answer["results"])
    if "created" in answer:
        return f"{'made' if answer['created'] else 'there is already'} {answer['path']}"
    return f"result {json.dumps(answer['result'], ensure_ascii=False)}" if "result" in answer else "done"


def _registering(loaded: Json) -> str:
    names = ", ".join(each["name"] for each in loaded["functions"])
    return f", which registers {names}" if names else ""


def build_and_load_result(built: Json, loaded: Json | None) -> Json:
    """Both in one; `load` is null if the build failed."""
    return {
        "ok": built["ok"] and loaded is not None and loaded["ok"],
        "build": built,
        "load": loaded,
        "findings": [*built["findings"], *(() if loaded is None else loaded["findings"])],
    }
