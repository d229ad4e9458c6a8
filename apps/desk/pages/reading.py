"""Long texts in two parts: what is shown at once, and what is folded away."""

SHOWN = 500  # characters of a text that a page shows at once


def folded(text):
    """(first paragraphs, the rest) of a text, both lists of paragraphs; the rest is empty where it is short anyway."""
    paragraphs = [line.strip() for line in text.splitlines() if line.strip()]
    if sum(map(len, paragraphs)) <= SHOWN * 1.5:
        return paragraphs, []
    shown, length = 0, 0
    while length < SHOWN and shown < len(paragraphs):
        length += len(paragraphs[shown])
        shown += 1
    return paragraphs[:shown], paragraphs[shown:]
