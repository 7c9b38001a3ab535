//! Whom the client trusts behind `https`, what it shows of itself, and the flags that say so.

use std::path::Path;
use std::sync::OnceLock;

use chrono::DateTime;
use clap::{Arg, ArgMatches};
use conax_model::secret::Secret;
use conax_sim::tls::{certificates, connector_to_others};
use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, Error, RootCertStore};
use tokio_rustls::TlsConnector;

use crate::flags::quoted;
use crate::flags::{Flags, flag, repeated, switch};
use crate::print;
use crate::settings::{SettingsError, read_file};

const CA: &str = "target-ca-file";
const CERTIFICATE: &str = "target-client-cert-file";
const KEY: &str = "target-client-key-file";
const INSECURE: &str = "target-insecure";

/// What every report says of a target whose certificate nobody looked at.
const WARNING: &str = "--target-insecure: the certificates of https targets were not checked, so it is not known \
     who answered";

/// The flags of every verb that calls something.
pub(crate) fn arguments() -> [Arg; 4] {
    [
        repeated(
            CA,
            "FILE",
            "PEM file with the certificates trusted at an https address; without one, those of this machine",
        ),
        flag(CERTIFICATE, "FILE", "PEM file with the client certificate to show there")
            .requires(KEY),
        flag(KEY, "FILE", "PEM file with the key of that certificate").requires(CERTIFICATE),
        switch(INSECURE, "Look at no certificate of an https address; every report warns of it")
            .conflicts_with(CA),
    ]
}

/// These flags as they were given, as a shell takes them.
pub(crate) fn flags(matches: &ArgMatches) -> String {
    let files = matches.texts(CA).into_iter().map(|path| format!(" --{CA} {}", quoted(&path)));
    let insecure = matches.get_flag(INSECURE).then(|| format!(" --{INSECURE}"));
    files.chain([matches.again(&[CERTIFICATE, KEY], quoted)]).chain(insecure).collect()
}

/// What `curl` has to be told to meet the target as we do; it takes one file of authorities.
pub(crate) fn curl_flags(matches: &ArgMatches) -> String {
    let file = |flag: &str, path: Option<&str>| {
        path.map_or_else(String::new, |path| format!(" --{flag} {}", quoted(path)))
    };
    let authorities = match matches.texts(CA).as_slice() {
        [] => String::new(),
        [path] => file("cacert", Some(path)),
        several => {
            let files: Vec<String> = several.iter().map(|path| quoted(path)).collect();
            format!(" --cacert <(cat {})", files.join(" "))
        }
    };
    let client = [("cert", CERTIFICATE), ("key", KEY)];
    let client: String = client.map(|(flag, ours)| file(flag, matches.text(ours))).concat();
    let insecure = if matches.get_flag(INSECURE) { " --insecure" } else { "" };
    format!("{authorities}{client}{insecure}")
}

/// The client's part of TLS.
#[derive(Default)]
pub(super) struct Tls {
    client: Option<(String, Secret)>,
    /// Made when it is needed: the certificates of the machine take a while to read.
    connector: OnceLock<Result<TlsConnector, String>>,
    is_insecure: bool,
}

impl Tls {
    /// As the flags say it.
    ///
    /// # Errors
    /// If a file cannot be read, or is not what it is named as.
    pub(super) fn of(matches: &ArgMatches) -> Result<Self, SettingsError> {
        let read = |file: &'static str, path: &str| read_file(file, Path::new(path));
        let client = match (matches.text(CERTIFICATE), matches.text(KEY)) {
            (Some(chain), Some(key)) => Some((
                read("the client's certificate file", chain)?,
                Secret::new(read("the client's key file", key)?),
            )),
            _ => None,
        };
        let is_insecure = matches.get_flag(INSECURE);
        let mut roots = None;
        for path in matches.texts(CA) {
            let pem = read("the CA file", &path)?;
            let found = certificates(&format!("the CA file `{path}`"), &pem).map_err(invalid)?;
            let roots = roots.get_or_insert_with(RootCertStore::empty);
            for certificate in found {
                roots.add(certificate).map_err(|error| invalid(format!("`{path}`: {error}")))?;
            }
        }
        let connector = OnceLock::new();
        if is_insecure || roots.is_some() {
            let made = connector_to_others(roots, client.as_ref()).map_err(invalid)?;
            let _ = connector.set(Ok(made));
        } else if client.is_some() {
            // What is wrong with it is found out before anything is called.
            connector_to_others(None, client.as_ref()).map_err(invalid)?;
        }
        if is_insecure {
            print::aside(format_args!("warning: {WARNING}"));
        }
        Ok(Self { client, connector, is_insecure })
    }

    /// What every report has to say.
    pub(super) fn warning(&self) -> Option<&'static str> {
        self.is_insecure.then_some(WARNING)
    }

    /// What shakes hands.
    pub(super) fn connector(&self) -> Result<&TlsConnector, String> {
        let made = self.connector.get_or_init(|| {
            let roots = roots_of_machine()?;
            let made = connector_to_others(Some(roots), self.client.as_ref());
            made.map_err(|problem| problem.to_string())
        });
        made.as_ref().map_err(Clone::clone)
    }
}

fn invalid(problem: impl ToString) -> SettingsError {
    SettingsError::Value(problem.to_string())
}

fn roots_of_machine() -> Result<RootCertStore, String> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    match roots.is_empty() {
        false => Ok(roots),
        true => Err(format!(
            "this machine has no certificates of authorities{}; --{CA} names a file with some",
            found.errors.first().map(|error| format!(" ({error})")).unwrap_or_default()
        )),
    }
}

/// Why a handshake with this host failed, with the way out.
pub(super) fn words(host: &str, error: &Error) -> String {
    use CertificateError as Wrong;
    match error {
        Error::InvalidCertificate(wrong) => match wrong {
            // The other one: an authority that is trusted has the same name.
            Wrong::UnknownIssuer | Wrong::BadSignature => format!(
                "its certificate was signed by an authority that is not trusted; --{CA} names a \
                 file with the certificate of that authority, --{INSECURE} goes without the check"
            ),
            Wrong::Expired => "its certificate has expired".to_owned(),
            Wrong::ExpiredContext { not_after, .. } => {
                format!("its certificate has expired on {}", day(*not_after))
            }
            Wrong::NotValidYet => "its certificate is not valid yet".to_owned(),
            Wrong::NotValidYetContext { not_before, .. } => {
                format!("its certificate is not valid before {}", day(*not_before))
            }
            Wrong::NotValidForName => format!("its certificate is not for `{host}`"),
            Wrong::NotValidForNameContext { presented, .. } => format!(
                "its certificate is for {} and not for `{host}`",
                match presented.is_empty() {
                    true => "no name".to_owned(),
                    false => presented.iter().map(|name| bare(name)).collect::<Vec<_>>().join(", "),
                }
            ),
            other => format!("its certificate is refused: {other}"),
        },
        Error::AlertReceived(AlertDescription::CertificateRequired) => {
            format!("it asks for a client certificate; --{CERTIFICATE} and --{KEY} give one")
        }
        Error::AlertReceived(alert) => format!("it ended the TLS handshake: {alert:?}"),
        Error::InvalidMessage(_) => {
            "it does not speak TLS; an http address may be meant".to_owned()
        }
        other => format!("the TLS handshake failed: {other}"),
    }
}

/// A name of a certificate without what the library puts around it: `DnsName("a")`.
fn bare(name: &str) -> &str {
    let inner = name.split_once('(').map_or(name, |(_, inner)| inner);
    inner.trim_matches(['"', ')'])
}

fn day(time: UnixTime) -> String {
    let moment = i64::try_from(time.as_secs()).ok();
    let moment = moment.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    moment.map_or("an unknown day".to_owned(), |moment| moment.format("%Y-%m-%d").to_string())
}
