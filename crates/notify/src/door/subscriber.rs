//! Takes values from a broker: what is acknowledged to it is durable here.

use std::sync::Arc;
use std::time::Duration;

use service::{Call, Installation, Source};
use sitewise::data::Data;
use sitewise::data::route::Target;
use sitewise::ingest::put;
use sitewise::ingest::request::Sent;
use sitewise::ingest::value::Window;
use tokio::sync::watch;
use tokio::time::Instant;

use super::alias::Subscription;
use super::gather::requests;
use super::payload::{self, Reading};
use crate::mqtt::packet::{self, Arrived, Incoming};
use crate::mqtt::{Broker, Connection};

/// The longest pause after a failure.
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// The pause after a first failure; it doubles with each further one.
const PAUSE_FIRST: Duration = Duration::from_millis(500);
/// How long a broker may take to answer a subscription.
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// Messages that are stored together.
const TOGETHER_MAX: usize = 200;

/// Where values come from.
#[derive(Clone)]
pub struct Subscriber {
    /// The broker.
    pub broker: Broker,
    /// The topics, the first that means a message decides where its values go.
    pub subscriptions: Vec<Subscription>,
    /// What is fixed for this installation.
    pub installation: Arc<Installation>,
}

/// What could not be stored, for the log.
#[derive(Default)]
struct Refused {
    count: u64,
}

impl Refused {
    /// Says why values are not stored; not each time.
    fn tell(&mut self, topic: &str, why: &str) {
        self.count += 1;
        if self.count.is_power_of_two() {
            log::warn!("values from {topic} are not stored: {why}; {} times in all", self.count);
        }
    }
}

/// Values of one message, on their way.
struct Value {
    subscription: usize,
    alias: String,
    topic: String,
    readings: Vec<Reading>,
}

impl Subscriber {
    /// Takes values until the server ends.
    pub async fn run(self, data: Arc<Data>, mut ended: watch::Receiver<bool>) {
        let mut failures: u32 = 0;
        let mut refused = Refused::default();
        loop {
            let begun = Instant::now();
            let reason = tokio::select! {
                _ = ended.wait_for(|ended| *ended) => return,
                reason = self.follow(&data, &mut refused) => reason,
            };
            if begun.elapsed() > PAUSE_MAX {
                failures = 0;
            }
            if failures.is_power_of_two() || failures == 0 {
                log::warn!("no values are taken from {}: {reason}", self.broker.place());
            }
            failures = failures.saturating_add(1);
            let pause = PAUSE_FIRST.saturating_mul(1 << (failures - 1).min(16)).min(PAUSE_MAX);
            tokio::select! {
                _ = ended.wait_for(|ended| *ended) => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Takes values over one connection; answers why it ended.
    async fn follow(&self, data: &Arc<Data>, refused: &mut Refused) -> String {
        match self.try_follow(data, refused).await {
            Ok(()) => "the connection ended".to_owned(),
            Err(reason) => reason,
        }
    }

    async fn try_follow(&self, data: &Arc<Data>, refused: &mut Refused) -> Result<(), String> {
        // The broker keeps what arrives while nobody is here, under this name.
        let name = format!("{}-in", self.broker.client_id);
        let mut connection = Connection::open(&self.broker, &name, false).await?;
        let mut arrived = self.subscribe(&mut connection).await?;
        log::info!("values are taken from {}", self.broker.place());
        loop {
            while arrived.len() < TOGETHER_MAX {
                // The first one is waited for, and then what is there already is taken.
                let patience = if arrived.is_empty() { PAUSE_MAX } else { Duration::ZERO };
                match tokio::time::timeout(patience, connection.next()).await {
                    Ok(Ok(Incoming::Message(message))) => arrived.push(message),
                    Ok(Ok(_)) => {}
                    Ok(Err(reason)) => return Err(reason),
                    Err(_) if arrived.is_empty() => {}
                    Err(_) => break,
                }
            }
            let ids: Vec<u16> = arrived.iter().filter_map(|message| message.id).collect();
            self.store(data, std::mem::take(&mut arrived), refused).await?;
            for id in ids {
                packet::acknowledge(id, &mut connection.out);
            }
            connection.flush().await?;
        }
    }

    /// Subscribes; answers what the broker had kept and sends before it says yes.
    async fn subscribe(&self, connection: &mut Connection) -> Result<Vec<Arrived>, String> {
        let filters: Vec<String> =
            self.subscriptions.iter().map(|subscription| subscription.topics.as_str().to_owned()).collect();
        packet::subscribe(self.broker.version, 1, &filters, &mut connection.out);
        connection.flush().await?;
        let mut arrived = Vec::new();
        let until = Instant::now() + ANSWER_MAX;
        loop {
            let next = tokio::time::timeout_at(until, connection.next()).await;
            match next.map_err(|_| "the broker does not answer a subscription")?? {
                Incoming::Message(message) => arrived.push(message),
                Incoming::Subscribed { id: 1, codes } => {
                    return match codes.iter().position(|code| *code >= 0x80) {
                        Some(refused) => Err(format!("the broker refuses {:?}", filters.get(refused))),
                        None => Ok(arrived),
                    };
                }
                _ => {}
            }
        }
    }

    /// Stores the values of messages; an error only if they should come again.
    async fn store(
        &self,
        data: &Arc<Data>,
        arrived: Vec<Arrived>,
        refused: &mut Refused,
    ) -> Result<(), String> {
        let now = data.now();
        let mut read: Vec<Value> = Vec::new();
        for Arrived { topic, payload, .. } in arrived {
            let mut meant = self.subscriptions.iter().enumerate();
            let found = meant.find_map(|(i, subscription)| Some((i, subscription.alias(&topic)?)));
            let Some((subscription, alias)) = found else { continue };
            match payload::read(&payload, now) {
                Ok(readings) => read.push(Value { subscription, alias, topic, readings }),
                Err(why) => refused.tell(&topic, &why),
            }
        }
        for (i, subscription) in self.subscriptions.iter().enumerate() {
            let (mine, others) = read.into_iter().partition(|value| value.subscription == i);
            read = others;
            let mine: Vec<Value> = mine;
            if !mine.is_empty() {
                self.store_all(data, subscription, mine, refused).await?;
            }
        }
        Ok(())
    }

    /// Stores values of one subscription.
    async fn store_all(
        &self,
        data: &Arc<Data>,
        subscription: &Subscription,
        values: Vec<Value>,
        refused: &mut Refused,
    ) -> Result<(), String> {
        let call = self.call(data, subscription);
        let targets: Vec<Target<'_>> =
            values.iter().map(|value| Target::Alias(value.alias.as_str().into())).collect();
        let routes = data.routes(&call, &targets).await.map_err(|error| error.to_string())?;
        let mut all: Vec<(String, Vec<Sent<'static>>)> = Vec::new();
        for (value, route) in values.into_iter().zip(routes) {
            let data_type = route.map(|route| route.data_type).or(subscription.data_type);
            let mut sent = Vec::with_capacity(value.readings.len());
            for reading in value.readings {
                match payload::sent(reading, data_type) {
                    Ok(reading) => sent.push(reading),
                    Err(why) => refused.tell(&value.topic, &why),
                }
            }
            all.push((value.alias, sent));
        }
        for request in requests(all) {
            let answer = put::put(data, &call, &request, Window::at(call.now)).await;
            let entries = match answer {
                Ok(answer) => answer.error_entries,
                Err(sitewise::Error::Store(error)) => return Err(error.to_string()),
                Err(error) => {
                    refused.tell("a request", &format!("{error:?}"));
                    continue;
                }
            };
            for entry in entries {
                let of = request.entries.iter().find(|of| of.id == entry.entry_id);
                let alias = of.and_then(|of| of.alias.as_deref()).unwrap_or_default();
                for error in &entry.errors {
                    refused.tell(alias, &format!("{}: {}", error.error_code, error.error_message));
                }
            }
        }
        Ok(())
    }

    fn call(&self, data: &Data, subscription: &Subscription) -> Call {
        let (account, region) = (subscription.account.clone(), subscription.region.clone());
        let partition = partition_of(&region).to_owned();
        Call {
            principal: format!("arn:{partition}:iam::{account}:user/mqtt"),
            account,
            region,
            partition,
            request_id: String::new(),
            base_url: String::new(),
            now: data.now(),
            source: Source::default(),
            installation: self.installation.clone(),
        }
    }
}

fn partition_of(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}
