//! The CRM side of a world: reference data and fixed tokens.

use std::sync::Arc;

use conax_contract::world::{SubscriptionSpec, UserSpec, WorldSpec};
use conax_model::crm::{Author, ItemKey, ReferenceData, ServiceKey, Sessions, Subscription, Unit};
use conax_model::secret::Secret;

use super::WorldProblem;
use super::magic::with_magic;

/// What the CRM of this world looks up.
///
/// # Errors
/// If something is referred to that the world does not have.
pub fn reference_data(spec: &WorldSpec) -> Result<ReferenceData, WorldProblem> {
    let spec = &*with_magic(spec);
    let mut data = ReferenceData::new(Some(spec.organisation.as_str().into()));
    for unit in &spec.units {
        data.add_unit(Arc::new(unit.clone()));
    }
    for user in &spec.users {
        let author = Arc::new(author_of(user, &data)?);
        let password = user.password.as_ref().map(|password| Secret::new(password.expose()));
        data.add_login(author, password);
    }
    for key in &spec.web_api_keys {
        let author = named_author(&data, &key.username, key.unit.as_deref())?;
        data.add_web_api_key(Secret::new(key.key.expose()), author);
    }
    for product in &spec.services {
        data.add_product(product.clone());
    }
    for item in &spec.installed_items {
        data.add_item(item.clone());
    }
    for subscription in &spec.subscriptions {
        let converted = convert_subscription(subscription, &data)?;
        data.add_subscription(converted);
    }
    Ok(data)
}

/// The tokens that are valid from the start.
///
/// # Errors
/// If a token's user or unit does not exist.
pub fn sessions(spec: &WorldSpec, data: &ReferenceData) -> Result<Sessions, WorldProblem> {
    let mut sessions = Sessions::default();
    for token in &spec.tokens {
        let author = named_author(data, &token.username, token.unit.as_deref())?;
        sessions.fix(token.token.expose(), author);
    }
    Ok(sessions)
}

fn shared(text: Option<&String>) -> Option<Arc<str>> {
    text.map(|text| text.as_str().into())
}

fn author_of(user: &UserSpec, data: &ReferenceData) -> Result<Author, WorldProblem> {
    Ok(Author {
        user: Arc::new(user.user.clone()),
        unit: user.unit.as_deref().map(|id| known_unit(data, id)).transpose()?,
    })
}

fn named_author(
    data: &ReferenceData,
    username: &str,
    unit: Option<&str>,
) -> Result<Arc<Author>, WorldProblem> {
    let author = data
        .user(username)
        .ok_or_else(|| WorldProblem::new(format!("there is no user `{username}`")))?;
    match unit {
        None => Ok(Arc::clone(author)),
        Some(id) => Ok(Arc::new(Author {
            user: Arc::clone(&author.user),
            unit: Some(known_unit(data, id)?),
        })),
    }
}

fn known_unit(data: &ReferenceData, id: &str) -> Result<Arc<Unit>, WorldProblem> {
    let unit = data.unit(id).map(Arc::clone);
    unit.ok_or_else(|| WorldProblem::new(format!("there is no unit with the id `{id}`")))
}

fn convert_subscription(
    subscription: &SubscriptionSpec,
    data: &ReferenceData,
) -> Result<Subscription, WorldProblem> {
    let products = subscription.services.iter().map(|name| {
        let product = data.product(ServiceKey::Code(name)).or(data.product(ServiceKey::Id(name)));
        product.map(|product| Arc::clone(&product.id)).ok_or_else(|| missing(name, "service"))
    });
    let items = subscription.installed_items.iter().map(|name| {
        let item = data.item(ItemKey::SerialNumber(name)).or(data.item(ItemKey::Id(name)));
        item.map(|item| Arc::clone(&item.id)).ok_or_else(|| missing(name, "installed item"))
    });
    Ok(Subscription {
        id: subscription.id.as_str().into(),
        number: Some(subscription.number.as_str().into()),
        distribution_id: shared(subscription.provisioning_distribution_id.as_ref()),
        smartcard_distribution_id: shared(
            subscription.smartcard_provisioning_distribution_id.as_ref(),
        ),
        stb_distributor_id: shared(subscription.stb_provisioning_distributor_id.as_ref()),
        products: products.collect::<Result<_, _>>()?,
        items: items.collect::<Result<_, _>>()?,
    })
}

fn missing(name: &str, what: &str) -> WorldProblem {
    WorldProblem::new(format!("a subscription names the {what} `{name}`, which does not exist"))
}
