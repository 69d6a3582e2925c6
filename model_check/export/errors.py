"""What goes wrong when something is written for another tool."""


class ExportError(Exception):
    """It cannot be written as asked; the message says why and what to do."""
