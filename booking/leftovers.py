"""What erasing leaves outside the tables: emails that lie in a folder, the database's log (edge)."""

from booking.db import db, forget_log
from booking.queries import outbox
from booking.services.privacy import LEFTOVERS
from config import settings


def sweep() -> None:
    """After a commit: nothing of what was erased stays on this disk. Left undone, the next night does it."""
    if not db.session.info.pop(LEFTOVERS, False):
        return
    folder = settings().mail.folder
    if folder.is_dir():
        blank = outbox.without_text()
        for file in folder.glob("*.eml"):  # post_office.carriers puts the row's number in front
            if file.name.partition("-")[0].lstrip("0") in blank:
                file.unlink(missing_ok=True)
    db.session.rollback()  # whoever reads stands in the log's way, and that is us
    if not forget_log():
        db.session.info[LEFTOVERS] = True
