"""``show channels`` and ``show calls``, as text, as JSON or only counted."""

from __future__ import annotations

import time

import msgspec

from engine.simulator.channel import Channel
from engine.simulator.commands.reply import Run
from engine.simulator.switch import Switch
from engine.simulator.syntax import separate

_USAGE = (
    "-USAGE: codec|endpoint|application|api|dialplan|file|timer|calls [count]|channels [count|like <match string>]|"
    "calls|detailed_calls|bridged_calls|detailed_bridged_calls|aliases|complete|chat|management|modules|nat_map|say|"
    "interfaces|interface_types|tasks|limits|status\n"
)


def _channel_row(channel: Channel) -> dict[str, str]:
    """A row of the table ``channels`` (``switch_core_sqldb.c``)."""
    created = channel.times.get("created") // 1_000_000
    application, data = channel.stack.last_application if channel.stack.frames else ("", "")
    media = channel.media_ready
    return {
        "uuid": channel.uuid,
        "direction": channel.direction,
        "created": time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(created)),
        "created_epoch": str(created),
        "name": channel.name,
        "state": channel.running_state,
        "cid_name": channel.caller_id[0],
        "cid_num": channel.caller_id[1],
        "ip_addr": "",
        "dest": channel.number,
        "application": application,
        "application_data": data,
        "dialplan": "",
        "context": "default",
        "read_codec": "PCMU" if media else "",
        "read_rate": "8000" if media else "",
        "read_bit_rate": "64000" if media else "",
        "write_codec": "PCMU" if media else "",
        "write_rate": "8000" if media else "",
        "write_bit_rate": "64000" if media else "",
        "secure": "",
        "hostname": channel.switch.hostname,
        "presence_id": channel.get("presence_id") or "",
        "presence_data": channel.get("presence_data") or "",
        "accountcode": channel.get("accountcode") or "",
        "callstate": channel.call_state,
        "callee_name": channel.callee_id[0],
        "callee_num": channel.callee_id[1],
        "callee_direction": "RECV" if channel.in_dialplan else "",
        "call_uuid": channel.get("call_uuid") or "",
        "sent_callee_name": "",
        "sent_callee_num": "",
        "initial_cid_name": channel.first_caller_id[0],
        "initial_cid_num": channel.first_caller_id[1],
        "initial_ip_addr": "",
        "initial_dest": channel.number,
        "initial_dialplan": "",
        "initial_context": "default",
    }


_CALL_COLUMNS = (
    "uuid",
    "direction",
    "created",
    "created_epoch",
    "name",
    "state",
    "cid_name",
    "cid_num",
    "ip_addr",
    "dest",
    "presence_id",
    "presence_data",
    "accountcode",
    "callstate",
    "callee_name",
    "callee_num",
    "callee_direction",
    "call_uuid",
    "hostname",
    "sent_callee_name",
    "sent_callee_num",
)


def _call_row(channel: Channel) -> dict[str, str]:
    row = _channel_row(channel)
    call = {column: row[column] for column in _CALL_COLUMNS}
    other = _channel_row(channel.partner) if channel.partner is not None else {}
    call |= {
        f"b_{column}": other.get(column, "")
        for column in _CALL_COLUMNS
        if column not in ("hostname", "call_uuid")
    }
    call["call_created_epoch"] = row["created_epoch"]
    return call


def _show(switch: Switch, argument: str) -> str:
    words = separate(argument, " ", 6)
    if not words:
        return _USAGE
    what = words[0].lower()
    rest = [word.lower() for word in words[1:]]
    if what == "channels":
        found = list(switch.channels.values())
        if rest[:1] == ["like"] and len(words) > 2:
            wanted = words[2].strip("%")
            found = [channel for channel in found if wanted in channel.uuid or wanted in channel.name]
        rows = [_channel_row(channel) for channel in found]
    elif what in ("calls", "bridged_calls", "detailed_calls", "detailed_bridged_calls"):
        found = [
            channel
            for channel in switch.channels.values()
            if channel.other_leg is None or channel.partner is None
        ]
        found = [channel for channel in found if channel.get("originator") is None]
        if "bridged" in what:
            found = [channel for channel in found if channel.partner is not None]
        rows = [_call_row(channel) for channel in found]
    elif what in ("registrations", "tasks", "aliases", "complete", "limits", "nat_map"):
        rows = []
    else:
        return _USAGE
    form = rest[rest.index("as") + 1] if "as" in rest[:-1] else ""
    if "count" in rest:
        if form == "json":
            return msgspec.json.encode({"row_count": len(rows), "rows": []}).decode()
        return f"\n{len(rows)} total.\n"
    if form == "json":
        if not rows:
            return '{"row_count": 0}\n'
        return msgspec.json.encode({"row_count": len(rows), "rows": rows}).decode("utf-8", "replace")
    if form == "xml":
        return f'<result row_count="{len(rows)}"/>\n'
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)] if rows else []
    return "".join(f"{line}\n" for line in lines) + f"\n{len(rows)} total.\n"


COMMANDS: dict[str, Run] = {"show": _show}
