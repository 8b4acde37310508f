"""Which packages and versions a build takes: replace, vendor/, go.work, the module cache, Go's library."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from modgo_lsp.golang.modules.go_environment import GoEnvironment
from modgo_lsp.golang.modules.versions import escaped, newer
from modgo_lsp.model.load import BuildContext, Loader
from tests.model.conftest import MemoryFiles

SDK = "github.com/GeertJohan/aerospike-mod-go/udf"
UDF = f'package app\nimport (\n"{SDK}"\n"PATH"\n)\nvar _ = udf.Register("f", func(t.T) {{}})\n'
CACHE, GOROOT = "/m/cache", "/m/go"

FirstProblem = Callable[..., "str | None"]


def _type(type_: str) -> str:
    return f"package t\ntype T {type_}\n"


@pytest.fixture
def first_problem() -> FirstProblem:
    """Checks a parameter of the type t.T of the package `path`: its first problem, or None."""

    def check(
        files: dict[str, str | bytes | None], path: str = "example.org/lib/t", **environment: object
    ) -> str | None:
        made = {"app/a.go": UDF.replace("PATH", path), **files}
        known = {"goroot": GOROOT, "version": "1.26.8", "module_cache": CACHE, **environment}
        context = BuildContext(goos="linux", goarch="amd64", release=26)
        world = Loader(MemoryFiles(made), context, environment=GoEnvironment(**known))
        package = world.package("/m/app")
        assert package is not None
        (registration,) = package.registrations
        assert registration.signature is not None
        problems = registration.signature.problems
        return problems[0].message if problems else None

    return check


def _mod(*lines: str) -> str:
    return "\n".join(("module example.com/app", "go 1.24", f"require {SDK} v1.0.0", *lines)) + "\n"


def test_the_required_version_is_read_from_the_module_cache(first_problem: FirstProblem) -> None:
    files = {
        "app/go.mod": _mod("require example.org/lib v1.2.0"),
        "cache/example.org/lib@v1.2.0/t/t.go": _type("chan int"),
        "cache/example.org/lib@v1.3.0/t/t.go": _type("int"),
    }
    assert "channel" in str(first_problem(files))
    files["app/go.mod"] = _mod("require example.org/lib v1.3.0")
    assert first_problem(files) is None


def test_capitals_are_escaped(first_problem: FirstProblem) -> None:
    files = {
        "app/go.mod": _mod("require example.org/Lib/v2 v2.0.0-RC1"),
        "cache/example.org/!lib/v2@v2.0.0-!r!c1/t/t.go": _type("func()"),
    }
    assert "function" in str(first_problem(files, "example.org/Lib/v2/t"))
    assert escaped("github.com/BurntSushi") == "github.com/!burnt!sushi"


def test_a_module_outside_the_cache_is_unknown(first_problem: FirstProblem) -> None:
    files = {"app/go.mod": _mod("require example.org/lib v1.2.0")}
    assert first_problem(files) is None
    assert (
        first_problem({**files, "cache/example.org/lib@v1.2.0/t/t.go": _type("chan int")}, module_cache=None)
        is None
    )


def test_the_longest_module_path_with_the_package_wins(first_problem: FirstProblem) -> None:
    files = {
        "app/go.mod": _mod("require example.org/lib v1.0.0", "require example.org/lib/t v1.0.0"),
        "cache/example.org/lib@v1.0.0/t/t.go": _type("chan int"),
        "cache/example.org/lib/t@v1.0.0/README": "",
    }
    assert "channel" in str(first_problem(files))
    files["cache/example.org/lib/t@v1.0.0/t.go"] = _type("int")
    assert first_problem(files) is None


@pytest.mark.parametrize(
    "replace",
    ["example.org/lib => ../local", "example.org/lib v1.0.0 => ../local", "example.org/lib => /m/local"],
)
def test_a_folder_replaces_a_module(first_problem: FirstProblem, replace: str) -> None:
    files = {
        "app/go.mod": _mod("require example.org/lib v1.0.0", f"replace {replace}"),
        "local/go.mod": "module example.org/anything\n",
        "local/t/t.go": _type("chan int"),
        "cache/example.org/lib@v1.0.0/t/t.go": _type("int"),
    }
    assert "channel" in str(first_problem(files))


def test_a_replacement_of_another_version_is_ignored(first_problem: FirstProblem) -> None:
    files = {
        "app/go.mod": _mod("require example.org/lib v1.0.0", "replace example.org/lib v1.1.0 => ../local"),
        "local/go.mod": "module example.org/lib\n",
        "local/t/t.go": _type("chan int"),
        "cache/example.org/lib@v1.0.0/t/t.go": _type("int"),
    }
    assert first_problem(files) is None


def test_a_module_replaces_a_module(first_problem: FirstProblem) -> None:
    files = {
        "app/go.mod": _mod(
            "require example.org/lib v1.0.0", "replace example.org/lib => example.net/fork v1.5.0"
        ),
        "cache/example.net/fork@v1.5.0/t/t.go": _type("chan int"),
    }
    assert "channel" in str(first_problem(files))


def test_replacements_in_a_dependency_are_ignored(first_problem: FirstProblem) -> None:
    files = {
        "app/go.mod": _mod("require example.org/lib v1.0.0", "require example.org/deep v1.0.0"),
        "cache/example.org/lib@v1.0.0/go.mod": "module example.org/lib\nreplace example.org/deep => ../x\n",
        "cache/example.org/lib@v1.0.0/t/t.go": 'package t\nimport "example.org/deep"\ntype T = deep.T\n',
        "cache/example.org/deep@v1.0.0/deep.go": "package deep\ntype T chan int\n",
    }
    assert "channel" in str(first_problem(files))


def test_a_vendor_folder_is_used(first_problem: FirstProblem) -> None:
    files = {
        "app/go.mod": _mod("require example.org/lib v1.0.0"),
        "app/vendor/modules.txt": "# example.org/lib v1.0.0\n## explicit; go 1.24\nexample.org/lib/t\n",
        "app/vendor/example.org/lib/t/t.go": _type("chan int"),
        "cache/example.org/lib@v1.0.0/t/t.go": _type("int"),
    }
    assert "channel" in str(first_problem(files))
    assert first_problem(files, mod="mod") is None
    files["app/vendor/modules.txt"] = "# example.org/other v1.0.0\nexample.org/other\n"
    assert first_problem(files) is None


def test_old_go_versions_vendor_on_request(first_problem: FirstProblem) -> None:
    files = {
        "app/go.mod": "module example.com/app\ngo 1.13\nrequire example.org/lib v1.0.0\n",
        "app/vendor/modules.txt": "# example.org/lib v1.0.0\nexample.org/lib/t\n",
        "app/vendor/example.org/lib/t/t.go": _type("chan int"),
        "cache/example.org/lib@v1.0.0/t/t.go": _type("int"),
    }
    assert first_problem(files) is None
    assert "channel" in str(first_problem(files, mod="vendor"))


def test_a_workspace_joins_modules_and_selects_the_highest_version(first_problem: FirstProblem) -> None:
    files = {
        "go.work": "go 1.24\nuse (\n\t./app\n\t./near\n)\n",
        "app/go.mod": _mod("require example.org/lib v1.0.0"),
        "near/go.mod": "module example.com/near\ngo 1.24\nrequire example.org/lib v1.1.0\n",
        "near/t/t.go": _type("chan int"),
        "cache/example.org/lib@v1.0.0/t/t.go": _type("int"),
        "cache/example.org/lib@v1.1.0/t/t.go": _type("func()"),
    }
    assert "channel" in str(first_problem(files, "example.com/near/t"))
    assert "function" in str(first_problem(files))
    assert first_problem(files, work="off") is None
    assert first_problem(files, "example.com/near/t", work="off") is None
    files["go.work"] += "replace example.org/lib => ./mine\n"
    files["mine/t/t.go"] = _type("complex64")
    assert "complex" in str(first_problem(files))


def test_a_workspace_without_the_module_is_ignored(first_problem: FirstProblem) -> None:
    files = {
        "go.work": "go 1.24\nuse ./near\nreplace example.org/lib => ./mine\n",
        "app/go.mod": _mod("require example.org/lib v1.0.0"),
        "near/go.mod": "module example.com/near\ngo 1.24\n",
        "mine/t/t.go": _type("chan int"),
        "cache/example.org/lib@v1.0.0/t/t.go": _type("int"),
    }
    assert first_problem(files) is None


def test_old_modules_need_the_whole_graph(first_problem: FirstProblem) -> None:
    """Before Go 1.17 go.mod did not list indirect dependencies: the graph's highest version is selected."""
    downloaded = "cache/cache/download/example.org"
    mod = _mod("require example.org/a v1.0.0", "require example.org/b v1.0.0")
    files = {
        "app/go.mod": mod.replace("1.24", "1.16"),
        f"{downloaded}/a/@v/v1.0.0.mod": "module example.org/a\nrequire example.org/lib v1.9.0\n",
        f"{downloaded}/b/@v/v1.0.0.mod": "module example.org/b\nrequire example.org/lib v1.10.0\n",
        "cache/example.org/lib@v1.9.0/t/t.go": _type("int"),
        "cache/example.org/lib@v1.10.0/t/t.go": _type("chan int"),
    }
    assert "channel" in str(first_problem(files))
    files["app/go.mod"] = str(files["app/go.mod"]) + "exclude example.org/lib v1.10.0\n"
    assert first_problem(files) is None


def test_go_s_library_is_read_and_takes_precedence(first_problem: FirstProblem) -> None:
    files = {
        "app/go.mod": _mod(),
        "go/src/t/t.go": 'package t\nimport "golang.org/x/v"\ntype T struct { V v.T }\n',
        "go/src/t/t_windows.go": _type("int"),
        "go/src/t/t_new.go": "//go:build go1.27\n\npackage t\ntype T int\n",
        "go/src/vendor/golang.org/x/v/v.go": "package v\ntype T chan int\n",
    }
    assert "channel" in str(first_problem(files, "t"))
    assert first_problem(files, "t", goroot=None) is None


def test_the_library_is_built_with_the_experiments_of_its_go(first_problem: FirstProblem) -> None:
    files = {
        "app/go.mod": _mod(),
        "go/src/internal/buildcfg/exp.go": "baseline := Flags{\n\t\tSome:  true,\n\t\tOther: x,\n}\n",
        "go/src/t/a.go": "//go:build goexperiment.some\n\npackage t\ntype T chan int\n",
        "go/src/t/b.go": "//go:build !goexperiment.some\n\npackage t\ntype T int\n",
    }
    assert "channel" in str(first_problem(files, "t"))


def test_unread_packages_are_reported() -> None:
    source = UDF.replace("PATH", "time").replace("t.T", "time.Time")
    files = {"app/go.mod": _mod(), "app/a.go": source}
    assert _unread(files) == {"time"}
    missing = UDF.replace("PATH", "example.com/app/t")
    assert _unread({**files, "app/a.go": missing}) == set()  # the compiler reports this
    context = source.replace("time.Time", "context.Context").replace('"time"', '"context"')
    assert _unread({**files, "app/a.go": context}) == set()


def _unread(files: dict[str, str]) -> set[str]:
    """The packages that are missing after the registrations have been loaded."""
    world = Loader(MemoryFiles(files))
    package = world.package("/m/app")
    assert package is not None
    assert package.registrations
    return world.unread()


@pytest.mark.parametrize(
    ("older", "newest"),
    [
        ("v1.2.0", "v1.10.0"),
        ("v1.0.0-rc.2", "v1.0.0-rc.10"),
        ("v1.0.0-rc.1", "v1.0.0"),
        ("v1.0.0-1", "v1.0.0-alpha"),
        ("v0.0.0-20240101000000-abcdefabcdef", "v0.0.0-20250101000000-abcdefabcdef"),
        ("v2.0.0", "v2.0.1+incompatible"),
        ("latest", "v0.0.1"),
    ],
)
def test_versions_have_go_s_order(older: str, newest: str) -> None:
    assert newer(older, newest) == newest == newer(newest, older)


def test_a_nested_module_is_not_part_of_a_replacement(first_problem: FirstProblem) -> None:
    files: dict[str, str | bytes | None] = {
        "app/go.mod": _mod("require example.org/lib v1.0.0", "replace example.org/lib => ../local"),
        "local/go.mod": "module example.org/lib\n",
        "local/t/t.go": _type("chan int"),
    }
    assert "channel" in str(first_problem(files))
    assert first_problem({**files, "local/t/go.mod": "module example.org/lib/t\n"}) is None
