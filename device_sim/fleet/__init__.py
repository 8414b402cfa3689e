"""A park in motion: scenario, plant, instruments, gateways, tick by tick."""
