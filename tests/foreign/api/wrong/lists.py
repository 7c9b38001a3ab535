"""Lists that are cut, filtered or paged wrongly, or of another time."""

import time

from .catalogue import instead, wrong


def selected(app, change):
    """Changes what a list selects."""

    @instead(app.store, "select")
    def _(right, member, value):
        return change(right(member, value), member)


@wrong("list.complete")
def cut_at_100(app):
    """A list has a hundred requests at most: the default page of a framework."""
    selected(app, lambda found, _: found[:100])


@wrong("list.complete")
def cut_at_20(app):
    """A list has twenty requests at most."""
    selected(app, lambda found, _: found[:20])


@wrong("list.complete", "request.none-lost")
def newest_100(app):
    """A list has the newest hundred requests."""
    selected(app, lambda found, _: found[-100:])


@wrong("list.complete")
def last_one_missing(app):
    """`i < n - 1`: the last request of a longer list is missing."""
    selected(app, lambda found, _: found[:-1] if len(found) > 5 else found)


@wrong("list.complete", "same.filters-partition")
def rejected_not_listed(app):
    """A list by type leaves out what was rejected."""
    selected(app, lambda found, member: [one for one in found if member != "type" or one.state != "REJECTED"])


@wrong("list.complete", "same.filters-partition")
def express_not_listed(app):
    """A list by state leaves out EXPRESS requests."""
    selected(app, lambda found, member: [one for one in found if member != "state" or one.priority != "EXPRESS"])


@wrong("same.filters-partition", "list.complete")
def each_listed_twice(app):
    """A join without DISTINCT: a request is listed once for each of its set-top boxes and cards."""
    selected(app, lambda found, _: [one for one in found for _ in range(1 + len(one.cards))])


@wrong("list.offset-skips")
def offset_counts_pages(app):
    """`offset` counts pages."""

    @instead(app.service, "listed")
    def _(right, requests, fields, limit, offset):
        return right(requests, fields, limit, offset and offset * (limit or 1) + 1)


@wrong("list.offset-skips", "list.pages-join", "same.page-by-one")
def offset_from_one(app):
    """The first request has offset 1."""

    @instead(app.service, "listed")
    def _(right, requests, fields, limit, offset):
        return right(requests, fields, limit, offset and offset - 1)


@wrong("list.offset-skips", "list.pages-join")
def offset_ignored(app):
    """`offset` is not looked at, `number_of_results` is."""

    @instead(app.service, "listed")
    def _(right, requests, fields, limit, _offset):
        return right(requests, fields, limit, None)


@wrong("list.pages-join", "same.page-by-one", "same.get-twice")
def pages_unordered(app):
    """No ORDER BY: two looks have two orders."""

    @instead(app.store, "select")
    def _(right, member, value):
        found = right(member, value)
        app.entropy.random.shuffle(found)
        return found


@wrong("list.number-of-results-limits", "list.pages-join")
def one_too_many(app):
    """A page has one request more than asked for."""

    @instead(app.service, "listed")
    def _(right, requests, fields, limit, offset):
        return right(requests, fields, limit and limit + 1, offset)


@wrong("list.complete", "request.none-lost", "same.create-grows")
def lists_from_a_cache(app):
    """A list is kept for two seconds and answered again."""
    kept = {}

    @instead(app.store, "select")
    def _(right, member, value):
        now = time.monotonic()
        if (member, value) not in kept or kept[member, value][0] < now - 2:
            kept[member, value] = (now, right(member, value))
        return list(kept[member, value][1])


@wrong("list.complete", "request.none-lost")
def replica_lags(app):
    """Lists and looks come from a replica that is a fifth of a second behind."""
    born = {}

    @instead(app.store, "add")
    def _(right, make):
        request = right(make)
        born[request.id] = time.monotonic()
        return request

    is_there = lambda one: born[one.id] < time.monotonic() - 0.2
    selected(app, lambda found, _: [one for one in found if is_there(one)])

    @instead(app.store, "find")
    def _(right, key, value):
        found = right(key, value)
        return found if found is not None and is_there(found) else None


@wrong("list.by-state", most=2)
def state_of_another_time(app):
    """A list by state is of the state at creation: everything is PENDING."""

    @instead(app.store, "select")
    def _(right, member, value):
        if member != "state":
            return right(member, value)
        return list(app.store.requests.values()) if value == "PENDING" else []


@wrong("list.fields_set", "list.fields-set-exact")
def list_ignores_fields(app):
    """`fields_set` of a list is not looked at."""

    @instead(app.service, "listed")
    def _(right, requests, _fields, limit, offset):
        return right(requests, None, limit, offset)


@wrong("show.fields_set", "list.fields_set")
def first_field_only(app):
    """Of the names in `fields_set` the first one counts."""

    @instead(app.service, "fields")
    def _(right, given, findings):
        names = right(given, findings)
        return names and names[:1]


@wrong("list.nothing-found", "data.kind")
def nothing_is_no_list(app):
    """PHP's empty array is an object, or null: nothing found is no list."""

    @instead(app.service, "listed")
    def _(right, *given):
        return right(*given) or None
