"""What a survey writes while it runs: answers, the alarm's result, its cursor, do-not-call entries, messages."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from engine import log
from engine.clock import Clock
from engine.db import Database
from engine.dialer import fallback, statements
from engine.dialer.attempt import Attempt
from engine.phone import canonical
from models import DncContact, DncList

logger = log.get(__name__)


_store_result = {
    module.dialect.name: module.insert(statements.survey_result).on_conflict_do_nothing(
        index_elements=["callrequest_id", "step"]
    )
    for module in (sqlite, postgresql)
}


class Record:
    """The database behind one call's survey. What must survive a crash is committed before it returns."""

    def __init__(
        self, database: Database, clock: Clock, attempt: Attempt, region: str, on_message: Callable[[], None]
    ) -> None:
        self._db = database
        self._clock = clock
        self._attempt = attempt
        self._region = region
        self._on_message = on_message

    def store_result(
        self,
        *,
        section_id: int,
        step: int,
        response: str,
        label: str | None,
        record_file: str = "",
        recording_duration: int = 0,
        alarm_result: int | None = None,
    ) -> None:
        """Store an answer and, for a rating, the alarm's result with it. A repeated step stays one row."""
        attempt, now = self._attempt, self._clock.now()

        def write(connection: Connection) -> None:
            connection.execute(
                _store_result[connection.dialect.name],
                {
                    "callrequest_id": attempt.call_request_id,
                    "section_id": section_id,
                    "step": step,
                    "response": response[:150],
                    "label": label,
                    "record_file": record_file,
                    "recording_duration": recording_duration,
                    "created_date": now,
                },
            )
            if alarm_result is not None:
                connection.execute(
                    statements.set_result,
                    {
                        "id_": attempt.alarm_id,
                        "result_": alarm_result,
                        "result_label_": label,
                        "updated_date_": now,
                    },
                )

        self._db.write(write)
        logger.info(
            "answer",
            call=attempt.uuid,
            alarm=attempt.alarm_id,
            number=attempt.number,
            key=response,
            label=label,
            recorded=record_file or None,
        )

    def save_cursor(self, cursor: str, section_id: int) -> None:
        """Remember where the survey stands, without waiting."""
        value = {"section": section_id, "state": cursor}
        self._db.post(statements.save_cursor, {"id_": self._attempt.call_request_id, "cursor_": value})

    def mark_completed(self) -> None:
        """A section that completes the survey was reached."""
        parameters = {"id_": self._attempt.call_request_id, "completed_": True}
        self._db.post(statements.mark_completed, parameters)

    def add_to_dnc(self, phone_number: str) -> None:
        """Put a number on the calendar setting's do-not-call list, or on a list made for the manager."""
        attempt, number = self._attempt, canonical(phone_number, self._region)

        def write(connection: Connection) -> None:
            list_id = attempt.dnc_list_id or _list_of_manager(connection, attempt.manager_id)
            connection.execute(
                _insert(connection, DncContact).on_conflict_do_nothing(
                    index_elements=["dnc_id", "phone_number"]
                ),
                {
                    "dnc_id": list_id,
                    "phone_number": number,
                    "source": "survey",
                    "callrequest_id": attempt.call_request_id,
                },
            )

        self._db.write(write)
        logger.info("do not call", call=attempt.uuid, alarm=attempt.alarm_id, number=number)

    def send_sms(self, *, section_id: int, step: int, recipient: str, text: str) -> None:
        """Queue a message of the survey; it is sent beside the call."""
        attempt = self._attempt
        self._db.write(
            lambda connection: fallback.enqueue(
                connection,
                dedupe_key=f"call:{attempt.call_request_id}:{section_id}:{step}",
                recipient=recipient,
                text=text,
                now=self._clock.now(),
                sms_gateway_id=attempt.sms_gateway_id,
                alarm_id=attempt.alarm_id,
                call_request_id=attempt.call_request_id,
            )
        )
        logger.info("sms queued", call=attempt.uuid, alarm=attempt.alarm_id, number=recipient)
        self._on_message()


def _insert(connection: Connection, table: type) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ON CONFLICT, which both databases spell alike."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def _list_of_manager(connection: Connection, manager_id: int) -> int:
    found: int | None = connection.scalar(select(func.min(DncList.id)).where(DncList.user_id == manager_id))
    if found is not None:
        return found
    made: int | None = connection.scalar(
        insert(DncList).returning(DncList.id), {"name": "Do not call", "user_id": manager_id}
    )
    assert made is not None
    return made
