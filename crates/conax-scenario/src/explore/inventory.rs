//! The things an exploration gives orders for.

use conax_contract::world::WorldSpec;

use crate::conformance::{Kind, Records};
use crate::verify::{Named, TargetWorld};

/// What can be seen and moved at a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eyes {
    /// Everything: a world of its own, a clock that stands, faults, the head-end.
    Everything,
    /// The provisioning API alone, whose requests may end at any time.
    Api,
}

/// A smartcard and the boxes it may be paired with.
#[derive(Clone, Debug)]
pub struct Card {
    /// The smartcard.
    pub named: Named,
    /// CA ids of boxes nobody else is paired with.
    pub modules: Vec<String>,
}

/// The things an exploration gives orders for.
#[derive(Clone, Debug)]
pub struct Inventory {
    /// The subscription of all of them.
    pub subscription: Named,
    /// Services of it.
    pub services: Vec<Named>,
    /// Smartcards of it.
    pub cards: Vec<Card>,
    /// A product that is no service.
    pub no_service: Option<Named>,
    /// A smartcard of another subscription.
    pub elsewhere: Option<Named>,
    /// User name, password and organisation, if somebody can log in.
    pub login: Option<[String; 3]>,
    /// What can be seen there.
    pub eyes: Eyes,
}

impl Inventory {
    /// The lab world, in which everything can be seen.
    #[must_use]
    pub fn own() -> Self {
        let spec = WorldSpec::lab();
        let world = TargetWorld::of(&spec);
        let mut inventory = Self::of(&world).expect("the lab world has what it takes");
        inventory.eyes = Eyes::Everything;
        let others = spec.services.iter().filter(|service| &*service.code == "SILVER");
        inventory.services.extend(others.map(Named::of_service));
        for (card, modules) in inventory.cards.iter_mut().zip(world.stbs.chunks(2)) {
            card.modules = modules.to_vec();
        }
        inventory.login = spec.users.first().and_then(|user| {
            let password = user.password.as_ref()?.expose().to_owned();
            Some([user.user.username.to_string(), password, spec.organisation.clone()])
        });
        inventory
    }

    /// The CA ids of its records, for the witness.
    #[must_use]
    pub(super) fn records(&self) -> Records {
        let mut records = Records::default();
        for card in &self.cards {
            card.named.tell(Kind::Smartcard, &mut records);
        }
        for service in &self.services {
            service.tell(Kind::Service, &mut records);
        }
        records
    }

    /// What a target's world file names; seen through the API alone.
    #[must_use]
    pub fn of(world: &TargetWorld) -> Option<Self> {
        let cards: Vec<Card> = world
            .smartcards
            .iter()
            .take(3)
            .map(|named| Card {
                named: named.clone(),
                modules: world.stbs.iter().take(2).cloned().collect(),
            })
            .collect();
        if cards.is_empty() {
            return None;
        }
        Some(Self {
            subscription: world.subscription.clone()?,
            services: vec![world.service.clone()?],
            cards,
            no_service: world.no_service.clone(),
            elsewhere: world.smartcard_elsewhere.clone(),
            login: None,
            eyes: Eyes::Api,
        })
    }
}
