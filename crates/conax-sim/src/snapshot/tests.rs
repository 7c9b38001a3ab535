//! What is written of a noun is read as that noun, and what makes no sense is refused.

use std::sync::Arc;

use conax_model::cas::{Period, Pin};
use conax_model::command::{Command, CommandKind, Fingerprint, RequestedPeriod, TextMessage};
use conax_model::crm::{Author, LoadedRequest, ProvisioningRequest, Sessions, User};
use conax_model::id::{DomainName, HexId, PairingModuleId, ProductId, SmartcardId, TransactionId};
use conax_model::secret::Secret;
use conax_model::storage::sharing;
use conax_model::time::SimTime;
use serde::Serialize;
use serde::de::DeserializeOwned;

fn bytes_of(noun: &impl Serialize) -> Vec<u8> {
    postcard::to_allocvec(noun).expect("a noun that can be written")
}

fn read<T: DeserializeOwned>(written: &impl Serialize) -> Result<T, postcard::Error> {
    postcard::from_bytes(&bytes_of(written))
}

fn message() -> TextMessage {
    TextMessage {
        cards: vec![SmartcardId::new("1"), SmartcardId::new("2")],
        text: "hello".to_owned(),
        start: Some(SimTime::from_millis(-5)),
        sequence_number: Some(-1),
    }
}

fn commands() -> Vec<Command> {
    let card = SmartcardId::new("1");
    let module = PairingModuleId::new("3");
    let (cards, modules) = (vec![card.clone()], vec![module.clone()]);
    vec![
        Command::AddSubscriptions {
            card: card.clone(),
            products: vec![ProductId::new("a"), ProductId::new("b")],
            period: RequestedPeriod { start: None, end: Some(SimTime::MAX) },
        },
        Command::CancelSubscriptions { card: card.clone(), products: Vec::new() },
        Command::GetActiveSubscriptions { card: card.clone() },
        Command::CreatePairing { cards: cards.clone(), modules: modules.clone() },
        Command::AddToExistingPairing { existing_card: card.clone(), cards, modules },
        Command::GetPairingStatusForCard { card: card.clone() },
        Command::GetPairingStatusForPairingModule { module },
        Command::DisplayFingerprint(Fingerprint {
            card: Some(card.clone()),
            position_x: Some(7),
            slot: Some("B".to_owned()),
            ..Fingerprint::default()
        }),
        Command::UpdateCaPinToDefaultValue { card: card.clone() },
        Command::UpdateCaPinToGivenValue { card, pin: Secret::new("8352") },
        Command::SendMailMessageToClient(message()),
        Command::SendBarkMessageToClient { message: message(), display_seconds: Some(9) },
        Command::SendRepeatingBarkMessageToClient {
            message: message(),
            display_seconds: None,
            repetition_count: 3,
            repetition_interval_seconds: 20,
        },
    ]
}

#[test]
fn every_kind_of_command_comes_back_as_it_was() {
    let commands = commands();
    let kinds: Vec<CommandKind> = commands.iter().map(Command::kind).collect();
    assert_eq!(kinds, CommandKind::ALL);
    for command in commands {
        assert_eq!(read(&command), Ok(command));
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    let at = SimTime::from_millis;
    assert_eq!(read(&(at(1), at(2))).ok(), Period::new(at(1), at(2)));
    assert!(read::<Period>(&(at(2), at(2))).is_err());
    assert_eq!(read(&"0042").ok(), Pin::parse("0042"));
    for pin in ["", "004", "00420", "00a2", "٠٠٤٢"] {
        assert!(read::<Pin>(&pin).is_err(), "{pin}");
    }
    assert_eq!(read(&12_u8), Ok(CommandKind::ALL[12]));
    assert!(read::<CommandKind>(&13_u8).is_err());
    assert!(read::<HexId>(&"fifteen bytes..").is_err());
    assert!(read::<DomainName>(&[0xff_u8, 0xfe].as_slice()).is_err());
}

#[test]
fn a_transaction_id_is_a_uuid_whatever_is_read() {
    let read = read::<TransactionId>(&HexId(u128::MAX));
    assert_eq!(read, Ok(TransactionId::from_random_bits(u128::MAX)));
}

#[test]
fn no_format_that_people_read_gets_a_secret() {
    let request = |pin: &str| Command::UpdateCaPinToGivenValue {
        card: SmartcardId::new("1"),
        pin: Secret::new(pin),
    };
    assert!(serde_json::to_string(&request("8352")).is_err());
    assert!(serde_json::to_string(&Pin::ZEROS).is_err());
    assert!(serde_json::to_string(&Sessions::default()).is_err());
}

fn row(author: &Arc<Author>) -> ProvisioningRequest {
    let (kind, at) = (CommandKind::AddSubscriptions, SimTime::from_millis(0));
    let mut row = LoadedRequest::new(HexId(7), kind, at, Arc::clone(author)).0;
    row.process_name = Some(Arc::from("night run"));
    row
}

#[test]
fn users_and_texts_of_many_requests_are_one_again() {
    let user =
        User { id: Arc::from("1"), username: Arc::from("clerk"), person_name: None, email: None };
    let author = Arc::new(Author { user: Arc::new(user), unit: None });
    let rows = [row(&author), row(&author)];
    let (apart, together) = (bytes_of(&rows), sharing(|| bytes_of(&rows)));
    assert!(together.len() < apart.len());
    let read = || postcard::from_bytes::<[ProvisioningRequest; 2]>(&together);
    assert!(read().is_err(), "it names users that were written before");
    let [one, other] = sharing(read).expect("what was written");
    assert_eq!([&one, &other], [&rows[0], &rows[1]]);
    assert!(Arc::ptr_eq(&one.created_by, &other.updated_by));
    let texts = [one.process_name, other.process_name].map(|text| text.expect("a text"));
    assert!(Arc::ptr_eq(&texts[0], &texts[1]));
}
