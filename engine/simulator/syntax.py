"""The switch's own ways to take a line apart: separators, quotes, brackets.

These follow ``switch_utils.c`` (``switch_separate_string``, ``switch_find_end_paren``) and
``switch_event.c`` (``switch_event_create_brackets``) with their surprises, because what a client sends must
be understood here exactly as a real switch understands it.
"""

from __future__ import annotations

import re

_ESCAPE = "\\"
_WORD = re.compile(r" *(?:[^ '\\]+|\\.?|'(?:[^'\\]+|\\.?)*(?:'|$))*", re.DOTALL)
_UNESCAPED = {"n": "\n", "r": "\r", "t": "\t", "s": " "}


def separate(text: str, delimiter: str, limit: int = 1024) -> list[str]:
    """Split ``text``, honouring ``^^x`` (use ``x`` as the delimiter), single quotes and backslashes.

    Quotes and escapes are removed. At most ``limit`` parts are found; what follows the last is in it.
    """
    if text.startswith("^^") and len(text) > 3:
        delimiter, text = text[2], text[3:]
    if delimiter == " ":
        return [_clean(part, "") for part in _split_blank(text, limit)]
    return [_clean(part, delimiter) for part in _split_char(text, delimiter, limit)]


def _split_char(text: str, delimiter: str, limit: int) -> list[str]:
    if _ESCAPE not in text and "'" not in text:
        parts = text.split(delimiter, limit - 1)
        return parts[:-1] if not parts[-1] else parts
    parts = []
    start = position = 0
    quoted = False
    end = len(text)
    while position < end and len(parts) < limit - 1:
        char = text[position]
        if char == _ESCAPE:
            position += 1
        elif char == "'" and (quoted or text.find("'", position + 1) >= 0):
            quoted = not quoted
        elif char == delimiter and not quoted:
            parts.append(text[start:position])
            start = position + 1
        position += 1
    if start < end:
        parts.append(text[start:])
    return parts


def _split_blank(text: str, limit: int) -> list[str]:
    parts: list[str] = []
    position, end = 0, len(text)
    while position < end:
        if len(parts) == limit - 1:  # the last part keeps all that follows
            parts.append(text[position:])
            break
        found = _WORD.match(text, position)
        stop = found.end() if found is not None else end
        parts.append(text[position:stop])
        position = stop
        while position < end and text[position] == " ":
            position += 1
    return parts


def _clean(part: str, delimiter: str) -> str:
    """Remove quotes and escapes, and the blanks around what is not quoted."""
    part = part.lstrip(" ")
    if _ESCAPE not in part:
        return _unquote(part) if "'" in part else part.rstrip(" ")
    out: list[str] = []
    keep = 0
    quoted = False
    position = 0
    while position < len(part):
        char = part[position]
        following = part[position + 1 : position + 2]
        if char == _ESCAPE and following:
            plain = _UNESCAPED.get(following, following)
            if following in "'\"\\" or (delimiter and following == delimiter) or plain != following:
                out.append(plain)
                keep = len(out)
                position += 2
                continue
        if char == "'" and (quoted or part.find("'", position + 1) >= 0):
            quoted = not quoted
            if quoted:
                keep = len(out)
        else:
            out.append(char)
            if char != " " or quoted:
                keep = len(out)
        position += 1
    return "".join(out[:keep])


def _unquote(part: str) -> str:
    """``_clean`` where there is no escape: a last quote without a partner stays."""
    pieces = part.split("'")
    if len(pieces) % 2 == 0:
        pieces[-2:] = [f"{pieces[-2]}'{pieces[-1]}"]
    pieces[-1] = pieces[-1].rstrip(" ")
    return "".join(pieces)


def closing(text: str, opening: str, close: str, start: int = 0) -> int:
    """Where the bracket that opens at ``start`` (after blanks) closes; -1 when it does not."""
    while start < len(text) and text[start] == " ":
        start += 1
    if start >= len(text) or text[start] != opening:
        return -1
    depth = 1
    for position in range(start + 1, len(text)):
        if text[position] == opening:
            depth += 1
        elif text[position] == close:
            depth -= 1
            if not depth:
                return position
    return -1


def brackets(text: str, opening: str = "{", close: str = "}") -> tuple[dict[str, str], str]:
    """Take the variables off the front: ``{a=1,b='x,y'}{c=2}rest`` gives the three and ``rest``.

    Also understands ``{^^:a=1:b=2}rest``. Raises ``ValueError`` when a bracket does not close.
    """
    variables: dict[str, str] = {}
    rest = text.lstrip(" ")
    while rest.startswith(opening):
        end = closing(rest, opening, close)
        if end < 0:
            raise ValueError(f"no closing {close!r}")
        for assignment in separate(rest[1:end], ","):
            pair = separate(assignment, "=", 2)
            if len(pair) == 2:
                variables[pair[0]] = pair[1]
        rest = rest[end + 1 :].lstrip(" ")
    return variables, rest


def true(text: str | None) -> bool:
    """What the switch takes for yes (``switch_true``)."""
    if not text:
        return False
    if text.lower() in {"yes", "on", "true", "t", "enabled", "active", "allow"}:
        return True
    return integer(text) != 0


def integer(text: str | None, default: int = 0) -> int:
    """The number that ``text`` begins with, as C's ``atoi``; ``default`` when there is no text."""
    if text is None:
        return default
    text = text.strip()
    end = 1 if text[:1] in ("+", "-") else 0
    while end < len(text) and text[end] in "0123456789":
        end += 1
    try:
        return int(text[:end])
    except ValueError:
        return 0
