"""Benchmarks: each number beside the ceiling measured in the same run, on the same machine."""
