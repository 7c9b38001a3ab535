//! Writing the documented records reproduces the documented answers, member for member.

use std::sync::Arc;

use conax_model::crm::{
    Author, LoadedRequest, Parameter, ParameterId, ParameterValue, ProvisioningRequest, State,
    Unit, User,
};
use conax_model::id::HexId;
use conax_model::time::SimTime;

use crate::crm::{
    CommandKind, FieldsSet, ParameterKey, Priority, Shape, SuccessTexts, Writing, ok_list,
    ok_object,
};
use crate::text::parse_moment;

const EARLY: Writing = Writing { shape: Shape::R4Early, success_texts: SuccessTexts::Null };

/// The JSON without the blanks between its parts, so that equal text means equal order too.
pub(super) fn compact(json: &str) -> String {
    let mut inside_text = false;
    let mut escaped = false;
    json.chars()
        .filter(|letter| {
            match letter {
                '"' if !escaped => inside_text = !inside_text,
                _ => {}
            }
            escaped = *letter == '\\' && !escaped;
            inside_text || !letter.is_whitespace()
        })
        .collect()
}

fn date(text: &str) -> SimTime {
    SimTime::from_calendar(parse_moment(text).unwrap())
}

fn item<'a>(key: ParameterKey, value: impl Into<Option<&'a str>>, id: &str) -> Parameter {
    let value = value.into().map(|text| ParameterValue::Text(text.into()));
    Parameter { name: key, value, id: ParameterId::Given(id.into()) }
}

fn user(person_name: &str) -> Arc<User> {
    let (id, username) = ("1".into(), "MPAdministrator".into());
    Arc::new(User { person_name: Some(person_name.into()), username, id, email: None })
}

fn unit(community_name: Option<&str>, group_name: Option<&str>) -> Arc<Unit> {
    Arc::new(Unit {
        community_name: community_name.map(Arc::from),
        group_name: group_name.map(Arc::from),
        name: Some("Admin Unit".into()),
        id: "48305F8849E3C18B227C5BE3A27BA6DF".into(),
        description: Some("r1".into()),
        alternative_code: Some("MG".into()),
    })
}

fn author() -> Arc<Author> {
    let unit = unit(Some("Main Community"), Some("Main Group"));
    Arc::new(Author { user: user("Marios Lannister"), unit: Some(unit) })
}

fn legacy_author(unit: Option<Arc<Unit>>) -> Arc<Author> {
    Arc::new(Author { user: user("MPAdministrator"), unit })
}

/// A pending request as a POST of the early build prints it, changed.
fn pending(
    kind: CommandKind,
    id: u128,
    (scheduled, created): (&str, &str),
    change: impl FnOnce(&mut ProvisioningRequest),
) -> ProvisioningRequest {
    let LoadedRequest(mut row) = LoadedRequest::new(HexId(id), kind, date(scheduled), author());
    row.process_immediately = Some(false);
    row.created = date(created);
    row.updated = date(created);
    change(&mut row);
    row
}

fn made_by(row: &mut ProvisioningRequest, author: Arc<Author>) {
    row.created_by = Arc::clone(&author);
    row.updated_by = author;
}

#[track_caller]
fn check(row: &ProvisioningRequest, documented: &str) {
    let written = ok_object(EARLY, FieldsSet::ALL, row);
    assert_eq!(String::from_utf8(written).unwrap(), compact(documented));
}

#[test]
fn show_prints_the_completed_record() {
    const REFERENCE: &str = "38a4254b-6663-4cb5-9764-e2a292264515";
    let created = "2014-11-28T15:05:20";
    let executed = "2014-11-28T15:05:26";
    let row = pending(
        CommandKind::UpdateCaPinToDefaultValue,
        0xFA2BA704F393A8BE1A6CF108A4C8B214,
        (created, created),
        |row| {
            row.response = Some(format!("OK{REFERENCE}").into());
            row.number = Some(4049);
            row.parameters = Box::new([
                item(
                    ParameterKey::SmartcardSubProvisioningDistributionId,
                    "D62E3D20B3BA1302FE1161F3BF594825",
                    "5CE67A0C53D1A3DDA8DA4409FB6C1158",
                ),
                item(
                    ParameterKey::SmartcardCaId,
                    "01900080207",
                    "765FE22363D4DEA69320D4927551527E",
                ),
            ]);
            row.process_immediately = Some(true);
            row.request = Some("01900080207".into());
            row.updated = date(executed);
            made_by(row, legacy_author(Some(unit(None, None))));
            row.state = State::Completed { reference: Some(REFERENCE.into()) };
            row.process_name = Some("RESET_PIN_UTILITY".into());
            row.executed = Some(date(executed));
        },
    );
    let late = Writing { shape: Shape::R4Late, ..EARLY };
    let documented = include_str!("../../../../../fixtures/contract/show.response.json");
    let written = ok_object(late, FieldsSet::ALL, &row);
    assert_eq!(String::from_utf8(written).unwrap(), compact(documented));
}

fn first_listed() -> ProvisioningRequest {
    let created = "2014-03-04T10:32:45";
    pending(
        CommandKind::AddSubscriptions,
        0x81F2271B9CFFA72D16DB4D2467FAC617,
        (created, created),
        |row| {
            row.sequence_number = Some(2);
            row.parameters = Box::new([
                item(
                    ParameterKey::SubProvisioningDistributionId,
                    "0FBD747C2FCD1D64D9DE7610C0124E0E",
                    "3",
                ),
                item(ParameterKey::SmartcardCaId, "2222", "2"),
                item(ParameterKey::ServiceCaId, "1111", "1"),
            ]);
            row.process_immediately = None;
            made_by(row, legacy_author(None));
        },
    )
}

fn second_listed() -> ProvisioningRequest {
    let created = "2014-03-06T17:31:16";
    pending(
        CommandKind::AddSubscriptions,
        0x50B41C776BAE7E99CD0E0AE6480B3F2D,
        ("2014-03-04T10:32:45", created),
        |row| {
            row.sequence_number = Some(4);
            row.process_immediately = None;
            made_by(row, legacy_author(None));
        },
    )
}

fn third_listed() -> ProvisioningRequest {
    let created = "2014-09-23T08:23:32";
    pending(
        CommandKind::DisplayFingerprint,
        0xBC05D99430116586FB444BF818C89D59,
        ("2014-09-23T08:23:24", created),
        |row| {
            row.parameters = Box::new([
                Parameter {
                    name: ParameterKey::DisplayDateTime,
                    value: Some(ParameterValue::Date(date("2014-09-23T08:23:09"))),
                    id: ParameterId::Given("B74051B35E46B7E7AFBB89D454EA2389".into()),
                },
                item(ParameterKey::PositionY, None, "64D43E4F5EB88DBBF01B2BA5A61F26D4"),
                item(ParameterKey::PositionX, None, "E53BC60EFA761B27D764B03A4A29CA1E"),
                item(ParameterKey::SmartcardCaId, None, "9E5C33963C780F3FE2DDE0DD3C929126"),
                item(ParameterKey::Height, None, "99663D076D3BE412540D5C6225A34E29"),
                item(ParameterKey::DisplayDuration, None, "0C512B9662481C5A1AF0A53D1C1BFEA4"),
                item(ParameterKey::FingerprintSlot, "A", "CC6DD4AF4F009AD6F71C252F3BC3E78D"),
            ]);
            made_by(row, legacy_author(Some(unit(None, None))));
        },
    )
}

#[test]
fn list_prints_the_three_records_it_shows() {
    let rows = [first_listed(), second_listed(), third_listed()];
    let written = ok_list(EARLY, FieldsSet::ALL, rows.iter());
    let documented = include_str!("../../../../../fixtures/contract/list.response.json");
    // Shown: this one record prints two members in the other order; order carries no meaning.
    let expected = compact(documented).replacen(
        r#""sequence_number":4,"name":null,"process_id":null,"#,
        r#""sequence_number":4,"process_id":null,"name":null,"#,
        1,
    );
    assert_eq!(String::from_utf8(written).unwrap(), expected);
}

#[test]
fn add_subscriptions_prints_the_created_record() {
    let row = pending(
        CommandKind::AddSubscriptions,
        0x7630193CC386C7AF57B31EDAE931FD64,
        ("2014-11-30T09:00:00", "2014-09-24T15:43:56"),
        |row| {
            row.priority = Priority::Express;
            row.parameters = Box::new([
                item(
                    ParameterKey::SubProvisioningDistributionId,
                    "23423",
                    "C85CCA904FE8BF99C4B37FE710700869",
                ),
                item(ParameterKey::ServiceCaId, "P1test", "3F8DDA2C4608FF21843CFEB3FDDBA2B4"),
                item(
                    ParameterKey::SmartcardCaId,
                    "stb01-3020-0005",
                    "5FB6A0207DE74919C0A7C2F3737305AC",
                ),
            ]);
        },
    );
    check(&row, include_str!("../../../../../fixtures/contract/add_subscriptions.response.json"));
}

#[test]
fn cancel_subscriptions_prints_the_created_record() {
    let row = pending(
        CommandKind::CancelSubscriptions,
        0xEB3DF4618C769E7B90C7C33316CF2376,
        ("2014-09-30T09:00:00", "2014-09-24T15:39:53"),
        |row| {
            row.priority = Priority::Express;
            row.parameters = Box::new([
                item(ParameterKey::ServiceCaId, "P1test", "CA1473D15538AAAE7AA6F35234384857"),
                item(
                    ParameterKey::SmartcardCaId,
                    "stb01-3020-0005",
                    "E438C50CD0CC089E15C37DE0D0B0202F",
                ),
                item(
                    ParameterKey::SubProvisioningDistributionId,
                    "23423",
                    "A9A324EDDD60DEDE7425C5BFEF96910A",
                ),
            ]);
        },
    );
    check(
        &row,
        include_str!("../../../../../fixtures/contract/cancel_subscriptions.response.json"),
    );
}

#[test]
fn create_pairing_prints_the_created_record() {
    let row = pending(
        CommandKind::CreatePairing,
        0xF63207AD7773D74AB96E414AEE8B6F66,
        ("2014-10-30T09:00:00", "2014-10-07T17:07:47"),
        |row| {
            row.updated = date("2014-10-07T17:07:48");
            row.parameters = Box::new([
                item(ParameterKey::StbCaId, "THMOD001-10002", "0E00CF63793A21302ED21E7CB5D0E826"),
                item(
                    ParameterKey::SmartcardCaId,
                    "stb01-3020-0005",
                    "8B8BAB8CD7E651E4CF42FCF0518850B8",
                ),
                item(
                    ParameterKey::StbSubProvisioningDistributorId,
                    "DC8C40B2BD4CACB6D1339C12E9DD7F9A",
                    "907416B03803425E9DB34516AF0658AE",
                ),
                item(
                    ParameterKey::SmartcardSubProvisioningDistributionId,
                    "D38DDF91D9005B116F9B02DBB4EA258A",
                    "C32239BD7B893C669BA2C5930B151A33",
                ),
            ]);
        },
    );
    check(&row, include_str!("../../../../../fixtures/contract/create_pairing.response.json"));
}

#[test]
fn add_to_existing_pairing_prints_the_created_record() {
    let row = pending(
        CommandKind::AddToExistingPairing,
        0xD2A0EF48E0A7FD61E90C026940715C3E,
        ("2014-10-15T13:53:12", "2014-10-15T13:53:12"),
        |row| {
            row.process_name = Some("MANUAL".into());
            row.parameters = Box::new([
                item(
                    ParameterKey::ExistingSmartcardCaId,
                    "0000-0000-0008",
                    "8F36244F78FDCF90A96B2F2504132495",
                ),
                item(ParameterKey::StbCaId, "0000-0000-0007", "6ED43647157F14D218F81C9B9A61033B"),
            ]);
        },
    );
    check(
        &row,
        include_str!("../../../../../fixtures/contract/add_to_existing_pairing.response.json"),
    );
}

#[test]
fn reset_pin_to_default_value_prints_the_created_record() {
    let row = pending(
        CommandKind::UpdateCaPinToDefaultValue,
        0xDD59BBD1F02E929243C952E8B56733DC,
        ("2014-10-29T09:00:00", "2014-10-07T17:15:49"),
        |row| {
            row.parameters = Box::new([
                item(
                    ParameterKey::SmartcardSubProvisioningDistributionId,
                    "AD4377F035250EB92E8DBF5A97B5AF8B",
                    "A8FA413E992B42FB5C2FE6D609085B9F",
                ),
                item(ParameterKey::SmartcardCaId, "sc20000010", "CB0FE4C65B882941BDCE39F591E9F57D"),
            ]);
        },
    );
    check(
        &row,
        include_str!("../../../../../fixtures/contract/reset_pin_to_default_value.response.json"),
    );
}

#[test]
fn reset_pin_to_given_value_prints_the_created_record_without_the_pin() {
    let row = pending(
        CommandKind::UpdateCaPinToGivenValue,
        0x8D145AE7FAE341C1DBC2F5425B8854D0,
        ("2014-10-07T18:24:41", "2014-10-07T18:24:41"),
        |row| {
            row.parameters = Box::new([
                item(
                    ParameterKey::SmartcardSubProvisioningDistributionId,
                    "AD4377F035250EB92E8DBF5A97B5AF8B",
                    "997AB8F568D6FA91171E8DB39C1EAFC1",
                ),
                item(ParameterKey::SmartcardCaId, "sc20000010", "D6D2AE333162FC568D724DAB6DB30F14"),
                item(ParameterKey::CaPin, "1234", "610A89DC991ED28575C173518AB0796F"),
            ]);
        },
    );
    check(
        &row,
        include_str!("../../../../../fixtures/contract/reset_pin_to_given_value.response.json"),
    );
}

/// A record for tests that are not about a documented one.
pub(super) fn any_record() -> ProvisioningRequest {
    first_listed()
}
