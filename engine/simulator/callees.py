"""Whoever picks up at the other end: what a number does when it is called.

A ``Callee`` is a plain script. ``Directory`` finds the script for a number and an attempt: first what a YAML
file or a test says, then the built-in plan below, which needs no file.

The built-in plan goes by the last four digits:

======  =====================================================================================
100K    answers after 1 s and presses K (0 to 9) one second into every question
1010    answers and presses ``*`` at every question; 1011 presses ``#``
1020    answers, listens, presses nothing and never hangs up
1021    answers and hangs up in the middle of the first prompt
1022    answers and hangs up at once
1023    presses 9 at the first question, 1 at every later one
1024    presses 1 as soon as the first prompt starts (barge-in)
1025    answers, says "hello", listens until the first question and presses 1 when it is over
1026    answers and says three seconds of something whenever recorded; presses nothing
1030    rings with early media for 2 s before answering, then presses 1
1040    an agent who accepts a transfer with 5, two and a half seconds after the answer, and leaves at 9 s
1041    an agent who never accepts, and hangs up after 6 s
2001    busy (USER_BUSY)
2002    rings and never answers
2003    rejects (CALL_REJECTED)
2004    unallocated number
2005    congestion (NORMAL_CIRCUIT_CONGESTION)
2006    the gateway is down (GATEWAY_DOWN)
2007    switched off (SUBSCRIBER_ABSENT)
30QQ    fails at once with the Q.850 cause QQ (3017 is busy)
4001    answering machine: 4 s greeting, then a beep
4002    answering machine: 12 s greeting, then a beep
4003    answering machine: 4 s greeting, no beep
5001    busy at the first attempt, then answers and presses 1
5002    does not answer at the first attempt, then answers and presses 1
5003    busy at the first two attempts, then answers and presses 1
5004    hangs up in the middle of the first prompt at the first attempt, then presses 1
60SS    answers, presses nothing and hangs up SS seconds later
other   answers after 1 s and presses 1 one second into every question
======  =====================================================================================

A YAML file looks like this; every key but ``callees`` and ``number`` has a default::

    seed: 1                       # makes ``ring_s: [1, 4]`` repeatable
    switch:                       # faults of the switch itself, see ``faults.py``
      latency_s: 0
      flap_every_s: 0
    gateways:
      backup: {status: down}      # max_calls: 30 limits one
    any_gateway: true             # false: only those named above exist
    callees:
      - number: "+15550101"       # or prefix: "1555", suffix: "99", regex: "^44.*7$", or any: true
        ring_s: 2
        outcome: answer           # or a word of OUTCOMES, or any hang-up cause of the switch
        early_media: false
        steps:
          - {press: "1", at: question 1, after_s: 1}
          - {press: "4#", at: end of prompt 2}
          - {hang_up: true, at: answer, after_s: 20}
          - {say_s: 3, at: recording 1}
      - number: "15550102"
        attempts:                 # one script per attempt; the last one repeats (cycle: true starts over)
          - {outcome: busy}
          - {steps: [{press: "1", at: every question}]}
      - any: true
        machine: {greeting_s: 4, beep: true}

``at`` is ``answer``, ``beep``, ``bridge``, ``prompt N``, ``end of prompt N``, ``question N``, ``end of question N``,
``recording N``, or ``every …`` of these. A prompt is any audio that the switch plays to the callee; a question is
one try at collecting digits, and its end is the end of its prompt, when the switch only listens.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import yaml

from engine.simulator import causes
from engine.simulator.faults import Gateway, SwitchFaults

OUTCOMES: dict[str, str] = {
    "busy": "USER_BUSY",
    "no_answer": "NO_ANSWER",
    "reject": "CALL_REJECTED",
    "unallocated": "UNALLOCATED_NUMBER",
    "congestion": "NORMAL_CIRCUIT_CONGESTION",
    "gateway_down": "GATEWAY_DOWN",
    "absent": "SUBSCRIBER_ABSENT",
    "failure": "NORMAL_TEMPORARY_FAILURE",
}

_AT = re.compile(
    r"(?P<every>every )?(?P<end>end of )?(?P<what>prompt|question|recording|answer|beep|bridge)(?: (?P<n>\d+))?"
)
_KEYS = re.compile(r"[0-9*#A-Da-d]+")


class CalleeError(ValueError):
    """A script of callees cannot be used; the message names the place in the file."""


class Moment(msgspec.Struct, frozen=True):
    """When a step happens: the ``n``-th ``what`` (0: every one), at its start or its end."""

    what: str = "answer"
    n: int = 1
    end: bool = False

    @classmethod
    def parse(cls, text: str) -> Moment:
        """Read ``end of question 2``; raises ``CalleeError``."""
        found = _AT.fullmatch(text.strip().lower())
        if found is None:
            raise CalleeError(
                f"at: {text!r} is not a moment; write answer, beep, bridge, prompt N, question N, recording N, "
                "with 'end of' or 'every' before it"
            )
        n = 0 if found["every"] else int(found["n"] or 1)
        return cls(found["what"], n, bool(found["end"]))


class Step(msgspec.Struct, frozen=True):
    """One thing that a callee does; exactly one of ``press``, ``say_s`` and ``hang_up`` is set."""

    at: Moment = Moment()
    after_s: float = 0.0
    press: str = ""
    say_s: float = 0.0
    hang_up: bool = False


class Machine(msgspec.Struct, frozen=True):
    """An answering machine: it talks from the answer on, and may beep."""

    greeting_s: float = 4.0
    beep: bool = True


class Callee(msgspec.Struct, frozen=True):
    """What a number does at one attempt.

    ``ring_s`` is the time from the originate to the outcome; ``outcome`` is ``answer`` or a hang-up cause
    (``NO_ANSWER`` rings until the switch gives up, unless ``ring_s`` is set).
    """

    outcome: str = "answer"
    ring_s: float | tuple[float, float] = 1.0
    progress_s: float = 0.05
    early_media: bool = False
    steps: tuple[Step, ...] = ()
    machine: Machine | None = None

    @property
    def answers(self) -> bool:
        return self.outcome == "answer"


RINGS_FOREVER = 86_400.0


def press(keys: str, at: str = "every question", after_s: float = 1.0) -> Step:
    """A step that presses ``keys``."""
    return Step(at=Moment.parse(at), after_s=after_s, press=keys)


def hang_up(at: str = "answer", after_s: float = 0.0) -> Step:
    """A step that hangs up."""
    return Step(at=Moment.parse(at), after_s=after_s, hang_up=True)


def say(seconds: float, at: str = "answer", after_s: float = 0.0) -> Step:
    """A step that talks."""
    return Step(at=Moment.parse(at), after_s=after_s, say_s=seconds)


def answers(*steps: Step, ring_s: float = 1.0) -> Callee:
    """A callee that answers and then follows ``steps``."""
    return Callee(ring_s=ring_s, steps=steps)


def refuses(outcome: str, ring_s: float = 0.3) -> Callee:
    """A callee that ends the attempt with an outcome word or a cause."""
    cause = OUTCOMES.get(outcome, outcome)
    return Callee(outcome=cause, ring_s=RINGS_FOREVER if cause == "NO_ANSWER" else ring_s)


_DEFAULT = (answers(press("1")),)
_PLAN: dict[str, tuple[Callee, ...]] = {
    **{f"100{key}": (answers(press(str(key))),) for key in range(10)},
    "1010": (answers(press("*")),),
    "1011": (answers(press("#")),),
    "1020": (answers(),),
    "1021": (answers(hang_up("prompt 1", 0.5)),),
    "1022": (answers(hang_up()),),
    "1023": (answers(press("9", "question 1"), *(press("1", f"question {n}") for n in range(2, 20))),),
    "1024": (answers(press("1", "prompt 1", 0.1)),),
    "1025": (answers(say(0.6, after_s=0.2), press("1", "end of question 1", 0.5)),),
    "1026": (answers(say(3.0, "every recording", 0.3)),),
    "1040": (answers(press("5", "answer", 2.5), hang_up(after_s=9.0)),),
    "1041": (answers(hang_up(after_s=6.0)),),
    "1030": (Callee(ring_s=2.0, early_media=True, steps=(press("1"),)),),
    "2001": (refuses("busy"),),
    "2002": (refuses("no_answer"),),
    "2003": (refuses("reject"),),
    "2004": (refuses("unallocated", 0.1),),
    "2005": (refuses("congestion", 0.1),),
    "2006": (refuses("gateway_down", 0.0),),
    "2007": (refuses("absent", 1.0),),
    "4001": (Callee(machine=Machine(4.0, True)),),
    "4002": (Callee(machine=Machine(12.0, True)),),
    "4003": (Callee(machine=Machine(4.0, False)),),
    "5001": (refuses("busy"), answers(press("1"))),
    "5002": (refuses("no_answer"), answers(press("1"))),
    "5003": (refuses("busy"), refuses("busy"), answers(press("1"))),
    "5004": (answers(hang_up("prompt 1", 0.5)), answers(press("1"))),
}


def built_in(number: str) -> tuple[Callee, ...]:
    """The scripts of a number by the built-in plan, one per attempt; the last one repeats."""
    digits = "".join(char for char in number if char.isdigit())
    suffix = digits[-4:]
    if suffix in _PLAN:
        return _PLAN[suffix]
    if len(suffix) == 4 and suffix.startswith("30"):
        cause = causes.parse(str(int(suffix[2:])))
        return (refuses(cause, 0.1),)
    if len(suffix) == 4 and suffix.startswith("60"):
        return (answers(hang_up(after_s=float(int(suffix[2:])))),)
    return _DEFAULT


class Rule(msgspec.Struct, frozen=True):
    """Scripts for the numbers that match; a test may make one directly."""

    scripts: tuple[Callee, ...]
    number: str = ""
    prefix: str = ""
    suffix: str = ""
    regex: str = ""
    cycle: bool = False

    def matches(self, number: str) -> bool:
        """Compare without the leading plus sign; a rule without a pattern matches every number."""
        number = number.lstrip("+")
        return (
            (not self.number or number == self.number.lstrip("+"))
            and number.startswith(self.prefix.lstrip("+"))
            and number.endswith(self.suffix)
            and (not self.regex or re.search(self.regex, number) is not None)
        )


class Directory:
    """Finds the script for the next attempt at a number, and counts the attempts."""

    def __init__(self, rules: list[Rule] | None = None, seed: int | None = None) -> None:
        self.rules = rules or []
        self.attempts: Counter[str] = Counter()
        self._random = random.Random(seed)
        self._exact = {rule.number.lstrip("+"): rule for rule in reversed(self.rules) if rule.number}
        self._patterns = [rule for rule in self.rules if not rule.number]

    def next(self, number: str) -> Callee:
        """The script for this attempt; ``ring_s`` is one number then."""
        attempt = self.attempts[number]
        self.attempts[number] += 1
        scripts, cycle = self._scripts(number)
        script = scripts[attempt % len(scripts) if cycle else min(attempt, len(scripts) - 1)]
        if isinstance(script.ring_s, tuple):
            return msgspec.structs.replace(script, ring_s=self._random.uniform(*script.ring_s))
        return script

    def _scripts(self, number: str) -> tuple[tuple[Callee, ...], bool]:
        rule = self._exact.get(number.lstrip("+"))
        if rule is None:
            rule = next((rule for rule in self._patterns if rule.matches(number)), None)
        return (rule.scripts, rule.cycle) if rule is not None else (built_in(number), False)


class Scenario(msgspec.Struct):
    """A whole file."""

    rules: list[Rule] = []
    gateways: dict[str, Gateway] = {}
    switch: SwitchFaults = msgspec.field(default_factory=SwitchFaults)
    seed: int | None = None
    any_gateway: bool = True


class _Step(msgspec.Struct, forbid_unknown_fields=True):
    at: str = "answer"
    after_s: float = 0.0
    press: str = ""
    say_s: float = 0.0
    hang_up: bool = False


class _Script(msgspec.Struct, forbid_unknown_fields=True):
    outcome: str = "answer"
    ring_s: float | list[float] | None = None
    progress_s: float = 0.05
    early_media: bool = False
    steps: list[_Step] = []
    machine: Machine | None = None


class _Entry(_Script, forbid_unknown_fields=True):
    number: str = ""
    prefix: str = ""
    suffix: str = ""
    regex: str = ""
    any: bool = False
    cycle: bool = False
    attempts: list[_Script] = []


class _File(msgspec.Struct, forbid_unknown_fields=True):
    callees: list[_Entry] = []
    gateways: dict[str, Gateway] = {}
    switch: SwitchFaults = msgspec.field(default_factory=SwitchFaults)
    seed: int | None = None
    any_gateway: bool = True


def load(path: Path | str) -> Scenario:
    """Read a YAML file; raises ``CalleeError`` that names the file and the place in it."""
    try:
        return parse(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise CalleeError(f"{path}: cannot be read: {error.strerror}") from error
    except CalleeError as error:
        raise CalleeError(f"{path}: {error}") from error


def parse(text: str) -> Scenario:
    """Read YAML text; raises ``CalleeError``."""
    try:
        content: Any = yaml.safe_load(text)
        parsed = msgspec.convert(content if content is not None else {}, _File)
    except yaml.YAMLError as error:
        raise CalleeError(f"not YAML: {error}") from error
    except msgspec.ValidationError as error:
        raise CalleeError(str(error)) from error
    for name, gateway in parsed.gateways.items():
        if gateway.status not in ("up", "down"):
            raise CalleeError(f"gateways.{name}: status: {gateway.status!r} is neither up nor down")
    rules = []
    for index, entry in enumerate(parsed.callees):
        try:
            rules.append(_rule(entry))
        except CalleeError as error:
            raise CalleeError(f"callees[{index}]: {error}") from error
    return Scenario(rules, parsed.gateways, parsed.switch, parsed.seed, parsed.any_gateway)


def _rule(entry: _Entry) -> Rule:
    if sum(map(bool, (entry.number, entry.prefix, entry.suffix, entry.regex, entry.any))) != 1:
        raise CalleeError("needs exactly one of number, prefix, suffix, regex or any: true")
    if entry.regex:
        try:
            re.compile(entry.regex)
        except re.error as error:
            raise CalleeError(f"regex: {error}") from error
    scripts: list[_Script] = [*entry.attempts] or [entry]
    return Rule(
        scripts=tuple(_callee(script) for script in scripts),
        number=entry.number,
        prefix=entry.prefix,
        suffix=entry.suffix,
        regex=entry.regex,
        cycle=entry.cycle,
    )


def _callee(script: _Script) -> Callee:
    outcome = OUTCOMES.get(script.outcome.lower(), script.outcome)
    if outcome != "answer" and outcome not in causes.CAUSES:
        known = ", ".join(["answer", *OUTCOMES])
        raise CalleeError(
            f"outcome: {script.outcome!r} is none of {known}, nor a hang-up cause of the switch"
        )
    ring: float | tuple[float, float]
    if isinstance(script.ring_s, list):
        if len(script.ring_s) != 2 or script.ring_s[0] > script.ring_s[1]:
            raise CalleeError("ring_s: a range is two numbers, the smaller first")
        ring = (script.ring_s[0], script.ring_s[1])
    elif script.ring_s is not None:
        ring = script.ring_s
    elif outcome == "answer":
        ring = 1.0
    else:
        ring = RINGS_FOREVER if outcome == "NO_ANSWER" else 0.3
    return Callee(
        outcome=outcome,
        ring_s=ring,
        progress_s=script.progress_s,
        early_media=script.early_media,
        steps=tuple(_step(index, step) for index, step in enumerate(script.steps)),
        machine=script.machine,
    )


def _step(index: int, step: _Step) -> Step:
    if sum(map(bool, (step.press, step.say_s, step.hang_up))) != 1:
        raise CalleeError(f"steps[{index}]: needs exactly one of press, say_s or hang_up: true")
    if step.press and _KEYS.fullmatch(step.press) is None:
        raise CalleeError(f"steps[{index}]: press: {step.press!r} has other characters than 0-9 * # A-D")
    try:
        at = Moment.parse(step.at)
    except CalleeError as error:
        raise CalleeError(f"steps[{index}]: {error}") from error
    return Step(at=at, after_s=step.after_s, press=step.press, say_s=step.say_s, hang_up=step.hang_up)
