"""`python -m tests.living.quick_api`: an api whose passwords cost next to nothing to check.

A password as the product keeps it takes a fifth of a second of a processor to make and again to
check, which proofs that sign hundreds of people in would spend most of their time on. What a
password costs is proved with the product's own.
"""

from argon2 import PasswordHasher

from services.api.password import Passwords
from services.api.run import main
from services.runtime.settings import Settings

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

if __name__ == "__main__":
    main(Settings(), Passwords(QUICK))
