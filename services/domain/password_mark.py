"""What stands in the place of a password's hash where there is no password to be right."""

NO_PASSWORD = "!"
"""Of people whom somebody else proves: no password is theirs, and trying one takes as long as ever."""
