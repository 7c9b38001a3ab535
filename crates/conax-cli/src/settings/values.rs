//! From texts to the values a simulator is built with. Each function is also the check of its
//! setting: it tells what was found and what is expected.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use conax_contract::cas::{AxisClient, Profile, ProfileError};
use conax_contract::crm::{BasePath, HttpMode, Reading, Shape, SuccessTexts};
use conax_contract::fault::{WrittenRule, near_word, parse_file, rules_of_word};
use conax_contract::text;
use conax_model::crm::TokenPolicy;
use conax_model::entropy::Seed;
use conax_model::secret::Secret;
use conax_model::time::SimTime;
use conax_sim::clock::{ClockMode, parse_clock};
use conax_sim::http_server::{Cors, Limits};
use conax_sim::journal::JournalLimits;
use conax_sim::settings::ConaxAddress;
use conax_sim::settings::{
    AfterLoss, ApiAddresses, CasAuthentication, CasDoorSettings, ClockWhileDown, CrmSettings,
    DispatchSettings, Revival, SimulatorSettings, TlsKeys, TlsMode, WorldsByCall,
};
use conax_sim::snapshot::SealKey;
use conax_store::Survives;

use crate::http_client::Address;
use crate::read::toml_problem;
use crate::serve::collector;
use crate::settings::{Settings, SettingsError, tls};

/// The longest time a setting may name; far beyond it the clock's arithmetic would end.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// The settings of a simulator, and the addresses of its APIs. It starts at `start`, unless its clock
/// says otherwise.
pub(crate) fn instance(
    settings: &Settings,
    seed: Seed,
    start: SimTime,
    control_token: Option<Secret>,
) -> Result<(SimulatorSettings, ApiAddresses), SettingsError> {
    let (clock, from) = value(clock(settings.get("clock")))?;
    let instance = SimulatorSettings {
        seed,
        start: from.unwrap_or(start),
        clock,
        crm: crm(settings).map_err(SettingsError::Value)?,
        cas: CasDoorSettings {
            profile: profile(settings.get("profile"))?,
            authentication: value(cas_auth(settings.get("cas-auth")))?,
            tls: value(tls_mode(settings.get("cas-tls")))?,
        },
        crm_tls: value(tls_mode(settings.get("crm-tls")))?,
        control_tls: value(tls_mode(settings.get("control-tls")))?,
        tls_keys: value(tls_keys(settings.get("tls-keys")))?,
        dispatch: dispatch(settings)?,
        limits: limits(settings).map_err(SettingsError::Value)?,
        journal: JournalLimits {
            exchange_limit: value(count(settings.get("journal-limit")))?,
            ..JournalLimits::default()
        },
        faults: faults_at_start(settings.optional("faults"))?,
        fault_header: value(switch(settings.get("fault-header")))?,
        clause_header: value(switch(settings.get("clause-header")))?,
        ledger_limit: value(count(settings.get("ledger-limit")))?,
        control_token,
        host_names: value(settings.optional("host-names").map_or(Ok(Vec::new()), host_names))?,
        trusts_gateways: value(switch(settings.get("trust-forwarded")))?,
        snapshot_key: snapshot_key(settings)?,
        revival: Revival {
            clock: value(clock_while_down(settings.get("clock-while-down")))?,
            after_loss: value(after_loss(settings.get("after-loss")))?,
        },
        world_limit: value(workers(settings.get("world-limit")))?,
        worlds_by_call: value(worlds_by_call(settings.get("worlds-by-call")))?,
        world_idle_time: value(interval(settings.get("world-idle-timeout")))?,
    };
    let modes = [instance.crm_tls, instance.cas.tls, instance.control_tls];
    if modes == [TlsMode::Off; 3] && settings.optional("cas-tls-dir").is_some() {
        return Err(SettingsError::Value(
            "`cas-tls-dir` needs `cas-tls on` or `mutual`, or the same of `crm-tls` or \
             `control-tls`"
                .to_owned(),
        ));
    }
    let (workers, connections) = (instance.dispatch.worker_count, instance.limits.connection_count);
    if workers > connections / 2 {
        // Calls that go out at once have the other half.
        return Err(SettingsError::Value(format!(
            "`workers` is {workers} and `connection-limit` {connections}: workers may have half of \
             the connections of the Conax endpoint"
        )));
    }
    Ok((instance, value(addresses(settings))?))
}

fn value<T>(result: Result<T, String>) -> Result<T, SettingsError> {
    result.map_err(SettingsError::Value)
}

fn crm(settings: &Settings) -> Result<CrmSettings, String> {
    Ok(CrmSettings {
        base_path: base_path(settings.get("base-path"))?,
        shape: shape(settings.get("shape"))?,
        http_mode: http_errors(settings.get("http-errors"))?,
        success_texts: success_texts(settings.get("success-texts"))?,
        reading: Reading {
            strict_identifiers: identifiers(settings.get("identifiers"))?,
            lenient_pairing_sets: pairing_sets(settings.get("pairing-sets"))?,
            pin_digit_count: pin_digits(settings.get("pin-digits"))?,
            ignores_unknown_fields: unknown_fields(settings.get("unknown-fields"))?,
            ..Reading::default()
        },
        cors: cors(settings.get("cors"))?,
        tokens: token_life(settings.get("token-life"))?,
        ..CrmSettings::default()
    })
}

fn dispatch(settings: &Settings) -> Result<DispatchSettings, SettingsError> {
    let address = settings.optional("conax-url").map(conax_url).transpose();
    let address = value(address)?.flatten();
    Ok(DispatchSettings {
        tls: tls::conax_tls(settings, address.as_ref())?,
        conax_address: address,
        credentials: credentials(settings)?,
        run_interval: value(interval(settings.get("run-interval")))?,
        worker_count: value(workers(settings.get("workers")))?,
        connect_time: value(duration(settings.get("connect-timeout")))?,
        read_time: value(duration(settings.get("read-timeout")))?,
        axis: AxisClient {
            host: settings.get("crm-host").into(),
            java: value(java(settings.get("crm-java")))?,
        },
    })
}

fn credentials(settings: &Settings) -> Result<Option<(String, Secret)>, SettingsError> {
    match (settings.optional("conax-user"), settings.optional("conax-password-file")) {
        (None, None) => Ok(None),
        (Some(user), Some(path)) => {
            Ok(Some((user.to_owned(), read_secret_file("the password file", Path::new(path))?)))
        }
        (Some(_), None) => Err(SettingsError::Value(
            "`conax-user` needs a `conax-password-file`: a password is never a flag".to_owned(),
        )),
        (None, Some(_)) => {
            Err(SettingsError::Value("`conax-password-file` needs a `conax-user`".to_owned()))
        }
    }
}

/// The key of snapshot files: the one of the file, or one for this process alone.
fn snapshot_key(settings: &Settings) -> Result<SealKey, SettingsError> {
    let Some(path) = settings.optional("snapshot-key-file") else {
        return Ok(SealKey::random());
    };
    read_key_file("the snapshot key file", Path::new(path))
}

/// A key in a file.
pub(crate) fn read_key_file(file: &'static str, path: &Path) -> Result<SealKey, SettingsError> {
    let digits = read_secret_file(file, path)?;
    SealKey::parse(digits.expose()).ok_or_else(|| {
        SettingsError::Value(format!(
            "{file} `{}` holds no key: expected 64 hexadecimal digits, such as \
             `openssl rand -hex 32` prints",
            path.display()
        ))
    })
}

/// A file that a setting or a flag names.
pub(crate) fn read_file(file: &'static str, path: &Path) -> Result<String, SettingsError> {
    crate::read::text_file(path).map_err(|source| SettingsError::Read {
        file,
        path: path.into(),
        source,
    })
}

/// The first line of a file, kept secret.
pub(crate) fn read_secret_file(file: &'static str, path: &Path) -> Result<Secret, SettingsError> {
    let text = read_file(file, path)?;
    match text.lines().next().map(str::trim) {
        None | Some("") => {
            Err(SettingsError::Value(format!("{file} `{}` is empty", path.display())))
        }
        Some(line) => Ok(Secret::new(line)),
    }
}

fn limits(settings: &Settings) -> Result<Limits, String> {
    Ok(Limits {
        body_bytes: count(settings.get("body-limit"))?,
        head_bytes: head_limit(settings.get("head-limit"))?,
        connection_count: workers(settings.get("connection-limit"))?,
        connections_per_address: workers(settings.get("connection-limit-per-address"))?,
        descriptor_count: None,
        head_time: duration(settings.get("head-timeout"))?,
        body_time: duration(settings.get("body-timeout"))?,
        write_time: duration(settings.get("write-timeout"))?,
    })
}

fn addresses(settings: &Settings) -> Result<ApiAddresses, String> {
    let host = host(settings.get("host"))?;
    let open = apis(settings.get("apis"))?;
    let door = |name: &str, key: &str| -> Result<Option<SocketAddr>, String> {
        let address = SocketAddr::new(host, port(settings.get(key))?);
        Ok(open.iter().any(|door| door == name).then_some(address))
    };
    Ok(ApiAddresses {
        crm: door("crm", "port")?,
        cas: door("cas", "cas-port")?,
        control: door("control", "control-port")?,
    })
}

/// A shipped wire profile, or one from a file; it lives as long as the program.
fn profile(name: &str) -> Result<&'static Profile, SettingsError> {
    if let Some(profile) = Profile::shipped(name) {
        return Ok(profile);
    }
    if !name.ends_with(".toml") {
        return Err(SettingsError::Value(format!(
            "`profile`: found `{name}`, expected {} or a *.toml file",
            Profile::names().join(", ")
        )));
    }
    let text = crate::read::text_file(name).map_err(|source| SettingsError::Read {
        file: "the wire profile",
        path: name.into(),
        source,
    })?;
    let profile = Profile::parse(name, &text)
        .map_err(|error| SettingsError::File(vec![profile_problem(name, &text, &error)]))?;
    Ok(Box::leak(Box::new(profile)))
}

/// What is wrong with a wire profile.
pub(crate) fn profile_problem(path: &str, text: &str, error: &ProfileError) -> String {
    match error {
        ProfileError::Syntax { source, .. } => toml_problem(path, text, source),
        ProfileError::Invalid { .. } => error.to_string(),
    }
}

fn expected<T>(found: &str, expected: &str) -> Result<T, String> {
    Err(format!("found `{found}`, expected {expected}"))
}

/// Any text but an empty one.
pub(super) fn text(text: &str) -> Result<(), String> {
    if text.is_empty() { expected(text, "some text") } else { Ok(()) }
}

/// The name of a file, or `none`.
pub(super) fn file(path: &str) -> Result<(), String> {
    text(path)
}

pub(super) fn apis(list: &str) -> Result<Vec<String>, String> {
    let doors: Vec<String> = list.split(',').map(|door| door.trim().to_owned()).collect();
    match doors.iter().find(|door| !["crm", "cas", "control"].contains(&door.as_str())) {
        Some(unknown) => expected(unknown, "a list of `crm`, `cas`, `control`"),
        None => Ok(doors),
    }
}

pub(crate) fn host(text: &str) -> Result<IpAddr, String> {
    let text = if text == "localhost" { "127.0.0.1" } else { text };
    text.parse().or_else(|_| expected(text, "an IP address such as `127.0.0.1` or `0.0.0.0`"))
}

pub(super) fn port(text: &str) -> Result<u16, String> {
    text.parse().or_else(|_| expected(text, "a port from 0 to 65535"))
}

pub(crate) fn seed(text: &str) -> Result<Option<u64>, String> {
    if text == "random" {
        return Ok(None);
    }
    text.parse().map(Some).or_else(|_| expected(text, "`random` or a whole number from 0"))
}

pub(super) fn clock(text: &str) -> Result<(ClockMode, Option<SimTime>), String> {
    parse_clock(text)
}

pub(super) fn base_path(text: &str) -> Result<BasePath, String> {
    BasePath::parse(text).map_err(|error| error.to_string())
}

pub(super) fn shape(text: &str) -> Result<Shape, String> {
    match text {
        "superset" => Ok(Shape::Superset),
        "r4-early" => Ok(Shape::R4Early),
        "r4-late" => Ok(Shape::R4Late),
        _ => expected(text, "`superset`, `r4-early` or `r4-late`"),
    }
}

pub(super) fn http_errors(text: &str) -> Result<HttpMode, String> {
    match text {
        "200" => Ok(HttpMode::Business200),
        "4xx" => Ok(HttpMode::Mapped),
        _ => expected(text, "`200` or `4xx`"),
    }
}

pub(super) fn success_texts(text: &str) -> Result<SuccessTexts, String> {
    match text {
        "null" => Ok(SuccessTexts::Null),
        "empty" => Ok(SuccessTexts::Empty),
        _ => expected(text, "`null` or `empty`"),
    }
}

pub(super) fn identifiers(text: &str) -> Result<bool, String> {
    match text {
        "lenient" => Ok(false),
        "strict" => Ok(true),
        _ => expected(text, "`lenient` or `strict`"),
    }
}

pub(super) fn pairing_sets(text: &str) -> Result<bool, String> {
    match text {
        "one" => Ok(false),
        "both" => Ok(true),
        _ => expected(text, "`one` or `both`"),
    }
}

pub(super) fn unknown_fields(text: &str) -> Result<bool, String> {
    match text {
        "refused" => Ok(false),
        "ignored" => Ok(true),
        _ => expected(text, "`refused` or `ignored`"),
    }
}

pub(super) fn pin_digits(text: &str) -> Result<Option<usize>, String> {
    match text.parse() {
        _ if text == "any" => Ok(None),
        Ok(count) if (1..=32).contains(&count) => Ok(Some(count)),
        _ => expected(text, "`any` or a number of digits from 1 to 32"),
    }
}

pub(super) fn token_life(text: &str) -> Result<TokenPolicy, String> {
    match text.split_once(' ') {
        Some(("idle", life)) => duration(life).map(TokenPolicy::Idle),
        Some(("fixed", life)) => duration(life).map(TokenPolicy::Fixed),
        _ => expected(text, "`idle 1h` or `fixed 2h`"),
    }
}

pub(super) fn cas_auth(text: &str) -> Result<CasAuthentication, String> {
    match (text, text.strip_prefix("lockout:").map(str::parse)) {
        ("off", _) => Ok(CasAuthentication::Off),
        ("basic", _) => Ok(CasAuthentication::Basic),
        (_, Some(Ok(failure_limit))) if failure_limit > 0 => {
            Ok(CasAuthentication::BasicWithLockout { failure_limit })
        }
        _ => expected(text, "`off`, `basic` or `lockout:N` with N from 1"),
    }
}

pub(super) fn tls_mode(text: &str) -> Result<TlsMode, String> {
    match text {
        "off" => Ok(TlsMode::Off),
        "on" => Ok(TlsMode::On),
        "mutual" => Ok(TlsMode::Mutual),
        _ => expected(text, "`off`, `on` or `mutual`"),
    }
}

/// Which keys certificates have.
pub(crate) fn tls_keys(text: &str) -> Result<TlsKeys, String> {
    match text {
        "ecdsa" => Ok(TlsKeys::Ecdsa),
        "ecdsa,rsa" => Ok(TlsKeys::EcdsaAndRsa),
        _ => Err(format!("found `{text}`, expected ecdsa or ecdsa,rsa")),
    }
}

/// Said without the address: whoever reads the complaint need not know the password in it.
pub(super) const CREDENTIALS_IN_ADDRESS: &str =
    "an address must not hold a user name or password; use `conax-user` and `conax-password-file`";

pub(super) fn conax_url(text: &str) -> Result<Option<ConaxAddress>, String> {
    if text == "none" {
        Ok(None)
    } else if text.contains('@') {
        Err(CREDENTIALS_IN_ADDRESS.to_owned())
    } else {
        ConaxAddress::parse(text).map(Some)
    }
}

/// What the clock tells apart: a shorter interval would only keep a core busy.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(1);

/// What a store survives.
pub(crate) fn store_survives(text: &str) -> Result<Survives, String> {
    match text {
        "kill" => Ok(Survives::Kill),
        "power" => Ok(Survives::Power),
        _ => expected(text, "`kill` or `power`"),
    }
}

pub(super) fn clock_while_down(text: &str) -> Result<ClockWhileDown, String> {
    match text {
        "stand" => Ok(ClockWhileDown::Stand),
        "pass" => Ok(ClockWhileDown::Pass),
        _ => expected(text, "`stand` or `pass`"),
    }
}

pub(super) fn after_loss(text: &str) -> Result<AfterLoss, String> {
    match text {
        "settle" => Ok(AfterLoss::Settle),
        "resend" => Ok(AfterLoss::Resend),
        _ => expected(text, "`settle` or `resend`"),
    }
}

pub(super) fn interval(text: &str) -> Result<Option<Duration>, String> {
    match text {
        "off" => Ok(None),
        text => match duration(text)? {
            time if time < SHORTEST_INTERVAL => expected(text, "`off`, or at least 1ms"),
            time => Ok(Some(time)),
        },
    }
}

pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(duration) if duration.is_zero() => expected(text, "a time above zero"),
        Ok(duration) if duration > LONGEST => expected(text, "at most a year"),
        Ok(duration) => Ok(duration),
        Err(_) => expected(text, "a time with its unit, such as `500ms`, `10s` or `1h`"),
    }
}

pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => expected(text, "`on` or `off`"),
    }
}

/// The rules of a file, a preset or a weather.
fn faults_at_start(named: Option<&str>) -> Result<Vec<WrittenRule>, SettingsError> {
    match named {
        None => Ok(Vec::new()),
        Some(name) => faults_named(name),
    }
}

fn faults_named(name: &str) -> Result<Vec<WrittenRule>, SettingsError> {
    if let Some(rules) = rules_of_word(name) {
        return Ok(rules);
    }
    let source = crate::read::text_file(name).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => SettingsError::File(vec![no_faults(name)]),
        _ => SettingsError::Read { file: "the fault file", path: name.into(), source },
    })?;
    parse_file(&source)
        .map_err(|findings| SettingsError::File(vec![text::render(name, &source, &findings)]))
}

/// That a name stands for no faults, and what it may have meant.
fn no_faults(name: &str) -> String {
    let hint = match near_word(name) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`conax-sim faults list` and `faults weathers` name them".to_owned(),
    };
    format!("`{name}` is no fault file, no preset and no weather\n   hint: {hint}")
}

/// Faults that a settings file names; a file is looked for where the program was started.
pub(super) fn faults(name: &str) -> Result<(), String> {
    if name == "none" {
        return Ok(());
    }
    match faults_named(name) {
        Ok(_) => Ok(()),
        Err(SettingsError::File(findings)) => Err(findings.join("\n")),
        Err(SettingsError::Read { file, path, source }) => {
            let path = path.display();
            Err(format!("failed to read {file} `{path}`: {source}"))
        }
        Err(error) => Err(error.to_string()),
    }
}

pub(super) fn count(text: &str) -> Result<usize, String> {
    text.parse().or_else(|_| expected(text, "a whole number from 0"))
}

pub(super) fn workers(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if (1..=65_536).contains(&number) => Ok(number),
        _ => expected(text, "a whole number from 1 to 65536"),
    }
}

pub(super) fn worlds_by_call(text: &str) -> Result<WorldsByCall, String> {
    match text {
        "on" => Ok(WorldsByCall::On),
        "off" => Ok(WorldsByCall::Off),
        _ => workers(text)
            .map(WorldsByCall::AtMost)
            .or_else(|_| expected(text, "`on`, `off` or a whole number from 1 to 65536")),
    }
}

pub(super) fn java(text: &str) -> Result<u16, String> {
    match text.parse() {
        Ok(number) if (5..=99).contains(&number) => Ok(number),
        _ => expected(text, "a major version of Java from 5 to 99, such as 7"),
    }
}

pub(super) fn host_name(text: &str) -> Result<(), String> {
    let is_name =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    match !text.is_empty() && text.len() <= 253 && text.chars().all(is_name) {
        true => Ok(()),
        false => expected(text, "a host name such as `crm.example`"),
    }
}

/// Host names with commas between.
pub(crate) fn otlp(text: &str) -> Result<Option<Address>, String> {
    match text {
        "none" => Ok(None),
        text if text.contains('@') => Err(CREDENTIALS_IN_ADDRESS.to_owned()),
        text => collector(text).map(Some),
    }
}

pub(super) fn host_names(text: &str) -> Result<Vec<String>, String> {
    let names = text.split(',').map(str::trim);
    names.map(|name| host_name(name).map(|()| name.to_owned())).collect()
}

/// Origins of pages, as a browser writes them.
pub(super) fn cors(text: &str) -> Result<Cors, String> {
    let is_origin = |text: &str| {
        let after = ["http://", "https://"].iter().find_map(|scheme| text.strip_prefix(scheme));
        after.is_some_and(|host| {
            !host.is_empty() && !host.contains(['/', '@', '?', '#', '*', ' ']) && host.is_ascii()
        })
    };
    match text {
        "off" => Ok(Cors::Off),
        "*" => Ok(Cors::Any),
        _ => {
            let origins: Vec<&str> = text.split(',').map(str::trim).collect();
            match origins.iter().find(|origin| !is_origin(origin)) {
                None => {
                    Ok(Cors::Origins(origins.iter().map(|one| one.to_ascii_lowercase()).collect()))
                }
                Some(wrong) => expected(
                    wrong,
                    "off, * or an origin such as `http://localhost:3000`: a scheme, a host and a \
                     port, without a path",
                ),
            }
        }
    }
}

pub(super) fn head_limit(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if (1024..=1 << 20).contains(&number) => Ok(number),
        _ => expected(text, "a whole number from 1024 to 1048576"),
    }
}

pub(super) fn format(text: &str) -> Result<(), String> {
    match text {
        "human" | "json" => Ok(()),
        _ => expected(text, "`human` or `json`"),
    }
}

pub(super) fn log(text: &str) -> Result<(), String> {
    match text {
        "human" | "json" | "off" => Ok(()),
        _ => expected(text, "`human`, `json` or `off`"),
    }
}
