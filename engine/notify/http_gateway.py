"""Any provider that takes an SMS as one HTTP request, described by configuration.

``{to}``, ``{to_digits}`` (without the plus), ``{text}`` and ``{sender}`` stand for the message. They are put
into fields, never into a finished body, so a text can neither add a field nor end one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urlsplit

from engine.errors import HttpExchangeError, NotifyError, SettingsError
from engine.http import Reply, exchange
from engine.notify.retry import retry_after_s
from engine.notify.sms import Receipt, Sms
from engine.notify.status import from_exchange, is_temporary, may_have_been_sent

_PLACE = re.compile(r"\{(to|to_digits|text|sender)\}")
_MOST_BYTES = 65_536
_CONTENT_TYPES = {"form": "application/x-www-form-urlencoded", "json": "application/json"}

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]

_FIELDS: dict[str, Json] = {"to": "{to}", "from": "{sender}", "text": "{text}"}


@dataclass(frozen=True, slots=True)
class HttpGateway:
    """``fields`` is the body: a flat object for ``form``, any JSON for ``json``; ``{}`` sends none.

    ``id_path`` (``messages.0.id``) or ``id_pattern`` (one group) finds the provider's id in a 2xx answer. Where a
    provider says 200 to everything, ``success_pattern`` must be found in the answer. Raises ``SettingsError``.
    """

    url: str
    method: str = "POST"
    body: str = "form"
    fields: Json = field(default_factory=lambda: {**_FIELDS})
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    sender: str | None = None
    id_path: str | None = None
    id_pattern: str | None = None
    success_pattern: str | None = None
    timeout_s: float = 10.0
    name: str = "http"

    def __post_init__(self) -> None:
        parts = urlsplit(_PLACE.sub("", self.url))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingsError(
                f"The SMS gateway's URL {self.url[:80]!r} is not a full http or https address."
            )
        _, host, path, _, _ = urlsplit(self.url)
        # A text of ".." in a path would climb out of it.
        if _PLACE.search(host) or not {"text", "sender"}.isdisjoint(_PLACE.findall(path)):
            raise SettingsError(
                "The SMS gateway's URL may hold {text} and {sender} after its question mark only."
            )
        if self.method not in ("GET", "POST", "PUT"):
            raise SettingsError(f"The SMS gateway's method {self.method!r} is not GET, POST or PUT.")
        if self.body not in _CONTENT_TYPES:
            raise SettingsError(f"The SMS gateway's body {self.body!r} is neither form nor json.")
        if self.body == "form" and not (
            isinstance(self.fields, dict) and all(isinstance(value, str) for value in self.fields.values())
        ):
            raise SettingsError(
                "The SMS gateway's fields must be names with texts. For nested ones use body json."
            )
        for pattern in (self.id_pattern, self.success_pattern):
            try:
                re.compile(pattern or "")
            except re.error as error:
                raise SettingsError(f"The SMS gateway's pattern {pattern!r} is not valid: {error}.") from None
        if self.id_pattern is not None and re.compile(self.id_pattern).groups != 1:
            raise SettingsError(
                f"The SMS gateway's id pattern {self.id_pattern!r} must have one group, the id."
            )

    def send(self, sms: Sms) -> Receipt:
        values = {
            "to": sms.to,
            "to_digits": sms.to.removeprefix("+"),
            "text": sms.text,
            "sender": sms.sender or self.sender or "",
        }
        body = self._body(values)
        headers = dict(self.headers)
        if body is not None:
            headers.setdefault("Content-Type", _CONTENT_TYPES[self.body])
        try:
            reply = exchange(
                self.method,
                _filled(self.url, values, lambda value: quote(value, safe="")),
                headers=headers,
                body=body,
                auth=(self.username, self.password or "") if self.username else None,
                timeout_s=self.timeout_s,
                max_bytes=_MOST_BYTES,
            )
        except HttpExchangeError as error:
            raise from_exchange("The SMS gateway", error) from None
        return self._receipt(reply)

    def _body(self, values: Mapping[str, str]) -> bytes | None:
        if self.method == "GET" or not self.fields:
            return None
        filled = _filled_json(self.fields, values)
        if self.body == "form":
            assert isinstance(filled, dict)
            return urlencode({name: str(value) for name, value in filled.items()}).encode()
        return json.dumps(filled).encode()

    def _receipt(self, reply: Reply) -> Receipt:
        text = reply.text
        said = " ".join(text.split())[:200]
        if not 200 <= reply.status < 300:
            advice = "Its address has moved: correct the URL." if 300 <= reply.status < 400 else ""
            raise NotifyError(
                f"The SMS gateway answered {reply.status}: {said or 'no reason given'}. {advice}".rstrip(),
                temporary=is_temporary(reply.status),
                retry_after_s=retry_after_s(reply.headers),
                maybe_sent=may_have_been_sent(reply.status),
            )
        if self.success_pattern is not None and not re.search(self.success_pattern, text):
            raise NotifyError(f"The SMS gateway did not report success: {said or 'it said nothing'}.")
        return Receipt(self._id(text), "accepted", said)

    def _id(self, text: str) -> str:
        """The provider's id; empty when there is none, for the message has been taken all the same."""
        if self.id_pattern is not None:
            found = re.search(self.id_pattern, text)
            return (found.group(1) or "")[:200] if found else ""
        if self.id_path is None:
            return ""
        try:
            value = json.loads(text)
            for step in self.id_path.split("."):
                value = value[int(step)] if isinstance(value, list) else value[step]
        except (ValueError, LookupError, TypeError, RecursionError):
            return ""
        return str(value)[:200] if isinstance(value, str | int) else ""


def _filled(text: str, values: Mapping[str, str], encode: Callable[[str], str] = str) -> str:
    """One pass: a value that contains ``{text}`` stays what it is."""
    return _PLACE.sub(lambda found: encode(values[found.group(1)]), text)


def _filled_json(node: Json, values: Mapping[str, str]) -> Json:
    match node:
        case str():
            return _filled(node, values)
        case list():
            return [_filled_json(item, values) for item in node]
        case dict():
            return {name: _filled_json(item, values) for name, item in node.items()}
    return node
