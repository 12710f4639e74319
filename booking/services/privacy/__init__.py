"""Personal data: found, handed out, erased on request, and gone when its time is up."""

from booking.services.privacy.erasing import LEFTOVERS, StillNeeded, erase
from booking.services.privacy.exporting import Export, export
from booking.services.privacy.people import heights
from booking.services.privacy.purging import due, nightly, purge

__all__ = ["LEFTOVERS", "Export", "StillNeeded", "due", "erase", "export", "heights", "nightly", "purge"]
