"""When things happened to a channel, in microseconds, and what a CDR makes of it.

A channel's times begin at the clock's time of its creation and then pass at the simulator's speed, so that
durations are those of the simulated call. At speed 1 they are the clock's.
"""

from __future__ import annotations

import time

from engine.simulator.schedule import Scheduler

_MOMENTS = (
    ("Profile-Created-Time", "created"),
    ("Channel-Created-Time", "created"),
    ("Channel-Answered-Time", "answered"),
    ("Channel-Progress-Time", "progress"),
    ("Channel-Progress-Media-Time", "progress_media"),
    ("Channel-Hangup-Time", "hungup"),
    ("Channel-Transfer-Time", "transferred"),
    ("Channel-Resurrect-Time", "resurrected"),
    ("Channel-Bridged-Time", "bridged"),
    ("Channel-Last-Hold", "last_hold"),
    ("Channel-Hold-Accum", "hold_accum"),
)

HEADERS = tuple(header for header, _ in _MOMENTS)


class Timetable:
    """Moments by name; 0 for what has not happened."""

    __slots__ = ("_origin_s", "_scheduler", "moments")

    def __init__(self, created_us: int, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._origin_s = scheduler.now_s()
        self.moments: dict[str, int] = {"created": created_us}

    def now_us(self) -> int:
        """The channel's present."""
        return self.moments["created"] + int((self._scheduler.now_s() - self._origin_s) * 1_000_000)

    def mark(self, name: str) -> None:
        """Something happens now; the first time counts."""
        self.moments.setdefault(name, self.now_us())

    def get(self, name: str) -> int:
        return self.moments.get(name, 0)

    def values(self) -> list[str]:
        """For the headers of a caller profile, in the order of ``HEADERS``."""
        get = self.moments.get
        return [str(get(name, 0)) for _, name in _MOMENTS]

    def variables(self) -> list[tuple[str, str]]:
        """``switch_channel_set_timestamps``: stamps, epochs and durations."""
        out: list[tuple[str, str]] = []
        for name, moment in (
            ("start", "created"),
            ("profile_start", "created"),
            ("answer", "answered"),
            ("bridge", "bridged"),
            ("progress", "progress"),
            ("progress_media", "progress_media"),
            ("end", "hungup"),
        ):
            if at := self.get(moment):
                out.append((f"{name}_stamp", _stamp(at)))
        for name, moment in (
            ("start", "created"),
            ("profile_start", "created"),
            ("answer", "answered"),
            ("bridge", "bridged"),
            ("last_hold", "last_hold"),
        ):
            at = self.get(moment)
            out += [(f"{name}_epoch", str(at // 1_000_000)), (f"{name}_uepoch", str(at))]
        out += [("hold_accum_seconds", "0"), ("hold_accum_usec", "0"), ("hold_accum_ms", "0")]
        for name, moment in (
            ("resurrect", "resurrected"),
            ("progress", "progress"),
            ("progress_media", "progress_media"),
            ("end", "hungup"),
        ):
            at = self.get(moment)
            out += [(f"{name}_epoch", str(at // 1_000_000)), (f"{name}_uepoch", str(at))]
        created, answered, hungup = self.get("created"), self.get("answered"), self.get("hungup")
        spans = (
            ("duration", "mduration", "uduration", created, hungup),
            ("billsec", "billmsec", "billusec", answered, hungup if answered else 0),
            ("progresssec", "progressmsec", "progressusec", created, self.get("progress")),
            ("answersec", "answermsec", "answerusec", created, answered),
            ("waitsec", "waitmsec", "waitusec", created, self.get("bridged")),
            (
                "progress_mediasec",
                "progress_mediamsec",
                "progress_mediausec",
                created,
                self.get("progress_media"),
            ),
            ("flow_billsec", "flow_billmsec", "flow_billusec", created, hungup if answered else 0),
        )
        for unit, divisor in ((0, 1_000_000), (1, 1_000), (2, 1)):
            for *names, start, end in spans:
                out.append((str(names[unit]), str(int(end) // divisor - int(start) // divisor if end else 0)))
        return out


def _stamp(microseconds: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(microseconds // 1_000_000))
