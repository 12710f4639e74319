"""Fields that only staff's pages have: passwords."""

from collections.abc import Callable
from typing import Any

from wtforms import PasswordField
from wtforms.validators import StopValidation

from booking.web.fields import Form
from booking.web.staff.security import too_weak

LONGEST = 200


class Password(PasswordField):
    """A password, whatever its characters; never written back into a page."""

    data: str

    def __init__(self, label: str = "Password", *, missing: str = "Enter your password", **rest: Any) -> None:
        super().__init__(label, **rest)
        self.missing = missing

    def _value(self) -> str:
        return ""

    def pre_validate(self, form: Form) -> None:
        if not self.data:
            raise StopValidation(self.missing)
        if len(self.data) > LONGEST or "\0" in self.data:
            raise StopValidation(f"{self.label.text} must be {LONGEST} characters or fewer, typed on a keyboard")


class NewPassword(Password):
    """A password to be: hard to guess, also for who knows the person (`about()` gives their name and address)."""

    def __init__(self, label: str = "New password", **rest: Any) -> None:
        super().__init__(label, missing="Enter a new password", **rest)
        self.about: Callable[[], tuple[str, ...]] = tuple

    def pre_validate(self, form: Form) -> None:
        super().pre_validate(form)
        if words := too_weak(self.data, *self.about()):
            raise StopValidation(words)
