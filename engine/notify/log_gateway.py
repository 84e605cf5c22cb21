"""A gateway that only writes the message to the log, for demonstrations and trials."""

from __future__ import annotations

import secrets

from engine import log
from engine.notify.segments import segments
from engine.notify.sms import Receipt, Sms

logger = log.get(__name__)


class LogGateway:
    """Nothing leaves the machine."""

    name = "log"

    def send(self, sms: Sms) -> Receipt:
        encoding, count = segments(sms.text)
        provider_id = f"log-{secrets.token_hex(8)}"
        message = {"to": sms.to, "sender": sms.sender, "text": sms.text, "segments": count}
        logger.info("sms only logged", id=provider_id, **message)
        return Receipt(provider_id, "logged", f"{count} segment(s), {encoding}")
