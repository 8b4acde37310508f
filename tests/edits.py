"""Random edits of Go code such as people make, valid and invalid: letters, words, lines, declarations.

Tests compare results that are reused across such edits with those of a fresh start.
"""

from __future__ import annotations

import random
import re
from typing import NamedTuple

GO_MOD = b"module example.com/shop\n\ngo 1.24\n\nrequire github.com/GeertJohan/aerospike-mod-go/udf v1.0.0\n"

# A module of three packages that refer to each other in every way that findings may depend on.
SHOP: dict[str, bytes] = {
    "shop.go": b"""package shop

import (
	"context"
	"fmt"
	"os"
	"sync"

	"example.com/shop/money"
	"example.com/shop/stock"
	"github.com/GeertJohan/aerospike-mod-go/udf"
)

const name, other = "buy", "sell" + suffix

var calls int
var mu sync.Mutex
var handler = func(rec *udf.Record, n int64) int64 { return n }
var hook = func(a money.Amount) { fmt.Println(a) }

type Order struct {
	Item  string
	Price money.Amount
	inner
}

func init() {
	udf.Register(name, Buy)
	udf.Register(other, Sell)
	udf.Register("handler", handler)
	more()
}

// Buy takes one thing away.
func Buy(ctx context.Context, rec *udf.Record, o Order, n int64) (int64, error) {
	have, _ := rec.Int("have")
	if have < n {
		return 0, fmt.Errorf("only %d left", have)
	}
	rec.Set("have", have-n)
	calls++
	return have - n, rec.Update()
}

func Sell(rec *udf.Record, prices []money.Amount) error {
	total := money.Zero()
	for _, p := range prices {
		total = total.Plus(p)
	}
	report(total)
	rec.Set("total", total.Cents)
	return rec.Update()
}

func report(a money.Amount) {
	if a.Cents < 0 {
		os.Exit(1)
	}
	stock.Note(a)
	hook(a)
}
""",
    "more.go": b"""package shop

import "github.com/GeertJohan/aerospike-mod-go/udf"

const suffix = "-all"

type inner struct{ Count int }

func (i inner) Twice() int { return i.Count * 2 }

func more() {
	udf.Register("count", Count)
	for _, f := range []func(*udf.Record) int64{Size, later} {
		udf.Register("size", f)
	}
}

func Count(rec *udf.Record, i inner) int { return i.Twice() }

func Size(rec *udf.Record) int64 { go func() { rec.Update() }(); return rec.Bin("a").(int64) }

func Unused(rec *udf.Record) string { return "x" }

func later(rec *udf.Record) int64 {
	for {
		if rec.Exists() {
			break
		}
	}
	return 1
}
""",
    "money/money.go": b"""package money

type Amount struct{ Cents int64 }

func Zero() Amount { return Amount{} }

func (a Amount) Plus(b Amount) Amount { return Amount{a.Cents + b.Cents} }

var Rate = rate()

func rate() int { return 2 }
""",
    "stock/stock.go": b"""package stock

import (
	"fmt"

	"example.com/shop/money"
	"github.com/GeertJohan/aerospike-mod-go/udf"
)

var noted []money.Amount

func init() { udf.Register("stock", Stock) }

// Stock tells what there is.
func Stock(rec *udf.Record) (money.Amount, error) { return money.Zero(), nil }

//modgo:ignore MG305 on purpose
func Note(a money.Amount) {
	noted = append(noted, a)
	fmt.Println(a)
}
""",
}

_TOKENS = tuple(
    text.encode()
    for text in (
        *("{", "}", "(", ")", "[", "]", "`", '"', "'", "/*", "*/", "//", ";", ",", ".", ":=", "=", "&", "*"),
        *(" ", "\n", "\t", "\r\n", "\n\n", "x", "é", "𝄞", "0", "func ", "return ", "go ", "defer ", "if x {"),
    )
)
_STATEMENTS = tuple(
    text.encode()
    for text in (
        *(
            "calls = 3",
            "mu.Lock()",
            "rec.Update()",
            'rec.Set("n", 1)',
            "x := handler",
            "handler = nil",
            "return",
        ),
        *("go report(money.Zero())", "os.Exit(2)", "time.Sleep(1)", "for {}", 'fmt.Println("x")', "_ = rec"),
        *(
            'udf.Register("x", Buy)',
            "udf.Register(name, Sell)",
            "stock.Note(money.Zero())",
            "more()",
            "Sell(nil, nil)",
        ),
        *(
            'n, ok := rec.Int("n")',
            'v := rec.Bin("x").(string)',
            "later(rec)",
            "noted = nil",
            "_ = Order{}.Twice()",
        ),
        *(
            "// a comment",
            "//modgo:ignore MG305",
            "//modgo:ignore MG301,MG303 why",
            "type local struct{ a int }",
        ),
    )
)
_DECLARATIONS = tuple(
    text.encode()
    for text in (
        "func Extra(rec *udf.Record, n chan int) {}",
        "func Extra(rec *udf.Record) error { calls = 1; return rec.Update() }",
        'func init() { udf.Register("no-name", Size) }',
        'var _ = udf.Register("var", later)',
        "type Amount = string",
        "type Order struct{ A map[string]*Order }",
        "func (o Order) Twice() string { return o.Item }",
        "func (a Amount) Minus(b Amount) Amount { return a }",
        "func (i *inner) later() {}",
        "const suffix = 7",
        "const name = `buy`",
        'const other = "buy"',
        "var handler = Buy",
        "var handler func(*udf.Record, string) string",
        "func report(n int) { later(nil) }",
        "func more() {}",
        "func later(rec *udf.Record, s string) int64 { return 2 }",
        "func rate() int { report(1); return 3 }",
        "type string int",
        "func rec() {}",
        "//modgo:ignore-file MG101",
        "// Words about nothing.",
        "func Gen[T any](rec *udf.Record, t T) T { return t }",
        "var fs = []any{Buy, handler}",
        'import "time"',
    )
)
_WORDS = re.compile(rb"[A-Za-z_]\w*")
_LINES = re.compile(rb"[^\n]*\n?")


class Change(NamedTuple):
    """Puts `new` in place of the bytes from `start` to `end`."""

    start: int
    end: int
    new: bytes

    def apply(self, text: bytes) -> bytes:
        return text[: self.start] + self.new + text[self.end :]


def random_change(choose: random.Random, text: bytes) -> Change:
    kinds = (_letters, _letters, _word, _word, _line, _statement, _statement, _declaration, _declaration)
    return choose.choice(kinds)(choose, text)


def _letters(choose: random.Random, text: bytes) -> Change:
    start = _whole(text, choose.randrange(len(text) + 1))
    end = _whole(text, min(len(text), start + choose.choice((0, 0, 0, 1, 1, 2, 5, 40))))
    return Change(start, end, choose.choice((b"", *_TOKENS)))


def _whole(text: bytes, offset: int) -> int:
    """The offset, moved to the start of a character: editors never split one."""
    while 0 < offset < len(text) and text[offset] & 0xC0 == 0x80:
        offset -= 1
    return offset


def _word(choose: random.Random, text: bytes) -> Change:
    """Replaces a word by another."""
    words = list(_WORDS.finditer(text))
    if not words:
        return _letters(choose, text)
    word = choose.choice(words)
    return Change(word.start(), word.end(), choose.choice(words)[0] if choose.random() < 0.9 else b"")


def _line(choose: random.Random, text: bytes) -> Change:
    """Duplicates, deletes, comments out or moves a line."""
    lines = [match for match in _LINES.finditer(text) if match[0]]
    if not lines:
        return _letters(choose, text)
    line, other = choose.choice(lines), choose.choice(lines)
    news = (b"", line[0] * 2, b"//" + line[0], other[0], line[0].replace(b" ", b"\n"))
    return Change(line.start(), line.end(), choose.choice(news))


def _statement(choose: random.Random, text: bytes) -> Change:
    ends = [match.end() for match in re.finditer(rb"[{;]\n", text)] or [len(text)]
    place = choose.choice(ends)
    return Change(place, place, b"\t" + choose.choice(_STATEMENTS) + b"\n")


def _declaration(choose: random.Random, text: bytes) -> Change:
    """Adds a declaration, or deletes a paragraph."""
    gaps = [match.end() for match in re.finditer(rb"\n\n|\Z", text)]
    place = choose.choice(gaps)
    if choose.random() < 0.5:
        end = text.find(b"\n\n", place)
        return Change(place, len(text) if end < 0 else end + 2, b"")
    return Change(place, place, choose.choice(_DECLARATIONS) + b"\n\n")


def common_length(one: bytes, other: bytes) -> int:
    """The length of the common prefix."""
    return next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def are_whole(before: bytes, after: bytes, head: int, tail: int) -> bool:
    """Whether cutting off `head` and `tail` bytes splits no character in either text."""
    cuts = (before[:head], before[head : len(before) - tail], after[head : len(after) - tail])
    for piece in (*cuts, before[len(before) - tail :]):
        try:
            piece.decode()
        except UnicodeDecodeError:
            return False
    return True
