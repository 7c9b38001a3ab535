//! The world of the run, and the orders that are made in it.

use std::iter;

use conax_model::command::CommandKind;
use conax_model::entropy::Dice;
use conax_model::id::PairingModuleId;
use conax_sim::simulator::WorldSpec;

use conax_contract::world::{
    CardState, CasSmartcardSpec, InstalledItem, ItemClassification, KeyState, ModuleSpec,
};

/// Households: each has three smartcards and two set-top boxes, and one order at a time. It is
/// longer until its next one than anything can be held back.
pub const HOUSEHOLDS: usize = 350;
/// The household that only another client of Conax speaks of.
pub const STRANGER: usize = HOUSEHOLDS;
/// The subscription of all of them.
pub const SUBSCRIPTION: &str = "S60600";

const CARDS: usize = 3;
const BOXES: usize = 2;

/// A smartcard of a household.
pub fn card(household: usize, which: usize) -> String {
    format!("0195{:07}", household * CARDS + which)
}

/// The household of a smartcard.
pub fn household_of(card: &str) -> usize {
    let number: usize = card[4..].parse().expect("a number made by `card`");
    number / CARDS
}

fn stb(household: usize, which: usize) -> String {
    format!("31{:08}", household * BOXES + which)
}

/// The demo world without its records, and with the smartcards and boxes of all households.
pub fn world() -> WorldSpec {
    let mut world = WorldSpec::demo();
    world.provisioning_requests.clear();
    world.cas.settings.transaction_limit = Some(800);
    for household in 0..=STRANGER {
        for which in 0..CARDS {
            let id = card(household, which);
            world.cas.smartcards.push(CasSmartcardSpec {
                id: id.clone(),
                domain: "crm".to_owned(),
                state: CardState::Stock,
                pin: None,
            });
            install(&mut world, id, ItemClassification::Smartcard);
        }
        for which in 0..BOXES {
            let id = stb(household, which);
            world
                .cas
                .pairing_modules
                .push(ModuleSpec { id: PairingModuleId::new(id.as_str()), key: KeyState::Loaded });
            install(&mut world, id, ItemClassification::Stb);
        }
    }
    world
}

fn install(world: &mut WorldSpec, ca_id: String, classification: ItemClassification) {
    world.installed_items.push(InstalledItem {
        id: format!("DE{ca_id:0>30}").into(),
        serial_number: ca_id.as_str().into(),
        alternative_code: None,
        ca_id: Some(ca_id.as_str().into()),
        classification,
    });
    let mut subscriptions = world.subscriptions.iter_mut();
    let ours = subscriptions.find(|one| one.number == SUBSCRIPTION);
    let ours = ours.expect("the demo world has it");
    ours.installed_items.push(ca_id);
}

/// An order of a household, as the API is told it.
#[derive(Clone, Debug)]
pub struct Order {
    pub household: usize,
    pub method: &'static str,
    pub kind: CommandKind,
    /// The members of its body, as JSON. It is written by hand because it is written very often.
    pub body: String,
    /// Everything it names that a part of it could leave out.
    pub names: Vec<String>,
}

/// An order of any kind: two of five add, one of five cancels, one of four is about a pairing.
pub fn any(household: usize, dice: &mut Dice) -> Order {
    let of_service = |method, kind, (service, product): (&str, &str)| {
        let more = format!(r#","service_identifier":{{"code":"{service}"}}"#);
        on_card(household, method, kind, &more, Some(product))
    };
    let service = [("P1test", "P1test"), ("BASIC", "1111"), ("SPORT", "1002")][dice.below(3)];
    match dice.below(20) {
        0..8 => of_service("add_subscriptions", CommandKind::AddSubscriptions, service),
        8..12 => of_service("cancel_subscriptions", CommandKind::CancelSubscriptions, service),
        12..16 => pairing(household, 1 + dice.below(CARDS), 1 + dice.below(BOXES)),
        16 => addition(household),
        17 | 18 => {
            let kind = CommandKind::UpdateCaPinToDefaultValue;
            on_card(household, "reset_pin_to_default_value", kind, "", None)
        }
        _ => {
            let kind = CommandKind::UpdateCaPinToGivenValue;
            let more = r#","pin":"4711""#;
            on_card(household, "reset_pin_to_given_value", kind, more, None)
        }
    }
}

fn on_card(
    household: usize,
    method: &'static str,
    kind: CommandKind,
    more: &str,
    product: Option<&str>,
) -> Order {
    let first = card(household, 0);
    Order {
        household,
        method,
        kind,
        body: format!(
            r#""subscription_identifier":{{"number":"{SUBSCRIPTION}"}},"smartcard_identifier":{{"serial_number":"{first}"}}{more}"#
        ),
        names: iter::once(first).chain(product.map(str::to_owned)).collect(),
    }
}

fn pairing(household: usize, cards: usize, boxes: usize) -> Order {
    let cards: Vec<String> = (0..cards).map(|which| card(household, which)).collect();
    let boxes: Vec<String> = (0..boxes).map(|which| stb(household, which)).collect();
    Order {
        household,
        method: "create_pairing",
        kind: CommandKind::CreatePairing,
        body: format!(
            r#""smartcard_set":[{}],"stb_set":[{}]"#,
            set(&cards, "smartcard_ca_id"),
            set(&boxes, "stb_ca_id")
        ),
        names: [cards, boxes].concat(),
    }
}

/// Two more boxes for the pairing of the first smartcard; refused if there is none.
fn addition(household: usize) -> Order {
    let boxes: Vec<String> = (0..BOXES).map(|which| stb(household, which)).collect();
    let first = card(household, 0);
    Order {
        household,
        method: "add_to_existing_pairing",
        kind: CommandKind::AddToExistingPairing,
        body: format!(
            r#""smartcard_identifier":{{"serial_number":"{first}"}},"stb_set":[{}]"#,
            set(&boxes, "stb_ca_id")
        ),
        names: [vec![first], boxes].concat(),
    }
}

fn set(ids: &[String], member: &str) -> String {
    let items = ids.iter().map(|id| format!(r#"{{"{member}":"{id}"}}"#));
    items.collect::<Vec<_>>().join(",")
}
