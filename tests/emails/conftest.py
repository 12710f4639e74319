"""An application for writing mails: no database is opened, and every mail is written once for all tests."""

from collections.abc import Iterator

import pytest

from booking import create_app
from booking.emails.message import Message
from tests.emails import rows, samples


@pytest.fixture(scope="package", autouse=True)
def context() -> Iterator[None]:
    with create_app(rows.SETTINGS).app_context():
        yield


@pytest.fixture(scope="package")
def mails(context: None) -> dict[str, Message]:
    """A sample of every mail by "audience/name"."""
    return samples.everything()
