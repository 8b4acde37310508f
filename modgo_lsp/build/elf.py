"""Reads the headers and dynamic tables of a shared object as the dynamic linker does.

The file may be damaged or hostile. pyelftools knows the layouts; every offset and size is checked here.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import Any

from elftools.common.exceptions import ELFError
from elftools.common.utils import struct_parse
from elftools.elf.structs import ELFStructs

# More than any linker writes, and few enough to bound the time of reading.
_SEGMENTS = 256
_SECTIONS = 8192
_DYNAMIC_ENTRIES = 4096
_VERSIONS = 4096
_CHAIN = 2048  # symbols of one hash bucket
_NAME = 4096  # bytes

# Other tables that a dynamic section names, each with the entry that holds its size.
_SIZED = (
    ("DT_RELA", "DT_RELASZ"),
    ("DT_REL", "DT_RELSZ"),
    ("DT_JMPREL", "DT_PLTRELSZ"),
    ("DT_INIT_ARRAY", "DT_INIT_ARRAYSZ"),
    ("DT_FINI_ARRAY", "DT_FINI_ARRAYSZ"),
)

_PIE = 0x08000000  # DF_1_PIE in DT_FLAGS_1: a position-independent program
_WRITABLE, _EXECUTABLE = 2, 1


class NotSharedObjectError(Exception):
    """The file is not a shared object; the message says what it is, like "it is a program"."""


class DamagedError(Exception):
    """The file is damaged; the message says how, like "it ends in its header"."""


class Elf:
    """A shared object. The constructor and all methods raise NotSharedObjectError and DamagedError."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._stream = io.BytesIO(data)
        if data[:4] != b"\x7fELF":
            raise NotSharedObjectError("it is not an ELF file")
        if len(data) < 16 or data[4] not in (1, 2) or data[5] not in (1, 2):
            raise DamagedError("its header is damaged")
        self.bits = 32 * data[4]
        self.little_endian = data[5] == 1
        self._order = "<" if self.little_endian else ">"
        self._structs = ELFStructs(self.little_endian, self.bits)
        self._structs.create_basic_structs()
        self._structs.create_advanced_structs()
        self._header = self._parse(self._structs.Elf_Ehdr, 0, "it ends in its header")
        self._sections = self._read_sections()
        self._segments = self._read_segments()
        self._dynamic = self._read_dynamic()
        self._values = dict(self._dynamic)
        self._strings = self._read_strings()
        self._check_tables()

    @property
    def machine(self) -> str:
        """Like "EM_X86_64", or a number if pyelftools has no name for it."""
        return str(self._header.e_machine)

    @property
    def is_stripped(self) -> bool:
        """Whether it has no symbol table for debuggers."""
        return not any(section.sh_type == "SHT_SYMTAB" for section in self._sections)

    @property
    def soname(self) -> str | None:
        return next((self._string(value) for tag, value in self._dynamic if tag == "DT_SONAME"), None)

    @property
    def needed(self) -> tuple[str, ...]:
        """The libraries that it is linked with, in the order of its dynamic section."""
        return tuple(self._string(value) for tag, value in self._dynamic if tag == "DT_NEEDED")

    def versions(self) -> dict[str, tuple[str, ...]]:
        """The symbol versions that it needs, by library: {"libc.so.6": ("GLIBC_2.2.5", …)}."""
        offset, found = self._table("DT_VERNEED", "its symbol versions are missing"), {}
        left = _VERSIONS
        while offset is not None and left > 0:
            need = self._parse(self._structs.Elf_Verneed, offset, "its symbol versions are missing")
            names, at = [], offset + need.vn_aux
            for _ in range(min(need.vn_cnt, left)):
                one = self._parse(self._structs.Elf_Vernaux, at, "its symbol versions are missing")
                names.append(self._string(one.vna_name))
                left -= 1
                if one.vna_next == 0:
                    break
                at += one.vna_next
            found[self._string(need.vn_file)] = tuple(names)
            left -= 1
            offset = offset + need.vn_next if need.vn_next else None
        return found

    def exports(self, name: str) -> bool:
        """Whether it exports a function of that name, looked up as the dynamic linker does."""
        symbol, missing = name.encode(), "its symbol hash table is missing"
        if (table := self._table("DT_GNU_HASH", missing)) is not None:
            indices = self._gnu_chain(table, symbol)
        else:
            table = self._table("DT_HASH", missing)
            assert table is not None  # one of them is there
            indices = self._sysv_chain(table, symbol)
        return any(self._is_function(index, symbol) for index in indices)

    def section(self, name: str) -> bytes | None:
        """The content of a section, or None if there is none of that name."""
        index = self._header.e_shstrndx
        if not isinstance(index, int) or not 0 < index < len(self._sections):
            return None
        names = self._content(self._sections[index])
        encoded = name.encode() + b"\0"
        for section in self._sections:
            if section.sh_type != "SHT_NOBITS" and names.startswith(encoded, section.sh_name):
                return self._content(section)
        return None

    def writable(self) -> bytes:
        """The content of the first writable segment that has any in the file."""
        for segment in self._loaded():
            if segment.p_flags & _WRITABLE and segment.p_filesz > 0:
                return self._data[segment.p_offset : segment.p_offset + segment.p_filesz]
        return b""

    def _parse(self, layout: Any, offset: int, problem: str) -> Any:
        """The structure at `offset`. Raises DamagedError(problem) if it is not inside the file."""
        if not 0 <= offset <= len(self._data):
            raise DamagedError(problem)
        try:
            return struct_parse(layout, self._stream, offset)
        except ELFError:
            raise DamagedError(problem) from None

    def _read_sections(self) -> list[Any]:
        """Loading does not use sections. But their headers are at the end, so they show a file cut short."""
        header, layout = self._header, self._structs.Elf_Shdr
        if header.e_type != "ET_DYN":
            kinds = {"ET_EXEC": "a program", "ET_REL": "an object file", "ET_CORE": "a core dump"}
            raise NotSharedObjectError(
                f"it is {kinds.get(header.e_type, 'of an unknown type')}, not a shared object"
            )
        if header.e_shoff == 0:
            if header.e_shnum > 0:
                raise DamagedError("its section headers have no offset")
            return []
        if header.e_shentsize != layout.sizeof():
            raise DamagedError("its section headers have an invalid size")
        if header.e_shoff + header.e_shnum * header.e_shentsize > len(self._data):
            raise DamagedError("it ends before its section headers do")
        if header.e_shnum > _SECTIONS:
            raise DamagedError(f"it has more than {_SECTIONS} sections")
        places = (header.e_shoff + index * header.e_shentsize for index in range(header.e_shnum))
        return [self._parse(layout, place, "it ends before its section headers do") for place in places]

    def _read_segments(self) -> list[Any]:
        header, layout = self._header, self._structs.Elf_Phdr
        if header.e_phnum == 0 or header.e_phentsize != layout.sizeof():
            raise DamagedError("it has no program headers to load")
        if header.e_phnum > _SEGMENTS:
            raise DamagedError(f"it has more than {_SEGMENTS} program headers")
        places = (header.e_phoff + index * header.e_phentsize for index in range(header.e_phnum))
        segments = [self._parse(layout, place, "it ends before its program headers do") for place in places]
        loaded_to = 0
        for segment in segments:
            if segment.p_offset + segment.p_filesz > len(self._data):
                raise DamagedError("it ends before its last segment does")
            if segment.p_type == "PT_LOAD":
                if segment.p_filesz > segment.p_memsz:
                    raise DamagedError("a segment has an invalid size")
                if segment.p_vaddr < loaded_to:
                    raise DamagedError("its segments overlap or are out of order")
                if segment.p_vaddr + segment.p_memsz > 1 << (self.bits - 1):
                    raise DamagedError("a segment has an invalid size")
                align = max(segment.p_align, 1)
                if align & (align - 1) or (segment.p_vaddr - segment.p_offset) % align:
                    raise DamagedError("a segment is not aligned as its header declares")
                loaded_to = segment.p_vaddr + segment.p_memsz
        return segments

    def _loaded(self) -> Iterator[Any]:
        return (segment for segment in self._segments if segment.p_type == "PT_LOAD")

    def _read_dynamic(self) -> list[tuple[str, int]]:
        layout = self._structs.Elf_Dyn
        segments = [one for one in self._segments if one.p_type == "PT_DYNAMIC"]
        if len(segments) != 1:
            raise DamagedError("it has two dynamic sections" if segments else "it has no dynamic section")
        segment = segments[0]
        # The dynamic linker uses the address, other tools the offset.
        if self._offset(segment.p_vaddr, segment.p_filesz) != segment.p_offset:
            raise DamagedError("its dynamic section is not in a loaded segment")
        entries = []
        for index in range(min(segment.p_filesz // layout.sizeof(), _DYNAMIC_ENTRIES)):
            entry = self._parse(
                layout, segment.p_offset + index * layout.sizeof(), "it ends in its dynamic section"
            )
            if entry.d_tag == "DT_NULL":
                break
            if entry.d_tag == "DT_FLAGS_1" and entry.d_val & _PIE:
                raise NotSharedObjectError("it is a program, not a shared object")
            entries.append((str(entry.d_tag), int(entry.d_val)))
        else:
            raise DamagedError("its dynamic section does not end in DT_NULL")
        return entries

    def _read_strings(self) -> bytes:
        size = self._values.get("DT_STRSZ", 0)
        missing = "its string table is missing"
        offset = self._table("DT_STRTAB", missing, size)
        strings = b"" if offset is None else self._data[offset : offset + size]
        if not strings.endswith(b"\0"):
            raise DamagedError("its string table does not end in a NUL" if strings else missing)
        return strings

    def _check_tables(self) -> None:
        """Checks the tables that the dynamic linker follows without checking them."""
        symbol = self._structs.Elf_Sym.sizeof()
        if self._values.get("DT_SYMENT") != symbol or not self._is_inside("DT_SYMTAB", symbol):
            raise DamagedError("its symbol table is missing")
        if not self._values.keys() & {"DT_GNU_HASH", "DT_HASH"}:
            raise DamagedError("it has no symbol hash table")
        if not self._is_inside("DT_GNU_HASH", 16) or not self._is_inside("DT_HASH", 8):
            raise DamagedError("its symbol hash table is missing")
        for tag, value in self._dynamic:
            if tag in ("DT_NEEDED", "DT_SONAME", "DT_RPATH", "DT_RUNPATH"):
                self._string(value)
        for tag, sized in _SIZED:
            size = self._values.get(sized, 0)
            if size > 0 and self._offset(self._values.get(tag, 0), size) is None:
                raise DamagedError(f"its table {tag.removeprefix('DT_')} is missing")

    def _is_inside(self, tag: str, size: int) -> bool:
        """Whether the file holds `size` bytes of the table of `tag`. True if there is no such entry."""
        address = self._values.get(tag)
        return address is None or self._offset(address, size) is not None

    def _table(self, tag: str, problem: str, size: int = 1) -> int | None:
        """The offset of the table of `tag`, or None if the dynamic section has no such entry. Raises
        DamagedError(problem) if the table is not inside the file."""
        address = self._values.get(tag)
        if address is None:
            return None
        offset = self._offset(address, size)
        if offset is None:
            raise DamagedError(problem)
        return offset

    def _offset(self, address: int, size: int, flag: int = 0) -> int | None:
        """The file offset of an address, or None if the file does not hold `size` bytes there."""
        for segment in self._loaded():
            within = address - segment.p_vaddr
            if 0 <= within < segment.p_filesz and segment.p_flags & flag == flag:
                return segment.p_offset + within if size <= segment.p_filesz - within else None
        return None

    def _end(self, offset: int) -> int:
        """The file offset at which the segment that contains `offset` ends."""
        ends = (one.p_offset + one.p_filesz for one in self._loaded() if one.p_offset <= offset)
        return next((end for end in ends if offset < end), 0)

    def _string(self, offset: int) -> str:
        end = self._strings.find(b"\0", offset, offset + _NAME)
        if end < 0:
            raise DamagedError("its dynamic section has a name outside its string table")
        return self._strings[offset:end].decode("utf-8", "backslashreplace")

    def _content(self, section: Any) -> bytes:
        return self._data[section.sh_offset : section.sh_offset + section.sh_size]

    def _words(self, offset: int, first: int, count: int = 1) -> tuple[int, ...]:
        """`count` 32-bit words of the table at `offset`; () if they are past the end of its segment."""
        at = offset + 4 * first
        if at + 4 * count > self._end(offset):
            return ()
        return struct.unpack_from(f"{self._order}{count}I", self._data, at)

    def _gnu_chain(self, table: int, name: bytes) -> Iterator[int]:
        """The indices of the symbols with the hash of `name`."""
        head = self._words(table, 0, 3)
        # The dynamic linker asserts that the size of the bloom filter is a power of two.
        if len(head) < 3 or head[0] == 0 or head[2] == 0 or head[2] & (head[2] - 1):
            return
        hashed = 5381
        for character in name:
            hashed = (hashed * 33 + character) & 0xFFFFFFFF
        buckets, first, bloom = head
        chains = 4 + bloom * (self.bits // 32) + buckets
        start = self._words(table, chains - buckets + hashed % buckets)
        if not start or start[0] < first:
            return
        for index in range(start[0], start[0] + _CHAIN):
            word = self._words(table, chains + index - first)
            if word and word[0] | 1 == hashed | 1:
                yield index
            if not word or word[0] & 1:
                return

    def _sysv_chain(self, table: int, name: bytes) -> Iterator[int]:
        head = self._words(table, 0, 2)
        if len(head) < 2 or head[0] == 0 or head[1] > (self._end(table) - table) // 4:
            return
        hashed = 0
        for character in name:
            hashed = (hashed << 4) + character
            hashed = (hashed ^ (hashed & 0xF0000000) >> 24) & 0x0FFFFFFF
        buckets, count = head
        at = self._words(table, 2 + hashed % buckets)
        for _ in range(min(count, _CHAIN)):  # a damaged chain may be a cycle
            if not at or at[0] == 0:
                return
            yield at[0]
            at = self._words(table, 2 + buckets + at[0])

    def _is_function(self, index: int, name: bytes) -> bool:
        """Whether symbol `index` is a visible function of that name, defined in this file's code."""
        layout = self._structs.Elf_Sym
        missing = "its symbol table is missing"
        table = self._table("DT_SYMTAB", missing)
        if table is None:
            return False
        symbol = self._parse(layout, table + index * layout.sizeof(), missing)
        return (
            self._strings.startswith(name + b"\0", symbol.st_name)
            and symbol.st_info.type in ("STT_FUNC", "STT_GNU_IFUNC", "STT_LOOS")
            and symbol.st_info.bind != "STB_LOCAL"
            and symbol.st_shndx != "SHN_UNDEF"
            and symbol.st_other.visibility in ("STV_DEFAULT", "STV_PROTECTED")
            and self._offset(symbol.st_value, 1, _EXECUTABLE) is not None
        )
