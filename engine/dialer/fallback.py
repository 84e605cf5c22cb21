"""What voice could not say goes out as a text message: queued in the transaction that ends the alarm."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from engine.dialer import window
from engine.dialer.load import Due
from engine.errors import CarillonError
from engine.tts import template
from models import SmsMessage
from models.statuses import SmsStatus

DEFAULT_TEXT = "{title}, {start | datetime}"
"""Sent when the alarm has no SMS template."""


def text_of(due: Due) -> str:
    """The message for ``due``. A template that cannot be rendered gives the default rather than silence."""
    for candidate in (due.sms_text, DEFAULT_TEXT):
        if not candidate:
            continue
        try:
            text = render(candidate, due.scopes, due.zone)
        except CarillonError:
            continue
        if text:
            return text
    return str(due.alarm_scope["title"])


def render(text: str, scopes: tuple[Mapping[str, Any], ...], zone: str) -> str:
    """``text`` with its variables, for a message rather than for speech."""
    return template.render_message(text, *scopes, zone=window.zone(zone))


def enqueue(
    connection: Connection,
    *,
    dedupe_key: str,
    recipient: str,
    text: str,
    now: datetime,
    sms_gateway_id: int | None,
    sender: str = "",
    alarm_id: int | None = None,
    call_request_id: int | None = None,
) -> bool:
    """Put a message in the outbox; False when the same cause has queued it before.

    Without a gateway the message is kept as undeliverable, so that somebody can see what was not sent.
    """
    if connection.scalar(select(SmsMessage.id).where(SmsMessage.dedupe_key == dedupe_key)) is not None:
        return False
    routable = sms_gateway_id is not None
    connection.execute(
        insert(SmsMessage),
        {
            "dedupe_key": dedupe_key,
            "sms_gateway_id": sms_gateway_id,
            "alarm_id": alarm_id,
            "callrequest_id": call_request_id,
            "sender": sender,
            "recipient": recipient,
            "text": text,
            "status": SmsStatus.UNSENT if routable else SmsStatus.NO_ROUTE,
            "status_message": "" if routable else "the calendar setting names no SMS gateway",
            "due_at": now if routable else None,
        },
    )
    return True
