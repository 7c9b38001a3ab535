"""What should be refused, and is not; and what is refused and done all the same."""

from datetime import datetime, timedelta

from .. import parameters as read
from ..refusal import Findings, Refusal
from .catalogue import instead, wrong

REQUESTS = "conax_web_services/provisioning_requests"


class Deaf(Findings):
    """Findings without those of some kinds, or that say this."""

    def __init__(self, form, kinds, text=""):
        super().__init__(form)
        self.kinds = kinds
        self.text = text

    def add(self, kind, message):
        if kind not in self.kinds or self.text not in message:
            super().add(kind, message)


def deaf(app, *kinds, text=""):
    app.service.findings = lambda: Deaf(app.readings.findings, kinds, text)


@wrong("service-identifier.is-service")
def any_product(app):
    """A product that is no service is taken."""
    deaf(app, "not-a-service")


@wrong("smartcard-identifier.is-smartcard")
def any_item(app):
    """An item that is no smartcard is taken."""
    deaf(app, "not-a-smartcard")


@wrong(
    "service-identifier.on-subscription",
    should="the documents speak of services of a subscription, and do not say that others are refused",
)
def service_of_anybody(app):
    """A service of another subscription is taken."""
    deaf(app, "not-on-subscription", text="service")


@wrong(
    "smartcard-identifier.on-subscription",
    should="no document says that a smartcard has to belong to the subscription",
)
def smartcard_of_anybody(app):
    """A smartcard of another subscription is taken."""
    deaf(app, "not-on-subscription", text="smartcard")


@wrong("priority.values", should="the documents have the values, and do not say what becomes of others")
def any_priority(app):
    """Any text is a priority, and counts as REGULAR."""

    @instead(app.service, "common")
    def _(right, given, kind, findings):
        word = given.get("priority")
        return right({**given, "priority": word if word in ("REGULAR", "EXPRESS") else None}, kind, findings)


@wrong("priority.values", should="the documents have the values, and do not say what becomes of others")
def priority_trimmed(app):
    """toUpperCase().trim(): `express ` is a priority."""

    @instead(app.service, "common")
    def _(right, given, kind, findings):
        word = given.get("priority")
        return right({**given, "priority": word.strip().upper() if isinstance(word, str) else word}, kind, findings)


@wrong("priority.values", should="the documents have the values, and do not say what becomes of others")
def priority_in_any_case(app):
    """equalsIgnoreCase(): `express` is EXPRESS."""

    @instead(app.service, "common")
    def _(right, given, kind, findings):
        word = given.get("priority")
        return right({**given, "priority": word.upper() if isinstance(word, str) else word}, kind, findings)


@wrong("pin.never-answered")
def pin_in_refusal(app):
    """A refusal repeats what was sent, the PIN too."""
    import json

    @instead(app, "answer")
    def _(right, verb, path, query, body, key):
        status, answer = right(verb, path, query, body, key)
        is_refusal = isinstance(answer, dict) and answer["status"]["code"] != "OK"
        if is_refusal and b'"pin"' in body:
            pin = json.loads(body).get("pin")
            answer["status"]["message"] += f" (the call was for PIN {pin})"
        return status, answer


@wrong(
    "start-date.form",
    "scheduled-date.form",
    should="the documents have the form of dates, and do not say what becomes of others",
    most=2,
)
def dates_roll_over(app):
    """A lenient SimpleDateFormat: 30 February is 2 March."""

    @instead(app.service, "common")
    def _(right, given, kind, findings):
        return right({name: rolled(value) for name, value in given.items()}, kind, findings)


def rolled(value):
    if not isinstance(value, str) or not read.DATE.fullmatch(value):
        return value
    year, month, day = int(value[:4]), int(value[5:7]), int(value[8:10])
    first = datetime(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
    return (first + timedelta(days=day - 1)).strftime("%Y-%m-%dT") + value[11:]


@wrong(
    "subscription-identifier.exactly-one",
    "service-identifier.exactly-one",
    "smartcard-identifier.exactly-one",
    should="the Restrictions speak of parameters, and not of what is inside an identifier",
    most=3,
)
def first_key_counts(app):
    """Of several keys of an identifier the first one is taken."""

    @instead(app.service, "record")
    def _(right, given, name, records, findings, is_needed=True):
        keys = given.get(name)
        if isinstance(keys, dict):
            keys = {key: value for key, value in keys.items() if key in read.KEYS[name]}
            given = {**given, name: dict(list(keys.items())[:1])}
        return right(given, name, records, findings, is_needed)


@wrong("list.one-filter")
def filters_combined(app):
    """Filters of a list are combined."""
    operation(app, "list", lambda right, given, key: combined(app, right, given, key))


def combined(app, right, given, key):
    names = [name for name in ("type", "life_cycle_state", "reference_number") if given.get(name)]
    if len(names) < 2:
        return right(given, key)
    one = lambda name: right({k: v for k, v in given.items() if k not in names or k == name}, key)
    ids = [{item["id"] for item in one(name)} for name in names]
    return [item for item in one(names[0]) if all(item["id"] in some for some in ids)]


@wrong("list.one-filter")
def list_without_filter(app):
    """A list without a filter gives everything."""

    def everything(right, given, key):
        if any(given.get(name) for name in ("type", "life_cycle_state", "reference_number")):
            return right(given, key)
        states = [right({**given, "life_cycle_state": state}, key) for state in ("PENDING", "COMPLETED")]
        return [item for state in states for item in state]

    operation(app, "list", everything)


@wrong("list.type-values", should="the documents have the values, and do not say what becomes of others")
def unknown_type_is_empty(app):
    """A type that does not exist gives an empty list."""
    deaf(app, "value", text="type: found")


@wrong("list.state-values", should="the documents have the values, and do not say what becomes of others")
def state_in_any_case(app):
    """`pending` is PENDING."""

    def upper(right, given, key):
        state = given.get("life_cycle_state")
        return right({**given, "life_cycle_state": state and state.upper()}, key)

    operation(app, "list", upper)


@wrong("create_pairing.sets-refused", "add_to_existing_pairing.one-set", most=2)
def empty_sets(app):
    """A set may be empty, or have members without a CA id."""

    def ids_of(original, parameters, name, member, findings):
        given = parameters.get(name)
        if isinstance(given, list) and all(isinstance(one, dict) for one in given):
            return [one.get(member) or "0" for one in given] or ["0"]
        return original(parameters, name, member, findings)

    instead(read, "ca_ids")(ids_of)


@wrong("refusal.changes-nothing")
def refused_and_created(app):
    """The row is written first and the priority is looked at afterwards, without a transaction."""

    @instead(app.service, "common")
    def _(right, given, kind, findings):
        word = given.get("priority")
        common = right({**given, "priority": None}, kind, findings)
        common["priority"] = word if word is not None else "REGULAR"
        return common

    @instead(app.service, "create")
    def _(right, session, common, *rest):
        word = common["priority"]
        printed = right(session, {**common, "priority": word if word == "EXPRESS" else "REGULAR"}, *rest)
        if word not in ("REGULAR", "EXPRESS"):
            raise Refusal("value", f"priority: found `{word}`")
        return printed


@wrong("methods.verb", should="the documents have one verb for each method, and do not say what another one does")
def any_verb(app):
    """POST and GET are the same."""

    @instead(app, "route")
    def _(right, verb, path):
        try:
            return right(verb, path)
        except Refusal as refusal:
            if refusal.kind != "verb":
                raise
            _, found = right("GET", path)
            return (lambda query, _: read.of_query(query + "&life_cycle_state=PENDING", app.readings)), found


@wrong("status.json", "body.json-object", "status.no-5xx")
def stack_trace_for_bad_json(app):
    """What is no JSON gets the servlet container's page."""

    @instead(app, "answer")
    def _(right, verb, path, query, body, key):
        try:
            if body:
                import json

                json.loads(body)
        except ValueError:
            return 500, b"<html><body><h1>HTTP Status 500</h1></body></html>"
        return right(verb, path, query, body, key)


@wrong("reset_pin_to_given_value.pin-form", should="no document says what a PIN is made of")
def any_pin(app):
    """A PIN may have letters."""

    @instead(read, "pin")
    def _(right, parameters, findings):
        given = parameters.get("pin")
        return given if isinstance(given, str) and given else right(parameters, findings)


@wrong("list.paging-values", should="the documents have numbers there, and do not say what becomes of others")
def any_page(app):
    """intval(): what is no number is 0."""

    @instead(read, "count")
    def _(right, parameters, name, findings):
        given = parameters.get(name)
        return None if given is None else (int(given) if given.isdigit() else None)


def operation(app, name, replacement):
    """Replaces an operation."""
    path = f"{REQUESTS}/{name}"
    verb, right = app.service.operations[path]
    app.service.operations[path] = (verb, lambda given, key: replacement(right, given, key))
