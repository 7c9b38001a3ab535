//! Writing the documented records reproduces the documented answers, member for member.

use chrono::NaiveDateTime;

use crate::crm::{
    CommandKind, DateText, FieldsSet, LifeCycleState, LogInformationView, ParameterKey,
    ParameterValue, ParameterView, Priority, RequestView, Shape, SuccessTexts, TextView, UnitView,
    UserView, Writing, ok_list, ok_object,
};

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

fn date(text: &str) -> DateText {
    DateText::new(NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S").unwrap())
}

fn item<'a>(
    key: ParameterKey,
    value: impl Into<Option<&'a str>>,
    id: &'a str,
) -> ParameterView<'a> {
    ParameterView { key, value: value.into().map(ParameterValue::from), id: id.into() }
}

const USER: UserView<'_> = UserView {
    person_name: "Marios Lannister",
    username: "MPAdministrator",
    id: TextView::Text("1"),
    email: None,
};

const UNIT: UnitView<'_> = UnitView {
    community_name: Some("Main Community"),
    group_name: Some("Main Group"),
    name: "Admin Unit",
    id: TextView::Hex(0x48305F8849E3C18B227C5BE3A27BA6DF),
    description: Some("r1"),
    alternative_code: Some("MG"),
};

const LEGACY_USER: UserView<'_> = UserView { person_name: "MPAdministrator", ..USER };

const LEGACY_UNIT: UnitView<'_> = UnitView { community_name: None, group_name: None, ..UNIT };

fn logged(created: &str, updated: &str) -> LogInformationView<'static> {
    LogInformationView {
        updated_date: date(updated),
        created_by_unit: Some(UNIT),
        created_date: date(created),
        updated_by_unit: Some(UNIT),
        created_by_user: USER,
        updated_by_user: USER,
    }
}

/// A pending request as a POST of the early build prints it.
fn pending<'a>(
    request_type: CommandKind,
    id: u128,
    scheduled: &str,
    created: &str,
) -> RequestView<'a> {
    RequestView {
        scheduled_date: date(scheduled),
        response: None,
        error_code: None,
        priority: Priority::Regular,
        error_description: None,
        sequence_number: None,
        number: None,
        process_id: None,
        name: None,
        parameters_set: Vec::new(),
        process_immediately: Some(false),
        request: None,
        log_information: logged(created, created),
        provider_error_code: None,
        life_cycle_state: LifeCycleState::Pending,
        provider_error_description: None,
        request_type,
        id: TextView::Hex(id),
        process_name: None,
        reference_number: None,
        executed_date: None,
    }
}

#[track_caller]
fn check(view: &RequestView<'_>, documented: &str) {
    let written = ok_object(EARLY, FieldsSet::ALL, view);
    assert_eq!(String::from_utf8(written).unwrap(), compact(documented));
}

#[test]
fn show_prints_the_completed_record() {
    const REFERENCE: u128 = 0x38a4254b_6663_4cb5_9764_e2a292264515;
    let created = "2014-11-28T15:05:20";
    let executed = "2014-11-28T15:05:26";
    let view = RequestView {
        response: Some(TextView::OkUuid(REFERENCE)),
        number: Some(TextView::Decimal(4049)),
        parameters_set: vec![
            item(
                ParameterKey::SmartcardSubProvisioningDistributionId,
                "D62E3D20B3BA1302FE1161F3BF594825",
                "5CE67A0C53D1A3DDA8DA4409FB6C1158",
            ),
            item(ParameterKey::SmartcardCaId, "01900080207", "765FE22363D4DEA69320D4927551527E"),
        ],
        process_immediately: Some(true),
        request: Some("01900080207".into()),
        log_information: LogInformationView {
            created_by_unit: Some(LEGACY_UNIT),
            updated_by_unit: Some(LEGACY_UNIT),
            created_by_user: LEGACY_USER,
            updated_by_user: LEGACY_USER,
            ..logged(created, executed)
        },
        life_cycle_state: LifeCycleState::Completed,
        process_name: Some("RESET_PIN_UTILITY"),
        reference_number: Some(TextView::Uuid(REFERENCE)),
        executed_date: Some(date(executed)),
        ..pending(
            CommandKind::UpdateCaPinToDefaultValue,
            0xFA2BA704F393A8BE1A6CF108A4C8B214,
            created,
            created,
        )
    };
    let late = Writing { shape: Shape::R4Late, ..EARLY };
    let documented = include_str!("../../../../../fixtures/contract/show.response.json");
    let written = ok_object(late, FieldsSet::ALL, &view);
    assert_eq!(String::from_utf8(written).unwrap(), compact(documented));
}

fn legacy_log(date_text: &str) -> LogInformationView<'static> {
    LogInformationView {
        created_by_unit: None,
        updated_by_unit: None,
        created_by_user: LEGACY_USER,
        updated_by_user: LEGACY_USER,
        ..logged(date_text, date_text)
    }
}

fn first_listed() -> RequestView<'static> {
    let created = "2014-03-04T10:32:45";
    RequestView {
        sequence_number: Some(2),
        parameters_set: vec![
            item(
                ParameterKey::SubProvisioningDistributionId,
                "0FBD747C2FCD1D64D9DE7610C0124E0E",
                "3",
            ),
            item(ParameterKey::SmartcardCaId, "2222", "2"),
            item(ParameterKey::ServiceCaId, "1111", "1"),
        ],
        process_immediately: None,
        log_information: legacy_log(created),
        ..pending(
            CommandKind::AddSubscriptions,
            0x81F2271B9CFFA72D16DB4D2467FAC617,
            created,
            created,
        )
    }
}

fn second_listed() -> RequestView<'static> {
    let created = "2014-03-06T17:31:16";
    RequestView {
        sequence_number: Some(4),
        process_immediately: None,
        log_information: legacy_log(created),
        ..pending(
            CommandKind::AddSubscriptions,
            0x50B41C776BAE7E99CD0E0AE6480B3F2D,
            "2014-03-04T10:32:45",
            created,
        )
    }
}

fn third_listed() -> RequestView<'static> {
    let created = "2014-09-23T08:23:32";
    RequestView {
        parameters_set: vec![
            ParameterView {
                key: ParameterKey::DisplayDateTime,
                value: Some(ParameterValue::Date(date("2014-09-23T08:23:09"))),
                id: "B74051B35E46B7E7AFBB89D454EA2389".into(),
            },
            item(ParameterKey::PositionY, None, "64D43E4F5EB88DBBF01B2BA5A61F26D4"),
            item(ParameterKey::PositionX, None, "E53BC60EFA761B27D764B03A4A29CA1E"),
            item(ParameterKey::SmartcardCaId, None, "9E5C33963C780F3FE2DDE0DD3C929126"),
            item(ParameterKey::Height, None, "99663D076D3BE412540D5C6225A34E29"),
            item(ParameterKey::DisplayDuration, None, "0C512B9662481C5A1AF0A53D1C1BFEA4"),
            item(ParameterKey::FingerprintSlot, "A", "CC6DD4AF4F009AD6F71C252F3BC3E78D"),
        ],
        log_information: LogInformationView {
            created_by_unit: Some(LEGACY_UNIT),
            updated_by_unit: Some(LEGACY_UNIT),
            created_by_user: LEGACY_USER,
            updated_by_user: LEGACY_USER,
            ..logged(created, created)
        },
        ..pending(
            CommandKind::DisplayFingerprint,
            0xBC05D99430116586FB444BF818C89D59,
            "2014-09-23T08:23:24",
            created,
        )
    }
}

#[test]
fn list_prints_the_three_records_it_shows() {
    let views = [first_listed(), second_listed(), third_listed()];
    let written = ok_list(EARLY, FieldsSet::ALL, views.iter().cloned());
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
    let view = RequestView {
        priority: Priority::Express,
        parameters_set: vec![
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
        ],
        ..pending(
            CommandKind::AddSubscriptions,
            0x7630193CC386C7AF57B31EDAE931FD64,
            "2014-11-30T09:00:00",
            "2014-09-24T15:43:56",
        )
    };
    check(&view, include_str!("../../../../../fixtures/contract/add_subscriptions.response.json"));
}

#[test]
fn cancel_subscriptions_prints_the_created_record() {
    let view = RequestView {
        priority: Priority::Express,
        parameters_set: vec![
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
        ],
        ..pending(
            CommandKind::CancelSubscriptions,
            0xEB3DF4618C769E7B90C7C33316CF2376,
            "2014-09-30T09:00:00",
            "2014-09-24T15:39:53",
        )
    };
    check(
        &view,
        include_str!("../../../../../fixtures/contract/cancel_subscriptions.response.json"),
    );
}

#[test]
fn create_pairing_prints_the_created_record() {
    let view = RequestView {
        log_information: logged("2014-10-07T17:07:47", "2014-10-07T17:07:48"),
        parameters_set: vec![
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
        ],
        ..pending(
            CommandKind::CreatePairing,
            0xF63207AD7773D74AB96E414AEE8B6F66,
            "2014-10-30T09:00:00",
            "2014-10-07T17:07:47",
        )
    };
    check(&view, include_str!("../../../../../fixtures/contract/create_pairing.response.json"));
}

#[test]
fn add_to_existing_pairing_prints_the_created_record() {
    let view = RequestView {
        process_name: Some("MANUAL"),
        parameters_set: vec![
            item(
                ParameterKey::ExistingSmartcardCaId,
                "0000-0000-0008",
                "8F36244F78FDCF90A96B2F2504132495",
            ),
            item(ParameterKey::StbCaId, "0000-0000-0007", "6ED43647157F14D218F81C9B9A61033B"),
        ],
        ..pending(
            CommandKind::AddToExistingPairing,
            0xD2A0EF48E0A7FD61E90C026940715C3E,
            "2014-10-15T13:53:12",
            "2014-10-15T13:53:12",
        )
    };
    check(
        &view,
        include_str!("../../../../../fixtures/contract/add_to_existing_pairing.response.json"),
    );
}

#[test]
fn reset_pin_to_default_value_prints_the_created_record() {
    let view = RequestView {
        parameters_set: vec![
            item(
                ParameterKey::SmartcardSubProvisioningDistributionId,
                "AD4377F035250EB92E8DBF5A97B5AF8B",
                "A8FA413E992B42FB5C2FE6D609085B9F",
            ),
            item(ParameterKey::SmartcardCaId, "sc20000010", "CB0FE4C65B882941BDCE39F591E9F57D"),
        ],
        ..pending(
            CommandKind::UpdateCaPinToDefaultValue,
            0xDD59BBD1F02E929243C952E8B56733DC,
            "2014-10-29T09:00:00",
            "2014-10-07T17:15:49",
        )
    };
    check(
        &view,
        include_str!("../../../../../fixtures/contract/reset_pin_to_default_value.response.json"),
    );
}

#[test]
fn reset_pin_to_given_value_prints_the_created_record_without_the_pin() {
    let view = RequestView {
        parameters_set: vec![
            item(
                ParameterKey::SmartcardSubProvisioningDistributionId,
                "AD4377F035250EB92E8DBF5A97B5AF8B",
                "997AB8F568D6FA91171E8DB39C1EAFC1",
            ),
            item(ParameterKey::SmartcardCaId, "sc20000010", "D6D2AE333162FC568D724DAB6DB30F14"),
            item(ParameterKey::CaPin, "1234", "610A89DC991ED28575C173518AB0796F"),
        ],
        ..pending(
            CommandKind::UpdateCaPinToGivenValue,
            0x8D145AE7FAE341C1DBC2F5425B8854D0,
            "2014-10-07T18:24:41",
            "2014-10-07T18:24:41",
        )
    };
    check(
        &view,
        include_str!("../../../../../fixtures/contract/reset_pin_to_given_value.response.json"),
    );
}

/// A record for tests that are not about a documented one.
pub(super) fn any_record() -> RequestView<'static> {
    first_listed()
}
