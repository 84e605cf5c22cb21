"""Patches the standard library before anything else is imported, then hands over to the command line."""

from gevent import monkey

monkey.patch_all()


def main() -> None:
    """The ``carillon`` command."""
    from engine.cli import carillon

    carillon()


if __name__ == "__main__":
    main()
