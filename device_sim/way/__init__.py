"""The way from a gateway to the broker, where messages, clocks and links go wrong: a layer of its own."""
