"""Reads the headers and dynamic tables of a shared object as the dynamic linker would, and trusts no number
in them: the file may be damaged or hostile.

pyelftools knows the layouts; the bounds are checked here.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import Any

from elftools.common.exceptions import ELFError
from elftools.common.utils import struct_parse
from elftools.elf.structs import ELFStructs

# More than any linker makes, and little enough to be read in no time.
_SEGMENTS = 256
_SECTIONS = 8192
_DYNAMIC_ENTRIES = 4096
_VERSIONS = 4096
_CHAIN = 2048  # symbols of one hash
_NAME = 4096  # bytes

# The other tables of a dynamic section, each with the entry that has its size.
_SIZED = (
    ("DT_RELA", "DT_RELASZ"),
    ("DT_REL", "DT_RELSZ"),
    ("DT_JMPREL", "DT_PLTRELSZ"),
    ("DT_INIT_ARRAY", "DT_INIT_ARRAYSZ"),
    ("DT_FINI_ARRAY", "DT_FINI_ARRAYSZ"),
)

_PIE = 0x08000000  # in DT_FLAGS_1: a program
_WRITABLE, _EXECUTABLE = 2, 1


class NotSharedObjectError(Exception):
    """The file is something else; the text says what, as in "it is a program"."""


class DamagedError(Exception):
    """The file is not whole; the text says what is wrong, as in "it ends in its header"."""


class Elf:
    """A shared object. What `data` lacks is found when it is made or when it is asked for: both raise
    NotSharedObjectError and DamagedError."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._stream = io.BytesIO(data)
        if data[:4] != b"\x7fELF":
            raise NotSharedObjectError("it is no ELF file")
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

    # --- what it is

    @property
    def machine(self) -> str:
        """Like "EM_X86_64", or a number where there is no name for it."""
        return str(self._header.e_machine)

    @property
    def is_stripped(self) -> bool:
        """Whether it has lost its symbol table for debuggers."""
        return not any(section.sh_type == "SHT_SYMTAB" for section in self._sections)

    @property
    def soname(self) -> str | None:
        return next((self._string(value) for tag, value in self._dynamic if tag == "DT_SONAME"), None)

    @property
    def needed(self) -> tuple[str, ...]:
        """The libraries that it is linked with, in its order."""
        return tuple(self._string(value) for tag, value in self._dynamic if tag == "DT_NEEDED")

    def versions(self) -> dict[str, tuple[str, ...]]:
        """The symbol versions that it needs, by library: {"libc.so.6": ("GLIBC_2.2.5", …)}."""
        offset, found = self._table("DT_VERNEED", "its symbol versions are not there"), {}
        left = _VERSIONS
        while offset is not None and left > 0:
            need = self._parse(self._structs.Elf_Verneed, offset, "its symbol versions are not there")
            names, at = [], offset + need.vn_aux
            for _ in range(min(need.vn_cnt, left)):
                one = self._parse(self._structs.Elf_Vernaux, at, "its symbol versions are not there")
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
        """Whether it exports a function of that name, found as the dynamic linker would."""
        wanted = name.encode()
        gnu = self._table("DT_GNU_HASH", "its symbol hash table is not there")
        if gnu is not None:
            indices = self._gnu_chain(gnu, wanted)
        else:
            table = self._table("DT_HASH", "its symbol hash table is not there")
            indices = iter(()) if table is None else self._sysv_chain(table, wanted)
        return any(self._is_function(index, wanted) for index in indices)

    def section(self, name: str) -> bytes | None:
        """The content of a section, None where there is none of that name."""
        index = self._header.e_shstrndx
        if not isinstance(index, int) or not 0 < index < len(self._sections):
            return None
        names = self._content(self._sections[index])
        wanted = name.encode() + b"\0"
        for section in self._sections:
            if section.sh_type != "SHT_NOBITS" and names.startswith(wanted, section.sh_name):
                return self._content(section)
        return None

    def writable(self) -> bytes:
        """The content of the first segment that is written to, from the file."""
        for segment in self._loaded():
            if segment.p_flags & _WRITABLE and segment.p_filesz > 0:
                return self._data[segment.p_offset : segment.p_offset + segment.p_filesz]
        return b""

    # --- how it is read

    def _parse(self, layout: Any, offset: int, otherwise: str) -> Any:
        if not 0 <= offset <= len(self._data):
            raise DamagedError(otherwise)
        try:
            return struct_parse(layout, self._stream, offset)
        except ELFError:
            raise DamagedError(otherwise) from None

    def _read_sections(self) -> list[Any]:
        """Nothing is loaded by these, but they stand at the end: they tell whether all is there."""
        header, layout = self._header, self._structs.Elf_Shdr
        if header.e_type != "ET_DYN":
            kinds = {"ET_EXEC": "a program", "ET_REL": "an object file", "ET_CORE": "a core dump"}
            raise NotSharedObjectError(
                f"it is {kinds.get(header.e_type, 'no shared object')}, not a shared object"
            )
        if header.e_shoff == 0:
            if header.e_shnum > 0:
                raise DamagedError("its section headers are nowhere")
            return []
        if header.e_shentsize != layout.sizeof():
            raise DamagedError("its section headers have a size that does not exist")
        if header.e_shoff + header.e_shnum * header.e_shentsize > len(self._data):
            raise DamagedError("it ends before its section headers do")
        if header.e_shnum > _SECTIONS:
            raise DamagedError(f"it has more than {_SECTIONS} sections")
        places = (header.e_shoff + index * header.e_shentsize for index in range(header.e_shnum))
        return [self._parse(layout, place, "it ends before its section headers do") for place in places]

    def _read_segments(self) -> list[Any]:
        header, layout = self._header, self._structs.Elf_Phdr
        if header.e_phnum == 0 or header.e_phentsize != layout.sizeof():
            raise DamagedError("it has no program headers that could be loaded")
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
                    raise DamagedError("a segment has a size that cannot be")
                if segment.p_vaddr < loaded_to:
                    raise DamagedError("its segments overlap or are out of order")
                if segment.p_vaddr + segment.p_memsz > 1 << (self.bits - 1):
                    raise DamagedError("a segment has a size that cannot be")
                align = max(segment.p_align, 1)
                if align & (align - 1) or (segment.p_vaddr - segment.p_offset) % align:
                    raise DamagedError("a segment is not aligned as it says")
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
        # The dynamic linker goes by the address, tools go by the offset.
        if self._offset(segment.p_vaddr, segment.p_filesz) != segment.p_offset:
            raise DamagedError("its dynamic section is not among what is loaded")
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
            raise DamagedError("its dynamic section does not end")
        return entries

    def _read_strings(self) -> bytes:
        size = self._values.get("DT_STRSZ", 0)
        offset = self._table("DT_STRTAB", "its string table is not there", size)
        strings = b"" if offset is None else self._data[offset : offset + size]
        if not strings.endswith(b"\0"):
            raise DamagedError(
                "its string table is not there" if not strings else "its string table does not end"
            )
        return strings

    def _check_tables(self) -> None:
        """What the dynamic linker follows without a look."""
        symbol = self._structs.Elf_Sym.sizeof()
        if self._values.get("DT_SYMENT") != symbol or not self._is_there("DT_SYMTAB", symbol):
            raise DamagedError("its symbol table is not there")
        if not self._values.keys() & {"DT_GNU_HASH", "DT_HASH"}:
            raise DamagedError("it has no table to find symbols by")
        if not self._is_there("DT_GNU_HASH", 16) or not self._is_there("DT_HASH", 8):
            raise DamagedError("its symbol hash table is not there")
        for tag, value in self._dynamic:
            if tag in ("DT_NEEDED", "DT_SONAME", "DT_RPATH", "DT_RUNPATH"):
                self._string(value)
        for tag, sized in _SIZED:
            size = self._values.get(sized, 0)
            if size > 0 and self._offset(self._values.get(tag, 0), size) is None:
                raise DamagedError(f"its table {tag.removeprefix('DT_')} is not there")

    def _is_there(self, tag: str, size: int) -> bool:
        """Whether a table of at least `size` bytes is there, or none is named."""
        address = self._values.get(tag)
        return address is None or self._offset(address, size) is not None

    def _table(self, tag: str, otherwise: str, size: int = 1) -> int | None:
        """The offset of a table that the dynamic section names, None where it names none."""
        address = self._values.get(tag)
        if address is None:
            return None
        offset = self._offset(address, size)
        if offset is None:
            raise DamagedError(otherwise)
        return offset

    def _offset(self, address: int, size: int, flag: int = 0) -> int | None:
        """Where in the file an address is, None where it isn't there with `size` bytes."""
        for segment in self._loaded():
            within = address - segment.p_vaddr
            if 0 <= within < segment.p_filesz and segment.p_flags & flag == flag:
                return segment.p_offset + within if size <= segment.p_filesz - within else None
        return None

    def _end(self, offset: int) -> int:
        """Where in the file the segment that holds `offset` ends."""
        ends = (one.p_offset + one.p_filesz for one in self._loaded() if one.p_offset <= offset)
        return next((end for end in ends if offset < end), 0)

    def _string(self, offset: int) -> str:
        end = self._strings.find(b"\0", offset, offset + _NAME)
        if end < 0:
            raise DamagedError("it names what is not in its string table")
        return self._strings[offset:end].decode("utf-8", "backslashreplace")

    def _content(self, section: Any) -> bytes:
        return self._data[section.sh_offset : section.sh_offset + section.sh_size]

    # --- symbols

    def _words(self, offset: int, first: int, count: int = 1) -> tuple[int, ...]:
        """32-bit words of the table at `offset`; none past the end of its segment."""
        at = offset + 4 * first
        if at + 4 * count > self._end(offset):
            return ()
        return struct.unpack_from(f"{self._order}{count}I", self._data, at)

    def _gnu_chain(self, table: int, name: bytes) -> Iterator[int]:
        """The indices of the symbols that have the hash of `name`."""
        head = self._words(table, 0, 3)
        # The dynamic linker asserts that the third is a power of two.
        if len(head) < 3 or head[0] == 0 or head[2] == 0 or head[2] & (head[2] - 1):
            return
        wanted = 5381
        for character in name:
            wanted = (wanted * 33 + character) & 0xFFFFFFFF
        buckets, first, bloom = head
        chains = 4 + bloom * (self.bits // 32) + buckets
        start = self._words(table, chains - buckets + wanted % buckets)
        if not start or start[0] < first:
            return
        for index in range(start[0], start[0] + _CHAIN):
            word = self._words(table, chains + index - first)
            if word and word[0] | 1 == wanted | 1:
                yield index
            if not word or word[0] & 1:
                return

    def _sysv_chain(self, table: int, name: bytes) -> Iterator[int]:
        head = self._words(table, 0, 2)
        if len(head) < 2 or head[0] == 0 or head[1] > (self._end(table) - table) // 4:
            return
        wanted = 0
        for character in name:
            wanted = (wanted << 4) + character
            wanted = (wanted ^ (wanted & 0xF0000000) >> 24) & 0x0FFFFFFF
        buckets, count = head
        at = self._words(table, 2 + wanted % buckets)
        for _ in range(min(count, _CHAIN)):  # a damaged chain may go in circles
            if not at or at[0] == 0:
                return
            yield at[0]
            at = self._words(table, 2 + buckets + at[0])

    def _is_function(self, index: int, name: bytes) -> bool:
        """Whether symbol `index` is a function of that name, defined in code of this file, for all to see."""
        layout = self._structs.Elf_Sym
        table = self._table("DT_SYMTAB", "its symbol table is not there")
        if table is None:
            return False
        symbol = self._parse(layout, table + index * layout.sizeof(), "its symbol table is not there")
        return (
            self._strings.startswith(name + b"\0", symbol.st_name)
            and symbol.st_info.type in ("STT_FUNC", "STT_GNU_IFUNC", "STT_LOOS")
            and symbol.st_info.bind != "STB_LOCAL"
            and symbol.st_shndx != "SHN_UNDEF"
            and symbol.st_other.visibility in ("STV_DEFAULT", "STV_PROTECTED")
            and self._offset(symbol.st_value, 1, _EXECUTABLE) is not None
        )
