//! Deliveries to a receiver in this process: in order, at least once, signed, filtered, and never in a writer's way.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use notify::{Pace, Webhook};
use serde_json::{Value, json};
use store::{Room, Store};
use testkit::each_world;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const ROOMS: &[&Room] = &[&notify::ROOM];

/// One delivery as it arrived.
#[derive(Debug)]
struct Delivery {
    head: String,
    body: Value,
}

impl Delivery {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    fn number(&self) -> i64 {
        self.body["detail"]["number"].as_i64().unwrap()
    }
}

/// A receiver that answers with the statuses it is told, and 204 after them.
struct Receiver {
    url: String,
    arrived: UnboundedReceiver<Delivery>,
}

async fn receiver(statuses: &[u16]) -> Receiver {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (tell, arrived) = unbounded_channel();
    let statuses = Arc::new(Mutex::new(VecDeque::from(statuses.to_vec())));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let delivery = receive(&mut stream).await;
            let status = statuses.lock().unwrap().pop_front().unwrap_or(204);
            let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
            if tell.send(delivery).is_err() {
                return;
            }
        }
    });
    Receiver { url, arrived }
}

async fn receive(stream: &mut TcpStream) -> Delivery {
    let mut bytes = Vec::new();
    loop {
        stream.read_buf(&mut bytes).await.unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let head = head.to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() == length.unwrap().parse::<usize>().unwrap() {
            return Delivery { body: serde_json::from_str(body).unwrap(), head };
        }
    }
}

impl Receiver {
    async fn next(&mut self) -> Delivery {
        let next = tokio::time::timeout(Duration::from_secs(20), self.arrived.recv());
        next.await.expect("a delivery arrives").unwrap()
    }
}

/// Runs a test on every database there is.
fn each(test: impl AsyncFn(Store)) {
    each_world(
        ROOMS,
        |_| {},
        |world| {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            runtime.unwrap().block_on(test(world.store().clone()));
        },
    );
}

const PACE: Pace = Pace {
    answer_timeout: Duration::from_secs(5),
    pause_first: Duration::from_millis(1),
    poll: Duration::from_millis(20),
};

async fn emit(store: &Store, account: &'static str, number: i64) {
    let body = json!({
        "version": "0",
        "id": format!("id-{number}"),
        "detail-type": "CodeArtifact Package Version State Change",
        "account": "111122223333",
        "detail": {"number": number, "domainName": "shop", "packageFormat": if number % 2 == 0 { "npm" } else { "pypi" }},
    });
    let written: Result<(), store::Error> =
        store.write(move |tx| tx.emit(account, "eu-west-1", "codeartifact.x", &body)).await;
    written.unwrap();
}

async fn start(store: &Store, sinks: Vec<Webhook>) {
    notify::prepare(store, &sinks).await.unwrap();
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    notify::start(store, sinks, &client, PACE);
}

#[test]
fn events_arrive_in_order_signed_and_only_those_after_the_sink_was_configured() {
    each(async |store| {
        emit(&store, "111122223333", 1).await;
        let mut receiver = receiver(&[]).await;
        let mut sink = Webhook::new(&receiver.url).unwrap();
        sink.secret = Some("s3cret".into());
        start(&store, vec![sink]).await;
        for number in 2..6 {
            emit(&store, "111122223333", number).await;
        }
        for number in 2..6 {
            let delivery = receiver.next().await;
            assert_eq!(delivery.number(), number);
            assert_eq!(delivery.header("content-type"), Some("application/json"));
            assert_eq!(delivery.header("webhook-id"), Some(format!("id-{number}-111122223333").as_str()));
            assert!(delivery.header("webhook-signature").unwrap().starts_with("v1,"));
            assert!(delivery.header("webhook-timestamp").unwrap().parse::<i64>().unwrap() >= 1_700_000_000);
        }
    });
}

#[test]
fn what_a_sink_does_not_take_comes_again_until_it_does_and_nothing_overtakes_it() {
    each(async |store| {
        let mut receiver = receiver(&[500, 301, 404, 200, 503]).await;
        start(&store, vec![Webhook::new(&receiver.url).unwrap()]).await;
        emit(&store, "111122223333", 1).await;
        emit(&store, "111122223333", 2).await;
        let mut arrived = Vec::new();
        for _ in 0..6 {
            arrived.push(receiver.next().await.number());
        }
        assert_eq!(arrived, [1, 1, 1, 1, 2, 2]);
    });
}

#[test]
fn a_sink_goes_on_where_it_was_when_the_server_starts_again() {
    each(async |store| {
        let mut gone = receiver(&[]).await;
        let mut sink = Webhook::new(&gone.url).unwrap();
        sink.name = "billing".into();
        notify::prepare(&store, std::slice::from_ref(&sink)).await.unwrap();
        // Committed, and then the server dies before anything was sent.
        emit(&store, "111122223333", 1).await;
        start(&store, vec![sink]).await;
        assert_eq!(gone.next().await.number(), 1);
        emit(&store, "111122223333", 2).await;
        assert_eq!(gone.next().await.number(), 2);
        // The same sink elsewhere: it is known by its name, not by where it is.
        let mut moved = receiver(&[]).await;
        let mut sink = Webhook::new(&moved.url).unwrap();
        sink.name = "other".into();
        start(&store, vec![sink]).await;
        emit(&store, "111122223333", 3).await;
        assert_eq!(moved.next().await.number(), 3, "a new sink starts with what comes");
    });
}

#[test]
fn sinks_get_what_they_ask_for_and_administrators_copies_only_by_account() {
    each(async |store| {
        let (mut all, mut npm, mut administrator) =
            (receiver(&[]).await, receiver(&[]).await, receiver(&[]).await);
        let mut sinks: Vec<Webhook> =
            [&all, &npm, &administrator].map(|receiver| Webhook::new(&receiver.url).unwrap()).into();
        sinks[1].formats = vec!["npm".into()];
        sinks[2].accounts = vec!["444455556666".into()];
        start(&store, sinks).await;
        for number in 1..=2 {
            emit(&store, "111122223333", number).await;
            emit(&store, "444455556666", number).await;
        }
        assert_eq!((all.next().await.number(), all.next().await.number()), (1, 2));
        assert_eq!(npm.next().await.number(), 2);
        assert_eq!((administrator.next().await.number(), administrator.next().await.number()), (1, 2));
        emit(&store, "111122223333", 4).await;
        assert_eq!((all.next().await.number(), npm.next().await.number()), (4, 4), "nothing came twice");
    });
}

#[test]
fn a_sink_that_is_not_there_holds_nobody_up() {
    each(async |store| {
        // A port that was free a moment ago.
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let mut there = receiver(&[]).await;
        let away = Webhook::new(&format!("http://127.0.0.1:{port}/")).unwrap();
        start(&store, vec![away, Webhook::new(&there.url).unwrap()]).await;
        for number in 1..=120 {
            emit(&store, "111122223333", number).await;
        }
        for number in 1..=120 {
            assert_eq!(there.next().await.number(), number);
        }
    });
}
