"""An SMS, the receipt for it, and what a gateway is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from engine.errors import NotifyError
from engine.phone import is_e164

LONGEST_TEXT = 1600  # ten segments; Twilio's limit too


@dataclass(frozen=True, slots=True)
class Sms:
    """``to`` is E.164. ``sender`` is a number or an alphanumeric name; None leaves it to the gateway.

    Raises ``NotifyError`` (permanent) for a message that no gateway could take.
    """

    to: str
    text: str
    sender: str | None = None

    def __post_init__(self) -> None:
        if not is_e164(self.to):
            raise NotifyError(f"{self.to[:40]!r} is not an E.164 number. Use a form such as +34650123456.")
        if not self.text.strip():
            raise NotifyError("The SMS has no text. Write its template, or fill in its variables.")
        if any("\ud800" <= character <= "\udfff" for character in self.text):
            raise NotifyError("The SMS holds half a character, which cannot be sent. Correct its text.")
        if len(self.text) > LONGEST_TEXT:
            raise NotifyError(f"The SMS is longer than {LONGEST_TEXT} characters. Shorten its text.")


@dataclass(frozen=True, slots=True)
class Receipt:
    """A gateway has taken the message. ``status`` is in the provider's own words, such as ``queued``."""

    provider_id: str
    status: str
    detail: str = ""


class SmsGateway(Protocol):
    """A way to send an SMS."""

    @property
    def name(self) -> str:
        """Its kind, for the log."""

    def send(self, sms: Sms) -> Receipt:
        """One try. Raises ``NotifyError``, which says whether another try can help."""
