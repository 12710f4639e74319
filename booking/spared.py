"""What other libraries load at sight, and we do not use: kept out while they are loaded."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast


@contextmanager
def spared(name: str) -> Iterator[None]:
    """Inside, this module cannot be imported, as if it were not installed. One that is loaded already stays."""
    modules = cast(dict[str, Any], sys.modules)
    if name in modules:
        yield
        return
    modules[name] = None
    try:
        yield
    finally:
        del modules[name]
