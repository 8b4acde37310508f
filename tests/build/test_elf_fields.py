"""Each field of a module's file at each of its bounds: libmod_go's check and `modgo inspect`.

The files are made field by field. Both readers have to give the verdict that the tables expect. The dynamic
linker has to load the file as it is before a field is changed.
"""

from __future__ import annotations

import asyncio
import ctypes
import itertools
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modgo_lsp.build.elf import DamagedError, Elf
from modgo_lsp.build.module_inspection import ABI_SYMBOLS, inspect
from modgo_lsp.build.toolchain import discover_cc
from modgo_lsp.host.native import libmod_go
from tests.elf_module import CODE, CODE_SIZE, ElfModule

OK, DAMAGED, MISSING = "module", "not whole", "does not export"
Verdict = Callable[[ElfModule], tuple[str, str]]
FIRST = ABI_SYMBOLS[0]
TOP = 2**64 - 1
NAMES = tuple(f"other_{index}" for index in range(40))
STYLES = ("gnu", "sysv")


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    """The verdicts of libmod_go and `modgo inspect` on a file: OK, DAMAGED, MISSING or another message."""
    path = tmp_path_factory.mktemp("elf") / "m.so"
    library = ctypes.CDLL(str(asyncio.run(libmod_go(asyncio.run(discover_cc()))).library))
    error = ctypes.create_string_buffer(8192)

    def judge(module: ElfModule) -> tuple[str, str]:
        path.write_bytes(module.data)
        status = library.mod_go_check(bytes(path), error)
        text = error.raw[4:].partition(b"\0")[0].decode()
        found = inspect(path)
        return (OK if status == 0 else short(text)), (OK if found.is_module else short(found.problems[0]))

    return judge


def short(text: str) -> str:
    if "cut short or damaged" in text:
        return DAMAGED
    return MISSING if "not export" in text or "exports no function" in text else text


@pytest.mark.parametrize("style", [*STYLES, "both"])
@pytest.mark.parametrize("buckets", [1, 2, 5])
@pytest.mark.parametrize("others", [(), NAMES], ids=["small", "large"])
def test_the_dynamic_linker_finds_every_symbol(
    style: str, buckets: int, others: tuple[str, ...], verdicts: Verdict, tmp_path: Path
) -> None:
    module = ElfModule(style, others, buckets)
    assert verdicts(module) == (OK, OK)
    (tmp_path / "m.so").write_bytes(module.data)
    look_up = "import ctypes, sys; [getattr(ctypes.CDLL(sys.argv[1]), name) for name in sys.argv[2:]]"
    subprocess.run([sys.executable, "-c", look_up, tmp_path / "m.so", *ABI_SYMBOLS, *others], check=True)


def bounds() -> Iterator[tuple[dict[str, int], str]]:
    """Fields of the headers and the verdict on them."""
    made = ElfModule()
    end, loaded, sections = len(made.data), made.loaded, made.sections_at
    dynamic = made.dynamic_at
    for value, verdict in (
        (sections - 1, OK),
        (sections + 1, DAMAGED),
        (end, DAMAGED),
        (TOP, DAMAGED),
        (0, DAMAGED),
    ):
        yield {"e_shoff": value}, verdict
    yield {"e_shoff": 0, "e_shnum": 0}, OK
    yield {"e_shoff": 0, "e_shnum": 1}, DAMAGED
    for value, verdict in ((0, OK), (1, OK), (3, DAMAGED), (0xFFFF, DAMAGED)):
        yield {"e_shnum": value}, verdict
    yield {"e_shoff": end - 64, "e_shnum": 1}, OK
    yield {"e_shoff": end - 63, "e_shnum": 1}, DAMAGED
    for size in (0, 63, 65):
        yield {"e_shentsize": size}, DAMAGED
    for size in (0, 55, 57):
        yield {"e_phentsize": size}, DAMAGED
    for value, verdict in ((0, DAMAGED), (2, DAMAGED), (4, OK), (0xFFFF, DAMAGED)):
        yield {"e_phnum": value}, verdict
    for value in (0, end, end - 3 * 56 + 1, TOP, TOP - 100):
        yield {"e_phoff": value}, DAMAGED
    for segment, offset, size in (("load", 0, loaded), ("code", CODE, CODE_SIZE)):
        yield {f"{segment}.p_filesz": TOP}, DAMAGED
        yield {f"{segment}.p_filesz": size + 1}, DAMAGED  # more than p_memsz
        yield (
            {f"{segment}.p_filesz": end - offset, f"{segment}.p_memsz": end - offset},
            OK if offset else DAMAGED,
        )
        yield {f"{segment}.p_filesz": end - offset + 1, f"{segment}.p_memsz": end - offset + 1}, DAMAGED
        yield {f"{segment}.p_offset": end}, DAMAGED
        yield {f"{segment}.p_offset": TOP}, DAMAGED
    yield {"load.p_memsz": CODE}, OK
    yield {"load.p_memsz": CODE + 1}, DAMAGED
    yield {"code.p_memsz": 2**63 - 1 - CODE}, OK
    yield {"code.p_memsz": 2**63 + 1 - CODE}, DAMAGED
    yield {"code.p_memsz": TOP - CODE}, DAMAGED
    yield {"code.p_memsz": TOP}, DAMAGED
    for align, verdict in ((0, OK), (1, OK), (2, OK), (3, DAMAGED), (0x1800, DAMAGED), (1 << 63, OK)):
        yield {"code.p_align": align}, verdict
    yield (
        {"code.p_vaddr": CODE + 0x1000, "code.p_align": 0x1000},
        MISSING,
    )  # aligned, but the symbols are elsewhere
    yield {"code.p_vaddr": CODE + 0x1000, "code.p_align": 0x2000}, DAMAGED
    yield {"code.p_vaddr": CODE + 8}, DAMAGED
    yield {"code.p_flags": 4}, MISSING
    yield {"code.p_flags": 1}, OK
    yield {"code.p_type": 2}, DAMAGED  # two dynamic sections
    yield {"code.p_type": 7}, MISSING  # the symbols' code isn't loaded
    yield {"dyn.p_type": 7}, DAMAGED
    yield {"load.p_type": 7}, DAMAGED
    yield {"dyn.p_offset": dynamic + 8}, DAMAGED
    yield {"dyn.p_vaddr": dynamic + 8}, DAMAGED
    yield {"dyn.p_vaddr": loaded, "dyn.p_offset": loaded}, DAMAGED
    size = loaded - dynamic
    for value, verdict in (
        (size - 1, DAMAGED),
        (size - 16, DAMAGED),
        (size, OK),
        (size + 1, DAMAGED),
        (0, DAMAGED),
    ):
        yield {"dyn.p_filesz": value}, verdict
    yield {"NULL.tag": 3}, DAMAGED


@pytest.mark.parametrize(("fields", "verdict"), list(bounds()), ids=str)
def test_headers(fields: dict[str, int], verdict: str, verdicts: Verdict) -> None:
    module = ElfModule().set(**{name.replace(".", "__"): value for name, value in fields.items()})
    assert verdicts(module) == (verdict, verdict)


def test_more_sections_than_the_header_can_count(verdicts: Verdict) -> None:
    """Their number is then in the first section. Only libmod_go checks it: `inspect` reads no sections."""
    made = ElfModule()
    for count, verdict in ((0, OK), (2, OK), (3, DAMAGED), (TOP, DAMAGED)):
        assert verdicts(made.set(e_shnum=0, section0__sh_size=count))[0] == verdict
    # No offset means no sections. Any other is that of the first section.
    assert verdicts(made.set(e_shnum=0, e_shoff=1))[0] == DAMAGED


def test_another_machine_or_kind(verdicts: Verdict) -> None:
    for values, difference in (
        ({"class": 1}, "was built for 32 bits, this process is of 64 bits"),
        ({"order": 2}, "was built for big-endian machines, this process is little-endian"),
    ):
        assert difference in verdicts(ElfModule().set(**values))[0]
    for values in ({"class": 0}, {"class": 3}, {"order": 0}, {"order": 3}):
        assert verdicts(ElfModule().set(**values)) == (DAMAGED, DAMAGED)
    for machine, name in (
        (3, "x86,"),
        (40, "arm,"),
        (22, "s390x"),
        (21, "ppc64"),
        (243, "riscv"),
        (0, "unknown"),
    ):
        assert name in verdicts(ElfModule().set(e_machine=machine))[0]
    for kind, name in ((1, "an object file"), (2, "a program"), (0, ""), (4, "")):
        assert all(
            name in each and "shared object" in each for each in verdicts(ElfModule().set(e_type=kind))
        )
    assert "no ELF file" in verdicts(ElfModule().set(magic=0x464C457E))[0]
    assert "not an ELF file" in verdicts(ElfModule().set(magic=0x454C457F))[1]


SIZED = (("RELA", "RELASZ"), ("REL", "RELSZ"), ("JMPREL", "PLTRELSZ"))
SIZED += (("INIT_ARRAY", "INIT_ARRAYSZ"), ("FINI_ARRAY", "FINI_ARRAYSZ"))


@pytest.mark.parametrize(("table", "size"), SIZED)
def test_tables_with_a_size(table: str, size: str, verdicts: Verdict) -> None:
    def of(address: int, length: int) -> tuple[str, str]:
        return verdicts(ElfModule(dynamic=(table, size)).set(**{table: address, size: length}))

    loaded = ElfModule(dynamic=(table, size)).loaded
    for address, length in (
        (0, loaded),
        (8, loaded - 8),
        (loaded - 1, 1),
        (CODE, CODE_SIZE),
        (TOP, 0),
        (loaded, 0),
    ):
        assert of(address, length) == (OK, OK), (address, length)
    for address, length in (
        (0, loaded + 1),
        (loaded, 1),
        (loaded - 1, 2),
        (CODE + CODE_SIZE, 1),
        (TOP, 1),
        (8, TOP),
    ):
        assert of(address, length) == (DAMAGED, DAMAGED), (address, length)


@pytest.mark.parametrize("tag", ["NEEDED", "SONAME", "RPATH", "RUNPATH"])
def test_names(tag: str, verdicts: Verdict) -> None:
    module = ElfModule(dynamic=(tag,))
    size = module.get("STRSZ")
    for value, verdict in ((0, OK), (size - 1, OK), (size, DAMAGED), (size + 1, DAMAGED), (TOP, DAMAGED)):
        assert verdicts(module.set(**{tag: value})) == (verdict, verdict), value


def test_strings(verdicts: Verdict) -> None:
    made = ElfModule()
    size, at, loaded = made.get("STRSZ"), made.get("STRTAB"), made.loaded
    for value in (0, TOP, loaded - at + 1):
        assert verdicts(ElfModule().set(STRSZ=value)) == (DAMAGED, DAMAGED), value
    assert verdicts(ElfModule().set(STRSZ=loaded - at)) == (OK, OK)
    assert verdicts(ElfModule().set(STRSZ=size - 1, SONAME=0)) == (DAMAGED, DAMAGED)  # no NUL at its end
    # The last name ends with the table: with a table that ends before it, the symbol has no name.
    last = max(ABI_SYMBOLS, key=lambda name: made.get(made.symbol(name).replace("__", ".") + "st_name"))
    before = made.get(made.symbol(last).replace("__", ".") + "st_name")
    assert verdicts(ElfModule().set(STRSZ=before + len(last) + 1, SONAME=0)) == (OK, OK)
    assert verdicts(ElfModule().set(STRSZ=before, SONAME=0)) == (MISSING, MISSING)
    for value in (loaded, TOP, 2**40):
        assert verdicts(ElfModule().set(STRTAB=value)) == (DAMAGED, DAMAGED), value


@pytest.mark.parametrize("style", STYLES)
def test_symbol_table(style: str, verdicts: Verdict) -> None:
    loaded = ElfModule(style).loaded
    for size in (0, 23, 25):
        assert verdicts(ElfModule(style).set(SYMENT=size)) == (DAMAGED, DAMAGED)
    for address in (loaded, loaded - 23, TOP, 2**40):
        assert verdicts(ElfModule(style).set(SYMTAB=address)) == (DAMAGED, DAMAGED)
    hash_tag, least = ("GNU_HASH", 16) if style == "gnu" else ("HASH", 8)
    for address in (loaded, loaded - least + 1, TOP):
        assert verdicts(ElfModule(style).set(**{hash_tag: address})) == (DAMAGED, DAMAGED)
    assert verdicts(ElfModule(style).set(**{f"{hash_tag}__tag": 0x6000000F})) == (DAMAGED, DAMAGED)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", ABI_SYMBOLS)
def test_symbols(style: str, name: str, verdicts: Verdict) -> None:
    """Each function of the ABI, changed so that the dynamic linker would not find it as a function."""

    def of(**values: int) -> tuple[str, str]:
        module = ElfModule(style)
        return verdicts(module.set(**{module.symbol(name) + field: value for field, value in values.items()}))

    kinds = {0x12: OK, 0x22: OK, 0x1A: OK, 0x02: MISSING, 0x11: MISSING, 0x10: MISSING, 0x13: MISSING}
    for info, verdict in kinds.items():
        assert of(st_info=info) == (verdict, verdict), info
    for other, verdict in enumerate((OK, MISSING, MISSING, OK)):
        assert of(st_other=other) == (verdict, verdict), other
    for section, verdict in ((0, MISSING), (1, OK), (0xFFF1, OK)):
        assert of(st_shndx=section) == (verdict, verdict), section
    places = {CODE: OK, CODE - 1: MISSING, CODE + CODE_SIZE - 1: OK, CODE + CODE_SIZE: MISSING, 0: MISSING}
    for place, verdict in places.items():
        assert of(st_value=place) == (verdict, verdict), place
    size = ElfModule(style).get("STRSZ")
    for text in (0, size - 1, size, 2**32 - 1):
        assert of(st_name=text) == (MISSING, MISSING), text


def test_gnu_hash(verdicts: Verdict) -> None:
    def of(buckets: int = 2, **values: int) -> tuple[str, str]:
        names = {
            name.replace("_", ".", 1) if name.startswith("gnu_") else name: at for name, at in values.items()
        }
        return verdicts(
            ElfModule("gnu", NAMES, buckets).set(**{k.replace(".", "__"): v for k, v in names.items()})
        )

    for bad in (
        {"gnu_buckets": 0},
        {"gnu_bloom": 0},
        {"gnu_bloom": 3},
        {"gnu_bloom": 2**31},
        {"gnu_first": 2**32 - 1},
    ):
        assert of(**bad) == (MISSING, MISSING), bad
    assert of(gnu_shift=63) == (OK, OK)  # only the dynamic linker uses the filter
    assert of(gnu_first=0) == (MISSING, MISSING)
    assert of(1, gnu_bucket0=2**32 - 1) == (MISSING, MISSING)
    assert of(1, gnu_bucket0=0) == (MISSING, MISSING)
    made = ElfModule("gnu", NAMES, 1)
    for index, name in itertools.product((1, 2, 3), ABI_SYMBOLS):  # a run that ends before the symbol
        at = int(made.symbol(name)[3:-2])
        if index < at:
            chain = made.get(f"gnu.chain{index}") | 1
            assert of(1, **{f"gnu_chain{index}": chain}) == (MISSING, MISSING)
    first = int(made.symbol(FIRST)[3:-2])
    value = made.get(f"gnu.chain{first}")
    for wrong in (value ^ 2, value ^ 2**31, 0):
        assert of(1, **{f"gnu_chain{first}": wrong}) == (MISSING, MISSING)
    # As old linkers number them: the symbols that are not hashed come first.
    assert of(1, gnu_bucket0=1, gnu_first=1) == (OK, OK)


def test_sysv_hash(verdicts: Verdict) -> None:
    def of(buckets: int = 1, **values: int) -> tuple[str, str]:
        named = {f"sysv__{name}": value for name, value in values.items()}
        return verdicts(ElfModule("sysv", NAMES, buckets).set(**named))

    made = ElfModule("sysv", NAMES, 1)
    count, words = made.get("sysv.count"), (made.loaded - made.get("HASH")) // 4
    assert of(buckets=1) == (OK, OK)
    for bad in (
        {"bucket0": 0},
        {"bucket0": count},
        {"count": 0},
        {"count": words + 1},
    ):
        assert of(**bad) == (MISSING, MISSING), bad
    assert of(count=words) == (OK, OK)
    last = max(int(made.symbol(name)[3:-2]) for name in ABI_SYMBOLS)
    assert of(count=last) == (OK, OK)  # as many steps as it takes to the last one
    assert of(count=last - 1) == (MISSING, MISSING)
    circle = {f"chain{last - 1}": 1} if last > 1 else {}
    assert of(**circle) == (MISSING, MISSING)
    module = ElfModule("sysv", NAMES, 2).set(sysv__buckets=0)
    assert verdicts(module) == (MISSING, MISSING)


def test_the_most_sections() -> None:
    """`modgo inspect` reads each of them."""
    module = ElfModule().set(e_shnum=8192)
    data = bytes(module.data) + bytes(8192 * 64)
    assert Elf(data).is_stripped
    data = bytes(module.set(e_shnum=8193).data) + bytes(8193 * 64)
    with pytest.raises(DamagedError, match="it has more than 8192 sections"):
        Elf(data)


def test_the_first_writable_segment_with_content() -> None:
    """Go's build information is there in a file without section headers."""
    module = ElfModule()
    assert Elf(bytes(module.data)).writable() == module.data[: module.loaded]
    assert Elf(bytes(module.set(load__p_flags=4).data)).writable() == b""
    assert Elf(bytes(module.set(code__p_flags=6).data)).writable() == bytes(CODE_SIZE)
    end = len(module.data)
    whole = {"code__p_offset": 0, "code__p_vaddr": 0, "code__p_filesz": end, "code__p_memsz": end}
    module.set(load__p_flags=6, load__p_filesz=0, load__p_memsz=0, **whole)
    assert Elf(bytes(module.data)).writable() == module.data
