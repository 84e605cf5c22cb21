"""The applications of one channel: a stack of running ones, a queue of commands, a plan of what comes next.

A real switch runs these in the channel's own thread. Here each is a generator (see ``execution.py``), and this
resumes them: when time has passed, a digit came, somebody broke in, or the call is over.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.simulator import syntax
from engine.simulator.execution import Application, Command, Frame, Signal

if TYPE_CHECKING:
    from engine.simulator.channel import Channel

logger = logging.getLogger(__name__)


class Stack:
    """What runs on a channel, and what will."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._private: deque[Command] = deque()
        self._plan: deque[Command] = deque()
        self.frames: list[Frame] = []
        self.last_application: tuple[str, str] = ("", "")
        self.transferring = False
        self.left_s = 0.0
        """What was left of the wait from which the running application was resumed."""

    @property
    def locked(self) -> bool:
        """A command with ``event-lock`` is running: others wait."""
        return any(frame.command.locked for frame in self.frames)

    @property
    def parked(self) -> bool:
        """Nothing but ``park`` runs on top."""
        return bool(self.frames) and self.frames[-1].application.name == "park"

    def send(self, command: Command) -> None:
        """Queue a command for this channel, as ``sendmsg`` does."""
        self._private.append(command)
        self._channel.switch.scheduler.soon(self.pump)

    def pump(self) -> None:
        """Carry out queued commands, unless a locked one is running or nothing runs that would look."""
        while self._private and self._channel.ready and self.frames and not self.locked:
            frame = self.frames[-1]
            if frame.wait is None:
                return
            self._pause(frame)
            self.start(self._private.popleft())

    def start(self, command: Command, on_done: Callable[[], object] | None = None) -> None:
        """Begin an application on top of what runs. An unknown one ends the call, as in a real switch."""
        if self._channel.down:
            return
        application = self._channel.switch.applications.get(command.application.lower())
        if application is None:
            self._channel.hangup("DESTINATION_OUT_OF_ORDER")
            return
        if application.media and not self._channel.media_ready:
            self._resume_top()  # media is required on an outbound channel that has none: it is skipped
            return
        self._push(application, command, 1, on_done)

    def start_unannounced(self, application: Application, command: Command) -> None:
        """Run something that the switch does by itself, without events."""
        frame = Frame(application, None, command, "", application.run(self._channel, ""), None)
        frame.silent = True
        self.frames.append(frame)
        self._advance(frame, Signal.START)

    def _push(
        self, application: Application, command: Command, loop: int, on_done: Callable[[], object] | None
    ) -> None:
        argument = self._channel.expand(command.argument) if command.argument else None
        put = self._channel.variables.set
        if command.request:
            put("current_loop", str(loop))
            put("total_loops", str(command.loops))
        put("current_application", application.name)
        put("current_application_data", argument)
        put("current_application_response", None)
        self.last_application = (application.name, argument or "")
        uuid = command.uuid or self._channel.switch.new_uuid()
        frame = Frame(
            application, argument, command, uuid, application.run(self._channel, argument or ""), on_done
        )
        frame.loop = loop
        frame.started_s = self._channel.switch.scheduler.now_s()
        self._channel.fire("CHANNEL_EXECUTE", *self._application_headers(frame))
        self.frames.append(frame)
        self._advance(frame, Signal.START)

    def _application_headers(self, frame: Frame) -> list[tuple[str, str]]:
        pairs = [("Application", frame.application.name)]
        if frame.argument is not None:
            pairs.append(("Application-Data", frame.argument))
        pairs.append(("Application-UUID", frame.uuid))
        if frame.command.uuid_name:
            pairs.append(("Application-UUID-Name", frame.command.uuid_name))
        return pairs

    def _advance(self, frame: Frame, signal: Signal) -> None:
        """Let an application go on until it waits again or ends."""
        frame.wait = None
        self.left_s = 0.0
        if frame.timer is not None:
            self.left_s = max(0.0, frame.timer.due_s - self._channel.switch.scheduler.now_s())
            frame.timer.cancel()
            frame.timer = None
        try:
            wait = next(frame.generator) if signal is Signal.START else frame.generator.send(signal)
        except StopIteration:
            self._complete(frame)
            return
        except Exception:
            logger.exception("simulator: %s on %s failed", frame.application.name, self._channel.uuid)
            self._channel.hangup("DESTINATION_OUT_OF_ORDER")
            self._complete(frame)
            return
        frame.wait = wait
        frame.left_s = wait.seconds
        self._arm(frame)

    def _arm(self, frame: Frame) -> None:
        if self.frames[-1] is not frame:
            return
        if not self._channel.ready:
            return
        wait = frame.wait
        if wait is not None and wait.digits and self._channel.digits:
            self._channel.switch.scheduler.soon(self._give_digit, frame)
        if frame.left_s is not None:
            frame.timer = self._channel.switch.scheduler.after(frame.left_s, self._elapsed, frame)
        if self._private:
            self._channel.switch.scheduler.soon(self.pump)

    def _elapsed(self, frame: Frame) -> None:
        if self.frames and self.frames[-1] is frame and frame.wait is not None:
            self._advance(frame, Signal.ELAPSED)

    def _give_digit(self, frame: Frame) -> None:
        if (
            self.frames
            and self.frames[-1] is frame
            and frame.wait is not None
            and frame.wait.digits
            and self._channel.digits
        ):
            self._advance(frame, Signal.DIGIT)

    def _pause(self, frame: Frame) -> None:
        """Another application is about to run inside this one."""
        if frame.timer is not None:
            if frame.wait is not None and frame.wait.audio:
                frame.left_s = max(0.0, frame.timer.due_s - self._channel.switch.scheduler.now_s())
            frame.timer.cancel()
        else:
            frame.left_s = None

    def _resume_top(self) -> None:
        if not self.frames:
            self._next_in_plan()
            return
        frame = self.frames[-1]
        if frame.wait is None:
            return
        self._channel.fire_queued()
        if frame.timer is not None and not frame.wait.audio:
            frame.left_s = max(0.0, frame.timer.due_s - self._channel.switch.scheduler.now_s())
        frame.timer = None
        self._arm(frame)

    def _complete(self, frame: Frame) -> None:
        if not frame.silent:
            response = self._channel.variables.get("current_application_response") or "_none_"
            pairs = self._application_headers(frame)
            pairs.insert(2 if frame.argument is not None else 1, ("Application-Response", response))
            self._channel.fire("CHANNEL_EXECUTE_COMPLETE", *pairs)
        if frame in self.frames:
            self.frames.remove(frame)
        command = frame.command
        lasted_s = self._channel.switch.scheduler.now_s() - frame.started_s
        if self._channel.ready and lasted_s >= 0.5 and (command.loops < 0 or frame.loop < command.loops):
            self._push(frame.application, command, frame.loop + 1, frame.on_done)
            return
        if command.request:
            self._channel.variables.set("current_loop", None)
            self._channel.variables.set("total_loops", None)
            self._channel.fire("PRIVATE_COMMAND", first=command.request)
        if frame.on_done is not None:
            frame.on_done()
        if self._channel.ready:
            self._resume_top()

    def follow(self, plan: list[Command]) -> None:
        """Run applications one after the other, as an extension does; the call ends after the last."""
        self._plan.extend(plan)
        self._channel.enter("CS_EXECUTE")
        self._next_in_plan()

    def _next_in_plan(self) -> None:
        if not self._channel.ready or self.frames:
            return
        if self._plan:
            self.start(self._plan.popleft())
        elif self._channel.state == "CS_EXECUTE":
            self._channel.hangup("NORMAL_CLEARING")

    def transfer(self, extension: str, dialplan: str = "") -> None:
        """Follow an extension. There is no XML dialplan here: only ``inline`` plans and ``park`` are known."""
        if dialplan.lower() == "inline":
            plan = []
            for step in syntax.separate(extension, ","):
                name, _, argument = step.partition(":")
                plan.append(Command(name, argument or None))
            self.divert(plan)
        elif extension == "park":
            self.divert([Command("park")])
        else:
            self.divert([Command("hangup", "NO_ROUTE_DESTINATION")])

    def divert(self, plan: list[Command], state: str = "CS_EXECUTE") -> None:
        """Leave what runs and follow another plan (``uuid_transfer``, ``uuid_park``)."""
        if self._channel.down:
            return
        self._plan.clear()
        self.transferring = True
        self._channel.switch.scheduler.soon(self._diverted, plan, state)

    def _diverted(self, plan: list[Command], state: str) -> None:
        self.unwind()
        self.transferring = False
        if self._channel.down:
            return
        self._plan.extend(plan)
        if state != self._channel.state:
            self._channel.enter(state)
        if state == "CS_PARK":  # a state, not an application: nothing is announced
            self.start_unannounced(self._channel.switch.applications["park"], Command("park"))
        else:
            self._next_in_plan()

    def unwind(self) -> None:
        while self.frames:
            frame = self.frames[-1]
            for _ in range(20):
                if not self.frames or self.frames[-1] is not frame:
                    break
                self._advance(frame, Signal.END)
            else:
                self.frames.remove(frame)
                frame.generator.close()

    def interrupt(self, *, everything: bool = False) -> None:
        """``uuid_break``."""
        if everything:
            self._private.clear()
        self._channel.switch.scheduler.soon(self._signal_top, Signal.BREAK)

    def wake(self) -> None:
        """Tell the application on top that something has changed."""
        self._channel.switch.scheduler.soon(self._signal_top, Signal.WAKE)

    def _signal_top(self, signal: Signal) -> None:
        if not self._channel.ready or not self.frames:
            return
        frame = self.frames[-1]
        if frame.wait is not None and (signal is not Signal.WAKE or frame.wait.wake):
            self._advance(frame, signal)

    def digit_arrived(self) -> None:
        """A digit is in the channel's queue; the application on top may want it."""
        if self.frames and self.frames[-1].wait is not None and self.frames[-1].wait.digits:
            self._channel.switch.scheduler.soon(self._give_digit, self.frames[-1])

    def discard(self) -> None:
        """Forget everything without a word: the switch has crashed."""
        for frame in self.frames:
            if frame.timer is not None:
                frame.timer.cancel()
        self.frames.clear()
