"""How states, reasons and filters read on staff's pages."""

from collections.abc import Mapping

from booking.domain.lifecycle import EnquiryReason, EnquiryState, LostReason
from booking.queries.desk.pipeline import Due, Sort

STATES: Mapping[EnquiryState, str] = {state: state.value.capitalize() for state in EnquiryState}
REASONS: Mapping[EnquiryReason, str] = {
    EnquiryReason.COURSE: "A course",
    EnquiryReason.CALL: "A call",
    EnquiryReason.DATE: "A date not shown",
    EnquiryReason.OUTSIDE: "Outside the four counties",
    EnquiryReason.COMPLAINT: "A complaint",
    EnquiryReason.OTHER: "Something else",
}
LOST: Mapping[LostReason, str] = {
    LostReason.PRICE: "The price",
    LostReason.DATES: "No date that suits",
    LostReason.OUTSIDE: "Outside our counties",
    LostReason.NO_FIT: "Not what we teach",
    LostReason.ELSEWHERE: "They went elsewhere",
    LostReason.NOT_NOW: "Not now",
    LostReason.NO_REPLY: "They do not reply",
    LostReason.DUPLICATE: "The same as another enquiry",
    LostReason.OTHER: "Another reason",
}
DUE: Mapping[Due, str] = {
    Due.LATE: "Late",
    Due.TODAY: "Due today",
    Due.STEP: "Next step due",
}
SORTS: Mapping[Sort, str] = {Sort.DUE: "What is due first", Sort.NEWEST: "Newest first", Sort.FIRM: "Firms by name"}
