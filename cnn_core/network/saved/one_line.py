"""Foreign text brought to one printable line."""

_EXPLAINED = "Exception encountered:"


def one_line(text: object, most: int = 200) -> str:
    """Text or error as one line of printable characters.

    Keras puts the cause at the end of its text, behind a whole configuration: what follows its
    words for that is taken, and of a text that is still too long the beginning and the end.
    """
    told = str(text)
    if isinstance(text, BaseException) and not told:
        told = type(text).__name__
    told = " ".join(told.rpartition(_EXPLAINED)[2].split())
    told = "".join(letter if letter.isprintable() else "?" for letter in told)
    if len(told) <= most:
        return told
    start = most // 3
    return f"{told[:start]} … {told[start + 3 - most :]}"
