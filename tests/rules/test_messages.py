"""The messages of findings: what is wrong, with names from the source, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from modgo_lsp.build.go_environment import find_go_environment
from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.lint.lint_paths import Machine, lint_paths

HEAD = """package m

import (
	"context"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

var _ context.Context
var _ time.Time
"""

DYNAMIC = "func init() { n := `x`; for _, f := range []any{F} { %s } }\nfunc F() {}"
CLASHES = """var _ = udf.Register(`x`, F)
%s
type T struct { A, B int `udf:"n"`; C string `udf:"n"`; D int }
type M struct { K int; n `udf:"n"` }
type n struct { A int }
type ( I struct{ P }; J struct{ P }; P struct { K int }; H struct { hidden int } )
"""
TIMED = "var _ = udf.Register(`x`, F); %s"
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
            'MG103 "x" is already registered in m.go: choose another name',
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
            'MG104 whether "x" is registered is known only at run time: move this call directly into an init',
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
        (NAMED % f'"{"a" * 200}"', "MG105 the name has 200 bytes: shorten it to 127 or fewer"),
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
            "MG201 parameter a has type chan int: no Aerospike value converts to a channel",
        ),
        (
            "var _ = udf.Register(`x`, F); func F(a, _, b chan int)",
            "MG201 parameters a, b have type chan int: no Aerospike value converts to a channel",
        ),
        (
            "var _ = udf.Register(`x`, F); func F(_, _ chan int)",
            "MG201 2 parameters have type chan int: no Aerospike value converts to a channel",
        ),
        (
            "var _ = udf.Register(`x`, F); func F(...*udf.Record)",
            "MG201 a parameter has type ...*udf.Record: a record can't be an argument",
        ),
        (
            "var _ = udf.Register(`x`, F); func F() (a, b, c int)",
            "MG203 this returns 3 results: a UDF returns at most a value and an error",
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
            "MG207 a stream UDF returns a stream: add the result *udf.Stream, or (*udf.Stream, error)",
        ),
        (
            'var _ = udf.Register(`x`, F); func F(p struct { X, Z int; Y int `udf:"X"` })',
            'MG208 parameter p has type struct { X, Z int; Y int `udf:"X"` }: its fields Y and X have one'
            ' key, "X", so X is left out; give each its own key with a tag udf:"…"',
        ),
        (
            CLASHES % "func F() ([]T, error)",
            'MG208 the result has type []T: fields A, B and C of T have one key, "n", so all are left out;'
            ' give each its own key with a tag udf:"…"',
        ),
        (
            CLASHES % "func F(o struct { T; M })",
            'MG208 parameter o has type struct { T; M }: its fields T.A, T.B, T.C and M.n have one key, "n",'
            ' so all are left out; give each its own key with a tag udf:"…"',
        ),
        (
            CLASHES % "func F(o *struct { I; J; N int })",
            "MG208 parameter o has type *struct { I; J; N int }: its field P.K is embedded twice, so it is"
            ' left out; give each its own key with a tag udf:"…"',
        ),
        (
            CLASHES % 'func F(o struct { X, Y int `udf:"n"` })',
            'MG201 parameter o has type struct { X, Y int `udf:"n"` }: its fields X and Y have one key, "n",'
            " so both are left out, and nothing is left that could be stored",
        ),
        (
            CLASHES % 'func F() []struct { X, Y int `udf:"n"` }',
            'MG202 the result has type []struct { X, Y int `udf:"n"` }: its fields X and Y have one key,'
            ' "n", so both are left out, and nothing is left that could be stored',
        ),
        (
            CLASHES % "func F(o struct {})",
            "MG201 parameter o has type struct {}: it has no fields, so there is nothing to store",
        ),
        (
            CLASHES % "func F(o struct { x int })",
            "MG201 parameter o has type struct { x int }: it has no exported fields, so there is nothing to"
            " store",
        ),
        (
            CLASHES % 'func F(o struct { X int `udf:"-"`; y int })',
            'MG201 parameter o has type struct { X int `udf:"-"`; y int }: the tag udf:"-" leaves out all'
            " of its exported fields, so there is nothing to store",
        ),
        (
            CLASHES % "func F(o struct { H; y int })",
            "MG201 parameter o has type struct { H; y int }: neither it nor what it embeds has exported"
            " fields, so there is nothing to store",
        ),
        (
            TIMED % "func F(d, e time.Duration)",
            "MG315 parameters d, e have type time.Duration: a caller passes a number of nanoseconds; use"
            " milliseconds or seconds and name it so",
        ),
        (
            TIMED % "func F() time.Duration",
            "MG315 the result has type time.Duration: a caller gets a number of nanoseconds; use milliseconds"
            " or seconds and name it so",
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
    machine = Machine(lambda _: find_go_environment())
    outcome = lint_paths([str(module({"m.go": HEAD + source + "\n"}))], DiskFiles(), machine=machine)
    assert [f"{finding.code} {finding.message}" for finding in outcome.findings] == [message]
