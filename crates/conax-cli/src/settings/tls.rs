//! The files TLS needs: those to read for another head-end, and those to write for clients of our
//! own.

use std::path::Path;

use conax_model::secret::Secret;
use conax_sim::settings::ConaxAddress;
use conax_sim::tls::{ConaxTls, Papers};

use crate::settings::{Settings, SettingsError, values};
use crate::write::{write_file, write_private_file};

/// What is of use with an `https` address only.
const ABROAD: [&str; 3] = ["conax-ca-file", "conax-client-cert-file", "conax-client-key-file"];

/// How TLS is spoken to the head-end at this address, or to our own.
pub(super) fn conax_tls(
    settings: &Settings,
    address: Option<&ConaxAddress>,
) -> Result<ConaxTls, SettingsError> {
    let verify = values::switch(settings.get("conax-tls-verify")).map_err(SettingsError::Value)?;
    let is_tls = address.is_some_and(ConaxAddress::is_tls);
    let stray = ABROAD.into_iter().find(|key| settings.optional(key).is_some());
    if let (false, Some(key)) = (is_tls, stray) {
        return Err(SettingsError::Value(format!(
            "`{key}` needs an `https` address in `conax-url`"
        )));
    }
    let ca = settings.optional("conax-ca-file");
    let tls = ConaxTls {
        verify,
        ca_pem: ca.map(|path| values::read_file("the CA file", Path::new(path))).transpose()?,
        client: client(settings)?,
    };
    if is_tls && verify && tls.ca_pem.is_none() {
        return Err(SettingsError::Value(
            "an `https` address in `conax-url` needs a `conax-ca-file`: no public certificates are \
             built in. `conax-tls-verify off` trusts everybody"
                .to_owned(),
        ));
    }
    if is_tls {
        let checked = tls.check();
        checked.map_err(|problem| SettingsError::Value(problem.to_string()))?;
    }
    Ok(tls)
}

fn client(settings: &Settings) -> Result<Option<(String, Secret)>, SettingsError> {
    match (settings.optional("conax-client-cert-file"), settings.optional("conax-client-key-file"))
    {
        (None, None) => Ok(None),
        (Some(chain), Some(key)) => Ok(Some((
            values::read_file("the client's certificate file", Path::new(chain))?,
            Secret::new(values::read_file("the client's key file", Path::new(key))?),
        ))),
        (Some(_), None) => Err(SettingsError::Value(
            "`conax-client-cert-file` needs a `conax-client-key-file`".to_owned(),
        )),
        (None, Some(_)) => Err(SettingsError::Value(
            "`conax-client-key-file` needs a `conax-client-cert-file`".to_owned(),
        )),
    }
}

/// Writes what a client of the Conax endpoint needs; the key can be read by its owner only.
pub(crate) fn write_papers(papers: &Papers, folder: &Path) -> Result<(), SettingsError> {
    let failed = |path: &Path, source| SettingsError::Write { path: path.into(), source };
    let files = [("ca.pem", papers.ca_pem.as_str()), ("client.pem", &papers.client_pem)];
    for (name, text) in files {
        let path = folder.join(name);
        write_file(&path, text.as_bytes()).map_err(|source| failed(&path, source))?;
    }
    let key = folder.join("client.key");
    write_private_file(&key, papers.client_key.expose().as_bytes())
        .map_err(|source| failed(&key, source))
}
