"""Requests that are made wrongly."""

from datetime import timedelta

from .catalogue import instead, wrong


@wrong("add_subscriptions.start-date-kept", "scheduled-date.kept")
def date_without_time(app):
    """A DATE column: the time of day is lost."""

    @instead(app.service, "scheduled")
    def _(right, moment, created):
        return right(moment and moment.replace(hour=0, minute=0, second=0), created)


@wrong("add_subscriptions.start-date-kept", "scheduled-date.kept")
def date_shifted(app):
    """A date goes through UTC and comes back shifted."""

    @instead(app.service, "scheduled")
    def _(right, moment, created):
        return right(moment and moment - timedelta(hours=app.clock.zone), created)


@wrong("add_subscriptions.start-date-kept")
def start_date_ignored(app):
    """`start_date` is not looked at."""

    @instead(app.service, "common")
    def _(right, given, kind, findings):
        return right({**given, "start_date": None}, kind, findings)


@wrong("scheduled-date.wins", should="no document says which of both dates counts")
def start_date_wins(app):
    """`scheduled_date` is not looked at if there is a `start_date`."""

    @instead(app.service, "common")
    def _(right, given, kind, findings):
        starts = kind in ("ADD_SUBSCRIPTIONS", "CANCEL_SUBSCRIPTIONS") and given.get("start_date")
        return right({**given, "scheduled_date": None} if starts else given, kind, findings)


@wrong("priority.echo")
def priority_ignored(app):
    """Every request is REGULAR."""

    @instead(app.service, "common")
    def _(right, given, kind, findings):
        return {**right(given, kind, findings), "priority": "REGULAR"}


@wrong("process-immediately.echo", "process-immediately.default")
def every_text_is_true(app):
    """PHP's (bool): "false" is true."""

    @instead(app.service, "common")
    def _(right, given, kind, findings):
        common = right(given, kind, findings)
        return {**common, "immediately": common["immediately"] or given.get("process_immediately") == "false"}


@wrong("process-immediately.synchronous", "process-immediately.echo")
def flag_ignored(app):
    """`process_immediately` is not looked at."""

    @instead(app.service, "common")
    def _(right, given, kind, findings):
        return {**right(given, kind, findings), "immediately": False}


@wrong(
    "process-immediately.synchronous",
    readings=("immediately=after",),
    should="the documents say PENDING as well, and what a request waits for afterwards nobody sees",
)
def flag_kept_and_ignored(app):
    """`process_immediately` is kept, and the request is sent by the next run."""
    app.service.send_soon = lambda request: None
    app.processing.is_due = lambda request, now: request.state == "PENDING" and request.scheduled <= now


@wrong("create_pairing.each-member")
def first_of_each_set(app):
    """Only the first member of a set is kept."""

    @instead(app.service, "set_items")
    def _(right, key, ca_ids):
        return right(key, ca_ids[:1])


@wrong("create_pairing.subscription-optional")
def pairing_needs_subscription(app):
    """A pairing has to belong to a subscription."""

    @instead(app.service, "subscription")
    def _(right, given, findings, is_needed=True):
        return right(given, findings, is_needed or "smartcard_set" in given)


@wrong(
    "distributor.with-subscription",
    should="only examples show the links, and no document says that each subscription has a distributor",
)
def pairing_without_distributor(app):
    """The subscription of a pairing is not looked at."""

    @instead(app.service, "create_pairing")
    def _(right, given, key):
        return right({name: value for name, value in given.items() if name != "subscription_identifier"}, key)

    app.service.operations["conax_web_services/provisioning_requests/create_pairing"] = (
        "POST",
        app.service.create_pairing,
    )


@wrong("post.not-idempotent")
def equal_orders_are_one(app):
    """An order that is equal to one that waits gives the earlier one."""

    @instead(app.service, "create")
    def _(right, session, common, kind, items, card, boxes=(), cards=()):
        told = (kind, card, str(items), str(common))
        with app.store.lock:
            for one in app.store.requests.values():
                if one.notes.get("told") == told and one.state == "PENDING":
                    return app.printer.request(one, is_post=True)
        printed = right(session, common, kind, items, card, boxes, cards)
        app.store.requests[printed["id"]].notes["told"] = told
        return printed


@wrong("add_subscriptions.opposite-pending")
def waiting_cancellation_blocks(app):
    """A cancellation that waits keeps a new activation of the same service from being made."""
    from ..refusal import Refusal

    @instead(app.service, "create")
    def _(right, session, common, kind, items, card, boxes=(), cards=()):
        with app.store.lock:
            for one in app.store.requests.values():
                is_opposite = kind == "ADD_SUBSCRIPTIONS" and one.type == "CANCEL_SUBSCRIPTIONS"
                if is_opposite and one.state == "PENDING" and one.card == card:
                    raise Refusal("value", f"request {one.number} still waits")
        return right(session, common, kind, items, card, boxes, cards)


@wrong("reset_pin_to_default_value.creates", "words.type")
def type_named_as_method(app):
    """The type is called as the method is: RESET_PIN_TO_DEFAULT_VALUE."""
    names = {"UPDATE_CA_PIN_TO_DEFAULT_VALUE": "RESET_PIN_TO_DEFAULT_VALUE"}
    app.printer.of_type = lambda one: names.get(one.type, one.type)


@wrong("token.unit")
def unit_ignored(app):
    """The unit of a login is not looked at."""

    @instead(app.service, "unit_of")
    def _(right, given, user):
        return right({}, user)


@wrong("request.ids-unique")
def number_used_twice(app):
    """Numbers come from COUNT(*): two requests of the same second share one now and then."""

    @instead(app.store, "next_number")
    def _(right):
        number = right()
        if int(number) % 20 == 0:
            app.store.last_number -= 1
        return number


@wrong("request.references-unique")
def reference_used_twice(app):
    """The reference is that of the connection to Conax, which serves several orders."""

    @instead(app.processing.head_end, "carry_out")
    def _(right, request):
        reference, error = right(request)
        if error is None and app.store.last_number % 3:
            reference = app.__dict__.setdefault("last_reference", reference)
        app.last_reference = reference or app.__dict__.get("last_reference")
        return reference, error
