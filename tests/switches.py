"""Switches to test against: the simulator, and a real FreeSWITCH with the configuration of ``dialplans/``.

A real one is, in this order, the image that ``FREESWITCH_IMAGE`` names when Docker has it, or the ``freeswitch``
program. When neither is there, the reason is given, so that a test can skip with it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.clock import SystemClock
from engine.errors import SwitchError
from engine.esl.switch import Switch
from engine.simulator.simulator import Simulator

DIALPLANS = Path(__file__).parent.parent / "dialplans"
_READY_S = 45


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
    """A real FreeSWITCH for the time being. Raises ``NoSwitchError``."""
    image = os.environ.get("FREESWITCH_IMAGE", "")
    if image:
        with _container(image) as switch:
            yield switch
    elif shutil.which("freeswitch"):
        with _native(folder) as switch:
            yield switch
    else:
        raise NoSwitchError("no FREESWITCH_IMAGE in the environment and no freeswitch program on the PATH")


@contextmanager
def _native(folder: Path) -> Iterator[TestSwitch]:
    conf = folder / "conf"
    conf.mkdir(parents=True)
    for name in ("freeswitch.xml", "engine.xml", "callees.xml"):
        shutil.copy(DIALPLANS / name, conf)
    esl_port, sip_port, password = free_port(), free_port(socket.SOCK_DGRAM), secrets.token_hex(8)
    settings = {
        "esl_ip": "127.0.0.1",
        "esl_port": esl_port,
        "esl_password": password,
        "engine_cidr": "127.0.0.1/32",
        "sip_port": sip_port,
        "rtp_start_port": 30000,
        "rtp_end_port": 38000,
    }
    lines = [f'<X-PRE-PROCESS cmd="set" data="{name}={value}"/>' for name, value in settings.items()]
    (conf / "vars.xml").write_text("<include>\n" + "\n".join(lines) + "\n</include>\n")
    command = ["freeswitch", "-nonat", "-nonatmap", "-nf", "-nc"]
    for part in ("conf", "log", "db", "run"):
        (folder / part).mkdir(exist_ok=True)
        command += [f"-{part}", str(folder / part)]
    with (folder / "freeswitch.out").open("wb") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            url = f"esl://:{password}@127.0.0.1:{esl_port}"
            version = _wait_ready(url, process, folder / "freeswitch.out")
            yield TestSwitch("native", url, f"sofia/carillon/%s@127.0.0.1:{sip_port}", version)
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def _container(image: str) -> Iterator[TestSwitch]:
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    from docker.errors import DockerException, ImageNotFound
    from testcontainers.core.container import DockerContainer

    import docker

    try:
        docker.from_env().images.get(image)
    except ImageNotFound as error:
        raise NoSwitchError(f"FREESWITCH_IMAGE: Docker has no image {image}") from error
    except DockerException as error:
        raise NoSwitchError(f"FREESWITCH_IMAGE: Docker cannot be reached: {error}") from error
    esl_port, sip_port, password = free_port(), free_port(socket.SOCK_DGRAM), secrets.token_hex(8)
    container = (
        DockerContainer(image)
        .with_env("ESL_PASSWORD", password)
        .with_env("ESL_IP", "127.0.0.1")
        .with_env("ESL_PORT", str(esl_port))
        .with_env("SIP_PORT", str(sip_port))
        .with_volume_mapping("/tmp", "/tmp", "rw")  # speech and recordings lie in the tests' folders
        .with_kwargs(network_mode="host")
    )
    with container:
        url = f"esl://:{password}@127.0.0.1:{esl_port}"
        version = _wait_ready(url, None, None)
        yield TestSwitch("container", url, f"sofia/carillon/%s@127.0.0.1:{sip_port}", version)


def _wait_ready(url: str, process: subprocess.Popen[bytes] | None, out: Path | None) -> str:
    """The switch's version, once it answers and its SIP profile runs."""
    switch = Switch.from_url(url, engine="readiness", clock=SystemClock())
    switch.start()
    deadline = time.monotonic() + _READY_S
    try:
        while time.monotonic() < deadline:
            if process is not None and process.poll() is not None:
                break
            try:
                if "RUNNING" in switch.api("api sofia status"):
                    return switch.api("api version").strip()
            except SwitchError:
                pass
            time.sleep(0.1)
    finally:
        switch.stop()
    said = out.read_text(errors="replace")[-2000:] if out is not None else ""
    raise RuntimeError(f"the switch did not become ready: {said}")
