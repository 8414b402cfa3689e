"""A gateway on the platform's test-bench: a good one, and one with each fault."""
