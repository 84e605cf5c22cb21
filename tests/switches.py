"""Switches to test against: the simulator, and a real FreeSWITCH with the configuration of ``dialplans/``.

A real one is, in this order, the image that ``FREESWITCH_IMAGE`` names when Docker has it, or the ``freeswitch``
program. When neither is there, the reasons are given, so that a test can skip with them.
"""

from __future__ import annotations

import os
import random
import re
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.clock import SystemClock
from engine.errors import SwitchError
from engine.esl.switch import Switch
from engine.simulator.simulator import Simulator

DIALPLANS = Path(__file__).parent.parent / "dialplans"
_READY_S = 45
_RTP_PORTS = 2000
_LOGGED = re.compile(r"\[(NOTICE|WARNING|ERR|CRIT|ALERT)\]")


class NoSwitchError(Exception):
    """There is no real switch here; the message says why."""


@dataclass(frozen=True, slots=True)
class TestSwitch:
    """A switch that answers, and how its scripted callees are dialled."""

    __test__ = False

    kind: str  # simulator, native or container
    url: str
    endpoint: str
    version: str
    log_path: Path | None = None  # what a real one says from notices on


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    """A loopback port that was free a moment ago."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def simulated() -> Iterator[TestSwitch]:
    """The built-in simulator."""
    with Simulator(speed=3) as simulator:
        yield TestSwitch("simulator", simulator.url, "sofia/carillon/%s@127.0.0.1:5066", "simulator")


@contextmanager
def real(folder: Path) -> Iterator[TestSwitch]:
    """A real FreeSWITCH for the time being, with its files in ``folder``. Raises ``NoSwitchError``.

    It reads and writes below the parent of ``folder``, where the folders of the tests must lie too.
    """
    image = os.environ.get("FREESWITCH_IMAGE", "")
    reason = _no_image(image) if image else "FREESWITCH_IMAGE is not set"
    if not reason:
        with _container(image, folder) as switch:
            yield switch
    elif shutil.which("freeswitch"):
        with _native(folder) as switch:
            yield switch
    else:
        raise NoSwitchError(f"{reason}, and there is no freeswitch program on the PATH")


def _settings() -> dict[str, str]:
    """What a switch of its own is set to; the names are those of ``dialplans/vars.example.xml``."""
    # Below the ports that the kernel hands out, and hardly the same as those of a run beside this one.
    rtp_start_port = random.randrange(10_000, 32_000 - _RTP_PORTS, _RTP_PORTS)
    return {
        "esl_ip": "127.0.0.1",
        "esl_port": str(free_port()),
        "esl_password": secrets.token_hex(8),
        "engine_cidr": "127.0.0.1/32",
        "sip_port": str(free_port(socket.SOCK_DGRAM)),
        "rtp_start_port": str(rtp_start_port),
        "rtp_end_port": str(rtp_start_port + _RTP_PORTS - 2),
    }


def _ready(kind: str, settings: dict[str, str], log_path: Path, alive: Callable[[], bool]) -> TestSwitch:
    """The switch, once it answers and its SIP profile runs. Raises ``RuntimeError`` with the end of its log."""
    url = f"esl://:{settings['esl_password']}@127.0.0.1:{settings['esl_port']}"
    switch = Switch.from_url(url, engine="readiness", clock=SystemClock())
    switch.start()
    deadline = time.monotonic() + _READY_S
    try:
        while alive() and time.monotonic() < deadline:
            try:
                if "RUNNING" in switch.api("api sofia status"):
                    version = switch.api("api version").strip()
                    endpoint = f"sofia/carillon/%s@127.0.0.1:{settings['sip_port']}"
                    return TestSwitch(kind, url, endpoint, version, log_path)
            except SwitchError:
                pass
            time.sleep(0.1)
    finally:
        switch.stop()
    raise RuntimeError(f"the switch did not become ready: {log_end(log_path) or 'it has logged nothing'}")


def log_end(path: Path, lines: int = 40) -> str:
    """The last that a switch has logged, without its banners; empty when it has not begun to."""
    if not path.exists():
        return ""
    logged = [line for line in path.read_text(errors="replace").splitlines() if _LOGGED.search(line)]
    return "\n".join(logged[-lines:])


@contextmanager
def _native(folder: Path) -> Iterator[TestSwitch]:
    settings = _settings()
    command = ["freeswitch", "-nonat", "-nonatmap", "-np", "-nf", "-nc"]
    for part in ("conf", "log", "db", "run", "certs"):
        (folder / part).mkdir(parents=True)
        command += [f"-{part}", str(folder / part)]
    for name in ("freeswitch.xml", "engine.xml", "callees.xml"):
        shutil.copy(DIALPLANS / name, folder / "conf")
    lines = [f'<X-PRE-PROCESS cmd="set" data="{name}={value}"/>' for name, value in settings.items()]
    (folder / "conf" / "vars.xml").write_text("<include>\n" + "\n".join(lines) + "\n</include>\n")
    with (folder / "log" / "console.log").open("wb") as out:
        # A session of its own: an interrupt from the keyboard is for the tests, which then end it in order.
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
        try:
            log_path = folder / "log" / "freeswitch.log"
            yield _ready("native", settings, log_path, lambda: process.poll() is None)
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _no_image(image: str) -> str:
    """Why Docker cannot run the image; empty when it can. Nothing is pulled."""
    from docker.errors import DockerException, ImageNotFound

    import docker

    try:
        client = docker.from_env()
        try:
            client.images.get(image)
        finally:
            client.close()
    except ImageNotFound:
        return f"FREESWITCH_IMAGE: Docker has no image {image}"
    except DockerException as error:
        return f"FREESWITCH_IMAGE: Docker cannot be reached: {error}"
    return ""


@contextmanager
def _container(image: str, folder: Path) -> Iterator[TestSwitch]:
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    from testcontainers.core.container import DockerContainer

    settings = _settings()
    log = folder / "log"
    log.mkdir(parents=True)
    shared = str(folder.parent.resolve())
    container = (
        DockerContainer(image)
        .with_envs(**{name.upper(): value for name, value in settings.items()})
        .with_volume_mapping(shared, shared, "rw")  # speech and recordings, under the same path
        .with_volume_mapping(str(log.resolve()), "/var/lib/carillon/log", "rw")
        # RTP takes a range of ports; and what the switch writes must be ours to read and delete.
        .with_kwargs(network_mode="host", user=f"{os.getuid()}:{os.getgid()}")
    )
    with container:
        found = container.get_wrapped_container()

        def alive() -> bool:
            found.reload()
            return str(found.status) in ("created", "running")

        yield _ready("container", settings, log / "freeswitch.log", alive)
