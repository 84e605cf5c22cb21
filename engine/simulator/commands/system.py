"""Commands on the switch as a whole: ``status``, ``version``, ``sofia``, ``fsctl``, ``msleep`` …"""

from __future__ import annotations

import re
import time

from engine.simulator.commands.reply import Pending, Run
from engine.simulator.switch import FULL_VERSION, VERSION, Switch
from engine.simulator.syntax import integer, separate

_LINE = "=" * 97
_GATEWAY_URL = "sip:simulator@127.0.0.1:5060"
_PROFILE_URL = "sip:mod_sofia@127.0.0.1:5080"
_CTL_USAGE = "-USAGE: [hupall|pause|resume|sps|max_sessions|sync_clock|reclaim_mem|loglevel [level]]\n"
_REFERENCE = re.compile(r"\$\{([^{}]*)\}")


def _status(switch: Switch, _argument: str) -> str:
    return (
        f"UP {switch.up_time()}\n"
        f"FreeSWITCH (Version {FULL_VERSION} 64bit) is ready\n"
        f"{switch.session_count} session(s) since startup\n"
        f"{len(switch.channels)} session(s) - peak {switch.load.peak}, last 5min {switch.load.peak} \n"
        "0 session(s) per Sec out of max 30, peak 0, last 5min 0 \n"
        f"{switch.faults.max_sessions} session(s) max\n"
        "min idle cpu 0.00/95.00\n"
        "Current Stack Size/Max 240K/8192K\n"
    )


def _version(_switch: Switch, argument: str) -> str:
    if "short" in argument:
        return f"{VERSION}-release\n"
    return f"FreeSWITCH Version {FULL_VERSION} (simulator 64bit)\n"


def _uptime(switch: Switch, argument: str) -> str:
    scales = {"us": 1e-6, "microseconds": 1e-6, "ms": 1e-3, "milliseconds": 1e-3, "": 1, "s": 1, "seconds": 1}
    scales |= {"m": 60, "minutes": 60, "h": 3600, "hours": 3600, "d": 86400, "days": 86400}
    scale = scales.get(argument.strip().lower())
    if scale is None:
        return "-USAGE: [us|ms|s|m|h|d|microseconds|milliseconds|seconds|minutes|hours|days]\n"
    return f"{int((time.time() - switch.started_at) / scale)}\n"


def _gateway(switch: Switch, name: str) -> str:
    state = switch.gateways.get(name)
    if state is None and not switch.any_gateway:
        return "Invalid Gateway!\n"
    status = "UP" if state is None or state.status == "up" else "DOWN"
    fields = {
        "Name": name,
        "Profile": "external",
        "Scheme": "Digest",
        "Realm": "127.0.0.1",
        "Username": "simulator",
        "Password": "no",
        "From": "<sip:simulator@127.0.0.1>",
        "Contact": "<sip:gw+simulator@127.0.0.1:5080;transport=udp;gw=simulator>",
        "Exten": "simulator",
        "To": "sip:simulator@127.0.0.1",
        "Proxy": "sip:127.0.0.1:5060",
        "Context": "default",
        "Expires": "3600",
        "Freq": "3600",
        "Ping": "0",
        "PingFreq": "0",
        "PingTime": "0.00",
        "PingState": "0/0/0",
        "State": "NOREG",
        "Status": status,
        "Uptime": "100s",
        "CallsIN": "0",
        "CallsOUT": str(sum(1 for call in switch.originated if call.gateway == name)),
        "FailedCallsIN": "0",
        "FailedCallsOUT": "0",
    }
    return f"{_LINE}\n" + "".join(f"{key:<8}\t{value}\n" for key, value in fields.items()) + f"{_LINE}\n"


def _sofia(switch: Switch, argument: str) -> str:
    words = separate(argument, " ", 6)
    if words[:2] == ["status", "gateway"]:
        if len(words) > 2:
            name = words[2].rpartition("::")[2]
            return _gateway(switch, name)
        rows = [
            f"{f'external::{name}':>25}\t{_GATEWAY_URL:>32}\tNOREG\t  0.00\t0/0\t0/0"
            for name in switch.gateways
        ]
        head = f"{'Profile::Gateway-Name':>25}\t{'Data':>32}\tState\tPing Time\tIB Calls(F/T)\tOB Calls(F/T)"
        total = f"{len(rows)} gateways: Inbound(Failed/Total): 0/0,Outbound(Failed/Total):0/0"
        return "\n".join([head, _LINE, *rows, _LINE, total]) + "\n"
    if words[:1] == ["status"]:
        head = f"{'Name':>25}\t{'Type':>7}\t{'Data':>40}\tState"
        profile = f"{'external':>25}\tprofile\t{_PROFILE_URL:>40}\tRUNNING ({len(switch.channels)})"
        rows = [f"{f'external::{name}':>25}\tgateway\t{_GATEWAY_URL:>40}\tNOREG" for name in switch.gateways]
        return "\n".join([head, _LINE, profile, *rows, _LINE, "1 profile 0 aliases"]) + "\n"
    if not words:
        return "-USAGE: sofia status [profile <name>|gateway <name>]|profile <name> [rescan|restart|start|stop]\n"
    if words[:1] == ["profile"]:
        return "+OK\n" if words[-1] != "rescan" else "Reload XML [Success]\n+OK scan complete\n"
    return f"Unknown Command [{words[0]}]\n"


def _create_uuid(switch: Switch, _argument: str) -> str:
    return switch.new_uuid()


def _eval(switch: Switch, argument: str) -> str:
    channel = None
    if argument.startswith("uuid:"):
        uuid, _, argument = argument[5:].partition(" ")
        channel = switch.channels.get(uuid)
    if channel is not None:
        return channel.expand(argument)
    return _REFERENCE.sub(lambda found: switch.globals.get(found[1], ""), argument)


def _global_getvar(switch: Switch, argument: str) -> str:
    name = argument.strip()
    if name:
        return switch.globals.get(name, "")
    return "".join(f"{key}={value}\n" for key, value in switch.globals.items())


def _global_setvar(switch: Switch, argument: str) -> str:
    name, _, value = argument.partition("=")
    switch.globals[name.strip()] = value.strip()
    return "+OK\n"


def _reloadxml(switch: Switch, _argument: str) -> str:
    switch.fire("RELOADXML", list)
    return "+OK [Success]\n"


def _fsctl(switch: Switch, argument: str) -> str:
    words = separate(argument, " ", 5)
    match words[0].lower() if words else "":
        case "pause":
            switch.paused = True
        case "resume":
            switch.paused = False
        case "hupall":
            for channel in list(switch.channels.values()):
                channel.hangup("MANAGER_REQUEST")
        case "sps":
            return "+OK sessions per second: 30\n"
        case "max_sessions":
            if len(words) > 1:
                switch.faults.max_sessions = integer(words[1])
            return f"+OK max sessions: {switch.faults.max_sessions}\n"
        case "loglevel" | "sync_clock" | "reclaim_mem" | "debug_level" | "sps_peak_reset" | "send_sighup":
            pass
        case "":
            return _CTL_USAGE
        case _:
            return "-ERR Invalid command\n" + _CTL_USAGE[1:]
    return "+OK\n"


def _msleep(switch: Switch, argument: str) -> Pending:
    pending = Pending()
    switch.scheduler.after(max(0, integer(argument)) / 1000, pending.resolve, "+OK")
    return pending


def _strepoch(_switch: Switch, _argument: str) -> str:
    return str(int(time.time()))


def _module_exists(_switch: Switch, argument: str) -> str:
    return (
        "true"
        if argument.strip() in ("mod_sofia", "mod_event_socket", "mod_dptools", "mod_commands")
        else "false"
    )


def _echo(_switch: Switch, argument: str) -> str:
    return argument


COMMANDS: dict[str, Run] = {
    "status": _status,
    "version": _version,
    "uptime": _uptime,
    "sofia": _sofia,
    "create_uuid": _create_uuid,
    "eval": _eval,
    "expand": _eval,
    "global_getvar": _global_getvar,
    "global_setvar": _global_setvar,
    "reloadxml": _reloadxml,
    "fsctl": _fsctl,
    "msleep": _msleep,
    "strepoch": _strepoch,
    "module_exists": _module_exists,
    "echo": _echo,
    "hostname": lambda switch, _: switch.hostname,
    "switchname": lambda switch, _: switch.hostname,
}
