"""`regles`: the catalogue of the controls."""

from rich.console import Console

from converter.commands.outcome import FINE
from converter.commands.screen import say
from converter.sentences.message import Message
from converter.sentences.say import catalogue


def regles(console: Console) -> int:
    """Print every check: code, gravity, what it finds, where it comes from, what is said, what to do."""
    say("\n\n".join(_told(code, message) for code, message in sorted(catalogue().items())), console)
    return FINE


def _told(code: str, message: Message) -> str:
    source = "notre choix" if message.section == "D" else f"guide, {message.section}"
    said = "\n".join(f"      {line}" for line in (message.phrase, message.conseil) if line)
    return f"{code}  {message.titre} ({message.gravite.value} ; {source})\n{said}"
