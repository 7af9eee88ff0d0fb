class Failure(Exception):
    """A conversion that cannot be done, in words for the person who asked for it."""

    def __init__(self, code, message, **details):
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details


def one_line(error, most=600):
    """What a framework says went wrong, without its line breaks."""
    text = " ".join(str(error).split())
    return text if len(text) <= most else text[: most - 1] + "…"
