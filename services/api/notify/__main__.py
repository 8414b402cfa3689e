"""`python -m services.api.notify`."""

from services.runtime.start import start

if __name__ == "__main__":
    start("services.api.notify.run")
