"""How a command says no: one sentence on stderr, exit status 2."""

import typer


def refuse(sentence: str) -> typer.Exit:
    """Print the sentence; raise what this returns."""
    typer.echo(sentence, err=True)
    return typer.Exit(2)
