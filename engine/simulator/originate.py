"""Calling out: from a dial string to one answered channel or the cause why there is none.

Follows ``switch_ivr_originate.c``; used by ``originate`` and by ``bridge``.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from engine.simulator import causes, dialstring, sip
from engine.simulator.callees import Callee
from engine.simulator.channel import Channel
from engine.simulator.confirm import confirm
from engine.simulator.dialstring import DialString, Leg
from engine.simulator.schedule import Timer
from engine.simulator.switch import Originated, Switch
from engine.simulator.syntax import integer, true

Done = Callable[[Channel | None, str], object]
_DEFAULT_TIMEOUT_S = 60.0


class Originate:
    """One dial string being called. ``on_done(channel, cause)`` is called once, with one of the two."""

    def __init__(
        self,
        switch: Switch,
        dial: str,
        on_done: Done,
        *,
        timeout_s: float = 0.0,
        caller_id: tuple[str, str] = ("", ""),
        originator: Channel | None = None,
        inherited: dict[str, str] | None = None,
        on_leg: Callable[[Channel], object] | None = None,
    ) -> None:
        self._switch = switch
        self._on_done = on_done
        self._originator = originator
        self._inherited = inherited or {}
        self._on_leg = on_leg
        self._caller_id = caller_id
        self._timeout_s = timeout_s
        self._done = False
        self._winner: Channel | None = None
        self._pending: list[Channel] = []
        self._cause = "DESTINATION_OUT_OF_ORDER"
        self._timer: Timer | None = None
        try:
            self._dial: DialString = dialstring.parse(dial)
        except dialstring.DialStringError as error:
            self._dial = DialString([], {})
            self._cause = error.cause
        self._groups = list(self._dial.groups)
        switch.scheduler.soon(self._next_group)

    def cancel(self, cause: str = "ORIGINATOR_CANCEL") -> None:
        """Give up: whoever asked for the call is gone. ``on_done`` is called before this returns."""
        if not self._done:
            self._finish(None, cause)

    @property
    def _variables(self) -> dict[str, str]:
        return {**self._inherited, **self._dial.variables}

    def _next_group(self) -> None:
        if self._done:
            return
        if not self._groups:
            self._finish(None, self._cause)
            return
        group = self._groups.pop(0)
        shared = self._variables
        timeout_s = float(integer(shared.get("originate_timeout"))) or self._timeout_s
        timeout_s = timeout_s or float(integer(shared.get("call_timeout"))) or _DEFAULT_TIMEOUT_S
        for index, leg in enumerate(group):
            channel = self._call(leg, shared, first=index == 0)
            if channel is not None:
                self._pending.append(channel)
        if not self._pending:
            self._switch.scheduler.soon(self._next_group)
            return
        self._timer = self._switch.scheduler.after(timeout_s, self._timed_out)

    def _call(self, leg: Leg, shared: dict[str, str], *, first: bool) -> Channel | None:
        """Start one leg; None when the switch refuses it, with the cause noted."""
        switch = self._switch
        variables = {**shared, **leg.variables}
        uuid = variables.get("origination_uuid", "") if first else ""
        uuid = uuid or switch.new_uuid()
        originator = self._originator.uuid if self._originator is not None else ""
        switch.note(Originated(uuid, leg.number, leg.gateway, variables, time.time(), originator))
        refusal = self._refusal(leg, uuid)
        if refusal:
            self._cause = refusal
            return None
        callee = switch.directory.next(leg.number)
        name = variables.get("origination_caller_id_name") or self._caller_id[0]
        number = variables.get("origination_caller_id_number") or self._caller_id[1]
        if not name and not number:
            number = "0000000000"
        channel = Channel(
            switch,
            uuid,
            leg.channel_name,
            leg.number,
            leg.gateway,
            callee,
            (name, number or "0000000000"),
            sip.birth(switch, leg, uuid, variables),
        )
        if callee.outcome == "GATEWAY_DOWN":  # the far side answers 503 before anything rings
            self._cause = "GATEWAY_DOWN"
            return None
        if self._originator is not None:
            self._relate(channel, self._originator)
        if self._on_leg is not None:
            self._on_leg(channel)
        channel.on_answer.append(self._answered)
        channel.on_progress.append(self._progressed)
        channel.on_hangup.append(self._hung_up)
        channel.create()
        self._ring(channel, callee)
        return channel

    @staticmethod
    def _relate(channel: Channel, originator: Channel) -> None:
        """A leg that another channel calls knows whose it is, and inherits where that one came from."""
        channel.other_leg = ("originator", originator)
        channel.network_address = originator.network_address
        if not channel.get("origination_caller_id_number"):
            channel.first_caller_id = originator.first_caller_id
        for name, value in (
            ("max_forwards", "70"),
            ("originator_codec", "PCMU@8000h@20i"),
            ("originator", originator.uuid),
            ("signal_bond", originator.uuid),
            ("call_uuid", originator.uuid),
            ("originating_leg_uuid", originator.uuid),
        ):
            channel.variables.set(name, value)

    def _refusal(self, leg: Leg, uuid: str) -> str:
        """Why the switch will not even try; empty when it will."""
        switch = self._switch
        if leg.kind == "error":
            return causes.parse(leg.number)
        if switch.faults.refuse_cause:
            return switch.faults.refuse_cause
        if switch.paused or uuid in switch.channels or len(switch.channels) >= switch.faults.max_sessions:
            return "DESTINATION_OUT_OF_ORDER"
        if not leg.number:
            return "NO_ROUTE_DESTINATION" if leg.gateway else "INVALID_URL"
        gateway = switch.gateways.get(leg.gateway) if leg.gateway else None
        if leg.gateway and gateway is None and not switch.any_gateway:
            return "INVALID_GATEWAY"
        if gateway is not None:
            if gateway.status == "down":
                return "GATEWAY_DOWN"
            if gateway.max_calls and switch.load.by_gateway[leg.gateway] >= gateway.max_calls:
                return "NORMAL_CIRCUIT_CONGESTION"
        return ""

    def _ring(self, channel: Channel, callee: Callee) -> None:
        after = self._switch.scheduler.after
        ring_s = callee.ring_s if isinstance(callee.ring_s, float | int) else callee.ring_s[0]
        if callee.answers or callee.outcome in ("NO_ANSWER", "USER_BUSY", "CALL_REJECTED", "DECLINE"):
            early = channel.mark_early_media if callee.early_media else channel.mark_ringing
            after(min(callee.progress_s, ring_s), early)
        if callee.answers:
            after(ring_s, channel.mark_answered)
        else:
            after(ring_s, channel.remote_hangup, callee.outcome)

    def _progressed(self, channel: Channel) -> None:
        """Early media counts as success unless ``ignore_early_media`` says otherwise."""
        if channel.early_media and not true(self._variables.get("ignore_early_media")):
            self._win(channel)

    def _answered(self, channel: Channel) -> None:
        if self._done or channel not in self._pending:
            return
        key = channel.get("group_confirm_key")
        if key:
            confirm(channel, key, self._confirmed)
        else:
            self._win(channel)

    def _confirmed(self, channel: Channel) -> None:
        if not self._done and not channel.down:
            self._win(channel)

    def _win(self, channel: Channel) -> None:
        if self._done:
            return
        self._pending.remove(channel)
        self._finish(channel, "SUCCESS")

    def _hung_up(self, channel: Channel) -> None:
        if self._done or channel not in self._pending:
            return
        self._pending.remove(channel)
        self._cause = channel.hangup_cause
        if self._pending:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._switch.scheduler.soon(self._next_group)

    def _timed_out(self) -> None:
        if self._done:
            return
        self._cause = "NO_ANSWER"
        pending, self._pending = self._pending, []
        for channel in pending:
            channel.hangup("NO_ANSWER")
        self._switch.scheduler.soon(self._next_group)

    def _finish(self, channel: Channel | None, cause: str) -> None:
        self._done = True
        if self._timer is not None:
            self._timer.cancel()
        pending, self._pending = self._pending, []
        for loser in pending:
            loser.hangup("LOSE_RACE" if channel is not None else cause)
        self._on_done(channel, cause)
