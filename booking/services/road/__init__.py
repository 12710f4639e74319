"""What trainers do for themselves: days off, the calendar they use, "Got it" for a week."""
