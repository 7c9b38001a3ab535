//! Every setting, written once: its name, default, help and check.

use std::ffi::OsStr;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command};

use crate::settings::values as check;

/// What the name of every environment variable of ours begins with.
pub(super) const PREFIX: &str = "CONAX_SIM_";

/// The environment variable that names the control API that verbs call; no setting.
pub(crate) const TARGET_VARIABLE: &str = "CONAX_SIM_TARGET";

/// One setting. The same name is the flag, the key in the file, and (upper-cased, with
/// `CONAX_SIM_` before it) the environment variable.
#[derive(Debug)]
pub struct SettingEntry {
    /// Its name, such as `run-interval`.
    pub key: &'static str,
    /// What its value is, in help.
    pub value: &'static str,
    /// Its default, as text.
    pub default: &'static str,
    /// One sentence of help.
    pub help: &'static str,
    /// Tells what is wrong with a value.
    pub check: fn(&str) -> Result<(), String>,
}

impl SettingEntry {
    /// The environment variable of the setting.
    #[must_use]
    pub fn variable(&self) -> String {
        variable_of(self.key)
    }

    /// The name it had before, which is still read.
    #[must_use]
    pub(super) fn former_key(&self) -> Option<&'static str> {
        (self.key == "apis").then_some("doors")
    }

    /// Whether this is its name, or was.
    pub(super) fn is_called(&self, key: &str) -> bool {
        self.key == key || self.former_key() == Some(key)
    }

    /// The variable that is read: the one of its former name, if only that is set.
    pub(super) fn variable_in_force(&self) -> String {
        let is_set = |name: &String| std::env::var_os(name).is_some();
        let former = self.former_key().map(variable_of).filter(is_set);
        former.filter(|_| !is_set(&self.variable())).unwrap_or_else(|| self.variable())
    }
}

fn variable_of(key: &str) -> String {
    format!("{PREFIX}{}", key.to_uppercase().replace('-', "_"))
}

macro_rules! settings {
    ($($key:literal, $value:literal, $default:literal, $check:path, $help:literal;)+) => {
        /// Every setting, in the order of the help.
        pub static SETTINGS: &[SettingEntry] = &[$(SettingEntry {
            key: $key,
            value: $value,
            default: $default,
            help: $help,
            check: |text| $check(text).map(drop),
        },)+];
    };
}

settings! {
    "apis", "LIST", "crm,cas,control", check::apis,
        "Which APIs to open: crm (the provisioning API), cas (the simulated Conax), control";
    "host", "HOST", "127.0.0.1", check::host,
        "Address the APIs listen on";
    "host-names", "NAMES", "none", check::host_names,
        "Host names of this machine, with commas between: the control API takes calls by no other name but localhost, and certificates are for them too";
    "port", "PORT", "8080", check::port,
        "Port of the provisioning API; 0 takes a free one";
    "cas-port", "PORT", "8081", check::port,
        "Port of the simulated Conax; 0 takes a free one";
    "control-port", "PORT", "8082", check::port,
        "Port of the control API; 0 takes a free one";
    "control-token-file", "FILE", "none", check::file,
        "File with the bearer token the control API asks for; one is made when it is exposed";
    "trust-forwarded", "SWITCH", "off", check::switch,
        "Whether a gateway in front says which address the WSDL names (Forwarded, X-Forwarded-*): on or off";
    "world", "FILE", "demo", check::text,
        "World to start from: `demo` or a *.world.yaml file";
    "world-limit", "N", "256", check::workers,
        "Worlds there may be side by side, the one at the start included";
    "worlds-by-call", "MANY", "on", check::worlds_by_call,
        "Worlds that calls at the provisioning API and Conax make by naming them: on (a sixteenth of all is left to the control API), off, or at most so many";
    "world-idle-timeout", "TIME", "off", check::interval,
        "How long nobody may use a world that a call made before it is removed, if nothing is pending there: off or a time";
    "snapshot-key-file", "FILE", "none", check::file,
        "File with the key of snapshot files, 64 hex digits; without it none outlives the process";
    "store", "FILE", "none", check::text,
        "File that keeps the worlds: whatever was acknowledged is there after a restart; it is made if it is not there";
    "store-survives", "WHAT", "kill", check::store_survives,
        "What that file survives: kill (the end of the process, however it comes) or power (that of the machine too)";
    "clock-while-down", "WHAT", "stand", check::clock_while_down,
        "What a clock of these worlds does while no simulator runs: stand or pass; one that is real and was never set follows the machine's";
    "after-loss", "WHAT", "settle", check::after_loss,
        "What becomes of commands another Conax may have when the simulator ended: settle (rejected, the answer is lost) or resend";
    "seed", "N", "random", check::seed,
        "Seed of ids and every other chance; the same calls in the same order give the same bytes";
    "clock", "CLOCK", "real", check::clock,
        "How simulated time passes: `real`, `x60` (that many times as fast) or `stepped` (only when told); with a start: `stepped from 2014-11-30T08:59:00`";
    "base-path", "PATH", "/crmapi/rest/v2", check::base_path,
        "Path of the API; it is always served directly under / too";
    "shape", "SHAPE", "superset", check::shape,
        "Members of a provisioning request: superset (21), r4-early (19) or r4-late (19)";
    "http-errors", "MODE", "200", check::http_errors,
        "HTTP status of business errors: 200 (as clients of CRM.COM need) or 4xx";
    "success-texts", "TEXTS", "null", check::success_texts,
        "Texts of a successful status: null (as in R4) or empty (as from R7)";
    "identifiers", "FORMS", "lenient", check::identifiers,
        "Forms of an identifier in a GET: lenient, or strict (the documented one only)";
    "pairing-sets", "SETS", "one", check::pairing_sets,
        "Sets that add_to_existing_pairing takes: one (documented) or both";
    "pin-digits", "N", "any", check::pin_digits,
        "Digits a submitted PIN must have: a number, or any (Conax takes four)";
    "unknown-fields", "READING", "refused", check::unknown_fields,
        "Names in fields_set that no request has: refused (a typo is seen) or ignored";
    "cors", "ORIGINS", "off", check::cors,
        "Pages that may call the API from a browser: off, * or origins such as `http://localhost:3000` with commas between";
    "token-life", "LIFE", "idle 1h", check::token_life,
        "Life of a login token: `idle 1h` (up to R11) or `fixed 2h` (from R12)";
    "profile", "PROFILE", "public", check::text,
        "Names on the wire to Conax: public, extended, guess, strict or a *.toml file";
    "cas-auth", "MODE", "off", check::cas_auth,
        "Basic authentication at the simulated Conax: off, basic, or lockout:N";
    "cas-tls", "MODE", "off", check::tls_mode,
        "TLS at the simulated Conax: off, on, or mutual (clients need a certificate too)";
    "crm-tls", "MODE", "off", check::tls_mode,
        "TLS at the provisioning API, of the same authority: off, on or mutual";
    "control-tls", "MODE", "off", check::tls_mode,
        "TLS at the control API, of the same authority: off, on or mutual";
    "tls-keys", "KEYS", "ecdsa", check::tls_keys,
        "Keys of the certificates these show: ecdsa, or `ecdsa,rsa` for clients that know only RSA";
    "cas-tls-dir", "DIR", "none", check::file,
        "Folder to write what a client of these needs to: ca.pem, client.pem and client.key";
    "conax-url", "URL", "none", check::conax_url,
        "Another Conax to send to, instead of the simulated one";
    "conax-user", "NAME", "none", check::text,
        "User name to send to Conax";
    "conax-password-file", "FILE", "none", check::file,
        "File with the password to send to Conax";
    "conax-tls-verify", "SWITCH", "on", check::switch,
        "Whether the certificate of Conax is looked at: on or off (public clients switch it off)";
    "conax-ca-file", "FILE", "none", check::file,
        "PEM file with the certificates trusted at an `https` address of `conax-url`";
    "conax-client-cert-file", "FILE", "none", check::file,
        "PEM file with the client certificate to show there";
    "conax-client-key-file", "FILE", "none", check::file,
        "PEM file with the key of that certificate";
    "run-interval", "TIME", "5s", check::interval,
        "From one processing run to the next, at least `1ms`; `off` leaves runs to the control API";
    "workers", "N", "4", check::workers,
        "Requests on their way to Conax at a time";
    "connect-timeout", "TIME", "10s", check::duration,
        "How long connecting to Conax may take";
    "read-timeout", "TIME", "600s", check::duration,
        "How long Conax may stay silent (600 s is the default of Axis 1)";
    "crm-host", "NAME", "crm.example", check::host_name,
        "Host name the CRM leaves in a stored error, as Axis 1 writes it";
    "crm-java", "N", "7", check::java,
        "Java under which the CRM sends: from 7 on a stored error says where an answer is not XML (which one it was is not known)";
    "faults", "FILE", "none", check::faults,
        "Faults that hold from the start: a *.faults.yaml file, a preset such as `f05`, or a weather such as `brownout`";
    "fault-header", "SWITCH", "off", check::switch,
        "Whether a call may name a fault for itself in the header `conax-sim-fault`: on or off";
    "clause-header", "SWITCH", "off", check::switch,
        "Whether a refused call is told the clause behind it in the header `conax-sim-clause`: on or off";
    "ledger-limit", "N", "1000000", check::count,
        "Events each of the ledger's two journals keeps";
    "body-limit", "BYTES", "1048576", check::count,
        "Largest body an API takes";
    "head-limit", "BYTES", "16384", check::head_limit,
        "Largest request line with headers an API takes";
    "connection-limit", "N", "1024", check::workers,
        "Connections an API holds at a time";
    "connection-limit-per-address", "N", "256", check::workers,
        "Those of them that may come from one address; addresses of this machine are not counted";
    "head-timeout", "TIME", "60s", check::duration,
        "Time to send the headers, and how long a connection may be idle";
    "body-timeout", "TIME", "30s", check::duration,
        "Time to send a body";
    "write-timeout", "TIME", "30s", check::duration,
        "How long a client may take to read the next bytes of an answer";
    "journal-limit", "N", "10000", check::count,
        "Exchanges the journal keeps";
    "otlp", "URL", "none", check::otlp,
        "OpenTelemetry collector that gets spans by OTLP/HTTP in JSON, such as `http://127.0.0.1:4318`";
    "grace", "TIME", "10s", check::duration,
        "How long a stop waits for what is on its way";
    "format", "FORM", "human", check::format,
        "What is printed at the start: human (a banner on standard error) or json (on standard output)";
    "log", "FORM", "human", check::log,
        "A line for each exchange on standard error: human, json or off";
}

/// The flag of a setting; the environment variable is named in its help.
pub(crate) fn argument(entry: &'static SettingEntry) -> Arg {
    let arg = Arg::new(entry.key)
        .long(entry.key)
        .aliases(entry.former_key())
        .env(entry.variable_in_force())
        .hide_env_values(true)
        .value_name(entry.value)
        .help(format!("{} [default: {}]", entry.help, entry.default))
        .value_parser(Checked(entry));
    if entry.key == "port" { arg.short('p') } else { arg }
}

/// Checks a value; a complaint repeats it, unless it holds a password.
#[derive(Clone, Copy)]
struct Checked(&'static SettingEntry);

impl TypedValueParser for Checked {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        let Self(entry) = *self;
        // What is in a file is found out when it is read, and is no mistake of the command line.
        let wrong = match entry.value {
            "FILE" => |text: &str| check::text(text),
            _ => entry.check,
        };
        let problem = value.to_str().map(wrong);
        if let Some(Err(problem)) = problem
            && problem == check::CREDENTIALS_IN_ADDRESS
        {
            let message = format!("`--{}`: {problem}\n", entry.key);
            return Err(clap::Error::raw(ErrorKind::ValueValidation, message).with_cmd(command));
        }
        let plain = move |text: &str| wrong(text).map(|()| text.to_owned());
        plain.parse_ref(command, arg, value)
    }
}
