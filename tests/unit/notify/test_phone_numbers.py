"""Whatever a person typed becomes E.164, or one clear error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import PhoneNumberError
from engine.phone import is_e164, normalise


@pytest.mark.parametrize(
    ("written", "region", "number"),
    [
        ("+34 650 123 456", None, "+34650123456"),
        (" +34650123456\n", None, "+34650123456"),
        ("(600) 489-1138", "US", "+16004891138"),
        ("6004891138", "us", "+16004891138"),
        ("0049 30 901820", "DE", "+4930901820"),
        ("030/901820", "DE", "+4930901820"),
        ("+1 202 555 0100", "DE", "+12025550100"),
        ("٠٣٠٩٠١٨٢٠", "DE", "+4930901820"),
        ("+39 06 1234 5678", None, "+390612345678"),
    ],
)
def test_numbers(written: str, region: str | None, number: str) -> None:
    assert normalise(written, region) == number
    assert is_e164(number)


@pytest.mark.parametrize(
    ("written", "region", "told"),
    [
        ("", None, "is empty"),
        ("650123456", None, "no country code"),
        ("+34", None, "Check"),
        ("+34 650 12", None, "too few digits"),
        ("+1 202 555 0100 99", None, "too many digits"),
        ("555 0100", "US", "area code"),
        ("+999 12345678", None, "Check"),
        ("x%0AUnique-ID: fake", "US", "is not a telephone number"),
        ("1-800-FLOWERS", "US", "is not a telephone number"),
        ("+34650123456;ext=1", None, "is not a telephone number"),
        ("+" + "1" * 500, None, "is not a telephone number"),
        ("650123456", "Spain", "is not a country"),
    ],
)
def test_refusals(written: str, region: str | None, told: str) -> None:
    with pytest.raises(PhoneNumberError, match=told):
        normalise(written, region)


@given(st.text(alphabet="+0123456789 ()-./\n٠x", max_size=50), st.sampled_from([None, "US", "DE"]))
def test_any_text_is_e164_or_refused(written: str, region: str | None) -> None:
    try:
        number = normalise(written, region)
    except PhoneNumberError:
        return
    assert is_e164(number)
    assert normalise(number) == number
