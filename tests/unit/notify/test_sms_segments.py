"""What an SMS costs."""

import pytest

from engine.errors import NotifyError
from engine.notify.segments import segments
from engine.notify.sms import Sms


@pytest.mark.parametrize(
    ("text", "encoding", "count"),
    [
        ("", "GSM-7", 1),
        ("a" * 160, "GSM-7", 1),
        ("a" * 161, "GSM-7", 2),
        ("a" * 306, "GSM-7", 2),
        ("a" * 307, "GSM-7", 3),
        ("€" * 80, "GSM-7", 1),
        ("€" * 81, "GSM-7", 2),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 3),  # the euro does not fit the first part's last place
        ("Grüße, señor Ångström @ 5:30", "GSM-7", 1),
        ("ç", "UCS-2", 1),
        ("日" * 70, "UCS-2", 1),
        ("日" * 71, "UCS-2", 2),
        ("😀" * 35, "UCS-2", 1),
        ("😀" * 36, "UCS-2", 2),
        ("日" * 66 + "😀" + "日" * 66, "UCS-2", 3),  # a pair is not torn apart
    ],
)
def test_segments(text: str, encoding: str, count: int) -> None:
    assert segments(text) == (encoding, count)


@pytest.mark.parametrize(
    ("to", "text"),
    [
        ("650123456", "hi"),
        ("+34650123456\n", "hi"),
        ("+34650123456", " \n"),
        ("+34650123456", "x" * 1601),
        ("+34650123456", "half \ud83d"),
    ],
)
def test_an_sms_that_no_gateway_could_take(to: str, text: str) -> None:
    with pytest.raises(NotifyError) as caught:
        Sms(to, text)
    assert not caught.value.temporary
