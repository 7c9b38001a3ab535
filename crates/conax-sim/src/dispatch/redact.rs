//! Keeping a submitted PIN out of what a head-end answers.
//!
//! Our own head-end never repeats a PIN; another one may, in a message or a fault. What it answers
//! is stored, listed and journaled. It is read first and redacted afterwards: in raw bytes a PIN
//! has many spellings, and its digits in an id or a namespace are no PIN.

use bytes::Bytes;
use conax_contract::cas::{self, AxisFault, CommandKind, DecodedReply, Profile};
use conax_model::command::Command;

/// PINs of fewer characters are not looked for: one digit is in every sentence and number, so
/// that hiding it would spoil every message, and nobody learns a PIN from it.
const SHORTEST_PIN: usize = 3;

/// The reply without the PIN the command submitted, if it did submit one; its status code and its
/// transaction id as they are.
pub(super) fn redact_reply(command: &Command, reply: DecodedReply) -> DecodedReply {
    match submitted_pin(command) {
        Some(pin) => reply.without(pin),
        None => reply,
    }
}

/// The fault without the PIN the command submitted, if it did submit one.
pub(super) fn redact_fault(command: &Command, fault: AxisFault) -> AxisFault {
    match submitted_pin(command) {
        Some(pin) => fault.without(pin),
        None => fault,
    }
}

/// What the journal keeps of an answer: the body as it is, or a note if it repeats the PIN the
/// command submitted.
pub(super) fn redact_body(profile: &Profile, command: &Command, body: Bytes) -> Bytes {
    let operation = CommandKind::UpdateCaPinToGivenValue;
    match submitted_pin(command) {
        Some(pin) if cas::repeats_secret(profile, operation, &body, pin) => {
            Bytes::from_static(cas::ANSWER_NOT_KEPT.as_bytes())
        }
        _ => body,
    }
}

fn submitted_pin(command: &Command) -> Option<&str> {
    let Command::UpdateCaPinToGivenValue { pin, .. } = command else {
        return None;
    };
    let pin = pin.expose().trim();
    (pin.chars().count() >= SHORTEST_PIN).then_some(pin)
}

#[cfg(test)]
mod tests {
    use conax_contract::cas::{
        self, AxisClient, AxisFault, CommandKind, DecodedReply, HttpAnswer, Profile,
    };
    use conax_model::command::Command;
    use conax_model::id::SmartcardId;
    use conax_model::secret::Secret;

    use super::{redact_body, redact_fault, redact_reply};

    const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";

    fn pin(pin: &str) -> Command {
        Command::UpdateCaPinToGivenValue { card: SmartcardId::new("1"), pin: Secret::new(pin) }
    }

    fn profile() -> &'static Profile {
        Profile::public()
    }

    fn envelope(inside: &str) -> String {
        format!("<s:Envelope xmlns:s='{SOAP}'><s:Body>{inside}</s:Body></s:Envelope>")
    }

    fn refusal(id: &str, message: &str) -> String {
        envelope(&format!(
            "<Reply xmlns='urn:1234'><StatusCode>NO_PIN</StatusCode>\
             <TransactionId>{id}</TransactionId><Message>{message}</Message></Reply>"
        ))
    }

    fn answer<'a>(body: &'a str, content_type: Option<&'a str>, status: u16) -> HttpAnswer<'a> {
        HttpAnswer { status, reason: "", content_type, body: body.as_bytes() }
    }

    fn decoded(body: &str) -> Result<DecodedReply, AxisFault> {
        let (operation, xml) = (CommandKind::UpdateCaPinToGivenValue, Some("text/xml"));
        cas::decode_reply(profile(), operation, answer(body, xml, 200), &AxisClient::default())
    }

    fn reply(command: &Command, body: &str) -> DecodedReply {
        redact_reply(command, decoded(body).expect("a reply"))
    }

    fn fault(command: &Command, body: &str) -> String {
        redact_fault(command, decoded(body).expect_err("a fault")).render()
    }

    fn page(command: &Command, page: &str) -> String {
        let (operation, html) = (CommandKind::UpdateCaPinToGivenValue, Some("text/html"));
        let answer = answer(page, html, 500);
        let fault = cas::decode_reply(profile(), operation, answer, &AxisClient::default());
        redact_fault(command, fault.expect_err("a fault")).render()
    }

    fn journaled(command: &Command, body: &str) -> String {
        let body = redact_body(profile(), command, body.to_owned().into());
        cas::mask_secrets_for(profile(), &body)
    }

    #[track_caller]
    fn check_message(message: &str, expected: &str) {
        let reply = reply(&pin("1234"), &refusal("38a4", message));
        assert_eq!(reply.message.as_deref(), Some(expected));
        assert_eq!(reply.flattened, format!("NO_PIN38a4{expected}"));
    }

    #[test]
    fn a_pin_in_a_message_is_hidden_however_it_is_spelled() {
        check_message("PIN 1234 or '1234' refused", "PIN **** or '****' refused");
        check_message("PIN1234", "PIN****");
        check_message("91234-5", "9****-5");
        check_message("&#49;234", "****");
        check_message("&#x31;2<![CDATA[34]]>", "****");
        check_message("12<!-- -->34", "****");
        check_message("12341234", "********");
        check_message("&amp;#49;234", "****");
        check_message("<![CDATA[<e>1<b>2</b>34</e>]]>", "<e>****<b></b></e>");
    }

    #[test]
    fn a_run_of_one_digit_is_hidden_to_its_end() {
        let reply = reply(&pin("1111"), &refusal("38a4", "11111 1111"));
        assert_eq!(reply.message.as_deref(), Some("**** ****"));
    }

    #[test]
    fn what_is_no_pin_stays_as_it_is() {
        let same = |command: &Command, body: &str| {
            assert_eq!(reply(command, body), decoded(body).expect("a reply"));
        };
        same(&pin("1234"), &refusal("1234", "refused"));
        same(&pin("NO_PIN"), &refusal("38a4", "refused"));
        same(&pin("1"), &refusal("38a4", "the PIN has 1 characters"));
        same(&pin("12"), &refusal("38a4", "a PIN of 12 characters"));
        same(&pin(""), &refusal("38a4", "the PIN is empty"));
        let asks = Command::GetActiveSubscriptions { card: SmartcardId::new("1234") };
        same(&asks, &refusal("38a4", "card 1234"));
    }

    #[test]
    fn the_reference_stands_in_the_flattened_text_as_well() {
        let body = refusal("38a41234", "1234 is not a PIN");
        let reply = reply(&pin("1234"), &body);
        assert_eq!(reply.transaction_id.as_deref(), Some("38a41234"));
        assert_eq!(reply.flattened, "NO_PIN38a41234**** is not a PIN");
    }

    #[test]
    fn a_message_before_the_reference_is_told_from_it() {
        let body = envelope(
            "<R><Message>1234</Message><X>12</X><Y>34</Y>\
             <TransactionId>1234</TransactionId><StatusCode>OK</StatusCode></R>",
        );
        let redacted = reply(&pin("1234"), &body);
        assert_eq!(redacted.flattened, "********1234OK");
        assert_eq!(redact_reply(&pin("1234"), redacted.clone()), redacted);
    }

    #[test]
    fn a_fault_loses_the_pin_and_keeps_its_markup() {
        let body = envelope(
            "<s:Fault><faultcode>s:Server</faultcode><faultstring>PIN&#49;234</faultstring>\
             <detail><n:e xmlns:n='urn:1234'><n:p>&amp;#49;2<q xmlns='urn:91234'/>34</n:p>ok</n:e></detail>\
             </s:Fault>",
        );
        let shown = fault(&pin("1234"), &body);
        assert!(shown.contains("faultString: PIN****"), "{shown}");
        assert!(
            shown.ends_with("\t{urn:1234}e:<n:p>****<q xmlns=\"urn:91234\"/></n:p>ok"),
            "{shown}"
        );
    }

    #[test]
    fn a_page_loses_the_pin_in_every_spelling() {
        let shown = page(
            &pin("1234"),
            "<p title='1234'>1<b>2</b>34 &#49;&#x32;34 <![CDATA[12]]>34 a < b 1234</p>",
        );
        let expected = "&lt;p title='****'&gt;****&lt;b&gt;&lt;/b&gt; **** \
                        &lt;![CDATA[****]]&gt; a &lt; b ****&lt;/p&gt;";
        assert!(shown.contains(expected), "{shown}");
    }

    #[test]
    fn what_the_clients_parser_quotes_loses_the_pin() {
        let shown = fault(&pin("1234"), "<PIN1234></a>");
        assert!(shown.contains("PIN****") && !shown.contains("1234"), "{shown}");
    }

    #[test]
    fn the_journal_keeps_a_note_instead_of_an_answer_with_the_pin() {
        let note = "(an answer that repeats the submitted PIN, not kept)";
        let command = pin("1234");
        for body in [
            refusal("38a4", "PIN1234"),
            refusal("38a4", "&#49;2<![CDATA[34]]>"),
            refusal("38a4", "<!-- 1234 -->"),
            refusal("38a4", "<x refused='&#49;234'/>"),
            envelope("<PIN1234/>"),
            "1234 is not XML".to_owned(),
        ] {
            assert_eq!(journaled(&command, &body), note, "{body}");
        }
    }

    #[test]
    fn the_journal_keeps_an_answer_without_the_pin() {
        let kept = |command: &Command, body: &str| assert_eq!(journaled(command, body), body);
        kept(&pin("1234"), &refusal("1234", "refused"));
        kept(&pin("1234"), &refusal("&#49;<![CDATA[2]]>34", "refused"));
        kept(&pin("1"), &refusal("38a4", "the PIN has 1 characters"));
        let asks = Command::GetActiveSubscriptions { card: SmartcardId::new("1234") };
        kept(&asks, &refusal("38a4", "card 1234"));
    }
}
