"""A channel: its state machine, its headers and variables, and the applications that run on it."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.simulator import causes, headers, recording, sip
from engine.simulator.callees import Callee
from engine.simulator.events import WITH_VARIABLES, Block, Variables
from engine.simulator.party import Party
from engine.simulator.stack import Stack
from engine.simulator.timetable import Timetable

if TYPE_CHECKING:
    from engine.simulator.switch import Switch

_CALL_STATES = {
    "DOWN": 0,
    "DIALING": 1,
    "RINGING": 2,
    "EARLY": 3,
    "ACTIVE": 4,
    "HELD": 5,
    "RING_WAIT": 6,
    "HANGUP": 7,
    "UNHELD": 8,
}
_CODEC = (
    ("channel-read-codec-name", "PCMU"),
    ("channel-read-codec-rate", "8000"),
    ("channel-read-codec-bit-rate", "64000"),
    ("Channel-Write-Codec-Name", "PCMU"),
    ("Channel-Write-Codec-Rate", "8000"),
    ("Channel-Write-codec-bit-rate", "64000"),
)
_DIGIT_DURATION = 2000  # in samples at 8 kHz, the switch's default
_REFERENCE = re.compile(r"\$\{([^{}]*)\}")


class Channel:
    """One leg of a call. Everything here runs on the scheduler's greenlet or between two of its callbacks."""

    def __init__(
        self,
        switch: Switch,
        uuid: str,
        name: str,
        number: str,
        gateway: str,
        callee: Callee,
        caller_id: tuple[str, str],
        variables: list[tuple[str, str]],
    ) -> None:
        self.switch = switch
        self.uuid = uuid
        self.name = name
        self.number = number
        self.gateway = gateway
        self.direction = "outbound"
        self.state = "CS_NEW"
        self.running_state = "CS_NONE"
        self.in_dialplan = False
        self.network_address = ""
        self.responded = False
        self.call_state = "DOWN"
        self.ringing = False
        self.early_media = False
        self.answered = False
        self.codec_agreed = False
        self.verbose = False
        self.hangup_cause = ""
        self.remote_ended = False
        self.times = Timetable(int(time.time() * 1_000_000), switch.scheduler)
        self.party = Party(self, callee)
        self.variables = Variables(variables)
        self.caller_id = self.first_caller_id = caller_id
        self.callee_id = ("Outbound Call", number)
        self.digits: deque[tuple[str, int, str]] = deque()
        self.digits_dialed = ""
        self.stack = Stack(self)
        self.on_progress: list[Callable[[Channel], object]] = []
        self.on_answer: list[Callable[[Channel], object]] = []
        self.on_hangup: list[Callable[[Channel], object]] = []
        self.partner: Channel | None = None
        self.other_leg: tuple[str, Channel] | None = None
        self.recordings: dict[str, recording.Recording] = {}
        self._queued_events: deque[tuple[str, tuple[tuple[str, str], ...]]] = deque()
        self._caller_block: Block | None = None
        self._state_block: Block | None = None
        self._state_key: tuple[object, ...] = ()
        self._destroyed = False

    # What it is.

    @property
    def down(self) -> bool:
        """Hung up, though perhaps not all is told yet."""
        return bool(self.hangup_cause)

    @property
    def ready(self) -> bool:
        """An application may go on."""
        return not self.hangup_cause and not self.stack.transferring

    @property
    def media_ready(self) -> bool:
        return self.answered or self.early_media

    @property
    def is_sip(self) -> bool:
        return self.name.startswith("sofia/")

    def get(self, name: str) -> str | None:
        """A variable as ``${name}`` finds it: the channel's own, its caller profile's, then a global one."""
        value = self.variables.get(name)
        if value is not None:
            return value
        profile = {
            "uuid": self.uuid,
            "channel_name": self.name,
            "caller_id_name": self.caller_id[0],
            "caller_id_number": self.caller_id[1],
            "destination_number": self.number,
            "callee_id_name": self.callee_id[0],
            "callee_id_number": self.callee_id[1],
            "direction": self.direction,
            "state": self.running_state,
        }
        return profile.get(name) or self.switch.globals.get(name)

    def expand(self, text: str) -> str:
        """Replace ``${variable}``; what is not set becomes nothing."""
        for _ in range(5):
            if "${" not in text:
                break
            text = _REFERENCE.sub(lambda found: self.get(found[1]) or "", text)
        return text

    # Events.

    def fire(
        self, name: str, *extra: tuple[str, str], first: tuple[tuple[str, str], ...] = (), subclass: str = ""
    ) -> None:
        """Fire an event of this channel, with ``first`` before and ``extra`` after the channel's headers."""
        switch = self.switch
        if switch.wanted(name):
            switch.fire(name, lambda: self._blocks(name, extra, first), subclass=subclass)

    def fire_detached(self, subclass: str, *pairs: tuple[str, str]) -> None:
        """Fire a CUSTOM event as a media bug does: it names the channel and carries nothing else of it.

        The switch fires it a second time, with the channel's headers, as soon as the channel is (again) just parked.
        """
        own = [("Unique-ID", self.uuid), *pairs]
        self.switch.fire("CUSTOM", lambda: [Block(own)], subclass=subclass)
        self._queued_events.append((subclass, pairs))
        self.fire_queued()

    def fire_queued(self) -> None:
        """Fire again what media bugs have fired meanwhile, if the channel is parked."""
        while self._queued_events and self.stack.parked:
            subclass, pairs = self._queued_events.popleft()
            self.fire("CUSTOM", first=pairs, subclass=subclass)

    def _blocks(
        self, name: str, extra: tuple[tuple[str, str], ...], first: tuple[tuple[str, str], ...]
    ) -> list[Block]:
        blocks = [Block(list(first))] if first else []
        blocks += self.headers(with_variables=name in WITH_VARIABLES)
        if extra:
            blocks.append(Block(list(extra)))
        return blocks

    def headers(self, *, with_variables: bool) -> list[Block]:
        """``switch_channel_event_set_data``: state, caller, other leg, variables."""
        blocks = [self._state(), self._caller()]
        if self.other_leg is not None:
            role, other = self.other_leg
            blocks.append(Block([("Other-Type", role), *headers.profile(other, "Other-Leg")]))
        if with_variables or self.verbose:
            blocks.append(self.variables.block())
        return blocks

    def _state(self) -> Block:
        key = (
            self.running_state,
            self.call_state,
            self.state,
            self.in_dialplan,
            self.answered,
            self.early_media,
            self.codec_agreed,
            self.hangup_cause,
        )
        if self._state_block is None or self._state_key != key:
            self._state_key = key
            self._state_block = Block(headers.state(self))
        return self._state_block

    def _caller(self) -> Block:
        if self._caller_block is None:
            self._caller_block = Block(headers.profile(self, "Caller"))
        return self._caller_block

    def touch(self) -> None:
        """A time or the caller profile has changed: build its headers anew."""
        self._caller_block = None

    # States.

    def enter(self, state: str) -> None:
        """Change state and tell it."""
        self.state = self.running_state = state
        self.fire("CHANNEL_STATE")

    def enter_call_state(self, call_state: str) -> None:
        if self.call_state in (call_state, "HANGUP"):
            return
        first = (
            ("Original-Channel-Call-State", self.call_state),
            ("Channel-Call-State-Number", str(_CALL_STATES[call_state])),
        )
        self.call_state = call_state
        self.fire("CHANNEL_CALLSTATE", first=first)

    def create(self) -> None:
        """Exist: from CS_NEW to waiting for the far end."""
        self.switch.channels[self.uuid] = self
        self.switch.session_count += 1
        self.switch.load.add(self.gateway)
        self.state = "CS_INIT"
        self.fire("CHANNEL_OUTGOING")
        self.enter("CS_INIT")
        self.state = "CS_ROUTING"
        self.fire("CHANNEL_CREATE")
        self.fire("CHANNEL_ORIGINATE")
        self.enter("CS_ROUTING")
        self.enter("CS_CONSUME_MEDIA")

    def _responded(self) -> None:
        """The far end has answered something for the first time."""
        if self.responded:
            return
        self.responded = True
        self.network_address = "127.0.0.1"
        self.callee_id = (self.number, self.number)
        self.touch()
        if self.is_sip:
            self.variables.update(sip.response(self))

    def _media_agreed(self) -> None:
        if not self.codec_agreed:
            self.codec_agreed = True
            self.fire("CODEC", *_CODEC[:3])
            self.fire("CODEC", *_CODEC[3:])
            self.variables.apply(sip.MEDIA)

    def mark_ringing(self) -> None:
        """180 Ringing."""
        if self.ringing or self.answered or self.down:
            return
        self.ringing = True
        self._responded()
        self.times.mark("progress")
        self.touch()
        self.fire("CHANNEL_PROGRESS")
        self.enter_call_state("RINGING")
        for told in list(self.on_progress):
            told(self)

    def mark_early_media(self) -> None:
        """183 Session Progress with audio."""
        if self.early_media or self.answered or self.down:
            return
        self.early_media = True
        self._responded()
        self.times.mark("progress_media")
        self.touch()
        self.variables.set("endpoint_disposition", "EARLY MEDIA")
        self.fire("CHANNEL_PROGRESS_MEDIA")
        self.enter_call_state("EARLY")
        self._media_agreed()
        for told in list(self.on_progress):
            told(self)

    def mark_answered(self) -> None:
        """200 OK."""
        if self.answered or self.down:
            return
        self._responded()
        self._media_agreed()
        self.answered = True
        self.times.mark("answered")
        self.touch()
        self.fire("CHANNEL_ANSWER")
        self.variables.set("endpoint_disposition", "ANSWER")
        self.enter_call_state("ACTIVE")
        self.party.answered()
        for told in list(self.on_answer):
            told(self)

    # Hanging up.

    def remote_hangup(self, cause: str = "NORMAL_CLEARING") -> None:
        """The far end sends BYE, or refuses before it answered."""
        if self.down:
            return
        self.remote_ended = True
        self._responded()
        answered = self.answered
        status = 200 if answered else causes.sip_status(cause)
        self.variables.set("sip_reason", f'Q.850;cause={causes.q850(cause)};text="{cause}"')
        self.variables.set("sip_term_status", str(status))
        self.variables.set("proto_specific_hangup_cause", f"sip:{status}")
        self.variables.set("sip_term_cause", str(causes.q850(cause)))
        if not answered:
            self.variables.set("sip_invite_failure_status", str(status))
            self.variables.set("sip_invite_failure_phrase", causes.sip_phrase(status))
            self.variables.set("sip_hangup_phrase", causes.sip_phrase(status))
        else:
            self.variables.set("sip_hangup_phrase", "OK")
        self.hangup(cause)

    def hangup(self, cause: str = "NORMAL_CLEARING") -> None:
        """End this leg; the rest of its story is told right after what runs now."""
        if self.down:
            return
        self.hangup_cause = cause
        self.state = "CS_HANGUP"
        if self.partner is not None:
            self.partner.variables.set("last_bridge_hangup_cause", cause)
        self.party.leave()
        self.fire("CHANNEL_HANGUP")
        self.switch.scheduler.soon(self._end)
        for told in list(self.on_hangup):
            told(self)

    def _end(self) -> None:
        """Unwind the applications, then report and disappear."""
        self.stack.unwind()
        if self._destroyed:
            return
        self._destroyed = True
        recording.stop(self, "all")
        self.times.mark("hungup")
        self.touch()
        self.enter("CS_HANGUP")
        self._report_times()
        self.enter_call_state("HANGUP")
        self.enter("CS_REPORTING")
        self._report_signalling()
        if self.media_ready and self.is_sip:
            answered_us = self.times.get("answered") or self.times.get("progress_media")
            sip.report(self.variables, (self.times.get("hungup") - answered_us) / 1_000_000)
        self.switch.hung_up[self.hangup_cause] += 1
        self.fire("CHANNEL_HANGUP_COMPLETE", first=(("Hangup-Cause", self.hangup_cause),))
        self.state = "CS_DESTROY"
        self.fire("CHANNEL_DESTROY")
        self.enter("CS_DESTROY")
        self.switch.load.remove(self.gateway)
        self.switch.channels.pop(self.uuid, None)

    def vanish(self) -> None:
        """The switch has crashed: end without an event."""
        self.hangup_cause = "CRASH"
        self._destroyed = True
        self.party.leave()
        self.stack.discard()

    def _report_signalling(self) -> None:
        """Who ended it, in the words of SIP (``sofia_on_hangup``)."""
        if self.remote_ended:
            disposition = "recv_bye" if self.answered else "recv_refuse"
        else:
            disposition = "send_bye" if self.answered else "send_cancel"
            if not self.answered:
                self.variables.set("sip_invite_failure_status", "487")
                self.variables.set("sip_invite_failure_phrase", "CANCEL")
        self.variables.set("sip_hangup_disposition", disposition)

    def _report_times(self) -> None:
        """``switch_core_session_hangup_state`` and ``switch_channel_set_timestamps``."""
        put = self.variables.set
        put("hangup_cause", self.hangup_cause)
        put("hangup_cause_q850", str(causes.q850(self.hangup_cause)))
        put("digits_dialed", self.digits_dialed or "none")
        for name, value in self.times.variables():
            put(name, value)
        put("last_app", self.stack.last_application[0])
        put("last_arg", self.stack.last_application[1])
        name, number = self.caller_id
        put("caller_id", f'"{name}" <{number}>' if name else number)

    # Applications.

    def begin_service(self) -> None:
        """The originate succeeded: from here on the callee counts as the caller of what is executed."""
        self.in_dialplan = True
        name, number = self.caller_id
        self.variables.set("pre_transfer_caller_id_name", name)
        self.variables.set("pre_transfer_caller_id_number", number)
        self.variables.set("channel_cid_flipped", "yes")
        self.caller_id, self.callee_id = self.callee_id, self.caller_id
        self.touch()
        self.fire("CALL_UPDATE", first=(("Direction", "RECV"),))

    def respond(self, text: str) -> None:
        """What Application-Response will say."""
        self.variables.set("current_application_response", text)

    # Digits.

    def receive_digit(self, digit: str, duration: int = _DIGIT_DURATION, source: str = "RTP") -> None:
        """The far end pressed a key."""
        if self.down:
            return
        self.digits.append((digit, duration, source))
        self.stack.digit_arrived()

    def take_digit(self) -> str:
        """Take the oldest digit from the queue; the DTMF event is fired now, as in a real switch."""
        digit, duration, source = self.digits.popleft()
        self.digits_dialed += digit
        self.fire("DTMF", ("DTMF-Digit", digit), ("DTMF-Duration", str(duration)), ("DTMF-Source", source))
        return digit
