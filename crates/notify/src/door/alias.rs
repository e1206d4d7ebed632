//! From topics to aliases.

use sitewise::asset_model::property::DataType;

use crate::mqtt::Filter;

/// Topics of a broker, and where their values go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The topics.
    pub topics: Filter,
    /// The account whose aliases they are.
    pub account: String,
    /// Its Region.
    pub region: String,
    /// What the values of a stream are that is not there yet; numbers are DOUBLE otherwise, and so on.
    pub data_type: Option<DataType>,
    alias: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    /// The whole topic.
    Topic,
    /// What a wildcard stands for.
    Wildcard(usize),
}

impl Subscription {
    /// Makes a subscription of topics that go to aliases: in `alias`, `{topic}` stands for the whole topic and `{1}` for
    /// what the first wildcard stands for. A sentence if that cannot be meant.
    pub fn new(topics: Filter, alias: &str, account: &str, region: &str) -> Result<Self, String> {
        let wildcards = topics.as_str().split('/').filter(|level| matches!(*level, "+" | "#")).count();
        let mut parts = Vec::new();
        let mut rest = alias;
        while let Some((text, behind)) = rest.split_once('{') {
            let (name, behind) =
                behind.split_once('}').ok_or_else(|| format!("the alias {alias:?} has a {{ without a }}"))?;
            parts.push(Part::Text(text.to_owned()));
            parts.push(match (name, name.parse::<usize>()) {
                ("topic", _) => Part::Topic,
                (_, Ok(number)) if (1..=wildcards).contains(&number) => Part::Wildcard(number - 1),
                _ => {
                    return Err(format!(
                        "the alias {alias:?} has {{{name}}}; there is {{topic}}, and a number for each of the \
                         {wildcards} wildcards of {:?}",
                        topics.as_str()
                    ));
                }
            });
            rest = behind;
        }
        parts.push(Part::Text(rest.to_owned()));
        let is_text = |part: &Part| matches!(part, Part::Text(text) if text.is_empty());
        if parts.iter().all(is_text) {
            return Err("an alias is not empty".to_owned());
        }
        Ok(Self {
            topics,
            account: account.to_owned(),
            region: region.to_owned(),
            data_type: None,
            alias: parts,
        })
    }

    /// Answers the alias to which the values of a topic go; nothing if it is not meant.
    pub(crate) fn alias(&self, topic: &str) -> Option<String> {
        let captured = self.topics.captures(topic)?;
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Topic => topic.to_owned(),
            Part::Wildcard(number) => captured.get(*number).copied().unwrap_or_default().to_owned(),
        };
        Some(self.alias.iter().map(part).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscription(topics: &str, alias: &str) -> Result<Subscription, String> {
        Subscription::new(Filter::parse(topics).unwrap(), alias, "111122223333", "eu-west-1")
    }

    #[test]
    fn wildcards_stand_in_aliases() {
        let of = |topics: &str, alias: &str, topic: &str| subscription(topics, alias).unwrap().alias(topic);
        assert_eq!(of("plant/+/temp", "/p/{1}/t", "plant/7/temp").as_deref(), Some("/p/7/t"));
        assert_eq!(of("a/+/#", "{2}-{1}-{topic}", "a/b/c/d").as_deref(), Some("c/d-b-a/b/c/d"));
        assert_eq!(of("a/#", "/{topic}", "b"), None);
        for (topics, alias, says) in [
            ("a/+", "{2}", "1 wildcards"),
            ("a", "{x}", "{x}"),
            ("a", "b{topic", "without"),
            ("a", "", "empty"),
        ] {
            let error = subscription(topics, alias).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }
}
