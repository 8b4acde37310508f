"""Takes packages on to the next text of a file: what hangs on nothing that changed stays as it is.

A change reaches others by names alone. Of a function whose signature stays, only its own code is looked at
anew; of any other declaration, whatever names it, and whatever names what has it in its signature or type.
Of a package's variables that a function sets the same holds when its code changes: they may hold functions.
Words in comments and literals count as names: that costs time, and never a wrong answer.
Not for: which files changed (sources.py), nor packages whose imports or files are others now (load.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, count
from operator import is_not

from modgo_lsp.golang.program.sources import Parsed
from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.identifiers import WORD, occurrences
from modgo_lsp.golang.types.bind import is_exported
from modgo_lsp.golang.types.objects import ConstantName, FunctionName, Object, TypeName, VariableName
from modgo_lsp.golang.types.type_expressions import Resolver
from modgo_lsp.golang.types.units import FileUnit, PackageUnit, objects_of


class Renewal:
    """One step of the units that are read whole. `changed` are those that are no longer as they were;
    `functions` has those of their functions that are not, None for a unit that may declare others now."""

    def __init__(self, units: Iterable[PackageUnit], resolvers: Iterable[Resolver]) -> None:
        self._units = tuple(units)
        self._resolvers = tuple(resolvers)
        # Names that may stand for something else now; and by package those that it may refer to more, or less
        # often.
        self._names: set[bytes] = set()
        self._mentioned: dict[PackageUnit, set[bytes]] = {}
        # The words of declarations that come or go.
        self._words: dict[ast.Decl, set[bytes]] = {}
        self._forgotten: set[ast.Node] = set()
        self.changed: set[PackageUnit] = set()
        self.functions: dict[PackageUnit, set[FunctionName] | None] = {}

    def take(self, file: FileUnit, parsed: Parsed) -> None:
        """The next text of a file, with the same imports."""
        unit = file.unit
        self.changed.add(unit)
        if file.document.first_bad is not None or parsed.document.first_bad is not None:
            # What doesn't parse may have declared them, or may do so now.
            self._names |= {name.encode() for name in unit.doubted}
            unit.doubted.clear()
        old, new = _differing(file.syntax.decls, parsed.syntax.decls)
        text = parsed.document.text
        staying = set(old) & set(new)
        arriving = [decl for decl in new if decl not in staying]
        leaving = _by_key((decl, file.document.text) for decl in old if decl not in staying)
        for decl in (decl for same in leaving.values() for decl in same):
            self._mention(unit, file.document.text, decl)
        in_order = len(old) == len(new)
        for decl in arriving:
            self._mention(unit, text, decl)
            key = _key(decl, text)
            same = leaving.get(key)
            if same:
                self._replace(file, same.pop(0), decl, text)
            else:
                file.declared[decl] = objects_of(file, decl)
                self._names |= self._set_by(file, text, decl)
                in_order = False
        for decl in (decl for same in leaving.values() for decl in same):
            self._names |= self._set_by(file, file.document.text, decl)
            self._forget(file, decl)
            del file.declared[decl]
            in_order = False
        for before, spec in zip(file.syntax.imports, parsed.syntax.imports, strict=True):
            item = file.scope.own(before.name.name) if before.name is not None else None
            if item is not None and item.ident is before.name:
                item.ident = spec.name
        file.document, file.syntax = parsed.document, parsed.syntax
        file.memo.pop(file.syntax, None)
        if not in_order or [decl in staying for decl in old] != [decl in staying for decl in new]:
            self._declare_again(unit)

    def _replace(self, file: FileUnit, old: ast.Decl, new: ast.Decl, text: bytes) -> None:
        """Puts a declaration in the place of one that says the same to all others: its objects stay."""
        objects = file.declared[old]
        if not isinstance(old, ast.FuncDecl) or old.span.start != new.span.start:
            # Others may know where it stands, or the function literal in it.
            self._names |= _names_of(objects)
        elif isinstance(new, ast.FuncDecl):
            self._names |= self._set_by(file, file.document.text, old) | self._set_by(file, text, new)
        self._forget(file, old)
        del file.declared[old]
        for item, made in zip(objects, objects_of(file, new), strict=True):
            _become(item, made)
        file.declared[new] = objects

    def _declare_again(self, unit: PackageUnit) -> None:
        self.functions[unit] = None
        names = dict(unit.scope.names)
        methods = {base: dict(each) for base, each in unit.methods.items()}
        unit.declare_again()
        for name in names.keys() | unit.scope.names.keys():
            if names.get(name) is not unit.scope.names.get(name):
                self._names.add(name.encode())
        for base in methods.keys() | unit.methods.keys():
            before, after = methods.get(base, {}), unit.methods.get(base, {})
            for name in before.keys() | after.keys():
                if before.get(name) is not after.get(name):
                    self._names |= {name.encode(), *(each.encode() for each in _aliases(unit, base))}

    def _mention(self, unit: PackageUnit, text: bytes, decl: ast.Decl) -> None:
        self._words[decl] = words = set(WORD.findall(text, decl.span.start, decl.span.end))
        self._mentioned.setdefault(unit, set()).update(words)

    def _set_by(self, file: FileUnit, text: bytes, decl: ast.Decl) -> set[bytes]:
        """The variables of its package that a function sets, or takes the address of."""
        if not isinstance(decl, ast.FuncDecl):
            return set()
        # Takes less time than to look into it.
        words = self._words.get(decl) or WORD.findall(text, decl.span.start, decl.span.end)
        return _set_in(file, decl) if file.unit.has_variable_named(words) else set()

    def spread(self) -> None:
        """Forgets what hangs on a name that stands for something else now."""
        for unit in self._units:
            for function in self._referred_to(unit):
                # How often it is referred to.
                memo = None if function.file is None else function.file.memo.get(function.decl)
                if memo is not None and memo.pop("function", None) is not None:
                    self.changed.add(unit)
                    self._renew(unit, function)
        if not self._names:
            for resolver in self._resolvers:
                resolver.forget_local_types(self.changed)
            return
        for resolver in self._resolvers:
            resolver.forget_types()
        spread: set[bytes] = set()
        while self._names:
            names, self._names = self._names, set()
            spread |= names
            for unit in self._units:
                for file in unit.files:
                    self._names |= self._naming(file, names)
            self._names -= spread

    def _referred_to(self, unit: PackageUnit) -> Iterator[FunctionName]:
        """The functions of a package that may be referred to more, or less often than before: other packages
        refer to what is exported."""
        own = self._mentioned.get(unit, set())
        others = {name for each in self._mentioned.values() if each is not own for name in each}
        yield from unit.functions_named(own)
        yield from (each for each in unit.functions_named(others) if is_exported(each.name))

    def _naming(self, file: FileUnit, names: set[bytes]) -> set[bytes]:
        """Forgets the declarations of a file that have one of the names in them; gives the names of those
        that have them where others see it."""
        found: set[bytes] = set()
        text = file.document.text
        for offset in occurrences(text, names):
            decl = file.declaration_at(offset)
            if decl is None:
                continue
            if decl not in self._forgotten:
                found |= self._set_by(file, text, decl)
                self._forget(file, decl)
                self.changed.add(file.unit)
            if not isinstance(decl, ast.FuncDecl) or decl.body is None or offset < decl.body.span.start:
                found |= _names_of(file.declared[decl])
        return found

    def _forget(self, file: FileUnit, decl: ast.Decl) -> None:
        """Forgets what the names in a declaration stand for, and whatever was made of that."""
        self._forgotten.add(decl)
        bound = file.bound
        file.memo.pop(decl, None)
        file.memo.pop(file.syntax, None)
        if isinstance(decl, ast.FuncDecl):
            if decl.body is not None and decl.body in bound:
                _unbind(file, ast.walk(decl))
                bound.discard(decl.body)
            elif decl in bound:
                _unbind(file, _signature(decl))
            bound.discard(decl)
        else:
            for spec in decl.specs:
                if spec in bound:
                    _unbind(file, ast.walk(spec))
                    bound.discard(spec)
                file.memo.pop(spec, None)
        local = file.unit.local_types
        for key, type_name in list(local.items()):
            if type_name.file is file and decl.span.holds(type_name.spec.span.start):
                del local[key]
        for item in file.declared[decl]:
            if isinstance(item, VariableName):
                item.resolved = None
            elif isinstance(item, ConstantName):
                item.known = None
            elif isinstance(item, TypeName):
                item.aliased = None
            elif isinstance(item, FunctionName):
                self._renew(file.unit, item)

    def _renew(self, unit: PackageUnit, function: FunctionName) -> None:
        known = self.functions.setdefault(unit, set())
        if known is not None:
            known.add(function)


def _differing(old: Sequence[ast.Decl], new: Sequence[ast.Decl]) -> tuple[list[ast.Decl], list[ast.Decl]]:
    """Both without what they begin and end with in common: of thousands an edit changes few."""
    begin = _common(old, new)
    old, new = old[begin:], new[begin:]
    end = _common(old[::-1], new[::-1])
    return list(old[: len(old) - end]), list(new[: len(new) - end])


def _common(old: Sequence[ast.Decl], new: Sequence[ast.Decl]) -> int:
    """How many of them are the same from the first on."""
    return next(compress(count(), map(is_not, old, new)), min(len(old), len(new)))


def _by_key(decls: Iterable[tuple[ast.Decl, bytes]]) -> dict[object, list[ast.Decl]]:
    found: dict[object, list[ast.Decl]] = {}
    for decl, text in decls:
        found.setdefault(_key(decl, text), []).append(decl)
    return found


def _key(decl: ast.Decl, text: bytes) -> object:
    """What others see of a declaration: two with the same are the same to them."""
    if isinstance(decl, ast.FuncDecl) and decl.body is not None:
        return text[decl.span.start : decl.body.span.start]
    return text[decl.span.start : decl.span.end], isinstance(decl, ast.FuncDecl)


def _become(item: Object, made: Object) -> None:
    """Makes an object what another one is, so that who knows it needn't be told."""
    for kind in type(item).__mro__:
        for slot in getattr(kind, "__slots__", ()):
            setattr(item, slot, getattr(made, slot))


def _names_of(objects: Iterable[Object]) -> set[bytes]:
    found = {item.name.encode() for item in objects}
    for item in objects:
        if isinstance(item, FunctionName) and item.receiver is not None:
            found.add(item.receiver.encode())
    return found


def _unbind(file: FileUnit, nodes: Iterable[ast.Node]) -> None:
    for node in nodes:
        if isinstance(node, ast.Ident):
            file.uses.pop(node.span.start, None)
            file.selected.pop(node.span.start, None)
        elif isinstance(node, ast.FuncLit):
            file.memo.pop(node, None)


def _signature(decl: ast.FuncDecl) -> Iterator[ast.Node]:
    for part in (decl.receiver, decl.type):
        if part is not None:
            yield from ast.walk(part)


def _set_in(file: FileUnit, decl: ast.FuncDecl) -> set[bytes]:
    found: set[bytes] = set()
    for node in ast.walk(decl):
        targets: tuple[ast.Expr, ...] = ()
        if isinstance(node, ast.AssignStmt | ast.RangeStmt):
            targets = node.lhs
        elif isinstance(node, ast.UnaryExpr) and node.op == "&":
            targets = (node.x,)
        for target in targets:
            target = ast.unparen(target)
            if isinstance(target, ast.Ident) and isinstance(file.unit.lookup(target.name), VariableName):
                found.add(target.name.encode())
    return found


def _aliases(unit: PackageUnit, name: str) -> set[str]:
    """The name of a type, with those that it is another name for."""
    found = {name}
    while isinstance(item := unit.lookup(name), TypeName) and item.spec.alias:
        aliased = ast.unparen(item.spec.type)
        if not isinstance(aliased, ast.Ident) or aliased.name in found:
            break
        name = aliased.name
        found.add(name)
    return found
