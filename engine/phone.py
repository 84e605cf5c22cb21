"""Telephone numbers: whatever a person typed becomes E.164, or one clear error."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers

from engine.errors import PhoneNumberError

# Digits of any script, and the punctuation that people put between them. Letters are refused: neither a
# vanity number nor a smuggled header is a number to dial.
_WRITTEN = re.compile(r"\+?[\d\s().\-/\u00a0\u2010-\u2015]+")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_LONGEST = 40


def is_e164(number: str) -> bool:
    """Whether ``number`` is already written as E.164 (ITU-T E.164: ``+``, at most 15 digits)."""
    return _E164.fullmatch(number) is not None


def normalise(number: str, region: str | None = None) -> str:
    """The E.164 form of ``number``, such as ``+34650123456``.

    ``region`` is the ISO 3166 country (``"ES"``) in which a number without a leading ``+`` is read. The length
    is checked against the country's plan, the subscriber is not: new and fictional ranges pass.
    Raises ``PhoneNumberError``.
    """
    shown = repr(number[:_LONGEST] + ("…" if len(number) > _LONGEST else ""))
    written = number.strip()
    if not written:
        raise PhoneNumberError("The telephone number is empty. Enter a number such as +34650123456.")
    if len(written) > _LONGEST or not _WRITTEN.fullmatch(written):
        raise PhoneNumberError(
            f"{shown} is not a telephone number. Use digits, spaces and a leading +, such as +34650123456."
        )
    if region is not None and region.upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise PhoneNumberError(f"{region!r} is not a country. Use its two ISO letters, such as ES or US.")
    try:
        parsed = phonenumbers.parse(written, region.upper() if region else None)
    except phonenumbers.NumberParseException as error:
        if error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE and "+" not in written:
            raise PhoneNumberError(
                f"{shown} has no country code. Write it with a leading +, or set a default country."
            ) from None
        raise PhoneNumberError(
            f"{shown} cannot be read as a telephone number. Check its country code and digits."
        ) from None
    reason = phonenumbers.is_possible_number_with_reason(parsed)
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE:
        why = {
            phonenumbers.ValidationResult.TOO_SHORT: "has too few digits",
            phonenumbers.ValidationResult.TOO_LONG: "has too many digits",
            phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "lacks its area code",
        }.get(reason, "does not fit the numbering plan of its country")
        raise PhoneNumberError(f"{shown} {why}. Check the number.")
    formatted: str = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    # A plan may allow lengths that no real number has, and zeros that are read differently the second time.
    if not is_e164(formatted) or phonenumbers.parse(formatted) != parsed:
        raise PhoneNumberError(f"{shown} has too few digits. Check the number.")
    return formatted


@lru_cache(maxsize=4096)
def canonical(number: str, region: str | None = None) -> str:
    """The form in which two ways of writing one number are equal: E.164, else its bare digits.

    An extension such as ``1001`` has no E.164 form and is still a number to compare.
    """
    try:
        return normalise(number, region or None)
    except PhoneNumberError:
        return re.sub(r"[^0-9+*#]", "", number)
