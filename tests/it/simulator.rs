//! The simulator as a library: what its builder says, refuses and starts.

use std::net::SocketAddr;
use std::time::Duration;

use conax_sim::clock::ClockMode;
use conax_sim::simulator::http::Request;
use conax_sim::simulator::{Api, Fate, SettlingEnd, Standing};
use conax_sim::{Simulator, SimulatorError};
use conax_tests::bodies::{at_once, sport_on, with};
use conax_tests::{PATIENCE, date, exchange};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const CARD: &str = "01900080208";

fn refusal(refused: Result<Simulator, SimulatorError>) -> String {
    match refused {
        Ok(_) => panic!("it starts"),
        Err(error) => error.to_string(),
    }
}

async fn state(simulator: &Simulator, number: u64) -> Value {
    let query = format!("provisioning_request_identifier=number={number}");
    let shown = simulator.get("show", &query).await.unwrap();
    shown["data"]["life_cycle_state"].clone()
}

#[tokio::test]
async fn it_starts_with_the_demo_world_a_standing_clock_and_no_faults() {
    let simulator = Simulator::builder().start().unwrap();
    let shared = &simulator.instance().shared;
    assert_eq!(shared.world().name, "demo");
    assert_eq!(shared.clock.mode(), ClockMode::Stepped);
    assert_eq!(shared.clock.now(), date("2026-01-01T09:00:00"));
    assert_eq!(shared.settings.seed.0, 0);
    assert!(shared.faults.is_quiet() || shared.world().magic_smartcards);
    simulator.post("add_subscriptions", sport_on(CARD)).await.unwrap();
    simulator.advance(Duration::from_secs(60)).await;
    assert_eq!(state(&simulator, 4050).await, "PENDING");
    assert_eq!(simulator.run().await.completed_count, 1);
    assert_eq!(state(&simulator, 4050).await, "COMPLETED");
    assert_eq!(simulator.ledger().totals.once, 1);
    assert!(simulator.drift().is_empty());
}

#[tokio::test]
async fn on_ports_the_clock_runs_unless_told_otherwise() {
    let real = Simulator::builder().open().await.unwrap();
    assert_eq!(real.instance().shared.clock.mode(), ClockMode::Real);
    let stepped =
        Simulator::builder().clock("stepped from 2014-11-30T08:59:00").open().await.unwrap();
    assert_eq!(stepped.instance().shared.clock.mode(), ClockMode::Stepped);
    assert_eq!(stepped.instance().shared.clock.now(), date("2014-11-30T08:59:00"));
}

#[test]
fn everything_wrong_with_a_builder_is_told_at_once() {
    let refused = Simulator::builder()
        .world_text("world: x\nuser: []\nsubscription: []\n")
        .fault("brown-out")
        .fault("{ preset: f05, tims: 1 }")
        .clock("stepped from yesterday")
        .start();
    insta::assert_snapshot!(refusal(refused));
}

#[tokio::test]
async fn a_misspelt_method_or_fault_is_refused_with_what_was_meant() {
    let simulator = Simulator::builder().start().unwrap();
    let refused = simulator.post("add_subscription", json!({})).await;
    assert_eq!(
        refused.unwrap_err().to_string(),
        "there is no method `add_subscription`\n   hint: did you mean `add_subscriptions`?"
    );
    let refused = simulator.add_fault("reset-aplied").unwrap_err();
    assert!(refused.to_string().contains("did you mean `reset-applied`?"));
    assert_eq!(format!("{refused:?}"), refused.to_string());
    assert!(simulator.get("show", "number=a b").await.is_err());
}

#[tokio::test]
async fn the_ledger_tells_once_twice_and_never() {
    let simulator = Simulator::builder().start().unwrap();
    for (fault, fate, standing) in [
        ("f05", Fate::Once, Standing::Rejected),
        ("f14", Fate::Never, Standing::Rejected),
        ("f37", Fate::Twice, Standing::Completed),
        ("f35", Fate::Never, Standing::Completed),
    ] {
        simulator.add_fault(fault).unwrap();
        simulator.post("add_subscriptions", sport_on(CARD)).await.unwrap();
        simulator.run().await;
        simulator.clear_faults();
        let ledger = simulator.ledger();
        let row = ledger.rows.values().last().unwrap();
        assert_eq!((row.fate, row.standing), (fate, standing), "{fault}");
    }
    let totals = simulator.ledger().totals;
    // The demo world begins with three requests that are held.
    assert_eq!((totals.once, totals.twice, totals.never), (1, 1, 2 + 3));
    assert_eq!((totals.completed, totals.rejected), (2, 2));
    // A page of HTTP 503 does not say either what was done.
    assert_eq!(totals.unknown_to_crm, 4);
    assert!(totals.add_up());
    assert!(simulator.ledger_file().ends_with("}\n"));
}

#[tokio::test]
async fn a_lost_answer_leaves_drift_and_healing_empties_it() {
    let simulator = Simulator::builder().fault("f05").start().unwrap();
    simulator.post("add_subscriptions", sport_on(CARD)).await.unwrap();
    simulator.run().await;
    let drift = simulator.drift();
    assert_eq!(drift[0].cards, [CARD]);
    assert_eq!(drift[0].request, Some(4050));
    simulator.clear_faults();
    assert_eq!(simulator.heal().await.unwrap().requests, [4051]);
    simulator.run().await;
    assert!(simulator.drift().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_awaited_takes_just_the_time_it_waits_for() {
    let simulator = Simulator::builder().fault("f05").start().unwrap();
    let clock = &simulator.instance().shared.clock;
    let body = at_once(sport_on(CARD));
    let ended = simulator.post("add_subscriptions", body).await.unwrap();
    assert_eq!(ended["data"]["life_cycle_state"], "REJECTED");
    assert_eq!(clock.now(), date("2026-01-01T09:10:00"));
    for card in [CARD, "01900080209", "01900080210"] {
        simulator.post("add_subscriptions", sport_on(card)).await.unwrap();
    }
    assert_eq!(simulator.run().await.rejected_count, 3);
    assert_eq!(clock.now(), date("2026-01-01T09:20:00"));
}

#[tokio::test]
async fn a_request_of_next_month_is_sent_when_time_has_passed() {
    let simulator = Simulator::builder().clock("stepped from 2026-01-31T23:59:00").start().unwrap();
    let body = with(sport_on(CARD), "start_date", json!("2026-02-01T00:00:00"));
    simulator.post("add_subscriptions", body).await.unwrap();
    assert_eq!(simulator.run().await.completed_count, 0);
    let advanced = simulator.advance(Duration::from_secs(60)).await;
    assert!(advanced.at_rest);
    assert_eq!(simulator.run().await.completed_count, 1);
    assert_eq!(simulator.settle().await.end, SettlingEnd::NothingDue);
}

/// Everything a short story leaves behind.
async fn story(seed: u64) -> String {
    let simulator = Simulator::builder()
        .seed(seed)
        .fault("flaky-network")
        .fault("{ preset: f05, when: { every: 3 } }")
        .start()
        .unwrap();
    let mut told = String::new();
    for card in [CARD, "01900080209", "01900080210"].repeat(4) {
        let answer = simulator.post("add_subscriptions", sport_on(card)).await;
        told += &answer.unwrap().to_string();
        simulator.run().await;
    }
    let journal = simulator.control("GET", "/v1/journal?limit=100", "").await;
    told + &journal.unwrap().text() + &simulator.ledger_file()
}

#[tokio::test]
async fn the_same_seed_tells_the_same_story_to_the_byte() {
    let first = story(1).await;
    assert_eq!(story(1).await, first);
    assert_ne!(story(2).await, first);
}

/// Waits until nobody listens at an address.
async fn is_refused(address: SocketAddr) {
    let refused = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, refused).await;
    assert!(in_time.is_ok(), "{address} is still open");
}

const DOORS: [Api; 3] = [Api::Crm, Api::Cas, Api::Control];

#[tokio::test]
async fn a_simulator_that_is_dropped_or_closed_has_no_ports() {
    let dropped = Simulator::builder().open().await.unwrap();
    let addresses = DOORS.map(|door| dropped.address(door));
    let mut kept_alive = TcpStream::connect(addresses[0]).await.unwrap();
    let call = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    kept_alive.write_all(call).await.unwrap();
    assert!(kept_alive.read(&mut [0; 4096]).await.unwrap() > 0);
    drop(dropped);
    for address in addresses {
        is_refused(address).await;
    }
    let ended = tokio::time::timeout(PATIENCE, kept_alive.read(&mut [0])).await;
    assert_eq!(ended.expect("a connection is left open").unwrap(), 0);

    let closed = Simulator::builder().open().await.unwrap();
    let addresses = DOORS.map(|door| closed.address(door));
    closed.post("add_subscriptions", sport_on(CARD)).await.unwrap();
    assert_eq!(closed.close().await.in_flight_count, 0);
    for address in addresses {
        assert!(TcpStream::connect(address).await.is_err());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_on_a_port_and_the_test_see_the_same_instance() {
    let simulator = Simulator::builder().fault("{ preset: f06, times: 1 }").open().await.unwrap();
    let address = simulator.address(Api::Crm);
    assert_eq!(simulator.url(Api::Crm), format!("http://{address}"));
    let token = json!("04FFBB37FED475A778F122709CBAC1D5");
    let body = with(sport_on(CARD), "token", token).to_string();
    let target = "/conax_web_services/provisioning_requests/add_subscriptions";
    let calling = move || exchange(address, "POST", target, &body).json();
    let created = tokio::task::spawn_blocking(calling).await.unwrap();
    assert_eq!(created["data"]["number"], "4050");
    assert_eq!(simulator.run().await.rejected_count, 1);
    assert_eq!(simulator.ledger().totals.once, 1);
    assert_eq!(state(&simulator, 4050).await, "REJECTED");
}

#[tokio::test]
async fn every_door_takes_calls_as_they_are() {
    let simulator = Simulator::builder().start().unwrap();
    let wsdl = Request::get("/?wsdl").body("").unwrap();
    let wsdl = simulator.call(Api::Cas, wsdl).await;
    assert!(wsdl.text().contains("definitions"), "{}", wsdl.text());
    let lost = Request::get("/nowhere").body("").unwrap();
    assert_eq!(simulator.call(Api::Crm, lost).await.status, 404);
    let ready = simulator.control("GET", "/v1/ready", "").await.unwrap();
    assert_eq!(ready.json().unwrap()["seed"], 0);
    let names = simulator.add_fault("maintenance-window").unwrap();
    assert!(simulator.remove_fault(&names[0]));
    assert!(!simulator.remove_fault(&names[0]));
}
