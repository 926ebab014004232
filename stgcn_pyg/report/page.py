"""Markdown as one page of HTML that needs no other file."""

import base64
from collections.abc import MutableMapping, Sequence
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from stgcn_pyg.report.markdown import anchor
from stgcn_pyg.report.verdict import FAILS, HOLDS, NOT_RUN, OPEN

CLASSES = {HOLDS: "holds", FAILS: "fails", OPEN: "open", NOT_RUN: "not-run"}
"""The style of each verdict."""

STYLE = """
:root { color-scheme: light dark; --text: #1c1c1c; --ground: #fff; --line: #d0d0d0; --soft: #f4f4f2;
  --link: #00558c; --holds: #00664a; --fails: #a33f00; --open: #555; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e4e4; --ground: #17181a; --line: #44464a; --soft: #222427;
  --link: #7cc4f5; --holds: #4fd1a5; --fails: #ff9a5c; --open: #b4b4b4; } }
* { box-sizing: border-box; }
body { margin: 0; color: var(--text); background: var(--ground); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 1.5rem; }
h1, h2, h3 { line-height: 1.25; }
h2 { margin-top: 3rem; padding-top: .6rem; border-top: 2px solid var(--line); }
a { color: var(--link); }
p, li { max-width: 62rem; }
nav { background: var(--soft); padding: .8rem 1.4rem; border-radius: 6px; }
nav ul { margin: .3rem 0; padding-left: 1.2rem; columns: 20rem; column-gap: 2.8rem; }
nav li { break-inside: avoid; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .7rem; text-align: left; vertical-align: top; }
th { background: var(--soft); }
img { max-width: 100%; height: auto; background: #fff; border-radius: 6px; }
code { background: var(--soft); padding: .1em .3em; border-radius: 3px; font-size: .9em; }
blockquote { margin: 1rem 0; padding: .2rem 1rem; border-left: 5px solid var(--fails); background: var(--soft); }
@media (max-width: 48rem) { th, td { min-width: 8.5rem; } }
@media (prefers-color-scheme: dark) { img { filter: brightness(.9); } }
.holds { color: var(--holds); } .fails { color: var(--fails); } .open, .not-run { color: var(--open); }
"""


def render_page(markdown: str, folder: Path, title: str) -> str:
    r"""Render Markdown as a page with a table of contents, its pictures inside it.

    Markup in the text stays text.

    Args:
        markdown: The text.
        folder: Where its pictures are.
        title: The page's title.

    Example:
        >>> page = render_page("## Claims\n\n**holds** <b>", getfixture("tmp_path"), "Paper")
        >>> '<a href="#claims">Claims</a>' in page, '<strong class="holds">holds</strong> &lt;b&gt;' in page
        (True, True)
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("table_open", lambda self, *_: '<div class="wide"><table>')
    parser.add_render_rule("table_close", lambda self, *_: "</table></div>\n")
    environment: MutableMapping[str, Any] = {}
    tokens = parser.parse(markdown, environment)
    headings = [pair for pair in pairwise(tokens) if pair[0].type == "heading_open" and pair[0].tag == "h2"]
    contents = [_link(*pair) for pair in headings]
    for token in tokens:
        _finish(token.children or [], folder)
    body = parser.renderer.render(tokens, parser.options, environment)
    before, rule, after = body.partition("<h2")
    navigation = f'<nav aria-label="contents"><ul>{"".join(contents)}</ul></nav>'
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{escape(title)}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{before}{navigation}\n{rule}{after}</main>\n</body>\n</html>\n"
    )


def _link(heading: Token, text: Token) -> str:
    """Give a heading its anchor, and the link to it."""
    place = anchor(text.content)
    heading.attrSet("id", place)
    return f'<li><a href="#{escape(place)}">{escape(text.content)}</a></li>'


def _finish(tokens: Sequence[Token], folder: Path) -> None:
    """Put pictures into the page, and give verdicts their colour."""
    for token in tokens:
        if token.type == "image":
            picture = folder / str(token.attrGet("src"))
            token.attrSet("src", f"data:image/png;base64,{base64.b64encode(picture.read_bytes()).decode()}")
    for token, following in pairwise(tokens):
        if token.type == "strong_open" and following.content in CLASSES:
            token.attrSet("class", CLASSES[following.content])
