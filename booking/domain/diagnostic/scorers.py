"""Every scorer ever used, by its version, and the one in use. Retired versions stay: old answers keep their score."""

from collections.abc import Callable, Mapping

from booking.domain.diagnostic import lm1
from booking.domain.diagnostic.score import NotEnough, Score

CURRENT = lm1.VERSION
SCORERS: Mapping[str, Callable[..., Score | NotEnough]] = {lm1.VERSION: lm1.score}

score = lm1.score
