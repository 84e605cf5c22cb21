"""``conference``: list rooms, count members, kick them."""

from __future__ import annotations

from engine.simulator.channel import Channel
from engine.simulator.commands.reply import Run
from engine.simulator.switch import Switch
from engine.simulator.syntax import separate


def _conference(switch: Switch, argument: str) -> str:
    words = separate(argument, " ", 5)
    if not words or words[0] == "list":
        if not switch.conferences:
            return "+OK No active conferences.\n"
        return "".join(
            f"+OK Conference {room} ({_count(members)} rate: 8000 flags: running)\n"
            for room, members in switch.conferences.items()
        )
    members = switch.conferences.get(words[0])
    if members is None:
        return f"-ERR Conference {words[0]} not found\n"
    match words[1:]:
        case ["list", "count"]:
            return f"{len(members)}"
        case ["list", *_]:
            return "".join(
                f"{channel.get('conference_member_id')};{channel.name};{channel.uuid};{channel.caller_id[0]};"
                f"{channel.caller_id[1]};hear|speak|floor;0;0;100\n"
                for channel in members
            )
        case ["kick" | "hup", who]:
            kicked = [one for one in members if who in ("all", one.get("conference_member_id"))]
            for channel in kicked:
                members.remove(channel)
                channel.stack.wake()
            return f"OK kicked {len(kicked)}\n" if kicked else f"Non-Existant ID {who}\n"
    return "+OK\n"


def _count(members: list[Channel]) -> str:
    return "1 member" if len(members) == 1 else f"{len(members)} members"


COMMANDS: dict[str, Run] = {"conference": _conference}
