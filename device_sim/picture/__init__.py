"""Pictures of a release, drawn and written with the standard library alone."""
