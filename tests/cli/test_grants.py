"""What a module wants, what its user grants, and what it can do then: `modgo` as a process."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from modgo_lsp.build.wants import WantsError, read_wants, wants_of, written_wants
from modgo_lsp.host.module import HostError
from modgo_lsp.host.result import Failure
from modgo_lsp.ship.aggregate import finish
from modgo_lsp.ship.apply import Applied
from modgo_lsp.ship.trial_load import try_module
from tests.modgo_command import modgo

UDFS = Path(__file__).parents[2] / "tests" / "build" / "modules" / "udfs"
SOURCE = """package geo

import (
	"io"
	"net"
	"net/http"
	"os"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("get", Get)
	udf.Register("resolve", Resolve)
	udf.Register("read", Read)
}

func Get(url string) (string, error) {
	answer, err := http.Get(url)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return string(body), err
}

func Resolve(host string) ([]string, error) { return net.LookupHost(host) }

func Read(path string) (string, error) {
	text, err := os.ReadFile(path)
	return string(text), err
}
"""


@pytest.fixture(scope="module")
def geo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a module that wants the network and the folder `data` beside it, built."""
    root = tmp_path_factory.mktemp("grants")
    package = root / "geo"
    package.mkdir()
    (root / "data").mkdir()
    (root / "data/countries").write_text("NL")
    (root / "secret").write_text("s3cret")
    (package / "go.mod").write_text((UDFS / "go.mod").read_text())
    (package / "geo.go").write_text(SOURCE)
    (package / "modgo.toml").write_text(f'wants-network = true\nwants-read = ["{root}/data"]\n')
    done = modgo("build", "-q", cwd=package)
    assert done.returncode == 0, done.stdout + done.stderr
    return package


class Hello(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Hello) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


def test_what_is_wanted_and_not_granted_is_an_error_that_says_what_grants_it(geo: Path) -> None:
    data = geo.parent / "data"
    done = modgo("load", "geo.so", cwd=geo)
    assert done.returncode == 2
    assert "the module wants the network, which it may not use" in done.stderr
    assert "--allow-network, set modgo.allow.network in your editor" in done.stderr
    assert f"MODGO_ALLOW='geo=network,read:{data}'" in done.stderr
    done = modgo("call", "geo.so", "read", str(data / "countries"), "--allow-network", cwd=geo)
    assert done.returncode == 2
    assert f"the module wants to read {data}, which it may not" in done.stderr


def test_granted_it_uses_the_network_and_reads_the_folder_alone(geo: Path, url: str) -> None:
    data = geo.parent / "data"
    grants = ("--allow-network", "--allow-read", str(data))
    for function, argument, text in (
        ("get", url, '"hello"'),
        ("resolve", "localhost", "127.0.0.1"),
        ("read", str(data / "countries"), '"NL"'),
    ):
        done = modgo("call", "geo.so", function, argument, *grants, cwd=geo)
        assert done.returncode == 0, done.stdout + done.stderr
        assert text in done.stdout
        assert "the fence refuses" not in done.stdout + done.stderr
    done = modgo("call", "geo.so", "read", str(geo.parent / "secret"), *grants, cwd=geo)
    assert done.returncode == 1
    assert "permission denied" in done.stdout + done.stderr
    assert "s3cret" not in done.stdout + done.stderr


def test_a_trial_load_and_the_client_part_of_a_stream_take_grants(geo: Path) -> None:
    module = geo / "geo.so"
    grants = ("network", f"read {geo.parent / 'data'}")
    assert "wants the network" in asyncio.run(try_module(module, None))
    assert asyncio.run(try_module(module, None, grants)) == ""
    nodes = Applied("geo", "get")
    with pytest.raises(HostError, match="wants the network"):
        asyncio.run(finish(nodes, module, (), 5, None, None, ()))
    done = asyncio.run(finish(nodes, module, (), 5, None, None, grants))
    assert done.result.failure == Failure("usage", "get is a record UDF", (), "call it without --stream")


def test_a_record_udf_of_a_node_takes_no_grants(tmp_path: Path) -> None:
    key = ("--key", '["test", "demo", 1]', "--hosts", "127.0.0.1:1")
    done = modgo("apply", "geo", "get", *key, "--allow-network", cwd=tmp_path)
    assert done.returncode == 2
    assert "a node's operator grants modules more with MODGO_ALLOW" in done.stderr


def test_every_command_that_runs_a_module_takes_grants(geo: Path) -> None:
    data = geo.parent / "data"
    grants = ("--allow-network", "--allow-read", str(data))
    cases = geo / "testdata/udf"
    cases.mkdir(parents=True, exist_ok=True)
    path = str(data / "countries")
    (cases / "read.case.yaml").write_text(f"function: read\nargs: [{path}]\nexpect:\n  result: NL\n")
    assert modgo("load", "geo.so", *grants, cwd=geo).returncode == 0
    done = modgo("test", *grants, cwd=geo)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    bench = ("bench", "geo.so", "read", path, "--count", "1", "--mode", "fenced")
    assert modgo(*bench, *grants, cwd=geo).returncode == 0
    assert modgo(*bench, cwd=geo).returncode != 0
    done = modgo("repl", "geo.so", *grants, cwd=geo, lines=f"read {path}\n")
    assert '"NL"' in done.stdout


def test_what_may_be_read_is_there(tmp_path: Path) -> None:
    done = modgo("load", "geo.so", "--allow-read", "no/such", cwd=tmp_path)
    assert done.returncode == 2
    assert "--allow-read" in done.stderr
    assert "no/such" in done.stderr


def test_lint_builds_it_and_does_not_load_it(geo: Path) -> None:
    done = modgo("lint", "--build", "--ignore", "MG303", cwd=geo)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"geo is built but not loaded, because it wants: network, read {geo.parent}/data\n" in done.stderr


def test_inspect_shows_what_is_wanted(geo: Path) -> None:
    data = geo.parent / "data"
    assert json.loads(modgo("inspect", "geo.so", "--json", cwd=geo).stdout)["wants"] == [
        "network",
        f"read {data}",
    ]
    text = modgo("inspect", "geo.so", cwd=geo).stdout
    assert f"wants    network, read {data}\n" in text
    assert f"granted  by --allow-network --allow-read {data}\n" in text
    assert f"{'':11}in editors by modgo.allow.network and modgo.allow.read\n" in text
    assert f"{'':11}on a server by MODGO_ALLOW=geo=network,read:{data}\n" in text


@pytest.mark.parametrize("path", ["data", 'a/"b"', "/a|b", "/a\\\\b", "/a\\nb", "/a "])
def test_a_path_that_cannot_be_granted_is_an_error(path: str, tmp_path: Path) -> None:
    (tmp_path / "modgo.toml").write_text(f"wants-read = ['''{path}''']\n".replace("\\n", "\n"))
    with pytest.raises(WantsError, match="expected an absolute path"):
        wants_of([str(tmp_path)])


def test_wants_are_read_from_any_bytes(tmp_path: Path) -> None:
    (tmp_path / "modgo.toml").write_text('wants-read = ["/etc/géo/", "/", "/b"]\n')
    wants = wants_of([str(tmp_path)])
    assert wants == ("read /", "read /b", "read /etc/géo")
    text = f'\x00{{"source": "x", "wants": "{written_wants(wants)}"}}\x00'.encode()
    assert read_wants(text) == wants
    assert read_wants(b'"wants": "modgo:' + b"x" * 10_000) == ()
    assert read_wants(b'"wants": "modgo:network\n"') == ()
    assert read_wants(b'"wants": "modgo:\xff"') == ("\ufffd",)
