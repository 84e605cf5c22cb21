"""Structured logs: every line has an event name and key/values, and a call's lines share its ``call``."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

Logger = Any  # structlog's bound loggers are untyped by design


def get(name: str) -> Logger:
    """The logger of one module; ``name`` appears as ``module``."""
    return structlog.get_logger(module=name)


def configure(level: str = "info", *, json: bool = False) -> None:
    """Write logs to stderr, as text for a person or as JSON for a collector."""
    numeric = logging.getLevelNamesMapping()[level.upper()]
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=28)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(numeric),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
