"""What a trainer is told of the firm's diagnostic."""

from collections.abc import Sequence

from booking.domain.diagnostic.story import Story
from booking.models import Visit


def answers(visit: Visit) -> Sequence[str]:
    """The answers that led to the result, as sentences; none without a diagnostic. Needs enquiry and result loaded."""
    result = visit.enquiry.result if visit.enquiry else None
    return [quote.sentence.plain for quote in Story.from_json(result.story).why] if result else []
