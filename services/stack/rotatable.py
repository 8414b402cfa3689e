"""What `parkwatch rotate` can rotate."""

from enum import StrEnum


class What(StrEnum):
    """The key of tokens, that of receivers' secrets, our services' passwords at the broker, their roles'
    in the database, and the key that signs the journals' seals."""

    TOKENS = "tokens"
    NOTICES = "notices"
    SERVICES = "services"
    DATABASE = "database"
    JOURNAL = "journal"


BY_ITSELF = tuple(what for what in What if what is not What.JOURNAL)
"""What goes without a word to anybody; whoever verifies journals has to be told of a new key."""
