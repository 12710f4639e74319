"""A rule said no, in words for a person, and beside which form field they belong."""


class Refused(Exception):
    """The act is not allowed; `str(error)` is shown to the person, beside `field` ("" means the whole form)."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class Taken(Refused):
    """Somebody else holds one of the slots."""


class Overtaken(Refused):
    """The thing has changed since the person looked at it (another person, another state)."""


class NotFound(Refused):
    """There is no such thing, or it is somebody else's: the two look the same from outside."""
