"""How a person says a day, a time, a drive and a place in a row."""

from datetime import date, time


def day_words(day: date) -> str:
    """Wednesday 24 March 2027."""
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def near_day(day: date) -> str:
    """Wednesday 24 March: when the year goes without saying."""
    return f"{day:%A} {day.day} {day:%B}"


def date_words(day: date) -> str:
    """24 March."""
    return f"{day.day} {day:%B}"


def range_words(first: date, last: date) -> str:
    """ "22 to 26 March", "29 March to 2 April"; one day is "22 March"."""
    if first == last:
        return date_words(first)
    in_one_month = (first.year, first.month) == (last.year, last.month)
    return f"{first.day if in_one_month else date_words(first)} to {date_words(last)}"


def clock_words(at: time) -> str:
    """9:30am, 5pm, 12pm."""
    hour, half = at.hour % 12 or 12, "am" if at.hour < 12 else "pm"
    return f"{hour}:{at.minute:02}{half}" if at.minute else f"{hour}{half}"


def span_words(starts: time, ends: time) -> str:
    """9:30am to 12:30pm."""
    return f"{clock_words(starts)} to {clock_words(ends)}"


def drive_words(minutes: int) -> str:
    """A drive, which is an estimate, rounded up to 5 minutes: "45 minutes", "2 hours", "2 hours 40"."""
    hours, rest = divmod(-(-minutes // 5) * 5, 60)
    if not hours:
        return f"{rest} minutes"
    return f"{hours} hour{'s' if hours > 1 else ''}{f' {rest}' if rest else ''}"


def wait_words(seconds: int) -> str:
    """How long to wait, rounded up: "1 minute", "25 minutes", "3 hours"."""
    minutes = -(-seconds // 60)
    count, unit = (minutes, "minute") if minutes < 60 else (-(-minutes // 60), "hour")
    return f"{count} {unit}{'s' if count > 1 else ''}"


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
