"""What must not pass for safe HTML: each line is wrong, and a needless ignore is an error."""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from claude_nb.notebook.answer import parts, render
from claude_nb.notebook.commands.page import Piece
from claude_nb.notebook.text import safe_html
from claude_nb.notebook.text.growing import Change


def wrong(text: str, html: safe_html.SafeHtml) -> None:
    render.page(text)  # pyright: ignore[reportArgumentType]
    render.page(html + text)  # pyright: ignore[reportArgumentType]
    render.page(f"<p>{html}</p>")  # pyright: ignore[reportArgumentType]
    render.page(html.replace("a", "b"))  # pyright: ignore[reportArgumentType]
    safe_html.markup(text)  # pyright: ignore[reportArgumentType] - only markup of our own source
    safe_html.markup("<p>{}</p>", text)  # pyright: ignore[reportArgumentType]
    safe_html.join([html, text])  # pyright: ignore[reportArgumentType]
    safe_html.join([html], text)  # pyright: ignore[reportArgumentType]
    parts.in_parts([text])  # pyright: ignore[reportArgumentType]
    Piece(text, text)  # pyright: ignore[reportArgumentType]
    Change(text)  # pyright: ignore[reportArgumentType]
    made: safe_html.SafeHtml = text  # pyright: ignore[reportAssignmentType]
    str(made)
