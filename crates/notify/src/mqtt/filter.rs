//! Which topics are meant: filters with `+` for one level and `#` for all that follow.

/// A filter of topics, as MQTT defines it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter(String);

impl Filter {
    /// Reads a filter; a sentence that says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let is_text = !text.is_empty() && u16::try_from(text.len()).is_ok() && !text.contains('\0');
        if !is_text {
            return Err(format!("{text:?} is no filter of topics; it has 1 to 65535 bytes"));
        }
        let levels: Vec<&str> = text.split('/').collect();
        for (i, level) in levels.iter().enumerate() {
            if level.len() > 1 && level.contains(['+', '#']) {
                return Err(format!("{text:?} is no filter of topics: + and # stand for whole levels"));
            }
            if *level == "#" && i + 1 < levels.len() {
                return Err(format!("{text:?} is no filter of topics: # stands at the end"));
            }
        }
        Ok(Self(text.to_owned()))
    }

    /// Answers its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Says whether a topic is meant. A wildcard at the beginning does not stand for a level that begins with `$`.
    pub fn matches(&self, topic: &str) -> bool {
        self.captures(topic).is_some()
    }

    /// Answers what the wildcards stand for in a topic, in their order; nothing if it is not meant.
    pub fn captures<'a>(&self, topic: &'a str) -> Option<Vec<&'a str>> {
        let mut captured = Vec::new();
        let mut rest = Some(topic);
        for (i, level) in self.0.split('/').enumerate() {
            let is_hidden = i == 0 && topic.starts_with('$');
            match (level, rest) {
                ("+" | "#", _) if is_hidden => return None,
                ("#", rest) => {
                    // It stands for the level above itself, too.
                    captured.push(rest.unwrap_or_default());
                    return Some(captured);
                }
                (_, None) => return None,
                (level, Some(text)) => {
                    let (first, behind) = match text.split_once('/') {
                        Some((first, behind)) => (first, Some(behind)),
                        None => (text, None),
                    };
                    match level {
                        "+" => captured.push(first),
                        _ if level == first => {}
                        _ => return None,
                    }
                    rest = behind;
                }
            }
        }
        rest.is_none().then_some(captured)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captured<'a>(filter: &str, topic: &'a str) -> Option<Vec<&'a str>> {
        Filter::parse(filter).unwrap().captures(topic)
    }

    #[test]
    fn wildcards_stand_for_levels() {
        assert_eq!(captured("a/b", "a/b"), Some(vec![]));
        assert_eq!(captured("a/b", "a/b/c"), None);
        assert_eq!(captured("a/b/c", "a/b"), None);
        assert_eq!(captured("a/+/c", "a/b/c"), Some(vec!["b"]));
        assert_eq!(captured("+/+", "/b"), Some(vec!["", "b"]));
        assert_eq!(captured("+", "a/b"), None);
        assert_eq!(captured("a/+", "a"), None);
        assert_eq!(captured("a/#", "a/b/c"), Some(vec!["b/c"]));
        assert_eq!(captured("a/#", "a"), Some(vec![""]));
        assert_eq!(captured("#", "a/b"), Some(vec!["a/b"]));
    }

    #[test]
    fn a_wildcard_does_not_stand_for_what_begins_with_a_dollar() {
        let topic = "$aws/sitewise/asset-models/m/assets/a/properties/p";
        for (filter, matches) in [
            ("#", false),
            ("+/sitewise/#", false),
            ("$aws/#", true),
            ("$aws/sitewise/asset-models/+/assets/+/properties/+", true),
            ("$aws/sitewise/asset-models/m/assets/b/properties/+", false),
        ] {
            assert_eq!(Filter::parse(filter).unwrap().matches(topic), matches, "{filter}");
        }
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        for text in ["", "a#", "a/#/b", "a+/b", "#/a", "a\0"] {
            assert!(Filter::parse(text).is_err(), "{text}");
        }
    }
}
