"""``python -m engine.simulator``: the simulator as a process of its own."""

from gevent import monkey

monkey.patch_all()

import argparse  # noqa: E402 - the patch comes before every other import
import gc  # noqa: E402
import logging  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402

import gevent  # noqa: E402
from gevent.event import Event  # noqa: E402

from engine.simulator.callees import CalleeError  # noqa: E402
from engine.simulator.simulator import Simulator  # noqa: E402


def main(arguments: list[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m engine.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8021, help="0 takes a free one")
    parser.add_argument("--password", default="ClueCon")
    parser.add_argument("--callees", help="YAML file of scripted callees; see engine/simulator/callees.py")
    parser.add_argument("--speed", type=float, default=1.0, help="simulated seconds in one second")
    parser.add_argument("--seed", type=int, help="make chance repeatable")
    parser.add_argument("--log-level", default="warning", choices=["debug", "info", "warning", "error"])
    options = parser.parse_args(arguments)
    logging.basicConfig(level=options.log_level.upper(), stream=sys.stderr)
    gc.freeze()  # what is loaded now stays
    gc.set_threshold(20_000, 20, 50)  # a call leaves thousands of short-lived objects and no cycles
    ended = Event()
    try:
        simulator = Simulator(
            options.host,
            options.port,
            options.password,
            callees=options.callees,
            speed=options.speed,
            seed=options.seed,
        ).start()
    except (CalleeError, ValueError) as error:
        print(f"simulator: {error}", file=sys.stderr)  # noqa: T201 - this is a command
        return 2
    except OSError as error:
        print(f"simulator: {options.host}:{options.port}: {error.strerror}", file=sys.stderr)  # noqa: T201
        return 1
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, ended.set)
    print(f"listening on {simulator.url}", flush=True)  # noqa: T201
    ended.wait()
    simulator.stop()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
