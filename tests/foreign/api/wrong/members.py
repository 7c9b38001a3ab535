"""Members that are printed wrongly."""

import threading
from datetime import timedelta

from ..printing import date
from .catalogue import instead, wrong


@wrong("items.card")
def serial_number_for_ca_id(app):
    """The items print the serial number where the CA id belongs."""
    app.service.card_ca_id = lambda item: item.serial_number


@wrong("items.card")
def id_for_ca_id(app):
    """The items print the id of the installed item where the CA id belongs."""
    app.service.card_ca_id = lambda item: item.id


@wrong("items.service")
def service_code_for_ca_id(app):
    """The items print the code of the product where the service's CA id belongs."""
    app.service.service_ca_id = lambda product: product.code


@wrong("request.executed-in-time")
def executed_in_utc_west(app):
    """`executed_date` is in UTC beside local dates, west of Greenwich."""
    executed_in_utc(app)


@wrong("request.executed-after-created", zone=2)
def executed_in_utc_east(app):
    """`executed_date` is in UTC beside local dates, east of Greenwich."""
    executed_in_utc(app)


def executed_in_utc(app):
    zone = timedelta(hours=app.clock.zone)
    app.printer.of_executed_date = lambda one: date(one.executed and one.executed - zone)


@wrong("request.updated-moves", "request.updated")
def updated_never_moves(app):
    """`updated_date` stays the date of creation."""
    app.printer.updated_date = lambda one: date(one.created)


@wrong("request.same-everywhere", most=3)
def created_moves(app):
    """MySQL's ON UPDATE CURRENT_TIMESTAMP on the wrong column: `created_date` is that of the end."""

    @instead(app.processing, "settle")
    def _(right, request, reference, error):
        right(request, reference, error)
        # What ends within its second would not show it.
        request.created = request.updated + timedelta(seconds=1)
        request.updated = request.executed = request.executed and request.created


@wrong("request.same-everywhere")
def list_without_items(app):
    """A list leaves `parameters_set` out: the query has no join."""

    @instead(app.printer, "request")
    def _(right, request, fields=None, is_list=False, is_post=False):
        printed = right(request, fields, is_list, is_post)
        if is_list:
            printed.pop("parameters_set", None)
        return printed


@wrong("request.same-everywhere")
def list_without_response(app):
    """A list prints null for texts that are long: `request` and `response`."""

    @instead(app.printer, "request")
    def _(right, request, fields=None, is_list=False, is_post=False):
        printed = right(request, fields, is_list, is_post)
        if is_list:
            printed.update({name: None for name in ("request", "response") if name in printed})
        return printed


@wrong("pin.never-answered")
def pin_in_answer(app):
    """The PIN is answered as it was given."""
    app.service.printed_pin = lambda pin: pin


@wrong("pin.never-answered")
def pin_in_text_sent(app):
    """`request` keeps everything that was sent to Conax, the PIN too."""
    current = threading.local()

    def remember(pin):
        current.pin = pin

    app.service.printed_pin = remember

    @instead(app.store, "add")
    def _(right, make):
        request = right(make)
        request.notes["pin"] = current.__dict__.pop("pin", None)
        return request

    @instead(app.processing, "text_sent")
    def _(right, request):
        pin = request.notes.get("pin")
        return f"{right(request)},{pin}" if pin else right(request)


@wrong("request.process_immediately", "process-immediately.echo")
def flag_as_boolean(app):
    """`process_immediately` is true or false."""
    app.printer.of_process_immediately = lambda one: one.immediately


@wrong("request.number")
def number_as_number(app):
    """`number` is a JSON number."""
    app.printer.of_number = lambda one: int(one.number)


@wrong("request.date-form")
def dates_with_zone(app):
    """Jackson prints dates with milliseconds and a zone."""
    every_date(app, lambda text: f"{text}.000-05:00")


@wrong("request.date-form")
def dates_with_blank(app):
    """PHP's Y-m-d H:i:s: a blank where the T belongs."""
    every_date(app, lambda text: text.replace("T", " "))


def every_date(app, form):
    @instead(app.printer, "request")
    def _(right, *given, **named):
        printed = right(*given, **named)
        for name in ("scheduled_date", "executed_date"):
            if printed.get(name):
                printed[name] = form(printed[name])
        log = printed.get("log_information", {})
        for name in ("created_date", "updated_date"):
            if name in log:
                log[name] = form(log[name])
        return printed


@wrong("show.fields-set-all")
def nulls_left_out(app):
    """Jackson's NON_NULL: members that are null are not printed."""

    @instead(app.printer, "request")
    def _(right, *given, **named):
        return {name: value for name, value in right(*given, **named).items() if value is not None}


@wrong("items.ids-distinct")
def item_ids_alike(app):
    """Every item has the id 1: it is the number of its set."""

    @instead(app.printer, "of_parameters_set")
    def _(right, request):
        return [{**item, "id": "1"} for item in right(request)]


@wrong("items.two-members")
def items_in_one_object(app):
    """All items stand in one object, as a map is printed."""

    @instead(app.printer, "of_parameters_set")
    def _(right, request):
        return [{name: value for item in right(request) for name, value in item.items()}]


@wrong("show.fields_set", "show.fields-set-exact")
def show_ignores_fields(app):
    """`fields_set` of show is not looked at."""

    @instead(app.printer, "request")
    def _(right, request, fields=None, is_list=False, is_post=False):
        return right(request, fields if is_list else None, is_list, is_post)


@wrong("request.reference-number", "law.c2", "request.response-text")
def completed_without_reference(app):
    """The reference of Conax is not kept."""
    app.printer.of_reference_number = lambda one: None


@wrong("request.response-text")
def response_without_ok(app):
    """`response` is the reference alone."""
    app.printer.of_response = lambda one: one.reference or one.response


@wrong("request.pending-members")
def reference_while_pending(app):
    """A reference of its own is printed from the beginning."""
    app.printer.of_reference_number = lambda one: one.reference or one.id.lower()


@wrong("status.block")
def no_description(app):
    """The status block has no `description`."""
    for name in ("success", "refusal"):

        @instead(app.printer, name)
        def _(right, given):
            answer = right(given)
            del answer["status"]["description"]
            return answer


@wrong("status.ok")
def success_for_ok(app):
    """The code of what went well is SUCCESS."""

    @instead(app.printer, "success")
    def _(right, data):
        answer = right(data)
        answer["status"]["code"] = "SUCCESS"
        return answer


@wrong("log_information.user")
def user_as_name(app):
    """A user is printed by name instead of as an object."""
    app.printer.user = lambda user: user.username


@wrong("log_information.creator")
def technical_user(app):
    """Requests belong to the user of the web services, whoever called."""

    @instead(app.printer, "user")
    def _(right, _user):
        return right(app.world.users[1])


@wrong("post.answers-its-request")
def id_of_another_row(app):
    """A creation answers the id of its row in the log: nobody finds the request by it."""
    printed_by_posts(app, "id", lambda _: app.store.next_id())


@wrong("request.same-everywhere")
def number_of_the_next(app):
    """A creation answers the number that the next one gets."""
    printed_by_posts(app, "number", lambda number: str(int(number) + 1))


def printed_by_posts(app, member, change):
    @instead(app.printer, "request")
    def _(right, request, fields=None, is_list=False, is_post=False):
        printed = right(request, fields, is_list, is_post)
        return {**printed, member: change(printed[member])} if is_post else printed


@wrong("request.rejected-members", "law.c3")
def rejected_without_reason(app):
    """The error of a rejected request is not kept."""
    app.printer.of_error_code = lambda one: None
    app.printer.of_error_description = lambda one: None
