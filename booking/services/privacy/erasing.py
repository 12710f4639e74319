"""Erasing one person: anonymised in place, so that money, dates and counts stay right. It cannot be undone."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Delete, Update, delete, or_, select, update

from booking.db import db
from booking.domain.access import Actor
from booking.domain.days import london_time
from booking.domain.errors import Refused
from booking.domain.lifecycle import OPEN_ENQUIRIES, EnquiryState, LostReason, VisitState
from booking.domain.post import UNSENT, MailState
from booking.models import Base, Enquiry, Firm, Mail, Trainer, TrainerBar, Visit, VisitSlot
from booking.models.history import ERASING
from booking.models.personal import GONE, PERSONAL
from booking.services import firms, history
from booking.services.privacy import people
from booking.services.privacy.people import Rows

LEFTOVERS = "something_was_erased"  # in the session's `info`: the edge looks for it after a commit
NOBODY = "We keep nothing about that address"
AHEAD = (VisitState.REQUESTED, VisitState.OFFERED, VisitState.CONFIRMED)


class StillNeeded(Refused):
    """Something has to be ended first: `references` of visits ahead, or emails that have not gone out."""

    def __init__(self, message: str, *, references: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.references = references


def erase(email: str, *, actor: Actor, now: datetime) -> Mapping[str, int]:
    """Erases everything that names the person with this address; how many rows of each table.

    Raises Refused for somebody we do not know, StillNeeded while a visit is ahead or an email is on its way.
    """
    rows = people.of_email(email)
    if not any(rows.values()):
        raise Refused(NOBODY, field="email")
    others = people.naming(rows, email)
    _check(rows, others, now=now)
    latest = max(rows.get(Enquiry, ()), default=0)
    for model, ids in others.items():
        rows.setdefault(model, set()).update(ids)
    anonymise(rows)
    found = {model.__tablename__: len(ids) for model, ids in rows.items() if ids}
    history.add(
        "erased",
        actor=actor,
        now=now,
        words="Erased one person, who is named nowhere any more",
        enquiry=db.session.get(Enquiry, latest),
        after=found,
    )
    return found


def anonymise(rows: Rows) -> None:
    """Puts what `PERSONAL` says in place of what these rows held, and deletes those that go as a whole.

    An enquiry that is still open is closed with it, by a machine too: there is nobody left to answer.
    """
    enquiries, mails = rows.get(Enquiry, set()), rows.get(Mail, set())
    still_open = Enquiry.id.in_(enquiries), Enquiry.state.in_(OPEN_ENQUIRIES)
    closed = {"state": EnquiryState.LOST, "lost_reason": LostReason.OTHER, "next_on": None}
    run(update(Enquiry).where(*still_open).values(closed))
    end_mails(mails)
    barred = TrainerBar.firm_id.in_(rows.get(Firm, ())), TrainerBar.trainer_id.in_(rows.get(Trainer, ()))
    run(delete(TrainerBar).where(or_(*barred)))
    for model, ids in rows.items():
        if not ids:
            continue
        if model in GONE:
            run(delete(model).where(model.__table__.c.id.in_(ids)))
        elif model in PERSONAL:
            blank(model, ids, *PERSONAL[model])
    firms.renew_words(people.firms_of(rows))
    db.session.info[LEFTOVERS] = True


def blank(model: type[Base], ids: Collection[int], *names: str) -> None:
    """These columns of these rows, as `PERSONAL` has them. Whoever had the row open is told that it has changed."""
    columns = model.__table__.c
    values = {name: PERSONAL[model][name] for name in names}
    if "version" in columns:
        values["version"] = columns.version + 1
    run(update(model).where(columns.id.in_(ids)).values(values))


def end_mails(mails: Collection[int]) -> None:
    """None of these goes out any more, nor asks to be mended."""
    unsent = Mail.state.in_((*UNSENT, MailState.FAILED))
    run(update(Mail).where(Mail.id.in_(mails), unsent).values(state=MailState.WITHDRAWN))


def _check(rows: Rows, others: Rows, *, now: datetime) -> None:
    trainers = rows.get(Trainer, set())
    if db.session.scalars(select(Trainer.id).where(Trainer.id.in_(trainers), Trainer.is_active)).first():
        raise StillNeeded("They train for us. Take them off the trainers first")
    theirs = Visit.id.in_(rows.get(Visit, ())) | Visit.id.in_(
        select(VisitSlot.visit_id).where(VisitSlot.trainer_id.in_(trainers))
    )
    today = london_time(now).date()
    ahead = theirs, Visit.state.in_(AHEAD), (Visit.first_day >= today) | (Visit.proposed_day >= today)
    references = db.session.scalars(select(Visit.reference).where(*ahead).order_by(Visit.first_day, Visit.id)).all()
    if references:
        raise StillNeeded("A visit is still ahead. Cancel it first, or wait until it is over", references=references)
    mails = rows.get(Mail, set()) | others.get(Mail, set())
    if db.session.scalars(select(Mail.id).where(Mail.id.in_(mails), Mail.state.in_(UNSENT))).first():
        raise StillNeeded("An email that names them has not gone out. Wait until it has, or stop it in the outbox")


def run(statement: Update | Delete) -> None:
    """Past the session, which forgets what it had read: the history too is written here, and nowhere else."""
    db.session.execute(statement, execution_options={"synchronize_session": False, ERASING: True})
    db.session.expire_all()
