//! The recorder behind https: how it is asked for, and what its clients need.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Arg, ArgMatches};
use conax_sim::settings::TlsKeys;
use conax_sim::tls::ListenerTls;

use crate::failure::Failure;
use crate::flags::{Flags, flag, switch};
use crate::settings;

/// The flags that ask for it.
pub(super) fn arguments() -> [Arg; 3] {
    let keys = "Keys of these certificates: ecdsa, or `ecdsa,rsa` for clients that know only RSA";
    let folder = "Folder to write what such clients need to: ca.pem, client.pem and client.key";
    [
        switch(
            "tls",
            "Speak https where clients call, with certificates of an authority of its own",
        ),
        flag("tls-keys", "KEYS", keys).requires("tls").default_value("ecdsa"),
        flag("tls-dir", "DIR", folder).requires("tls"),
    ]
}

/// How https is spoken with clients.
pub(super) struct TlsOrder {
    keys: TlsKeys,
    /// Where what they need is written.
    folder: Option<PathBuf>,
}

impl TlsOrder {
    /// What the command line asks for; none, if that is plain HTTP.
    pub(super) fn of(matches: &ArgMatches) -> Result<Option<Self>, Failure> {
        if !matches.get_flag("tls") {
            return Ok(None);
        }
        let keys = settings::tls_keys(matches.text("tls-keys").unwrap_or_default());
        let keys = keys.map_err(|problem| Failure::usage(format!("--tls-keys: {problem}")))?;
        Ok(Some(Self { keys, folder: matches.text("tls-dir").map(PathBuf::from) }))
    }

    /// TLS of the listeners at these addresses; what clients need is written.
    pub(super) fn listeners(&self, addresses: &[IpAddr]) -> Result<Vec<ListenerTls>, Failure> {
        let made = ListenerTls::all(self.keys, addresses);
        let (listeners, papers) = made.map_err(|problem| Failure::settings(problem.to_string()))?;
        if let Some(folder) = &self.folder {
            let written = settings::write_papers(&papers, folder);
            written.map_err(|problem| Failure::settings(problem.to_string()))?;
        }
        Ok(listeners)
    }
}
