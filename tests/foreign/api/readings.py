"""What the documents leave open, and how it is read here."""

from dataclasses import dataclass, field, fields, replace


def choice(default, *others):
    """A reading with these values; the first is the usual one."""
    return field(default=default, metadata={"values": (default, *others)})


@dataclass(frozen=True)
class Readings:
    """One value for every open question."""

    # `message` and `description` of what went well: null in the examples of R4, empty from R7 on.
    texts: str = choice("null", "empty")
    # The members that came and went between builds: `number` and `reference_number` came late, the
    # two `provider_error_` members went.
    shape: str = choice("all", "early", "late")
    # No document tells the order of a list.
    order: str = choice("oldest", "newest", "any")
    # Two real codes are known, both names of Java classes.
    codes: str = choice("java", "words", "numbers")
    # Whether a refusal has an HTTP status of its own.
    http: str = choice("200", "errors")
    # `data` of a refusal.
    refusal_data: str = choice("absent", "empty", "null")
    # The printed ids have 32 hexadecimal digits; early ones are short numbers.
    ids: str = choice("hex", "short", "uuid")
    # What a parameter of a query is that is there twice; an identifier has both keys, or one of them.
    query_twice: str = choice("both", "last", "first")
    # Which forms of an identifier a query may have.
    query_identifier: str = choice("documented", "lenient")
    # Methods 6 to 8 call their `smartcard_identifier` a CA id, and show an object.
    bare_smartcard: str = choice("refused", "taken")
    # The unit, as POSTs print it, as GETs do, or as both do in the examples.
    units: str = choice("full", "no-community", "as-examples", "absent")
    # Whether a login ends the token the user had.
    tokens: str = choice("several", "one")
    token_form: str = choice("hex", "jwt", "digits")
    # A public page releases tokens from R10 on.
    release: str = choice("yes", "no")
    # "A set of smartcards and STBs" against "only one of those parameters".
    both_sets: str = choice("refused", "taken")
    # Sent "during its creation", and "in a pending life cycle state".
    immediately: str = choice("during", "after")
    # Sent at once, and with a date to come: no document says which counts.
    at_once_with_date: str = choice("sent", "waits")
    # Without a date: the second of creation in two examples, later in two others.
    no_date: str = choice("creation", "later")
    # `scheduled_date` came with R7.
    scheduled_date: str = choice("all", "some", "none")
    # `number_of_results` and `offset` came with R13.
    paging: str = choice("yes", "no")
    # What a page of no results is: empty, or without a limit.
    page_of_none: str = choice("empty", "unlimited")
    # Whether `id` is in every projection, and what unknown names in it do.
    projection: str = choice("exact", "with-id")
    unknown_fields: str = choice("ignored", "refused")
    # One example is updated a second after its creation.
    updated: str = choice("created", "second-later")
    # `sequence_number` is null in all records made by a call, a number in two old ones.
    sequence: str = choice("null", "number")
    # What a rejected request has: nothing public shows one.
    rejected: str = choice("executed", "bare")
    # Names of users.
    user_case: str = choice("ignored", "kept")
    # Pages print `status` first, or last.
    members: str = choice("status-first", "data-first")
    # A parameter given twice in one body.
    twice: str = choice("last", "refused")
    # Whether the method paths stand at the root as well.
    paths: str = choice("base", "both")
    # What a refusal tells: the first thing that is wrong, or all.
    findings: str = choice("first", "all")

    @classmethod
    def values(cls):
        """Every reading by its name, with its values; the usual one first."""
        return {one.name: one.metadata["values"] for one in fields(cls)}

    @classmethod
    def parse(cls, assignments):
        """The usual readings, but for these `name=value`."""
        changed = {}
        values = cls.values()
        for assignment in assignments:
            name, _, value = assignment.partition("=")
            name = name.replace("-", "_")
            if value not in values.get(name, ()):
                known = "\n".join(f"  {name}: {', '.join(of)}" for name, of in values.items())
                raise ValueError(f"no reading `{assignment}`; there are\n{known}")
            changed[name] = value
        return replace(cls(), **changed)
