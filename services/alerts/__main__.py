"""`python -m services.alerts`."""

from services.alerts.run import main
from services.runtime.settings import Settings

main(Settings())
