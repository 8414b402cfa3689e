"""Payload dialects: the same readings as different makes of gateway would write them."""
