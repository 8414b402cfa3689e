"""`python -m services.api`."""

from services.api.run import main
from services.runtime.settings import Settings

if __name__ == "__main__":
    main(Settings())
