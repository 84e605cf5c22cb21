"""What the end of a call meant: hang-up causes to outcomes. Pure.

Q.850 numbers are those of ITU-T Q.850 (05/2018); the names and the causes above 127 are FreeSWITCH's
(``switch_types.h``, ``switch_channel.c``).
"""

from __future__ import annotations

from models.statuses import Disposition, Outcome

_CAUSES: dict[Outcome, tuple[str, ...]] = {
    Outcome.BUSY: ("USER_BUSY", "BUSY_EVERYWHERE"),
    Outcome.NO_ANSWER: (
        "NO_ANSWER",
        "NO_USER_RESPONSE",  # SIP 480: the phone is off or away
        "NO_PICKUP",
        "SUBSCRIBER_ABSENT",
        "USER_NOT_REGISTERED",
        "ALLOTTED_TIMEOUT",
        "PROGRESS_TIMEOUT",
        "ORIGINATOR_CANCEL",
        "LOSE_RACE",
    ),
    Outcome.REJECTED: (
        "CALL_REJECTED",
        "DECLINE",
        "REJECT_ALL",
        "UNWANTED",
        "OUTGOING_CALL_BARRED",
        "INCOMING_CALL_BARRED",
        "BLIND_TRANSFER",
    ),
    Outcome.UNALLOCATED: (
        "UNALLOCATED_NUMBER",
        "NUMBER_CHANGED",
        "INVALID_NUMBER_FORMAT",
        "DOES_NOT_EXIST_ANYWHERE",
    ),
    Outcome.CONGESTION: (
        "NORMAL_CIRCUIT_CONGESTION",
        "SWITCH_CONGESTION",
        "NORMAL_TEMPORARY_FAILURE",  # SIP 503
        "REQUESTED_CHAN_UNAVAIL",
        "PRE_EMPTED",
        "BEARERCAPABILITY_NOTAVAIL",
        "ACCESS_INFO_DISCARDED",
    ),
    Outcome.GATEWAY_DOWN: (
        "GATEWAY_DOWN",
        "INVALID_GATEWAY",
        "INVALID_PROFILE",
        "INVALID_URL",
        "NO_ROUTE_DESTINATION",
        "NO_ROUTE_TRANSIT_NET",
        "EXCHANGE_ROUTING_ERROR",
        "NETWORK_OUT_OF_ORDER",  # SIP 502
        "DESTINATION_OUT_OF_ORDER",
        "RECOVERY_ON_TIMER_EXPIRE",  # SIP 408 and 504: nobody answered the INVITE
        "MEDIA_TIMEOUT",
        "CHANNEL_UNACCEPTABLE",
        "CHAN_NOT_IMPLEMENTED",
        "FACILITY_REJECTED",
        "FACILITY_NOT_SUBSCRIBED",
        "FACILITY_NOT_IMPLEMENTED",
        "SERVICE_UNAVAILABLE",
        "SERVICE_NOT_IMPLEMENTED",
        "BEARERCAPABILITY_NOTAUTH",
        "BEARERCAPABILITY_NOTIMPL",
        "INCOMPATIBLE_DESTINATION",  # SIP 488: no codec in common
        "NOT_ACCEPTABLE",
        "USER_CHALLENGE",  # SIP 401 and 407: our credentials are wrong
        "MANDATORY_IE_MISSING",
        "PROTOCOL_ERROR",
        "INTERWORKING",
    ),
    Outcome.LOST: ("CRASH", "SYSTEM_SHUTDOWN", "MANAGER_REQUEST"),
}
_OUTCOMES = {cause: outcome for outcome, causes in _CAUSES.items() for cause in causes}

_DISPOSITIONS = {
    Outcome.BUSY: Disposition.BUSY,
    Outcome.NO_ANSWER: Disposition.NOANSWER,
    Outcome.CONGESTION: Disposition.CONGESTION,
    Outcome.CANCELLED: Disposition.CANCEL,
}

ROUTE_FAULTS = frozenset({Outcome.CONGESTION, Outcome.GATEWAY_DOWN})
"""The network or the route failed, not the person: another gateway may do better at once."""

NEVER_RETRIED = frozenset({Outcome.UNALLOCATED, Outcome.INVALID, Outcome.CANCELLED})
"""Trying again cannot help."""


def judge(cause: str, *, answered: bool, reached: bool = True) -> Outcome:
    """What a call that ended by ``cause`` (FreeSWITCH's name) meant for its alarm.

    ``answered`` says whether it was ever answered; ``reached`` whether the callee then heard a message to its end
    or gave an answer.
    """
    if answered:
        return Outcome.ANSWERED if reached else Outcome.HUNG_UP_EARLY
    return _OUTCOMES.get(cause, Outcome.FAILED)


def disposition(outcome: Outcome, *, answered: bool) -> Disposition:
    """The one word of the call detail record."""
    if answered:
        return Disposition.ANSWER
    return _DISPOSITIONS.get(outcome, Disposition.FAILED)
