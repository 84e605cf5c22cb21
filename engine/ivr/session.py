"""A survey on a live call: performs the interpreter's turns over the event socket and feeds back what came of them.

A hang-up can come at any moment: every wait ends with ``CallEndedError``, and nothing is left behind. What is wrong
with one prompt is reported and costs that prompt only.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine import log
from engine.errors import (
    CallEndedError,
    CarillonError,
    CommandTimeoutError,
    SurveyError,
    SwitchUnreachableError,
)
from engine.esl.call import Bridge, Call, Collect
from engine.ivr import interpreter as ivr
from engine.ivr.graph import Graph, Node
from engine.ivr.interpreter import State, Turn
from engine.tts import template
from engine.tts.speech import Speech

logger = log.get(__name__)

CURSOR_VARIABLE = "carillon_cursor"
_NOTHING = "silence_stream://10"
_BEEP = "tone_stream://%(250,0,800)"


class Record(Protocol):
    """What a survey writes. ``store_result``, ``add_to_dnc`` and ``send_sms`` return when committed."""

    def store_result(
        self,
        *,
        section_id: int,
        step: int,
        response: str,
        label: str | None,
        record_file: str = "",
        recording_duration: int = 0,
        alarm_result: int | None = None,
    ) -> None:
        """Store an answer, and the alarm's result with it."""

    def save_cursor(self, cursor: str, section_id: int) -> None:
        """Remember where the survey stands; never waits."""

    def mark_completed(self) -> None:
        """The survey counts as completed; never waits."""

    def add_to_dnc(self, phone_number: str) -> None:
        """Put a number on the do-not-call list."""

    def send_sms(self, *, section_id: int, step: int, recipient: str, text: str) -> None:
        """Queue a text message."""


@dataclass(frozen=True, slots=True)
class Context:
    """Whom we talk to and with which words. ``endpoint_for`` says how a number is dialled for a transfer."""

    number: str
    scopes: tuple[Mapping[str, Any], ...]
    zone: str
    caller_id_name: str
    caller_id_number: str
    transfer_number: str | None
    endpoint_for: Callable[[str], str]
    media_dir: str
    recordings_dir: str


@dataclass(slots=True)
class SessionResult:
    """What came of a survey. ``reached``: something was heard to its end, or a key was pressed."""

    reached: bool = False
    completed: bool = False
    finished: bool = False  # we ended the call, not the callee
    switch_lost: bool = False
    last_section: int | None = None
    problems: list[str] = field(default_factory=list)


class Session:
    """One survey on one call. ``result`` is kept up to date, also when the run is cut off."""

    def __init__(self, call: Call, graph: Graph, context: Context, record: Record, speech: Speech) -> None:
        self._call = call
        self._graph = graph
        self._context = context
        self._record = record
        self._speech = speech
        self._zone = _zone(context.zone)
        self._texts: dict[str, str] = {}
        self.result = SessionResult()

    def prepare(self) -> None:
        """Render every text of the survey ahead of its use. Returns at once."""
        texts = []
        for key in self._graph.order:
            node = self._graph.nodes[key]
            for script in (None if node.audio else node.spoken, node.confirm_script):
                if script:
                    try:
                        text = self._render(script)
                    except CarillonError:
                        continue  # told when the prompt is due
                    if text:
                        texts.append((text, self._graph.voice, self._graph.language))
        self._speech.prepare(texts)

    def run(self) -> SessionResult:
        """Walk the survey from its beginning, until it or the call ends."""
        return self._walk(ivr.begin(self._graph), saved=True)

    def resume(self, cursor: str | None = None) -> SessionResult:
        """Go on where the call's own cursor, or else ``cursor``, says.

        Keys that were pressed while no engine watched are on the channel under this step's name.
        """
        variables = self._call.variables
        state = State.from_cursor(variables.get(CURSOR_VARIABLE) or cursor or "")
        if state is None or state.node not in self._graph.nodes:
            state = ivr.begin(self._graph).state  # which is not saved: no cursor means the beginning
        turn = ivr.resume(self._graph, state)
        pressed = variables.get(ivr.variable(state))
        if isinstance(turn.action, ivr.Ask) and pressed:
            self.result.reached = True
            turn = ivr.step(self._graph, state, ivr.Keys(pressed))
        else:
            # Whatever goes wrong here, the walk meets it again and says so.
            with contextlib.suppress(CallEndedError, SwitchUnreachableError, CommandTimeoutError):
                self._call.stop_application()
        return self._walk(turn)

    def _walk(self, turn: Turn, *, saved: bool = False) -> SessionResult:
        result = self.result
        try:
            while True:
                result.last_section = turn.state.node
                for effect in turn.effects:
                    self._effect(effect)
                if isinstance(turn.action, ivr.Hangup):
                    if turn.action.problem:
                        self._problem(turn.action.problem)
                    result.finished = True
                    self._call.hangup()
                    return result
                if not saved:
                    self._save(turn.state)
                saved = False
                given = self._act(turn.action)
                turn = ivr.step(self._graph, turn.state, given)
        except CallEndedError:
            return result
        except (SwitchUnreachableError, CommandTimeoutError) as error:
            logger.warning("call cannot be driven", call=self._call.uuid, error=str(error))
            result.switch_lost = True
            return result

    def _save(self, state: State) -> None:
        cursor = state.cursor()
        self._call.set_variables({CURSOR_VARIABLE: cursor})
        self._record.save_cursor(cursor, state.node)

    def _effect(self, effect: ivr.Effect) -> None:
        if isinstance(effect, ivr.Completed):
            self.result.completed = True
            self._record.mark_completed()
            return
        self._record.store_result(
            section_id=effect.node.id,
            step=effect.step,
            response=effect.response,
            label=effect.label,
            record_file=effect.record_file,
            recording_duration=effect.recording_s,
            alarm_result=effect.alarm_result,
        )

    def _act(self, action: ivr.Action) -> ivr.Input:
        """Do one thing. What fails on our side is a problem of this section, not the end of the call."""
        try:
            match action:
                case ivr.Play(prompt):
                    return self._play(prompt)
                case ivr.Ask():
                    return self._ask(action)
                case ivr.Record(node, step):
                    return self._record_callee(node, step)
                case ivr.Transfer(node):
                    return self._transfer(node)
                case ivr.Conference(node):
                    self._call.conference(node.conference or "")
                case ivr.AddToDnc(_):
                    self._record.add_to_dnc(self._context.number)
                case ivr.SendSms(node, step):
                    self._send_sms(node, step)
                case ivr.Hangup():
                    self._call.hangup()
            return ivr.Done()
        except (CallEndedError, SwitchUnreachableError, CommandTimeoutError):
            raise
        except CarillonError as error:
            self._problem(str(error))
            return ivr.Failed()

    def _play(self, prompt: ivr.Prompt) -> ivr.Input:
        playables = self._playables(prompt)
        if not playables:
            return ivr.Failed()
        response = self._call.play(playables)
        if "NOT FOUND" in response:
            return self._play_text_instead(prompt.node)
        self.result.reached = True
        return ivr.Done()

    def _play_text_instead(self, node: Node) -> ivr.Input:
        """The switch cannot find a file that we can: speak the text, if there is one."""
        self._problem(
            f"“{node.question}”: the switch cannot find its audio; check CARILLON_SWITCH_MEDIA_PREFIX"
        )
        spoken = self._say(node.script) if node.script and node.audio else None
        if spoken is None or "NOT FOUND" in self._call.play([spoken]):
            return ivr.Failed()
        self.result.reached = True
        return ivr.Done()

    def _ask(self, action: ivr.Ask) -> ivr.Input:
        collected = self._call.collect(
            Collect(
                prompt=tuple(self._playables(action.prompt)) or (_NOTHING,),
                max_digits=action.max_digits,
                timeout_s=max(action.timeout_s, 0.5),
                variable=action.variable,
                terminators="#" if action.max_digits > 1 else "",
            )
        )
        # The prompt was heard to its end or interrupted by a key: either way somebody was there.
        self.result.reached = True
        return ivr.Keys(collected.digits)

    def _record_callee(self, node: Node, step: int) -> ivr.Input:
        name = f"{self._call.uuid}-{step}.wav"
        self._call.play([_BEEP])
        recorded = self._call.record(
            str(Path(self._context.recordings_dir) / name),
            max_s=node.record_limit_s,
            silence_s=node.record_silence_s,
        )
        self.result.reached = True
        return ivr.Recorded(name, round(recorded.duration_ms / 1000))

    def _transfer(self, node: Node) -> ivr.Input:
        number = self._transfer_number(node)
        if number is None:
            raise SurveyError(
                f"“{node.question}”: no number to transfer to; give the section or the alarm one"
            )
        bridge = Bridge(
            endpoints=(self._context.endpoint_for(number),),
            timeout_s=60,
            caller_id_name=self._context.caller_id_name,
            caller_id_number=self._context.caller_id_number,
        )
        if node.confirm_key:
            whisper = self._say(node.confirm_script) if node.confirm_script else None
            bridge = replace(bridge, confirm_key=node.confirm_key, confirm_audio=whisper or "")
        bridged = self._call.bridge(bridge)
        if not bridged.connected:
            logger.info("transfer failed", call=self._call.uuid, number=number, cause=bridged.cause)
            return ivr.Failed()
        return ivr.Done()

    def _transfer_number(self, node: Node) -> str | None:
        """The event's own number comes first, then the alarm's, then the section's."""
        for scope in self._context.scopes[:1]:
            given = scope.get("transfer_phonenumber")
            if given:
                return str(given)
        return self._context.transfer_number or node.phone_number

    def _send_sms(self, node: Node, step: int) -> None:
        recipient = str(self._context.scopes[0].get("sms_phonenumber") or self._context.number)
        text = template.render_message(
            node.sms_text or "", *self._context.scopes, language=self._graph.language, zone=self._zone
        )
        self._record.send_sms(section_id=node.id, step=step, recipient=recipient, text=text)

    # Prompts.

    def _playables(self, prompt: ivr.Prompt) -> list[str]:
        """What to play for a prompt; empty when nothing of it can be played."""
        node = prompt.node
        found = []
        if prompt.invalid and node.invalid_audio:
            found += self._file(node, node.invalid_audio)
        main = self._file(node, node.audio) if node.audio else []
        if not main and (node.script or node.spoken):
            spoken = self._say(node.script or node.spoken or "")
            main = [spoken] if spoken else []
        return found + main

    def _file(self, node: Node, path: str) -> list[str]:
        """An audio file of the media directory, if it is there."""
        root = Path(self._context.media_dir)
        whole = (root / path).resolve()
        if not whole.is_relative_to(root) or not whole.is_file():
            self._problem(f"“{node.question}”: the audio file {path} is missing; upload it again")
            return []
        return [str(whole)]

    def _say(self, script: str) -> str | None:
        """``script`` as something that can be played; None when it cannot be, or when nothing is left of it."""
        try:
            text = self._render(script)
            return self._speech.playable(text, self._graph.voice, self._graph.language) if text else None
        except CarillonError as error:
            self._problem(str(error))
            return None

    def _render(self, script: str) -> str:
        """``script`` with its variables, which do not change during a call."""
        text = self._texts.get(script)
        if text is None:
            text = self._texts[script] = self._rendered(script)
        return text

    def _rendered(self, script: str) -> str:
        return template.render(script, *self._context.scopes, language=self._graph.language, zone=self._zone)

    def _problem(self, text: str) -> None:
        if text not in self.result.problems:
            self.result.problems.append(text)
        logger.warning("survey problem", call=self._call.uuid, problem=text)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
