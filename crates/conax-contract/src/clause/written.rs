//! The sentences no table holds: restrictions, states, what holds between members and between
//! messages, and where the documents contradict themselves.

use crate::source::Source::{self, Attested, Documented, Inferred, Ours, Shown};

use super::Seen::{Api, Control, HeadEnd};
use super::{Choice, Clause, Seen, Strictness};

struct Written {
    id: &'static str,
    source: Source,
    place: &'static str,
    statement: &'static str,
    seen: Seen,
    strictness: Option<Strictness>,
    choice: Option<Choice>,
}

const fn says(
    id: &'static str,
    source: Source,
    place: &'static str,
    statement: &'static str,
) -> Written {
    Written { id, source, place, statement, seen: Api, strictness: None, choice: None }
}

impl Written {
    const fn seen(self, seen: Seen) -> Self {
        Self { seen, ..self }
    }

    const fn strictly(self, strictness: Strictness) -> Self {
        Self { strictness: Some(strictness), ..self }
    }

    const fn or(
        self,
        chosen: &'static str,
        other: &'static str,
        switch: Option<&'static str>,
    ) -> Self {
        Self { choice: Some(Choice { chosen, other, switch }), ..self }
    }
}

/// All of them.
pub(super) fn clauses() -> impl Iterator<Item = Clause> {
    WRITTEN.iter().map(|written| Clause {
        id: written.id.to_owned(),
        statement: written.statement.to_owned(),
        source: written.source,
        place: written.place,
        strictness: written.strictness.unwrap_or(Strictness::of(written.source)),
        seen: written.seen,
        choice: written.choice,
    })
}

const WRITTEN: &[Written] = &[
    // ------------------------------------------------------------------------------- methods --
    says("methods.path", Attested, "pages 490268, 503877", "Methods stand below /crmapi/rest/v2.")
        .or("also served directly below /", "only below the base path", None),
    says("methods.slash", Attested, "a public client", "A slash between the method and its query does not matter."),
    says("methods.verb", Attested, "page 490268", "A method called with the wrong verb is refused."),
    says("methods.get-changes-nothing", Attested, "page 490268", "A GET never changes data."),
    says("post.not-idempotent", Attested, "page 490268", "Every POST makes a new request, also when it is equal to an earlier one.").strictly(Strictness::Must),
    says(
        "post.answers-its-request",
        Inferred,
        "from the first sentences of the six POSTs",
        "What a POST answers is the request it made: there is one with the answered id.",
    )
    .strictly(Strictness::Must),
    says(
        "body.json-object",
        Shown,
        "the examples' bodies",
        "The parameters of a POST are one JSON object.",
    ),
    says("body.nothing-else", Inferred, "from the examples' bodies", "A body that is no JSON object is refused."),
    says("body.any-content-type", Attested, "a public client", "The body is read as JSON whatever its content type says."),
    says("body.each-parameter-once", Ours, "", "A parameter given twice, in a body or in a query, is refused."),
    says("parameters.unknown-ignored", Attested, "page 511629", "Parameters that do not exist are ignored."),
    says("identifier.case", Ours, "", "Ids, numbers and codes are compared as they are written: upper and lower case are not the same.")
        .or("case matters", "case does not matter", None),
    says("identifier.escaped", Inferred, "", "In a query the inner `=` of an identifier may be written %3D."),
    says("identifier.exactly-one", Inferred, "from Restrictions, which speak of parameters", "An identifier has exactly one of its sub-fields: none and two are refused."),
    // -------------------------------------------------------------------------------- status --
    says("status.block", Shown, "all examples", "Every answer has a `status` with exactly `code`, `message` and `description`."),
    says("status.ok", Shown, "all examples", "What went well has the code OK."),
    says("status.success-texts", Shown, "all examples; pages from R7 on", "`message` and `description` of what went well are null or empty.")
        .or("null", "empty text, as pages from R7 on print it", Some("success-texts")),
    says("status.message", Attested, "public clients", "What is refused has a message for a person."),
    says("status.code-form", Attested, "a public client", "The code of what is refused is the upper-cased name of a Java exception, COM.CRM.EXCEPTION.…"),
    says("status.http-200", Inferred, "from public clients", "What the rules refuse travels with HTTP 200.")
        .or("HTTP 200", "an HTTP status for each refusal", Some("http-errors")),
    says("status.no-5xx", Ours, "", "Whatever is sent, the answer is no HTTP 5xx.").strictly(Strictness::Must),
    says("status.json", Attested, "page 490268", "All answers are JSON, refusals included."),
    says("data.kind", Shown, "all examples", "`data` is an object, and a list for list."),
    says("refusal.changes-nothing", Ours, "", "What is refused creates nothing.").strictly(Strictness::Must),
    says("refusal.all-findings", Ours, "", "A refusal names the parameter, and everything else that is wrong."),
    // --------------------------------------------------------------------------------- token --
    says(
        "token.mandatory",
        Inferred,
        "from Parameters",
        "A call without a token is refused.",
    )
    .strictly(Strictness::Must),
    says(
        "token.unknown",
        Inferred,
        "from Parameters: the token retrieved from the login method",
        "A token no login method returned is refused.",
    )
    .strictly(Strictness::Must),
    says("token.first", Ours, "", "A call without a valid token is told nothing else."),
    says("token.login", Attested, "pages 491253, 500609", "User name, password and organisation get a token."),
    says("token.login-mandatory", Attested, "page 491253", "A login lacking one of them, or with a wrong one, gets none.").strictly(Strictness::Must),
    says("token.user-name-case", Inferred, "from page 500609", "Upper and lower case do not matter in a user name."),
    says("token.unit", Attested, "page 491253", "A login may name a unit; what it creates belongs to that unit.").strictly(Strictness::Must),
    says("token.several", Attested, "a public client", "A user may have several tokens at a time."),
    says("token.form", Shown, "the examples' bodies", "A token is non-empty text; the printed ones have 32 upper-case hex digits."),
    says("token.release", Attested, "page x/AX4H", "A released token is unusable.").strictly(Strictness::Must),
    says("token.release-only", Inferred, "from page x/AX4H, which speaks of one token", "The other tokens of the user outlive a release."),
    says("token.idle-one-hour", Attested, "pages 517363, 500609", "A token dies after one idle hour.").seen(Control)
        .or("one idle hour", "two hours after it was issued, from R12 on", Some("token-life")),
    says("token.fixed-two-hours", Attested, "page 494531", "From R12 on a token dies two hours after it was issued, used or not.").seen(Control),
    says("web-api-key.login", Attested, "page 491003", "A Web API key as Basic user with an empty password gets a token."),
    says("web-api-key.unknown", Attested, "page 491003", "A Web API key nobody has gets no token.").strictly(Strictness::Must),
    says("web-api-key.two-hours", Attested, "page 491003", "A token got by key dies after two hours, used or not.").seen(Control),
    // --------------------------------------------------------------------------- identifiers --
    says("subscription-identifier.exactly-one", Inferred, "from Restrictions, which speak of parameters", "A subscription is named by exactly one sub-field."),
    says("subscription-identifier.found", Inferred, "", "A subscription nobody has is refused."),
    says(
        "subscription-identifier.type",
        Shown,
        "the examples' bodies",
        "A subscription identifier is an object of texts.",
    ),
    says("service-identifier.exactly-one", Inferred, "from Restrictions, which speak of parameters", "A service is named by exactly one sub-field."),
    says("service-identifier.found", Inferred, "", "A service nobody has is refused."),
    says(
        "service-identifier.type",
        Shown,
        "the examples' bodies",
        "A service identifier is an object of texts.",
    ),
    says("service-identifier.is-service", Documented, "Parameters of add_subscriptions", "A product that is not classified as a service is refused."),
    says(
        "service-identifier.on-subscription",
        Inferred,
        "from the first sentence of add_subscriptions",
        "A service that does not belong to the subscription is refused.",
    ),
    says("smartcard-identifier.exactly-one", Inferred, "from Restrictions, which speak of parameters", "A smartcard is named by exactly one sub-field."),
    says("smartcard-identifier.found", Inferred, "", "A smartcard nobody has is refused."),
    says(
        "smartcard-identifier.type",
        Shown,
        "the examples' bodies",
        "A smartcard identifier is an object of texts.",
    )
        .or("an object; of a smartcard that exists already, in the pairing and PIN calls, a CA id as well", "only a CA id, as the Type column says", None),
    says("smartcard-identifier.is-smartcard", Documented, "Parameters of add_subscriptions", "An item that is not classified as a smartcard is refused."),
    says("smartcard-identifier.on-subscription", Inferred, "", "A smartcard that is not on the subscription is refused."),
    // ------------------------------------------------------------------------ show and list --
    says("show.exactly-one-identifier", Documented, "Restrictions of show", "Exactly one identifier is given: none and two are refused."),
    says("show.one-record", Documented, "the first sentence of show", "It returns one request: the one that was named."),
    says("show.found", Inferred, "", "A request nobody has is refused."),
    says("show.by-id", Attested, "pages 523375, 510799", "A request can be named by its id."),
    says("show.by-number", Attested, "pages 523375, 510799", "A request can be named by its number."),
    says("show.fields-set-all", Documented, "Parameters of show", "Without `fields_set` all fields are returned."),
    says(
        "show.fields-set-exact",
        Inferred,
        "from Parameters of show",
        "With `fields_set` the named fields are returned, and no others.",
    ),
    says("fields-set.unknown-names", Ours, "", "A name in `fields_set` that no member has is refused: a typo is seen. Names are those of the members, as they are written; nested ones are not known.")
        .or("refused", "ignored, and the others are returned", Some("unknown-fields")),
    says("show.strict-form", Attested, "page 490268", "The documented form of an identifier in a query is name=field=value.")
        .or("other forms are taken as well", "only the documented form", Some("identifiers")),
    says("list.one-filter", Documented, "Restrictions of list", "Exactly one of `type`, `life_cycle_state` and `reference_number` is given: none and two are refused."),
    says("list.by-type", Documented, "Parameters of list", "It returns the requests of the type asked for, and no others."),
    says("list.by-state", Documented, "Parameters of list", "It returns the requests in the state asked for, and no others."),
    says("list.by-reference-number", Documented, "Parameters of list", "It returns the requests with the reference asked for, and no others."),
    says(
        "list.complete",
        Inferred,
        "from the first sentence of list",
        "It returns every request that matches, once.",
    )
    .strictly(Strictness::Must),
    says("list.type-values", Inferred, "from Parameters of list, which have the values", "A type that is none of the thirteen is refused."),
    says("list.state-values", Inferred, "from Parameters of list, which have the values", "A state that is none of the three is refused."),
    says("list.fields-set-all", Documented, "Parameters of list", "Without `fields_set` all fields are returned."),
    says(
        "list.fields-set-exact",
        Inferred,
        "from Parameters of list",
        "With `fields_set` the named fields are returned, and no others.",
    ),
    says("list.empty-filter", Ours, "", "A filter without a value counts as left out.")
        .or("left out", "a filter that matches nothing, or is refused", None),
    says("list.nothing-found", Inferred, "", "If nothing matches, the list is empty."),
    says("list.order", Inferred, "from the order of the example", "The oldest request comes first."),
    says("list.number-of-results-limits", Attested, "page 510683", "From R13 on `number_of_results` limits the list.").strictly(Strictness::Must),
    says("list.offset-skips", Attested, "page 510683", "From R13 on `offset` skips as many requests.").strictly(Strictness::Must),
    says("list.pages-join", Attested, "page 510683", "Pages put together are the whole list.").strictly(Strictness::Must),
    says("list.paging-values", Attested, "page 510683", "Paging values are whole numbers, 0 or more."),
    // -------------------------------------------------------------------------------- create --
    says("create.parallel", Inferred, "", "Requests created at the same time are all there, once each.").strictly(Strictness::Must),
    says(
        "add_subscriptions.completes",
        Attested,
        "pages 489617, 510799",
        "The request is sent to Conax and ends COMPLETED if Conax accepts.",
    )
    .strictly(Strictness::Must),
    says(
        "cancel_subscriptions.completes",
        Attested,
        "pages 489617, 510799",
        "The request is sent to Conax and ends COMPLETED if Conax accepts.",
    )
    .strictly(Strictness::Must),
    says(
        "create_pairing.completes",
        Attested,
        "pages 489617, 510799",
        "The request is sent to Conax and ends COMPLETED if Conax accepts.",
    )
    .strictly(Strictness::Must),
    says(
        "add_to_existing_pairing.completes",
        Attested,
        "pages 489617, 510799",
        "The request is sent to Conax and ends COMPLETED if Conax accepts.",
    )
    .strictly(Strictness::Must),
    says(
        "reset_pin_to_default_value.completes",
        Attested,
        "pages 489617, 510799",
        "The request is sent to Conax and ends COMPLETED if Conax accepts.",
    )
    .strictly(Strictness::Must),
    says(
        "reset_pin_to_given_value.completes",
        Attested,
        "pages 489617, 510799",
        "The request is sent to Conax and ends COMPLETED if Conax accepts.",
    )
    .strictly(Strictness::Must),
    says("cancel_subscriptions.ends-entitlement", Inferred, "", "What is cancelled is no longer entitled.").seen(HeadEnd),
    says("add_subscriptions.opposite-pending", Shown, "the examples of add and cancel", "A waiting cancellation does not keep a new activation from being created."),
    says(
        "create_pairing.sets",
        Shown,
        "the example of create_pairing; page 489617",
        "Both sets are lists of objects with a CA id each.",
    ),
    says("create_pairing.sets-refused", Inferred, "from the example of create_pairing", "A set that is empty, or not a list of objects with a CA id each, is refused."),
    says("add_to_existing_pairing.sets", Shown, "the example of add_to_existing_pairing", "The set is a list of objects with a CA id each."),
    says("create_pairing.each-member", Shown, "the example of create_pairing", "Every smartcard and every set-top box of the sets has an item in the request."),
    says("create_pairing.subscription-optional", Documented, "Parameters of create_pairing", "A pairing may belong to no subscription."),
    says("add_to_existing_pairing.one-set", Documented, "Restrictions of add_to_existing_pairing", "Exactly one of the two sets is given: none is refused."),
    says("add_to_existing_pairing.both-sets", Documented, "Restrictions of add_to_existing_pairing", "Both sets at a time are refused.")
        .strictly(Strictness::Should)
        .or("refused, as the Restrictions say", "taken, as the description says", Some("pairing-sets")),
    says("add_to_existing_pairing.process-name", Shown, "the example of add_to_existing_pairing", "Its requests have the process name MANUAL.")
        .strictly(Strictness::Should),
    says(
        "distributor.with-subscription",
        Inferred,
        "from the examples",
        "If a subscription is named, there are its links to a distributor, as far as it has some; without one there are none, nor in an addition to a pairing.",
    ),
    // ---------------------------------------------------------------------------- submission --
    says(
        "process-immediately.default",
        Attested,
        "pages 489617, 490922",
        "A request is not sent by its call unless that is asked for.",
    ),
    says("process-immediately.synchronous", Attested, "page 489617", "With `process_immediately` the call itself sends the request.")
        .or("the answer tells the end", "the answer is still PENDING", None),
    says("process-immediately.echo", Shown, "the examples", "The answer's `process_immediately` is what the call said, 0 if it said nothing."),
    says("process-immediately.forms", Inferred, "", "It may be written as true, false, 1, 0, or one of those as text."),
    says(
        "process-immediately.values",
        Attested,
        "page 489617",
        "Anything else is refused.",
    ),
    says("process-immediately.with-date", Ours, "", "It wins over a date to come."),
    says("process-immediately.overtakes", Ours, "", "It overtakes waiting requests of other smartcards.").seen(HeadEnd),
    says("process-immediately.rejected", Inferred, "from a sister module", "If Conax refuses, the call is OK and the request REJECTED."),
    says("priority.echo", Shown, "the examples of add and cancel", "The request has the priority the call gave."),
    says("priority.default", Documented, "Parameters of the six POSTs", "The priority is REGULAR if the call gives none."),
    says("priority.values", Inferred, "from Parameters of the six POSTs, which have the values", "Another priority than REGULAR and EXPRESS is refused."),
    says("priority.express-first", Inferred, "", "A run sends EXPRESS requests first.").seen(HeadEnd),
    says(
        "start-date.form",
        Inferred,
        "from the examples of add and cancel",
        "A start date of another form than YYYY-MM-DDThh:mm:ss is refused.",
    ),
    says("add_subscriptions.start-date-kept", Shown, "the example of add_subscriptions", "The request's `scheduled_date` is the start date of the call."),
    says("cancel_subscriptions.start-date-kept", Shown, "the example of cancel_subscriptions", "The request's `scheduled_date` is the start date of the call."),
    says("scheduled-date.form", Attested, "page 489617", "A scheduled date of another form than YYYY-MM-DDThh:mm:ss is refused."),
    says("scheduled-date.kept", Attested, "page 489617", "The request's `scheduled_date` is that of the call.")
        .or("taken by all six", "known to some builds only", None),
    says("scheduled-date.wins", Inferred, "from pages 489617 and 490922", "Of a start date and another scheduled date the request keeps the latter."),
    says("scheduled-date.default", Shown, "the examples of pairing and PIN", "Without a date the request is due when it is created.")
        .strictly(Strictness::Should)
    .or("the second of creation", "a later date, as two examples print without saying why", None),
    says("scheduled-date.past", Inferred, "", "A date gone by is taken, and is due at once."),
    says(
        "scheduled-date.not-before",
        Inferred,
        "from page 510799",
        "A request is not sent before its date.",
    )
    .strictly(Strictness::Must),
    says(
        "scheduled-date.sent-when-due",
        Attested,
        "page 510799",
        "A request is sent once its date has come.",
    )
    .strictly(Strictness::Must),
    says("reset_pin_to_given_value.pin-form", Inferred, "", "A PIN that is not of digits is refused."),
    says("reset_pin_to_given_value.pin-forms", Attested, "pages 511629, 490399", "A PIN may be text or a whole number."),
    says("reset_pin_to_given_value.pin-length", Ours, "", "The length of a PIN is checked if a setting says so.").seen(Control)
        .or("any length", "so many digits", Some("pin-digits")),
    says("pin.never-answered", Shown, "the example of reset_pin_to_given_value", "The PIN is in no answer, in no place: `ca_pin` is null."),
    // --------------------------------------------------------------------------- the request --
    says(
        "request.known-members",
        Inferred,
        "from the examples",
        "A request has no members the examples do not have.",
    ),
    says("request.shape", Shown, "the examples", "It has the 17 common members, and `number` and `reference_number`, or the two `provider_error_` members, or all four.")
        .or("all 21 members", "one of the two printed shapes", Some("shape")),
    says("request.date-form", Shown, "the examples", "Dates are YYYY-MM-DDThh:mm:ss, without zone and fraction."),
    says(
        "request.states",
        Documented,
        "first sentences of the six POSTs; Parameters of list",
        "A request is PENDING first; its states are PENDING, REJECTED and COMPLETED.",
    ),
    says("request.pending-members", Shown, "nine examples", "Of a PENDING request `executed_date`, `request`, `response`, `reference_number` and the errors are null."),
    says("request.completed-members", Shown, "the example of show", "A COMPLETED request has `executed_date`, `request` and `response`, and no errors."),
    says("request.reference-number", Shown, "the example of show", "A COMPLETED request has the reference Conax gave."),
    says("request.response-text", Shown, "the example of show", "`response` of a COMPLETED request is OK and its reference."),
    says(
        "request.rejected-members",
        Attested,
        "page 952711",
        "A REJECTED request has an error code and its text.",
    )
    .strictly(Strictness::Must),
    says(
        "request.updated",
        Shown,
        "the example of show",
        "When a request ends, its `updated_date` is its `executed_date`.",
    )
    .strictly(Strictness::Should),
    says(
        "request.updated-moves",
        Shown,
        "the example of show",
        "When a request ends, its `updated_date` is not before its `executed_date`.",
    ),
    says(
        "request.executed-in-time",
        Inferred,
        "from page 510799",
        "What has been sent was sent before requests that are created later, by the same clock.",
    )
    .strictly(Strictness::Must),
    says("request.executed-after-created", Shown, "the example of show", "`executed_date` is not before the creation."),
    says("request.same-everywhere", Inferred, "", "Created, shown and listed, a request is the same.").strictly(Strictness::Must),
    says(
        "request.ends-once",
        Inferred,
        "from page 510799",
        "A request that has ended does not change again.",
    )
    .strictly(Strictness::Must),
    says("request.ids-unique", Inferred, "", "No two requests have the same id or number.").strictly(Strictness::Must),
    says(
        "request.references-unique",
        Inferred,
        "from law I3",
        "No two requests have the same reference.",
    )
    .strictly(Strictness::Must),
    says("request.past-date", Inferred, "", "A request with a date gone by is sent with the next run.").seen(Control),
    says("request.outlives-login", Inferred, "", "A request is sent although its creator's token is no more.").seen(Control),
    says("request.none-lost", Inferred, "", "What was acknowledged stays there.").strictly(Strictness::Must),
    says("items.two-members", Shown, "the examples", "An item of `parameters_set` has its `id` and one more member."),
    says("items.ids-distinct", Shown, "the examples", "The items of a request have different ids."),
    says("items.card", Shown, "the examples", "The items name the smartcard by its CA id."),
    says("items.service", Shown, "the examples of add and cancel", "The items name the service by its CA id."),
    says("log_information.members", Shown, "the examples", "`log_information` has both dates and both users, and the units or none."),
    says("log_information.user", Shown, "the examples", "A user has `person_name`, `username`, `id` and `email`."),
    says(
        "log_information.creator",
        Attested,
        "page 9904458",
        "`created_by_user` is the user who created the request: the one its token was given to.",
    )
    .strictly(Strictness::Must),
    says("log_information.unit", Shown, "the examples", "A unit has `group_name`, `name`, `id`, `description`, `alternative_code`, and maybe `community_name`."),
    says("log_information.community-name", Ours, "", "A unit is printed with the same members in answers to GETs as in those to POSTs.")
        .or("`community_name` in every answer", "in answers to POSTs only, as the examples have it", None),
    says("log_information.dates", Shown, "the examples", "`updated_date` is not before `created_date`."),
    // ----------------------------------------------------------------------- laws of the CRM --
    says(
        "law.c1",
        Attested,
        "page 510799",
        "States go from PENDING to COMPLETED or REJECTED, and no other way.",
    )
    .strictly(Strictness::Must),
    says("law.c2", Inferred, "from the examples", "COMPLETED if and only if reference and `executed_date` are set and there is no error."),
    says(
        "law.c3",
        Attested,
        "page 952711",
        "REJECTED only with an error code and its text.",
    )
    .strictly(Strictness::Must),
    says("law.c4", Inferred, "", "`response` is null when no response was read.").seen(Control),
    says("law.c5", Inferred, "", "`executed_date` is not before `scheduled_date`, unless sent by its call."),
    says("law.c6", Inferred, "", "Numbers grow with every request; ids have 32 upper-case hex digits.")
        .or("as the created ones", "short numbers, as early examples print them", None),
    says("law.c7", Inferred, "", "Requests of one smartcard and priority are sent in the order they became due, then in that of their creation, however often runs are made.").seen(HeadEnd),
    says("law.c8", Inferred, "", "Of the requests whose smartcards are free, EXPRESS ones are sent first; nobody waits for another smartcard's request.").seen(HeadEnd),
    says("law.c9", Inferred, "", "After healing at a healthy Conax nothing differs.").seen(HeadEnd),
    // ------------------------------------------------------------------ laws without a model --
    says("same.get-twice", Attested, "page 490268", "The same GET twice gives the same, if nothing happened between."),
    says("same.filters-partition", Inferred, "", "Lists of the three states together are lists of all types together.").strictly(Strictness::Must),
    says("same.page-by-one", Attested, "page 510683", "Page by one, a list is the same as in one page.").strictly(Strictness::Must),
    says("same.projection", Inferred, "", "A projection never changes a value."),
    says("same.projection-order", Inferred, "", "The order of names in `fields_set` does not matter."),
    says("same.identifiers", Inferred, "", "A request named by id and by number is the same."),
    says("same.parameter-order", Inferred, "", "The order of parameters does not matter."),
    says("same.escaping", Inferred, "", "Escaping of a query does not matter."),
    says("same.unknown-parameter", Attested, "page 511629", "A parameter that does not exist changes nothing."),
    says("same.refused-twice", Inferred, "", "The same refused call is refused again, the same way."),
    says("same.tokens", Inferred, "", "Two tokens of one user see the same.").strictly(Strictness::Must),
    says("same.create-grows", Inferred, "", "One creation makes every list it belongs to longer by one."),
    says("same.commute", Inferred, "", "Requests for different smartcards, created in either order, are the same but for ids and dates."),
    says("same.add-twice", Inferred, "", "The same order twice makes two requests that differ in ids, numbers and dates only."),
    // ------------------------------------------------------------------- laws of the head-end --
    says("law.i1", Inferred, "", "What is rejected, or failed before it was carried out, changes nothing.").seen(HeadEnd),
    says("law.i2", Inferred, "", "What was carried out stands in exactly one transaction.").seen(HeadEnd),
    says("law.i3", Inferred, "", "Transaction ids are unique and are version 4 UUIDs.").seen(HeadEnd),
    says("law.i4", Inferred, "from the example of show", "An answer's text begins with its StatusCode, followed by its TransactionId.").seen(HeadEnd),
    says("law.i5", Inferred, "", "Twice the same order leaves what it left once.").seen(HeadEnd),
    says("law.i6", Inferred, "", "The later of ADD and CANCEL decides.").seen(HeadEnd),
    says("law.i7", Inferred, "", "Orders for different smartcards commute.").seen(HeadEnd),
    says("law.i8", Inferred, "", "Orders for different products of one smartcard commute.").seen(HeadEnd),
    says("law.i9", Inferred, "", "What is active is the fold of what was carried out.").seen(HeadEnd),
    says("law.i10", Inferred, "", "Nothing is active outside its period; at most two periods are kept.").seen(HeadEnd),
    says("law.i11", Inferred, "", "A smartcard and a module are in one pairing at most, and both views agree.").seen(HeadEnd),
    says("law.i12", Inferred, "", "A pairing shrinks only by being replaced.").seen(HeadEnd),
    says("law.i13", Inferred, "three headers of set-top boxes", "A stored PIN has four digits, and no answer, list or log has it.").seen(HeadEnd),
    says("law.i14", Inferred, "", "Messages obey their limits.").seen(HeadEnd),
    says("law.i15", Inferred, "", "Queries change nothing but the log.").seen(HeadEnd),
    says("law.i16", Inferred, "", "A blocked smartcard gains nothing.").seen(HeadEnd),
    says("law.i17", Inferred, "", "A domain sees and changes its own smartcards only.").seen(HeadEnd),
    says("law.i18", Ours, "", "The same seed and the same calls give the same bytes.").seen(Control),
    says("law.i19", Inferred, "", "What the head-end holds does not depend on whether its answer arrives.").seen(HeadEnd),
    says("law.i20", Inferred, "", "Time going by ends entitlements and begins those of the future, and no more.").seen(HeadEnd),
    // --------------------------------------------------------------------- what Conax refuses --
    says("conax.card-unknown", Attested, "a public client", "A smartcard the head-end does not know: CLIENT_NOT_FOUND.").seen(HeadEnd),
    says("conax.card-retired", Inferred, "", "A retired smartcard is as unknown.").seen(HeadEnd),
    says("conax.card-blocked", Inferred, "", "A blocked smartcard takes cancellations and queries only.").seen(HeadEnd),
    says("conax.card-of-another-domain", Attested, "a public client", "A smartcard of another operator: CLIENT_NOT_MANAGED_BY_SMS.").seen(HeadEnd),
    says("conax.product-withdrawn", Inferred, "", "A withdrawn product is refused.").seen(HeadEnd),
    says("conax.module-unknown", Inferred, "", "A module whose keys are not loaded is refused.").seen(HeadEnd),
    says("conax.module-withdrawn", Inferred, "", "A withdrawn module is refused.").seen(HeadEnd),
    says("conax.pairing-unknown", Inferred, "", "Adding to a pairing that is not there is refused.").seen(HeadEnd),
    says("conax.pairing-conflict", Inferred, "", "A module of another pairing is refused, or moved; a setting of the world.").seen(HeadEnd),
    says("conax.cancel-missing", Inferred, "", "Cancelling what is not active is OK, or refused; a setting of the world.").seen(HeadEnd),
    says("conax.rejection", Attested, "a public client", "A status code other than OK ends the request REJECTED with it.").seen(HeadEnd),
    says("conax.transport-failure", Attested, "page 491629", "A connection that fails ends the request REJECTED with AxisFault.").seen(HeadEnd),
    says("conax.http-failure", Attested, "an independent report", "An HTTP error ends the request REJECTED with AxisFault and its status.").seen(HeadEnd),
    says("conax.soap-fault", Attested, "page 491629", "A SOAP fault ends the request REJECTED with AxisFault.").seen(HeadEnd),
    says("conax.tls", Attested, "public clients", "A failed handshake ends the request REJECTED with AxisFault.").seen(HeadEnd),
    says("conax.encoding", Inferred, "", "An answer that cannot be read ends the request REJECTED.").seen(HeadEnd),
    says("conax.unknown-outcome", Inferred, "", "An answer that got lost ends the request REJECTED although Conax obeyed.").seen(HeadEnd),
    says("conax.hidden-failure", Inferred, "", "An answer OK for what was not carried out ends the request COMPLETED.").seen(HeadEnd),
    says("conax.partial", Inferred, "", "Half a batch carried out has one answer, wrong for the other half.").seen(HeadEnd),
    says("conax.latency", Inferred, "", "A slow answer within the time-out is an answer.").seen(HeadEnd),
    says("conax.late", Inferred, "", "What is carried out later is seen later.").seen(HeadEnd),
    says("conax.stale", Inferred, "", "A stale replica answers queries with the past.").seen(HeadEnd),
    says("conax.lost-state", Inferred, "", "A restart or a backup makes completed requests untrue.").seen(HeadEnd),
    says("conax.clock", Inferred, "", "A head-end's clock may be an hour off.").seen(HeadEnd),
    says("conax.console", Inferred, "", "What is changed at the head-end's console is drift without a request.").seen(HeadEnd),
    says("conax.emm", Inferred, "a sibling operator", "Accepted is not on air: EMMs take their time.").seen(HeadEnd),
    says("conax.overload", Inferred, "", "Under load the head-end refuses, grows slow, or falls silent.").seen(HeadEnd),
    says("conax.heal", Attested, "pages 9833308, 9833309", "A reset makes Conax what the CRM believes.").seen(HeadEnd),
    says("provider.not-effective", Attested, "page 9830764", "A provider that is not effective is sent nothing.").seen(Control),
    says("provider.stays-pending", Inferred, "from page 9830764", "What is not sent to a provider that is not effective stays PENDING.").seen(Control),
    says("request.no-period", Inferred, "no example has one", "A request names no period: what it activates has the one the head-end gives.").seen(HeadEnd),
    says("magic.smartcards", Ours, "", "A documented range of smartcards always meets one fault each.").seen(HeadEnd),
    says("faults.sequence", Ours, "", "A sequence of faults meets one exchange after the other.").seen(HeadEnd),
];
