"""`modgo debug --dap`: serves one editor, on standard input and output or on a port of this machine."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from contextlib import redirect_stdout
from pathlib import Path

from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.debug.adapter import DebugAdapter
from modgo_lsp.cli.debug.dap_launch import LaunchDefaults
from modgo_lsp.cli.debug.dap_messages import ProtocolError
from modgo_lsp.cli.local_module import complete
from modgo_lsp.cli.terminal import say

_LONGEST = 64 << 20
_CONNECTIONS = Path("/proc/net/tcp")
# Has the connections of clients whose sockets are for both IPv6 and IPv4, as Java's are.
_CONNECTIONS_6 = Path("/proc/net/tcp6")
_MAPPED = bytes(10) + b"\xff\xff"  # of an IPv4 address in IPv6
_ESTABLISHED = "01"


def serve(how: str, defaults: LaunchDefaults) -> int:
    """`how` is "stdio" or a port, 0 for a free one. Returns the exit code. Raises CliError."""
    if how == "stdio":
        serving = _serve_stdio(defaults)
    elif how.isascii() and how.isdigit() and int(how) <= 65535:
        if not _CONNECTIONS.exists():
            raise CliError("who connects to a port can only be checked on Linux", "use --dap stdio")
        serving = _serve_port(int(how), defaults)
    else:
        raise CliError(f"--dap {how} is not a port", "name a port, 0 for a free one, or stdio")
    try:
        complete(serving)
    except ProtocolError as error:
        raise CliError(f"the editor does not speak the Debug Adapter Protocol: {error}") from None
    except ConnectionError:
        return 0  # the editor has ended
    return 0


async def _serve_stdio(defaults: LaunchDefaults) -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=_LONGEST)
    # What else would be written to the standard output goes to the standard error.
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    try:
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer)
        transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, output)
    except (ValueError, OSError) as error:
        raise CliError(
            f"the standard input and output are not pipes ({error})", "let an editor start it"
        ) from None
    writer = asyncio.StreamWriter(transport, protocol, reader, loop)
    with redirect_stdout(sys.stderr):
        await DebugAdapter(reader, writer, defaults).run()
    await writer.drain()


async def _serve_port(port: int, defaults: LaunchDefaults) -> None:
    connected: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]]
    connected = asyncio.get_running_loop().create_future()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = writer.get_extra_info("peername"), writer.get_extra_info("sockname")
        if connected.done() or not _is_of_this_user(*ends):
            writer.close()
        else:
            connected.set_result((reader, writer))

    try:
        server = await asyncio.start_server(accept, "127.0.0.1", port, limit=_LONGEST)
    except OSError as error:
        raise CliError(f"the port {port} cannot be used ({error.strerror})", "choose another, or 0") from None
    # As Delve announces it: editors look for these words.
    say(f"DAP server listening at: 127.0.0.1:{server.sockets[0].getsockname()[1]}")
    sys.stdout.flush()
    reader, writer = await connected
    server.close()
    with redirect_stdout(sys.stderr):
        await DebugAdapter(reader, writer, defaults).run()
    await writer.drain()
    writer.close()


def _is_of_this_user(peer: tuple[str, int], own: tuple[str, int]) -> bool:
    """Whether this user has made the connection: anybody on the machine can reach the port, and a debugger
    runs what it is asked to. Another connection of this user may have the peer's port, to another server; and
    the kernel lists a closed connection as one of root."""
    for path, prefix in ((_CONNECTIONS, b""), (_CONNECTIONS_6, _MAPPED)):
        ends = [_listed(prefix, peer), _listed(prefix, own), _ESTABLISHED]
        rows = (line.split() for line in _lines(path)[1:])
        if any(row[1:4] == ends and row[7] == str(os.geteuid()) for row in rows):
            return True
    return False


def _lines(path: Path) -> list[str]:
    """None of tcp6 where the kernel has no IPv6."""
    return path.read_text().splitlines() if path.exists() else []


def _listed(prefix: bytes, address: tuple[str, int]) -> str:
    """An address as the kernel lists it: in words of 4 bytes."""
    host = prefix + socket.inet_aton(address[0])
    words = (int.from_bytes(host[each : each + 4], sys.byteorder) for each in range(0, len(host), 4))
    return f"{''.join(f'{word:08X}' for word in words)}:{address[1]:04X}"
