//! Tests of the Conax wire, against raw messages and as laws.

mod answers;
mod axis_fault;
mod fixtures;
mod garbage;
mod laws;
mod masking;
mod profiles;
mod replies;
mod requests;
mod samples;
mod sent;
mod strategies;
mod wsdl;

use crate::cas::{
    AxisClient, AxisFault, CommandKind, DecodedReply, HttpAnswer, Profile, decode_reply,
};

/// What the CRM's client makes of an answer.
fn read_reply(
    profile: &Profile,
    operation: CommandKind,
    body: &[u8],
    content_type: Option<&str>,
    status: u16,
) -> Result<DecodedReply, AxisFault> {
    let answer = HttpAnswer { status, reason: "Reason", content_type, body };
    decode_reply(profile, operation, answer, &AxisClient::default())
}
