"""A Go package as modgo represents it: its files, its registrations and their signatures.

Rules check this model and the builder generates code from it, so the two cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

import msgspec

from modgo_lsp.golang.modules.module import Module
from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.golang.types.type_expressions import Resolver
from modgo_lsp.golang.types.types import Type
from modgo_lsp.model.analysis_bounds import ExceededBound
from modgo_lsp.model.finding import Location

if TYPE_CHECKING:
    from modgo_lsp.model.function_code import Code

_T = TypeVar("_T")

UdfKind = Literal["record", "stream"]

# The role of a parameter in a UDF. A record or stream by value has its role too, but is an error (MG206).
Role = Literal["context", "record", "stream", "argument"]

# The kinds of problems in a signature. Only the rule in the comment reports each.
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
    """A problem in a signature. `message` is a whole sentence for the user. `location` is the registration if
    that is wrong, else the part of the declaration to change; `related` has the declaration if that is
    elsewhere. `replacement` is Go source that corrects the text at `location`, if there is a likely
    correction."""

    kind: SignatureProblemKind
    message: str
    location: Location
    related: tuple[tuple[Location, str], ...]
    replacement: str | None = None


class Parameter(msgspec.Struct, frozen=True):
    """A parameter as the caller sees it. `name` is "" if the source gives none. `text` is the type as
    written, `aerospike` the type in Aerospike's terms ("integer", "list of string")."""

    name: str
    type: Type
    text: str
    aerospike: str


class Signature(msgspec.Struct, frozen=True):
    """The signature of a function, checked as that of a UDF.

    `parameters` are the arguments only: the flags represent context and record, and `kind` a stream. The last
    parameter of a variadic function has the element type. `result` is None if there is none, and for a stream
    UDF. With `problems`, the other fields are a best effort. `warnings` are about signatures that can be
    called but may surprise a caller.

    `roles` are those of the declared parameters, in order. `receiver_first` says whether the first parameter,
    after a context, is a *udf.Record or *udf.Stream, whether or not the others are valid (MG101).
    `too_complex`: a type exceeds a bound of the analysis, so there may be unknown problems.
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
    problems: tuple[SignatureProblem, ...]
    warnings: tuple[SignatureProblem, ...]
    too_complex: bool = False


class Function(msgspec.Struct, frozen=True, dict=True):
    """A function or method declared in the package. `name` is "Add", or "T.Add" for a method.

    `location` is its name. `source` computes the properties below.
    """

    name: str
    exported: bool
    generic: bool
    location: Location
    source: FunctionSource

    @property
    def extent(self) -> Location:
        """The location of the whole declaration."""
        return self.source.extent()

    @property
    def doc(self) -> str:
        """Its doc comment without markers."""
        return self.source.doc()

    @cached_property
    def signature(self) -> Signature | None:
        """Its signature, checked on first use, since it may depend on types of any package. None for a
        generic function."""
        return self.source.signature()

    @cached_property
    def may_take_receiver(self) -> bool:
        """False if the source alone shows that no parameter is a record or stream."""
        return self.source.may_take_receiver()

    @property
    def references(self) -> int:
        """The number of references in the Go module's packages outside its own body and outside test files,
        registrations included."""
        return self.source.references()

    @property
    def stands_alone(self) -> bool:
        """Whether only one registration depends on its signature, as far as its folder shows: nothing else
        refers to it, not even a test, and no interface may require it."""
        return "." not in self.name and self.references <= 1 and not self.source.is_mentioned_outside()


class FunctionSource(Protocol):
    """Computes a function's properties. The dependencies of a cached property are recorded as the
    Function's."""

    def extent(self) -> Location: ...

    def doc(self) -> str: ...

    def signature(self) -> Signature | None: ...

    def may_take_receiver(self) -> bool: ...

    def references(self) -> int: ...

    def is_mentioned_outside(self) -> bool:
        """Whether its name occurs in a file of its folder that a build leaves out."""


# Why a registration is not static. "unknown": its name may or may not be a constant.
Dynamic = Literal["name", "function", "place", "value", "interface", "unknown"]


class BinsRead(msgspec.Struct, frozen=True):
    """All bins that a function reads: those of the constant `names`, in source order, and those named by
    `arguments`, which are positions among the caller's arguments, from 0."""

    names: tuple[str, ...] = ()
    arguments: tuple[int, ...] = ()


class Registration(msgspec.Struct, frozen=True):
    """A call of udf.Register, or a use of it as a value (`dynamic` is "value").

    `call` is the whole call, `name_argument` and `function_argument` are its arguments (the call itself if
    missing). `name` is the value of the constant, None if it is not a constant. `unresolved_name` and
    `unresolved_function` are the undeclared identifier and its location. `not_a_function` describes an
    expression whose type is neither a function type nor an empty interface: "of type int", "an int constant",
    "nil", "no value", "a type", "a package" or "a builtin". `generic`: a generic function is registered
    without instantiation. `reachable` is False if no init and no package variable reaches the call (MG106).
    `dynamic` is the reason why the registration is not static, None if it is. `signature` is checked if the
    function's type is known; for `any(Add)` it is that of Add. `function_type`
    is the declared type: a Func, or a Named with a Func as underlying type. `target` is the declared function
    behind the expression, if known. `reading` computes `bins`.
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
        """All bins that the function reads; None if that is uncertain."""
        return None if self.reading is None else self.reading()

    @property
    def function(self) -> Location:
        """The location of the function: its declared name, or else the registered expression."""
        return self.function_argument if self.target is None else self.target.location


class SyntaxProblem(msgspec.Struct, frozen=True):
    """The first location in a file that does not parse, and what was expected there."""

    location: Location
    message: str


class Import(msgspec.Struct, frozen=True):
    """An import: its path, and the location of the whole spec."""

    path: str
    location: Location


class SourceFile(msgspec.Struct, frozen=True):
    """A .go file of the package that a plain `go build` would compile. `sdk_import` is the import spec of the
    SDK, and `sdk_name` the SDK's name in this file ("udf", another name, "." or "_"). `imports` are all
    imports, in source order."""

    document: Document
    package_name: str
    package_name_location: Location
    sdk_import: Location | None
    sdk_name: str | None
    problem: SyntaxProblem | None
    imports: tuple[Import, ...]


class Contents(Protocol):
    """Computes a package's contents. Each is computed on first use and cached."""

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

    def exceeded_bounds(self) -> tuple[ExceededBound, ...]: ...

    def resolver(self) -> Resolver: ...

    def cached(self, name: str, function: Callable[[], _T]) -> _T: ...


class Package(msgspec.Struct, frozen=True, dict=True):
    """The package in one folder, an absolute path. `paths` are the paths of its files, by base name. The rest
    is computed on demand: packages that do not import the SDK are not even parsed.

    `only` and `others`, if given, replace the code that its UDFs reach and the packages that it imports.
    """

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
        """The paths of files that a build would compile but that cannot be read."""
        return self.contents.unreadable()

    @property
    def not_text(self) -> tuple[str, ...]:
        """The paths of its files with NUL bytes or invalid UTF-8."""
        return self.contents.not_text()

    @property
    def too_large(self) -> tuple[str, ...]:
        """The paths of files that a build would compile but that are too large for the analysis."""
        return self.contents.too_large()

    @property
    def imports_sdk(self) -> bool:
        return self.contents.imports_sdk()

    @property
    def functions(self) -> tuple[Function, ...]:
        """The declared functions; none if it does not import the SDK, since nothing is reported about it."""
        return self.contents.functions() if self.imports_sdk else ()

    @property
    def registrations(self) -> tuple[Registration, ...]:
        """Its registrations, by file and position."""
        return self.contents.registrations() if self.imports_sdk else ()

    @cached_property
    def dependencies(self) -> tuple[Package, ...]:
        """The packages of the same Go module that it imports, directly or indirectly, by import path.
        Together with it they form one UDF module."""
        return self.contents.dependencies() if self.others is None else self.others

    @property
    def imported_in_module(self) -> bool:
        """Whether another package of the module, tests excluded, imports this one. False if it does not
        import the SDK itself."""
        return self.imports_sdk and self.contents.imported_in_module()

    @property
    def reached(self) -> tuple[Code, ...]:
        """The code of the Go module that its UDFs reach, the UDFs first."""
        if self.only is not None:
            return self.only
        return self.contents.reached() if self.registrations else ()

    @property
    def exceeded_bounds(self) -> tuple[ExceededBound, ...]:
        """The exceeded bounds of the analysis in its own declarations."""
        return self.contents.exceeded_bounds() if self.imports_sdk else ()

    @property
    def resolver(self) -> Resolver:
        """Finds what the types of its signatures and its code are made of."""
        return self.contents.resolver()

    def cached(self, name: str, function: Callable[[Package], _T]) -> _T:
        """The cached result of a function for this package under a name, until an edit changes what it has
        read."""
        return self.contents.cached(name, lambda: function(self))

    def narrowed(self, reached: tuple[Code, ...]) -> Package:
        """The package as if its UDFs reached only this code."""
        return msgspec.structs.replace(self, only=reached)

    def joined(self, others: tuple[Package, ...]) -> Package:
        """The package as if it imported `others`, and nothing else of the module."""
        return msgspec.structs.replace(self, others=others)
