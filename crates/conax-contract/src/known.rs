//! What is known and what is not, in a few rows: for `docs/known.md` and the page of the API, which are
//! compared with it.
//!
//! A row that clauses stand behind is known as well as the weakest of them.

use crate::clause::Clause;
use crate::source::Source;

/// A behaviour and how it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// What is so.
    pub behaviour: &'static str,
    /// The clauses that say it.
    pub clauses: &'static [&'static str],
    /// How it is known, if no clause says it.
    otherwise: Source,
    /// What is to be added to the source.
    pub note: &'static str,
}

impl Known {
    /// How it is known.
    #[must_use]
    pub fn source(&self) -> Source {
        let clauses = self.clauses.iter().filter_map(|id| Clause::find(id));
        let weakest = clauses.map(|clause| clause.source).max();
        weakest.unwrap_or(self.otherwise)
    }

    /// How it is known, in words.
    #[must_use]
    pub fn source_in_words(&self) -> String {
        format!("{:?}{}", self.source(), self.note)
    }

    const fn but(self, note: &'static str) -> Self {
        Self { note, ..self }
    }
}

const fn by(behaviour: &'static str, clauses: &'static [&'static str]) -> Known {
    Known { behaviour, clauses, otherwise: Source::Ours, note: "" }
}

const fn row(behaviour: &'static str, otherwise: Source) -> Known {
    Known { behaviour, clauses: &[], otherwise, note: "" }
}

/// The rows.
pub const KNOWN: &[Known] = &[
    by(
        "eight methods, names and need of their parameters, thirteen types, three states, two priorities",
        &[
            "show.method",
            "list.type",
            "add_subscriptions.process_immediately",
            "reset_pin_to_given_value.pin",
            "words.type",
            "words.life_cycle_state",
            "words.priority",
        ],
    ),
    by(
        "what `process_immediately` means; the documents have its name only",
        &[
            "process-immediately.default",
            "process-immediately.synchronous",
            "process-immediately.values",
        ],
    ),
    by(
        "a set is a list of objects with a CA id each",
        &["create_pairing.sets", "add_to_existing_pairing.sets"],
    ),
    by(
        "an identifier has exactly one sub-field",
        &[
            "identifier.exactly-one",
            "subscription-identifier.exactly-one",
            "service-identifier.exactly-one",
            "smartcard-identifier.exactly-one",
        ],
    ),
    by(
        "other types, states and priorities than the documented ones are refused, and so is a body that is no object",
        &["list.type-values", "list.state-values", "priority.values", "body.nothing-else"],
    ),
    by(
        "members of a request, dates without zone, `process_immediately` as 0/1/null",
        &["request.shape", "request.date-form", "request.process_immediately"],
    ),
    row(
        "two generations of the object (`--shape`); the default is the superset of both",
        Source::Inferred,
    )
    .but(" from dates of the examples"),
    by("PIN answered as null", &["pin.never-answered"]),
    by(
        "login methods, life of tokens, web API key",
        &[
            "token.login",
            "token.idle-one-hour",
            "token.fixed-two-hours",
            "web-api-key.login",
            "web-api-key.two-hours",
        ],
    ),
    by("errors travel with HTTP 200", &["status.http-200"]).but(" from four public clients"),
    row("every `status.code` other than `OK`", Source::Ours).but("; only their form is attested"),
    row("`process_immediately` answers after Conax has", Source::Inferred),
    by(
        "EXPRESS first, order per smartcard, one at a time",
        &["priority.express-first", "law.c7", "law.c8"],
    ),
    by(
        "a request sent at once overtakes those that wait for a run",
        &["process-immediately.overtakes"],
    ),
    row("`executed_date` is when the answer came", Source::Inferred).but(" from one example"),
    by(
        "a list is ordered by creation, and whole unless a limit is asked for",
        &["list.order", "list.complete"],
    )
    .but("; the order is that of one example"),
    by(
        "a name in `fields_set` that no request has is refused (`unknown-fields`)",
        &["fields-set.unknown-names"],
    ),
    by("ids, numbers and codes are compared as they are written", &["identifier.case"]),
    row(
        "an identifier, a CA id and any other text of a call has at most 1000 letters",
        Source::Ours,
    ),
    row(
        "a text with a character that XML does not allow is refused, in a call and in a world",
        Source::Ours,
    ),
    by("a filter of a list without a value counts as left out", &["list.empty-filter"]),
    by("units have `community_name` in every answer", &["log_information.community-name"])
        .but("; the examples have it in answers to POSTs only"),
    by("parameters nobody knows are ignored", &["parameters.unknown-ignored"]),
    by("a provider that is not effective is sent nothing", &["provider.not-effective"]),
    by("what it is not sent stays PENDING", &["provider.stays-pending"]),
    by("a request names no period", &["request.no-period"]),
    by("`AxisFault` and its dump", &["conax.transport-failure", "conax.soap-fault"])
        .but(" on a sibling page"),
    row(
        "that the dumps are those of Axis 1.4; what that client makes of each failure is measured (`fixtures/axis`)",
        Source::Inferred,
    ),
    row(
        "the host name and the Java of the CRM, in those dumps (`crm-host`, `crm-java`)",
        Source::Ours,
    ),
    row(
        "SOAP 1.1, Basic authentication, `TransactionStatus`, six status codes, `SendBarkMessageToClients`",
        Source::Attested,
    ),
    row("all other operation and element names", Source::Ours)
        .but(" or Inferred, as each profile says"),
    by(
        "`response` is `OK` and the transaction id; `request` is the text of the body",
        &["request.response-text"],
    )
    .but(" once, Inferred in general"),
    by(
        "re-adding extends, cancelling nothing is accepted, pairing again replaces",
        &["law.i5", "conax.cancel-missing", "law.i12"],
    )
    .but("; each is a setting of the world"),
    row("default PIN 0000, limits of groups, how late a start may be", Source::Ours)
        .but("; settings of the world"),
    row(
        "clients of Conax do not look at its certificate (`conax-tls-verify off`)",
        Source::Attested,
    )
    .but("; the default is to look"),
    row(
        "what is said of a handshake that fails, after the name of the exception",
        Source::Inferred,
    )
    .but(": measured with Java 17"),
    row(
        "the CRM refuses another host's certificate (Axis 1.4 as it was released does not)",
        Source::Ours,
    ),
    row("a client without one of its certificates is told `bad_certificate`", Source::Inferred),
    row(
        "`start_date` delays the sending; the entitlement starts when Conax gets it",
        Source::Inferred,
    ),
    by(
        "process names as printed, `FIINGERPRINTING_UTILITY` with its double I among them",
        &["words.process_name"],
    ),
    row("mail 141 characters, bark 129, interval 10 to 2550 s in steps of 10", Source::Attested),
];
