//! The file of what exists at a target, commented, to be filled in.

use conax_contract::text::render_duration;
use serde_json::Value;

use super::world::{LoginWorld, Named, RejectedWorld, TargetWorld};

const HEAD: &str = "\
#
# Name things that may be given orders: requests are created for these smartcards, and none
# is taken back. Passwords and tokens do not stand here: put them into a file of NAME=VALUE
# lines (password, token, web_api_key) and name it with --secrets-file.
#
# A verification can tell right from wrong only if the data can: give the records all their
# keys, and take such whose keys and CA id are different texts.
";

impl TargetWorld {
    /// The file, commented, with what is not known left to fill in.
    #[must_use]
    pub fn template(&self, target: &str, notes: &[String]) -> String {
        let mut out =
            format!("# What exists at {target}, for `conax-sim verify --world FILE`.\n{HEAD}");
        for note in notes {
            out.push_str(&format!("# {note}\n"));
        }
        out.push('\n');
        login(&mut out, self.login.as_ref());
        record(
            &mut out,
            "subscription",
            "The subscription the requests are for. Every key it is given is tried.",
            self.subscription.as_ref(),
            "{ id: \"…\", number: \"…\" }",
        );
        record(
            &mut out,
            "service",
            "A service of it. Every key it is given is tried, and its CA id is looked for in answers.",
            self.service.as_ref(),
            "{ id: \"…\", code: \"…\", alternative_code: \"…\", ca_id: \"…\" }",
        );
        smartcards(&mut out, &self.smartcards);
        stbs(&mut out, &self.stbs);
        self.to_be_refused(&mut out);
        rejected(&mut out, self.rejected.as_ref());
        let timeouts = render_duration(self.timeouts());
        out.push_str(&format!(
            "\n# How long a request may wait until it is sent to Conax.\npatience: {timeouts}\n"
        ));
        out
    }

    fn to_be_refused(&self, out: &mut String) {
        record(
            out,
            "no_service",
            "To be refused: a product that is no service.",
            self.no_service.as_ref(),
            "{ code: \"…\" }",
        );
        record(
            out,
            "no_smartcard",
            "To be refused: an item of the subscription that is no smartcard.",
            self.no_smartcard.as_ref(),
            "{ serial_number: \"…\" }",
        );
        record(
            out,
            "service_elsewhere",
            "To be refused: a service that is not on the subscription.",
            self.service_elsewhere.as_ref(),
            "{ code: \"…\" }",
        );
        record(
            out,
            "smartcard_elsewhere",
            "To be refused: a smartcard that is not on the subscription.",
            self.smartcard_elsewhere.as_ref(),
            "{ serial_number: \"…\" }",
        );
    }
}

fn login(out: &mut String, login: Option<&LoginWorld>) {
    out.push_str(
        "# Who logs in. Without it, or without its password, a token is needed. The unit should\n\
         # not be the user's own, or nobody can tell whether a login heeds it.\n",
    );
    let Some(login) = login else {
        out.push_str("# login: { username: \"…\", organisation: \"…\", unit: \"…\" }\n");
        return;
    };
    let unit = login.unit.iter();
    let unit: String = unit.map(|unit| format!(", unit: {}", quoted(unit))).collect();
    out.push_str(&format!(
        "login: {{ username: {}, organisation: {}{unit} }}\n",
        quoted(&login.username),
        quoted(&login.organisation),
    ));
}

fn smartcards(out: &mut String, smartcards: &[Named]) {
    out.push_str(
        "\n# Smartcards of it: one at least, better three. The CA id of the first should not be its\n\
         # serial number, or nobody can tell which of them the items of a request print.\n",
    );
    if smartcards.is_empty() {
        out.push_str("# smartcards:\n#   - { id: \"…\", serial_number: \"…\", alternative_code: \"…\", ca_id: \"…\" }\n");
        return;
    }
    out.push_str("smartcards:\n");
    for card in smartcards {
        out.push_str(&format!("  - {}\n", flow(card)));
    }
}

fn stbs(out: &mut String, stbs: &[String]) {
    out.push_str("\n# CA ids of set-top boxes of it.\n");
    if stbs.is_empty() {
        out.push_str("# stbs: [\"…\"]\n");
        return;
    }
    let stbs: Vec<String> = stbs.iter().map(|stb| quoted(stb)).collect();
    out.push_str(&format!("stbs: [{}]\n", stbs.join(", ")));
}

fn rejected(out: &mut String, order: Option<&RejectedWorld>) {
    out.push_str(
        "\n# An order the API takes and Conax rejects, such as one for a blocked smartcard.\n",
    );
    match order {
        Some(order) => out.push_str(&format!(
            "rejected:\n  subscription: {}\n  service: {}\n  smartcard: {}\n",
            flow(&order.subscription),
            flow(&order.service),
            flow(&order.smartcard)
        )),
        None => out.push_str(
            "# rejected:\n#   subscription: { number: \"…\" }\n#   service: { code: \"…\" }\n#   smartcard: { serial_number: \"…\" }\n",
        ),
    }
}

/// A record of the file, or a remark on how it would be named.
fn record(out: &mut String, key: &str, what: &str, named: Option<&Named>, hint: &str) {
    out.push_str(&format!("\n# {what}\n"));
    match named {
        Some(named) => out.push_str(&format!("{key}: {}\n", flow(named))),
        None => out.push_str(&format!("# {key}: {hint}\n")),
    }
}

fn flow(named: &Named) -> String {
    let keys = named.pairs();
    let keys = keys.map(|(key, value)| format!("{key}: {}", quoted(value)));
    let ca_id = named.ca_id.iter();
    let ca_id = ca_id.map(|ca_id| format!("ca_id: {}", quoted(ca_id)));
    let members: Vec<String> = keys.chain(ca_id).collect();
    format!("{{ {} }}", members.join(", "))
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}
