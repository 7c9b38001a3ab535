//! The laws a client is graded by: one table. Help, `--list`, reports and documents are made of it.
//!
//! Laws are about what the client does. That they are worth keeping is how integrations with such
//! systems go wrong; the tag says how the fact behind each is known.

use conax_contract::source::Source;

use super::judge::{Evidence, Finding, behaviour, orders, resends, secrets, success};
use super::observation::Seat;

/// A law.
pub(crate) struct Law {
    /// Its id.
    pub(crate) id: &'static str,
    /// What it says.
    pub(crate) sentence: &'static str,
    /// Why it matters.
    pub(crate) why: &'static str,
    /// How the fact behind it is known.
    pub(crate) source: Source,
    /// For whom it is.
    pub(crate) seats: &'static [Seat],
    /// The scenes that try it. It is judged in all that are played.
    pub(crate) scenes: &'static [&'static str],
    /// How it is judged.
    pub(crate) judge: fn(&Evidence<'_>) -> Finding,
}

const BOTH: &[Seat] = &[Seat::A, Seat::C];
const API: &[Seat] = &[Seat::A];
const CONAX: &[Seat] = &[Seat::C];

/// Every law.
pub(crate) const LAWS: &[Law] = &[
    Law {
        id: "client.does-its-work",
        sentence: "On a calm day the order is done, and the client says so",
        why: "A client that fails when nothing goes wrong is not worth grading further.",
        source: Source::Ours,
        seats: BOTH,
        scenes: &["calm"],
        judge: orders::does_its_work,
    },
    Law {
        id: "client.sends-what-is-documented",
        sentence: "Its calls have the documented verbs, paths and mandatory parameters",
        why: "What is refused for its form says nothing about the order. (At seat c the form is that \
              of the wire profile `public`, which says how each name is known.)",
        source: Source::Documented,
        seats: BOTH,
        scenes: &["calm", "pin"],
        judge: behaviour::sends_what_is_documented,
    },
    Law {
        id: "client.no-blind-resend",
        sentence: "An order whose outcome is unknown is sent again only after a look that does not \
                   show it",
        why: "No order has an id of the client's, so a second one cannot be told from a new one: \
              it may be carried out twice.",
        source: Source::Inferred,
        seats: BOTH,
        scenes: &["hang-up", "cut-answer", "lost-answer", "late-answer", "lost-order"],
        judge: resends::no_blind_resend,
    },
    Law {
        id: "client.sends-an-order-once",
        sentence: "An order that was taken is not sent again, be it PENDING or COMPLETED",
        why: "Every order is carried out anew: a second one is a second request and a second command.",
        source: Source::Inferred,
        seats: BOTH,
        scenes: &["calm", "slow-run"],
        judge: resends::sends_an_order_once,
    },
    Law {
        id: "client.has-a-time-out",
        sentence: "It gives up by itself when no answer or no end comes",
        why: "One silent head-end must not stop the client for ever; what stands behind it waits \
              as well.",
        source: Source::Inferred,
        seats: BOTH,
        scenes: &["lost-answer", "no-run"],
        judge: behaviour::has_a_time_out,
    },
    Law {
        id: "client.reads-the-status-code",
        sentence: "Success is the status code OK and nothing else, not an OK anywhere in the text",
        why: "Refusals travel with HTTP 200, and their texts may hold an OK; a public client of \
              Conax looks for these two letters anywhere.",
        source: Source::Attested,
        seats: BOTH,
        scenes: &["refused-with-ok", "rejected-with-ok", "cut-answer", "ended-token"],
        judge: orders::reads_the_status_code,
    },
    Law {
        id: "client.success-means-done",
        sentence: "Success is said only of an order that was carried out",
        why: "Whoever guesses that a lost order was done, or takes a rejection for an end like any \
              other, leaves a subscriber with a dark screen and a CRM that says all is well.",
        source: Source::Ours,
        seats: BOTH,
        scenes: &["lost-order", "rejected", "refused"],
        judge: success::success_means_done,
    },
    Law {
        id: "client.takes-only-its-own",
        sentence: "A request in a list is its own only if smartcard and service are",
        why: "Others order as well. The first or last of a list, or the newest that is COMPLETED, \
              may be anybody's.",
        source: Source::Ours,
        seats: API,
        scenes: &["lost-order", "hang-up", "cut-answer", "lost-answer"],
        judge: success::takes_only_its_own,
    },
    Law {
        id: "client.pending-is-not-done",
        sentence: "A request that is PENDING is not reported as a success",
        why: "PENDING says that the CRM has recorded it. Conax may still refuse it.",
        source: Source::Documented,
        seats: API,
        scenes: &["no-run"],
        judge: orders::pending_is_not_done,
    },
    Law {
        id: "client.stops-at-rejected",
        sentence: "After a rejection it neither looks again nor sends the same order again",
        why: "REJECTED is final. The same order meets the same rejection, and fills the queue.",
        source: Source::Documented,
        seats: BOTH,
        scenes: &["rejected"],
        judge: orders::stops_at_rejected,
    },
    Law {
        id: "client.repeats-no-refused-call",
        sentence: "A call that was refused is not made again unchanged",
        why: "A refusal for what the call says stays one, however often it is said.",
        source: Source::Inferred,
        seats: API,
        scenes: &["refused", "refused-with-ok"],
        judge: behaviour::repeats_no_refused_call,
    },
    Law {
        id: "client.notices-a-known-reference",
        sentence: "A reference that belongs to another order is not taken for its own",
        why: "The reference is the only proof that Conax did this order; one that is known already \
              proves another one.",
        source: Source::Inferred,
        seats: BOTH,
        scenes: &["known-reference"],
        judge: orders::notices_a_known_reference,
    },
    Law {
        id: "client.polls-gently",
        sentence: "While it waits, a tenth of a second passes between an answer and the next look",
        why: "Processing runs are seconds apart. Looking without a pause only takes time from \
              everybody else.",
        source: Source::Ours,
        seats: API,
        scenes: &["no-run", "slow-run"],
        judge: behaviour::polls_gently,
    },
    Law {
        id: "client.backs-off",
        sentence: "When it is turned away with HTTP 503, it waits a tenth of a second or longer",
        why: "Whoever is overloaded is kept so by clients that come back at once.",
        source: Source::Ours,
        seats: BOTH,
        scenes: &["overload"],
        judge: behaviour::backs_off,
    },
    Law {
        id: "client.renews-its-token",
        sentence: "When its token has ended, it logs in again and goes on",
        why: "Tokens end after an hour or two, in the middle of the work.",
        source: Source::Attested,
        seats: API,
        scenes: &["ended-token"],
        judge: behaviour::renews_its_token,
    },
    Law {
        id: "client.drops-the-check-digit",
        sentence: "A smartcard goes to Conax with eleven digits, without the printed check digit",
        why: "The number on the card has twelve digits, the last of which is no part of it. \
              Tolerant head-ends hide the mistake until a strict one does not.",
        source: Source::Attested,
        seats: CONAX,
        scenes: &["calm"],
        judge: orders::drops_the_check_digit,
    },
    Law {
        id: "client.keeps-secrets-out-of-urls",
        sentence: "No PIN and no password stands in a URL",
        why: "URLs are written to the logs of every server and proxy on the way.",
        source: Source::Ours,
        seats: BOTH,
        scenes: &["pin", "ended-token"],
        judge: secrets::keeps_secrets_out_of_urls,
    },
    Law {
        id: "client.keeps-secrets-out-of-logs",
        sentence: "No PIN, password or token stands in what it writes",
        why: "Logs are read, copied and kept by people who must not have them.",
        source: Source::Ours,
        seats: BOTH,
        scenes: &["calm", "pin"],
        judge: secrets::keeps_secrets_out_of_logs,
    },
];
