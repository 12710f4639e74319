"""The diagnostic, one question a page; every Continue is kept on the server."""

from collections.abc import Callable
from functools import wraps

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, SelectMultipleField

from booking import clock
from booking.db import transaction
from booking.domain.access import Purpose
from booking.domain.diagnostic.context import GroupSize, Subject, Trigger
from booking.domain.diagnostic.instrument import QUICK, Instrument, Question
from booking.domain.errors import Refused
from booking.domain.text import whole_number
from booking.queries import responses as queries
from booking.queries.responses import Progress
from booking.services import links, responses
from booking.web import limits
from booking.web.business import pages
from booking.web.contacts import Email
from booking.web.fields import Choice, Form, Line
from booking.web.screening import Stamp, seconds_since, stamp
from booking.web.visitor import network, remember, visitor

NOT_SURE = "none"
Page = Callable[..., ResponseReturnValue]


class SubjectForm(Form):
    subject = Choice(
        "Who are you answering about?",
        missing="Select who you are answering about",
        choices={each.value: each.label for each in Subject},
    )


class AnswerForm(Form):
    answer = Choice("", missing="")
    revision = HiddenField(default="0")
    shown = Stamp()

    def ask(self, question: Question, instrument: Instrument) -> None:
        """Makes this the form of one question."""
        self.answer.label.text = question.stem
        self.answer.missing = f"Select how this is going: {question.stem[0].lower()}{question.stem[1:]}"
        scale = {str(option.code): option.label for option in instrument.options}
        self.answer.choices = {**scale, NOT_SURE: instrument.not_sure}

    def show(self, progress: Progress, question: Question) -> None:
        """What was answered before, and how often."""
        self.answer.data = chosen(progress, question)
        self.revision.data = str(progress.revisions.get(question.id, 0))

    @property
    def code(self) -> int | None:
        return None if self.answer.data == NOT_SURE else int(self.answer.data or 0)


class PicksForm(Form):
    picks = SelectMultipleField("Which matter most this year?", validate_choice=False)


class GroupForm(Form):
    group = Choice(
        "How many people would take part?",
        missing="Select how many people would take part",
        choices={each.value: each.label for each in GroupSize},
    )


class WhyForm(Form):
    triggers = SelectMultipleField(
        "What made you look for training now?",
        choices={each.value: each.label for each in Trigger},
        validate_choice=False,
    )
    other = Line("If something else, what?", limit=200)

    def chosen(self) -> list[Trigger]:
        return [each for each in Trigger if each in (self.triggers.data or ())]


class LaterForm(Form):
    email = Email("Your email", missing="Enter your email")


def begun(view: Page) -> Page:
    """Hands the view this browser's answers; without any, the way leads to the first page."""

    @wraps(view)
    def guarded(**rest: object) -> ResponseReturnValue:
        progress = queries.progress(visitor())
        if progress is None:
            return redirect(url_for("business.find"), 303)
        return view(progress, **rest)

    return guarded


@pages.route("/find", methods=["GET", "POST"])
def find() -> ResponseReturnValue:
    is_quick = request.args.get("quick") == "1"
    form = SubjectForm()
    if form.sent():
        remember()
        with transaction():
            responses.begin(
                visitor=visitor(), subject=Subject(form.subject.data or ""), is_quick=is_quick, now=clock.now()
            )
        return redirect(url_for(".question", number=1), 303)
    progress = queries.progress(visitor())
    return render_template(
        "business/find.html", form=form, is_quick=is_quick, quick=QUICK, progress=progress
    ), form.status


@pages.route("/find/<int:number>", methods=["GET", "POST"])
@begun
def question(progress: Progress, number: int) -> ResponseReturnValue:
    if not 1 <= number <= len(progress.questions):
        abort(404)
    asked = progress.questions[number - 1]
    form = AnswerForm()
    form.ask(asked, progress.instrument)
    if form.sent():
        try:
            return redirect(store(progress, asked, form), 303)
        except Refused as refusal:
            form.refuse(refusal)
            form.show(progress, asked)
    elif request.method == "GET":
        form.show(progress, asked)
    form.shown.data = stamp()
    return render_template("business/question.html", form=form, asked=asked, progress=progress), form.status


def chosen(progress: Progress, asked: Question) -> str | None:
    """The radio that was pressed before, None if none was."""
    if asked.id not in progress.answers:
        return None
    code = progress.answers[asked.id]
    return NOT_SURE if code is None else str(code)


def store(progress: Progress, asked: Question, form: AnswerForm) -> str:
    """Keeps one answer; the address of the next page: back to the check, where the Change was pressed, or on."""
    with transaction():
        response = responses.answer(
            visitor(),
            asked.id,
            code=form.code,
            revision=whole_number(form.revision.data, digits=9) or 0,
            seconds=seconds_since(form.shown.data),
            now=clock.now(),
        )
        following = queries.progress_of(response).next_number(asked)
    if request.args.get("back") == "check":
        return url_for(".answers")
    return url_for(".question", number=following) if following else url_for(".matter")


@pages.route("/find/matter", methods=["GET", "POST"])
@begun
def matter(progress: Progress) -> ResponseReturnValue:
    if not progress.is_enough:
        return redirect(url_for(".question", number=progress.first_open), 303)
    if not progress.pickable:
        return redirect(url_for(".group"), 303)
    form = PicksForm(picks=progress.picks)
    form.picks.choices = {each.id: each.stem for each in progress.pickable}
    if form.sent():
        try:
            with transaction():
                responses.set_picks(visitor(), form.picks.data or (), now=clock.now())
            return redirect(url_for(".group"), 303)
        except Refused as refusal:
            form.refuse(refusal)
    return render_template("business/matter.html", form=form, progress=progress), form.status


@pages.route("/find/group", methods=["GET", "POST"])
@begun
def group(progress: Progress) -> ResponseReturnValue:
    form = GroupForm(group=progress.group)
    if form.sent():
        with transaction():
            responses.set_group(visitor(), GroupSize(form.group.data or ""), now=clock.now())
        return redirect(url_for(".why"), 303)
    return render_template("business/group.html", form=form, progress=progress), form.status


@pages.route("/find/why", methods=["GET", "POST"])
@begun
def why(progress: Progress) -> ResponseReturnValue:
    form = WhyForm(triggers=progress.triggers, other=progress.trigger_other)
    if form.sent():
        try:
            with transaction():
                responses.set_triggers(visitor(), form.chosen(), other=form.other.data, now=clock.now())
                token = links.token(responses.finish(visitor(), now=clock.now()))
            return redirect(url_for(".result", token=token), 303)
        except Refused as refusal:
            form.refuse(refusal)
    return render_template("business/why.html", form=form, progress=progress), form.status


@pages.route("/find/check", methods=["GET", "POST"])
@begun
def answers(progress: Progress) -> ResponseReturnValue:
    form = Form()
    if form.sent():
        if progress.group is None:
            return redirect(url_for(".matter"), 303)
        try:
            with transaction():
                token = links.token(responses.finish(visitor(), now=clock.now()))
            return redirect(url_for(".result", token=token), 303)
        except Refused as refusal:
            form.refuse(refusal)
    return render_template("business/answers.html", form=form, progress=progress), form.status


@pages.route("/find/later", methods=["GET", "POST"])
@begun
def later(progress: Progress) -> ResponseReturnValue:
    form = LaterForm()
    if form.sent():
        try:
            limits.spend("save for later", limit="5 per hour", of=network())
            limits.mail_to(form.email.data)
            with transaction():
                responses.save_for_later(visitor(), form.email.data, now=clock.now())
            flash(f"Saved. We have sent a link to {form.email.data}: it works for 30 days, on any machine")
            return redirect(url_for(".find"), 303)
        except limits.TooMany as refusal:
            form.refuse(refusal)
    return render_template("business/later.html", form=form, progress=progress, quick=QUICK), form.status


@pages.route("/find/resume/<token>", methods=["GET", "POST"])
def resume(token: str) -> ResponseReturnValue:
    try:
        link = links.open_link(token, Purpose.RESUME, now=clock.now())
    except links.Expired:
        abort(410)
    form = Form()
    if form.sent():
        remember()
        with transaction():
            progress = queries.progress_of(responses.resume(link.response_id or 0, visitor=visitor(), now=clock.now()))
        return redirect(url_for(".question", number=progress.first_open), 303)
    return render_template("business/resume.html", form=form), form.status
