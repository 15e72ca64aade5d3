"""Parts of documents that are generated: tables, and what stands between two marks."""

from collections.abc import Iterable, Sequence


def between(text: str, begin: str, end: str, content: str) -> str:
    """Return a document's text with other content between two marks.

    Raises:
        ValueError: It lacks the marks.
    """
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        msg = f"The document has to hold {begin!r} and {end!r}."
        raise ValueError(msg)
    return f"{before}{begin}\n{content}\n{end}{after}"


def table_of(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
