"""Texts with ``{variables}``: Jinja expressions in a sandbox, single braces, nothing but expressions.

``Good day, {name|default('dear patient')}. Your code is {code|digits}.``

The author of a text is a customer, and its data comes from anywhere, so neither is trusted: there are no
blocks, loops, calls or attributes of Python objects, only names, keys, filters, comparisons, a choice
(``{'a' if n > 1 else 'b'}``), joining (``~``) and plain arithmetic. Texts, values and results are bounded.
A value is text to be said: braces inside it mean nothing.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any, NoReturn

import jinja2
from jinja2 import filters, nodes, pass_context
from jinja2.exceptions import TemplateSyntaxError
from jinja2.runtime import ChainableUndefined, Context, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.errors import TemplateError
from engine.tts import spoken
from engine.tts.languages import language as language_of
from engine.tts.spoken import Manner

MAX_TEXT = 10_000
MAX_RENDERED = 5_000  # about six minutes of speech
MAX_VALUE = 2_000
MAX_ITEMS = 200
_LARGEST_NUMBER = 10**15

# Names that Jinja gives a meaning of its own.
_RESERVED = frozenset({"self", "super", "caller", "loop", "varargs", "kwargs"})
# The manner of rendering travels in Jinja's context under a key that no template can name.
_MANNER = "the manner"

_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Filter,
    nodes.Keyword,
    nodes.Test,
    nodes.CondExpr,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Compare,
    nodes.Operand,
    nodes.Concat,
    nodes.Add,
    nodes.Sub,
    nodes.Mul,
    nodes.Div,
    nodes.FloorDiv,
    nodes.Neg,
    nodes.Pos,
    nodes.Tuple,
    nodes.List,
)

_Scalar = int | float | Decimal


class _Missing(ChainableUndefined):
    """A variable that no scope has: it says nothing, compares as false and has nothing inside."""

    def _false(self, _other: object) -> bool:
        return False

    __lt__ = __le__ = __gt__ = __ge__ = _false  # type: ignore[assignment]


class _Sandbox(ImmutableSandboxedEnvironment):
    """Data is looked up by key and index only; arithmetic is on bounded numbers only."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//"})
    _operations: Mapping[str, Callable[[Any, Any], Any]] = {
        "+": operator.add,
        "-": operator.sub,
        "*": operator.mul,
        "/": operator.truediv,
        "//": operator.floordiv,
    }

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002
        if isinstance(left, Undefined) or isinstance(right, Undefined):
            return self.undefined(name="a sum with a missing variable")
        for side in (left, right):
            if isinstance(side, bool) or not isinstance(side, _Scalar):
                raise TemplateError(
                    f"“{operator}” works on numbers only, not on {_shown(side)}. To join texts, use “~”"
                )
        result = self._operations[operator](left, right)
        if abs(result) > _LARGEST_NUMBER:
            raise TemplateError(f"a result of “{operator}” is too large")
        return result

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, Undefined):
            return obj
        value: object = None
        if isinstance(obj, Mapping):
            value = obj.get(argument) if isinstance(argument, str) else None
        elif isinstance(obj, list | tuple | str) and isinstance(argument, int):
            value = obj[argument] if -len(obj) <= argument < len(obj) else None
        if value is None:
            return self.undefined(obj=obj, name=str(argument))
        return _bounded(str(argument), value)


Filter = Callable[..., object]


def _filter(say: Callable[..., str]) -> Filter:
    """A filter of ours: a missing value stays missing, so that ``default`` may come after it."""

    @pass_context
    def filtered(context: Context, value: object, *args: object, **kwargs: object) -> object:
        if value is None or isinstance(value, Undefined):
            return value
        return say(value, context[_MANNER], *args, **kwargs)

    return filtered


def _default(value: object, default: object = "", boolean: bool = False) -> object:
    missing = value is None or isinstance(value, Undefined) or (boolean and not value)
    return default if missing else value


@pass_context
def _finalise(context: Context, value: object) -> str:
    return "" if isinstance(value, Undefined) else spoken.plain(value, context[_MANNER])


def _environment() -> _Sandbox:
    # Blocks and comments get delimiters made of control characters, which ``_source`` takes out of every text.
    environment = _Sandbox(
        variable_start_string="{",
        variable_end_string="}",
        block_start_string="\x01\x02",
        block_end_string="\x02\x01",
        comment_start_string="\x01\x03",
        comment_end_string="\x03\x01",
        undefined=_Missing,
        finalize=_finalise,
        autoescape=False,
        keep_trailing_newline=True,
        cache_size=0,
    )
    environment.globals.clear()
    environment.filters = {
        "digits": _filter(spoken.digits),
        "date": _filter(spoken.day),
        "time": _filter(spoken.clock_time),
        "datetime": _filter(spoken.when),
        "money": _filter(spoken.money),
        "ordinal": _filter(spoken.ordinal),
        "default": _default,
        "d": _default,
        **{
            name: filters.FILTERS[name]
            for name in ("upper", "lower", "capitalize", "title", "trim", "first", "last", "length", "int")
        },
    }
    environment.tests = {
        name: environment.tests[name]
        for name in ("defined", "undefined", "none", "number", "string", "odd", "even", "in", "eq", "ne")
    }
    return environment


_SANDBOX = _environment()


def render(
    text: str,
    *scopes: Mapping[str, object],
    language: str = "en",
    zone: tzinfo | None = None,
    now: datetime | None = None,
    currency: str = "USD",
) -> str:
    """``text`` as one line to be spoken, with its variables looked up in ``scopes``, first scope first.

    A value of ``None`` counts as missing. Aware datetimes are told in ``zone``; ``now``, when given, can be
    used as ``{now|time}``. ``currency`` is what ``money`` assumes. Raises ``TemplateError``.
    """
    manner = Manner(language_of(language), zone, currency)
    return spoken.speakable(_rendered(text, scopes, manner, now))


def render_message(
    text: str,
    *scopes: Mapping[str, object],
    language: str = "en",
    zone: tzinfo | None = None,
    now: datetime | None = None,
    currency: str = "USD",
) -> str:
    """Like ``render``, for an SMS or e-mail: lines stay, digits stay together, money has its symbol."""
    manner = Manner(language_of(language), zone, currency, spoken=False)
    return spoken.writable(_rendered(text, scopes, manner, now))


def variables(text: str) -> set[str]:
    """The names that ``text`` looks up, such as ``{"name"}`` for ``{name.first}``. Raises ``TemplateError``."""
    return set(_compiled(text)[1])


def _rendered(
    text: str, scopes: tuple[Mapping[str, object], ...], manner: Manner, now: datetime | None
) -> str:
    template, names = _compiled(text)
    values: dict[str, object] = dict(_looked_up(names, (*scopes, {"now": now})))
    values[_MANNER] = manner
    pieces: list[str] = []
    length = 0
    try:
        for piece in template.generate(values):
            pieces.append(piece)
            length += len(piece)
            if length > MAX_RENDERED:
                raise TemplateError(f"it would become longer than {MAX_RENDERED} characters; shorten it")
    except TemplateError as error:
        raise TemplateError(f"The text “{_excerpt(text)}” cannot be used: {error}.") from None
    except Exception as error:  # noqa: BLE001 - an author's expression may fail in any way; only he is concerned
        raise TemplateError(
            f"The text “{_excerpt(text)}” cannot be filled in ({error}). Check its variables and filters."
        ) from None
    return "".join(pieces)


def _looked_up(
    names: frozenset[str], scopes: tuple[Mapping[str, object], ...]
) -> Iterator[tuple[str, object]]:
    for name in names:
        for scope in scopes:
            value = scope.get(name)
            if value is not None:
                yield name, _bounded(name, value)
                break


def _bounded(name: str, value: object) -> object:
    """The value, unless it is a text or a list so long that a template could multiply it into trouble."""
    if isinstance(value, str) and len(value) > MAX_VALUE:
        raise TemplateError(f"the value of “{name[:40]}” is longer than {MAX_VALUE} characters; shorten it")
    if isinstance(value, list | tuple):
        if len(value) > MAX_ITEMS:
            raise TemplateError(f"the list “{name[:40]}” has more than {MAX_ITEMS} items; shorten it")
        for item in value:
            if isinstance(item, str):
                _bounded(name, item)
    return value


@lru_cache(maxsize=512)
def _compiled(text: str) -> tuple[jinja2.Template, frozenset[str]]:
    if len(text) > MAX_TEXT:
        raise TemplateError(f"The text is longer than {MAX_TEXT} characters. Split it into several prompts.")
    source = _source(text)
    try:
        tree = _SANDBOX.parse(source)
        names = _checked(tree)
        return _SANDBOX.from_string(tree), names
    except TemplateError as error:
        raise TemplateError(f"The text “{_excerpt(text)}” cannot be used: {error}.") from None
    except TemplateSyntaxError as error:
        _explain(source, error)
    except (RecursionError, MemoryError, SyntaxError, ValueError, OverflowError):
        raise TemplateError(
            f"The text “{_excerpt(text)}” is nested too deeply or holds too large a number. Write it more simply."
        ) from None


def _source(text: str) -> str:
    """The text without control characters; ``{{name}}``, as other template languages write it, is ``{name}``."""
    visible = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)
    single = re.sub(r"\{\{([^{}]*)\}\}", r"{\1}", visible)
    return re.sub(r"\{(?=[-+])", "{ ", single)  # a sign, not Jinja's mark for trimming white space


def _checked(tree: nodes.Template) -> frozenset[str]:
    """The names used. Raises ``TemplateError`` for anything but the plain expressions that are allowed."""
    names = set()
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED):
            kind = type(node).__name__.lower()
            raise TemplateError(f"“{kind}” is not possible inside braces; use a variable and filters")
        match node:
            case nodes.Name(name=name):
                if name in _RESERVED:
                    raise TemplateError(f"“{name}” cannot be a variable; rename it")
                names.add(name)
            case nodes.Filter(dyn_args=None, dyn_kwargs=None):
                pass
            case nodes.Filter():
                raise TemplateError("“*” is not possible inside braces; use a variable and filters")
    return frozenset(names)


def _explain(source: str, error: TemplateSyntaxError) -> NoReturn:
    """Say which braces are wrong: each is parsed on its own, as Jinja tells only the line."""
    for found in re.finditer(r"\{([^{}]*)\}?", source):
        expression, place = found.group(), found.start() + 1
        if not expression.endswith("}"):
            raise TemplateError(
                f"The brace at character {place} (“{expression[:40]}”) is not closed. Add “}}”, or to write a "
                "brace itself, write {'{'}."
            )
        try:
            _SANDBOX.parse(expression)
        except TemplateSyntaxError as wrong:
            raise TemplateError(
                f"“{expression[:60]}” at character {place} is not a variable: {_reason(wrong)}. "
                "Write {name}, {name|default('text')} or {name|filter}."
            ) from None
    raise TemplateError(
        f"The text “{_excerpt(source)}” cannot be used: {_reason(error)}. "
        f"The filters are {', '.join(sorted(_SANDBOX.filters))}."
    )


def _reason(error: TemplateSyntaxError) -> str:
    message = (error.message or "it is not complete").removesuffix(".")
    return message.replace("'end of print statement'", "the closing brace")


def _excerpt(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else flat[:59] + "…"


def _shown(value: object) -> str:
    return f"“{value[:40]}”" if isinstance(value, str) else f"a {type(value).__name__}"
