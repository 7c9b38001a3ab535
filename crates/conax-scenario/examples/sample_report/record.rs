//! A run in which everything that can be told happens: every verdict, every kind of finding, table
//! rows, an included file, faults, drift, a long pause, and text that tries to break out.

use std::time::Duration;

use super::coverage::Covers;
use super::record::{
    CaseRecord, ExchangeRecord, FORMAT, FaultRecord, FindingKind, FindingRecord, RunRecord,
    StepRecord, Verdict,
};

const CARD: &str = "01900080207";

/// The run.
#[must_use]
pub fn rich() -> RunRecord {
    let cases = vec![
        entitled(),
        lost_answer(),
        included(),
        row("a smartcard that is not there", "1", Verdict::Passed),
        row("a smartcard of ten digits", "2", Verdict::Failed),
        row("no smartcard", "3", Verdict::Passed),
        restless(),
        unreachable(),
        too_slow(),
        blind(),
        partly(),
        hostile(),
    ];
    let warnings = vec!["no certificate of the target was checked".to_owned()];
    RunRecord { warnings, ..run(cases) }
}

/// A run of many scenarios, nearly all of them as expected.
#[must_use]
pub fn large(count: usize) -> RunRecord {
    let cases = (0..count).map(|index| {
        let mut case = match index % 50 {
            17 => lost_answer(),
            31 => partly(),
            43 => blind(),
            _ => entitled(),
        };
        case.file = format!("scenarios/volume/{:03}.scenario.yaml", index / 4);
        case.line = 1 + index % 4 * 40;
        case.name = format!("{} ({})", case.name, index + 1);
        case.seed = index as u64;
        case
    });
    run(cases.collect())
}

fn run(cases: Vec<CaseRecord>) -> RunRecord {
    RunRecord {
        again: "conax-sim run scenarios --seed 1".to_owned(),
        format: FORMAT,
        version: "0.1.0".to_owned(),
        seed: 7,
        target: "in-process".to_owned(),
        warnings: Vec::new(),
        is_interrupted: false,
        not_begun: 0,
        wall: cases.iter().map(|case| case.wall).sum(),
        cases,
    }
}

fn case(file: &str, line: usize, name: &str, verdict: Verdict) -> CaseRecord {
    CaseRecord {
        file: format!("scenarios/{file}.scenario.yaml"),
        line,
        name: name.to_owned(),
        seed: 7,
        verdict,
        began: "2014-11-30T08:59:00".to_owned(),
        again: format!("conax-sim run scenarios/{file}.scenario.yaml:{line} --seed 7"),
        wall: Duration::from_micros(12_345),
        ..CaseRecord::default()
    }
}

fn step(line: usize, title: &str, (from_ms, to_ms): (u64, u64)) -> StepRecord {
    StepRecord { line, title: title.to_owned(), from_ms, to_ms, ..StepRecord::default() }
}

fn without(step: StepRecord, reason: &str) -> StepRecord {
    StepRecord { verdict: Verdict::Skipped, reason: Some(reason.to_owned()), ..step }
}

fn failing(step: StepRecord, findings: Vec<FindingRecord>) -> StepRecord {
    StepRecord { verdict: Verdict::Failed, findings, ..step }
}

fn finding(file: &str, (line, column, end_column): (usize, usize, usize)) -> FindingRecord {
    FindingRecord {
        file: format!("scenarios/{file}.scenario.yaml"),
        line,
        column,
        end_column,
        message: "expectation not met".to_owned(),
        ..FindingRecord::default()
    }
}

fn exchange(number: u64, api: &str, at_ms: u64, target: &str) -> ExchangeRecord {
    ExchangeRecord {
        number,
        api: api.to_owned(),
        at_ms,
        verb: "POST".to_owned(),
        target: target.to_owned(),
        http_status: Some(200),
        ..ExchangeRecord::default()
    }
}

fn crm(number: u64, (step, at_ms): (usize, u64), operation: &str, reply: &str) -> ExchangeRecord {
    let target = format!("/conax_web_services/provisioning_requests/{operation}");
    ExchangeRecord {
        step: Some(step),
        card: Some(CARD.to_owned()),
        request_number: Some(4049),
        outcome: Some("OK".to_owned()),
        traceparent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
        call: format!(
            r#"{{"token":"***","subscription_identifier":{{"id":"S60058"}},"service_identifier":{{"id":"P1test"}},"smartcard_identifier":{{"serial_number":"{CARD}"}}}}"#
        ),
        reply: reply.to_owned(),
        ..exchange(number, "crm", at_ms, &target)
    }
}

fn shown(state: &str) -> String {
    format!(
        r#"{{"status":{{"code":"OK","description":null,"message":null}},"data":{{"id":"8d6df8bc7bc24e25a5f1e3b8a3c5a0a1","number":"4049","life_cycle_state":"{state}","type":"ADD_SUBSCRIPTIONS","reference_number":null}}}}"#
    )
}

fn control(number: u64, (step, at_ms): (usize, u64), target: &str, call: &str) -> ExchangeRecord {
    ExchangeRecord {
        step: Some(step),
        call: call.to_owned(),
        reply: r#"{"at_rest":true}"#.to_owned(),
        ..exchange(number, "control", at_ms, target)
    }
}

/// A command as the CRM sees it and as Conax sees it.
fn command(
    numbers: (u64, u64),
    (step, at_ms): (usize, u64),
    (took_us, conax_us): (u64, u64),
) -> [ExchangeRecord; 2] {
    let call = format!(
        r#"<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><addSubscriptions><smartcard>{CARD}</smartcard><product>P1test</product></addSubscriptions></soapenv:Body></soapenv:Envelope>"#
    );
    let reply = r#"<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><addSubscriptionsResponse><transaction>38a4254b</transaction><status>0</status></addSubscriptionsResponse></soapenv:Body></soapenv:Envelope>"#;
    let seen = |number, api, at_ms, took_us| ExchangeRecord {
        step: Some(step),
        took_us,
        card: Some(CARD.to_owned()),
        request_number: Some(4049),
        outcome: Some("0".to_owned()),
        call: call.clone(),
        reply: reply.to_owned(),
        ..exchange(number, api, at_ms, "/conax/ca")
    };
    [
        seen(numbers.0, "cas", at_ms + (took_us - conax_us) / 2000, conax_us),
        seen(numbers.1, "dispatch", at_ms, took_us),
    ]
}

fn entitled() -> CaseRecord {
    let mut exchanges = vec![crm(1, (0, 0), "add_subscriptions", &shown("PENDING"))];
    exchanges.extend(command((2, 3), (1, 60_000), (240_000, 120_000)));
    exchanges.push(ExchangeRecord {
        took_us: 60_240_000,
        ..control(4, (1, 0), "/v1/clock/advance", r#"{"by":"1min"}"#)
    });
    exchanges.push(ExchangeRecord {
        verb: "GET".to_owned(),
        call: String::new(),
        ..crm(5, (2, 60_240), "show?number=4049", &shown("COMPLETED"))
    });
    CaseRecord {
        description: Some(
            "What the documents promise: a request that is due is sent, and ends.".to_owned(),
        ),
        tags: vec!["documented".to_owned(), "smoke".to_owned()],
        protects: vec!["show.states".to_owned()],
        simulated_ms: 60_240,
        steps: vec![
            step(9, "call add_subscriptions", (0, 0)),
            step(12, "advance 1min", (0, 60_240)),
            step(13, "wait until 4049 is COMPLETED", (60_240, 60_240)),
            step(14, "expect conax, card 01900080207", (60_240, 60_240)),
        ],
        exchanges,
        ..case(
            "documented/add",
            3,
            "A subscription that was added is an entitlement a minute later",
            Verdict::Passed,
        )
    }
}

fn lost_answer() -> CaseRecord {
    let fault = "f05: read-timeout-applied, the answer is lost (hit 1 of 1)";
    let mut exchanges = vec![crm(1, (1, 0), "add_subscriptions", &shown("PENDING"))];
    let [conax, mut sent] = command((2, 4), (2, 60_000), (30_000_000, 80_000));
    sent.http_status = None;
    sent.outcome = Some("read timed out after 30s".to_owned());
    sent.reply = String::new();
    sent.faults = vec![fault.to_owned()];
    let conax = ExchangeRecord { at_ms: 60_040, faults: vec![fault.to_owned()], ..conax };
    exchanges.extend([conax, sent]);
    exchanges.extend(command((5, 6), (2, 660_000), (200_000, 80_000)).map(|seen| ExchangeRecord {
        near_misses: vec!["f05: it has acted as often as it may".to_owned()],
        ..seen
    }));
    exchanges.push(ExchangeRecord {
        took_us: 660_200_000,
        ..control(7, (2, 0), "/v1/clock/advance", r#"{"by":"11min"}"#)
    });
    exchanges.push(ExchangeRecord {
        verb: "GET".to_owned(),
        call: String::new(),
        ..crm(8, (3, 660_200), "show?number=4049", &shown("COMPLETED"))
    });
    let waited = FindingRecord {
        message: "request 4049 became COMPLETED".to_owned(),
        path: "life_cycle_state".to_owned(),
        expected: "REJECTED within 15min".to_owned(),
        found: "COMPLETED, reference_number 38a4254b".to_owned(),
        note: Some("because Conax answered the second try at 09:10:00".to_owned()),
        ..finding("faults/f05", (21, 32, 47))
    };
    CaseRecord {
        tags: vec!["faults".to_owned(), "f05".to_owned()],
        protects: vec!["show.states".to_owned(), "conax.unknown-outcome".to_owned()],
        simulated_ms: 660_200,
        steps: vec![
            step(16, "fault f05", (0, 0)),
            step(17, "call add_subscriptions", (0, 0)),
            step(20, "advance 11min", (0, 660_200)),
            failing(step(21, "wait until 4049 is REJECTED", (660_200, 660_200)), vec![waited]),
            without(step(22, "heal", (660_200, 660_200)), "not reached"),
            StepRecord { is_cleanup: true, ..step(25, "calm", (660_200, 660_200)) },
        ],
        exchanges,
        exchanges_left_out: 2,
        covers: Some(Covers {
            clauses: vec!["show.by-number".to_owned()],
            transitions: vec!["request PENDING>COMPLETED ADD_SUBSCRIPTIONS".to_owned()],
            cells: vec!["f05 ADD_SUBSCRIPTIONS after".to_owned()],
        }),
        faults: vec![FaultRecord {
            name: "f05".to_owned(),
            status: "spent".to_owned(),
            hit: 1,
            missed: 1,
        }],
        drift: vec![serde_json::json!({
            "card": CARD, "product": "P1test", "crm": "none", "conax": "active",
        })],
        notes: vec!["the fault rule `f12` never acted".to_owned()],
        ..case(
            "faults/f05",
            3,
            "A time-out after Conax obeyed leaves drift, and a reset heals it",
            Verdict::Failed,
        )
    }
}

fn included() -> CaseRecord {
    let reply = FindingRecord {
        path: "data.smartcards[0].services".to_owned(),
        expected: "[\n  \"P1test\",\n  \"P2test\",\n  \"P3test\"\n]".to_owned(),
        found: "[\n  \"P1test\",\n  \"P3test\"\n]".to_owned(),
        ..finding("steps/three", (7, 13, 40))
    };
    let state = FindingRecord {
        path: "data.life_cycle_state".to_owned(),
        expected: "PENDING".to_owned(),
        found: "nothing".to_owned(),
        note: Some("`life_cycle_status` is there: one letter of the name differs".to_owned()),
        ..finding("steps/three", (8, 13, 20))
    };
    let in_included = |step: StepRecord| StepRecord {
        file: Some("scenarios/steps/three.scenario.yaml".to_owned()),
        ..step
    };
    CaseRecord {
        tags: vec!["documented".to_owned()],
        steps: vec![
            step(5, "call login", (0, 0)),
            in_included(failing(step(6, "call add_subscriptions", (0, 0)), vec![reply, state])),
            in_included(without(step(9, "expect conax, card 01900080207", (0, 0)), "not reached")),
            without(step(11, "process", (0, 0)), "not reached"),
        ],
        exchanges: vec![
            ExchangeRecord {
                step: Some(0),
                call: r#"{"username":"conax","password":"***"}"#.to_owned(),
                reply: r#"{"status":{"code":"OK"},"token":"***"}"#.to_owned(),
                ..exchange(1, "crm", 0, "/conax_web_services/authentication/token")
            },
            crm(2, (1, 0), "add_subscriptions", &shown("PENDING")),
        ],
        ..case("documented/three", 2, "Three products in one request", Verdict::Failed)
    }
}

fn row(content: &str, number: &str, verdict: Verdict) -> CaseRecord {
    let refused = FindingRecord {
        path: "status.code".to_owned(),
        expected: "/^COM\\.CRM\\..+/".to_owned(),
        found: "OK".to_owned(),
        answer: Some("The smartcard names no installed item.".to_owned()),
        ..finding("refusals", (12, 27, 45))
    };
    let played = step(11, "call add_subscriptions", (0, 0));
    CaseRecord {
        row: Some(content.to_owned()),
        tags: vec!["refusals".to_owned()],
        steps: vec![match verdict {
            Verdict::Failed => failing(played, vec![refused]),
            _ => played,
        }],
        exchanges: vec![ExchangeRecord {
            outcome: Some("COM.CRM.EXCEPTION.INVALIDSMARTCARD".to_owned()),
            ..crm(1, (0, 0), "add_subscriptions", &shown("PENDING"))
        }],
        again: format!("conax-sim run scenarios/refusals.scenario.yaml:3 --row {number} --seed 7"),
        ..case("refusals", 3, "An unknown card is refused and creates nothing", verdict)
    }
}

fn restless() -> CaseRecord {
    let target = FindingRecord {
        kind: FindingKind::Target,
        message: "it does not settle: 3 requests are still PENDING after 1000 runs".to_owned(),
        ..finding("volume/settle", (8, 5, 11))
    };
    CaseRecord {
        simulated_ms: 172_800_000,
        steps: vec![failing(step(8, "settle", (0, 172_800_000)), vec![target])],
        ..case("volume/settle", 1, "Two days of orders come to rest", Verdict::Failed)
    }
}

fn unreachable() -> CaseRecord {
    CaseRecord {
        reason: Some("the target cannot be reached: connection refused".to_owned()),
        ..case("documented/login", 1, "A login gives a token", Verdict::Error)
    }
}

fn too_slow() -> CaseRecord {
    let late = FindingRecord {
        kind: FindingKind::Timeout,
        message: "it took longer than 1min, of real time".to_owned(),
        ..finding("volume/month", (14, 5, 12))
    };
    CaseRecord {
        reason: Some("it took longer than 1min".to_owned()),
        wall: Duration::from_secs(60),
        steps: vec![failing(step(14, "process", (0, 0)), vec![late])],
        ..case("volume/month", 1, "A month's end of ten thousand orders", Verdict::Error)
    }
}

fn blind() -> CaseRecord {
    CaseRecord {
        reason: Some("the target has no control API, so it has no clock to steer".to_owned()),
        tags: vec!["faults".to_owned()],
        ..case("faults/f01", 1, "A refused connection is tried again", Verdict::Skipped)
    }
}

fn partly() -> CaseRecord {
    let reason = "the target has no control API";
    let mut steps: Vec<StepRecord> =
        (0..7).map(|index| step(5 + index, "call show", (0, 0))).collect();
    steps.push(without(step(12, "expect ledger", (0, 0)), reason));
    steps.push(without(step(13, "expect drift", (0, 0)), reason));
    CaseRecord {
        tags: vec!["documented".to_owned()],
        steps,
        exchanges: vec![crm(1, (0, 0), "show?number=4049", &shown("COMPLETED"))],
        ..case(
            "documented/show",
            1,
            "A request can be shown as often as one likes",
            Verdict::Partly,
        )
    }
}

/// Text that would break a report that does not mind what it prints.
fn hostile() -> CaseRecord {
    let evil = "</script><script>document.title='broken'</script><!--<script>";
    let odd = FindingRecord {
        path: "data[\"]]>\"]".to_owned(),
        expected: format!(
            "{evil} & \"quotes\" 'both' ]]> \u{1b}[31mred\u{1b}[0m \u{0}\u{b}\u{fffe}"
        ),
        found: format!("\u{1f600} 100 % :,\r\nsecond line {}", "very long ".repeat(9_000)),
        note: Some("::error file=x::a line that looks like a command\n---\n...".to_owned()),
        ..finding("hostile", (3, 5, 3))
    };
    CaseRecord {
        name: format!("It says {evil} & \"quotes\" # SKIP \\ ]]> \u{1b}[31m\u{0}"),
        description: Some(evil.to_owned()),
        tags: vec![evil.to_owned(), "a,b:c".to_owned()],
        protects: vec!["<&>\"".to_owned()],
        // More than a floating-point number can tell apart.
        seed: u64::MAX,
        steps: vec![failing(step(3, evil, (0, 0)), vec![odd])],
        exchanges: vec![ExchangeRecord {
            step: Some(0),
            call: evil.to_owned(),
            reply: format!("{{\"evil\":\"{}\"", "x".repeat(3_000)),
            outcome: Some(evil.to_owned()),
            faults: vec![evil.to_owned()],
            ..exchange(1, "crm", 0, &format!("/{evil}/{}", "long".repeat(100)))
        }],
        again: format!("conax-sim run 'hostile.scenario.yaml' --tag \"{evil}\""),
        ..case("hostile", 1, "", Verdict::Failed)
    }
}
