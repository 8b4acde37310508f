"""The message of a process that died: the useful lines of the Go runtime's output."""

from __future__ import annotations

import signal

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
        "the module took its process down: fatal error: all goroutines are asleep - deadlock!"
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
