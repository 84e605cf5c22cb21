"""Patches first, as the engine does, so that the tests run under the same loop."""

from gevent import monkey

monkey.patch_all()
