"""What a person sees of the demonstration: a line for each step of a call, and a table at its end."""

from __future__ import annotations

import sys
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

import click
import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.demo.practice import Patient
from models import Alarm, AlarmRequest, CallRequest, SmsMessage, SurveyResult
from models.statuses import SmsStatus

_STEPS = {
    "dialling": "dials by {gateway}, attempt {attempt}",
    "answered": "answered",
    "answer": "pressed {key} {label}",
    "call ended": "ended: {reason}",
    "retry planned": "tries again in {in_s} s",
    "failover": "goes by {to}",
    "sms queued": "an SMS is queued",
    "sms sent": "SMS accepted as {provider_id}",
    "alarm ended": "alarm {status}: {reason}",
    "call adopted": "taken over from an earlier run",
    "switch connected": "switch {switch} is connected",
}
_COLOURS = {
    "answer": "green",
    "answered": "green",
    "sms sent": "cyan",
    "alarm ended": "bold",
    "retry planned": "yellow",
}


class Narrator:
    """A log processor that tells the steps worth reading, and drops the rest below warnings."""

    def __init__(self, names: Mapping[int, str]) -> None:
        self._names = names

    def __call__(self, _: Any, method: str, line: MutableMapping[str, Any]) -> str:
        """One line of log as one line of the story."""
        event = str(line.get("event"))
        if event not in _STEPS:
            if method in ("debug", "info"):
                raise structlog.DropEvent
            facts = " ".join(
                f"{key}={value}" for key, value in line.items() if key not in ("event", "module")
            )
            return click.style(f"{'':9} ! {event} {facts}", fg="red")
        alarm = line.get("alarm")
        who = f"{self._names.get(alarm, ''):6} {line.get('number', ''):14}" if alarm else ""
        text = _STEPS[event].format_map(
            _Blank({key: value for key, value in line.items() if value is not None})
        )
        colour = _COLOURS.get(event)
        style: dict[str, Any] = {"bold": True} if colour == "bold" else {"fg": colour}
        return f"{line['at']}  {who} {click.style(text.strip(), **style)}"


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


def configure(names: Mapping[int, str]) -> None:
    """Tell the story on standard output instead of the log."""
    structlog.configure(
        processors=[structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False, key="at"), Narrator(names)],
        logger_factory=structlog.PrintLoggerFactory(file=sys.stdout),
        cache_logger_on_first_use=False,
    )


@dataclass(frozen=True, slots=True)
class Row:
    """How one alarm ended, beside how it should have."""

    patient: Patient
    number: str
    attempts: int
    outcome: str
    key: str
    result: int
    sms: str
    as_expected: bool


def rows(session: Session, alarms: Mapping[int, Patient]) -> list[Row]:
    """Read the end of every alarm."""
    found = []
    for key, patient in alarms.items():
        alarm = session.get_one(Alarm, key)
        pressed = session.scalars(
            select(SurveyResult.response)
            .join(CallRequest, CallRequest.id == SurveyResult.callrequest_id)
            .join(AlarmRequest, AlarmRequest.id == CallRequest.alarm_request_id)
            .where(AlarmRequest.alarm_id == key)
            .order_by(SurveyResult.id)
        ).all()
        attempts = session.scalar(select(func.count()).where(AlarmRequest.alarm_id == key)) or 0
        sms = session.scalar(select(SmsMessage.status).where(SmsMessage.alarm_id == key))
        expected = patient.expected
        as_expected = (
            alarm.outcome == expected.outcome
            and alarm.result == expected.result
            and attempts == (expected.attempts if patient.method == 1 else 0)
            and (sms is SmsStatus.SENT) == expected.sms
        )
        found.append(
            Row(
                patient=patient,
                number=alarm.alarm_phonenumber or "",
                attempts=attempts,
                outcome=str(alarm.outcome or f"still {alarm.status.name.lower()}"),
                key=next((response for response in pressed if response.isdigit()), ""),
                result=alarm.result,
                sms=str(sms or ""),
                as_expected=as_expected,
            )
        )
    return found


_HEADINGS = ("alarm", "number", "attempts", "outcome", "key", "result", "SMS", "")


def table(found: Sequence[Row]) -> str:
    """The rows as aligned text."""
    lines = [_HEADINGS] + [
        (
            row.patient.name,
            row.number,
            str(row.attempts),
            row.outcome,
            row.key,
            str(row.result or ""),
            row.sms,
            "as expected" if row.as_expected else f"expected {row.patient.expected}",
        )
        for row in found
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
