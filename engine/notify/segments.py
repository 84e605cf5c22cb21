"""How an SMS is cut into segments, which is what it costs (3GPP TS 23.038 and TS 23.040)."""

from __future__ import annotations

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")  # an escape comes before each, so they take two places

GSM_7 = "GSM-7"
UCS_2 = "UCS-2"
# Places in a single message, and in each part of a longer one, which starts with a header of six bytes.
_PLACES = {GSM_7: (160, 153), UCS_2: (70, 67)}


def segments(text: str) -> tuple[str, int]:
    """The encoding that ``text`` needs (``GSM_7``, ``UCS_2``) and the number of segments it takes, at least 1."""
    if all(character in _BASIC or character in _EXTENDED for character in text):
        return GSM_7, _count([2 if character in _EXTENDED else 1 for character in text], GSM_7)
    # A character beyond the first plane is a surrogate pair, which counts twice and is not torn apart.
    return UCS_2, _count([2 if ord(character) > 0xFFFF else 1 for character in text], UCS_2)


def _count(widths: list[int], encoding: str) -> int:
    single, part = _PLACES[encoding]
    if sum(widths) <= single:
        return 1
    count, used = 1, 0
    for width in widths:
        if used + width > part:
            count, used = count + 1, 0
        used += width
    return count
