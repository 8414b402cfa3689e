"""The sample park: what stands where, how it is named and what limits apply."""
