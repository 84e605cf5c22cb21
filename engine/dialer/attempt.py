"""One attempt at an alarm, as the values that its call needs. Plain data: nothing here touches the database."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.dialer.pacing import Slot
from engine.dialer.route import Route

UUID_PREFIX = "ca11"
"""Our channels' UUIDs begin with this, so that they are seen at a glance in a busy switch's list."""


def new_uuid() -> str:
    """A channel UUID of ours: random (RFC 9562 version 8), with our prefix."""
    digits = UUID_PREFIX + secrets.token_hex(14)
    return f"{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


@dataclass(frozen=True, slots=True)
class Caller:
    """What the calendar setting says about a call."""

    name: str
    number: str
    timeout_s: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """A committed attempt: its rows exist, its channel's UUID is chosen, and nothing has been sent yet."""

    alarm_id: int
    alarm_request_id: int
    call_request_id: int
    uuid: str
    number: str
    manager_id: int
    calendar_id: int
    route: Route
    caller: Caller
    survey_id: int
    zone: str
    scopes: tuple[Mapping[str, Any], ...]  # where a script's variables are looked up, in order
    transfer_number: str | None
    dnc_list_id: int | None
    sms_gateway_id: int | None
    useful_until: datetime
    due_at: datetime
    num_attempt: int  # at the alarm; 1 for the first
    num_originate: int = 1  # within the attempt; more by failover

    @property
    def slot(self) -> Slot:
        """What it occupies."""
        return Slot(self.calendar_id, self.route.id)
