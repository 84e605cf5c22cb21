"""Carillon's engine: alarms become calls, calls become answers."""
