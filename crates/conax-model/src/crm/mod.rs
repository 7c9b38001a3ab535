//! The CRM side: reference data, the provisioning book with its queue, and login sessions.
//!
//! [`RequestBook`] is the machine of the documented life cycle: a provisioning request is created
//! pending, taken once for sending, and settled once. What the documented interface calls things
//! is not known here.

mod book;
mod matter;
mod overtaken;
mod passed;
mod queue;
mod reference;
mod request;
mod sending;
mod sessions;
mod settlement;
mod slots;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod order_laws;
#[cfg(test)]
mod tests;

pub use book::{
    BookChange, BookParts, BookSettings, Filter, Page, PartsError, QueueLength, RequestBook,
    Settled,
};
pub use matter::Matter;
pub use overtaken::{Common, Overtaken};
pub use queue::{ImmediateTake, Ticket, WaitsFor};
pub use reference::{
    Author, InstalledItem, ItemClassification, ItemKey, ProductClassification, ProductOnSale,
    ReferenceData, ServiceKey, Subscription, SubscriptionKey, Unit, User,
};
pub use request::{
    LoadedRequest, NewRequest, Parameter, ParameterId, ParameterKey, ParameterValue, Priority,
    ProvisioningRequest, RequestNumber, State,
};
pub use sending::Unsendable;
pub use sessions::{Expiry, Sessions, SessionsChange, TokenPolicy};
pub use settlement::{ErrorText, Settlement};
