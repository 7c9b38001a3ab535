"""Requests that come to their end wrongly."""

import threading
import time
from datetime import timedelta

from .catalogue import instead, wrong


def eager(app, ahead):
    """Sends what this function says is near enough."""

    @instead(app.processing, "is_due")
    def _(right, request, now):
        return right(request, ahead(request, now))


@wrong("scheduled-date.not-before")
def sent_a_day_early(app):
    """Orders are sent up to a day before their date."""
    eager(app, lambda request, now: now + timedelta(days=1))


@wrong("scheduled-date.not-before")
def sent_on_its_day(app):
    """Orders are sent on the day of their date, whatever the time."""
    eager(app, lambda request, now: now.replace(hour=23, minute=59, second=59))


@wrong("scheduled-date.not-before")
def sent_an_hour_early(app):
    """Daylight saving: orders are sent up to an hour before their date."""
    eager(app, lambda request, now: now + timedelta(hours=1))


@wrong("scheduled-date.not-before")
def date_read_as_utc(app):
    """Dates are compared with UTC, west of Greenwich: orders are sent five hours early."""
    eager(app, lambda request, now: now - timedelta(hours=app.clock.zone))


@wrong("scheduled-date.sent-when-due", zone=2)
def date_read_as_utc_east(app):
    """Dates are compared with UTC, east of Greenwich: dated orders are sent two hours late."""
    eager(app, lambda request, now: now - timedelta(hours=app.clock.zone) if has_date(request) else now)


def has_date(request):
    return request.scheduled != request.created


@wrong("scheduled-date.sent-when-due")
def dated_orders_sleep(app):
    """An order with a date ahead is never sent."""
    eager(app, lambda request, now: request.created)


@wrong("scheduled-date.not-before")
def express_ignores_its_date(app):
    """EXPRESS is sent at once, whatever its date."""
    eager(app, lambda request, now: request.scheduled if request.priority == "EXPRESS" else now)


@wrong("scheduled-date.not-before", "law.c5")
def pairings_ignore_their_date(app):
    """Pairings are sent at once, whatever their date."""
    eager(app, lambda request, now: request.scheduled if "PAIRING" in request.type else now)


@wrong("add_subscriptions.completes")
def express_is_never_sent(app):
    """The run asks for REGULAR requests only."""

    @instead(app.processing, "is_due")
    def _(right, request, now):
        return request.priority == "REGULAR" and right(request, now)


@wrong("request.none-lost")
def vanishes_after_its_end(app):
    """A request is deleted three seconds after its end."""
    vanish(app, 3)


@wrong("request.none-lost")
def vanishes_at_once(app):
    """A request is moved to an archive when it ends, where nobody looks."""
    vanish(app, 0)


@wrong("request.none-lost")
def vanishes_when_rejected(app):
    """A rejected request is deleted two seconds after its end."""
    vanish(app, 2, lambda request: request.state == "REJECTED")


def vanish(app, after, which=lambda request: True):
    @instead(app.processing, "settle")
    def _(right, request, reference, error):
        right(request, reference, error)
        if which(request):
            threading.Thread(target=forget, args=(app, request, after), daemon=True).start()


def forget(app, request, after):
    time.sleep(after)
    with app.store.lock:
        app.store.requests.pop(request.id, None)


@wrong("request.ends-once", "law.c1")
def sent_again(app):
    """A run sends what it sent before once more."""

    @instead(app.processing, "run")
    def _(right):
        right()
        limit = app.clock.now() - timedelta(seconds=2)
        with app.store.lock:
            ended = [one for one in app.store.requests.values() if one.state == "COMPLETED"]
        for one in ended:
            if one.executed <= limit and "again" not in one.notes:
                one.notes["again"] = True
                app.processing.settle(one, *app.processing.head_end.carry_out(one))


@wrong("law.c1", "request.ends-once")
def rejected_is_tried_again(app):
    """What Conax rejected becomes PENDING again."""

    @instead(app.processing, "run")
    def _(right):
        limit = app.clock.now() - timedelta(seconds=2)
        with app.store.lock:
            for one in app.store.requests.values():
                if one.state == "REJECTED" and one.updated <= limit:
                    one.state, one.error_code, one.error_description = "PENDING", None, None
                    one.provider_error_code = one.provider_error_description = None
                    one.executed = one.response = one.sent = None
                    one.immediately = False
        right()


@wrong(
    "process-immediately.rejected",
    should="what a call answers that Conax rejects is taken from another module's page",
)
def rejection_refuses_the_call(app):
    """A call that Conax rejects is refused itself."""
    from ..refusal import Refusal

    @instead(app.service, "create")
    def _(right, *given, **named):
        printed = right(*given, **named)
        if printed["life_cycle_state"] == "REJECTED":
            raise Refusal("value", f"Conax: {printed['error_description']}")
        return printed


@wrong(
    "process-immediately.rejected",
    should="what a call answers that Conax rejects is taken from another module's page",
)
def rejection_is_completed(app):
    """Whatever Conax answers, the request is COMPLETED."""

    @instead(app.processing, "settle")
    def _(right, request, reference, error):
        right(request, reference or app.entropy.uuid(), None)


@wrong("create_pairing.completes")
def pairings_are_not_sent(app):
    """The run knows four types only."""

    @instead(app.processing, "is_due")
    def _(right, request, now):
        return request.type != "CREATE_PAIRING" and right(request, now)


@wrong("same.get-twice", "request.ends-once", "methods.get-changes-nothing")
def looking_updates(app):
    """A look moves `updated_date`: it is the date of the last access."""
    from ..printing import date

    @instead(app.service, "named_request")
    def _(right, key, value):
        request = right(key, value)
        if request and request.state != "PENDING":
            request.notes["looks"] = request.notes.get("looks", 0) + 1
        return request

    looked = lambda one: timedelta(seconds=one.notes.get("looks", 0))
    app.printer.updated_date = lambda one: date(one.updated + looked(one))
