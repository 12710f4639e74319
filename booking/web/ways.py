"""Where to go on to after signing in: to pages of ours and nowhere else."""

import re


def inside(area: str, target: str | None) -> str:
    """The target if it is a path in this area ("/staff", "/t"), else ""."""
    return target if target and re.fullmatch(rf"{area}(?:[/?][\w\-./~%=&+,:@?]*)?", target, re.ASCII) else ""
