"""Random registrations of random functions, in every form that the SDK accepts."""

from __future__ import annotations

import random

from tests.agreement.expressions import function_expression
from tests.agreement.oddities import odd_declarations
from tests.agreement.source import FUNCTIONS, SDK, File


class Registering:
    """Writes registrations to a file. `stem` makes the names of different files distinct."""

    def __init__(self, file: File, stem: str) -> None:
        self.file, self.rng, self.stem = file, file.rng, stem
        self.used: list[str] = []
        self.functions: list[str] = []

    def name(self) -> str:
        """An expression for the name of a registration."""
        rng = self.rng
        text = f"{self.stem}_{len(self.used)}"
        kind = rng.random()
        if kind < 0.05 and self.used:
            text = rng.choice(self.used)
        elif kind < 0.1:
            text = rng.choice(["", "1a", "a-b", "é", "a b", "x" * 127, "x" * 128])
        self.used.append(text)
        literal = f'"{text}"'
        constants = [(other, constant) for other in self.file.others for constant in other.constants]
        kind = rng.random()
        if kind < 0.1:
            named = self.file.fresh(f"name_{self.stem}")
            self.file.body.append(f"const {named} = {literal}")
            return named
        if kind < 0.18:
            typed = self.file.fresh(f"text_{self.stem}")
            self.file.body.append(f"type {typed} string\nconst {typed}c {typed} = {literal}")
            return f"string({typed}c)"
        if kind < 0.3 and constants:
            other, constant = rng.choice(constants)
            return f"{literal} + {self.file.qualifier(other.path)}{constant}"
        if kind < 0.36:
            return self.file.qualifier("strings") + f"ToLower({literal})"
        if kind < 0.4:
            return self.file.qualifier("net/http") + f"MethodGet + {literal}"
        return literal

    def function(self) -> str:
        """An expression for a registered function. The declarations that it needs are added."""
        rng, file = self.rng, self.file
        name = file.fresh(f"F{self.stem}" if rng.random() < 0.7 else f"f{self.stem}")
        signature = file.signature()
        declared = f"func {name}{signature} {{ panic(0) }}"
        kind = rng.random()
        if self.functions and kind < 0.06:
            return rng.choice(self.functions)
        if kind < 0.3:
            file.body.append(declared)
            self.functions.append(name)
            return name
        if rng.random() < 0.4:
            return function_expression(file, name)
        if kind < 0.5:
            return f"func{signature} {{ panic(0) }}"
        if kind < 0.56:
            file.body.append(f"var {name} func{signature}")
            return name
        if kind < 0.62:
            file.body.append(f"type T{name} struct{{}}\nfunc (T{name}) M{signature} {{ panic(0) }}")
            return rng.choice([f"T{name}{{}}.M", f"T{name}.M", f"(*T{name}).M", f"new(T{name}).M"])
        if kind < 0.66:
            file.body.append(f"func {name}[P any](r *{file.qualifier(SDK)}Record, p P) (q P) {{ return }}")
            return f"{name}[{file.type(2)}]"
        if kind < 0.70:
            file.body.append(f"type K{name} func{signature}\n{declared}")
            return f"K{name}({name})"
        if kind < 0.74:
            file.body.append(declared)
            return rng.choice([f"any({name})", f"interface{{}}(any({name}))", f"({name})"])
        if kind < 0.80:
            value = rng.choice(["[]func{}{{nil}}", "map[int]func{}{{}}"]).format(signature)
            file.body.append(f"var {name} = {value}")
            return f"{name}[0]"
        if kind < 0.84:
            file.body.append(f"func {name}() func{signature} {{ return nil }}")
            return f"{name}()"
        if kind < 0.88:
            file.body.append(f"var {name} struct {{ inner struct {{ F func{signature} }} }}")
            return f"{name}.inner.F"
        if kind < 0.9:
            return rng.choice(["nil", "5", '"x"', "struct{}{}", "any(nil)", "any(5)"])
        return self.distant()

    def distant(self) -> str:
        """A function of another package."""
        rng, file = self.rng, self.file
        other = rng.choice(file.others) if file.others else None
        if other is not None and other.functions and rng.random() < 0.5:
            return file.qualifier(other.path) + rng.choice(other.functions)
        path = rng.choice(list(FUNCTIONS))
        chosen = rng.choice(FUNCTIONS[path])
        qualifier = file.qualifier(path)
        return chosen.replace("{q}", qualifier) if "{q}" in chosen else qualifier + chosen

    def call(self) -> str:
        return f"{self.file.qualifier(SDK)}Register({self.name()}, {self.function()})"

    def registration(self) -> None:
        rng, file = self.rng, self.file
        register = f"{file.qualifier(SDK)}Register"
        call = self.call()
        helper = file.fresh(f"helper{self.stem}")
        forms = [
            f"var _ = {call}",
            f"func init() {{ {call} }}",
            f"func init() {{ {{ _ = {call} }} }}",
            f"func init() {{ {helper}() }}\nfunc {helper}() {{ {call} }}",
            f"var _ = {helper}()\nfunc {helper}() int {{ {call}; return 0 }}",
            f'func init() {{ if len("a") > 0 {{ {call} }} }}',
            f"func init() {{ for range 1 {{ {call} }} }}",
            f"func init() {{ defer {call} }}",
            f"func init() {{ func() {{ {call} }}() }}",
            f"func {helper}() {{ {call} }}",
            f"type R{helper} int\nfunc (R{helper}) M() {{ {call} }}\nfunc init() {{ R{helper}(0).M() }}",
            f"func init() {{ {helper} := {register}; {helper}({self.name()}, {self.function()}) }}",
        ]
        weights = [6, 6, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
        file.body.append(random.Random(rng.random()).choices(forms, weights)[0])

    def unregistered(self) -> None:
        """A function that looks like a UDF."""
        name = self.file.fresh(f"Loose{self.stem}")
        self.file.body.append(f"func {name}{self.file.signature()} {{ panic(0) }}")
        if self.rng.random() < 0.3:
            self.file.body.append(f"var _ = {name}")
        else:
            self.file.loose.append(name)

    def oddity(self) -> None:
        names = [self.name(), self.name()]
        self.file.body.append(odd_declarations(self.file, self.file.fresh(f"odd{self.stem}"), names))
