"""Google Cloud Text-to-Speech, chosen among the clouds because it is one plain request.

A key and no signing, one POST, and it can answer with 8 kHz linear PCM in a WAV, so nothing is converted.
https://cloud.google.com/text-to-speech/docs/reference/rest/v1/text/synthesize
"""

from __future__ import annotations

import base64
import binascii
import json

from engine.errors import HttpExchangeError, SettingsError, TtsError
from engine.http import Reply, exchange
from engine.tts.engines.protocol import checked_voice
from engine.tts.resample import RATE_HZ, samples_of, wav

_MOST_BYTES = 5000  # the service's own limit on its input
# The service wants a country with the language.
_COUNTRIES = {
    "en": "en-US",
    "de": "de-DE",
    "fr": "fr-FR",
    "es": "es-ES",
    "it": "it-IT",
    "pt": "pt-BR",
    "nl": "nl-NL",
}


class GoogleCloud:
    """``voice`` is used when a prompt names none; without it the service chooses by language.

    ``base_url`` is for a private endpoint, or a test.
    """

    name = "google"

    def __init__(
        self,
        key: str,
        *,
        voice: str | None = None,
        base_url: str = "https://texttospeech.googleapis.com",
        speaking_rate: float = 0.95,
        timeout_s: float = 10.0,
    ) -> None:
        if not key:
            raise SettingsError("Google's speech needs an API key. Set it, or choose another speech engine.")
        self._key = key
        self._default = voice
        self._url = base_url.rstrip("/") + "/v1/text:synthesize"
        self._rate = speaking_rate
        self._timeout_s = timeout_s

    def identity(self, voice: str | None, language: str) -> str:
        chosen = voice or self._default
        name = checked_voice(chosen) if chosen else "standard"
        return f"google v1 voice={name} language={_tag(language)} rate={self._rate}"

    def synthesise(self, text: str, voice: str | None, language: str) -> bytes:
        if len(text.encode()) > _MOST_BYTES:
            raise TtsError(f"Google's speech takes {_MOST_BYTES} bytes of text at most. Split the prompt.")
        name = voice or self._default
        chosen = {"languageCode": _tag(language), **({"name": checked_voice(name)} if name else {})}
        asked = {
            "input": {"text": text},
            "voice": chosen,
            "audioConfig": {
                "audioEncoding": "LINEAR16",
                "sampleRateHertz": RATE_HZ,
                "speakingRate": self._rate,
            },
        }
        try:
            reply = exchange(
                "POST",
                self._url,
                headers={"X-Goog-Api-Key": self._key, "Content-Type": "application/json"},
                body=json.dumps(asked).encode(),
                timeout_s=self._timeout_s,
                max_bytes=32 * 1024 * 1024,
            )
        except HttpExchangeError as error:
            raise TtsError(f"Google's speech cannot be reached: {error}") from None
        return _sound(reply)


def _sound(reply: Reply) -> bytes:
    try:
        answer = json.loads(reply.body)
        if reply.status == 200:
            samples, rate_hz = samples_of(base64.b64decode(answer["audioContent"], validate=True))
            if rate_hz != RATE_HZ:
                raise TtsError(f"Google's speech answered at {rate_hz} Hz although {RATE_HZ} was asked for.")
            return wav(samples)
        told = str(answer["error"]["message"])[:300]
    except (ValueError, KeyError, TypeError, binascii.Error):
        if reply.status == 200:
            raise TtsError("Google's speech gave an answer without sound. Check its base URL.") from None
        told = "it gave no reason"
    raise TtsError(f"Google's speech refused with status {reply.status}: {told}")


def _tag(language: str) -> str:
    tag = checked_voice(language).replace("_", "-")
    return _COUNTRIES.get(tag.lower(), tag)
