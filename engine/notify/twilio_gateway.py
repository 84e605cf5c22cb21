"""Twilio, through its own library.

The library speaks through an HTTP client that we give it: bounded, without retries of its own (the
outbox retries), and able to talk to another address. Errors: https://www.twilio.com/docs/api/errors
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from twilio.base.exceptions import (  # type: ignore[import-untyped]
    TwilioException,
    TwilioRestException,
    TwilioServiceException,
)
from twilio.http.response import Response  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from engine.errors import HttpExchangeError, NotifyError
from engine.http import Reply, exchange
from engine.notify.retry import retry_after_s
from engine.notify.sms import Receipt, Sms
from engine.notify.status import from_exchange, is_temporary, may_have_been_sent

_API = "https://api.twilio.com"
_RATE_CODES = frozenset({20429, 14107})  # too many requests, too many messages
_ADVICE = {
    20003: "Check the account SID and the token.",
    21211: "Check the number of the addressee.",
    21212: "Check the sender.",
    21408: "Allow this country in Twilio's geographic permissions.",
    21606: "Use a sender that belongs to the account and can send SMS.",
    21608: "A trial account sends to verified numbers only.",
    21610: "The addressee has replied STOP and is not to be written to.",
    21614: "The addressee's number cannot receive SMS.",
}


@dataclass(frozen=True, slots=True)
class TwilioGateway:
    """``sender`` is used for messages that name none; a ``messaging_service`` (MG…) chooses one itself."""

    account_sid: str
    token: str = field(repr=False)
    sender: str | None = None
    messaging_service: str | None = None
    base_url: str = _API
    timeout_s: float = 10.0
    name: str = "twilio"

    def send(self, sms: Sms) -> Receipt:
        # A client is a few small objects; one for each message keeps the last reply apart from others'.
        http = _HttpClient(self.base_url, self.timeout_s)
        # The library would fill in region and edge from the process's environment, were this one empty.
        client = Client(self.account_sid, self.token, http_client=http, environment={"TWILIO_REGION": ""})
        try:
            message = client.messages.create(to=sms.to, body=sms.text, **self._origin(sms))
            return Receipt(
                str(message.sid), str(message.status), _detail(message.error_code, message.error_message)
            )
        except HttpExchangeError as error:
            raise from_exchange("Twilio", error) from None
        except (TwilioRestException, TwilioServiceException) as error:
            raise _refused(error, http.last) from None
        except (TwilioException, ValueError, TypeError, KeyError, AttributeError) as error:
            # A 2xx that is not Twilio's JSON: another server, or Twilio in trouble after taking the message.
            raise NotifyError(
                f"Twilio's answer could not be read ({type(error).__name__}). Check the base URL.",
                maybe_sent=True,
            ) from None

    def _origin(self, sms: Sms) -> dict[str, str]:
        if sms.sender:
            return {"from_": sms.sender}
        if self.messaging_service:
            return {"messaging_service_sid": self.messaging_service}
        if self.sender:
            return {"from_": self.sender}
        raise NotifyError("The Twilio gateway has no sender. Set a sender or a messaging service on it.")


class _HttpClient:
    """What Twilio's library asks of an HTTP client, over our bounded exchange."""

    is_async = False

    def __init__(self, base_url: str, timeout_s: float) -> None:
        self._base_url = base_url.rstrip("/")
        self._timeout_s = timeout_s
        self.last: Reply | None = None

    def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,  # noqa: ARG002 - never followed: a redirect would carry the token away
    ) -> Response:
        path = urlsplit(uri).path
        query = "?" + urlencode(params, doseq=True) if params else ""
        self.last = exchange(
            method,
            self._base_url + path + query,
            headers=headers,
            body=urlencode(data, doseq=True).encode() if data else None,
            auth=auth,
            timeout_s=timeout or self._timeout_s,
        )
        return Response(self.last.status, self.last.text, self.last.headers)


def _refused(error: TwilioRestException | TwilioServiceException, reply: Reply | None) -> NotifyError:
    status = int(error.status)
    code = error.code if isinstance(error.code, int) else status
    told = str(getattr(error, "msg", "") or getattr(error, "detail", "") or getattr(error, "title", ""))
    told = told.removeprefix("Unable to create record").removeprefix(": ").strip().rstrip(".")
    advice = _ADVICE.get(code, "")
    if not advice and status in (401, 403):
        advice = _ADVICE[20003]
    return NotifyError(
        f"Twilio answered {status}, error {code}: {told[:300] or 'no reason given'}. {advice}".rstrip(),
        temporary=is_temporary(status) or code in _RATE_CODES,
        retry_after_s=retry_after_s(reply.headers) if reply else None,
        maybe_sent=may_have_been_sent(status),
    )


def _detail(code: object, message: object) -> str:
    return f"{code}: {message}" if code else ""
