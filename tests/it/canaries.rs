//! Secrets never leave `run`, `lint`, `serve` and the control API: canaries stand in every corner of
//! files and calls, and are looked for in everything that is written.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use conax_tests::{Ended, Program, exchange};

use crate::program::{PATH, serve};

/// PINs of a table, a variable and the command line, of three, four and five digits.
const SCENARIO: &str = r#"
scenarios:
  - scenario: The PIN $pin of a row is set
    description: It is $pin
    tags: [a]
    vars: { made: { digits: 7 } }
    cases:
      - [service, pin, hidden]
      - [SPORT, "7391", "86420"]
      - [SPORT, "619", "86421"]
      - [SPORT, "739155", "86422"]
    steps:
      - call: reset_pin_to_given_value
        with: { subscription: S60600, smartcard: "01900080208", pin: $pin, priority: "86400" }
        expect: { status: OK, data.pin: $pin }
      - call: reset_pin_to_given_value
        with: { subscription: S60600, smartcard: "01900080208", pin: $hidden }
  - scenario: Secrets stand where none is due
    secrets: [OUTSIDE]
    vars: { code: "5501", made: { digits: 6 }, word: CANARYWORD }
    steps:
      - raw: { path: "/conax_web_services/provisioning_requests/show?pin=$code&x=$code&token=CANARYQUERY", headers: { x-token: CANARYHEADER, authorization: "Basic Y3JtOkNBTkFSWUJBU0lD" } }
        expect: { http: 404 }
  - scenario: A made-up PIN is sent
    vars: { made: { digits: 6 } }
    steps:
      - call: reset_pin_to_given_value
        with: { subscription: $made, smartcard: "01900080208", pin: $made }
  - scenario: A password is wrong
    secrets: [OUTSIDE]
    vars: { code: CANARYFILE, word: CANARYWORD }
    steps:
      - call: issue_token
        with: { username: $OUTSIDE, password: $OUTSIDE, organisation: $word }
        extra: { pin: [$code] }
        basic: "crm:$word"
      - raw: { door: cas, path: /, body: "<a><caPin>CANARYXML</caPin></a>" }
"#;

fn run_in(arguments: &[&str], files: &[(&str, &str)]) -> Ended {
    Program::run(PATH, arguments, files, &[])
}

/// What must stand in nothing that is written, and its forms.
fn canaries(extra: &[String]) -> Vec<String> {
    let plain =
        ["7391", "619", "739155", "86420", "86421", "86422", "5501", "CANARY", "48151", "9090"];
    let plain = plain.iter().map(|word| (*word).to_owned());
    let all: Vec<String> = plain.chain(extra.iter().cloned()).collect();
    let encoded = all.iter().filter(|word| word.len() > 3).flat_map(|word| {
        let percent: String = word.bytes().map(|byte| format!("%{byte:02X}")).collect();
        [STANDARD.encode(word), percent]
    });
    all.iter().cloned().chain(encoded).collect()
}

/// Whether it stands there by itself: digits of a longer number are something else.
fn stands_in(text: &str, canary: &str) -> bool {
    let is_digits = canary.bytes().all(|byte| byte.is_ascii_digit());
    text.match_indices(canary).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + canary.len()..].chars().next();
        let joins = |letter: Option<char>| {
            letter.is_some_and(|letter| letter.is_ascii_alphanumeric() || ".-".contains(letter))
        };
        !is_digits || !(joins(before) || joins(after))
    })
}

#[track_caller]
fn check(what: &str, text: &str, canaries: &[String]) {
    for canary in canaries {
        assert!(!stands_in(text, canary), "{what}: `{canary}` stands in\n{text}");
    }
}

#[test]
fn no_report_and_no_line_of_a_run_tells_a_secret() {
    let files = [("a.scenario.yaml", SCENARIO), ("my.secrets", "OUTSIDE=CANARYOUTSIDE\n")];
    let canaries = canaries(&[]);
    let usual = [
        "run",
        "a.scenario.yaml",
        "--secrets-file",
        "my.secrets",
        "--var",
        "code=48151",
        "--var",
        "word=CANARYGIVEN",
        "--seed",
        "3",
    ];
    for more in [
        &[][..],
        &["-v"],
        &["--list"],
        &["-q", "--report", "json"],
        &["-q", "--report", "junit"],
        &["-q", "--report", "tap"],
        &["-q", "--report", "html"],
        &["-q", "--report", "github"],
        &["--check-determinism"],
        &["--coverage", "--report", "json"],
    ] {
        let told = run_in(&[&usual, more].concat(), &files);
        assert!(told.stdout.len() > 50, "{told:?}");
        let what = format!("{more:?}");
        check(&what, &told.stdout, &canaries);
        check(&what, &told.stderr, &canaries);
    }
    let told = run_in(
        &[
            "run",
            "a.scenario.yaml",
            "--secrets-file",
            "my.secrets",
            "--target",
            "http://127.0.0.1:9",
            "--var",
            "code=48151",
            "--report",
            "junit",
        ],
        &files,
    );
    check("a dead target", &format!("{}{}", told.stdout, told.stderr), &canaries);
}

#[test]
fn a_row_that_holds_a_secret_can_be_played_again_by_its_command() {
    let files = [("a.scenario.yaml", SCENARIO)];
    let told = run_in(&["run", "a.scenario.yaml", "-f", "PIN *** of a row"], &files);
    let again = told.stdout.lines().find(|line| line.trim_start().starts_with("again"));
    let again = again.unwrap_or_else(|| panic!("{}", told.stdout));
    let part = again.split('\'').nth(1).expect("it is quoted");
    let told = run_in(&["run", part], &files);
    assert!(told.stdout.contains("1 scenario: 1 failed"), "{part}\n{}", told.stdout);
}

/// Worlds with a slip beside a secret.
const BROKEN: [&str; 8] = [
    "world: x\nusers:\n  - { id: \"1\", username: ANNA, pasword: \"CANARY\" }\n",
    "world: x\nusers:\n  - id: \"1\"\n    username: ANNA\n    password: [ \"CANARY\" ]\n",
    "world: x\nusers: [ \"CANARY\" ]\n",
    "world: x\ntokens:\n  - { tokn: \"CANARY\", username: ANNA }\n",
    "world: x\ntokens:\n  - { token: \"CANARY\", username: ANNA, CANARY }\n",
    "world: x\nweb_api_keys:\n  - { key: { x: CANARY }, username: ANNA }\n",
    "world: x\nusers:\n  - { id: \"1\", username: ANNA, password: \"CANARY\n",
    "world: x\ncas: { domains: [{ name: x, username: y, pasword: CANARY }] }\nnonsense: CANARY\ntokens: [{ token: CANARY, username: A }]\n",
];

#[test]
fn no_finding_on_a_world_tells_a_secret() {
    let instance = serve(&["--seed", "1"]);
    let canaries = ["CANARY".to_owned()];
    for world in BROKEN {
        for arguments in
            [&["lint", "x.world.yaml"][..], &["serve", "--world", "x.world.yaml", "--port", "0"]]
        {
            let told = run_in(arguments, &[("x.world.yaml", world)]);
            assert_ne!(told.code, Some(0), "{world}");
            check(world, &format!("{}{}", told.stdout, told.stderr), &canaries);
        }
        let reply = exchange(instance.door(), "PUT", "/v1/worlds/x", world);
        assert!(reply.http_status().is_some_and(|status| status >= 400), "{world}");
        check(world, &reply.text, &canaries);
    }
}

#[test]
fn a_secret_of_the_world_is_starred_wherever_a_client_puts_it() {
    let world = include_str!("../../fixtures/worlds/demo.world.yaml")
        .replace("default_pin: \"0000\"", "default_pin: \"9090\"");
    let token = "04FFBB37FED475A778F122709CBAC1D5";
    let key = "5D1C7F0A9E3B4C62A8F0D7E41B9C2A36";
    let mut instance = Program::start(
        PATH,
        &[
            "serve",
            "--world",
            "w.world.yaml",
            "--port",
            "0",
            "--cas-port",
            "0",
            "--control-port",
            "0",
        ],
        &[("w.world.yaml", &world)],
    );
    let base = "/crmapi/rest/v2/conax_web_services/provisioning_requests";
    instance.wait_for("Ctrl-C stops.");
    let mut told = Vec::new();
    let mut send = |verb: &str, target: &str, body: &str| {
        told.push(exchange(instance.crm(), verb, target, body).text);
    };
    send("GET", &format!("{base}/show?{token}"), "");
    send("GET", &format!("{base}/show?x={key}&{token}=1"), "");
    send("GET", &format!("{base}/{token}"), "");
    for name in ["priority", "start_date", "process_immediately", "x"] {
        let body = format!(
            "{{\"token\":\"{token}\",\"subscription_identifier\":{{\"number\":\"S60600\"}},\
             \"service_identifier\":{{\"code\":\"{key}\"}},\
             \"smartcard_identifier\":{{\"serial_number\":\"9090\"}},\"{name}\":\"9090\"}}"
        );
        send("POST", &format!("{base}/add_subscriptions"), &body);
    }
    told.push(exchange(instance.door(), "GET", "/v1/journal", "").text);
    let ended = instance.stop();
    told.push(ended.stdout);
    told.push(ended.stderr);
    let canaries = [token, key, "9090"].map(str::to_owned);
    told.iter().for_each(|text| check("serve", text, &canaries));
}

const BASE: &str = "/crmapi/rest/v2/conax_web_services/provisioning_requests";

/// What the journal, the log of either form, and the answers tell of calls to a fresh simulator: of
/// these, the secrets are made of what the first answer says.
#[track_caller]
fn check_calls(form: &str, calls: &dyn Fn(&mut Send<'_>) -> Vec<String>) {
    let instance = Program::serve(PATH, &["--run-interval", "off", "--seed", "1", "--log", form]);
    let mut told = Vec::new();
    let canaries = calls(&mut |door, verb, target, body| {
        let address = match door {
            Api::Crm => instance.crm(),
            Api::Conax => instance.cas(),
            Api::Control => instance.door(),
        };
        let text = exchange(address, verb, target, body).text;
        told.push(text.clone());
        text
    });
    // The answer of a login is its purpose.
    told.retain(|text| !text.contains("\"token\":"));
    told.push(exchange(instance.door(), "GET", "/v1/journal?limit=500", "").text);
    let ended = instance.stop();
    // The banner tells how the world that is built in is tried.
    let log = ended.stderr.split_once("Ctrl-C stops.").expect("a banner").1;
    told.push(log.to_owned());
    for text in &told {
        check(form, text, &canaries);
    }
}

/// Sends a call and gives its answer.
type Send<'s> = dyn FnMut(Api, &str, &str, &str) -> String + 's;

#[derive(Clone, Copy)]
enum Api {
    Crm,
    Conax,
    Control,
}

#[test]
fn a_token_that_was_issued_is_starred_wherever_a_client_puts_it() {
    for form in ["human", "json"] {
        check_calls(form, &|send| {
            let login = "{\"username\":\"mpadministrator\",\"password\":\"1234\",\"organisation\":\"CRMDEMO\"}";
            let answer = send(Api::Crm, "POST", "/crmapi/rest/v2/authentication/token", login);
            let at = answer.find("\"token\":\"").expect("a token") + 9;
            let token = answer[at..at + 32].to_owned();
            send(Api::Crm, "GET", &format!("{BASE}/show?{token}"), "");
            send(Api::Crm, "GET", &format!("{BASE}/{token}"), "");
            send(Api::Crm, "GET", &format!("{BASE}/list?type={token}&token={token}"), "");
            send(Api::Conax, "POST", &format!("/?x={token}"), "<a/>");
            send(Api::Control, "GET", &format!("/v1/requests/{token}/why"), "");
            for name in ["priority", "start_date", "x"] {
                let body = format!("{{\"token\":\"{token}\",\"{name}\":\"{token}\"}}");
                send(Api::Crm, "POST", &format!("{BASE}/add_subscriptions"), &body);
            }
            vec![token]
        });
    }
}

#[test]
fn a_secret_is_starred_in_every_form_and_wherever_else_it_stands_in_its_call() {
    let token = "04FFBB37FED475A778F122709CBAC1D5";
    let password = "conax-demo";
    let percent = |upper: bool| -> String {
        let bytes = token.bytes();
        bytes
            .map(|byte| if upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") })
            .collect()
    };
    for form in ["human", "json"] {
        check_calls(form, &|send| {
            let encoded = STANDARD.encode(token);
            let forms = [percent(true), percent(false), token.to_lowercase(), encoded.clone()];
            for word in &forms {
                send(Api::Crm, "GET", &format!("{BASE}/show?{word}"), "");
                send(Api::Crm, "GET", &format!("{BASE}/list?type={word}&token=x"), "");
                send(Api::Crm, "GET", &format!("{BASE}/{word}"), "");
                send(Api::Control, "GET", &format!("/v1/requests/{word}/why"), "");
                send(Api::Control, "GET", &format!("/v1/journal?{word}=1"), "");
            }
            send(Api::Crm, "GET", &format!("/x?{password}"), "");
            send(Api::Crm, "GET", &format!("/{password}"), "");
            for target in ["/?conax-demo", "/?p=conax-demo", "/conax-demo"] {
                send(Api::Conax, "POST", target, "<a>conax-demo</a>");
            }
            for (name, value) in
                [("priority", "\"73915\""), ("priority", "73915"), ("x", "[\"73915\"]")]
            {
                let body = format!(
                    "{{\"token\":\"{token}\",\"subscription_identifier\":{{\"number\":\"S60600\"}},\
                     \"smartcard_identifier\":{{\"serial_number\":\"01900080208\"}},\
                     \"pin\":\"73915\",\"{name}\":{value}}}"
                );
                send(Api::Crm, "POST", &format!("{BASE}/reset_pin_to_given_value"), &body);
            }
            send(
                Api::Crm,
                "POST",
                &format!("{BASE}/reset_pin_to_given_value?pin=73915&priority=73915"),
                "{}",
            );
            let plain = [token, password, "73915"].map(str::to_owned);
            plain.into_iter().chain(forms).collect()
        });
    }
}
