"""The outbox: every mail is a row, written with what caused it, before anybody tries to send it."""

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Result, bindparam, case, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from booking.db import db
from booking.domain.access import Actor
from booking.domain.errors import Overtaken
from booking.domain.lifecycle import VisitState
from booking.domain.post import Audience, MailState
from booking.emails.message import Message
from booking.models import Act, Enquiry, Mail, Trainer, Visit, table
from booking.models.snapshots import Columns, columns, restored
from booking.services import history
from config import settings

WRITTEN = "mail_was_written"  # in the session's `info`: the edge looks for it after a commit, and wakes the worker
STANDING: Mapping[MailState, str] = {
    MailState.WAITING: "This email is waiting to be sent",
    MailState.SENDING: "This email is being sent this minute",
    MailState.SENT: "This email has been sent",
    MailState.FAILED: "This email could not be delivered",
    MailState.WITHDRAWN: "This email has been withdrawn",
}


_STANDING = frozenset({"id", "state", "due_at", "attempts", "error", "act_id"})
_UNSENT = {MailState.WAITING, MailState.FAILED}
_WAITS = Mail.state.in_(_UNSENT)
_MAILS = table(Mail)
# The unique key decides, with no savepoint: nothing is returned for a mail that is there already.
_PUT: Mapping[str, ReturningInsert[int]] = {
    name: insert(_MAILS).on_conflict_do_nothing(index_elements=[_MAILS.c.key]).returning(_MAILS.c.id)
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
_REPLACE = (
    update(_MAILS)
    .where(_MAILS.c.state.in_(_UNSENT), _MAILS.c.series == bindparam("of"), _MAILS.c.id < bindparam("newer"))
    .values(state=MailState.WITHDRAWN, error="Replaced by a newer one")
)


def stored_key(key: str, *, version: int) -> str:
    """visit:12:confirmed:v3:business for version 3 of visit:12:confirmed:business."""
    series, _, audience = key.rpartition(":")
    return f"{series}:v{version}:{audience}"


def unwritten(keys: Collection[str], *, version: int = 1) -> list[str]:
    """Those of these keys that no mail has in this version, in their order: what is due and not done."""
    wanted = {stored_key(key, version=version): key for key in keys}
    found = set(db.session.scalars(select(Mail.key).where(Mail.key.in_(wanted))))
    return [key for stored, key in wanted.items() if stored not in found]


def put(
    message: Message,
    *,
    key: str,
    version: int = 1,
    now: datetime,
    visit: Visit | None = None,
    enquiry: Enquiry | None = None,
    trainer: Trainer | None = None,
    act: Act | None = None,
    delay: bool = False,
    true_while: Iterable[VisitState] = (),
    until: datetime | None = None,
) -> int:
    """The number of the stored mail, due now; the same key and version again is the mail that is there already.

    A newer version withdraws the older ones that have not left. `delay` is for what staff cause: it waits so long that
    it can be undone. A mail is withdrawn when its turn comes while its visit is in no state of `true_while`, or after
    `until`.
    """
    row = {
        **_row(message, now=now),
        "key": stored_key(key, version=version),
        "series": key,
        "due_at": now + timedelta(seconds=settings().mail_delay_seconds if delay else 0),
        "until_at": until,
        "true_while": ",".join(true_while),
        "visit_id": visit.id if visit else None,
        "enquiry_id": enquiry.id if enquiry else visit.enquiry_id if visit else None,
        "trainer_id": trainer.id if trainer else None,
        "act_id": act.id if act else None,
    }
    mail_id = db.session.scalars(_PUT[db.engine.dialect.name], row).one_or_none()
    if mail_id is None:
        return db.session.scalars(select(Mail.id).filter_by(key=row["key"])).one()
    if version > 1:  # before a first version there is none
        db.session.execute(_REPLACE, {"of": key, "newer": mail_id})
    db.session.info[WRITTEN] = True
    return mail_id


def new_message_id() -> str:
    """An id on our own domain. It never changes, so that a mail that arrives twice can be recognised."""
    return f"<{secrets.token_hex(16)}@{settings().mail.sender.rpartition('@')[2]}>"


def withdraw(*, act: Act | None = None, visit: Visit | None = None, kind: str = "", mail_id: int = 0) -> int:
    """Takes back the mails of an act, about a visit, all or one kind, or one alone, if they have not left; how many.

    Raises Overtaken when one of the act's mails has left: then the act cannot be undone.
    """
    if act is not None:
        gone = select(Mail.id).where(Mail.act_id == act.id, Mail.state.in_((MailState.SENDING, MailState.SENT)))
        if db.session.scalars(gone).first() is not None:
            raise Overtaken("The email about this has gone out, so it cannot be undone")
        return _end(Mail.act_id == act.id, why="Undone")
    of_kind = [Mail.kind == kind] if kind else []
    return _end(Mail.visit_id == visit.id if visit else Mail.id == mail_id, *of_kind, why="Taken back")


def waiting(visit: Visit) -> list[int]:
    """Numbers of the mails about it that would still go out, or that somebody has to mend."""
    return list(db.session.scalars(select(Mail.id).where(Mail.visit_id == visit.id, _WAITS).order_by(Mail.id)))


def wait_again(mail_ids: Collection[int]) -> None:
    """Those of these mails that have been withdrawn wait once more, with all their tries: what did it was undone."""
    withdrawn = Mail.id.in_(mail_ids), Mail.state == MailState.WITHDRAWN
    db.session.execute(update(Mail).where(*withdrawn).values(state=MailState.WAITING, attempts=0, error=""))
    db.session.info[WRITTEN] = True


def send_now(mail: Mail, *, actor: Actor, now: datetime) -> None:
    """Ends the wait of a mail that waits. Raises Overtaken in every other state."""
    _change(mail, {MailState.WAITING}, due_at=now)
    _note("sent at once", mail, f"The email “{mail.subject}” goes out at once", actor=actor, now=now)


def stop(mail: Mail, *, actor: Actor, now: datetime) -> None:
    """Withdraws a mail that waits or has failed. Raises Overtaken in every other state."""
    _change(mail, _UNSENT, state=MailState.WITHDRAWN, error=f"Stopped by {actor.name}")
    _note("stopped", mail, f"The email “{mail.subject}” to {mail.to_address} was stopped", actor=actor, now=now)


def resend(mail: Mail, *, actor: Actor, address: str | None = None, now: datetime) -> None:
    """Sends the same row again with all its tries, perhaps to a corrected address. Raises Overtaken while it cannot be.

    What has not arrived keeps its Message-ID. What was sent gets a new one, or a mailbox would hide it as seen already.
    """
    if not mail.text:
        raise Overtaken("The text of this email is no longer kept, so it cannot be sent again")
    is_copy = mail.state is MailState.SENT
    _change(
        mail,
        {MailState.WAITING, MailState.FAILED, MailState.SENT},
        state=MailState.WAITING,
        **_readdressed(mail.to_address, address or mail.to_address),
        message_id=new_message_id() if is_copy else mail.message_id,
        due_at=now,
        attempts=0,
        error="",
    )
    db.session.info[WRITTEN] = True
    _note("sent again", mail, f"The email “{mail.subject}” was sent again to {mail.to_address}", actor=actor, now=now)


def readdress(enquiry: Enquiry, old: str, new: str, *, act: Act | None = None, now: datetime) -> None:
    """What waits for a firm's old address, and what failed at it, goes to the new one, with all its tries."""
    soon = now + timedelta(seconds=settings().mail_delay_seconds)
    due_at = case((Mail.state == MailState.FAILED, soon), else_=Mail.due_at)
    again = {"state": MailState.WAITING, "attempts": 0, "error": "", "due_at": due_at, "act_id": act and act.id}
    db.session.execute(update(Mail).where(*_unsent_to(enquiry, old)).values(_readdressed(old, new) | again))
    db.session.info[WRITTEN] = True


def standing(enquiry: Enquiry, address: str) -> list[Columns]:
    """How what `readdress` would change stands, for `put_back`."""
    rows = db.session.scalars(select(Mail).where(*_unsent_to(enquiry, address)).order_by(Mail.id))
    return [{name: value for name, value in columns(mail).items() if name in _STANDING} for mail in rows]


def put_back(stood: Sequence[Columns], old: str, new: str) -> None:
    """These mails, of an act that is undone, stand again as they did, for the old address."""
    for stored in stood:
        values = restored(Mail, stored) | _readdressed(new, old)
        db.session.execute(update(Mail).where(Mail.id == values.pop("id")).values(values))


def _unsent_to(enquiry: Enquiry, address: str) -> tuple[ColumnElement[bool], ...]:
    return _WAITS, Mail.enquiry_id == enquiry.id, Mail.audience == Audience.BUSINESS, Mail.to_address == address


def _readdressed(old: str, new: str) -> dict[str, object]:
    """Another address on the envelope, and wherever the mail and its invitation name the old one."""
    parts = {"text": Mail.text, "html": Mail.html, "calendar": Mail.calendar}
    return {"to_address": new, **{name: func.replace(part, old, new) for name, part in parts.items()}}


def _row(message: Message, *, now: datetime) -> dict[str, object]:
    return {
        "kind": message.kind,
        "audience": message.audience,
        "to_name": message.to_name,
        "to_address": message.to_address,
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
        "calendar": message.calendar,
        "calendar_method": message.method,
        "message_id": new_message_id(),
        "state": MailState.WAITING,
        "created_at": now,
    }


def _change(mail: Mail, allowed: set[MailState], **values: object) -> None:
    """Changes the row if it is still in one of these states, whatever was loaded. Raises Overtaken."""
    changed = db.session.execute(update(Mail).where(Mail.id == mail.id, Mail.state.in_(allowed)).values(**values))
    db.session.refresh(mail)
    if _count(changed) != 1:
        raise Overtaken(f"{STANDING[mail.state]}, so this was not done")


def _note(act: str, mail: Mail, words: str, *, actor: Actor, now: datetime) -> None:
    visit = db.session.get(Visit, mail.visit_id) if mail.visit_id else None
    enquiry = db.session.get(Enquiry, mail.enquiry_id) if mail.enquiry_id else None
    trainer = db.session.get(Trainer, mail.trainer_id) if mail.trainer_id else None
    history.add(act, actor=actor, now=now, words=words[:400], visit=visit, enquiry=enquiry, trainer=trainer)


def _count(result: Result[Any]) -> int:
    assert isinstance(result, CursorResult)
    return result.rowcount


def _end(*which: ColumnElement[bool], why: str) -> int:
    """Withdraws those of these mails that wait, or have failed."""
    return _count(db.session.execute(update(Mail).where(_WAITS, *which).values(state=MailState.WITHDRAWN, error=why)))
