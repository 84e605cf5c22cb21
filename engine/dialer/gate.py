"""The one gate: may this call be placed now? A pure function of plain values.

Each refusal has a reason code, a sentence, and the next moment worth trying; a refusal without a next moment is
final and ends the alarm.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from engine.dialer import window
from engine.errors import ZoneError
from models.statuses import EventStatus, Outcome


class Reason(enum.StrEnum):
    """Why a call was refused; stored as written here."""

    EVENT_PAUSED = "event_paused"
    EVENT_COMPLETED = "event_completed"
    NO_NUMBER = "no_number"
    NO_SETTING = "no_setting"
    BAD_DATA = "bad_data"
    BAD_ZONE = "bad_zone"
    DO_NOT_CALL = "do_not_call"
    TOO_LATE = "too_late"
    OUTSIDE_WINDOW = "outside_window"
    GATEWAY_INACTIVE = "gateway_inactive"
    SWITCH_DOWN = "switch_down"
    CALENDAR_FULL = "calendar_full"
    GATEWAY_FULL = "gateway_full"
    TOO_FAST = "too_fast"


@dataclass(frozen=True, slots=True)
class Question:
    """What the gate must know. Limits of 0 mean none."""

    now: datetime
    event_status: EventStatus
    useful_until: datetime  # later than this, the call would be of no use
    number: str | None
    data_error: str | None  # why the event's data cannot be read, if so
    has_setting: bool
    do_not_call: bool
    daily_start: time
    daily_stop: time
    zone: str
    gateway_active: bool
    switch_up: bool
    calendar_calls: int
    calendar_limit: int
    gateway_calls: int
    gateway_limit: int
    gateway_free_at: datetime  # when its calls per second allow the next one


@dataclass(frozen=True, slots=True)
class Refusal:
    """No, and why. ``next_at`` is None when the answer will not change.

    ``waits_for_room`` marks a refusal that ends when another call does: the alarm stays due.
    """

    reason: Reason
    text: str
    next_at: datetime | None = None
    outcome: Outcome = Outcome.INVALID
    waits_for_room: bool = False


_PAUSED_RECHECK = timedelta(seconds=30)
_DOWN_RECHECK = timedelta(seconds=5)


def judge(q: Question) -> Refusal | None:
    """None when the call may be placed now, else why not. What is final is asked first."""
    final = _final(q)
    if final is not None:
        return final
    if q.event_status is EventStatus.PAUSED:
        return Refusal(Reason.EVENT_PAUSED, "the event is paused", q.now + _PAUSED_RECHECK)
    try:
        opens = window.next_open(q.now, q.daily_start, q.daily_stop, window.zone(q.zone))
    except ZoneError as error:
        return Refusal(Reason.BAD_ZONE, str(error))
    if opens > q.useful_until:
        text = f"its window opens at {opens:%Y-%m-%d %H:%M} UTC, after it would have been useful"
        return Refusal(Reason.TOO_LATE, text, outcome=Outcome.EXPIRED)
    if opens > q.now:
        text = f"outside {q.daily_start:%H:%M}-{q.daily_stop:%H:%M} {q.zone}"
        return Refusal(Reason.OUTSIDE_WINDOW, text, opens)
    return _room(q)


def _final(q: Question) -> Refusal | None:
    if q.event_status is EventStatus.COMPLETED:
        return Refusal(Reason.EVENT_COMPLETED, "the event is completed", outcome=Outcome.CANCELLED)
    if not q.number:
        return Refusal(Reason.NO_NUMBER, "alarm_phonenumber: missing; give the alarm a number to call")
    if not q.has_setting:
        text = "the calendar user has no calendar setting; choose one in the calendar user's profile"
        return Refusal(Reason.NO_SETTING, text)
    if q.data_error is not None:
        return Refusal(Reason.BAD_DATA, q.data_error)
    if q.do_not_call:
        return Refusal(Reason.DO_NOT_CALL, "the number is on a do-not-call list", outcome=Outcome.CANCELLED)
    if q.now > q.useful_until:
        text = f"not dialled before {q.useful_until:%Y-%m-%d %H:%M} UTC, when it stopped being useful"
        return Refusal(Reason.TOO_LATE, text, outcome=Outcome.EXPIRED)
    return None


def _room(q: Question) -> Refusal | None:
    if not q.switch_up:
        return Refusal(Reason.SWITCH_DOWN, "no switch is connected", q.now + _DOWN_RECHECK)
    if not q.gateway_active:
        text = "the gateway and its failovers are inactive"
        return Refusal(Reason.GATEWAY_INACTIVE, text, q.now + _PAUSED_RECHECK)
    if q.calendar_limit and q.calendar_calls >= q.calendar_limit:
        text = f"the calendar has {q.calendar_calls} of {q.calendar_limit} calls"
        return Refusal(Reason.CALENDAR_FULL, text, q.now, waits_for_room=True)
    if q.gateway_limit and q.gateway_calls >= q.gateway_limit:
        text = f"the gateway has {q.gateway_calls} of {q.gateway_limit} calls"
        return Refusal(Reason.GATEWAY_FULL, text, q.now, waits_for_room=True)
    if q.gateway_free_at > q.now:
        return Refusal(Reason.TOO_FAST, "the gateway's calls per second are used up", q.gateway_free_at)
    return None
