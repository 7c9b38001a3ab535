//! A head-end of our own that never answers: in this process and over sockets.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Extension;
use axum::http::HeaderMap;
use conax_contract::cas::{AxisClient, EncodedRequest, Profile, encode_request};
use conax_model::command::Command;
use conax_model::id::SmartcardId;
use conax_model::time::SimTime;
use tokio::sync::watch;

use super::{Approach, ConaxLink, LinkSettings, Reuse, SendFailure, Sending, WireReply};
use crate::clock::{Clock, ClockMode};
use crate::http_server::{ConnectionControl, Limits, Listener};

const START: SimTime = SimTime::from_millis(0);
const YEAR: Duration = Duration::from_secs(366 * 24 * 60 * 60);

fn settings() -> LinkSettings {
    LinkSettings {
        connect_time: Duration::from_secs(10),
        read_time: Duration::from_secs(600),
        reuse: Reuse::WhileFresh,
        axis: AxisClient::default(),
    }
}

fn request() -> EncodedRequest {
    let request = Command::GetActiveSubscriptions { card: SmartcardId::new("01900080208") };
    encode_request(Profile::public(), &request)
}

/// An API whose handler sleeps for a year, or until its client is gone.
fn silent(link: &Arc<ConaxLink>, clock: &Clock) -> Router {
    let (link, clock) = (Arc::clone(link), clock.clone());
    let handler = move |control: Option<Extension<ConnectionControl>>, headers: HeaderMap| {
        let own = link.own_request(&headers).expect("a call of our own");
        assert_eq!(own.number, Some(17));
        let activity = clock.activity_for(own.caller.as_ref());
        let clock = clock.clone();
        activity.run(async move {
            match control {
                None => clock.sleep(YEAR).await,
                Some(Extension(control)) => tokio::select! {
                    () = clock.sleep(YEAR) => {}
                    () = control.closed_by_peer() => {}
                },
            }
        })
    };
    Router::new().fallback(handler)
}

fn clock() -> Clock {
    Clock::new(ClockMode::Stepped, START)
}

/// One exchange as an activity of its own; how it ended, and when.
async fn exchange(link: Arc<ConaxLink>, clock: Clock) -> (Result<WireReply, SendFailure>, SimTime) {
    let request = request();
    let sending = Sending {
        trace: None,
        request: &request,
        number: Some(17),
        exchange: 1,
        leaving: &|| None,
        authorization: None,
        in_spite_of: None,
    };
    let ended = link.exchange(sending).await;
    (ended, clock.now())
}

#[track_caller]
fn check((ended, at): (Result<WireReply, SendFailure>, SimTime)) {
    let failure = ended.expect_err("a time-out");
    assert!(failure.was_sent);
    assert!(failure.fault.render().contains("Read timed out"));
    assert_eq!(at, START + Duration::from_secs(600));
}

#[tokio::test]
async fn silence_in_this_process_is_a_time_out_after_ten_simulated_minutes() {
    let clock = clock();
    let link = Arc::new(ConaxLink::in_process(settings(), &clock));
    let (found, on) = (Arc::downgrade(&link), clock.clone());
    link.lead_to(move || found.upgrade().map(|link| silent(&link, &on)));
    let running = exchange(Arc::clone(&link), clock.clone());
    let running = tokio::spawn(clock.activity().run(running));
    let advanced = clock.advance(Duration::from_secs(3600)).await;
    assert_eq!((advanced.fired, advanced.at_rest), (1, true));
    check(running.await.expect("no panic"));
    assert!(clock.waiting().is_empty() && clock.is_at_rest());
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_over_sockets_is_a_time_out_after_ten_simulated_minutes() {
    for _ in 0..20 {
        let clock = clock();
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = Listener::bind(any, Limits::default(), None).await;
        let listener = listener.expect("a free port");
        let address = listener.address().into();
        let link = Arc::new(ConaxLink::network(address, Approach::default(), settings(), &clock));
        let (_open, stop) = watch::channel(false);
        tokio::spawn(listener.serve(silent(&link, &clock), stop));
        let running = exchange(Arc::clone(&link), clock.clone());
        let running = tokio::spawn(clock.activity().run(running));
        let advanced = clock.advance(Duration::from_secs(3600)).await;
        assert_eq!((advanced.fired, advanced.at_rest), (1, true));
        check(running.await.expect("no panic"));
        assert!(clock.advance(Duration::ZERO).await.at_rest);
    }
}
