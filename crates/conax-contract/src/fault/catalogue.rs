//! The failure catalogue: F01 to F46, each once.
//!
//! The columns follow the catalogue of failures this project was started from; the source tells how
//! each is known. Rules are written in the language of `*.faults.yaml`, so that `faults show f05`
//! prints what a user could have written.

use conax_model::ledger::{Fate, Standing};

use super::preset::{Applied, Inject, Outlook, Preset, Variant};
use crate::source::Source;

/// The order is not carried out, and the request ends REJECTED.
const NOT_DONE: Preset = Preset {
    number: 0,
    name: "",
    meaning: "",
    inject: Inject::Transport,
    applied: Applied::No,
    wire: "-",
    crm: Standing::Rejected,
    conax: Fate::Never,
    drifts: false,
    errors: &[],
    outlook: Outlook::Transient,
    found: "",
    source: Source::Inferred,
    rule: "",
    when: "",
    magic: true,
    takes: None,
    variants: &[],
};

/// Conax rejects the order, and it stays so as long as nobody mends the data.
const REJECTION: Preset =
    Preset { inject: Inject::Business, wire: "200", outlook: Outlook::Permanent, ..NOT_DONE };

/// The order is carried out, and the request ends REJECTED nevertheless.
const DONE_AND_REJECTED: Preset = Preset {
    applied: Applied::Yes,
    conax: Fate::Once,
    drifts: true,
    outlook: Outlook::Unknown,
    ..NOT_DONE
};

/// The order is carried out, and the request ends COMPLETED.
const COMPLETED: Preset = Preset {
    applied: Applied::Yes,
    crm: Standing::Completed,
    conax: Fate::Once,
    outlook: Outlook::Hidden,
    ..NOT_DONE
};

/// Every preset, in order of its number.
pub const PRESETS: [Preset; 46] = [
    Preset {
        number: 1,
        name: "connection-refused",
        meaning: "nobody listens at the head-end's address",
        inject: Inject::Transport,
        wire: "-",
        errors: &["java.net.ConnectException: Connection refused"],
        found: "at once",
        source: Source::Inferred,
        rule: "refuse",
        variants: &[Variant {
            name: "no-route",
            meaning: "there is no way to the host",
            rule: "no-route",
            errors: &["java.net.NoRouteToHostException: No route to host"],
        }],
        ..NOT_DONE
    },
    Preset {
        number: 2,
        name: "connect-timeout",
        meaning: "the attempt to connect gets no answer",
        inject: Inject::Transport,
        wire: "-",
        errors: &["java.net.SocketTimeoutException: connect timed out"],
        found: "a slow run",
        source: Source::Inferred,
        rule: "connect-timeout",
        ..NOT_DONE
    },
    Preset {
        number: 3,
        name: "reset-before-read",
        meaning: "the connection is reset before the request is read",
        inject: Inject::Transport,
        wire: "RST",
        errors: &["java.net.SocketException: Connection reset"],
        found: "looks like f06",
        source: Source::Inferred,
        rule: "reset",
        variants: &[Variant {
            name: "hang-up",
            meaning: "the connection is closed instead",
            rule: "hang-up",
            errors: &["(0)null"],
        }],
        ..NOT_DONE
    },
    Preset {
        number: 4,
        name: "read-timeout",
        meaning: "no answer comes, and nothing was done",
        inject: Inject::Transport,
        wire: "silence",
        errors: &["java.net.SocketTimeoutException: Read timed out"],
        outlook: Outlook::Unknown,
        found: "looks like f05",
        source: Source::Inferred,
        rule: "silence",
        ..NOT_DONE
    },
    Preset {
        number: 5,
        name: "read-timeout-applied",
        meaning: "the order is carried out, and no answer comes",
        inject: Inject::Effect,
        wire: "silence",
        errors: &["java.net.SocketTimeoutException: Read timed out"],
        found: "drift report",
        source: Source::Inferred,
        rule: "{ silence: {}, at: after-apply }",
        ..DONE_AND_REJECTED
    },
    Preset {
        number: 6,
        name: "reset-applied",
        meaning: "the order is carried out, then the connection is reset",
        inject: Inject::Effect,
        wire: "RST",
        errors: &["java.net.SocketException: Connection reset"],
        found: "drift report",
        source: Source::Inferred,
        rule: "{ reset: {}, at: after-apply }",
        variants: &[Variant {
            name: "hang-up",
            meaning: "the connection is closed instead",
            rule: "{ hang-up: {}, at: after-apply }",
            errors: &["(0)null"],
        }],
        ..DONE_AND_REJECTED
    },
    Preset {
        number: 7,
        name: "slow-response",
        meaning: "the answer comes late, within the time-out",
        inject: Inject::Transport,
        wire: "OK, late",
        outlook: Outlook::Harmless,
        found: "latency histogram",
        source: Source::Inferred,
        rule: "delay: 6s",
        ..COMPLETED
    },
    Preset {
        number: 8,
        name: "cut-answer",
        meaning: "the answer breaks off",
        inject: Inject::Transport,
        wire: "partial",
        errors: &["XML document structures must start and end within the same entity."],
        found: "drift report",
        source: Source::Inferred,
        rule: "cut: 50%",
        variants: &[
            Variant {
                name: "headers-only",
                meaning: "nothing of the body arrives",
                rule: "cut: 0%",
                errors: &["Premature end of file."],
            },
            Variant {
                name: "trickle",
                meaning: "the bytes come slowly; each wait is within the time-out, so that it ends COMPLETED, late",
                rule: "trickle: 50",
                errors: &[],
            },
        ],
        ..DONE_AND_REJECTED
    },
    Preset {
        number: 9,
        name: "tls-server-certificate",
        meaning: "the server's certificate has expired",
        inject: Inject::Transport,
        wire: "TLS alert",
        errors: &["validity check failed", "timestamp check failed"],
        found: "security test",
        source: Source::Inferred,
        rule: "tls: expired",
        variants: &[
            Variant {
                name: "self-signed",
                meaning: "nobody vouches for it",
                rule: "tls: self-signed",
                errors: &["unable to find valid certification path to requested target"],
            },
            Variant {
                name: "wrong-host",
                meaning: "it is for another host",
                rule: "tls: wrong-host",
                errors: &["hostname in certificate didn't match"],
            },
        ],
        ..NOT_DONE
    },
    Preset {
        number: 10,
        name: "tls-client-certificate",
        meaning: "the client has no certificate, or an unknown one",
        inject: Inject::Transport,
        wire: "TLS alert",
        errors: &[
            "Received fatal alert: bad_certificate",
            "Received fatal alert: certificate_required",
        ],
        found: "at once",
        source: Source::Inferred,
        rule: "tls: client-certificate",
        ..NOT_DONE
    },
    Preset {
        number: 11,
        name: "bad-credentials",
        meaning: "HTTP 401",
        inject: Inject::Http,
        wire: "401",
        errors: &["(401)Unauthorized"],
        found: "a whole run fails",
        source: Source::Attested,
        rule: "http: { status: 401, body: \"<html><body><h1>401 Unauthorized</h1></body></html>\" }",
        ..NOT_DONE
    },
    Preset {
        number: 12,
        name: "locked-out",
        meaning: "HTTP 403, as after too many failures",
        inject: Inject::Http,
        wire: "403",
        errors: &["(403)Forbidden"],
        found: "a whole run fails",
        source: Source::Inferred,
        rule: "http: { status: 403, body: \"<html><body><h1>403 Forbidden</h1></body></html>\" }",
        ..NOT_DONE
    },
    Preset {
        number: 13,
        name: "wrong-path",
        meaning: "HTTP 404, as when the end point has moved",
        inject: Inject::Http,
        wire: "404, HTML",
        errors: &["(404)Not Found"],
        found: "a whole run fails",
        source: Source::Inferred,
        rule: "http: { status: 404, body: \"<html><body><h1>404 Not Found</h1></body></html>\" }",
        ..NOT_DONE
    },
    Preset {
        number: 14,
        name: "maintenance-page",
        meaning: "HTTP 503 with a page",
        inject: Inject::Http,
        wire: "503, HTML",
        errors: &["(503)Service Unavailable"],
        found: "a whole run fails",
        source: Source::Inferred,
        rule: "http: { status: 503, body: \"<html><body><h1>Down for maintenance</h1></body></html>\" }",
        variants: &[Variant {
            name: "page-200",
            meaning: "the page comes with HTTP 200",
            rule: "http: { status: 200, body: \"<html><body><h1>Down for maintenance</h1></body></html>\" }",
            errors: &["org.xml.sax.SAXException: Bad envelope tag:"],
        }],
        ..NOT_DONE
    },
    Preset {
        number: 15,
        name: "throttled",
        meaning: "more than five commands a second are turned away with HTTP 503",
        inject: Inject::Http,
        wire: "503",
        errors: &["(503)Service Unavailable"],
        found: "only in bursts",
        source: Source::Inferred,
        rule: "throttle: { per_second: 5, burst: 5 }",
        magic: false,
        takes: Some("send more than five orders within a second"),
        variants: &[Variant {
            name: "rejected",
            meaning: "they are rejected instead, as TOO_MANY_REQUESTS",
            rule: "throttle: { per_second: 5, burst: 5, rejects: true }",
            errors: &["too many requests"],
        }],
        ..NOT_DONE
    },
    Preset {
        number: 16,
        name: "pool-exhausted",
        meaning: "beyond four exchanges at a time no answer comes",
        inject: Inject::Transport,
        wire: "silence",
        errors: &["java.net.SocketTimeoutException: Read timed out"],
        outlook: Outlook::Unknown,
        found: "only under load",
        source: Source::Inferred,
        rule: "silence",
        when: "above: 4",
        magic: false,
        takes: Some("have more than four orders on their way at a time"),
        ..NOT_DONE
    },
    Preset {
        number: 17,
        name: "malformed-xml",
        meaning: "a tag of the answer is broken",
        inject: Inject::Soap,
        wire: "200, garbage",
        errors: &["must be terminated by the matching end-tag"],
        found: "drift report",
        source: Source::Inferred,
        rule: "garble",
        ..DONE_AND_REJECTED
    },
    Preset {
        number: 18,
        name: "wrong-encoding",
        meaning: "the answer says another encoding than it has",
        inject: Inject::Soap,
        wire: "200",
        errors: &["java.io.UnsupportedEncodingException"],
        found: "drift report",
        source: Source::Inferred,
        rule: "encoding: x-conax-unknown",
        variants: &[Variant {
            name: "byte-order-mark",
            meaning: "it begins with a byte order mark; clients that take one end COMPLETED",
            rule: "byte-order-mark",
            errors: &[],
        }],
        ..DONE_AND_REJECTED
    },
    Preset {
        number: 19,
        name: "soap-fault-parse",
        meaning: "a SOAP fault \"Couldn't parse stream.\" for a good request",
        inject: Inject::Soap,
        wire: "500, fault",
        errors: &["Couldn't parse stream."],
        found: "at once",
        source: Source::Attested,
        rule: "soap-fault: { code: \"soap:Server\", string: \"Couldn't parse stream.\" }",
        ..NOT_DONE
    },
    Preset {
        number: 20,
        name: "no-such-operation",
        meaning: "a SOAP fault, as after an upgrade",
        inject: Inject::Soap,
        wire: "500, fault",
        errors: &["No such operation: "],
        outlook: Outlook::Permanent,
        found: "all of one type fail",
        source: Source::Inferred,
        rule: "soap-fault: { code: \"soap:Server\", string: \"No such operation: {operation}\" }",
        ..NOT_DONE
    },
    Preset {
        number: 21,
        name: "session-expired",
        meaning: "a SOAP fault not_logged_in",
        inject: Inject::Soap,
        wire: "500, fault",
        errors: &["not_logged_in"],
        found: "a whole run fails",
        source: Source::Attested,
        rule: "soap-fault: { code: not_logged_in, string: Not logged in }",
        ..NOT_DONE
    },
    Preset {
        number: 22,
        name: "unknown-status",
        meaning: "the answer has a status code nobody knows",
        inject: Inject::Soap,
        wire: "200",
        errors: &["PARTIALLY_QUEUED"],
        found: "drift report",
        source: Source::Inferred,
        rule: "status: PARTIALLY_QUEUED",
        variants: &[Variant {
            name: "missing",
            meaning: "it has no status code at all",
            rule: "no-status",
            errors: &["The answer of Conax has no StatusCode"],
        }],
        ..DONE_AND_REJECTED
    },
    Preset {
        number: 23,
        name: "no-transaction-id",
        meaning: "OK without a transaction id",
        inject: Inject::Soap,
        wire: "200",
        found: "a reference number is missing",
        source: Source::Inferred,
        rule: "no-transaction-id",
        ..COMPLETED
    },
    Preset {
        number: 24,
        name: "foreign-transaction-id",
        meaning: "OK with the transaction id of the answer before",
        inject: Inject::Soap,
        wire: "200",
        found: "two requests with one reference number",
        source: Source::Inferred,
        rule: "repeated-transaction-id",
        variants: &[Variant {
            name: "nobodys",
            meaning: "with an id of nobody's",
            rule: "foreign-transaction-id",
            errors: &[],
        }],
        ..COMPLETED
    },
    Preset {
        number: 25,
        name: "client-not-found",
        meaning: "the smartcard is not loaded, or mistyped",
        errors: &["the smartcard is not known"],
        found: "mend the data",
        source: Source::Attested,
        rule: "reject: { status: CLIENT_NOT_FOUND, message: the smartcard is not known }",
        ..REJECTION
    },
    Preset {
        number: 26,
        name: "client-not-managed",
        meaning: "the smartcard belongs to another operator",
        errors: &["the smartcard is managed by another SMS"],
        found: "mend the data",
        source: Source::Attested,
        rule: "reject: { status: CLIENT_NOT_MANAGED_BY_SMS, message: the smartcard is managed by another SMS }",
        ..REJECTION
    },
    Preset {
        number: 27,
        name: "client-blocked",
        meaning: "the smartcard is blocked",
        errors: &["the smartcard is blocked"],
        found: "mend the data",
        source: Source::Ours,
        rule: "reject: { status: CLIENT_BLOCKED, message: the smartcard is blocked }",
        ..REJECTION
    },
    Preset {
        number: 28,
        name: "product-not-found",
        meaning: "the mapping is wrong, or the product withdrawn",
        errors: &["the product is not known"],
        found: "many cards at once",
        source: Source::Ours,
        rule: "reject: { status: PRODUCT_NOT_FOUND, message: the product is not known }",
        ..REJECTION
    },
    Preset {
        number: 29,
        name: "pairing-module-not-found",
        meaning: "the keys of a new set-top box are not installed yet",
        errors: &["the pairing module is not known"],
        outlook: Outlook::Transient,
        found: "a new batch of boxes; weeks later it works",
        source: Source::Attested,
        rule: "reject: { status: PAIRING_MODULE_NOT_FOUND, message: the pairing module is not known }",
        ..REJECTION
    },
    Preset {
        number: 30,
        name: "pairing-conflict",
        meaning: "a member is in another pairing",
        errors: &["a member is in another pairing"],
        found: "order of sending",
        source: Source::Ours,
        rule: "reject: { status: PAIRING_CONFLICT, message: a member is in another pairing }",
        variants: &[Variant {
            name: "not-found",
            meaning: "the smartcard that names the pairing is in none",
            rule: "reject: { status: PAIRING_NOT_FOUND, message: the smartcard is in no pairing }",
            errors: &["the smartcard is in no pairing"],
        }],
        ..REJECTION
    },
    Preset {
        number: 31,
        name: "input-validation",
        meaning: "a value is malformed or out of range",
        errors: &["a value is out of range"],
        found: "mend the data",
        source: Source::Attested,
        rule: "reject: { status: INPUT_VALIDATION_ERROR, message: a value is out of range }",
        ..REJECTION
    },
    Preset {
        number: 32,
        name: "feature-not-available",
        meaning: "the command is not licensed",
        errors: &["the feature is not available"],
        found: "the licence",
        source: Source::Attested,
        rule: "reject: { status: FEATURE_NOT_AVAILABLE, message: the feature is not available }",
        ..REJECTION
    },
    Preset {
        number: 33,
        name: "system-error",
        meaning: "the head-end fails before it does anything",
        errors: &["internal failure"],
        outlook: Outlook::Unknown,
        found: "looks like f33/applied",
        source: Source::Attested,
        rule: "reject: { status: SYSTEM_ERROR, message: internal failure }",
        variants: &[Variant {
            name: "applied",
            meaning: "it fails after it has done it",
            rule: "{ reject: { status: SYSTEM_ERROR, message: internal failure }, at: after-apply }",
            errors: &["internal failure"],
        }],
        ..REJECTION
    },
    Preset {
        number: 34,
        name: "capacity-exceeded",
        meaning: "slots, licences or the EMM queue are full",
        errors: &["the limit is reached"],
        outlook: Outlook::Transient,
        found: "later it works",
        source: Source::Ours,
        rule: "reject: { status: CAPACITY_EXCEEDED, message: the limit is reached }",
        ..REJECTION
    },
    Preset {
        number: 35,
        name: "false-ok",
        meaning: "it is answered by OK, and nothing was done",
        inject: Inject::Effect,
        applied: Applied::No,
        wire: "OK",
        conax: Fate::Never,
        drifts: true,
        found: "drift report, the other way round",
        source: Source::Inferred,
        rule: "false-ok",
        ..COMPLETED
    },
    Preset {
        number: 36,
        name: "partial-batch",
        meaning: "half of the batch is done, and one status answered",
        inject: Inject::Effect,
        applied: Applied::Otherwise,
        wire: "OK",
        conax: Fate::Never,
        drifts: true,
        outlook: Outlook::Partial,
        found: "a comparison card by card",
        source: Source::Inferred,
        rule: "partial: 0",
        magic: false,
        ..COMPLETED
    },
    Preset {
        number: 37,
        name: "executed-twice",
        meaning: "the order is carried out twice",
        inject: Inject::Effect,
        wire: "OK",
        conax: Fate::Twice,
        found: "messages shown twice",
        source: Source::Inferred,
        rule: "twice",
        ..COMPLETED
    },
    Preset {
        number: 38,
        name: "reordered",
        meaning: "the next order of the card is carried out before this one",
        inject: Inject::Effect,
        applied: Applied::Otherwise,
        wire: "OK, OK",
        drifts: true,
        found: "the final state is wrong",
        source: Source::Inferred,
        rule: "swap",
        magic: false,
        ..COMPLETED
    },
    Preset {
        number: 39,
        name: "late-execution",
        meaning: "it is answered now and carried out half a minute later",
        inject: Inject::Effect,
        applied: Applied::Otherwise,
        wire: "OK",
        found: "a question in between shows the old state",
        source: Source::Inferred,
        rule: "late: 30s",
        ..COMPLETED
    },
    Preset {
        number: 40,
        name: "stale-read",
        meaning: "a question is answered from the state of a minute ago",
        inject: Inject::Effect,
        applied: Applied::No,
        wire: "OK, wrong data",
        found: "two questions that contradict each other",
        source: Source::Inferred,
        rule: "stale: 1min",
        magic: false,
        ..COMPLETED
    },
    Preset {
        number: 41,
        name: "restart-loses",
        meaning: "the head-end restarts and has lost the last half minute",
        inject: Inject::Effect,
        applied: Applied::No,
        wire: "OK, then forgotten",
        conax: Fate::Never,
        drifts: true,
        found: "drift of many cards at once",
        source: Source::Inferred,
        rule: "lose: 30s",
        magic: false,
        ..COMPLETED
    },
    Preset {
        number: 42,
        name: "emm-lag",
        meaning: "it is accepted, and the card hears of it hours later",
        inject: Inject::Effect,
        wire: "OK",
        outlook: Outlook::Harmless,
        found: "customers call",
        source: Source::Inferred,
        rule: "emm-lag: 6h",
        ..COMPLETED
    },
    Preset {
        number: 43,
        name: "clock-skew",
        meaning: "the head-end's clock is an hour ahead",
        inject: Inject::Effect,
        applied: Applied::Otherwise,
        wire: "OK",
        drifts: true,
        found: "what should hold now holds in an hour",
        source: Source::Inferred,
        rule: "clock-skew: 1h",
        variants: &[Variant {
            name: "behind",
            meaning: "it is an hour behind",
            rule: "clock-skew: -1h",
            errors: &[],
        }],
        ..COMPLETED
    },
    Preset {
        number: 44,
        name: "console-edit",
        meaning: "somebody at the head-end's console cancels the card's products",
        inject: Inject::Effect,
        wire: "OK",
        drifts: true,
        found: "audit",
        source: Source::Inferred,
        rule: "console-cancel",
        ..COMPLETED
    },
    Preset {
        number: 45,
        name: "flapping",
        meaning: "for half a minute HTTP 503, for half a minute well, again and again",
        inject: Inject::Http,
        wire: "503, or OK",
        errors: &["(503)Service Unavailable"],
        found: "a soak test",
        source: Source::Inferred,
        rule: "http: { status: 503, body: \"<html><body><h1>503 Service Unavailable</h1></body></html>\" }",
        when: "window: { on: 30s, off: 30s }",
        magic: false,
        ..NOT_DONE
    },
    Preset {
        number: 46,
        name: "slow-then-dead",
        meaning: "answers come ever later, until they come too late",
        inject: Inject::Transport,
        wire: "OK, late; then silence",
        errors: &["java.net.SocketTimeoutException: Read timed out"],
        outlook: Outlook::Unknown,
        found: "only under load",
        source: Source::Inferred,
        rule: "{ delay: \"ramp(0s, 20min, over 10min)\", at: after-apply }",
        magic: false,
        takes: Some("go on sending for more than five minutes"),
        ..COMPLETED
    },
];
