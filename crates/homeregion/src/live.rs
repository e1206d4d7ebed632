//! Who is told of values, and from which brokers values come.

use std::sync::Arc;

use notify::door::{Subscriber, Subscription};
use notify::mqtt::Broker;
use notify::values::{Journal, Kept, Publisher};
use service::Installation;
use sitewise::data::Data;
use tokio::sync::watch;

use crate::configuration::Sitewise;

/// What was configured of all that.
pub struct Live {
    /// How long what is to be told waits for who takes it.
    pub kept: Kept,
    publisher: Option<Publisher>,
    doors: Option<(Broker, Vec<Subscription>)>,
}

impl Live {
    /// Reads the configuration; values come in for `account` unless another one is named.
    pub fn of(sitewise: &Sitewise, account: &str) -> Result<Self, String> {
        let notifications = sitewise.notifications;
        let kept = Kept { hours: notifications.kept_hours, megabytes: notifications.kept_megabytes };
        let Some(mqtt) = &sitewise.mqtt else { return Ok(Self { kept, publisher: None, doors: None }) };
        let subscriptions = mqtt.subscriptions(account)?;
        let doors = if subscriptions.is_empty() { None } else { Some((mqtt.broker()?, subscriptions)) };
        Ok(Self { kept, publisher: mqtt.publisher()?, doors })
    }

    /// Starts all that on the current runtime, until `ended` says that the server ends.
    pub async fn start(
        self,
        (data, journal): (&Arc<Data>, &Arc<Journal>),
        installation: &Arc<Installation>,
        ended: watch::Receiver<bool>,
    ) -> Result<(), String> {
        let names = self.publisher.iter().map(|publisher| publisher.name.clone()).collect();
        journal.begin(names).await.map_err(|error| error.to_string())?;
        tokio::spawn(journal.clone().run());
        if let Some(publisher) = self.publisher {
            tokio::spawn(publisher.run(journal.clone(), ended.clone()));
        }
        if let Some((broker, subscriptions)) = self.doors {
            let subscriber = Subscriber { broker, subscriptions, installation: installation.clone() };
            tokio::spawn(subscriber.run(data.clone(), ended));
        }
        Ok(())
    }
}
