//! Picks single members out of large JSON objects without building the rest.

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// Reads the named members of the object `json`, each as its raw text. Of repeated members the last counts, as in
/// JavaScript; everything else is checked for syntax and skipped.
pub(super) fn pick<'a, const N: usize>(
    json: &'a str,
    names: &'static [&'static str; N],
) -> Result<[Option<&'a str>; N], serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(json);
    let picked = (&mut reader).deserialize_map(Pick { names })?;
    reader.end()?;
    Ok(picked)
}

/// Calls `each` with every member of the object `json`, in its order.
pub(super) fn members<'a>(json: &'a str, each: impl FnMut(String, &'a str)) -> Result<(), serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(json);
    (&mut reader).deserialize_map(Members { each })?;
    reader.end()
}

/// Reads a JSON string; anything else is `None`.
pub(super) fn text(raw: &str) -> Option<String> {
    serde_json::from_str(raw).ok()
}

/// Writes text as a JSON string.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The place of `inner` within `outer`, which it was cut from.
pub(super) fn offset(outer: &str, inner: &str) -> usize {
    let offset = inner.as_ptr().addr().wrapping_sub(outer.as_ptr().addr());
    assert!(offset <= outer.len(), "the inner text is a part of the outer");
    offset
}

struct Pick<const N: usize> {
    names: &'static [&'static str; N],
}

impl<'de, const N: usize> Visitor<'de> for Pick<N> {
    type Value = [Option<&'de str>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut picked = [None; N];
        while let Some(place) = map.next_key_seed(Name { names: self.names })? {
            match place {
                Some(place) => picked[place] = Some(map.next_value::<&'de RawValue>()?.get()),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(picked)
    }
}

struct Name {
    names: &'static [&'static str],
}

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.names.iter().position(|name| *name == key))
    }
}

struct Members<F> {
    each: F,
}

impl<'de, F: FnMut(String, &'de str)> Visitor<'de> for Members<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let mut count = 0_usize;
        while let Some(key) = map.next_key::<String>()? {
            count += 1;
            if count > MEMBERS_MAX {
                return Err(A::Error::custom("too many members"));
            }
            let value: &'de RawValue = map.next_value()?;
            (self.each)(key, value.get());
        }
        Ok(())
    }
}

/// More members than any listing has; the largest known packages have some ten thousand versions.
const MEMBERS_MAX: usize = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_picked_by_name_and_the_last_one_counts() {
        let json = r#"{"a":1,"x":{"a":9},"\u0062":"two","a":[3, 4]}"#;
        assert_eq!(pick(json, &["a", "b", "c"]).unwrap(), [Some("[3, 4]"), Some("\"two\""), None]);
        assert!(pick("[1]", &["a"]).is_err());
        assert!(pick(r#"{"a":1} x"#, &["a"]).is_err());
        assert!(pick(r#"{"a":1,"b":[1,}"#, &["a"]).is_err());
    }

    #[test]
    fn a_picked_member_knows_its_place() {
        let json = r#"{"n":0, "a" : [1]}"#;
        let [a] = pick(json, &["a"]).unwrap();
        assert_eq!(offset(json, a.unwrap()), 14);
    }
}
