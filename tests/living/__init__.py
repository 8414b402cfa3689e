"""The living system seen from outside: what an enterprise, an operator or a saboteur can reach.

Nothing here imports the services. Only the published doors are used (commands, REST, live push,
MQTT with stock clients, the browser); the database is only read, to count what it holds.
"""
