"""`regles`: the catalogue of the controls."""

from rich.console import Console
from rich.table import Table

from converter.commands.outcome import FINE
from converter.sentences.say import catalogue


def regles(console: Console) -> int:
    """Print every check: code, gravity, what it finds, what to do, and where it comes from."""
    table = Table("Code", "Gravité", "Contrôle", "Ce qui est dit", "Que faire", "Source", show_lines=True)
    for code, message in sorted(catalogue().items()):
        source = "notre choix" if message.section == "D" else f"guide, {message.section}"
        table.add_row(code, message.gravite.value, message.titre, message.phrase, message.conseil, source)
    console.print(table)
    return FINE
