"""Supervised greenlets: none dies unseen, and what depends on a dead one goes down with it.

A ``Nursery`` owns the greenlets of one thing (a connection, a call, the engine). A greenlet that raises is
logged with the context it was spawned with; if it was spawned as ``essential``, the nursery's ``on_failure``
is told, so that the owner can close and rebuild itself. Nothing outside the nursery is touched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gevent
from gevent import Greenlet

from engine import log

logger = log.get(__name__)


class Nursery:
    """The greenlets of one owner.

    ``name`` appears in the log; ``on_failure(error)`` runs, in a greenlet of its own, at the first
    death of an essential greenlet.
    """

    def __init__(self, name: str, on_failure: Callable[[BaseException], object] | None = None) -> None:
        self.name = name
        self._on_failure = on_failure
        self._greenlets: set[Greenlet[..., Any]] = set()
        self._stopping = False

    def __len__(self) -> int:
        return len(self._greenlets)

    def spawn(
        self,
        run: Callable[..., Any],
        *args: Any,
        essential: bool = False,
        after_s: float = 0.0,
        **context: Any,
    ) -> Greenlet[..., Any]:
        """Run ``run(*args)``; ``context`` (``call=``, ``alarm=`` …) is logged if it dies.

        ``after_s`` delays the start. An essential greenlet that raises fails the whole nursery.
        """
        greenlet = gevent.spawn_later(after_s, self._run, run, args, essential, context)
        self._greenlets.add(greenlet)
        greenlet.rawlink(self._greenlets.discard)
        return greenlet

    def _run(
        self, run: Callable[..., Any], args: tuple[Any, ...], essential: bool, context: dict[str, Any]
    ) -> Any:
        try:
            return run(*args)
        except Exception as error:
            name = getattr(run, "__qualname__", repr(run))
            logger.exception("greenlet died", nursery=self.name, run=name, essential=essential, **context)
            if essential and not self._stopping and self._on_failure is not None:
                self._stopping = True
                gevent.spawn(self._on_failure, error)
            return None

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Kill what still runs, except the caller itself; True when all of it ended in time."""
        self._stopping = True
        others = [greenlet for greenlet in self._greenlets if greenlet is not gevent.getcurrent()]
        gevent.killall(others, block=False)
        gevent.joinall(others, timeout=timeout_s)
        return all(greenlet.dead for greenlet in others)

    def join(self, timeout_s: float | None = None) -> bool:
        """Wait for every greenlet to end by itself; False when the time ran out."""
        others = [greenlet for greenlet in self._greenlets if greenlet is not gevent.getcurrent()]
        gevent.joinall(others, timeout=timeout_s)
        return not any(not greenlet.dead for greenlet in others)
