//! Carrying out what the judge said, at the Conax endpoint: endings without an answer, damaged
//! answers. Nothing is decided here.
//!
//! Over sockets a reset is a reset and a slow answer comes on a timer; in-process the caller finds
//! a [`WireFault`] in the answer instead, and the same broken or slow body.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Extensions, HeaderValue, Response, header};
use conax_contract::cas::CasReply;
use conax_model::entropy::Ids;
use conax_model::fault::AnswerFault;
use conax_model::id::TransactionId;

use tokio::sync::watch;

use crate::clock::{Activity, Clock, idle};
use crate::fault::traffic::AtEndpoint;
use crate::http_server::ConnectionControl;

/// Pieces a second a slow answer goes out in, if each has a byte.
const PIECES_A_SECOND: u32 = 10;

/// How an exchange ends without an answer; in the extensions of what an in-process caller gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireFault {
    /// The client waits until it gives up.
    Silence,
    /// The connection is reset.
    Reset,
    /// The connection is closed.
    HangUp,
}

impl WireFault {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Silence => "silence",
            Self::Reset => "reset",
            Self::HangUp => "hang-up",
        }
    }
}

/// Tells whoever carries a call through that nobody waits for its answer any more; in the
/// extensions of each call at the Conax endpoint.
#[derive(Clone, Debug)]
pub struct ClientGone(watch::Receiver<()>);

impl ClientGone {
    /// The client's end, to be held while it waits, and the other one.
    #[must_use]
    pub fn watch() -> (watch::Sender<()>, Self) {
        let (waiting, gone) = watch::channel(());
        (waiting, Self(gone))
    }

    async fn gone(mut self) {
        while self.0.changed().await.is_ok() {}
    }
}

/// Ends an exchange without an answer. What it returns reaches an in-process caller only.
pub async fn ended(fault: WireFault, call: &Extensions) -> Response<Body> {
    let control = call.get::<ConnectionControl>();
    if fault == WireFault::Silence {
        let closed = async {
            match control {
                Some(control) => control.closed_by_peer().await,
                None => std::future::pending().await,
            }
        };
        let gone = async {
            match call.get::<ClientGone>() {
                Some(gone) => gone.clone().gone().await,
                None => std::future::pending().await,
            }
        };
        idle(async {
            tokio::select! {
                () = closed => {}
                () = gone => {}
            }
        })
        .await;
    }
    if let Some(control) = control {
        match fault {
            WireFault::Reset => control.reset(),
            WireFault::Silence | WireFault::HangUp => control.hang_up(),
        }
    }
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(fault);
    response
}

/// Damages what a reply says.
pub(crate) fn damage_reply(
    reply: &mut CasReply,
    faults: &[AnswerFault],
    before: Option<TransactionId>,
    ids: &mut Ids,
) {
    for fault in faults {
        match fault {
            AnswerFault::NoTransactionId => reply.transaction_id = None,
            AnswerFault::RepeatedTransactionId => {
                let id = before.unwrap_or_else(|| ids.transaction_id());
                reply.transaction_id = Some(id.to_string());
            }
            AnswerFault::ForeignTransactionId => {
                reply.transaction_id = Some(ids.transaction_id().to_string());
            }
            AnswerFault::NoStatus => reply.status_code.clear(),
            AnswerFault::UnknownStatus(text) => reply.status_code.clone_from(text),
            _ => {}
        }
    }
}

/// Damages the bytes of an answer.
pub(crate) fn damage_bytes(body: Bytes, faults: &[AnswerFault]) -> Bytes {
    faults.iter().fold(body, |body, fault| match fault {
        AnswerFault::Garble => garbled(&body).into(),
        AnswerFault::ByteOrderMark => [b"\xEF\xBB\xBF", &body[..]].concat().into(),
        _ => body,
    })
}

/// The first closing tag loses its slash.
fn garbled(body: &[u8]) -> Vec<u8> {
    let place = body.windows(2).position(|pair| pair == b"</");
    match place {
        Some(place) => [&body[..=place], &body[place + 2..]].concat(),
        None => body[..body.len() / 2].to_vec(),
    }
}

/// The encoding an answer claims to have.
pub(crate) fn claimed_encoding(faults: &[AnswerFault]) -> Option<&str> {
    faults.iter().find_map(|fault| match fault {
        AnswerFault::Encoding(name) => Some(name.as_str()),
        _ => None,
    })
}

/// The answer with a body that breaks off or comes slowly, if it is to.
///
/// The exchange stays at the API as long as the body goes out.
pub fn damaged(
    response: &mut Response<Body>,
    body: &Bytes,
    faults: &[AnswerFault],
    clock: &Clock,
    at_endpoint: Option<AtEndpoint>,
) {
    let cut = faults.iter().find_map(|fault| match fault {
        AnswerFault::Cut(share) => Some(*share),
        _ => None,
    });
    let pace = faults.iter().find_map(|fault| match fault {
        AnswerFault::Trickle(pace) => Some((*pace).max(1)),
        _ => None,
    });
    if cut.is_none() && pace.is_none() {
        return;
    }
    let kept = cut.map_or(body.len(), |share| (body.len() as f64 * share) as usize);
    let length = HeaderValue::from(body.len());
    response.headers_mut().insert(header::CONTENT_LENGTH, length);
    *response.body_mut() = Body::new(BrokenBody {
        rest: body.slice(..kept.min(body.len())),
        breaks_off: cut.is_some(),
        has_paused: false,
        pace,
        clock: clock.clone(),
        activity: Activity::current(),
        sleeping: None,
        at_endpoint,
    });
}

type Sleeping = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A body that breaks off, or comes slowly. As long as it comes, its handler is at work.
struct BrokenBody {
    rest: Bytes,
    breaks_off: bool,
    /// Whether what was given has had the time to go out: a server drops what it holds when a body
    /// fails.
    has_paused: bool,
    pace: Option<u32>,
    clock: Clock,
    activity: Option<Activity>,
    sleeping: Option<Sleeping>,
    at_endpoint: Option<AtEndpoint>,
}

impl BrokenBody {
    fn sleep(&self, time: Duration) -> Sleeping {
        let clock = self.clock.clone();
        let sleep = async move { clock.sleep(time).await };
        match self.activity.clone() {
            Some(activity) => Box::pin(activity.run(sleep)),
            None => Box::pin(sleep),
        }
    }

    fn piece(&mut self) -> Bytes {
        let most =
            self.pace.map_or(self.rest.len(), |pace| (pace / PIECES_A_SECOND).max(1) as usize);
        let piece = self.rest.split_to(most.min(self.rest.len()));
        if let Some(pace) = self.pace {
            let time = Duration::from_secs_f64(piece.len() as f64 / f64::from(pace));
            self.sleeping = Some(self.sleep(time));
        }
        piece
    }
}

impl hyper::body::Body for BrokenBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, io::Error>>> {
        if let Some(sleeping) = &mut self.sleeping {
            ready!(sleeping.as_mut().poll(cx));
            self.sleeping = None;
        }
        if !self.rest.is_empty() {
            let piece = self.piece();
            return Poll::Ready(Some(Ok(hyper::body::Frame::data(piece))));
        }
        if self.breaks_off && !std::mem::replace(&mut self.has_paused, true) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.activity = None;
        self.at_endpoint = None;
        match std::mem::take(&mut self.breaks_off) {
            true => Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into()))),
            false => Poll::Ready(None),
        }
    }
}
