"""How a value sounds in a prompt, or reads in a message: digits, dates, times, money, order.

Every function takes a value as it came from JSON or the database. A value that is not what the function is
for (a date that says "10 January at 5pm") is returned as it is: data never fails a call.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from engine.tts.languages import SYMBOLS, Coin, Language

_LARGEST_AMOUNT = Decimal(10) ** 15
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Manner:
    """For whom a text is rendered. ``zone`` is where aware times are told; ``spoken`` is False for messages."""

    language: Language
    zone: tzinfo | None = None
    currency: str = "USD"
    spoken: bool = True


def plain(value: object, manner: Manner) -> str:
    """A value without a filter: what a person would expect to hear for it. A mapping has no such form."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return manner.language.yes if value else manner.language.no
        case int():
            return str(value)
        case float() | Decimal():
            return _number(value, manner)
        case date() | time():
            return when(value, manner)
        case list() | tuple():
            return ", ".join(plain(item, manner) for item in value if not isinstance(item, list | tuple))
    return ""


def digits(value: object, manner: Manner) -> str:
    """One by one: ``+34 650`` becomes ``plus 3 4 6 5 0``. In a message the value stays in one piece."""
    text = plain(value, manner)
    if not manner.spoken:
        return text
    said = [manner.language.plus if character == "+" else character.upper() for character in text]
    return " ".join(word for word in said if word == manner.language.plus or word.isalnum())


def day(value: object, manner: Manner, *, weekday: bool = True, year: bool = True) -> str:
    """A calendar day: ``Saturday 10 January 2026``."""
    moment = _moment(value, manner)
    if not isinstance(moment, date):
        return plain(value, manner)
    words = manner.language
    number = words.first_day if moment.day == 1 else str(moment.day)
    pattern = words.date if year else words.date_without_year
    said = pattern.format(day=number, month=words.months[moment.month - 1], year=moment.year)
    if not weekday:
        return said
    return words.weekday_date.format(weekday=words.weekdays[moment.weekday()], date=said)


def clock_time(value: object, manner: Manner) -> str:
    """A time of day: ``5:30 PM``, ``17 Uhr 30``."""
    moment = _moment(value, manner)
    if not isinstance(moment, datetime | time):
        return plain(value, manner)
    words = manner.language
    names = {
        "hour": moment.hour,
        "h12": moment.hour % 12 or 12,
        "half": "AM" if moment.hour < 12 else "PM",
        "minute": f"{moment.minute:02}",
        "plain_minute": moment.minute,
    }
    if not manner.spoken:
        return words.written_time.format(**names)
    if moment.minute:
        return words.hour_minute.format(**names)
    if moment.hour in (0, 12):
        return words.noon if moment.hour else words.midnight
    return words.full_hour.format(**names)


def when(value: object, manner: Manner, *, weekday: bool = True, year: bool = True) -> str:
    """A day with its time of day, or whichever of the two the value has."""
    moment = _moment(value, manner)
    if isinstance(moment, datetime):
        said = day(moment, manner, weekday=weekday, year=year)
        return manner.language.date_time.format(date=said, time=clock_time(moment, manner))
    if isinstance(moment, date):
        return day(moment, manner, weekday=weekday, year=year)
    if isinstance(moment, time):
        return clock_time(moment, manner)
    return plain(value, manner)


def money(value: object, manner: Manner, currency: str | None = None) -> str:
    """An amount: ``12 euros and 50 cents``, in a message ``€12.50``. ``currency`` is an ISO 4217 code."""
    amount = _decimal(value)
    if amount is None:
        return plain(value, manner)
    code = (currency or manner.currency).upper()
    words = manner.language
    coin = words.coins.get(code)
    whole_only = coin is not None and not coin.hundredth
    amount = amount.quantize(Decimal(1) if whole_only else _HUNDREDTH)
    if not manner.spoken:
        number = f"{amount:f}".replace(".", words.decimal)
        symbol = SYMBOLS.get(code)
        return words.written_amount.format(symbol=symbol, number=number) if symbol else f"{number} {code}"
    if coin is None:
        return f"{_number(amount, manner)} {code}"
    return _coins(amount, coin, words)


def ordinal(value: object, manner: Manner) -> str:
    """A rank: ``3rd``, ``3.``, ``3e``."""
    number = _decimal(value)
    if number is None or number != number.to_integral_value() or number < 0:
        return plain(value, manner)
    return manner.language.ordinals.format(number=int(number), suffix=_suffix(int(number), manner.language))


@lru_cache(maxsize=4096)  # the same words are prepared, and then spoken
def speakable(text: str) -> str:
    """One line without anything that a speech engine could take for a command.

    Control, private and unassigned characters go (espeak-ng reads 0x01 as the start of a command); white space
    becomes single spaces. The joiners that Persian and Indic scripts need stay.
    """
    normal = unicodedata.normalize("NFC", text)
    kept = (" " if character.isspace() else character for character in normal)
    return " ".join("".join(character for character in kept if _audible(character)).split())


def writable(text: str) -> str:
    """A message's text: lines stay, other control characters and lone surrogates go."""
    normal = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    kept = (c for c in normal if c in "\n\t\u200c\u200d" or unicodedata.category(c) not in ("Cc", "Cs", "Cn"))
    return "".join(kept).strip()


def _audible(character: str) -> bool:
    return character in "\u200c\u200d" or not unicodedata.category(character).startswith("C")


def _number(value: float | Decimal, manner: Manner) -> str:
    written_out = isinstance(value, Decimal) and value.is_finite() and -20 < value.adjusted() < 20
    return (f"{value:f}" if written_out else str(value)).replace(".", manner.language.decimal)


def _moment(value: object, manner: Manner) -> datetime | date | time | None:
    """A date, a time or both, from an object or an ISO 8601 text; aware ones are moved to the zone."""
    moment: datetime | date | time | None = None
    if isinstance(value, datetime | date | time):
        moment = value
    elif isinstance(value, str):
        moment = _parsed(value.strip())
    if isinstance(moment, datetime) and moment.tzinfo is not None and manner.zone is not None:
        try:
            return moment.astimezone(manner.zone)
        except OverflowError:  # the first or the last day of the calendar
            return moment
    return moment


def _parsed(text: str) -> datetime | date | time | None:
    if not 5 <= len(text) <= 40:  # a bare "12" is not a time
        return None
    for kind in (date, datetime, time):
        try:
            return kind.fromisoformat(text)
        except ValueError:
            continue
    return None


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    if isinstance(value, str) and len(value) > 40:
        return None
    try:
        number = Decimal(str(value).strip())
    except (InvalidOperation, ValueError):
        return None
    return number if number.is_finite() and abs(number) < _LARGEST_AMOUNT else None


def _coins(amount: Decimal, coin: Coin, words: Language) -> str:
    sign = f"{words.minus} " if amount < 0 else ""
    units, rest = divmod(abs(amount), 1)
    hundredths = int(rest * 100)
    major = f"{int(units)} {coin.unit if units == 1 else coin.units}"
    if not hundredths:
        return sign + major
    minor = f"{hundredths} {coin.hundredth if hundredths == 1 else coin.hundredths}"
    return sign + (words.amount.format(major=major, minor=minor) if units else minor)


def _suffix(number: int, words: Language) -> str:
    if words.code == "fr":
        return "er" if number == 1 else "e"
    if words.code.startswith("en"):
        if number % 100 in (11, 12, 13):
            return "th"
        return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return ""
