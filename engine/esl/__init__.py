"""FreeSWITCH's event socket: bytes to events (``wire``), a supervised connection, safe commands, and a switch."""
