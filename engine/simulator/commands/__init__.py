"""The api commands, by name.

A command is ``run(switch, argument)``. It returns the text of the reply, or a ``Pending`` reply when the
answer takes time; the event socket then holds up the connection (``api``) or goes on (``bgapi``).
"""

from __future__ import annotations

from engine.simulator.commands import calling, channels, conferencing, listing, system
from engine.simulator.commands.reply import Pending, Run
from engine.simulator.switch import Switch

COMMANDS: dict[str, Run] = {
    **calling.COMMANDS,
    **channels.COMMANDS,
    **conferencing.COMMANDS,
    **listing.COMMANDS,
    **system.COMMANDS,
}


def execute(switch: Switch, name: str, argument: str) -> str | Pending:
    """Run one command; an unknown one gets the real switch's answer."""
    run = COMMANDS.get(name.lower())
    if run is None:
        return f"-ERR {name} Command not found!\n"
    return run(switch, argument)
