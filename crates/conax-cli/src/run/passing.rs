//! Letting simulated time pass for calls that wait for it at a stepped world.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use conax_scenario::document::Api;
use conax_scenario::target::HttpCall;
use hyper::body::Bytes;
use hyper::{Method, Uri};
use serde_json::{Value, json};

use crate::run::remote::{Prepared, call_once};

/// How long a call to a stepped world may be silent before time passes for it.
const QUIET: Duration = Duration::from_millis(30);

/// How many calls have no answer yet, of those that the target counts as well: of calls to Conax it
/// does not know which are ours.
#[derive(Clone)]
pub(super) struct Unanswered(Arc<AtomicUsize>);

impl Unanswered {
    /// These calls, of which some cannot be made.
    pub(super) fn of<T, E>(calls: &[HttpCall], prepared: &[Result<T, E>]) -> Self {
        let made = calls.iter().zip(prepared);
        let counted = made.filter(|(call, made)| call.api != Api::Cas && made.is_ok());
        Self(Arc::new(AtomicUsize::new(counted.count())))
    }

    pub(super) fn answered(&self, api: Api) {
        if api != Api::Cas {
            self.0.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Whether all of them have come to the target and none is answered, as its clock tells; one of
    /// an older version does not tell.
    fn are_there(&self, clock: &Value) -> bool {
        let there = clock["calls"].as_u64();
        there.is_none_or(|there| there >= self.0.load(Ordering::Relaxed) as u64)
    }
}

/// Waits for calls; while they are silent because the stepped world waits for its time, that
/// passes, event by event. A call that is silent because the machine is slow waits for no time.
pub(super) async fn let_time_pass<T>(
    clock: Option<Prepared>,
    unanswered: &Unanswered,
    work: impl Future<Output = T>,
) -> T {
    let Some(clock) = clock else {
        return work.await;
    };
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = tokio::time::sleep(QUIET) => pass_to_next(&clock, unanswered).await,
        }
    }
}

async fn pass_to_next(clock: &Prepared, unanswered: &Unanswered) {
    let (Ok(reply), connection) = call_once(None, clock.clone()).await else {
        return;
    };
    let reading = reply.json();
    let next = reading["next"].as_str();
    let waits = reading["at_rest"] == true && unanswered.are_there(&reading);
    if !waits || reading["mode"] != "stepped" {
        return;
    }
    let Some(next) = next else { return };
    // Dates have no fractions: what is due within the second the clock shows is one second away.
    let body: Value = match reading["now"].as_str() == Some(next) {
        true => json!({ "by": "1s" }),
        false => json!({ "to": next }),
    };
    let mut advance = clock.clone();
    *advance.request.method_mut() = Method::POST;
    *advance.request.uri_mut() = Uri::from_static("/v1/clock/advance");
    *advance.request.body_mut() = Bytes::from(body.to_string());
    let _ = call_once(connection, advance).await;
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio::sync::mpsc;

    use super::{Api, Bytes, HttpCall, Prepared, Unanswered, json, let_time_pass};
    use crate::http_client::{Address, Client};

    /// A stepped clock at rest with something due, whose target has so many calls without an answer;
    /// what it is asked, line by line.
    async fn clock_with_calls(calls: usize) -> (Prepared, mpsc::UnboundedReceiver<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let (asked, heard) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let asked = asked.clone();
                tokio::spawn(async move {
                    let mut bytes = [0; 1024];
                    while let Ok(count) = stream.read(&mut bytes).await
                        && count > 0
                    {
                        let text = String::from_utf8_lossy(&bytes[..count]);
                        let line = text.lines().next().unwrap_or_default();
                        let _ = asked.send(line.to_owned());
                        let body = json!({
                            "mode": "stepped", "now": "2014-09-24T15:00:00",
                            "next": "2014-09-24T15:10:00", "calls": calls, "at_rest": true,
                        })
                        .to_string();
                        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}", body.len());
                        let answer = format!("{head}\r\n\r\n{body}");
                        let _ = stream.write_all(answer.as_bytes()).await;
                    }
                });
            }
        });
        let clock = Prepared {
            client: Client::plain(),
            address: Address::parse(&format!("http://127.0.0.1:{port}")).expect("it is one").into(),
            request: hyper::Request::get("/v1/clock").body(Bytes::new()).expect("it is a call"),
        };
        (clock, heard)
    }

    /// What the clock is asked while a call of the API has no answer, twice.
    async fn asked_meanwhile(calls: usize) -> [String; 2] {
        let (clock, mut heard) = clock_with_calls(calls).await;
        let call = [HttpCall::get(Api::Crm, "/show")];
        let unanswered = Unanswered::of(&call, &[Ok::<_, ()>(())]);
        let work =
            async { [heard.recv().await, heard.recv().await].map(Option::unwrap_or_default) };
        let_time_pass(Some(clock), &unanswered, work).await
    }

    #[tokio::test]
    async fn time_passes_for_a_call_that_waits_at_the_target_and_not_for_one_on_its_way() {
        let [asked, then] = ["GET /v1/clock HTTP/1.1", "POST /v1/clock/advance HTTP/1.1"];
        assert_eq!(asked_meanwhile(0).await, [asked, asked]);
        assert_eq!(asked_meanwhile(1).await, [asked, then]);
    }
}
