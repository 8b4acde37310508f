"""The types of expressions compared with those that Go's own checker finds."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from modgo_lsp.model.package import Package
from modgo_lsp.model.type_text import go_source

GO = shutil.which("go", path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/local/go/bin") or "go"

DECLARATIONS = """
type (
	N int8
	S string
	F float32
	B bool
	T struct { A int; b S; *E; L }
	E struct { Deep []N; A string }
	L []E
	Alias = map[S]*T
	Pair[K comparable, V any] struct { Key K; Value V }
	List[V any] []V
	Tree[V any] struct { Left, Right *Tree[V]; V V }
	Pairs = List[Pair[string, N]]
	Of[V any] = map[string]V
	Op func(a, b N) (N, error)
	I interface { M(n int) string; J }
	J interface { Close() error }
	Impl struct { Pair[int, bool] }
	Array [3]uint16
	Iterator func(yield func(int, S) bool)
)

func (T) Value(s S) []S { return nil }
func (t *T) Pointer() *T { return t }
func (E) Promoted(x ...int) (a, b int) { return }
func (L) Len() int { return 0 }
func (n N) Add(m N) N { return n + m }
func (p Pair[K, V]) Swap(f func(K) V) Pair[K, V] { return p }
func (l List[V]) Map(f func(V) V) List[V] { return l }
func (t *Tree[V]) Walk(f func(V)) *Tree[V] { return t }
func (Impl) M(n int) string { return "" }
func (*Impl) Close() error { return nil }

func one() N { return 1 }
func id[V any](v V) V { return v }
func first[V any, W any](v V, w W) V { return v }
func keys[M ~map[K]V, K comparable, V any](m M) []K { return nil }
func apply[V, W any](v V, f func(V) W) W { return f(v) }
func sum[V int | float64 | N](vs ...V) (v V) { return }
func elements[L ~[]V, V any](l L) V { return l[0] }
func convert[W, V any](v V) (w W) { return }
func made[V any]() *V { return new(V) }
func send[V any](c chan<- V) V { panic(0) }
func pairOf[K comparable, V any](k K, v V) Pair[K, V] { return Pair[K, V]{k, v} }
func pointer[V any, P interface { *V }](p P) V { return *p }
func variadic(s string, n ...N) func(...N) { return nil }

const (
	small = 7
	typed N = 3
	text = "text"
	rune_ = 'r'
	real_ = 2.5
	yes = !false
	first_, second_ = iota, iota * 2.5
	third_, fourth_
	name S = "s" + text
	big = 1 << 70
	imaginary = 3i
)

var (
	n N = 1
	i = 5
	u uint16 = 9
	f F
	d = 1.5
	s S
	plain = "plain"
	bytes []byte
	runes []rune
	b B
	t T
	p = &t
	pp = &p
	array Array
	grid [2][3]N
	slice = L{}
	m = map[S][]T{}
	alias Alias
	pairs Pairs
	tree Tree[Op]
	impl Impl
	inter I = &Impl{}
	any_ any = n
	op Op
	c chan N
	in <-chan *T
	out chan<- L
	anonymous struct { X int; Y, Z S }
	function func(int, ...S) (N, error)
	iterator Iterator
	complex_ complex64
	err error
)
"""

# Each compiles, and none is a type or nil.
EXPRESSIONS = """
n
i
small
typed
text
rune_
real_
yes
second_
fourth_
third_
name
big >> 60
imaginary
1
'a'
1.0
2i
"x"
true
n + 1
1 + n
n * typed
small + 1.5
small / 2
rune_ + 1
1 + rune_
1.5 + 'a'
'a' + 2i
n << 2
1 << n
small << u
1.0 << 3
u >> n
-n
^u
!b
!yes
+real_
-rune_
n == 1
n < typed
b == true
s + "x"
"x" + s
"x" + text
s > "a"
b && true
true || b
yes && true
p == nil
&t
&n
*p
**pp
&E{}
&p.A
t.A
t.b
t.E
t.L
t.Deep
p.Deep
(*pp).Deep[0]
p.E.A
pairs[0].Value
tree.Left.Right.V
anonymous
anonymous.Y
impl.Key
impl.Pair
t.Value
p.Value("x")
t.Pointer
t.Pointer().Pointer()
p.Promoted
t.Promoted
t.Len
T.Value
(*T).Value
(*T).Pointer
T.Promoted
(*T).Len
N.Add
n.Add
n.Add(1)
typed.Add
Pair[int, S].Swap
impl.Swap
impl.Pair.Swap
pairs.Map
(*Tree[Op]).Walk
tree.Walk
tree.Left.Walk(nil).Walk
I.M
I.Close
inter.M
inter.M(1)
inter.Close
err.Error
error.Error
array[0]
array[:]
array[1:2:3]
grid[1]
grid[1][2]
grid[0][:1]
slice[0]
slice[1:]
slice[0].Deep[1:]
p.L[0].A
m["x"]
m[s]
alias["x"].Deep
plain[0]
plain[1:]
s[0]
s[:1]
text[0]
text[1:]
name[:2]
bytes[0]
bytes[:1]
runes[0]
(&array)[1]
(&array)[:2]
any_.(N)
any_.(*T)
any_.(I)
inter.(*Impl)
inter.(J)
<-c
<-in
c
out
N(1)
N(i)
S("x")
S(bytes)
[]byte(s)
[]rune("x")
string(bytes)
string(rune_)
F(d)
float64(f)
B(yes)
int(1.0)
uint8('a')
Op(nil)
(*T)(nil)
(func(int) N)(nil)
I(&impl)
J(inter)
any(n)
[]int(nil)
Alias(nil)
Of[N](nil)
complex64(1)
T{}
&T{}
[]N{1, 2}
[...]S{"a", 5: "b", "c"}
[...]int{}
[2]E{}
map[string]int{}
map[N][]S{1: {"x"}}
struct{ A, B int }{}
struct { T; *E }{}
Pair[string, N]{}
Pairs{{}}
List[T]{}
Tree[int]{}
L{{}}
Array{}
func() {}
func(a, b int, c ...S) (n N, err error) { return }
func(*T, I) chan<- int { return nil }
one
one()
len(plain)
len(text)
len(array)
cap(slice)
append(slice, E{})
append(bytes, "x"...)
append([]byte(nil), s...)
make([]N, 1)
make(map[S]int)
make(chan *T, 2)
make(L, 2)
new(N)
new(Pair[S, N])
copy(bytes, plain)
min(n, 2)
max(1, 2.5)
max('a', 1)
min(plain, "x")
max(d, 1)
complex(f, 1)
complex(1, 2.5)
complex(d, d)
real(complex_)
imag(imaginary)
real(complex(f, f))
id(n)
id(1)
id('a')
id(2.5)
id("x")
id(true)
id(t.Value)
id[S]
id[S]("x")
id(id[N])
first(1, "x")
first[S]("x", 2)
first[S, int]
keys(m)
keys(alias)
keys(map[N]bool{})
keys[Alias]
apply(n, func(N) S { return "" })
apply(1, func(x int) *T { return nil })
apply(plain, func(s string) []rune { return []rune(s) })
apply(2.5, id[float64])
sum(1, 2)
sum(1, 2.5)
sum(n, 1)
sum[float64]
sum[N]()
elements(slice)
elements(pairs)
elements([]func(){})
elements(List[*T]{})
convert[S](1)
convert[S, N]
convert[*T](nil == p)
made[T]()
made[[]Pair[S, N]]
send(c)
send(out)
send(make(chan func(int)))
pairOf("x", 1)
pairOf(n, t)
pairOf(1.5, 'a').Value
pairOf("x", []S{}).Swap
pointer(p)
pointer(&n)
variadic
variadic("x", 1, 2)
variadic("x", []N{}...)
op
function
iterator
tree
array
impl
(n)
((*p)).A
[]any{1, "x"}[0]
map[any]any{}
[]error{err}
map[string]struct{}{}
chan struct{}(nil)
(<-chan int)(nil)
(chan<- chan int)(nil)
(chan (<-chan int))(nil)
[][]map[S]*[2]func(){}
func(func(func(int) S) N) {}
[small + 3]int{}
[len(text)]int{}
[len("é" + text)]int{}
[7 / 2]int{}
[7.0 / 2 * 2]int{}
[7 % 3]int{}
[-7 / 2 + 10]int{}
[-7 % 3 + 10]int{}
[1 << 4 >> 1]int{}
[1.0 << 3]int{}
[^-4]int{}
[6 &^ 3]int{}
[6 | 1]int{}
[6 ^ 3]int{}
[6 & 3]int{}
[2.0 * 1.5]int{}
['c' - 'a']int{}
[len([3]int{})]int{}
[cap([2]int{})]int{}
[len(array)]int{}
[len(grid)][len(grid[0])]int{}
[len([...]int{5: 1, 2})]int{}
[len([...]int{2: 1, 0: 1})]int{}
[len([...]int{small: 1})]int{}
[min(3, 2)]int{}
[max(3, 2.0, 1)]int{}
[big >> 60]int{}
[fourth_ * 2]int{}
[third_ + typed]int{}
[uint8(255) - 250]int{}
[N(3) * typed]int{}
[(1 + 2) * 3 - 4]int{}
[0x10 | 0b1 + 0o7]int{}
[1_000 - 017]int{}
[len(name) - len("x")]int{}
""".strip().splitlines()


# USE is where the type of v is looked at.
STATEMENTS = """
v := n; USE
v := 1 + n; USE
v := 'a' * 2.0; USE
var v S; USE
var v = text; USE
var v, w = n, s; _ = w; USE
var w, v = op(1, 2); _ = w; USE
const v = 1.5; USE
const v N = 1; USE
const (w = "x"; v); USE
v, w := op(1, 2); _ = w; USE
w, v := op(1, 2); _ = w; USE
v, ok := m[s]; _ = ok; USE
w, v := m[s]; _ = w; USE
v, ok := <-in; _ = ok; USE
w, v := <-in; _ = w; USE
v, ok := any_.(J); _ = ok; USE
w, v := any_.(J); _ = w; USE
for v := range 10 { USE }
for v := range n { USE }
for v := range typed { USE }
for v := range array { USE }
for _, v := range array { USE }
for _, v := range &array { USE }
for _, v := range grid { USE }
for v := range slice { USE }
for _, v := range slice { USE }
for v := range m { USE }
for _, v := range m { USE }
for v, w := range plain { _ = w; USE }
for _, v := range s { USE }
for v := range c { USE }
for v := range in { USE }
for v := range iterator { USE }
for _, v := range iterator { USE }
for v := range func(yield func(*T) bool) {} { USE }
var v S; for _, v = range []S{} { USE }
for v := n; v < 3; v++ { USE }
for v, w := 1.5, n; v < 3; v, w = 2, 1 { _ = w; USE }
if v := n; v > 1 { USE }
if v, err := op(1, 2); err == nil { USE }
if v := n; v > 1 {} else { USE }
if v := n; v > 1 {} else if w := s; w != "" { USE }
switch v := n; v { case 1: USE }
switch v := s; { default: USE }
switch v := any_.(type) { case N: USE }
switch v := any_.(type) { case *T: USE }
switch v := any_.(type) { case N, S: USE }
switch v := inter.(type) { case nil: USE }
switch v := inter.(type) { case *Impl, nil: USE }
switch v := inter.(type) { default: USE }
switch w := any_; v := w.(type) { case func() L: USE }
select { case v := <-c: USE }
select { case v, ok := <-in: _ = ok; USE }
select { case v := <-make(chan chan S): USE }
func(v N) { USE }(1)
func(w int, v ...S) { USE }(1)
func(w, v L) { USE }(nil, nil)
func() (v S) { USE; return }()
func() (w int, v []L, err error) { USE; return }()
v := n; { v := s; USE; _ = v }; _ = v
v := n; { v := s; _ = v }; USE
v := n; v, w := 2, s; _ = w; USE
v := func() N { return 1 }(); USE
v := func(f func() L) func() L { return f }; USE
type w struct { v N }; v := w{}.v; USE
type w = []N; v := w{}; USE
type w[V any] = map[S]V; v := w[N]{}[s]; USE
v := struct { S; w N }{}.S; USE
v := t; v.A = 1; USE
v := &[...]L{{}, {}}; USE
v := id(id(p)); USE
v := append(slice[:0], slice...); USE
label: for v := range 3 { USE; break label }
go func(v *T) { USE }(p)
defer func() { v := recover(); USE }()
""".strip().splitlines()
CASES = [*EXPRESSIONS, *STATEMENTS]


def function(case: str, use: str) -> str:
    """The body of a function that passes the value to `use`."""
    return case.replace("USE", use.format("v")) if "USE" in case else use.format(case)


@pytest.fixture(scope="module")
def of_go(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The types by Go's own checker."""
    folder = tmp_path_factory.mktemp("types")
    printer = Path(__file__).parent / "type_printer" / "main.go"
    functions = "".join(f"func _() {{ {function(each, 'use({})')} }}\n" for each in CASES)
    (folder / "code.txt").write_text(f"package p\n{DECLARATIONS}func use(any) {{}}\n{functions}")
    command = [GO, "run", str(printer), str(folder / "code.txt")]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return dict(zip(CASES, done.stdout.splitlines(), strict=True))


@pytest.mark.parametrize("case", CASES)
def test_types_are_those_of_go(udfs: Callable[..., Package], of_go: dict[str, str], case: str) -> None:
    found = udfs(
        f"{DECLARATIONS}\nfunc of[V any](v V) func(V) {{ return nil }}\n"
        f"func init() {{ {function(case, 'udf.Register(`f`, of({}))')} }}\n"
    )
    signature = found.registrations[0].signature
    assert signature is not None
    assert go_source(signature.parameters[0].type, "example.com/m", str) == of_go[case]
