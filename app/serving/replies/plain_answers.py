"""Answers of the server itself, before or beside the dashboard: one sentence, and every header."""

from app.serving.headers import FIXED, NEVER_IN_FRAMES, content_security_policy

PLAIN_HEADERS = {
    **FIXED,
    **NEVER_IN_FRAMES,
    "Content-Security-Policy": content_security_policy(),
    "Content-Type": "text/plain; charset=utf-8",
    "Cache-Control": "no-store",
}

_SENTENCES = {
    400: "The server does not understand this request.",
    408: "The request did not arrive in time.",
    413: "The request is too large.",
    414: "The address is too long.",
    431: "The headers of the request are too large.",
    500: "Something went wrong on the server; its log says what.",
    501: "The server does not take requests of this kind.",
    503: "busy: many readers ask for what takes long; ask again in a moment.",
}
STARTING_ANEW = "The part of the server that computes starts anew; ask again in a moment.\n"


def sentence_of(status: int) -> str:
    """What the server says with a status."""
    return _SENTENCES.get(status, _SENTENCES[400]) + "\n"
