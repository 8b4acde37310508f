"""The address of a cluster and the login: seeds, user, TLS. Parses the options; does not connect."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path

import msgspec

from modgo_lsp.ship.failure import usage_error

SERVICE_PORT = 3000
_SYNTAX = "write HOST or HOST:PORT, several with commas, as in 10.0.0.5:3000,10.0.0.6:3000"
_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?")


class Seed(msgspec.Struct, frozen=True):
    """One node's service address, from which the client learns of the others."""

    host: str
    port: int
    tls_name: str = ""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


class Tls(msgspec.Struct, frozen=True):
    """Files for TLS; None for the client's default."""

    cafile: Path | None = None
    capath: Path | None = None
    certfile: Path | None = None
    keyfile: Path | None = None
    keyfile_password: str | None = None


class Access(msgspec.Struct, frozen=True):
    """`auth` is INTERNAL, EXTERNAL, EXTERNAL_INSECURE or PKI, as in the official tools."""

    seeds: tuple[Seed, ...]
    user: str | None = None
    password: str | None = None
    auth: str = "INTERNAL"
    tls: Tls | None = None
    alternate_services: bool = False

    def __str__(self) -> str:
        return ", ".join(str(seed) for seed in self.seeds)


def read_seeds(text: str) -> tuple[Seed, ...]:
    """Parses `--hosts`: HOST, HOST:PORT or HOST:TLSNAME:PORT, separated by commas; an IPv6 address is in
    brackets. Raises ShipError."""
    words = [word.strip() for word in text.split(",")]
    if not any(words):
        raise usage_error("--hosts names no host", _SYNTAX)
    return tuple(_seed(word) for word in words if word)


def _seed(word: str) -> Seed:
    host, rest = _split_host(word)
    fields = rest.split(":") if rest is not None else []
    tls_name = fields[0] if len(fields) == 2 else ""
    if len(fields) > 2 or (len(fields) == 2 and not _HOST.fullmatch(tls_name)):
        raise usage_error(f"{word!r} in --hosts is not an address", f"{_SYNTAX}; IPv6 as [::1]:3000")
    return Seed(host, _port(fields[-1], word) if fields else SERVICE_PORT, tls_name)


def _split_host(word: str) -> tuple[str, str | None]:
    """The host, and the text after the colon that follows it."""
    if word.startswith("["):
        inside, bracket, rest = word[1:].partition("]")
        try:
            ipaddress.IPv6Address(inside.partition("%")[0])
        except ValueError:
            bracket = ""
        if not bracket or (rest and not rest.startswith(":")):
            raise usage_error(f"{word!r} in --hosts is not an IPv6 address", "write it as [::1]:3000")
        return inside, rest[1:] if rest else None
    host, colon, rest = word.partition(":")
    if not _HOST.fullmatch(host):
        raise usage_error(f"{word!r} in --hosts is not an address", _SYNTAX)
    return host, rest if colon else None


def _port(text: str, word: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) <= 0xFFFF:
        return int(text)
    raise usage_error(f"{word!r} in --hosts has no port from 1 to 65535", _SYNTAX)
