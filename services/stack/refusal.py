"""A start or an install that cannot go on, and the one sentence that says what to do."""


class Refusal(Exception):
    """Raised with one whole sentence for the person at the terminal; never shown as a traceback."""
