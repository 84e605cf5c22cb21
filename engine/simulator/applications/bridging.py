"""``bridge``: call somebody else and connect the two (``audio_bridge_function``, ``switch_ivr_bridge.c``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.simulator import causes
from engine.simulator.execution import Application, Command, Run, Signal, Wait
from engine.simulator.originate import Originate
from engine.simulator.syntax import true

if TYPE_CHECKING:
    from engine.simulator.channel import Channel

_STATUS = {
    "SUCCESS": "SUCCESS",
    "USER_BUSY": "BUSY",
    "NO_ANSWER": "NOANSWER",
    "ORIGINATOR_CANCEL": "CANCEL",
    "NO_ROUTE_DESTINATION": "INVALIDARGS",
    "INVALID_NUMBER_FORMAT": "INVALIDARGS",
}
_PARTING = ("sip_reason", "sip_hangup_phrase")
_REFUSAL = ("sip_invite_failure_status", "sip_invite_failure_phrase")
_FAILURE = (*_PARTING, *_REFUSAL)
# These causes never end the caller's leg by themselves (switch_channel_handle_cause).
_HARMLESS = frozenset({"NO_ANSWER", "NO_USER_RESPONSE", "ORIGINATOR_CANCEL"})


def _bridge(channel: Channel, argument: str) -> Run:
    if not argument:
        return
    for name in _REFUSAL:
        channel.variables.set(name, None)
    outcome: list[tuple[Channel | None, str]] = []
    legs: list[Channel] = []

    def done(leg: Channel | None, cause: str) -> None:
        outcome.append((leg, cause))
        channel.stack.wake()

    originate = Originate(
        channel.switch,
        argument,
        done,
        caller_id=(
            channel.get("effective_caller_id_name") or channel.callee_id[1],
            channel.get("effective_caller_id_number") or channel.callee_id[1],
        ),
        originator=channel,
        inherited=_exported(channel),
        on_leg=legs.append,
    )
    while not outcome:
        signal = yield Wait(None, wake=True)
        if signal is Signal.END:
            originate.cancel()
            break
    leg, cause = outcome[0]
    put = channel.variables.set
    put("originated_legs", ";".join(f"{one.uuid};Outbound Call;{one.number}" for one in legs))
    put("originate_disposition", cause)
    put("DIALSTATUS", _STATUS.get(cause, cause))
    put("originate_causes", "|".join(f"{one.uuid};{one.hangup_cause or 'NONE'}" for one in legs))
    if leg is None:
        if legs:
            channel.callee_id = (legs[-1].number, legs[-1].number)
            channel.touch()
        put("last_bridge_hangup_cause", cause)
        put("originate_failed_cause", cause)
        if legs:
            _pass_on(legs[-1], channel, _FAILURE)
        if channel.ready and not _continues(channel, cause):
            channel.hangup(cause)
        return
    yield from _talk(channel, leg)


def _pass_on(leg: Channel, channel: Channel, names: tuple[str, ...]) -> None:
    """The caller's leg learns how the other one ended."""
    for name in names:
        if value := leg.variables.get(name):
            channel.variables.set(name, value)
    if status := leg.variables.get("proto_specific_hangup_cause"):
        channel.variables.set("last_bridge_proto_specific_hangup_cause", status)


def _exported(channel: Channel) -> dict[str, str]:
    names = ["ignore_early_media", *(name for name in (channel.get("export_vars") or "").split(",") if name)]
    values = ((name, channel.get(name) or channel.get(f"nolocal:{name}")) for name in names)
    return {name: value for name, value in values if value}


def _continues(channel: Channel, cause: str) -> bool:
    """Whether the caller's leg lives on after a failed bridge."""
    wanted = channel.get("continue_on_fail")
    failing = channel.get("failure_causes")
    if failing:
        return not _listed(cause, failing)
    if wanted:
        return true(wanted) or _listed(cause, wanted)
    return cause in _HARMLESS


def _listed(cause: str, text: str) -> bool:
    return any(causes.parse(word) == cause for word in text.split(","))


def _talk(channel: Channel, leg: Channel) -> Run:
    """Both legs are connected until one of them goes."""
    channel.partner, leg.partner = leg, channel
    channel.other_leg = ("originatee", leg)
    channel.callee_id = (leg.number, leg.number)
    channel.times.mark("bridged")
    channel.touch()
    for one, other in ((channel, leg), (leg, channel)):
        one.variables.set("signal_bond", other.uuid)
    bridge = (("Bridge-A-Unique-ID", channel.uuid), ("Bridge-B-Unique-ID", leg.uuid))
    leg.times.mark("bridged")
    leg.touch()
    leg.enter("CS_EXCHANGE_MEDIA")
    channel.fire("CHANNEL_BRIDGE", *bridge)
    for one, other in ((channel, leg), (leg, channel)):
        one.variables.set("last_bridge_to", other.uuid)
        one.variables.set("bridge_channel", other.name)
        one.variables.set("bridge_uuid", other.uuid)
        one.variables.set("last_sent_callee_id_name", other.number)
        one.variables.set("last_sent_callee_id_number", other.number)
    leg.stack.start_unannounced(Application("exchange_media", _exchange), Command("exchange_media"))
    leg.party.begins("bridge")
    leg.on_hangup.append(lambda _: leg.variables.set("last_bridge_role", "originatee"))
    leg.on_hangup.append(lambda _: channel.stack.wake())
    while channel.ready and not leg.down:
        signal = yield Wait(None, digits=True, wake=True)
        while channel.digits:
            channel.take_digit()
        if signal is Signal.END:
            break
    cause = leg.hangup_cause or channel.hangup_cause or "NORMAL_CLEARING"
    transferred = channel.stack.transferring
    if channel.down:
        channel.variables.set("last_bridge_role", "originator")
    if not leg.down:
        leg.hangup(channel.hangup_cause or "NORMAL_CLEARING")
    channel.partner = leg.partner = None
    channel.variables.set("bridge_hangup_cause", cause)
    _pass_on(leg, channel, _PARTING)
    channel.fire("CHANNEL_UNBRIDGE", *bridge)
    if channel.ready and not transferred:
        if true(channel.get("park_after_bridge")):
            channel.stack.divert([Command("park")])
        elif true(channel.get("hangup_after_bridge")):
            channel.hangup(cause)


def _exchange(leg: Channel, _argument: str) -> Run:
    """What the second leg does while it is bridged: its digits are told and dropped."""
    while leg.ready:
        signal = yield Wait(None, digits=True)
        if signal is Signal.END:
            return
        while leg.digits:
            leg.take_digit()


APPLICATIONS = (Application("bridge", _bridge, media=False),)
