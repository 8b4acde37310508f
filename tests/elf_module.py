"""A UDF module as an ELF file that is written field by field, so that a test can change each field."""

from __future__ import annotations

import platform
import struct
from collections.abc import Sequence

from modgo_lsp.build.module_inspection import ABI_SYMBOLS

MACHINES = {"x86_64": 62, "aarch64": 183}
CODE = 0x1000  # file offset and address of the segment with code
CODE_SIZE = 64
DYNAMIC_TAGS = {
    **{"SONAME": 14, "STRTAB": 5, "STRSZ": 10, "SYMTAB": 6, "SYMENT": 11, "GNU_HASH": 0x6FFFFEF5, "HASH": 4},
    **{"RELA": 7, "RELASZ": 8, "REL": 17, "RELSZ": 18, "JMPREL": 23, "PLTRELSZ": 2, "INIT_ARRAY": 25},
    **{
        "INIT_ARRAYSZ": 27,
        "FINI_ARRAY": 26,
        "FINI_ARRAYSZ": 28,
        "FLAGS_1": 0x6FFFFFFB,
        "NEEDED": 1,
        "RPATH": 15,
    },
    **{"RUNPATH": 29},
}
_EHDR = (
    "e_type:H e_machine:H e_version:I e_entry:Q e_phoff:Q e_shoff:Q e_flags:I e_ehsize:H e_phentsize:H "
    "e_phnum:H e_shentsize:H e_shnum:H e_shstrndx:H"
)
_PHDR = "p_type:I p_flags:I p_offset:Q p_vaddr:Q p_paddr:Q p_filesz:Q p_memsz:Q p_align:Q"
_SYM = "st_name:I st_info:B st_other:B st_shndx:H st_value:Q st_size:Q"
_SHDR = (
    "sh_name:I sh_type:I sh_flags:Q sh_addr:Q sh_offset:Q sh_size:Q "
    "sh_link:I sh_info:I sh_addralign:Q sh_entsize:Q"
)


class ElfModule:
    """`fields` has each field's offset and struct format by its name: "e_shnum", "load.p_filesz", "STRSZ",
    "sym3.st_info", "gnu.buckets". `data` is the file."""

    def __init__(
        self,
        hash_style: str = "gnu",
        others: Sequence[str] = (),
        buckets: int = 2,
        dynamic: Sequence[str] = (),
    ) -> None:
        self.data = bytearray()
        self.fields: dict[str, tuple[int, str]] = {}
        self._header()
        for name in ("load", "code", "dyn"):
            self._record(_PHDR, f"{name}.")
        self._names = [*ABI_SYMBOLS, *others]
        self._names.sort(key=lambda name: gnu_hash(name) % buckets)  # as .gnu.hash requires
        self._align()
        symbols = len(self.data)
        self._symbols()
        strings = len(self.data)
        offsets = self._strings()
        self._align()
        tables = {"GNU_HASH": 0, "HASH": 0}
        if hash_style in ("gnu", "both"):
            tables["GNU_HASH"] = len(self.data)
            self._gnu_hash(buckets)
        if hash_style in ("sysv", "both"):
            tables["HASH"] = len(self.data)
            self._sysv_hash(buckets)
        self._align()
        self.dynamic_at = len(self.data)
        values = {"SONAME": offsets["m.so"], "STRTAB": strings, "STRSZ": self.strings_end - strings}
        values |= {"SYMTAB": symbols, "SYMENT": 24, **{tag: at for tag, at in tables.items() if at}}
        values |= dict.fromkeys(dynamic, 0)
        for tag, value in values.items():
            self._append("", f"{tag}.tag", "Q", DYNAMIC_TAGS[tag])
            self._append("", tag, "Q", value)
        self._append("", "NULL.tag", "Q", 0)
        self._append("", "NULL", "Q", 0)
        self.loaded = len(self.data)
        self.data += bytes(CODE + CODE_SIZE - len(self.data))
        self.sections_at = len(self.data)
        self._record(_SHDR, "section0.")
        self._record(_SHDR, "section1.")
        self._set_headers()

    def set(self, **values: int) -> ElfModule:
        """Writes fields; "." in a name is "__" here."""
        for name, value in values.items():
            at, layout = self.fields[name.replace("__", ".")]
            struct.pack_into("<" + layout, self.data, at, value)
        return self

    def get(self, name: str) -> int:
        at, layout = self.fields[name]
        value: int = struct.unpack_from("<" + layout, self.data, at)[0]
        return value

    def _header(self) -> None:
        self._append("", "magic", "I", 0x464C457F)
        for name, value in (("class", 2), ("order", 1), ("version", 1)):
            self._append("", name, "B", value)
        self.data += bytes(9)
        self._record(_EHDR, "")

    def _set_headers(self) -> None:
        machine = MACHINES.get(platform.machine(), 62)
        self.set(
            e_type=3, e_machine=machine, e_phoff=64, e_shoff=self.sections_at, e_ehsize=64, e_phentsize=56
        )
        self.set(e_version=1, e_phnum=3, e_shentsize=64, e_shnum=2, section1__sh_type=1)
        self.set(load__p_type=1, load__p_flags=6, load__p_filesz=self.loaded, load__p_memsz=self.loaded)
        self.set(load__p_align=0x1000, dyn__p_flags=6)
        self.set(code__p_type=1, code__p_flags=5, code__p_offset=CODE, code__p_vaddr=CODE)
        self.set(code__p_filesz=CODE_SIZE, code__p_memsz=CODE_SIZE, code__p_align=0x1000)
        size = self.loaded - self.dynamic_at
        self.set(
            dyn__p_type=2, dyn__p_offset=self.dynamic_at, dyn__p_vaddr=self.dynamic_at, dyn__p_filesz=size
        )

    def _symbols(self) -> None:
        self._record(_SYM, "sym0.")
        self._first: dict[str, int] = {}
        for index, name in enumerate(self._names, 1):
            self._first[name] = index
            self._record(_SYM, f"sym{index}.")
            self.set(
                **{f"sym{index}__st_info": 0x12, f"sym{index}__st_shndx": 1, f"sym{index}__st_value": CODE}
            )

    def symbol(self, name: str) -> str:
        """The prefix of a symbol's fields."""
        return f"sym{self._first[name]}__"

    def _strings(self) -> dict[str, int]:
        start, offsets = len(self.data), {}
        self.data += b"\0"
        for name in (*self._names, "m.so"):
            offsets[name] = len(self.data) - start
            self.data += name.encode() + b"\0"
        self.strings_end = len(self.data)
        for name, index in self._first.items():
            self.set(**{f"sym{index}__st_name": offsets[name]})
        return offsets

    def _gnu_hash(self, buckets: int) -> None:
        hashes = [gnu_hash(name) for name in self._names]
        for name, value in (("buckets", buckets), ("first", 1), ("bloom", 1), ("shift", 6)):
            self._append("gnu.", name, "I", value)
        bloom = 0
        for each in hashes:
            bloom |= 1 << each % 64 | 1 << (each >> 6) % 64
        self._append("gnu.", "filter", "Q", bloom)
        places = [each % buckets for each in hashes]
        for bucket in range(buckets):
            self._append("gnu.", f"bucket{bucket}", "I", places.index(bucket) + 1 if bucket in places else 0)
        for index, each in enumerate(hashes):
            last = index + 1 == len(hashes) or places[index + 1] != places[index]
            self._append("gnu.", f"chain{index + 1}", "I", each & ~1 | last)

    def _sysv_hash(self, buckets: int) -> None:
        self._append("sysv.", "buckets", "I", buckets)
        self._append("sysv.", "count", "I", len(self._names) + 1)
        places = [sysv_hash(name) % buckets for name in self._names]
        for bucket in range(buckets):
            self._append("sysv.", f"bucket{bucket}", "I", places.index(bucket) + 1 if bucket in places else 0)
        self._append("sysv.", "chain0", "I", 0)
        for index, place in enumerate(places):
            after = places[index + 1 :]
            self._append(
                "sysv.", f"chain{index + 1}", "I", index + 2 + after.index(place) if place in after else 0
            )

    def _append(self, prefix: str, name: str, layout: str, value: int) -> None:
        self.fields[prefix + name] = (len(self.data), layout)
        self.data += struct.pack("<" + layout, value)

    def _record(self, layout: str, prefix: str) -> None:
        for each in layout.split():
            name, _, kind = each.partition(":")
            self._append(prefix, name, kind, 0)

    def _align(self) -> None:
        self.data += bytes(-len(self.data) % 8)


def gnu_hash(name: str) -> int:
    value = 5381
    for character in name.encode():
        value = (value * 33 + character) & 0xFFFFFFFF
    return value


def sysv_hash(name: str) -> int:
    value = 0
    for character in name.encode():
        value = (value << 4) + character
        high = value & 0xF0000000
        value = (value ^ high >> 24) & ~high
    return value
