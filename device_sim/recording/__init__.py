"""Recordings: measurements made elsewhere, played again."""
