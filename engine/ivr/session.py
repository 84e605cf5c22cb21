"""A survey on a live call: performs the interpreter's turns over the event socket and feeds back what came of them.

A hang-up can come at any moment: every wait ends with ``CallEndedError``, and nothing is left behind. What is wrong
with one prompt is reported and costs that prompt only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine import log
from engine.clock import Clock, SystemClock
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
_RUNNING = "current_application"  # the switch's own: the application that it began last
_NOTHING = "silence_stream://10"
_BEEP = "tone_stream://%(250,0,800)"
_LONGEST_PROMPT_S = 900.0  # as long as the longest text takes a slow voice, and then some
_LONGEST_STAY_S = 7200.0
_STAYS = {ivr.Record: "record", ivr.Transfer: "bridge", ivr.Conference: "conference"}
"""What goes on by itself while no engine watches, and must not be cut off or begun again."""


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
    """Whom we talk to and with which words. ``endpoint_for`` says how a number is dialled for a transfer.

    ``switch_media_dir`` and ``switch_recordings_dir`` are where the switch sees our directories, when that differs.
    """

    number: str
    scopes: tuple[Mapping[str, Any], ...]
    zone: str
    caller_id_name: str
    caller_id_number: str
    transfer_number: str | None
    endpoint_for: Callable[[str], str]
    media_dir: str
    recordings_dir: str
    switch_media_dir: str = ""
    switch_recordings_dir: str = ""
    clock: Clock = field(default_factory=SystemClock)


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
        return self._walk(lambda: ivr.begin(self._graph), saved=True)

    def resume(self, cursor: str | None = None) -> SessionResult:
        """Go on where the call's own cursor, or else ``cursor``, says.

        Keys that were pressed while no engine watched are on the channel under this step's name. A transfer, a
        conference or a recording that still goes on is waited for; a prompt is played once more.
        """
        return self._walk(lambda: self._take_up(cursor))

    def _take_up(self, cursor: str | None) -> Turn:
        variables = self._call.variables
        turn = ivr.begin(self._graph)  # its cursor is not saved: none means the beginning
        stood = State.from_cursor(variables.get(CURSOR_VARIABLE) or cursor or "")
        if stood is not None and stood != turn.state and stood.node in self._graph.nodes:
            turn = ivr.resume(self._graph, stood)
            self.result.reached = True  # it has come further than its beginning
        self.result.last_section = turn.state.node
        pressed = variables.get(ivr.variable(turn.state))
        if isinstance(turn.action, ivr.Ask) and pressed:
            self.result.reached = True
            return ivr.step(self._graph, turn.state, ivr.Keys(pressed))
        if variables.get(_RUNNING, "") == _STAYS.get(type(turn.action)):
            return ivr.step(self._graph, turn.state, self._await(turn.action))
        self._call.stop_application()
        return turn

    def _await(self, stay: ivr.Action) -> ivr.Input:
        """Wait until what goes on has ended: the switch runs this application after it, and tells how it was."""
        if not isinstance(stay, ivr.Transfer) or self._call.variables.get("bridge_uuid"):
            self.result.reached = True
        done = self._call.execute("set", "carillon_resumed=true", _LONGEST_STAY_S)
        if isinstance(stay, ivr.Transfer):
            connected = done.variable("originate_disposition") == "SUCCESS"
            self.result.reached |= connected
            return ivr.Done() if connected else ivr.Failed()
        if isinstance(stay, ivr.Record):
            if done.get("Answer-State") != "hangup":
                self._call.set_variables({"playback_terminators": "none"})
            lasted_ms = done.variable("record_ms") or ""
            seconds = round(int(lasted_ms) / 1000) if lasted_ms.isdigit() else 0
            return ivr.Recorded(self._recording(stay.step), seconds)
        return ivr.Done()

    def _walk(self, begin: Callable[[], Turn], *, saved: bool = False) -> SessionResult:
        result = self.result
        try:
            turn = begin()
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
                    self._save(turn)
                saved = False
                turn = ivr.step(self._graph, turn.state, self._act(turn.action))
        except CallEndedError:
            return result
        except (SwitchUnreachableError, CommandTimeoutError) as error:
            logger.warning("call cannot be driven", call=self._call.uuid, error=str(error))
            result.switch_lost = True
            return result

    def _save(self, turn: Turn) -> None:
        cursor = turn.state.cursor()
        variables = {CURSOR_VARIABLE: cursor}
        if type(turn.action) in _STAYS:
            variables[_RUNNING] = ""  # a transfer of before must not be taken for this one
        self._call.set_variables(variables)
        self._record.save_cursor(cursor, turn.state.node)

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
                    self._confer(node)
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
        if not self._heard(playables):
            return self._play_text_instead(prompt.node)
        return ivr.Done()

    def _heard(self, playables: list[str]) -> bool:
        """Play; False when the switch could not."""
        response = self._call.play(playables, _LONGEST_PROMPT_S)
        if "NOT FOUND" in response or "ERROR" in response:
            return False
        self.result.reached = True
        return True

    def _play_text_instead(self, node: Node) -> ivr.Input:
        """The switch cannot play a file that we can see: speak the text, if there is one."""
        self._problem(
            f"“{node.question}”: the switch cannot play its audio; is the file whole, and does "
            "CARILLON_SWITCH_MEDIA_PREFIX say where the switch sees it?"
        )
        spoken = self._say(node.script) if node.script and node.audio else None
        return ivr.Done() if spoken is not None and self._heard([spoken]) else ivr.Failed()

    def _ask(self, action: ivr.Ask) -> ivr.Input:
        playables = self._playables(action.prompt)
        collected = self._call.collect(
            Collect(
                prompt=tuple(playables) or (_NOTHING,),
                max_digits=action.max_digits,
                timeout_s=max(action.timeout_s, 0.5),
                variable=action.variable,
                terminators="#" if action.max_digits > 1 else "",
            ),
            _LONGEST_PROMPT_S,
        )
        # The prompt was heard to its end or interrupted by a key: either way somebody was there.
        if playables or collected.digits:
            self.result.reached = True
        return ivr.Keys(collected.digits)

    def _record_callee(self, node: Node, step: int) -> ivr.Input:
        name = self._recording(step)
        folder = self._context.switch_recordings_dir or self._context.recordings_dir
        self._call.play([_BEEP])
        recorded = self._call.record(
            str(Path(folder) / name), max_s=node.record_limit_s, silence_s=node.record_silence_s
        )
        self.result.reached = True
        return ivr.Recorded(name, round(recorded.duration_ms / 1000))

    def _recording(self, step: int) -> str:
        return f"{self._call.uuid}-{step}.wav"

    def _confer(self, node: Node) -> None:
        self.result.reached = True  # also when the call ends in there
        self._call.conference(node.conference or "", _LONGEST_STAY_S)

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
        bridged = self._call.bridge(bridge, _LONGEST_STAY_S)
        if not bridged.connected:
            logger.info("transfer failed", call=self._call.uuid, number=number, cause=bridged.cause)
            return ivr.Failed()
        self.result.reached = True
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
            node.sms_text or "",
            *self._context.scopes,
            language=self._graph.language,
            zone=self._zone,
            now=self._context.clock.now(),
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
        """An audio file of the media directory, as the switch sees it, if it is there."""
        root = Path(self._context.media_dir).resolve()
        try:
            whole = (root / path).resolve()
            found = whole.is_relative_to(root) and whole.is_file()
        except (OSError, ValueError):  # a name that no file can have
            found = False
        if not found:
            self._problem(f"“{node.question}”: the audio file {path} is missing; upload it again")
            return []
        return [str(Path(self._context.switch_media_dir or root) / whole.relative_to(root))]

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
        return template.render(
            script,
            *self._context.scopes,
            language=self._graph.language,
            zone=self._zone,
            now=self._context.clock.now(),
        )

    def _problem(self, text: str) -> None:
        if text not in self.result.problems:
            self.result.problems.append(text)
        logger.warning("survey problem", call=self._call.uuid, problem=text)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
