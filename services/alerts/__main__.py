"""`python -m services.alerts`."""

from services.runtime.start import start

if __name__ == "__main__":
    start("services.alerts.run")
