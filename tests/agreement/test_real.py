"""The parts of the run over real modules that need no download."""

from __future__ import annotations

from pathlib import Path

from tests.agreement.real import MODULES, folder_name


def test_each_module_has_a_folder_of_its_own() -> None:
    modules = [
        *MODULES,
        "github.com/nats-io/nats-server/v2@v2.11.3",
        "github.com/caddyserver/caddy/v2@v2.10.0",
        "github.com/caddyserver/caddy/v2@v2.10.1",
        "example.com/a/caddy@v1.0.0",
        "example.com/caddy@v1.0.0",
    ]
    names = {folder_name(module) for module in modules}
    assert len(names) == len(modules)
    assert all(Path(name).name == name for name in names)
