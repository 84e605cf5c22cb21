"""One HTTP request and its reply, with every dimension bounded.

Used where a service of somebody else's is asked for something (messages, speech). Redirects are not followed,
the reply's size is limited, and one deadline covers the whole exchange, name look-up included: a server that
sends a byte a minute cannot hold a greenlet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import gevent
import requests
import urllib3

from engine.errors import HttpExchangeError

_CHUNK = 16_384


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text; what is not UTF-8 is replaced."""
        return self.body.decode("utf-8", "replace")


def exchange(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    auth: tuple[str, str] | None = None,
    timeout_s: float = 10.0,
    max_bytes: int = 1_048_576,
) -> Reply:
    """Send one request and read its whole reply, whatever its status.

    Yields to other greenlets when gevent has patched the sockets. Raises ``HttpExchangeError``, whose message
    names the host and never the path, query or credentials, which may hold keys.
    """
    host = _host(url)
    deadline = gevent.Timeout(timeout_s)
    deadline.start()
    try:
        # Basic credentials go through a callable so that a .netrc cannot replace our own Authorization.
        with requests.request(
            method,
            url,
            headers={"Connection": "close", **(headers or {})},
            data=body,
            auth=auth if auth is not None else _unchanged,
            timeout=timeout_s,
            allow_redirects=False,
            stream=True,
        ) as response:
            received = bytearray()
            for chunk in response.iter_content(_CHUNK):
                received += chunk
                if len(received) > max_bytes:
                    raise HttpExchangeError(
                        f"{host} answered with more than {max_bytes} bytes. Check the address of the service.",
                        temporary=False,
                        maybe_sent=True,
                    )
            lowered = {name.lower(): value for name, value in response.headers.items()}
            return Reply(response.status_code, lowered, bytes(received))
    except gevent.Timeout as timeout:
        if timeout is not deadline:
            raise
        raise HttpExchangeError(
            f"{host} did not answer within {timeout_s:g} s.", temporary=True, maybe_sent=True
        ) from None
    except (requests.RequestException, UnicodeError) as error:
        raise _failure(error, host, timeout_s) from None
    finally:
        deadline.close()


def _failure(
    error: requests.RequestException | UnicodeError, host: str, timeout_s: float
) -> HttpExchangeError:
    if isinstance(error, requests.exceptions.SSLError):
        return HttpExchangeError(
            f"The certificate of {host} was not accepted. Check the address and the system's certificates.",
            temporary=False,
            maybe_sent=False,
        )
    if isinstance(error, requests.ConnectTimeout) or _never_connected(error):
        return HttpExchangeError(
            f"No connection to {host} could be made. Check its address and the network.",
            temporary=True,
            maybe_sent=False,
        )
    if isinstance(error, requests.Timeout):
        return HttpExchangeError(
            f"{host} did not answer within {timeout_s:g} s.", temporary=True, maybe_sent=True
        )
    if isinstance(error, ValueError):  # InvalidURL, InvalidHeader, MissingSchema, a header beyond Latin-1
        return HttpExchangeError(
            f"The request to {host} is malformed ({type(error).__name__}). Check its URL and headers.",
            temporary=False,
            maybe_sent=False,
        )
    return HttpExchangeError(
        f"The connection to {host} broke before the answer was complete.", temporary=True, maybe_sent=True
    )


def _never_connected(error: Exception) -> bool:
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    return isinstance(reason, urllib3.exceptions.NewConnectionError | urllib3.exceptions.ProxyError)


def _host(url: str) -> str:
    try:
        return urllib3.util.parse_url(url).host or "the server"
    except urllib3.exceptions.LocationParseError:
        return "the server"


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
