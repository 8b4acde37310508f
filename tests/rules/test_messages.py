"""What users read: each message says what is wrong, with their own names in it, and what to do.

Not for: where findings stand (MG101.md and its neighbours).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from modgo_lsp.lint.run import lint_paths
from modgo_lsp.model.files import DiskFiles

HEAD = """package m

import (
	"context"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

var _ context.Context
"""

DYNAMIC = "func init() { n := `x`; for _, f := range []any{F} { %s } }\nfunc F() {}"
NAMED = "var _ = udf.Register(%s, F); func F() {}"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            'var _ = udf.Register("x", F); func F() {}\nfunc Add(r *udf.Record) {}',
            "MG101 Add takes a record but is not registered, so nobody can call it",
        ),
        (
            "var _ = udf.Register(`x`, Ad); func Add() {}",
            "MG102 the function Ad is not declared; did you mean Add?",
        ),
        (
            NAMED % "name",
            "MG102 the constant name is not declared: declare it, or write the name in quotes",
        ),
        (
            "var _, _ = udf.Register(`x`, F), udf.Register(`x`, F); func F() {}",
            'MG103 "x" is registered already, in m.go: choose another name',
        ),
        (
            DYNAMIC % "udf.Register(n, F)",
            "MG104 the name of F is known only at run time: it is not a constant",
        ),
        (
            DYNAMIC % "_ = n; udf.Register(`x`, f)",
            "MG104 the type of f is known only at run time: it is held in an interface",
        ),
        (
            DYNAMIC % "_ = n; _ = f; udf.Register(`x`, F)",
            'MG104 whether "x" is registered is known only at run time: move this directly into an init',
        ),
        (
            "var register = udf.Register\nfunc init() { register(`x`, F) }\nfunc F() {}",
            "MG104 what is registered is known only at run time: Register is used as a value, not called",
        ),
        (
            NAMED % '"add-all"',
            'MG105 not every client can call "add-all": use letters, digits and underscores, no digit first',
        ),
        (
            NAMED % '"a\\xff"',
            'MG105 not every client can call "a\ufffd": use letters, digits and underscores, no digit first',
        ),
        (NAMED % '""', "MG105 the name is empty: a UDF is called by its name, so it needs one"),
        (NAMED % f'"{"a" * 200}"', "MG105 the name has 200 bytes: shorten it to 127 or less"),
        (
            "func f() { udf.Register(`x`, F) }\nfunc F() {}",
            'MG106 "x" is never registered, as no init or package variable leads here: move it to an init',
        ),
        (
            "var _ = udf.Register(`x`, F()); func F() int",
            "MG107 only a function can be registered: F() is of type int",
        ),
        ("var _ = udf.Register(`x`, nil)", "MG107 only a function can be registered: nil"),
        ("var _ = udf.Register(`x`, 5)", "MG107 only a function can be registered: 5 is an int constant"),
        (
            "var _ = udf.Register(`x`, F); func F(a chan int)",
            "MG201 parameter a has type chan int: no Aerospike value can become a channel",
        ),
        (
            "var _ = udf.Register(`x`, F); func F(a, _, b chan int)",
            "MG201 parameters a, b have type chan int: no Aerospike value can become a channel",
        ),
        (
            "var _ = udf.Register(`x`, F); func F(_, _ chan int)",
            "MG201 2 parameters have type chan int: no Aerospike value can become a channel",
        ),
        (
            "var _ = udf.Register(`x`, F); func F(...*udf.Record)",
            "MG201 a parameter has type ...*udf.Record: a record can't be an argument",
        ),
        (
            "var _ = udf.Register(`x`, F); func F() (a, b, c int)",
            "MG203 this gives 3 results: a UDF gives at most a value and an error",
        ),
        (
            "var _ = udf.Register(`x`, F); func F(n int, r *udf.Record)",
            "MG204 parameter r is in the wrong place: the record comes before the arguments",
        ),
        (
            "var _ = udf.Register(`x`, F); func F(*udf.Record, context.Context)",
            "MG204 parameter context.Context is in the wrong place: the context comes first",
        ),
        (
            "var _ = udf.Register(`x`, Max); func Max[T int | string](n T) {}",
            "MG205 Max is generic: register it with its type arguments, as in Max[int64]",
        ),
        (
            "var _ = udf.Register(`x`, F); func F(r udf.Record)",
            "MG206 parameter r is a record by value: take a pointer, *udf.Record",
        ),
        (
            "var _ = udf.Register(`x`, F); func F(s *udf.Stream)",
            "MG207 a stream UDF gives a stream: add the result *udf.Stream, or (*udf.Stream, error)",
        ),
        (
            "var _ = udf.Register(`x`, F); func F() {} //modgo:ignore MG101",
            "MG501 there is no MG101 here to suppress: remove it",
        ),
        (
            "var _ = udf.Register(`x`, F); func F() {} //modgo:ignore mg103",
            "MG502 there is no rule mg103; did you mean MG103?",
        ),
    ],
)
def test_a_message(module: Callable[[Mapping[str, str]], Path], source: str, message: str) -> None:
    outcome = lint_paths([str(module({"m.go": HEAD + source + "\n"}))], DiskFiles())
    assert [f"{finding.code} {finding.message}" for finding in outcome.findings] == [message]
