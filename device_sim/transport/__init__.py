"""How messages leave: one MQTT link per gateway."""
