"""The one exception whose text is meant for the user."""


class NodeError(Exception):
    """Something the user can act on; printed without a stack trace, exit code 1."""
