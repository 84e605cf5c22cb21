"""How values sound in each language."""

from datetime import date, time

import pytest

from engine.tts import spoken
from engine.tts.languages import LANGUAGES, language
from engine.tts.spoken import Manner


def manner(tag: str, *, is_spoken: bool = True) -> Manner:
    return Manner(language(tag), spoken=is_spoken)


@pytest.mark.parametrize("tag", sorted(LANGUAGES))
def test_every_language_says_everything(tag: str) -> None:
    for is_spoken in (True, False):
        how = manner(tag, is_spoken=is_spoken)
        for hour in range(24):
            assert spoken.clock_time(time(hour, 5), how)
        for month in range(1, 13):
            assert language(tag).months[month - 1] in spoken.day(date(2026, month, 1), how)
        assert "{" not in spoken.when("2026-03-01T12:00", how) + spoken.money("12.50", how, "EUR")
    assert len(language(tag).months) == 12
    assert len(language(tag).weekdays) == 7


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("en", "Sunday 1 March 2026 at 12 noon"),
        ("de-AT", "Sonntag, 1. März 2026 um 12 Uhr"),
        ("fr_FR", "dimanche 1er mars 2026 à midi"),
        ("es", "domingo 1 de marzo de 2026 a las 12 del mediodía"),
        ("tlh", "Sunday 1 March 2026 at 12 noon"),
    ],
)
def test_dates(tag: str, said: str) -> None:
    assert spoken.when("2026-03-01 12:00", manner(tag)) == said


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("1", "EUR", "1 euro"),
        ("0.5", "EUR", "50 cents"),
        (-1.01, "GBP", "minus 1 pound and 1 penny"),
        (1200, "JPY", "1200 yen"),
        ("3.2", "XYZ", "3.20 XYZ"),
        ("twelve", "EUR", "twelve"),
        ("1e400", "EUR", "1e400"),
        ("NaN", "EUR", "NaN"),
    ],
)
def test_money(amount: object, currency: str, said: str) -> None:
    assert spoken.money(amount, manner("en"), currency) == said


@pytest.mark.parametrize(
    ("number", "said"), [(1, "1st"), (2, "2nd"), (11, "11th"), (113, "113th"), (22, "22nd")]
)
def test_english_ordinals(number: int, said: str) -> None:
    assert spoken.ordinal(number, manner("en")) == said


def test_digits_one_by_one() -> None:
    assert spoken.digits("+34 650-12", manner("es")) == "más 3 4 6 5 0 1 2"
    assert spoken.digits(4711, manner("en")) == "4 7 1 1"
