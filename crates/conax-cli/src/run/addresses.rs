//! Where the APIs of a target are, and how they are called.

use std::sync::Arc;
use std::time::Duration;

use clap::ArgMatches;
use conax_scenario::document::Api;
use conax_scenario::run::Stop;
use conax_scenario::verify::is_provisioning_api;

use crate::failure::Failure;
use crate::http_client::{Address, Client};
use crate::run::remote::api_target;

/// Where the APIs of a target are.
#[derive(Clone, Debug)]
pub(crate) struct Addresses {
    /// The provisioning API.
    pub(crate) crm: Arc<Address>,
    control: Option<Arc<Address>>,
    cas: Option<Arc<Address>>,
    pub(super) control_token_file: Option<String>,
    /// How they are called.
    pub(crate) client: Client,
}

impl Addresses {
    /// What the flags name, if they name a target.
    ///
    /// # Errors
    /// A sentence on the first that is no address, or on a file of the client.
    pub(crate) fn of(matches: &ArgMatches) -> Result<Option<Self>, Failure> {
        // Not every verb that has a target knows all of its APIs.
        let text = |name: &str| matches.try_get_one::<String>(name).ok().flatten().cloned();
        let Some(crm) = text("target") else {
            return Ok(None);
        };
        let client = Client::of_flags(matches)?;
        Ok(Some(Self {
            cas: text("cas").as_deref().map(parsed).transpose()?,
            control_token_file: text("control-token-file"),
            ..Self::at(&crm, text("control"), client)?
        }))
    }

    /// A provisioning API and its control API, if it has one.
    ///
    /// # Errors
    /// A sentence on the first that is no address.
    pub(crate) fn at(crm: &str, control: Option<String>, client: Client) -> Result<Self, Failure> {
        Ok(Self {
            crm: parsed(crm)?,
            control: control.as_deref().map(parsed).transpose()?,
            cas: None,
            control_token_file: None,
            client,
        })
    }

    /// A sentence on the first address at which nobody answers.
    pub(crate) fn problem(&self) -> Option<String> {
        let addresses = [Some(&self.crm), self.control.as_ref(), self.cas.as_ref()];
        addresses.into_iter().flatten().find_map(|address| self.client.problem(address))
    }

    /// The first look, before anything is played: a sentence if nobody answers at one of the
    /// addresses, or in this time, or if what answers is not the provisioning API. Nothing if it was
    /// stopped: then nothing is known.
    pub(crate) fn look(&self, timeout: Duration, stop: &Arc<Stop>) -> Option<String> {
        if let Some(problem) = self.problem() {
            return Some(problem);
        }
        let looked = api_target(self.clone(), timeout, Arc::clone(stop))
            .and_then(|mut target| is_provisioning_api(target.as_mut()));
        looked
            .err()
            .filter(|_| !stop.is_interrupted())
            .map(|problem| format!("{}: {problem}", self.crm))
    }

    /// Whether there is a control API.
    pub(crate) const fn has_control(&self) -> bool {
        self.control.is_some()
    }

    /// The control API.
    pub(crate) fn control(&self) -> Option<&str> {
        self.control.as_ref().map(|address| address.url.as_str())
    }

    pub(super) const fn of_api(&self, api: Api) -> Option<&Arc<Address>> {
        match api {
            Api::Crm => Some(&self.crm),
            Api::Cas => self.cas.as_ref(),
            Api::Control => self.control.as_ref(),
        }
    }
}

fn parsed(url: &str) -> Result<Arc<Address>, Failure> {
    Address::parse(url).map(Arc::new).map_err(Failure::usage)
}
