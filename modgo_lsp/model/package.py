"""A Go package as modgo sees it: its files, its registrations and the signatures behind them.

This is what the rules judge and what the builder generates from, so that the two cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

import msgspec

from modgo_lsp.golang.modules.module import Module
from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.golang.types.types import Type
from modgo_lsp.model.analysis_bounds import BoundMet
from modgo_lsp.model.finding import Location

if TYPE_CHECKING:
    from modgo_lsp.model.code import Code

_T = TypeVar("_T")

UdfKind = Literal["record", "stream"]

# What a parameter is to a UDF. A record or stream by value is one too (and wrong: MG206).
Role = Literal["context", "record", "stream", "argument"]

# What can be wrong with a signature. Each is reported by the rule in the comment and by no other.
SignatureProblemKind = Literal[
    "unsupported-parameter",  # MG201
    "unsupported-result",  # MG202
    "result-shape",  # MG203
    "receiver-order",  # MG204
    "record-by-value",  # MG206
    "stream-result",  # MG207
    "field-clash",  # MG208
    "duration-argument",  # MG315
]


class SignatureProblem(msgspec.Struct, frozen=True):
    """Something wrong in a signature. `message` is a whole sentence for the user. `location` is where
    rules.md (*Where a finding stands*) puts it, `related` the declaration where that is elsewhere.
    `replacement` is Go source that would mend the text at `location`, where one is near."""

    kind: SignatureProblemKind
    message: str
    location: Location
    related: tuple[tuple[Location, str], ...] = ()
    replacement: str | None = None


class Parameter(msgspec.Struct, frozen=True):
    """A parameter as the caller sees it. `name` is "" where the source gives none. `text` is the type as
    the source writes it, `aerospike` in Aerospike's words ("integer", "list of string")."""

    name: str
    type: Type
    text: str
    aerospike: str


class Signature(msgspec.Struct, frozen=True):
    """The signature of a function, judged as a UDF's.

    `parameters` are the arguments alone: context and record are told by the flags, a stream by `kind`. Of a
    variadic function the last parameter has the element's type. `result` is None where there is none, or
    where the UDF is a stream UDF. Where `problems` is not empty the others are what could be made of it.
    `warnings` are what a caller may stumble over in a signature that can be called.

    `roles` are those of the parameters as they are declared, in that order. `receiver_first` says whether the
    first parameter, after a context, is a *udf.Record or *udf.Stream, be the others right or not (MG101).
    `too_complex`: its types met a bound of the analysis, and so may have problems that aren't known.
    """

    kind: UdfKind
    takes_context: bool
    takes_record: bool
    parameters: tuple[Parameter, ...]
    variadic: bool
    result: Parameter | None
    returns_error: bool
    roles: tuple[Role, ...]
    receiver_first: bool
    problems: tuple[SignatureProblem, ...] = ()
    warnings: tuple[SignatureProblem, ...] = ()
    too_complex: bool = False


class Function(msgspec.Struct, frozen=True, dict=True):
    """A function or method declared in the package. `name` is "Add", or "T.Add" for a method.

    `location` is its name. `source` works out what is asked for below."""

    name: str
    exported: bool
    generic: bool
    location: Location
    source: FunctionSource

    @property
    def extent(self) -> Location:
        """The whole declaration."""
        return self.source.extent()

    @property
    def doc(self) -> str:
        """Its comment without markers."""
        return self.source.doc()

    @cached_property
    def signature(self) -> Signature | None:
        """Judged when asked for, as it may depend on types of any package; None for a generic function."""
        return self.source.signature()

    @cached_property
    def may_take_receiver(self) -> bool:
        """False where the source alone shows that no parameter is a record or a stream."""
        return self.source.may_take_receiver()

    @property
    def references(self) -> int:
        """How often the Go module's packages refer to it outside its own body and outside test files,
        registrations included."""
        return self.source.references()

    @property
    def stands_alone(self) -> bool:
        """Whether nothing but one registration depends on its signature, as far as its folder shows: nothing
        refers to it, tests included, and no interface may ask for it."""
        return "." not in self.name and self.references <= 1 and not self.source.is_mentioned_outside()


class FunctionSource(Protocol):
    """Where a function's attributes come from. What it gives for a Function's cached ones is recorded as a
    part of that Function."""

    def extent(self) -> Location: ...

    def doc(self) -> str: ...

    def signature(self) -> Signature | None: ...

    def may_take_receiver(self) -> bool: ...

    def references(self) -> int: ...

    def is_mentioned_outside(self) -> bool:
        """Whether a file of its folder that isn't built has its name."""
        ...


# Why a registration isn't static (udf.md, *Registration*); "unknown": its name may be a constant or not.
Dynamic = Literal["name", "function", "place", "value", "interface", "unknown"]


class BinsRead(msgspec.Struct, frozen=True):
    """All bins that a function reads: those of constant `names`, in the order of its source, and those that
    its `arguments` name, by their positions among a caller's arguments, from 0."""

    names: tuple[str, ...] = ()
    arguments: tuple[int, ...] = ()


class Registration(msgspec.Struct, frozen=True):
    """One call of udf.Register, or one use of it as a value (`dynamic` "value").

    `call` is the whole call, `name_argument` and `function_argument` its arguments (the call itself
    where there is none). `name` is the constant's value, None where it isn't a constant.
    `unresolved_name` / `unresolved_function` give the identifier that refers to nothing, with its place.
    `not_a_function` says what the expression is where it is of neither function type nor empty interface: "of
    type int", "an int constant", "nil", "no value", "a type", "a package" or "a builtin".
    `generic` says that a generic function is registered without instantiation.
    `reachable` is False where no init and no package variable reaches the call (MG106).
    `dynamic` is why the registration isn't static, None where it is.
    `signature` is judged wherever the function's type is known, with places as rules.md says; of `any(Add)`
    it is Add's. `function_type` is that type, as it is declared: a Func, or a Named that is one underneath.
    `target` is the declared function behind the expression, where known. `reading` works out `bins`.
    """

    call: Location
    name_argument: Location
    function_argument: Location
    name: str | None
    unresolved_name: tuple[str, Location] | None
    unresolved_function: tuple[str, Location] | None
    not_a_function: str | None
    generic: bool
    reachable: bool
    dynamic: Dynamic | None
    signature: Signature | None
    function_type: Type | None
    target: Function | None
    reading: Callable[[], BinsRead | None] | None = None

    @property
    def bins(self) -> BinsRead | None:
        """All the bins that the function reads, None where that is not certain."""
        return None if self.reading is None else self.reading()

    @property
    def function(self) -> Location:
        """Where the function is: its declared name, else the expression that is registered."""
        return self.function_argument if self.target is None else self.target.location


class SyntaxProblem(msgspec.Struct, frozen=True):
    """The first place in a file that does not parse, and what was expected there."""

    location: Location
    message: str


class Import(msgspec.Struct, frozen=True):
    """An import: its path and where the whole spec stands."""

    path: str
    location: Location


class SourceFile(msgspec.Struct, frozen=True):
    """One .go file of the package that a plain `go build` would compile. `sdk_import` is the import spec
    of the SDK and `sdk_name` what it is called in this file ("udf", a new name, "." or "_"). `imports` are
    all of them, in the order of the source."""

    document: Document
    package_name: str
    package_name_location: Location
    sdk_import: Location | None
    sdk_name: str | None
    problem: SyntaxProblem | None
    imports: tuple[Import, ...] = ()


class Contents(Protocol):
    """Where a package's contents come from. Each is worked out when it is first asked for, and cached."""

    def imports_sdk(self) -> bool: ...

    def files(self) -> tuple[SourceFile, ...]: ...

    def unreadable(self) -> tuple[str, ...]: ...

    def not_text(self) -> tuple[str, ...]: ...

    def too_large(self) -> tuple[str, ...]: ...

    def functions(self) -> tuple[Function, ...]: ...

    def registrations(self) -> tuple[Registration, ...]: ...

    def dependencies(self) -> tuple[Package, ...]: ...

    def imported_in_module(self) -> bool: ...

    def reached(self) -> tuple[Code, ...]: ...

    def bounds_met(self) -> tuple[BoundMet, ...]: ...

    def cached(self, name: str, function: Callable[[], _T]) -> _T: ...


class Package(msgspec.Struct, frozen=True, dict=True):
    """A package of one folder, which is absolute; `paths` are those of its files, by base name. The rest is
    worked out when it is asked for: packages that don't import the SDK are not even parsed.

    `only` and `others` stand for what its UDFs reach and what it imports, where they are given."""

    directory: str
    name: str
    import_path: str
    module: Module | None
    paths: tuple[str, ...]
    contents: Contents
    only: tuple[Code, ...] | None = None
    others: tuple[Package, ...] | None = None

    @property
    def files(self) -> tuple[SourceFile, ...]:
        return self.contents.files()

    @property
    def unreadable(self) -> tuple[str, ...]:
        """The paths of files that a build would take and that can't be read."""
        return self.contents.unreadable()

    @property
    def not_text(self) -> tuple[str, ...]:
        """The paths of its files that hold NUL bytes or bytes that are not UTF-8."""
        return self.contents.not_text()

    @property
    def too_large(self) -> tuple[str, ...]:
        """The paths of files that a build would take and that are too large to be analysed."""
        return self.contents.too_large()

    @property
    def imports_sdk(self) -> bool:
        return self.contents.imports_sdk()

    @property
    def functions(self) -> tuple[Function, ...]:
        """Those that it declares; none where it doesn't import the SDK: there nothing is reported, and nobody
        looks."""
        return self.contents.functions() if self.imports_sdk else ()

    @property
    def registrations(self) -> tuple[Registration, ...]:
        """Its own, by file and position."""
        return self.contents.registrations() if self.imports_sdk else ()

    @cached_property
    def dependencies(self) -> tuple[Package, ...]:
        """The packages of the same Go module that it imports, directly or not, by import path; together with
        it they are one UDF module."""
        return self.contents.dependencies() if self.others is None else self.others

    @property
    def imported_in_module(self) -> bool:
        """Whether another package of the module, tests aside, imports this one; False where it doesn't import
        the SDK itself."""
        return self.imports_sdk and self.contents.imported_in_module()

    @property
    def reached(self) -> tuple[Code, ...]:
        """The code of the Go module that its UDFs reach, they themselves first."""
        if self.only is not None:
            return self.only
        return self.contents.reached() if self.registrations else ()

    @property
    def bounds_met(self) -> tuple[BoundMet, ...]:
        """Where its own declarations meet a bound of the analysis."""
        return self.contents.bounds_met() if self.imports_sdk else ()

    def cached(self, name: str, function: Callable[[Package], _T]) -> _T:
        """What a function gives for this package: cached, by the name, until an edit changes what it has
        read."""
        return self.contents.cached(name, lambda: function(self))

    def narrowed(self, reached: tuple[Code, ...]) -> Package:
        """The package as if its UDFs reached these functions alone."""
        return msgspec.structs.replace(self, only=reached)

    def joined(self, others: tuple[Package, ...]) -> Package:
        """The package as it would be if it imported `others`, and nothing else of the module."""
        return msgspec.structs.replace(self, others=others)
