"""Commands that make calls: ``originate``."""

from __future__ import annotations

from engine.simulator.channel import Channel
from engine.simulator.commands.reply import Pending, Run
from engine.simulator.execution import Command
from engine.simulator.originate import Originate
from engine.simulator.switch import Switch
from engine.simulator.syntax import integer, separate

_USAGE = (
    "-USAGE: <call url> <exten>|&<application_name>(<app_args>) [<dialplan>] [<context>] [<cid_name>] [<cid_num>] "
    "[<timeout_sec>]\n"
)


def _originate(switch: Switch, argument: str) -> str | Pending:
    """Reply ``+OK uuid`` once the far end answers (or sends early media), else ``-ERR cause``."""
    fields = separate(argument, " ", 10)
    if not 2 <= len(fields) <= 7:
        return _USAGE
    fields = ["" if field.lower() == "undef" else field for field in fields]
    fields += [""] * (7 - len(fields))
    dial, extension, dialplan, _context, cid_name, cid_number, timeout = fields
    pending = Pending()

    def done(channel: Channel | None, cause: str) -> None:
        if channel is None:
            pending.resolve(f"-ERR {cause}\n")
            return
        channel.begin_service()
        pending.resolve(f"+OK {channel.uuid}\n")
        if extension.startswith("&") and len(extension) > 1:
            name, opened, rest = extension[1:].partition("(")
            channel.stack.follow(
                [Command(name.partition(")")[0], rest.partition(")")[0] if opened else None)]
            )
        else:
            channel.stack.transfer(extension, dialplan)

    Originate(
        switch,
        dial,
        done,
        timeout_s=float(integer(timeout)) or 60.0,
        caller_id=(cid_name, cid_number),
    )
    return pending


COMMANDS: dict[str, Run] = {"originate": _originate}
