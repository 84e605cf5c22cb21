"""How fast events are decoded: Carillon's parser, greenswitch's own reader, and other clients, side by side.

    python -m bench.esl_decode [--events 5000] [--rounds 5] [--no-others]

Every client gets the same bytes and reads the same six headers of every event, those that say where an event
belongs: Event-Name, Unique-ID, Application-UUID, Job-UUID, Hangup-Cause and Event-Date-Timestamp. Two of them are
absent from most events, which is the slow case for a parser that searches.

* recorded: the events under ``tests/data/esl``, over and over; generated: events of 6 KB, no two of them alike.
* in memory: bytes in, headers out. Over TCP: a process of its own plays the switch on loopback, and each client does
  its whole work: connect, authenticate, receive, decode, hand the event to a handler. Each runs in a fresh process.
* rounds are interleaved, and the median is printed, because a shared machine is never equally fast twice.

Other clients are installed into a temporary directory, and skipped with the reason when that fails: python-ESL (the
switch's own C library with its wrapper, plain events) and, when Node is installed, ``esl-lite`` (JSON events, which
is all that it asks for; its framing misses an empty line that falls between two reads, so it loses events, and its
rate is that of the events it did see). The fastest of them is the measure, besides greenswitch.

What profiling found, for a plain event of 7 KB with 160 headers, in microseconds: framing 2.5; making the event, with
one copy of its bytes, 0.7; reading six headers 14, of which three searches through all of it are 8 and learning
where the headers end 2. Looking for the empty line that ends the headers took 9.6 by itself, more than everything
else together: every line begins like it. Now the header that announces a body is looked for instead. A search from
the back would find the application's headers sooner, but then the last of a repeated header would count, and not
the first. JSON costs about as much for six headers (one pass of msgspec over everything, 8 to 11) and wins when
more are read; the switch itself spends half as much again on writing it. greenswitch unquotes and splits everything,
300 to 330, and keeps it.
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import argparse  # noqa: E402
import io  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import shutil  # noqa: E402
import socket  # noqa: E402
import statistics  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
import uuid  # noqa: E402
import venv  # noqa: E402
import warnings  # noqa: E402
from collections.abc import Callable, Iterator  # noqa: E402
from contextlib import contextmanager  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402
from urllib.parse import quote  # noqa: E402

import gevent  # noqa: E402
from gevent.event import Event as Signal  # noqa: E402

from engine.esl.connection import Connection  # noqa: E402
from engine.esl.wire import Event, Parser  # noqa: E402

SIX = (
    "Event-Name",
    "Unique-ID",
    "Application-UUID",
    "Job-UUID",
    "Hangup-Cause",
    "Event-Date-Timestamp",
)
DATA = Path(__file__).parents[1] / "tests" / "data" / "esl"
GENERATED_BYTES = 6 * 1024
CHUNK = 64 * 1024  # what a read of a busy socket gives
PASSWORD = "ClueCon"

ESL_LITE = "esl-lite@3.2.0"
PYTHON_ESL = "python-ESL==1.4.18"


# The streams.


def recorded(form: str, events: int) -> bytes:
    """The recorded events of a call in ``plain`` or ``json``, repeated to about ``events``."""
    messages = Parser().feed((DATA / f"keys.{form}.raw").read_bytes())
    blocks = [m.head + b"\n\n" + m.body for m in messages if m.content_type == f"text/event-{form}"]
    return b"".join((blocks * (events // len(blocks) + 1))[:events])


def generated(form: str, events: int) -> bytes:
    """Completions of 6 KB, each with UUIDs and times of its own."""
    found = [m.event() for m in Parser().feed((DATA / "keys.plain.raw").read_bytes())]
    template = next(e for e in found if e is not None and e.name == "CHANNEL_EXECUTE_COMPLETE").headers()
    while len(plain(template)) > GENERATED_BYTES:
        template.pop(max((name for name in template if name.startswith("variable_")), key=len))
    blocks = []
    for place in range(events):
        template["Unique-ID"] = str(uuid.UUID(int=place * 2))
        template["Application-UUID"] = str(uuid.UUID(int=place * 2 + 1))
        template["Event-Date-Timestamp"] = str(1_700_000_000_000_000 + place)
        body = plain(template) if form == "plain" else json.dumps(template, separators=(",", ":")).encode()
        blocks.append(
            b"Content-Length: %d\nContent-Type: text/event-%s\n\n" % (len(body), form.encode()) + body
        )
    return b"".join(blocks)


def plain(headers: dict[str, str]) -> bytes:
    """As ``switch_event_serialize`` writes it."""
    return (
        "".join(f"{name}: {quote(value, safe='/,()')}\n" for name, value in headers.items()).encode() + b"\n"
    )


# In memory.


def carillon_in_memory(stream: bytes) -> float:
    """Seconds for the whole stream."""
    start = time.perf_counter()
    parser = Parser()
    for at in range(0, len(stream), CHUNK):
        for message in parser.feed(stream[at : at + CHUNK]):
            event = message.event()
            assert event is not None
            read = event.get
            for name in SIX:
                read(name)
    return time.perf_counter() - start


def greenswitch_in_memory(stream: bytes) -> float:
    """Seconds for the whole stream; its reader queues the events, from where they are taken."""
    from greenswitch.esl import ESLProtocol

    start = time.perf_counter()
    protocol = ESLProtocol()
    protocol.connected = True
    protocol.sock_file = io.BufferedReader(io.BytesIO(stream))  # type: ignore[arg-type]
    protocol.receive_events()
    queue = protocol._esl_event_queue
    while not queue.empty():
        read = queue.get().headers.get
        for name in SIX:
            read(name)
    return time.perf_counter() - start


# Over TCP: the switch, and the clients, each in a process of its own.


def serve(plain_path: str, json_path: str) -> None:
    """Play the switch: greet, say +OK to everything, and send the stream after ``bgapi go``."""
    streams = {"plain": Path(plain_path).read_bytes(), "json": Path(json_path).read_bytes()}
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        peer, _ = listener.accept()
        gevent.spawn(_serve_one, peer, streams)


def _serve_one(peer: socket.socket, streams: dict[str, bytes]) -> None:
    form, held = "plain", b""
    try:
        peer.sendall(b"Content-Type: auth/request\n\n")
        while data := peer.recv(65536):
            held += data
            while b"\n\n" in held:
                command, held = held.split(b"\n\n", 1)
                reply = b"+OK accepted" if command.startswith(b"auth") else b"+OK"
                peer.sendall(b"Content-Type: command/reply\nReply-Text: " + reply + b"\n\n")
                if command.startswith(b"event"):
                    form = "json" if b"json" in command else "plain"
                if command.startswith(b"bgapi go"):
                    peer.sendall(streams[form])
    except OSError:
        return


def carillon_over_tcp(port: int, events: int, form: str) -> float:
    """Our connection, its reader and a handler."""
    done, seen = Signal(), 0

    def handle(event: Event) -> None:
        nonlocal seen
        for name in SIX:
            event.get(name)
        seen += 1
        if seen == events:
            done.set()

    connection = Connection("127.0.0.1", port, PASSWORD, on_event=handle)
    connection.connect()
    connection.send(f"event {form} CHANNEL_EXECUTE_COMPLETE")
    start = time.perf_counter()
    connection.send("bgapi go")
    done.wait(timeout=120)
    assert seen == events
    return time.perf_counter() - start


def greenswitch_over_tcp(port: int, events: int) -> float:
    """greenswitch as it comes."""
    import greenswitch

    done, seen = Signal(), 0

    def handle(event: Any) -> None:
        nonlocal seen
        for name in SIX:
            event.headers.get(name)
        seen += 1
        if seen == events:
            done.set()

    client = greenswitch.InboundESL("127.0.0.1", port, PASSWORD)
    client.connect()
    client.register_handle("*", handle)
    client.send("event plain CHANNEL_EXECUTE_COMPLETE")
    start = time.perf_counter()
    client.send("bgapi go")
    done.wait(timeout=120)
    assert seen == events
    return time.perf_counter() - start


PYTHON_ESL_CLIENT = """
import sys, time, ESL
port, events = sys.argv[1], int(sys.argv[2])
client = ESL.ESLconnection("127.0.0.1", port, "ClueCon")
client.events("plain", "CHANNEL_EXECUTE_COMPLETE")
names = {names}
start = time.perf_counter()
client.send("bgapi go")
seen = 0
while seen < events:
    read = client.recvEvent().getHeader
    if read("Event-Name") == "SOCKET_DATA":
        continue  # the reply
    for name in names:
        read(name)
    seen += 1
print(time.perf_counter() - start)
"""

ESL_LITE_CLIENT = """
import {{ FreeSwitchClient }} from 'esl-lite'
const [port, events] = [Number(process.argv[2]), Number(process.argv[3])]
const nothing = () => undefined
const logger = {{ trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => logger }}
const names = {names}
let seen = 0, read = 0, start = 0, last = 0, before = -1
const client = new FreeSwitchClient({{ host: '127.0.0.1', port, password: 'ClueCon', logger }})
const end = () => {{
  console.error(`${{events - seen}} lost`)
  console.log(((last - start) / 1000) * (events / seen))
  process.exit(read > 0 ? 0 : 1)
}}
const handle = (message) => {{
  const data = message.body.data
  for (const name of names) if (data[name] != null) read++
  last = performance.now()
  if (++seen === events) end()
}}
for (const name of ['CHANNEL_ANSWER', 'CHANNEL_PARK', 'DTMF', 'CHANNEL_EXECUTE_COMPLETE', 'CHANNEL_HANGUP_COMPLETE'])
  client.on(name, handle)
setTimeout(() => {{ start = performance.now(); client.bgapi('go', 100000) }}, 500)
setInterval(() => {{ if (start && seen === before) end(); before = seen }}, 1500)
"""


def install_python_esl(folder: Path) -> list[str]:
    """The command that runs the python-ESL client. Raises when it cannot be built."""
    home = folder / "python-esl"
    venv.create(home, with_pip=True)
    binaries = home / "bin"
    pip = [str(binaries / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run([*pip, "swig", "setuptools", "wheel"])
    # Its setup asks swig for an option that swig no longer knows.
    shim = folder / "shim"
    shim.mkdir()
    (shim / "swig").write_text(
        '#!/bin/sh\nfor a; do shift; [ "$a" = -classic ] || set -- "$@" "$a"; done\n'
        f'exec "{binaries}/swig" "$@"\n'
    )
    (shim / "swig").chmod(0o755)
    path = os.pathsep.join((str(shim), str(binaries), os.environ.get("PATH", "")))
    _run([*pip, "--no-build-isolation", PYTHON_ESL], env={**os.environ, "PATH": path})
    script = folder / "python_esl_client.py"
    script.write_text(PYTHON_ESL_CLIENT.format(names=SIX))
    return [str(binaries / "python"), str(script)]


def install_esl_lite(folder: Path) -> list[str]:
    """The command that runs the esl-lite client. Raises when it cannot be installed."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise RuntimeError("Node is not installed")
    home = folder / "esl-lite"
    home.mkdir()
    _run([npm, "install", "--no-audit", "--no-fund", ESL_LITE], cwd=home)
    script = home / "client.mjs"
    script.write_text(ESL_LITE_CLIENT.format(names=json.dumps(SIX)))
    return [node, str(script)]


def _run(command: list[str], **options: Any) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, **options)
    if done.returncode:
        raise RuntimeError((done.stderr or done.stdout).strip().splitlines()[-1])


@contextmanager
def switch(folder: Path, streams: dict[str, bytes]) -> Iterator[int]:
    """The playing switch's port."""
    paths = []
    for form in ("plain", "json"):
        path = folder / f"{form}.stream"
        path.write_bytes(streams[form])
        paths.append(str(path))
    command = [sys.executable, "-m", "bench.esl_decode", "--serve", *paths]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def client(command: list[str], port: int, events: int) -> float:
    """Seconds, as a client in a process of its own has measured them."""
    done = subprocess.run(
        [*command, str(port), str(events)], capture_output=True, text=True, timeout=180, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip()[-300:])
    return float(done.stdout.split()[-1])


# The report.


def measure(ways: dict[str, Callable[[], float]], events: int, rounds: int) -> dict[str, float]:
    """Events a second, the median of interleaved rounds."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            times[name].append(way())
    return {name: events / statistics.median(taken) for name, taken in times.items()}


def report(title: str, rates: dict[str, float]) -> None:
    """Print a table with ratios to greenswitch."""
    base = rates["greenswitch"]
    print(f"\n{title}")
    for name, rate in sorted(rates.items(), key=lambda item: item[1]):
        print(f"  {name:<22}{rate:>10,.0f} events/s{rate / base:>8.1f} x greenswitch")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description="Decoding speed of event socket clients.")
    parser.add_argument("--events", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-others", action="store_true", help="only Carillon and greenswitch")
    parser.add_argument("--serve", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--client", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # greenswitch's and six's
    if options.serve:
        serve(*options.serve)
        return
    if options.client:
        name, port, events = options.client[0], int(options.client[1]), int(options.client[2])
        if name == "greenswitch":
            print(greenswitch_over_tcp(port, events))
        else:
            print(carillon_over_tcp(port, events, name))
        return

    with tempfile.TemporaryDirectory(prefix="esl-decode-") as name:
        folder = Path(name)
        ourselves = [sys.executable, "-m", "bench.esl_decode", "--client"]
        commands = {
            "carillon, plain": [*ourselves, "plain"],
            "carillon, json": [*ourselves, "json"],
            "greenswitch": [*ourselves, "greenswitch"],
        }
        others = {}
        if not options.no_others:
            for title, install in (("python-ESL", install_python_esl), ("esl-lite (Node)", install_esl_lite)):
                try:
                    others[title] = install(folder)
                except (OSError, RuntimeError, subprocess.SubprocessError) as error:
                    print(f"{title} is skipped: {error}")
        commands |= others
        compare(folder, commands, list(others), options.events, options.rounds)


def compare(
    folder: Path, commands: dict[str, list[str]], others: list[str], events: int, rounds: int
) -> None:
    """Measure and print everything."""
    for kind, make in (("recorded", recorded), ("generated", generated)):
        streams = {form: make(form, events) for form in ("plain", "json")}
        size = len(streams["plain"]) // events
        rates = measure(
            {
                "carillon, plain": lambda streams=streams: carillon_in_memory(streams["plain"]),
                "carillon, json": lambda streams=streams: carillon_in_memory(streams["json"]),
                "greenswitch": lambda streams=streams: greenswitch_in_memory(streams["plain"]),
            },
            events,
            rounds,
        )
        report(f"{kind} events of {size:,} bytes, in memory", rates)
        with switch(folder, streams) as port:
            rates = measure(
                {
                    name: lambda command=command, port=port: client(command, port, events)
                    for name, command in commands.items()
                },
                events,
                rounds,
            )
        report(f"{kind} events of {size:,} bytes, over TCP", rates)
        if others:
            fastest = max(others, key=lambda name: rates[name])
            ratio = rates["carillon, plain"] / rates[fastest]
            print(f"  carillon, plain is {ratio:.1f} x the fastest other client, {fastest}")


if __name__ == "__main__":
    main()
