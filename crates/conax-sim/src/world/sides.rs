//! Both sides of a world as they are at work, and how they begin.

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderValue;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use conax_contract::world::WorldSpec;
use conax_model::cas::{AddedSets, CasSettings, CasState};
use conax_model::crm::{ProvisioningRequest, ReferenceData, RequestBook, Sessions, State};
use conax_model::drift::Belief;
use conax_model::entropy::Ids;
use conax_model::fault::HeadEndMemory;
use conax_model::ledger::{CrmEvent, Ledger};
use conax_model::time::SimTime;

use super::{WorldProblem, authentication, cas_state, reference_data, request_book, sessions};
use crate::authentication::Authentication;
use crate::settings::SimulatorSettings;

/// The CRM side of a world.
pub struct CrmSide {
    /// Counts the worlds this side has had.
    pub generation: u64,
    /// What calls look up.
    pub reference: Arc<ReferenceData>,
    /// Login tokens.
    pub sessions: Sessions,
    /// Provisioning requests.
    pub book: RequestBook,
    /// What the CRM believes of the head-end before it has sent anything.
    pub start_belief: Arc<Belief>,
    /// Ids of requests and their parameters.
    pub ids: Ids,
    /// Login tokens to come.
    pub token_ids: Ids,
    /// Set while the world is about to change: nothing is taken for sending.
    pub is_changing: bool,
    /// What the CRM says at the head-end's gate.
    pub(crate) conax_authorization: Option<HeaderValue>,
}

impl CrmSide {
    /// The CRM side of a world that goes on: what is looked up comes from its starting state.
    pub(crate) fn of(
        spec: &WorldSpec,
        settings: &SimulatorSettings,
        sessions: Sessions,
        book: RequestBook,
        [ids, token_ids]: [Ids; 2],
        start_belief: Arc<Belief>,
    ) -> Result<Self, WorldProblem> {
        Ok(Self {
            generation: 0,
            reference: Arc::new(reference_data(spec)?),
            sessions,
            book,
            start_belief,
            ids,
            token_ids,
            is_changing: false,
            conax_authorization: conax_authorization(spec, settings),
        })
    }

    /// A copy in which nothing is on its way; see [`RequestBook::copy`].
    pub(crate) fn copy(&self, generation: u64) -> Self {
        Self {
            generation,
            reference: Arc::clone(&self.reference),
            sessions: self.sessions.clone(),
            book: self.book.copy(generation),
            start_belief: Arc::clone(&self.start_belief),
            ids: self.ids.clone(),
            token_ids: self.token_ids.clone(),
            is_changing: false,
            conax_authorization: self.conax_authorization.clone(),
        }
    }
}

/// The head-end's side of a world.
#[derive(Clone)]
pub struct CasSide {
    /// Cards, entitlements, pairings, messages, transactions.
    pub state: CasState,
    /// Who may come in.
    pub authentication: Authentication,
    /// Transaction ids.
    pub ids: Ids,
    /// What it remembers for the sake of faults.
    pub memory: HeadEndMemory,
}

/// A world at its beginning.
pub(crate) struct Begun {
    pub(crate) crm: CrmSide,
    pub(crate) cas: CasSide,
    pub(crate) ledger: Ledger,
}

/// Both sides of a world as they begin; the head-end remembers its past for so long.
///
/// # Errors
/// If the world contradicts itself in a way only the live state can tell.
pub(crate) fn begin(
    spec: &WorldSpec,
    settings: &SimulatorSettings,
    generation: u64,
    now: SimTime,
    memory: Duration,
) -> Result<Begun, WorldProblem> {
    let mut crm = crm_side(spec, settings, generation, now)?;
    let mut cas = cas_side(spec, settings, now)?;
    crm.start_belief = Arc::new(Belief::at_start(&cas.state, now));
    cas.memory.keep_past(memory, &cas.state);
    let ledger = ledger_of(&crm, settings, now);
    Ok(Begun { crm, cas, ledger })
}

/// The credentials that were set, or, at our own head-end, those of the CRM's own domain.
fn conax_authorization(spec: &WorldSpec, settings: &SimulatorSettings) -> Option<HeaderValue> {
    let set = settings.dispatch.credentials.as_ref();
    let own = spec.cas.domains.first().filter(|_| settings.dispatch.conax_address.is_none());
    let (user, password) = match (set, own) {
        (Some((user, password)), _) => (user.as_str(), password.expose()),
        (None, Some(domain)) => (domain.username.as_deref()?, domain.password.as_ref()?.expose()),
        (None, None) => return None,
    };
    let encoded = STANDARD.encode(format!("{user}:{password}"));
    let mut header = HeaderValue::from_str(&format!("Basic {encoded}")).ok()?;
    header.set_sensitive(true);
    Some(header)
}

fn crm_side(
    spec: &WorldSpec,
    settings: &SimulatorSettings,
    generation: u64,
    now: SimTime,
) -> Result<CrmSide, WorldProblem> {
    let seed = settings.seed;
    let reference = reference_data(spec)?;
    Ok(CrmSide {
        generation,
        sessions: sessions(spec, &reference)?,
        book: request_book(spec, generation, now)?,
        start_belief: Arc::default(),
        reference: Arc::new(reference),
        ids: Ids::new(seed, "crm"),
        token_ids: Ids::new(seed, "tokens"),
        is_changing: false,
        conax_authorization: conax_authorization(spec, settings),
    })
}

/// The head-end's settings where the world does not say anything else.
pub(crate) fn own_cas_settings(settings: &SimulatorSettings) -> CasSettings {
    // A CRM that sends both sets at once is of use only with a head-end that takes them.
    let added_sets = match settings.crm.reading.lenient_pairing_sets {
        true => AddedSets::OneOrBoth,
        false => AddedSets::One,
    };
    CasSettings { added_sets, ..CasSettings::default() }
}

fn cas_side(
    spec: &WorldSpec,
    settings: &SimulatorSettings,
    now: SimTime,
) -> Result<CasSide, WorldProblem> {
    Ok(CasSide {
        state: cas_state(spec, own_cas_settings(settings), now)?,
        authentication: authentication(spec),
        ids: Ids::new(settings.seed, "cas"),
        memory: HeadEndMemory::default(),
    })
}

/// An empty ledger, but for the requests the world begins with: they were acknowledged before.
fn ledger_of(crm: &CrmSide, settings: &SimulatorSettings, now: SimTime) -> Ledger {
    let mut ledger = Ledger::new(settings.ledger_limit);
    ledger.is_foreign = settings.dispatch.conax_address.is_some();
    ledger.generation = crm.generation;
    let waiting = crm.book.all().filter(|row| matches!(row.state, State::Pending));
    for row in waiting {
        if let Some(event) = acknowledgement(row) {
            ledger.crm(now, event);
        }
    }
    ledger
}

/// That a request was recorded; nothing of one without a number.
pub(crate) fn acknowledgement(row: &ProvisioningRequest) -> Option<CrmEvent> {
    Some(CrmEvent::Acknowledged {
        request: row.number?,
        kind: row.kind,
        cards: row.lanes().map(Arc::clone).collect(),
    })
}
