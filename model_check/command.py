"""Where the command ``paxiom`` begins: its imports take a while, in which Ctrl-C may come."""

import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command and exit."""
    try:
        from paxiom.model_check.cli import main as run  # noqa: PLC0415 - see above
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    run()
