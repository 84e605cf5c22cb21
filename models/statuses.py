"""Every status and kind, once. The numbers are those of Newfies-Dialer's appointment module."""

from __future__ import annotations

import enum


class EventStatus(enum.IntEnum):
    PENDING = 1
    COMPLETED = 2
    PAUSED = 3  # its alarms are kept, and not called


class AlarmStatus(enum.IntEnum):
    """Of an alarm and of an alarm request. An alarm that expired is a failure whose outcome says so."""

    PENDING = 1
    IN_PROCESS = 2  # an attempt is open
    FAILURE = 3
    RETRY = 4  # an attempt failed and the next one is planned
    SUCCESS = 5


class AlarmMethod(enum.IntEnum):
    CALL = 1
    SMS = 2
    EMAIL = 3


class AlarmResult(enum.IntEnum):
    """What the usual rating keys mean; any other key is stored as pressed."""

    NO_RESULT = 0
    CONFIRMED = 1
    CANCELLED = 2
    RESCHEDULED = 3


class AmdBehavior(enum.IntEnum):
    ALWAYS_PLAY = 1
    HUMAN_ONLY = 2
    VOICEMAIL_ONLY = 3


class AmdStatus(enum.IntEnum):
    PERSON = 1
    MACHINE = 2
    UNSURE = 3


class CallRequestStatus(enum.IntEnum):
    PENDING = 1  # committed, the originate may or may not have been sent
    FAILURE = 2
    RETRY = 3
    SUCCESS = 4
    ABORT = 5
    PAUSE = 6
    CALLING = 7  # the switch has accepted the originate


class CallType(enum.IntEnum):
    ALLOW_RETRY = 1
    CANNOT_RETRY = 2
    RETRY_DONE = 3


class LegType(enum.IntEnum):
    A_LEG = 1
    B_LEG = 2


class GatewayStatus(enum.IntEnum):
    INACTIVE = 0
    ACTIVE = 1


class SectionType(enum.IntEnum):
    PLAY_MESSAGE = 1
    MULTI_CHOICE = 2
    RATING = 3
    CAPTURE_DIGITS = 4
    RECORD = 5
    TRANSFER = 6
    HANGUP = 7
    CONFERENCE = 8
    DNC = 9
    SMS = 10


class RuleFrequency(enum.StrEnum):
    """RFC 5545 frequencies. Finer ones than hourly are refused."""

    YEARLY = "YEARLY"
    MONTHLY = "MONTHLY"
    WEEKLY = "WEEKLY"
    DAILY = "DAILY"
    HOURLY = "HOURLY"


class Disposition(enum.StrEnum):
    """A call detail record's summary, in Asterisk's words as the original used them."""

    ANSWER = "ANSWER"
    BUSY = "BUSY"
    NOANSWER = "NOANSWER"
    CANCEL = "CANCEL"
    CONGESTION = "CONGESTION"
    FAILED = "FAILED"


class Outcome(enum.StrEnum):
    """What the end of an attempt, or of an alarm, meant."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    UNALLOCATED = "unallocated"  # the number does not exist
    CONGESTION = "congestion"  # the network had no room
    GATEWAY_DOWN = "gateway_down"  # the route itself failed
    MACHINE = "machine"  # an answering machine, where only a human counts
    HUNG_UP_EARLY = "hung_up_early"  # answered, but gone before anything was heard or answered
    LOST = "lost"  # we cannot know how it ended
    CANCELLED = "cancelled"
    EXPIRED = "expired"  # its moment passed before it could be dialled
    INVALID = "invalid"  # cannot be dialled as it is; the reason names the field
    SENT = "sent"  # a message was accepted by its provider
    MESSAGE_FAILED = "message_failed"
    FAILED = "failed"  # anything else


class SmsStatus(enum.StrEnum):
    UNSENT = "Unsent"
    SENT = "Sent"
    DELIVERED = "Delivered"
    FAILED = "Failed"
    NO_ROUTE = "No_Route"
    UNAUTHORIZED = "Unauthorized"


class MailStatus(enum.StrEnum):
    UNSENT = "Unsent"
    SENT = "Sent"
    FAILED = "Failed"


class SmsGatewayKind(enum.StrEnum):
    LOG = "log"
    TWILIO = "twilio"
    HTTP = "http"
