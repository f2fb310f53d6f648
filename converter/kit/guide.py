"""The user guide for those who open no Markdown: `templates/GUIDE.md` as one self-contained HTML page."""

import base64
import re
from collections.abc import Iterator
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from converter.blank import theme
from converter.blank.while_typing import Niveau
from converter.sentences.typography import french
from converter.system.resources import shipped

SOURCE = "templates/GUIDE.md"

_STYLE = f"""
html {{ font: 17px/1.5 Calibri, "Segoe UI", "Helvetica Neue", Arial, sans-serif; color: #222; }}
body {{ max-width: 58rem; margin: 2rem auto; padding: 0 1.5rem; }}
h1, h2, h3 {{ color: {theme.BLEU}; line-height: 1.25; }}
h2 {{ margin-top: 2.5rem; border-bottom: 2px solid {theme.BLEU}; }}
nav {{ background: {theme.BLEU_PALE}; padding: .6rem 1.5rem; columns: 2; }}
nav ul {{ margin: 0; padding-left: 1rem; }}
img {{ display: block; max-width: 100%; margin: 1rem auto; border: 1px solid {theme.GRIS}; }}
table {{ border-collapse: collapse; width: 100%; font-size: .9rem; }}
th {{ background: {theme.BLEU}; color: #fff; text-align: left; }}
th, td {{ border: 1px solid {theme.GRIS}; padding: .3rem .5rem; vertical-align: top; overflow-wrap: break-word; }}
code {{ font-size: .85em; overflow-wrap: anywhere; }}
pre code {{ font-size: 1em; }}
pre {{ background: {theme.GRIS_CLAIR}; border: 1px solid {theme.GRIS}; padding: .7rem 1rem; font-size: .8rem;
       white-space: pre-wrap; }}
blockquote {{ margin: 1rem 0; padding: .2rem 1rem; background: {theme.SAISIE[Niveau.A_COMPLETER]["bg_color"]}; }}
@page {{ size: A4; margin: 12mm 12mm; }}
@media print {{
  html {{ font-size: 9.5pt; line-height: 1.35; }}
  h2 {{ margin-top: 1.2rem; }}
  table {{ font-size: 7.5pt; line-height: 1.2; }}
  th, td {{ padding: 1pt 3pt; }}
  img {{ max-height: 75mm; }}
  body {{ max-width: none; margin: 0; padding: 0; }}
  h1, h2, h3 {{ break-after: avoid; }}
  img, tr, pre, blockquote {{ break-inside: avoid; }}
  thead {{ display: table-header-group; }}
  a {{ color: inherit; text-decoration: none; }}
}}
"""


def html() -> str:
    """Return the guide as a page of its own: pictures, style and contents are in it."""
    markdown = MarkdownIt().enable("table")
    tokens = markdown.parse(shipped(SOURCE).read_text(encoding="utf-8"))
    for token in _flat(tokens):
        _dress(token)
    headings = list(_headings(tokens))
    title = next(text for level, text in headings if level == "h1")
    entries = "".join(f'<li><a href="#{slug(text)}">{text}</a></li>' for level, text in headings if level == "h2")
    body = markdown.renderer.render(tokens, markdown.options, {})
    return (
        f'<!DOCTYPE html>\n<html lang="fr">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>{_STYLE}</style>\n</head>\n'
        f"<body>\n{body.replace('</h1>', f'</h1><nav><ul>{entries}</ul></nav>', 1)}</body>\n</html>\n"
    )


def slug(heading: str) -> str:
    """Return the anchor of a heading, as the usual Markdown viewers make it."""
    return re.sub(r"[^\w -]", "", heading.replace("\u00a0", " ").lower()).strip().replace(" ", "-")


def _flat(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _flat(token.children or [])


def _dress(token: Token) -> None:
    """Set the no-break spaces of a text, and put a picture itself where its name stood."""
    if token.type == "text":
        token.content = french(token.content)
    if token.type == "image":
        data = shipped(f"templates/{token.attrs['src']}").read_bytes()
        token.attrs["src"] = f"data:image/png;base64,{base64.b64encode(data).decode()}"


def _headings(tokens: list[Token]) -> Iterator[tuple[str, str]]:
    """Yield each heading's level and text, and give it its anchor."""
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            text = "".join(child.content for child in inline.children or [])
            opening.attrs["id"] = slug(text)
            yield opening.tag, text
