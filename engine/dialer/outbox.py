"""Sending the text messages that are queued in the database.

A message is claimed under a lease, sent outside of any transaction, and its provider's answer is written down. A
temporary failure is tried again with backoff; a permanent one ends it. An engine that dies between the provider's
acceptance and our commit sends that one message again when its lease runs out: a provider offers no way to ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from gevent.event import Event as Signal
from gevent.pool import Pool
from sqlalchemy import Connection, or_, select, update

from engine import log
from engine.clock import Clock
from engine.db import Database
from engine.dialer import conclude
from engine.errors import CarillonError, NotifyError
from engine.notify import retry
from engine.notify.gateways import gateway_from
from engine.notify.sms import Receipt, Sms, SmsGateway
from engine.phone import normalise
from models import Alarm, SmsMessage
from models import SmsGateway as SmsGatewayRow
from models.statuses import AlarmMethod, AlarmStatus, GatewayStatus, Outcome, SmsGatewayKind, SmsStatus

logger = log.get(__name__)

_LEASE = timedelta(seconds=120)
_PARALLEL = 20


@dataclass(frozen=True, slots=True)
class _Queued:
    """A claimed message with what its gateway needs."""

    id: int
    alarm_id: int | None
    recipient: str
    text: str
    sender: str
    attempts: int
    gateway_key: tuple[Any, ...] | None
    kind: str
    config: dict[str, Any]


_COLUMNS_OF: dict[SmsGatewayKind, dict[str, str]] = {
    SmsGatewayKind.TWILIO: {
        "account_sid": "account",
        "token": "token",
        "sender": "sender",
        "base_url": "base_url",
    },
    SmsGatewayKind.HTTP: {
        "username": "account",
        "password": "token",
        "sender": "sender",
        "url": "base_url",
    },
}
"""What each kind of gateway calls the columns of its row."""


class Outbox:
    """Claims due messages and sends them, ``_PARALLEL`` at a time."""

    def __init__(self, database: Database, clock: Clock, engine_name: str, region: str = "") -> None:
        self._db = database
        self._clock = clock
        self._engine = engine_name
        self._region = region or None
        self._random = Random()
        self._pool = Pool(_PARALLEL)
        self._wake = Signal()
        self._gateways: dict[tuple[Any, ...], SmsGateway] = {}

    def wake(self) -> None:
        """Something was queued."""
        self._wake.set()

    def run(self) -> None:
        """Serve for ever."""
        while True:
            self._wake.clear()
            claimed = self._db.write(self._claim)
            for message in claimed:
                self._pool.spawn(self._send_safely, message)
            if not claimed:
                self._wake.wait(timeout=1.0)

    def drain(self, timeout_s: float) -> None:
        """Wait for what is being sent."""
        self._pool.join(timeout=timeout_s)

    def _claim(self, connection: Connection) -> list[_Queued]:
        now = self._clock.now()
        free = or_(SmsMessage.claimed_until.is_(None), SmsMessage.claimed_until < now)
        query = (
            select(SmsMessage, SmsGatewayRow)
            .outerjoin(SmsGatewayRow, SmsGatewayRow.id == SmsMessage.sms_gateway_id)
            .where(SmsMessage.due_at <= now, free)
            .order_by(SmsMessage.due_at)
            .limit(max(1, self._pool.free_count()))
        )
        if connection.dialect.name == "postgresql":
            query = query.with_for_update(skip_locked=True, of=SmsMessage)
        found = [_queued(row) for row in connection.execute(query)]
        if found:
            connection.execute(
                update(SmsMessage)
                .where(SmsMessage.id.in_([message.id for message in found]))
                .values(claimed_by=self._engine, claimed_until=now + _LEASE, attempts=SmsMessage.attempts + 1)
            )
        return found

    def _send_safely(self, message: _Queued) -> None:
        try:
            self._send(message)
        except Exception:
            logger.exception("message failed", sms=message.id, alarm=message.alarm_id)

    def _send(self, message: _Queued) -> None:
        try:
            recipient = normalise(message.recipient, self._region)
            receipt = self._gateway(message).send(Sms(recipient, message.text, message.sender or None))
        except NotifyError as error:
            self._failed(message, error, temporary=error.temporary, retry_after_s=error.retry_after_s)
        except CarillonError as error:
            self._failed(message, error, temporary=False, retry_after_s=None)
        else:
            logger.info(
                "sms sent", alarm=message.alarm_id, number=message.recipient, provider_id=receipt.provider_id
            )
            self._db.write(lambda connection: self._accepted(connection, message, receipt))

    def _gateway(self, message: _Queued) -> SmsGateway:
        if message.gateway_key is None:
            raise NotifyError(
                "the SMS gateway was deleted or is inactive; choose one in the calendar setting"
            )
        gateway = self._gateways.get(message.gateway_key)
        if gateway is None:
            gateway = self._gateways[message.gateway_key] = gateway_from(message.kind, message.config)
        return gateway

    def _accepted(self, connection: Connection, message: _Queued, receipt: Receipt) -> None:
        now = self._clock.now()
        self._close(
            connection,
            message,
            status=SmsStatus.SENT,
            status_message=f"{receipt.status} {receipt.detail}".strip()[:500],
            provider_id=receipt.provider_id,
            send_date=now,
        )
        if self._is_its_alarm(connection, message):
            assert message.alarm_id is not None
            text = f"SMS accepted by its provider as {receipt.provider_id}"
            conclude.finish(connection, message.alarm_id, AlarmStatus.SUCCESS, Outcome.SENT, text, now)

    def _failed(
        self, message: _Queued, error: CarillonError, *, temporary: bool, retry_after_s: float | None
    ) -> None:
        tries = message.attempts + 1
        delay_s = retry.next_delay_s(tries, retry_after_s, self._random) if temporary else None
        logger.warning(
            "sms failed", sms=message.id, alarm=message.alarm_id, error=str(error), retry_s=delay_s
        )

        def write(connection: Connection) -> None:
            now = self._clock.now()
            if delay_s is not None:
                due_at = now + timedelta(seconds=delay_s)
                self._close(connection, message, due_at=due_at, status_message=str(error)[:500])
                return
            self._close(connection, message, status=SmsStatus.FAILED, status_message=str(error)[:500])
            if self._is_its_alarm(connection, message):
                assert message.alarm_id is not None
                outcome = Outcome.MESSAGE_FAILED
                conclude.finish(connection, message.alarm_id, AlarmStatus.FAILURE, outcome, str(error), now)

        self._db.write(write)

    @staticmethod
    def _close(connection: Connection, message: _Queued, **values: Any) -> None:
        connection.execute(
            update(SmsMessage)
            .where(SmsMessage.id == message.id)
            .values({"due_at": None, "claimed_by": None, "claimed_until": None, **values})
        )

    @staticmethod
    def _is_its_alarm(connection: Connection, message: _Queued) -> bool:
        """Whether the message is what its alarm waits for, rather than its fallback."""
        if message.alarm_id is None:
            return False
        open_sms = select(Alarm.id).where(
            Alarm.id == message.alarm_id,
            Alarm.method == AlarmMethod.SMS,
            Alarm.status == AlarmStatus.IN_PROCESS,
        )
        return connection.scalar(open_sms) is not None


def _queued(row: Any) -> _Queued:
    # Rows of a Core connection are flat: the message's columns first, then the gateway's, so names are taken
    # from the tables.
    mapping = row._mapping
    message = {column.key: mapping[column] for column in SmsMessage.__table__.c}
    gateway = {column.key: mapping[column] for column in SmsGatewayRow.__table__.c}
    usable = gateway["id"] is not None and gateway["status"] == GatewayStatus.ACTIVE
    columns = _COLUMNS_OF.get(gateway["kind"], {})
    config = {**(gateway["config"] or {}), **{name: gateway[column] for name, column in columns.items()}}
    return _Queued(
        id=message["id"],
        alarm_id=message["alarm_id"],
        recipient=message["recipient"],
        text=message["text"],
        sender=message["sender"] or gateway["sender"] or "",
        attempts=message["attempts"],
        gateway_key=(gateway["id"], gateway["updated_date"]) if usable else None,
        kind=str(gateway["kind"] or ""),
        config=config,
    )
