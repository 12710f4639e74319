"""Lists that are read a page at a time."""


def turned(asked: int | None, *, height: int, size: int) -> tuple[int, int]:
    """The page to show of a list of `height` rows, the last at most, and which one the last is; both from 1."""
    last = max(1, -(-height // size))
    return min(asked or 1, last), last
