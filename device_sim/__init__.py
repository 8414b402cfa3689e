"""A simulated fleet of plants and gateways.

A stranger to the platform: it imports nothing from ``services`` and speaks only what
the public contract says (MQTT topics, payloads, REST), so that it can contradict the
platform and be pointed at other platforms.
"""
