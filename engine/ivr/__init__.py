"""Surveys as calls: a graph, a pure interpreter that walks it, and a session that does what it says."""
