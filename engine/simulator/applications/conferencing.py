"""``conference``: put the call into a room until it leaves or is kicked (``mod_conference``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.simulator.execution import Application, Run, Signal, Wait

if TYPE_CHECKING:
    from engine.simulator.channel import Channel


def _conference(channel: Channel, argument: str) -> Run:
    """``room[@profile][+pin][+flags{…}]``."""
    room, _, rest = argument.partition("@")
    profile = rest.partition("+")[0] or "default"
    room = room.partition("+")[0].strip()
    if not room:
        return
    members = channel.switch.conferences.setdefault(room, [])
    members.append(channel)
    channel.variables.set("conference_name", room)
    channel.variables.set("conference_member_id", str(len(members)))
    _tell(channel, room, profile, "add-member")
    channel.party.begins("bridge")
    try:
        while channel.ready and channel in members:
            signal = yield Wait(None, digits=True, wake=True)
            while channel.digits:
                channel.take_digit()
            if signal is Signal.END:
                break
    finally:
        if channel in members:
            members.remove(channel)
    _tell(channel, room, profile, "del-member")
    if not members:
        channel.switch.conferences.pop(room, None)


def _tell(channel: Channel, room: str, profile: str, action: str) -> None:
    channel.fire(
        "CUSTOM",
        ("Conference-Name", room),
        ("Conference-Size", str(len(channel.switch.conferences.get(room, [])))),
        ("Conference-Profile-Name", profile),
        ("Action", action),
        ("Member-ID", channel.get("conference_member_id") or "1"),
        ("Member-Type", "member"),
        subclass="conference::maintenance",
    )


APPLICATIONS = (Application("conference", _conference),)
