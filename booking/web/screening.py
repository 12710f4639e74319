"""Forms that anybody may send: they carry what tells a person from a machine, and ask no puzzle."""

from collections.abc import Sequence
from functools import cache

from flask import request
from itsdangerous import BadSignature, URLSafeSerializer
from wtforms import HiddenField, StringField

from booking import clock
from booking.domain.desk.spam import OLDEST_SECONDS
from booking.web.fields import KeyedForm
from booking.web.guards import LAPSED
from config import settings


def stamp() -> str:
    """This moment, signed: when a form was shown."""
    return _signer().dumps(int(clock.now().timestamp()))


def seconds_since(signed: str | None) -> float | None:
    """How long ago a stamp was made; None for one that is missing, forged or too old."""
    try:
        age = clock.now().timestamp() - _signer().loads(signed or "")
    except (BadSignature, TypeError):
        return None
    return age if 0 <= age <= OLDEST_SECONDS else None


def _signer() -> URLSafeSerializer:
    return _signer_with(settings().secret_key)


@cache
def _signer_with(key: str) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt="shown")


class Stamp(HiddenField):
    """When the form was shown, signed; left out of a post, it is missing, and no fresh one takes its place."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = next(iter(valuelist), "")


class ScreenedForm(KeyedForm):
    """A form with the signed time it was shown, and a field that people do not see and machines fill in.

    A stamp that is missing, forged or a day old shows the form again, filled in, with a fresh one.
    """

    shown = Stamp(default=stamp)
    website = StringField("Leave this empty")

    @property
    def seconds(self) -> float:
        """From the page to the answer."""
        return seconds_since(self.shown.data) or 0

    def sent(self) -> bool:
        is_good = super().sent()
        if request.method == "POST" and seconds_since(self.shown.data) is None:
            self.shown.data = stamp()
            if LAPSED not in self.form_errors:
                self.form_errors.append(LAPSED)
            return False
        return is_good
