//! What a client meets by the name it asks for, and what it says of it.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use conax_contract::cas::{AxisClient, AxisFault};
use conax_model::fault::TlsFault;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore, SupportedCipherSuite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;

use super::{FAULTS, Vouching, broken_handshake, certificates, provider, told};
use crate::settings::{TlsKeys, TlsMode};

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A handshake of our own link by the name of this fault: what the client says of it, and what the
/// API knows of it.
async fn handshake(
    tls: TlsMode,
    verify: bool,
    by_name: Option<TlsFault>,
    for_everybody: Option<TlsFault>,
) -> (Result<(), AxisFault>, Option<TlsFault>) {
    let vouching = Vouching::of(&[tls], TlsKeys::Ecdsa)
        .expect("certificates")
        .expect("an API that speaks TLS");
    let door = vouching.api(tls, HOME, &[]).expect("certificates").expect("an API that speaks TLS");
    let link = vouching.link(tls, verify).expect("certificates").expect("an API that speaks TLS");
    let listener = TcpListener::bind((HOME, 0)).await.expect("a free port");
    let address = listener.local_addr().expect("a bound socket");
    let served = async {
        let (stream, _) = listener.accept().await.expect("a connection");
        door.accept(stream, || for_everybody).await
    };
    let dialled = async {
        let stream = TcpStream::connect(address).await.expect("a connection");
        let shaken = link.connect(stream, by_name).await;
        shaken.map(drop).map_err(|error| broken_handshake(&AxisClient::default(), &error))
    };
    let (served, dialled) = tokio::join!(served, dialled);
    (dialled, served.ok().and_then(|shaken| shaken.met))
}

#[tokio::test]
async fn a_client_meets_the_fault_whose_name_it_asks_for() {
    for tls in [TlsMode::On, TlsMode::Mutual] {
        for fault in FAULTS {
            let (ended, _) = handshake(tls, true, Some(fault), None).await;
            let expected = told(&AxisClient::default(), fault);
            assert_eq!(ended, Err(expected), "{tls:?}");
        }
        assert_eq!(handshake(tls, true, None, None).await, (Ok(()), None));
    }
}

/// Whether a client that knows this suite of TLS 1.2 only gets in.
async fn gets_in(suite: SupportedCipherSuite, keys: TlsKeys) -> bool {
    let vouching = Vouching::of(&[TlsMode::On], keys).expect("certificates").expect("it is on");
    let door = vouching.api(TlsMode::On, HOME, &[]).expect("certificates").expect("it is on");
    let mut roots = RootCertStore::empty();
    for one in certificates("ca.pem", &vouching.papers.ca_pem).expect("it has certificates") {
        roots.add(one).expect("it is an authority");
    }
    let provider = CryptoProvider { cipher_suites: vec![suite], ..(*provider()).clone() };
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&rustls::version::TLS12])
        .expect("it knows TLS 1.2")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let (client, server) = tokio::io::duplex(1 << 14);
    let name = ServerName::try_from("localhost").expect("it is a name");
    let connector = TlsConnector::from(Arc::new(config));
    let (shaken, served) =
        tokio::join!(connector.connect(name, client), door.accept(server, || None));
    assert_eq!(shaken.is_ok(), served.is_ok());
    shaken.is_ok()
}

#[tokio::test]
async fn a_client_that_knows_rsa_only_is_shown_an_rsa_chain_if_there_is_one() {
    use rustls::crypto::ring::cipher_suite::{
        TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 as ECDSA,
        TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 as RSA,
    };
    for (suite, keys, expected) in [
        (ECDSA, TlsKeys::Ecdsa, true),
        (RSA, TlsKeys::Ecdsa, false),
        (ECDSA, TlsKeys::EcdsaAndRsa, true),
        (RSA, TlsKeys::EcdsaAndRsa, true),
    ] {
        assert_eq!(gets_in(suite, keys).await, expected, "{suite:?} {keys:?}");
    }
}

#[tokio::test]
async fn a_client_that_trusts_everybody_is_turned_away_for_its_own_certificate_only() {
    for fault in FAULTS {
        let (ended, met) = handshake(TlsMode::Mutual, false, Some(fault), None).await;
        let is_own = fault == TlsFault::ClientCertificate;
        assert_eq!((ended.is_err(), met), (is_own, Some(fault).filter(|_| !is_own)));
    }
}

#[tokio::test]
async fn our_own_link_was_judged_before_and_meets_nothing_that_holds_for_everybody() {
    let expired = Some(TlsFault::Expired);
    assert_eq!(handshake(TlsMode::On, true, None, expired).await, (Ok(()), None));
}
