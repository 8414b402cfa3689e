"""Drills: a simulator that waits for an instructor's word and plays on gateways made for it."""
