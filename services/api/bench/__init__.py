"""The test-bench: a gateway shows what it can, and the park has it in writing."""
