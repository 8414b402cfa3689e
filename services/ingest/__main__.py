"""`python -m services.ingest`: the ingest service with the settings of its environment."""

from services.runtime.start import start

if __name__ == "__main__":
    start("services.ingest.run")
