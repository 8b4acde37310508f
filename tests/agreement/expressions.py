"""Random function expressions whose type depends on inference, promotion or another package's source."""

from __future__ import annotations

from tests.agreement.source import SDK, File


def _generic(file: File, name: str) -> str:
    """Explicit and inferred instances of generic functions and types."""
    rng = file.rng
    udf = file.qualifier(SDK)
    record = f"r *{udf}Record"
    file.body.append(
        f"func {name}[A, B any]({record}, a A, b []B) (m map[string]A) {{ return }}\n"
        f"func {name}of[T any](v T) func({record}) T {{ return nil }}\n"
        f"func {name}pair[K comparable, V any](m map[K]V) func(K) V {{ return nil }}\n"
        f"func {name}el[S ~[]E, E any](s S) func() E {{ return nil }}\n"
        f"type {name}Slice[E any] interface {{ ~[]E; comparable }}\n"
        f"type {name}W int\nfunc (*{name}W) Work() {{}}\ntype {name}List[E any] interface {{ ~[]E }}\n"
        f"func {name}in[S interface {{ ~map[K]V }}, K comparable, V any](s S) func(K) V {{ return nil }}\n"
        f"func {name}li[S {name}List[E], E any](s S) func(S) E {{ return nil }}\n"
        f"func {name}ab[T any](a, b T) func() T {{ return nil }}\n"
        f"func {name}pt[T any, P interface {{ *T; Work() }}](v T) func(P) T {{ return nil }}\n"
        f"func {name}fn[A, B any](f func(A) B) func(B) A {{ return nil }}\n"
        f"type {name}Box[T any] struct {{ Value T; F func(T) T }}\n"
        f"func (b {name}Box[T]) Get({record}, n int) (T, error) {{ panic(0) }}\n"
        f"func (b *{name}Box[U]) Put(v U) {{}}\n"
        f"func new{name}Box[T any](v T) *{name}Box[T] {{ return nil }}"
    )
    time = file.qualifier("time")
    strings = file.qualifier("strings")
    inner = file.type(2)
    return rng.choice(
        [
            f"{name}[{inner}, {file.type(3)}]",
            f"{name}of(1)",
            f"{name}of('a')",
            f"{name}of(1.5)",
            f'{name}of("x")',
            f"{name}of({time}Now())",
            f"{name}of({time}Second)",
            f"{name}of([]int(nil))",
            f"{name}of(nil == any(1))",
            f"{name}of(&struct{{ A int }}{{}})",
            f"{name}of[{inner}]",
            f"{name}of[{inner}](*new({inner}))",
            f"{name}pair(map[string]{inner}{{}})",
            f"{name}pair(map[{time}Month][]string{{}})",
            f"{name}el([]{inner}{{}})",
            f"{name}el({strings}Fields(``))",
            f"{name}el([]{file.qualifier('time')}Month{{}})",
            f"{name}in(map[string]{inner}{{}})",
            f"{name}in({file.qualifier('net/http')}Header{{}})",
            f"{name}li([]{inner}{{}})",
            f"{name}pt({name}W(1))",
            f"{name}pt[{name}W](1)",
            f"{name}li({file.qualifier('sort')}IntSlice{{}})",
            f"{name}ab(1, 2.5)",
            f"{name}ab('a', 1)",
            f"{name}ab({time}Second, 1)",
            f"{name}ab(nil, {time}UTC)",
            f"{name}ab[any](1, nil)",
            f"{name}li[[]{inner}]",
            f"{name}fn({strings}ToUpper)",
            f"{name}fn(func({inner}) string {{ panic(0) }})",
            f"{name}Box[{inner}]{{}}.Get",
            f"{name}Box[{inner}].Get",
            f"(*{name}Box[{inner}]).Put",
            f"new{name}Box(1).Put",
            f"new{name}Box({time}Now()).Get",
            f"new{name}Box[{inner}](*new({inner})).F",
            f"{name}Box[{name}Box[int]]{{}}.Value.F",
        ]
    )


def _promoted(file: File, name: str) -> str:
    """Promoted methods and fields."""
    rng = file.rng
    signature = file.signature()
    time, sync = file.qualifier("time"), file.qualifier("sync")
    strings, http = file.qualifier("strings"), file.qualifier("net/http")
    file.body.append(
        f"type {name}Base struct {{ F func{signature} }}\n"
        f"func (b *{name}Base) Work{signature} {{ panic(0) }}\n"
        f"func ({name}Base) Name() string {{ return `` }}\n"
        f"type {name}Face interface {{ Do{signature} }}\n"
        f"type {name}Outer struct {{ *{name}Base; {name}Face; {time}Time; {sync}Mutex\n"
        f"b {strings}Builder }}\n"
        f"type {name}Deep struct {{ {name}Outer; *{http}Request }}\n"
        f"var {name}v {name}Outer\nvar {name}d *{name}Deep"
    )
    return rng.choice(
        [
            f"{name}v.Work",
            f"{name}v.F",
            f"{name}v.Do",
            f"{name}d.Do",
            f"{name}d.Work",
            f"{name}d.Name",
            f"{name}d.F",
            f"{name}v.Unix",
            f"{name}v.Lock",
            f"{name}v.b.Len",
            f"{name}d.Cookie",
            f"{name}d.URL.Query",
            f"{name}d.URL.Query().Get",
            f"{name}d.Header.Get",
            f"{name}d.{name}Outer.Time.Add",
            f"{name}Deep.Name",
            f"(*{name}Deep).Work",
            f"{name}Face.Do",
            f"{name}d.AddDate",
        ]
    )


def _library(file: File, name: str) -> str:
    """Functions and methods of Go's library."""
    rng = file.rng
    time, strings, http = file.qualifier("time"), file.qualifier("strings"), file.qualifier("net/http")
    context, json, sort = file.qualifier("context"), file.qualifier("encoding/json"), file.qualifier("sort")
    regexp, filepath = file.qualifier("regexp"), file.qualifier("path/filepath")
    file.body.append(
        f"var {name}w {filepath}WalkFunc\nvar {name}c {context}CancelFunc\nvar {name}s {http}Server\n"
        f"var {name}r = {strings}NewReplacer(`a`, `b`)\nvar {name}t, {name}e = {time}Parse(``, ``)\n"
        f"var {name}n {json}Number\nvar {name}m = map[string]{strings}Builder{{}}"
    )
    return rng.choice(
        [
            f"{name}w",
            f"{name}c",
            f"{name}s.ConnState",
            f"{name}s.Shutdown",
            f"{name}r.Replace",
            f"{name}t.Format",
            f"{name}t.Sub",
            f"{name}e.Error",
            f"{name}n.Int64",
            f"{json}Number.Float64",
            f"{time}Second.Seconds",
            f"({time}Second + {time}Minute).Round",
            f"{time}Duration(5).String",
            f"{time}January.String",
            f"{time}UTC.String",
            f"{time}Now().Unix",
            f"{time}Since",
            f"{http}DefaultClient.Get",
            f"{http}HandlerFunc(nil)",
            f"{http}HandlerFunc.ServeHTTP",
            f"{http}Header.Get",
            f"{http}Header{{}}.Values",
            f"{context}Background().Err",
            f"{sort}Reverse({sort}IntSlice(nil)).Len",
            f"{sort}StringSlice({strings}Fields(``)).Len",
            f"{regexp}MustCompile(``).FindAllString",
            f"(*{regexp}Regexp).String",
            f"{strings}NewReader(``).Size",
            f"{json}Unmarshal",
            f"{json}Marshal",
            f"func(d {time}Duration) {json}RawMessage {{ return nil }}",
        ]
    )


def _local(file: File, name: str) -> str:
    """Function values of the package itself."""
    rng = file.rng
    signature = file.signature()
    file.body.append(
        f"func {name}{signature} {{ panic(0) }}\n"
        f"func {name}two() (func{signature}, error) {{ return nil, nil }}\n"
        f"var {name}f, {name}err = {name}two()\n"
        f"var {name}g = {name}\n"
        f"var {name}list = [...]func{signature}{{{name}}}\n"
        f"var {name}face any = {name}\n"
        f"type {name}Alias = func{signature}\ntype {name}Chain {name}Alias\n"
        f"var {name}ch chan func{signature}\nvar {name}p = &{name}g\n"
        f"type {name}Gen[T any] = func(T) T\n"
        f"var {name}lit = func() struct {{ A, B func{signature} }} {{ panic(0) }}"
    )
    return rng.choice(
        [
            f"{name}f",
            f"{name}err.Error",
            f"{name}g",
            f"{name}list[0]",
            f"{name}list[:][0]",
            f"{name}face.(func{signature})",
            f"{name}Alias({name})",
            f"{name}Chain({name})",
            f"<-{name}ch",
            f"*{name}p",
            f"{name}Gen[{file.type(2)}](nil)",
            f"{name}lit().B",
            f"map[string]{name}Chain{{}}[``]",
            f"(func{signature})(nil)",
            f"[]{name}Alias{{nil}}[0]",
            f"func() func{signature} {{ return {name} }}()",
            f"struct{{ {name}Alias }}{{}}.{name}Alias",
            f"new(struct{{ X {name}Chain }}).X",
        ]
    )


FORMS = (_generic, _promoted, _library, _local)


def function_expression(file: File, name: str) -> str:
    """An expression of function type. The declarations that it needs are added, with names that start with
    `name`."""
    return file.rng.choice(FORMS)(file, name)
