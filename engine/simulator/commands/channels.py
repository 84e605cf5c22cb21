"""Commands on one channel: ``uuid_…``, and ``hupall`` on all of them."""

from __future__ import annotations

import logging
from collections.abc import Callable

from engine.simulator import causes, recording
from engine.simulator.channel import Channel
from engine.simulator.commands.reply import Run
from engine.simulator.events import Event, Format, to_text
from engine.simulator.execution import Command
from engine.simulator.switch import Switch
from engine.simulator.syntax import separate

logger = logging.getLogger(__name__)

NO_CHANNEL = "-ERR No such channel!\n"


def _on_channel(usage: str, act: Callable[[Channel, str], str], missing: str = NO_CHANNEL) -> Run:
    """A command whose first word is a channel's UUID; ``act`` gets the rest of the line."""

    def run(switch: Switch, argument: str) -> str:
        uuid, _, rest = argument.partition(" ")
        if not uuid:
            return f"-USAGE: {usage}\n"
        channel = switch.channels.get(uuid)
        return missing if channel is None else act(channel, rest)

    return run


def _kill(channel: Channel, rest: str) -> str:
    channel.hangup(causes.parse(rest) if rest else "NORMAL_CLEARING")
    return "+OK\n"


def _set_variable(switch: Switch, argument: str) -> str:
    fields = separate(argument, " ", 3)
    if len(fields) not in (2, 3) or not fields[0]:
        return "-USAGE: <uuid> <var> [value]\n"
    channel = switch.channels.get(fields[0])
    if channel is None:
        return NO_CHANNEL
    channel.variables.set(fields[1], fields[2] if len(fields) == 3 else None)
    return "+OK\n"


def _set_variables(switch: Switch, argument: str) -> str:
    usage = "-USAGE: <uuid> <var>=<value>;<var>=<value>...\n"
    uuid, blank, rest = argument.partition(" ")
    if not blank:
        return ""
    channel = switch.channels.get(uuid)
    if channel is None:
        return NO_CHANNEL + usage
    done = False
    for assignment in separate(rest, ";", 64):
        name, _, value = assignment.partition("=")
        if name:
            channel.variables.set(name, value)
            done = True
    return "+OK\n" if done else usage


def _get_variable(switch: Switch, argument: str) -> str:
    fields = separate(argument, " ", 4)
    if len(fields) < 2 or not fields[0]:
        return "-USAGE: <uuid> <var>\n"
    channel = switch.channels.get(fields[0])
    if channel is None:
        return NO_CHANNEL
    return channel.get(fields[1]) or "_undef_"


def _dump(switch: Switch, argument: str) -> str:
    """``txt`` (url-encoded, the default), ``plain`` (values in square brackets), ``json`` or ``xml``."""
    fields = separate(argument, " ", 2)
    if not fields:
        return "-USAGE: <uuid> [format]\n"
    channel = switch.channels.get(fields[0])
    if channel is None:
        return NO_CHANNEL
    form = fields[1].lower() if len(fields) > 1 else "txt"
    event = Event("CHANNEL_DATA", [*switch.stamp("CHANNEL_DATA"), *channel.headers(with_variables=True)])
    if form == "plain":
        return "".join(f"{name}: [{value}]\n" for name, value in event.pairs()) + "\n"
    formats = {"json": Format.JSON, "xml": Format.XML}
    return to_text(event.serialise(formats.get(form, Format.PLAIN)))


def _exists(switch: Switch, argument: str) -> str:
    return "true" if argument.strip() in switch.channels else "false"


def _break(channel: Channel, rest: str) -> str:
    channel.stack.interrupt(everything="all" in rest)
    if "both" in rest and channel.partner is not None:
        channel.partner.stack.interrupt(everything="all" in rest)
    return "+OK\n"


def _transfer(switch: Switch, argument: str) -> str:
    usage = "-USAGE: <uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]\n"
    fields = separate(argument, " ", 5)
    if len(fields) < 2:
        return usage
    channel = switch.channels.get(fields[0])
    if channel is None:
        return NO_CHANNEL
    legs = [channel]
    if fields[1].startswith("-"):
        flag = fields.pop(1).lower()
        if len(fields) < 2:
            return usage
        if channel.partner is not None:
            legs = [channel.partner] if flag == "-bleg" else [channel.partner, channel]
    for leg in legs:
        leg.stack.transfer(fields[1], fields[2] if len(fields) > 2 else "")
    return "+OK\n"


def _park(channel: Channel, _rest: str) -> str:
    channel.stack.divert([], "CS_PARK")
    return "+OK\n"


def _broadcast(switch: Switch, argument: str) -> str:
    """``uuid path [aleg|bleg|both]``; a path ``app::argument`` executes an application."""
    fields = separate(argument, " ", 4)
    if len(fields) < 2:
        return "-USAGE: <uuid> <path> [aleg|bleg|holdb|both]\n"
    channel = switch.channels.get(fields[0])
    if channel is None:
        return "-ERR invalid uuid\n"
    application, separator, rest = fields[1].partition("::")
    command = Command(application, rest or None) if separator else Command("playback", fields[1])
    if separator and "!" in application:
        command = command._replace(application=application.partition("!")[0])
    where = fields[2].lower() if len(fields) > 2 else "aleg"
    if "bleg" not in where or "both" in where:
        channel.stack.send(command)
    if channel.partner is not None and ("bleg" in where or "both" in where):
        channel.partner.stack.send(command)
    return "+OK Message sent\n"


def _record(switch: Switch, argument: str) -> str:
    usage = "-USAGE: <uuid> [start|stop|mask|unmask] <path> [<limit>] [<recording_vars>]\n"
    fields = separate(argument, " ", 5)
    if len(fields) < 3:
        return usage
    channel = switch.channels.get(fields[0])
    if channel is None:
        return "-ERR Cannot locate session!\n"
    action = fields[1].lower()
    if action == "start":
        limit_s = float(fields[3]) if len(fields) > 3 and fields[3].isdigit() else 0.0
        return (
            "+OK Success\n"
            if recording.start(channel, fields[2], limit_s)
            else "-ERR Cannot record session!\n"
        )
    if action == "stop":
        return "+OK Success\n" if recording.stop(channel, fields[2]) else "-ERR Cannot stop record session!\n"
    return "+OK Success\n" if action in ("mask", "unmask", "pause", "resume") else usage


def _receive_dtmf(switch: Switch, argument: str) -> str:
    """As if the far end had pressed the keys."""
    fields = separate(argument, " ", 2)
    if len(fields) < 2:
        return "-USAGE: <uuid> <dtmf_data>\n"
    channel = switch.channels.get(fields[0])
    if channel is None:
        return "-ERR Cannot locate session!\n"
    for digit in fields[1].partition("@")[0]:
        if digit in "0123456789*#ABCDabcd":
            channel.receive_digit(digit, source="APP")
    return f"+OK {fields[0]} received DTMF {fields[1]}.\n"


def _send_dtmf(switch: Switch, argument: str) -> str:
    fields = separate(argument, " ", 2)
    if len(fields) < 2:
        return "-USAGE: <uuid> <dtmf_data>\n"
    if fields[0] not in switch.channels:
        return "-ERR Cannot locate session!\n"
    return f"+OK {fields[0]} sent DTMF {fields[1]}.\n"


def _answer(channel: Channel, _rest: str) -> str:
    """An outbound leg that was answered is left as it is."""
    if channel.direction == "inbound":
        channel.mark_answered()
    return "+OK\n" if channel.answered else "-ERR Operation failed\n"


def _hang_up_all(switch: Switch, argument: str) -> str:
    """``hupall [cause] [variable value]…``."""
    fields = separate(argument, " ", 11)
    cause = fields[0].upper() if fields and fields[0].upper() in causes.CAUSES else "MANAGER_REQUEST"
    wanted = list(zip(fields[1::2], fields[2::2], strict=False))
    for channel in list(switch.channels.values()):
        if all(channel.get(name) == value for name, value in wanted):
            channel.hangup(cause)
    if not wanted:
        return f"+OK hangup all channels with cause {cause}\n"
    name, value = wanted[0]
    more = "" if len(wanted) == 1 else "..."
    return f"+OK hangup all channels matching [{name}]=[{value}]{more} with cause: {cause}\n"


COMMANDS: dict[str, Run] = {
    "uuid_kill": _on_channel("<uuid> [cause]", _kill),
    "uuid_setvar": _set_variable,
    "uuid_setvar_multi": _set_variables,
    "uuid_getvar": _get_variable,
    "uuid_dump": _dump,
    "uuid_exists": _exists,
    "uuid_break": _on_channel("<uuid> [all]", _break),
    "uuid_transfer": _transfer,
    "uuid_park": _on_channel("<uuid>", _park),
    "uuid_broadcast": _broadcast,
    "uuid_record": _record,
    "uuid_recv_dtmf": _receive_dtmf,
    "uuid_send_dtmf": _send_dtmf,
    "uuid_answer": _on_channel("<uuid>", _answer, "-ERROR\n"),
    "hupall": _hang_up_all,
}
