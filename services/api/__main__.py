"""`python -m services.api`."""

from services.runtime.start import start

if __name__ == "__main__":
    start("services.api.run")
