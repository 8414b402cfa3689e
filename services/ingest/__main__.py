"""`python -m services.ingest`: the ingest service with the settings of its environment."""

from services.ingest.run import main
from services.runtime.settings import Settings

if __name__ == "__main__":
    main(Settings())
