"""Scripts of callees: the built-in plan, rules, YAML."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.simulator.callees import (
    Callee,
    CalleeError,
    Directory,
    Machine,
    Moment,
    Rule,
    Step,
    answers,
    built_in,
    load,
    parse,
    refuses,
)

EXAMPLE = """
seed: 7
any_gateway: false
switch: {latency_s: 0.5, flap_every_s: 60}
gateways:
  main: {max_calls: 30}
  backup: {status: down}
callees:
  - number: "+15550101"
    ring_s: 2
    steps:
      - {press: "1", at: question 1, after_s: 1}
      - {press: "4#", at: end of prompt 2}
      - {hang_up: true, after_s: 20}
      - {say_s: 3, at: recording 1}
  - number: "15550102"
    attempts:
      - {outcome: busy}
      - {steps: [{press: "1", at: every question}]}
  - prefix: "1556"
    ring_s: [1, 4]
    outcome: NO_ROUTE_DESTINATION
  - suffix: "99"
    outcome: no_answer
  - regex: "^44.*7$"
    cycle: true
    attempts: [{outcome: reject}, {outcome: absent}]
  - any: true
    machine: {greeting_s: 4, beep: false}
"""


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "callees.yaml"
    path.write_text(EXAMPLE)
    scenario = load(path)
    assert (scenario.seed, scenario.any_gateway, scenario.switch.latency_s) == (7, False, 0.5)
    assert (scenario.gateways["main"].max_calls, scenario.gateways["backup"].status) == (30, "down")
    directory = Directory(scenario.rules, scenario.seed)
    first = directory.next("15550101")
    assert first.ring_s == 2
    assert first.steps == (
        Step(at=Moment("question", 1), after_s=1, press="1"),
        Step(at=Moment("prompt", 2, end=True), press="4#"),
        Step(at=Moment("answer"), after_s=20, hang_up=True),
        Step(at=Moment("recording", 1), say_s=3),
    )
    assert [directory.next("+15550102").outcome for _ in range(3)] == ["USER_BUSY", "answer", "answer"]
    ranged = directory.next("15561234")
    assert ranged.outcome == "NO_ROUTE_DESTINATION"
    assert isinstance(ranged.ring_s, float)
    assert 1 <= ranged.ring_s <= 4
    assert directory.next("77799").outcome == "NO_ANSWER"
    assert [directory.next("4417").outcome for _ in range(3)] == [
        "CALL_REJECTED",
        "SUBSCRIBER_ABSENT",
        "CALL_REJECTED",
    ]
    assert directory.next("anybody").machine == Machine(4, beep=False)


def test_chance_repeats_with_a_seed() -> None:
    rules = [Rule((Callee(ring_s=(0.0, 9.0)),))]
    assert [Directory(rules, 3).next("1").ring_s for _ in range(2)] == [
        Directory(rules, 3).next("1").ring_s
    ] * 2
    assert Directory(rules, 3).next("1") != Directory(rules, 4).next("1")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("callees: {", "not YAML"),
        ("callees: [{number: '1', outcom: busy}]", "Object contains unknown field `outcom`"),
        (
            "callees: [{number: '1', outcome: bussy}]",
            r"callees\[0\]: outcome: 'bussy' is none of answer, busy",
        ),
        ("callees: [{}]", r"callees\[0\]: needs exactly one of number, prefix"),
        ("callees: [{number: '1', any: true}]", "needs exactly one of"),
        ("callees: [{regex: '['}]", r"callees\[0\]: regex: "),
        ("callees: [{any: true, ring_s: [4, 1]}]", "the smaller first"),
        ("callees: [{any: true, ring_s: soon}]", "Expected `float | array | null`"),
        ("callees: [{any: true, steps: [{press: x}]}]", r"steps\[0\]: press: 'x' has other characters"),
        (
            "callees: [{any: true, steps: [{press: '1', hang_up: true}]}]",
            r"steps\[0\]: needs exactly one of press",
        ),
        ("callees: [{any: true, steps: [{press: '1', at: noon}]}]", "at: 'noon' is not a moment"),
        ("gateways: {a: {status: broken}}", "gateways.a: status: 'broken' is neither up nor down"),
    ],
)
def test_mistakes_are_explained(text: str, message: str) -> None:
    with pytest.raises(CalleeError, match=message):
        parse(text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CalleeError, match=r"nothing\.yaml: cannot be read"):
        load(tmp_path / "nothing.yaml")


@pytest.mark.parametrize(
    ("number", "outcomes"),
    [
        ("+15550001001", ["answer", "answer"]),
        ("12001", ["USER_BUSY", "USER_BUSY"]),
        ("12002", ["NO_ANSWER", "NO_ANSWER"]),
        ("12006", ["GATEWAY_DOWN", "GATEWAY_DOWN"]),
        ("13034", ["NORMAL_CIRCUIT_CONGESTION", "NORMAL_CIRCUIT_CONGESTION"]),
        ("15001", ["USER_BUSY", "answer"]),
        ("15003", ["USER_BUSY", "USER_BUSY", "answer"]),
    ],
)
def test_the_built_in_plan_goes_by_the_last_digits(number: str, outcomes: list[str]) -> None:
    directory = Directory()
    assert [directory.next(number).outcome for _ in outcomes] == outcomes


def test_what_the_plan_says_of_keys_machines_and_hang_ups() -> None:
    assert built_in("1007")[0].steps[0].press == "7"
    assert built_in("314")[0].steps[0].press == "1"
    assert built_in("4002")[0].machine == Machine(12.0, beep=True)
    assert built_in("6007")[0].steps[0] == Step(after_s=7.0, hang_up=True)
    assert built_in("2002")[0].ring_s > 3600


def test_shorthands() -> None:
    assert answers(ring_s=3).ring_s == 3
    assert refuses("busy").outcome == "USER_BUSY"
    assert refuses("USER_BUSY") == refuses("busy")
