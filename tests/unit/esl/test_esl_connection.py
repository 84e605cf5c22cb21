"""A connection against a peer that does what it is told, also what no switch should do."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator

import gevent
import pytest
from gevent import monkey
from gevent import socket as gsocket
from gevent.event import Event as Signal

from engine.clock import SystemClock
from engine.errors import (
    CommandRefusedError,
    CommandTimeoutError,
    SwitchAuthError,
    SwitchError,
    SwitchUnreachableError,
)
from engine.esl.connection import Connection, Link, backoff_s
from engine.esl.watchdog import Watchdog
from engine.esl.wire import Event

OK = b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n"
GREETING = b"Content-Type: auth/request\n\n"
Answer = Callable[[str], bytes | None]


class Peer:
    """Listens on loopback; greets, then answers every command with ``answer(command)``; None stays silent."""

    def __init__(self, answer: Answer = lambda _: OK, greeting: bytes = GREETING) -> None:
        self.answer = answer
        self.greeting = greeting
        self.commands: list[str] = []
        self.sockets: list[socket.socket] = []
        self.connected = Signal()
        self.reading = True
        self._listener = gsocket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._acceptor = gevent.spawn(self._accept)

    def _accept(self) -> None:
        while True:
            sock, _ = self._listener.accept()
            self.sockets.append(sock)
            gevent.spawn(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        held = b""
        try:
            sock.sendall(self.greeting)
            self.connected.set()
            while self.reading and (data := sock.recv(65536)):
                held += data
                while b"\n\n" in held:
                    command, held = held.split(b"\n\n", 1)
                    self.commands.append(command.decode())
                    reply = self.answer(command.decode())
                    if reply is not None:
                        sock.sendall(reply)
        except OSError:
            return

    def say(self, data: bytes) -> None:
        """Send to the newest client."""
        self.sockets[-1].sendall(data)

    def hang_up(self) -> None:
        """Close what is open; new connections are still taken."""
        for sock in self.sockets:
            sock.close()
        self.sockets.clear()

    def stop(self) -> None:
        """Close everything."""
        self._acceptor.kill()
        self._listener.close()
        self.hang_up()


@pytest.fixture
def peer() -> Iterator[Peer]:
    """A peer that accepts everything."""
    found = Peer()
    yield found
    found.stop()


def connect(peer: Peer, timeout_s: float = 2.0, **options: object) -> Connection:
    connection = Connection("127.0.0.1", peer.port, "secret", timeout_s=timeout_s, **options)  # type: ignore[arg-type]
    connection.connect()
    return connection


def api(text: str) -> bytes:
    return b"Content-Type: api/response\nContent-Length: %d\n\n" % len(text) + text.encode()


def event(name: str, uuid: str = "u") -> bytes:
    body = f"Event-Name: {name}\nUnique-ID: {uuid}\n\n".encode()
    return b"Content-Length: %d\nContent-Type: text/event-plain\n\n" % len(body) + body


def wait_until(condition: Callable[[], bool], timeout_s: float = 5.0) -> None:
    with gevent.Timeout(timeout_s):
        while not condition():
            gevent.sleep(0.005)


# Connecting.


def test_it_authenticates_and_sends(peer: Peer) -> None:
    connection = connect(peer)
    assert connection.send("event plain HEARTBEAT").reply_text == "+OK accepted"
    assert peer.commands == ["auth secret", "event plain HEARTBEAT"]
    assert connection.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
    connection.stop()
    assert not connection.connected
    wait_until(lambda: peer.commands[-1] == "exit")


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(SwitchUnreachableError, match="is the switch running"):
        Connection("127.0.0.1", port, "x", timeout_s=1).connect()


def test_a_wrong_password_is_told_apart(peer: Peer) -> None:
    peer.answer = lambda _: b"Content-Type: command/reply\nReply-Text: -ERR invalid\n\n"
    with pytest.raises(SwitchAuthError, match="refused the password"):
        connect(peer)


def test_a_reply_without_its_text_is_no_acceptance(peer: Peer) -> None:
    peer.answer = lambda _: b"Content-Type: command/reply\n\n"
    with pytest.raises(SwitchAuthError):
        connect(peer)


def test_an_address_that_is_not_allowed(peer: Peer) -> None:
    peer.greeting = b"Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n"
    with pytest.raises(SwitchAuthError, match="ACL"):
        connect(peer)


def test_a_peer_that_says_nothing(peer: Peer) -> None:
    peer.greeting = b""
    with pytest.raises(SwitchUnreachableError, match="does not greet"):
        connect(peer, timeout_s=0.05)


def test_a_peer_that_closes_at_once(peer: Peer) -> None:
    peer.greeting = b"Content-Type: text/disconnect-notice\nContent-Length: 0\n\n"
    gevent.spawn(lambda: (peer.connected.wait(), peer.hang_up()))
    with pytest.raises(SwitchUnreachableError, match="closed the connection"):
        connect(peer)


def test_a_peer_that_is_no_event_socket(peer: Peer) -> None:
    peer.greeting = b"HTTP/1.1 400 Bad Request\nContent-Length: many\n\n"
    with pytest.raises(SwitchUnreachableError, match="not an event socket"):
        connect(peer)


# Commands.


def test_api_gives_the_text_and_refuses_errors(peer: Peer) -> None:
    connection = connect(peer)
    peer.answer = lambda command: api("-ERR No such channel!\n" if "kill" in command else "UP 0 years")
    assert connection.api("api status") == "UP 0 years"
    with pytest.raises(CommandRefusedError, match="No such channel"):
        connection.api("api uuid_kill x")


def test_every_reply_reaches_its_sender(peer: Peer) -> None:
    connection = connect(peer)
    peer.answer = lambda command: api(command.removeprefix("api "))
    greenlets = [gevent.spawn(connection.api, f"api {number}") for number in range(200)]
    gevent.joinall(greenlets, timeout=5)
    assert [greenlet.value for greenlet in greenlets] == [str(number) for number in range(200)]


def test_a_late_reply_is_not_taken_for_the_next(peer: Peer) -> None:
    connection = connect(peer)
    peer.answer = lambda command: None if "slow" in command else api("late") + api("prompt")
    with pytest.raises(CommandTimeoutError, match="no reply to api slow"):
        connection.api("api slow", timeout_s=0.02)
    assert connection.api("api quick") == "prompt"


def test_a_connection_that_breaks_tells_whoever_waits(peer: Peer) -> None:
    connection = connect(peer)
    peer.answer = lambda _: None
    waiting = [gevent.spawn(connection.send, "api x") for _ in range(3)]
    wait_until(lambda: len(peer.commands) == 4)
    peer.hang_up()
    gevent.joinall(waiting, timeout=5)
    assert [type(greenlet.exception) for greenlet in waiting] == [CommandTimeoutError] * 3
    with pytest.raises(SwitchUnreachableError):
        connection.send("api x")


def test_an_error_does_not_tell_the_password(peer: Peer) -> None:
    peer.answer = lambda _: None
    with pytest.raises(SwitchError) as caught:
        connect(peer, timeout_s=0.05)
    assert "secret" not in str(caught.value)


def test_a_peer_that_stops_reading_holds_nobody_up(peer: Peer) -> None:
    connection = connect(peer)
    peer.reading = False
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    stuck = [gevent.spawn(connection.send, "api " + "x" * 8_000_000, 0.1) for _ in range(3)]
    gevent.joinall(stuck, timeout=5)
    assert all(isinstance(greenlet.exception, SwitchError) for greenlet in stuck)
    assert not connection.connected  # half a command is on its way


def test_a_timeout_of_the_callers_own_stays_the_callers(peer: Peer) -> None:
    connection = connect(peer)
    peer.answer = lambda _: None
    with pytest.raises(gevent.Timeout), gevent.Timeout(0.02):
        connection.send("api x", timeout_s=5)
    assert connection.connected


# Events.


def test_events_are_routed_in_order(peer: Peer) -> None:
    seen: list[Event] = []
    connection = connect(peer, on_event=seen.append)
    peer.say(b"".join(event("CHANNEL_ANSWER", str(number)) for number in range(500)))
    wait_until(lambda: len(seen) == 500)
    assert [one.uuid for one in seen] == [str(number) for number in range(500)]
    connection.stop()


def test_a_handler_that_raises_costs_nothing_else(peer: Peer) -> None:
    seen: list[str | None] = []

    def handle(one: Event) -> None:
        seen.append(one.uuid)
        if one.uuid == "bad":
            raise RuntimeError("a defect")

    connection = connect(peer, on_event=handle)
    peer.say(event("X", "bad") + event("X", "good"))
    wait_until(lambda: seen == ["bad", "good"])
    assert connection.send("noevents").reply_text == "+OK accepted"


def test_what_is_not_understood_is_passed_over(peer: Peer) -> None:
    seen: list[Event] = []
    connection = connect(peer, on_event=seen.append)
    malformed = b"Content-Length: 5\nContent-Type: text/event-json\n\n{nope"
    log = b"Content-Length: 3\nContent-Type: log/data\n\nabc"
    peer.say(b"garbage\n\n" + malformed + log + b"Content-Type: text/unheard-of\n\n" + OK + event("X"))
    wait_until(lambda: len(seen) == 1)
    assert connection.connected


def test_lost_framing_closes_the_connection(peer: Peer) -> None:
    connection = connect(peer)
    peer.say(b"Content-Type: api/response\nContent-Length: -7\n\n")
    assert connection.closed.wait(timeout=5)
    assert isinstance(connection.error, SwitchUnreachableError)


def test_a_flood_leaves_others_their_turn(peer: Peer) -> None:
    turns, seen = 0, 0

    def handle(_: Event) -> None:
        nonlocal seen
        seen += 1

    def turn() -> None:
        nonlocal turns
        while seen < 20_000:
            turns += 1
            gevent.sleep(0)

    connection = connect(peer, on_event=handle)
    other = gevent.spawn(turn)
    peer.say(b"".join(event("CHANNEL_EXECUTE_COMPLETE", "x" * 200) for _ in range(20_000)))
    wait_until(lambda: seen == 20_000, timeout_s=30)
    other.join(timeout=5)
    assert turns > 10
    connection.stop()


# A link.


@pytest.fixture
def links() -> Iterator[list[Link]]:
    """Links to stop in the end."""
    made: list[Link] = []
    yield made
    for link in made:
        link.stop()


def link_to(peer: Peer, made: list[Link], **options: object) -> Link:
    link = Link("test", "127.0.0.1", peer.port, "secret", clock=SystemClock(), **options)  # type: ignore[arg-type]
    made.append(link)
    link.start()
    return link


def test_a_link_comes_back_and_subscribes_again(peer: Peer, links: list[Link]) -> None:
    ups: list[None] = []
    downs: list[SwitchError] = []
    link = link_to(
        peer,
        links,
        prepare=lambda connection: connection.send("event plain X"),
        on_up=lambda: ups.append(None),
        on_down=downs.append,
    )
    wait_until(lambda: link.connected)
    peer.hang_up()
    wait_until(lambda: len(ups) == 2)
    assert peer.commands == ["auth secret", "event plain X"] * 2
    assert len(downs) == 1
    assert link.last_error is None


def test_a_link_waits_for_a_switch_that_is_not_there(links: list[Link]) -> None:
    peer = Peer()
    peer.stop()
    link = link_to(peer, links)
    wait_until(lambda: link.last_error is not None)
    assert not link.connected
    with pytest.raises(SwitchUnreachableError):
        link.send("api x")


def test_a_link_survives_a_defect_in_its_preparation(peer: Peer, links: list[Link]) -> None:
    tries: list[None] = []

    def prepare(_: Connection) -> None:
        tries.append(None)
        if len(tries) == 1:
            raise RuntimeError("a defect")

    link = link_to(peer, links, prepare=prepare)
    wait_until(lambda: link.connected)
    assert len(tries) == 2


def test_a_peer_that_does_not_answer_is_given_up(peer: Peer, links: list[Link]) -> None:
    downs: list[SwitchError] = []
    peer.answer = lambda command: OK if command.startswith("auth") else None
    link_to(peer, links, on_down=downs.append, probe_s=0.02)
    wait_until(lambda: bool(downs))
    assert "does not answer" in str(downs[0])


def test_a_peer_that_sends_no_more_events_is_given_up(peer: Peer, links: list[Link]) -> None:
    downs: list[SwitchError] = []
    link_to(peer, links, on_down=downs.append, alive=lambda: False, probe_s=0.02)
    wait_until(lambda: bool(downs))
    assert "heartbeats" in str(downs[0])


def test_backoff_grows_to_ten_seconds_and_is_jittered() -> None:
    waits = [backoff_s(failures) for failures in range(20)]
    assert 0.05 <= waits[0] <= 0.1
    assert all(wait <= 10 for wait in waits)
    assert min(waits[10:]) >= 5
    assert backoff_s(0, refused=True) >= 2.5
    assert len({backoff_s(5) for _ in range(20)}) > 1


# The watchdog.


def test_a_stuck_loop_has_its_sockets_closed(peer: Peer) -> None:
    watchdog = Watchdog(stuck_s=0.2)
    watchdog.start()
    connection = connect(peer, watchdog=watchdog)
    real_sleep = monkey.get_original("time", "sleep")
    started = time.monotonic()
    while watchdog.bites == 0 and time.monotonic() - started < 10:
        real_sleep(0.02)  # the loop does not turn
    assert watchdog.bites == 1
    assert connection.closed.wait(timeout=5)  # now it does, and finds the socket shut
    assert isinstance(connection.error, SwitchUnreachableError)
    watchdog.stop()


def test_a_loop_that_turns_is_left_alone(peer: Peer) -> None:
    watchdog = Watchdog(stuck_s=2.0)
    watchdog.start()
    connection = connect(peer, watchdog=watchdog)
    gevent.sleep(0.05)
    assert watchdog.bites == 0
    assert connection.connected
    connection.stop()
    watchdog.stop()
