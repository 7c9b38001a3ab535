"""What goes wrong only when several calls come at once."""

import threading
import time

from .catalogue import instead, wrong

# What a write to the database takes.
WRITE = 0.002


@wrong("create.parallel", "request.none-lost", "list.complete")
def lost_under_load(app):
    """All rows are read, one is added, and all are written back: of two at once one is lost."""

    def add(make):
        with app.store.lock:
            request = make(app.store.next_id(), app.store.next_number())
            rows = dict(app.store.requests)
        rows[request.id] = request
        time.sleep(WRITE)
        app.store.requests = rows
        return request

    app.store.add = add


@wrong("create.parallel", "request.none-lost", "list.complete")
def lost_in_a_moment(app):
    """As above, with a database that writes in a quarter of a millisecond."""

    def add(make):
        with app.store.lock:
            request = make(app.store.next_id(), app.store.next_number())
            rows = dict(app.store.requests)
        rows[request.id] = request
        time.sleep(WRITE / 8)
        app.store.requests = rows
        return request

    app.store.add = add


@wrong("create.parallel", "request.none-lost", "list.complete")
def lost_when_four_at_once(app):
    """A queue of three: what comes while it is full is acknowledged and dropped."""
    busy = threading.Semaphore(3)

    @instead(app.store, "add")
    def _(right, make):
        has_place = busy.acquire(blocking=False)
        request = right(make)
        time.sleep(WRITE)
        if not has_place:
            with app.store.lock:
                del app.store.requests[request.id]
            return request
        busy.release()
        return request


@wrong("create.parallel", "request.none-lost", "list.complete")
def lost_when_equal(app):
    """Orders for the same smartcard that come at once are merged: the later one is dropped."""
    writing = set()
    lock = threading.Lock()

    @instead(app.store, "add")
    def _(right, make):
        request = right(make)
        with lock:
            is_merged = request.card in writing
            writing.add(request.card)
        time.sleep(WRITE)
        with lock:
            writing.discard(request.card)
        if is_merged:
            with app.store.lock:
                del app.store.requests[request.id]
        return request


@wrong("request.ids-unique", "create.parallel")
def number_twice_under_load(app):
    """MAX(number) + 1 without a lock: two at once get the same number."""

    def add(make):
        with app.store.lock:
            last = max((int(one.number) for one in app.store.requests.values()), default=7300)
            request_id = app.store.next_id()
        time.sleep(WRITE)
        request = make(request_id, str(last + 1))
        with app.store.lock:
            app.store.requests[request.id] = request
        return request

    app.store.add = add


@wrong("request.ids-unique", "create.parallel", "post.not-idempotent")
def id_of_the_clock(app):
    """The id is the time in milliseconds, padded: two at once are one request."""

    @instead(app.store, "next_id")
    def _(_right):
        return f"{int(time.time() * 100):032X}"


@wrong("create.parallel", "status.no-5xx")
def overload(app):
    """More than three calls at once get HTTP 503."""
    busy = threading.Semaphore(3)

    @instead(app, "answer")
    def _(right, *call):
        if not busy.acquire(blocking=False):
            return 503, b"<html><body>Service Unavailable</body></html>"
        try:
            time.sleep(WRITE)
            return right(*call)
        finally:
            busy.release()


@wrong("create.parallel", "request.ids-unique", "items.card")
def answers_mixed_up(app):
    """One buffer for all answers: of two at once one gets the other's request."""
    latest = {}

    @instead(app.service, "create")
    def _(right, *given, **named):
        latest["answer"] = right(*given, **named)
        time.sleep(WRITE)
        return latest["answer"]
