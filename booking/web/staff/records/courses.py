"""Courses: the list for everybody; written, changed and retired by admins."""

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Self

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, SelectField
from wtforms.fields.choices import SelectChoice

from booking import clock
from booking.db import transaction
from booking.domain.courses import HALF_DAYS, CourseNeed
from booking.domain.diagnostic.instrument import Scale
from booking.domain.errors import Refused
from booking.domain.money import parse_pounds, pounds
from booking.queries import catalogue
from booking.queries.desk import courses as queries
from booking.services import forms
from booking.services.records import courses
from booking.services.records.courses import Told
from booking.web.fields import Carried, KeyedForm, Line, Number, Paragraph, rule
from booking.web.staff import pages
from booking.web.staff.access import actor, admin_only
from booking.web.staff.presses import found, seen

NEEDS: dict[str, str] = {
    CourseNeed.MANAGING: "Managing the work",
    CourseNeed.LEADING: "Leading people",
    CourseNeed.BOTH: "Both",
}
FIRST = {"": "Either, or not for both", Scale.MANAGING: "Managing the work", Scale.LEADING: "Leading people"}
LENGTHS = {str(count): words[0].upper() + words[1:] for count, words in HALF_DAYS.items()}
PRESSES: dict[str, tuple[Callable[..., None], str]] = {  # what can be pressed, and what has happened then
    "retire": (courses.retire, "{} is off sale. Visits that are booked take place"),
    "restore": (courses.restore, "{} is on sale again"),
}


def choices(of: Mapping[str, str]) -> list[SelectChoice]:
    return [SelectChoice(str(value), words) for value, words in of.items()]


class CourseForm(KeyedForm):
    """`seen` is the version of the course that was on the screen."""

    seen = Carried()
    title = Line("Title", limit=80, missing="Enter the title")
    summary = Paragraph("Summary", limit=250, missing="Enter a summary")
    price = Line(
        "Price per visit in pounds, without VAT",
        limit=20,
        missing="Enter the price in pounds, like 1,150",
        validators=[rule(parse_pounds)],
    )
    half_days = SelectField("Length", choices=choices(LENGTHS), validate_choice=False)
    group_min = Number("Smallest group", least=1, most=60)
    group_max = Number("Largest group", least=1, most=60)
    need = SelectField("About", choices=choices(NEEDS), validate_choice=False)
    starts_with = SelectField("Of a course for both: starts with", choices=choices(FIRST), validate_choice=False)
    is_first_time = BooleanField("Written for new managers")
    for_whom = Paragraph("Who it is for", limit=1000, missing="Enter who it is for")
    outcomes = Paragraph("What people can do afterwards", limit=4000, missing="Enter what people can do afterwards")
    outline = Paragraph("How the time is spent", limit=6000, missing="Enter how the time is spent")
    site_needs = Paragraph("What we need on site", limit=4000, missing="Enter what we need on site")
    kit = Paragraph("What we bring", limit=4000, missing="Enter what we bring")

    @classmethod
    def opened(cls, course: Any) -> Self:
        """As it was sent, or filled in with how the course stands; None is a new one."""
        if course is None:
            return cls(data={"half_days": "2", "group_min": "4", "group_max": "12"})
        texts = {name: getattr(course, name) for name in Told.__dataclass_fields__ if name != "price_pence"}
        numbers = {name: str(texts[name]) for name in ("half_days", "group_min", "group_max")}
        typed = {"starts_with": course.starts_with or "", "price": pounds(course.price_pence).removeprefix("£")}
        return cls(data={**texts, **numbers, **typed})

    def told(self) -> Told:
        """What staff have told us; a choice that is none of ours is the first one."""
        return Told(
            **{name: _blocks(self[name].data) for name in ("outcomes", "outline", "site_needs", "kit", "for_whom")},
            title=self.title.data,
            summary=" ".join(self.summary.data.split()),
            need=_chosen(self.need.data, NEEDS),
            starts_with=_chosen(self.starts_with.data, FIRST) or None,
            is_first_time=bool(self.is_first_time.data),
            half_days=int(_chosen(self.half_days.data, LENGTHS)),
            group_min=self.group_min.number,
            group_max=self.group_max.number,
            price_pence=parse_pounds(self.price.data, field="price"),
        )


def _blocks(text: str) -> str:
    """Lines without stray spaces; blocks with one empty line between."""
    lines = "\n".join(line.strip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines)


def _chosen(typed: str | None, of: Mapping[str, str]) -> str:
    return str(typed) if typed in of else str(next(iter(of)))


@pages.get("/courses")
def courses_list() -> str:
    return render_template("staff/courses_list.html", rows=queries.everything(), needs=NEEDS)


@pages.route("/courses/new", methods=["GET", "POST"])
@admin_only
def course_add() -> ResponseReturnValue:
    form = CourseForm.opened(None)
    if form.sent():
        try:
            with transaction():
                first = forms.first_time(form.key.data, form.fields(), now=clock.now())
                new = courses.add(form.told(), actor=actor(), now=clock.now())
                first.answer = url_for(".course_edit", slug=new.slug)
        except forms.Repeated as repeated:
            return redirect(repeated.answer, HTTPStatus.SEE_OTHER)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash("It is on sale. Dates show once a trainer teaches it: say so on their page")
            return redirect(first.answer, HTTPStatus.SEE_OTHER)
    return render_template("staff/course_add.html", form=form), form.status


@pages.route("/courses/<slug>", methods=["GET", "POST"])
@admin_only
def course_edit(slug: str) -> ResponseReturnValue:
    form = CourseForm.opened(found(catalogue.by_slug(slug)))
    if form.sent():
        try:
            with transaction():
                course = found(catalogue.by_slug(slug))
                courses.change(course, form.told(), seen=form.seen.number, actor=actor(), now=clock.now())
            return redirect(url_for(".course_edit", slug=slug), HTTPStatus.SEE_OTHER)
        except Refused as refusal:
            form.refuse(refusal)
    course = found(catalogue.by_slug(slug))
    page = render_template("staff/course_edit.html", form=form, course=course, story=queries.story(course.id))
    return page, form.status


@pages.post(f"/courses/<slug>/<any({','.join(PRESSES)}):press>")
@admin_only
def course_press(slug: str, press: str) -> ResponseReturnValue:
    act, words = PRESSES[press]
    course = found(catalogue.by_slug(slug))
    title = course.title
    try:
        with transaction():
            act(course, seen=seen(), actor=actor(), now=clock.now())
    except Refused as refusal:
        flash(str(refusal), "stop")
    else:
        flash(words.format(title))
    return redirect(url_for(".course_edit", slug=slug), HTTPStatus.SEE_OTHER)
