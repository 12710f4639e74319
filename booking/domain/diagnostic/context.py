"""What is asked around the twelve questions. It sets words and courses; it never touches the score."""

from enum import StrEnum

MOST_TRIGGERS = 2


class Subject(StrEnum):
    """C1, asked first: "Who are you answering about?" Nobody's name is asked."""

    ME = "me"
    MANAGER = "manager"
    MANAGERS = "managers"
    TEAM = "team"

    @property
    def label(self) -> str:
        return _SUBJECTS[self][0]

    @property
    def where(self) -> str:
        """How the line above each question begins: "In your team"."""
        return _SUBJECTS[self][1]

    @property
    def is_self(self) -> bool:
        """Whether the person answers about their own work: kept, since people see themselves kindly."""
        return self is Subject.ME


_SUBJECTS = {
    Subject.ME: ("Me", "In your team"),
    Subject.MANAGER: ("A manager here", "In their team"),
    Subject.MANAGERS: ("Several managers here", "In their teams"),
    Subject.TEAM: ("The whole team", "In our team"),
}


class GroupSize(StrEnum):
    """C2, "How many people would take part?": bands that decide between a visit for one and a course for many."""

    ONE = "1"
    FEW = "2-4"
    GROUP = "5-8"
    LARGE = "9-12"
    CROWD = "13+"

    @property
    def label(self) -> str:
        return _GROUPS[self][0]

    @property
    def least(self) -> int:
        return _GROUPS[self][1]

    @property
    def most(self) -> int | None:
        """None: no upper end."""
        return _GROUPS[self][2]


_GROUPS: dict[GroupSize, tuple[str, int, int | None]] = {
    GroupSize.ONE: ("1 person", 1, 1),
    GroupSize.FEW: ("2 to 4 people", 2, 4),
    GroupSize.GROUP: ("5 to 8 people", 5, 8),
    GroupSize.LARGE: ("9 to 12 people", 9, 12),
    GroupSize.CROWD: ("13 people or more", 13, None),
}


class Trigger(StrEnum):
    """C3, "What made you look for training now?": up to `MOST_TRIGGERS`."""

    NEW_MANAGER = "new_manager"
    WORK = "work"
    MONEY = "money"
    LEAVING = "leaving"
    GROWING = "growing"
    TECHNOLOGY = "technology"
    AHEAD = "ahead"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _TRIGGERS[self]


_TRIGGERS = {
    Trigger.NEW_MANAGER: "A new or newly promoted manager",
    Trigger.WORK: "Late or wrong work",
    Trigger.MONEY: "Money is tight",
    Trigger.LEAVING: "People are leaving or fed up",
    Trigger.GROWING: "We are growing",
    Trigger.TECHNOLOGY: "New technology or ways of working",
    Trigger.AHEAD: "Planning ahead",
    Trigger.OTHER: "Something else",
}
