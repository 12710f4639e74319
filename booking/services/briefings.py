"""What a trainer is told of the firm's diagnostic."""

from collections.abc import Sequence

from booking.domain.diagnostic.story import Story
from booking.models import Visit


def answers(visit: Visit) -> Sequence[str]:
    """The answers that led to the result, as sentences; none without a diagnostic. Needs enquiry and result loaded."""
    result = visit.enquiry.result if visit.enquiry else None
    return [theirs(quote.sentence.plain) for quote in Story.from_json(result.story).why] if result else []


def theirs(sentence: str) -> str:
    """What the firm was told as "You said …", for somebody else's eyes."""
    return sentence.replace("You said ", "They said ", 1)
