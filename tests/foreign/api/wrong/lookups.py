"""Records that are found by what is not their key."""

from .catalogue import instead, wrong


@wrong(
    "subscription-identifier.found",
    "smartcard-identifier.found",
    "service-identifier.found",
    should="no document says what becomes of a key that nobody has",
    most=3,
)
def records_by_prefix(app):
    """LIKE 'value%': the beginning of a key finds the record."""
    app.world.matches = lambda known, asked: known != "" and known.startswith(asked)


@wrong(
    "subscription-identifier.found",
    "smartcard-identifier.found",
    "service-identifier.found",
    should="no document says what becomes of a key that nobody has",
    most=3,
)
def records_by_part(app):
    """LIKE '%value%': a piece of a key finds the record."""
    app.world.matches = lambda known, asked: known != "" and asked in known


@wrong("identifier.case", may="no document says whether case matters in ids and codes")
def records_in_any_case(app):
    """A collation without case: `news` finds NEWS."""
    app.world.matches = lambda known, asked: known != "" and known.lower() == asked.lower()


@wrong("show.one-record")
def number_by_prefix(app):
    """LIKE 'value%' on the number of a request: the oldest one that fits is shown."""

    @instead(app.store, "find")
    def _(_right, key, value):
        with app.store.lock:
            every = list(app.store.requests.values())
        fits = lambda one: getattr(one, key) == value or (key == "number" and one.number.startswith(value))
        return next((one for one in every if fits(one)), None)


@wrong("show.one-record")
def id_by_prefix(app):
    """LIKE 'value%' on the id of a request."""

    @instead(app.store, "find")
    def _(right, key, value):
        if key != "id":
            return right(key, value)
        with app.store.lock:
            return next((one for one in app.store.requests.values() if one.id.startswith(value)), None)


@wrong("show.one-record")
def number_as_integer(app):
    """PHP's `==` and (int): 007301 and 7301x are request 7301."""

    def integer(text):
        digits = ""
        for sign in text.strip():
            if not sign.isdigit():
                break
            digits += sign
        return int(digits or 0)

    @instead(app.store, "find")
    def _(right, key, value):
        if key != "number":
            return right(key, value)
        with app.store.lock:
            every = list(app.store.requests.values())
        return next((one for one in every if int(one.number) == integer(value)), None)


@wrong("list.by-reference-number")
def reference_by_prefix(app):
    """LIKE 'value%' on references."""

    @instead(app.store, "select")
    def _(right, member, value):
        if member != "reference":
            return right(member, value)
        with app.store.lock:
            every = list(app.store.requests.values())
        return [one for one in every if one.reference and one.reference.startswith(value)]


@wrong("list.by-reference-number")
def reference_in_response(app):
    """LIKE '%value%' on the stored response: any piece of a reference finds the request."""

    @instead(app.store, "select")
    def _(right, member, value):
        if member != "reference":
            return right(member, value)
        with app.store.lock:
            every = list(app.store.requests.values())
        return [one for one in every if one.response and value in one.response]


@wrong("show.one-record")
def shows_the_latest(app):
    """A request is remembered in the HTTP session: `show` gives the one that was made last."""

    @instead(app.store, "find")
    def _(right, key, value):
        found = right(key, value)
        return found and list(app.store.requests.values())[-1]


@wrong("show.found", "show.fields-set-all", most=2)
def nothing_shown_as_ok(app):
    """A request that is not there is shown as OK with empty data."""

    @instead(app.service, "show")
    def _(right, given, key):
        from ..refusal import Refusal

        try:
            return right(given, key)
        except Refusal as refusal:
            if refusal.kind == "not-found":
                return {}
            raise

    app.service.operations["conax_web_services/provisioning_requests/show"] = ("GET", app.service.show)
