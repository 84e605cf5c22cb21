"""A channel: its state machine, its headers and variables, and the applications that run on it."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.simulator import causes, recording, sip, syntax
from engine.simulator.callees import Callee
from engine.simulator.events import WITH_VARIABLES, Block, Variables
from engine.simulator.execution import Application, Command, Frame, Signal
from engine.simulator.party import Party
from engine.simulator.timetable import HEADERS, Timetable

if TYPE_CHECKING:
    from engine.simulator.switch import Switch

_STATES = {
    "CS_NEW": 0,
    "CS_INIT": 1,
    "CS_ROUTING": 2,
    "CS_SOFT_EXECUTE": 3,
    "CS_EXECUTE": 4,
    "CS_EXCHANGE_MEDIA": 5,
    "CS_PARK": 6,
    "CS_CONSUME_MEDIA": 7,
    "CS_HIBERNATE": 8,
    "CS_RESET": 9,
    "CS_HANGUP": 10,
    "CS_REPORTING": 11,
    "CS_DESTROY": 12,
}
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
_PROFILE = (
    "Direction",
    "Logical-Direction",
    "Caller-ID-Name",
    "Caller-ID-Number",
    "Orig-Caller-ID-Name",
    "Orig-Caller-ID-Number",
    "Callee-ID-Name",
    "Callee-ID-Number",
    "Network-Addr",
    "ANI",
    "Destination-Number",
    "Unique-ID",
    "Source",
    "Context",
    "Channel-Name",
    "Profile-Index",
    *HEADERS,
    "Screen-Bit",
    "Privacy-Hide-Name",
    "Privacy-Hide-Number",
)
_PROFILE_NAMES = {prefix: [f"{prefix}-{name}" for name in _PROFILE] for prefix in ("Caller", "Other-Leg")}
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
        self.private: deque[Command] = deque()
        self.frames: list[Frame] = []
        self.plan: deque[Command] = deque()
        """Applications still to run, as an extension holds them."""
        self.last_application: tuple[str, str] = ("", "")
        self.on_progress: list[Callable[[Channel], object]] = []
        self.on_answer: list[Callable[[Channel], object]] = []
        self.on_hangup: list[Callable[[Channel], object]] = []
        self.partner: Channel | None = None
        self.other_leg: tuple[str, Channel] | None = None
        self.recordings: dict[str, recording.Recording] = {}
        self.transferring = False
        self.left_s = 0.0
        """What was left of the wait from which the running application was resumed."""
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
        return not self.hangup_cause and not self.transferring

    @property
    def media_ready(self) -> bool:
        return self.answered or self.early_media

    @property
    def is_sip(self) -> bool:
        return self.name.startswith("sofia/")

    @property
    def locked(self) -> bool:
        return any(frame.command.locked for frame in self.frames)

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
        self._fire_queued()

    def _fire_queued(self) -> None:
        if self.frames and self.frames[-1].application.name == "park":
            while self._queued_events:
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
            blocks.append(Block([("Other-Type", role), *other.profile_headers("Other-Leg")]))
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
            self._state_block = Block(self._state_headers())
        return self._state_block

    def _state_headers(self) -> list[tuple[str, str]]:
        if self.down:
            answer_state = "hangup"
        elif self.answered:
            answer_state = "answered"
        else:
            answer_state = "early" if self.early_media else "ringing"
        pairs = [
            ("Channel-State", self.running_state),
            ("Channel-Call-State", self.call_state),
            ("Channel-State-Number", str(_STATES[self.state])),
            ("Channel-Name", self.name),
            ("Unique-ID", self.uuid),
            ("Call-Direction", self.direction),
            ("Presence-Call-Direction", self.direction),
            ("Channel-HIT-Dialplan", "true" if self.in_dialplan else "false"),
            ("Channel-Call-UUID", self.variables.get("call_uuid") or self.uuid),
            ("Answer-State", answer_state),
        ]
        if self.hangup_cause:
            pairs.append(("Hangup-Cause", self.hangup_cause))
        if self.codec_agreed:
            pairs += [
                ("Channel-Read-Codec-Name", "PCMU"),
                ("Channel-Read-Codec-Rate", "8000"),
                ("Channel-Read-Codec-Bit-Rate", "64000"),
                ("Channel-Write-Codec-Name", "PCMU"),
                ("Channel-Write-Codec-Rate", "8000"),
                ("Channel-Write-Codec-Bit-Rate", "64000"),
            ]
        return pairs

    def _caller(self) -> Block:
        if self._caller_block is None:
            self._caller_block = Block(self.profile_headers("Caller"))
        return self._caller_block

    def profile_headers(self, prefix: str) -> list[tuple[str, str]]:
        """``switch_caller_profile_event_set_data``."""
        values = (
            self.direction,
            self.direction,
            *self.caller_id,
            *self.first_caller_id,
            *self.callee_id,
            self.network_address,
            self.first_caller_id[1],
            self.number,
            self.uuid,
            "src/switch_ivr_originate.c",
            "default",
            self.name,
            "1" if prefix == "Caller" else "",
            *self.times.values(),
            "true",
            "false",
            "false",
        )
        return [pair for pair in zip(_PROFILE_NAMES[prefix], values, strict=True) if pair[1]]

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
        self._unwind()
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
        for frame in self.frames:
            if frame.timer is not None:
                frame.timer.cancel()
        self.frames.clear()

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
        put("last_app", self.last_application[0])
        put("last_arg", self.last_application[1])
        name, number = self.caller_id
        put("caller_id", f'"{name}" <{number}>' if name else number)

    # Applications.

    def send_message(self, command: Command) -> None:
        """Queue a command for this channel, as ``sendmsg`` does."""
        self.private.append(command)
        self.switch.scheduler.soon(self.pump)

    def pump(self) -> None:
        """Carry out queued commands, unless a locked one is running or nothing runs that would look."""
        while self.private and self.ready and self.frames and not self.locked:
            frame = self.frames[-1]
            if frame.wait is None:
                return
            self._pause(frame)
            self.start(self.private.popleft())

    def start(self, command: Command, on_done: Callable[[], object] | None = None) -> None:
        """Begin an application on top of what runs. An unknown one ends the call, as in a real switch."""
        if self.down:
            return
        application = self.switch.applications.get(command.application.lower())
        if application is None:
            self.hangup("DESTINATION_OUT_OF_ORDER")
            return
        if application.media and not self.media_ready:
            self._resume_top()  # media is required on an outbound channel that has none: it is skipped
            return
        self._push(application, command, 1, on_done)

    def start_unannounced(self, application: Application, command: Command) -> None:
        """Run something that the switch does by itself, without events."""
        frame = Frame(application, None, command, "", application.run(self, ""), None)
        frame.silent = True
        self.frames.append(frame)
        self._advance(frame, Signal.START)

    def _push(
        self, application: Application, command: Command, loop: int, on_done: Callable[[], object] | None
    ) -> None:
        argument = self.expand(command.argument) if command.argument else None
        put = self.variables.set
        if command.request:
            put("current_loop", str(loop))
            put("total_loops", str(command.loops))
        put("current_application", application.name)
        put("current_application_data", argument)
        put("current_application_response", None)
        self.last_application = (application.name, argument or "")
        uuid = command.uuid or self.switch.new_uuid()
        frame = Frame(application, argument, command, uuid, application.run(self, argument or ""), on_done)
        frame.loop = loop
        frame.started_s = self.switch.scheduler.now_s()
        self.fire("CHANNEL_EXECUTE", *self._application_headers(frame))
        self.frames.append(frame)
        self._advance(frame, Signal.START)

    def _application_headers(self, frame: Frame) -> list[tuple[str, str]]:
        pairs = [("Application", frame.application.name)]
        if frame.argument is not None:
            pairs.append(("Application-Data", frame.argument))
        pairs.append(("Application-UUID", frame.uuid))
        if frame.command.uuid_name:
            pairs.append(("Application-UUID-Name", frame.command.uuid_name))
        return pairs

    def _advance(self, frame: Frame, signal: Signal) -> None:
        """Let an application go on until it waits again or ends."""
        frame.wait = None
        self.left_s = 0.0
        if frame.timer is not None:
            self.left_s = max(0.0, frame.timer.due_s - self.switch.scheduler.now_s())
            frame.timer.cancel()
            frame.timer = None
        try:
            wait = next(frame.generator) if signal is Signal.START else frame.generator.send(signal)
        except StopIteration:
            self._complete(frame)
            return
        frame.wait = wait
        frame.left_s = wait.seconds
        self._arm(frame)

    def _arm(self, frame: Frame) -> None:
        if self.frames[-1] is not frame:
            return
        if not self.ready:
            return
        wait = frame.wait
        if wait is not None and wait.digits and self.digits:
            self.switch.scheduler.soon(self._digit_waiting, frame)
        if frame.left_s is not None:
            frame.timer = self.switch.scheduler.after(frame.left_s, self._elapsed, frame)
        if self.private:
            self.switch.scheduler.soon(self.pump)

    def _elapsed(self, frame: Frame) -> None:
        if self.frames and self.frames[-1] is frame and frame.wait is not None:
            self._advance(frame, Signal.ELAPSED)

    def _digit_waiting(self, frame: Frame) -> None:
        if (
            self.frames
            and self.frames[-1] is frame
            and frame.wait is not None
            and frame.wait.digits
            and self.digits
        ):
            self._advance(frame, Signal.DIGIT)

    def _pause(self, frame: Frame) -> None:
        """Another application is about to run inside this one."""
        if frame.timer is not None:
            if frame.wait is not None and frame.wait.audio:
                frame.left_s = max(0.0, frame.timer.due_s - self.switch.scheduler.now_s())
            frame.timer.cancel()
        else:
            frame.left_s = None

    def _resume_top(self) -> None:
        if not self.frames:
            self._next_in_plan()
            return
        frame = self.frames[-1]
        if frame.wait is None:
            return
        self._fire_queued()
        if frame.timer is not None and not frame.wait.audio:
            frame.left_s = max(0.0, frame.timer.due_s - self.switch.scheduler.now_s())
        frame.timer = None
        self._arm(frame)

    def _complete(self, frame: Frame) -> None:
        if not frame.silent:
            response = self.variables.get("current_application_response") or "_none_"
            pairs = self._application_headers(frame)
            pairs.insert(2 if frame.argument is not None else 1, ("Application-Response", response))
            self.fire("CHANNEL_EXECUTE_COMPLETE", *pairs)
        if frame in self.frames:
            self.frames.remove(frame)
        command = frame.command
        lasted_s = self.switch.scheduler.now_s() - frame.started_s
        if self.ready and lasted_s >= 0.5 and (command.loops < 0 or frame.loop < command.loops):
            self._push(frame.application, command, frame.loop + 1, frame.on_done)
            return
        if command.request:
            self.variables.set("current_loop", None)
            self.variables.set("total_loops", None)
            self.fire("PRIVATE_COMMAND", first=command.request)
        if frame.on_done is not None:
            frame.on_done()
        if self.ready:
            self._resume_top()

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

    def follow(self, plan: list[Command]) -> None:
        """Run applications one after the other, as an extension does; the call ends after the last."""
        self.plan.extend(plan)
        self.enter("CS_EXECUTE")
        self._next_in_plan()

    def _next_in_plan(self) -> None:
        if not self.ready or self.frames:
            return
        if self.plan:
            self.start(self.plan.popleft())
        elif self.state == "CS_EXECUTE":
            self.hangup("NORMAL_CLEARING")

    def transfer(self, extension: str, dialplan: str = "") -> None:
        """Follow an extension. There is no XML dialplan here: only ``inline`` plans and ``park`` are known."""
        if dialplan.lower() == "inline":
            plan = []
            for step in syntax.separate(extension, ","):
                name, _, argument = step.partition(":")
                plan.append(Command(name, argument or None))
            self.divert(plan)
        elif extension == "park":
            self.divert([Command("park")])
        else:
            self.divert([Command("hangup", "NO_ROUTE_DESTINATION")])

    def divert(self, plan: list[Command], state: str = "CS_EXECUTE") -> None:
        """Leave what runs and follow another plan (``uuid_transfer``, ``uuid_park``)."""
        if self.down:
            return
        self.plan.clear()
        self.transferring = True
        self.switch.scheduler.soon(self._diverted, plan, state)

    def _diverted(self, plan: list[Command], state: str) -> None:
        self._unwind()
        self.transferring = False
        if self.down:
            return
        self.plan.extend(plan)
        if state != self.state:
            self.enter(state)
        if state == "CS_PARK":  # a state, not an application: nothing is announced
            self.start_unannounced(self.switch.applications["park"], Command("park"))
        else:
            self._next_in_plan()

    def _unwind(self) -> None:
        while self.frames:
            frame = self.frames[-1]
            for _ in range(20):
                if not self.frames or self.frames[-1] is not frame:
                    break
                self._advance(frame, Signal.END)
            else:
                self.frames.remove(frame)
                frame.generator.close()

    def interrupt(self, *, everything: bool = False) -> None:
        """``uuid_break``."""
        if everything:
            self.private.clear()
        self.switch.scheduler.soon(self._signal_top, Signal.BREAK)

    def wake(self) -> None:
        """Tell the application on top that something has changed."""
        self.switch.scheduler.soon(self._signal_top, Signal.WAKE)

    def _signal_top(self, signal: Signal) -> None:
        if not self.ready or not self.frames:
            return
        frame = self.frames[-1]
        if frame.wait is not None and (signal is not Signal.WAKE or frame.wait.wake):
            self._advance(frame, signal)

    def respond(self, text: str) -> None:
        """What Application-Response will say."""
        self.variables.set("current_application_response", text)

    # Digits.

    def receive_digit(self, digit: str, duration: int = _DIGIT_DURATION, source: str = "RTP") -> None:
        """The far end pressed a key."""
        if self.down:
            return
        self.digits.append((digit, duration, source))
        if self.frames and self.frames[-1].wait is not None and self.frames[-1].wait.digits:
            self.switch.scheduler.soon(self._digit_waiting, self.frames[-1])

    def take_digit(self) -> str:
        """Take the oldest digit from the queue; the DTMF event is fired now, as in a real switch."""
        digit, duration, source = self.digits.popleft()
        self.digits_dialed += digit
        self.fire("DTMF", ("DTMF-Digit", digit), ("DTMF-Duration", str(duration)), ("DTMF-Source", source))
        return digit
