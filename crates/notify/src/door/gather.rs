//! Gathers the values of several messages into requests, in their order.

use sitewise::ingest::request::{ENTRIES_MAX, Entry, Request, Sent, VALUES_MAX};

/// Makes requests of values by alias, none larger than a request may be; the values of an alias keep their order.
pub(crate) fn requests(values: Vec<(String, Vec<Sent<'static>>)>) -> Vec<Request<'static>> {
    let mut entries: Vec<Entry<'static>> = Vec::new();
    for (alias, values) in values {
        let mut values = values.into_iter().peekable();
        while values.peek().is_some() {
            entries.push(Entry {
                id: (entries.len() % ENTRIES_MAX).to_string().into(),
                asset: None,
                property: None,
                alias: Some(alias.clone().into()),
                values: values.by_ref().take(VALUES_MAX).collect(),
            });
        }
    }
    let mut requests = Vec::new();
    let mut entries = entries.into_iter().peekable();
    while entries.peek().is_some() {
        requests.push(Request { partial: true, entries: entries.by_ref().take(ENTRIES_MAX).collect() });
    }
    requests
}

#[cfg(test)]
mod tests {
    use series::Quality;
    use sitewise::ingest::request::Given;

    use super::*;

    #[test]
    fn requests_are_no_larger_than_they_may_be() {
        let sent =
            |seconds| Sent { seconds, nanos: None, quality: Quality::Good, value: Given::Integer(seconds) };
        let values = vec![
            ("a".to_owned(), (0..25).map(sent).collect()),
            ("b".to_owned(), (0..95).map(sent).collect()),
        ];
        let requests = requests(values);
        let sizes: Vec<usize> = requests.iter().map(|request| request.entries.len()).collect();
        assert_eq!(sizes, [10, 3]);
        assert!(requests.iter().all(|request| request.check().is_ok()));
        let all = requests.iter().flat_map(|request| &request.entries);
        let seconds: Vec<i64> = all.flat_map(|entry| entry.values.iter().map(|sent| sent.seconds)).collect();
        assert_eq!(seconds, (0..25).chain(0..95).collect::<Vec<_>>());
    }
}
