"""The message of a process that died: the useful lines of the Go runtime's output."""

from __future__ import annotations

import signal

import pytest

from modgo_lsp.host.crash_output import read_crash_output

DEADLOCK = """fatal error: all goroutines are asleep - deadlock!

goroutine 17 [select (no cases), locked to thread]:
runtime.gopark(0x1, 0x2)
\t/usr/local/go/src/runtime/proc.go:424 +0xce
example.com/m.wait(...)
\t/home/me/m/wait.go:21
example.com/m.init.0.func1()
\t/home/me/.cache/modgo/overlay/ab/0_zz_modgo_bind.go:19 +0x99
github.com/GeertJohan/aerospike-mod-go/udf.call()
\t/root/go/pkg/mod/github.com/!geert!johan/aerospike-mod-go/udf@v1.0.0/apply.go:9 +0x1
example.com/m.other()
\t/home/me/m/other.go:5 +0x1

goroutine 3 [running]:
example.com/m.unrelated()
\t/home/me/m/unrelated.go:1 +0x1
"""


def test_a_fatal_error() -> None:
    words = read_crash_output(2, "noise before\n" + DEADLOCK)
    assert words.message == (
        "the module crashed its process: fatal error: all goroutines are asleep - deadlock!"
    )
    assert words.frames == ("wait.go:21", "other.go:5")
    assert words.place == ("/home/me/m/wait.go", 21)


def test_a_release_names_gos_files_without_their_folder() -> None:
    trace = DEADLOCK.replace("/usr/local/go/src/", "").replace("/home/me/m/", "example.com/m/runtime/")
    assert read_crash_output(2, trace).frames == ("wait.go:21", "other.go:5")


def test_a_stack_overflow_names_its_cause() -> None:
    text = "runtime: goroutine stack exceeds 1000000000-byte limit\nsp=0x1\nfatal error: stack overflow\n\n"
    assert read_crash_output(2, text).message.endswith("fatal error: stack overflow")


def test_a_panic_in_a_goroutine() -> None:
    trace = "goroutine 9 [running]:\nm.f()\n\t/m/f.go:3 +0x1\n"
    text = f"panic: assignment to entry in nil map [recovered]\n\n{trace}"
    words = read_crash_output(2, text)
    assert words.message.endswith("panic: assignment to entry in nil map")
    assert words.frames == ("f.go:3",)


def test_an_exit_without_output() -> None:
    assert "exit status 7" in read_crash_output(7, "").message
    assert "SIGSEGV" in read_crash_output(-signal.SIGSEGV, "some output").message
    assert "signal 99" in read_crash_output(-99, "").message


DOWN = "the module crashed its process: "
EXIT = "the module ended its process with exit status 2 (os.Exit and log.Fatal do that)"


@pytest.mark.parametrize(
    ("text", "memory", "message"),
    [
        ("pthread_create failed: no memory", 0, EXIT),
        ("done", 5_000_000, EXIT),
        (
            "pthread_create failed",
            5_000_000,
            f"the module needs more memory than the 5 MB that it may have: {EXIT}",
        ),
        (
            "Out of memory",
            999_999,
            f"the module needs more memory than the 999999 bytes that it may have: {EXIT}",
        ),
        ("fatal error: runtime: out of memory", 0, f"{DOWN}fatal error: runtime: out of memory"),
        (
            "fatal error: runtime: out of memory",
            1_000_000,
            f"{DOWN}it needs more memory than the 1 MB that it may have "
            "(fatal error: runtime: out of memory)",
        ),
        (
            "runtime: out of memory: cannot allocate 4194304-byte block\nfatal error: out of memory",
            0,
            f"{DOWN}fatal error: out of memory",
        ),
        ("panic: a\n" + 7 * "x\n" + "out of memory", 5_000_000, f"{DOWN}panic: a"),
        (
            "panic: a\n" + 6 * "x\n" + "out of memory",
            5_000_000,
            f"{DOWN}it needs more memory than the 5 MB that it may have (panic: a)",
        ),
        ("SIGSEGV: violation\nfatal error: fault", 0, f"{DOWN}fatal error: fault (SIGSEGV: violation)"),
        (
            "unexpected fault address 0x1\nfatal error: fault",
            0,
            f"{DOWN}fatal error: fault (unexpected fault address 0x1)",
        ),
        ("panic: a\n" + 7 * "x\n" + "fatal error: b", 0, f"{DOWN}panic: a"),
    ],
)
def test_messages(text: str, memory: int, message: str) -> None:
    assert read_crash_output(2, text, memory).message == message
    if memory == 0:
        assert read_crash_output(2, text).message == message


@pytest.mark.parametrize("code", [2, -signal.SIGSEGV, -signal.SIGQUIT])
@pytest.mark.parametrize("text", ["", "SIGSEGV: segmentation violation\nPC=0x1 m=0 sigcode=1 addr=0x0"])
def test_a_worker_at_its_memory_limit(code: int, text: str) -> None:
    """Go's runtime dies of SIGSEGV where it does not check whether it got memory."""
    limit = "needs more memory than the 5 MB that it may have"
    assert limit in read_crash_output(code, text, 5_000_000, memory_limit_reached=True).message
    assert limit not in read_crash_output(code, text, 5_000_000).message
    assert "more memory" not in read_crash_output(code, text, memory_limit_reached=True).message


def test_what_was_printed_before() -> None:
    assert read_crash_output(2, "one\ntwo\npanic: a\nthree").printed == "one\ntwo"
    assert read_crash_output(2, "one\ntwo").printed == "one\ntwo"
    assert read_crash_output(2, "panic: a").place is None


@pytest.mark.parametrize(
    ("code", "end"),
    [
        (-signal.SIGSEGV, "SIGSEGV, an access to memory that isn't its own"),
        (-signal.SIGABRT, "SIGABRT, its C code gave up"),
        (-signal.SIGKILL, "SIGKILL, killed from outside, perhaps because memory ran out"),
        (-signal.SIGBUS, "SIGBUS"),
        (-99, "signal 99"),
    ],
)
def test_signals(code: int, end: str) -> None:
    assert read_crash_output(code, "").message.endswith(end)


def test_frames_are_those_of_the_first_goroutine_with_any_each_once() -> None:
    def frame(path: str) -> str:
        return f"f()\n\t{path} +0x1\n"

    trace = (
        f"panic: a\n\ngoroutine 1 [running]:\n{frame('/usr/local/go/src/runtime/a.go:1')}\n"
        f"goroutine 2 [running]:\n{frame('/m/a.go:1') * 2}{frame('/m/a.go:2')}{frame('/m/a.go:1')}\n"
        f"goroutine 3 [running]:\n{frame('/m/b.go:1')}"
    )
    found = read_crash_output(2, trace)
    assert found.frames == ("a.go:1", "a.go:2", "a.go:1")
    assert found.place == ("/m/a.go", 1)


def test_no_more_than_twelve_frames_are_shown() -> None:
    frames = "".join(f"f()\n\t/m/a.go:{line} +0x1\n" for line in range(1, 15))
    found = read_crash_output(2, f"panic: a\n\ngoroutine 1 [running]:\n{frames}")
    assert found.frames == tuple(f"a.go:{line}" for line in range(1, 13))
