"""One child process: bytes in, bytes out, and the loop goes on meanwhile.

``posix_spawn`` rather than a fork: a fork copies the page tables of the whole engine and stopped the loop for
19 ms at 300 MB, a spawn takes 0.3 ms. Input and output are memory files, so nothing has to be pumped, a child
that reads or writes nothing cannot deadlock, and a full disk cannot cut a result short.
"""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from typing import IO

import gevent
from gevent import monkey

from engine.errors import TtsError

_spawn = monkey.get_original("os", "posix_spawn")
# What a renderer needs of our environment; keys and passwords of the engine stay here.
_PASSED_ON = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "ESPEAK_DATA_PATH")
_NICENESS = 10  # live calls, and a switch on the same machine, come first
_MOST_OUTPUT = 128 * 1024 * 1024


def run_process(argv: Sequence[str], stdin: bytes, *, timeout_s: float) -> bytes:
    """What ``argv`` (an absolute path first) writes to stdout when given ``stdin``.

    Must be called from a greenlet of the main loop. Raises ``TtsError`` when it cannot be started, fails, or
    takes longer than ``timeout_s``; its whole process group is then killed.
    """
    program = os.path.basename(argv[0])  # noqa: PTH119 - a name for messages
    with ExitStack() as files:
        given, out, err = (files.enter_context(_memory_file()) for _ in range(3))
        given.write(stdin)
        given.seek(0)
        status = _wait(argv, program, (given.fileno(), out.fileno(), err.fileno()), timeout_s)
        if status != 0:
            told = os.pread(err.fileno(), 400, 0).decode("utf-8", "replace").strip()
            last = told.splitlines()[-1] if told else "it gave no reason"
            how = f"was ended by signal {-status}" if status < 0 else f"failed with status {status}"
            raise TtsError(f"{program} {how}: {last}")
        size = os.fstat(out.fileno()).st_size
        if size > _MOST_OUTPUT:
            raise TtsError(f"{program} wrote {size} bytes for one prompt. Shorten the text.")
        return os.pread(out.fileno(), size, 0)


def _wait(argv: Sequence[str], program: str, ends: tuple[int, int, int], timeout_s: float) -> int:
    """Run to the end; the exit status, negative for a signal."""
    hub = gevent.get_hub()
    hub.loop.install_sigchld()
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    try:
        pid: int = _spawn(
            argv[0],
            list(argv),
            {**environment, "LC_ALL": "C.UTF-8"},
            file_actions=[(os.POSIX_SPAWN_DUP2, end, number) for number, end in enumerate(ends)],
            setpgroup=0,
        )
    except OSError as error:
        raise TtsError(f"{program} could not be started ({error.strerror}). Is it installed?") from None
    watcher = hub.loop.child(pid, False)
    with suppress(ProcessLookupError):  # it may have ended already
        os.setpriority(os.PRIO_PGRP, pid, _NICENESS)
    ended = False
    try:
        with gevent.Timeout(timeout_s) as deadline:
            try:
                hub.wait(watcher)
                ended = True
            except gevent.Timeout as timeout:
                if timeout is not deadline:
                    raise
                raise TtsError(f"{program} took longer than {timeout_s:g} s and was stopped.") from None
        return os.waitstatus_to_exitcode(watcher.rstatus)
    finally:
        if not ended:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            # The watcher that reaps must outlive us, or the child stays a zombie; the loop keeps it.
            reaper = hub.loop.child(pid, False)
            reaper.start(lambda: reaper.close())
        watcher.close()


def _memory_file() -> IO[bytes]:
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("carillon-tts"), "w+b", buffering=0)
    return tempfile.TemporaryFile(buffering=0)
