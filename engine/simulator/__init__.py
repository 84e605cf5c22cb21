"""A FreeSWITCH stand-in that speaks the event socket's own language over TCP, with scripted callees.

It is a peer, not a mock: the engine connects to it exactly as it connects to a real switch.
"""
