"""Replies that come later."""

from __future__ import annotations

from collections.abc import Callable

from engine.simulator.switch import Switch


class Pending:
    """A reply that is not there yet."""

    def __init__(self) -> None:
        self._text: str | None = None
        self._waiting: list[Callable[[str], object]] = []

    def then(self, told: Callable[[str], object]) -> None:
        """Call ``told(text)`` once the reply is there, at once if it already is."""
        if self._text is not None:
            told(self._text)
        else:
            self._waiting.append(told)

    def resolve(self, text: str) -> None:
        if self._text is None:
            self._text = text
            for told in self._waiting:
                told(text)
            self._waiting.clear()


Run = Callable[[Switch, str], "str | Pending"]
