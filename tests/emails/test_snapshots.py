"""What every mail says, to the letter. After a change that is meant, run `python -m tests.emails.samples`."""

from inspect import getmembers, isfunction

import pytest

from booking.emails import business, staff, trainer
from booking.emails.message import Message
from tests.emails.samples import SNAPSHOTS, parts

STORED = sorted(str(file.relative_to(SNAPSHOTS)) for file in SNAPSHOTS.rglob("*.*"))


@pytest.mark.parametrize("file", STORED)
def test_a_mail_says_what_its_snapshot_says(file: str, mails: dict[str, Message]) -> None:
    name, _, ending = file.rpartition(".")
    assert parts(mails[name])[ending] == (SNAPSHOTS / file).read_bytes().decode()


def test_every_part_of_every_sample_has_a_snapshot(mails: dict[str, Message]) -> None:
    assert sorted(f"{name}.{ending}" for name, message in mails.items() for ending in parts(message)) == STORED


def test_every_mail_there_is_has_a_sample(mails: dict[str, Message]) -> None:
    written = {
        f"{module.__name__.rpartition('.')[2]}/{name}"
        for module in (business, staff, trainer)
        for name, function in getmembers(module, isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    assert {name.partition("-")[0] for name in mails} == written


def test_a_mail_is_named_after_its_function(mails: dict[str, Message]) -> None:
    assert {name: f"{message.audience}/{message.kind}" for name, message in mails.items()} == {
        name: name.partition("-")[0] for name in mails
    }
