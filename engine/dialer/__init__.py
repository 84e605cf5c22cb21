"""An alarm's way: due, claimed, allowed, dialled, spoken to, concluded, and then retried or passed on.

Read the modules in that order: ``window`` and ``gate`` decide whether a call may go now, ``pacing`` counts what is
under way, ``plan`` claims due alarms and commits their attempts, ``route`` says how a number is dialled, ``call``
follows one call from the originate to its end, ``outcome`` says what the end meant, ``retry`` what comes next,
``conclude`` writes it down, ``fallback`` and ``outbox`` send what voice could not say, and ``reconcile`` finds the
calls of an engine that stopped. ``dialer`` ties them together.
"""
