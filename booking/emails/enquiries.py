"""What mails say of an enquiry: what it is about, where, on which dates."""

from collections.abc import Mapping

from booking.domain.lifecycle import EnquiryReason
from booking.domain.words import range_words
from booking.models import Enquiry

ABOUT: Mapping[EnquiryReason, str] = {
    EnquiryReason.COURSE: "A course at our site",
    EnquiryReason.CALL: "A call",
    EnquiryReason.DATE: "A date that is not shown",
    EnquiryReason.OUTSIDE: "A place outside the four counties",
    EnquiryReason.COMPLAINT: "A complaint",
    EnquiryReason.OTHER: "Something else",
}


def place(enquiry: Enquiry) -> str:
    """ "EX1 1AA, Devon"."""
    return ", ".join(word for word in (enquiry.place, enquiry.county.label if enquiry.county else "") if word)


def dates(enquiry: Enquiry) -> str:
    """ "22 to 26 March, or 29 March to 2 April"."""
    return ", or ".join(range_words(window.first_on, window.last_on) for window in enquiry.windows)
