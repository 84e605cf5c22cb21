"""The headers that an event has because of its channel (``switch_channel.c``, ``switch_caller.c``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.simulator.timetable import HEADERS

if TYPE_CHECKING:
    from engine.simulator.channel import Channel

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


def state(channel: Channel) -> list[tuple[str, str]]:
    if channel.down:
        answer_state = "hangup"
    elif channel.answered:
        answer_state = "answered"
    else:
        answer_state = "early" if channel.early_media else "ringing"
    pairs = [
        ("Channel-State", channel.running_state),
        ("Channel-Call-State", channel.call_state),
        ("Channel-State-Number", str(_STATES[channel.state])),
        ("Channel-Name", channel.name),
        ("Unique-ID", channel.uuid),
        ("Call-Direction", channel.direction),
        ("Presence-Call-Direction", channel.direction),
        ("Channel-HIT-Dialplan", "true" if channel.in_dialplan else "false"),
        ("Channel-Call-UUID", channel.variables.get("call_uuid") or channel.uuid),
        ("Answer-State", answer_state),
    ]
    if channel.hangup_cause:
        pairs.append(("Hangup-Cause", channel.hangup_cause))
    if channel.codec_agreed:
        pairs += [
            ("Channel-Read-Codec-Name", "PCMU"),
            ("Channel-Read-Codec-Rate", "8000"),
            ("Channel-Read-Codec-Bit-Rate", "64000"),
            ("Channel-Write-Codec-Name", "PCMU"),
            ("Channel-Write-Codec-Rate", "8000"),
            ("Channel-Write-Codec-Bit-Rate", "64000"),
        ]
    return pairs


def profile(channel: Channel, prefix: str) -> list[tuple[str, str]]:
    """``switch_caller_profile_event_set_data``."""
    values = (
        channel.direction,
        channel.direction,
        *channel.caller_id,
        *channel.first_caller_id,
        *channel.callee_id,
        channel.network_address,
        channel.first_caller_id[1],
        channel.number,
        channel.uuid,
        "src/switch_ivr_originate.c",
        "default",
        channel.name,
        "1" if prefix == "Caller" else "",
        *channel.times.values(),
        "true",
        "false",
        "false",
    )
    return [pair for pair in zip(_PROFILE_NAMES[prefix], values, strict=True) if pair[1]]
