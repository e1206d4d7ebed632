//! The order in which repositories are searched: depth first, each once, up to a limit.
//!
//! Pure: what a repository is and where its edges lead is the visitor's business.

use std::collections::HashSet;

/// Visits `start` and what lies above it: a repository before its upstreams, these in the order of their
/// priority, each at its first place only, and no more than `limit` in all.
///
/// The visitor answers what it found and where to go on; `None` stands for a repository that is not there and
/// does not count.
pub(crate) fn walk<T, E>(
    start: &str,
    limit: usize,
    mut visit: impl FnMut(&str) -> Result<Option<(T, Vec<String>)>, E>,
) -> Result<Vec<T>, E> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut open = vec![start.to_owned()];
    while let Some(name) = open.pop() {
        if found.len() == limit {
            break;
        }
        if !seen.insert(name.clone()) {
            continue;
        }
        if let Some((here, upstreams)) = visit(&name)? {
            found.push(here);
            open.extend(upstreams.into_iter().rev());
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::convert::Infallible;

    use super::*;

    type Graph = HashMap<String, Vec<String>>;

    fn order(graph: &Graph, start: &str, limit: usize) -> Vec<String> {
        let visited: Result<_, Infallible> =
            walk(start, limit, |name| Ok(graph.get(name).map(|edges| (name.to_owned(), edges.clone()))));
        visited.unwrap()
    }

    /// The definition, as slowly as it reads: a repository, then all above its first upstream, then …
    fn naive(graph: &Graph, name: &str, seen: &mut Vec<String>) {
        let Some(edges) = graph.get(name) else { return };
        if seen.iter().any(|known| known == name) {
            return;
        }
        seen.push(name.to_owned());
        for upstream in edges {
            naive(graph, upstream, seen);
        }
    }

    fn graph(edges: &[(&str, &[&str])]) -> Graph {
        edges
            .iter()
            .map(|(name, to)| ((*name).to_owned(), to.iter().map(|to| (*to).to_owned()).collect()))
            .collect()
    }

    #[test]
    fn the_example_of_the_user_guide_is_searched_in_its_order() {
        let graph = graph(&[
            ("my_repo", &["A", "B"]),
            ("A", &["C", "D"]),
            ("B", &[]),
            ("C", &[]),
            ("D", &["E"]),
            ("E", &[]),
        ]);
        assert_eq!(order(&graph, "my_repo", 25), ["my_repo", "A", "C", "D", "E", "B"]);
    }

    #[test]
    fn a_diamond_is_visited_once_and_a_cycle_ends() {
        let diamond = graph(&[("a", &["b", "c"]), ("b", &["d"]), ("c", &["d"]), ("d", &[])]);
        assert_eq!(order(&diamond, "a", 25), ["a", "b", "d", "c"]);
        let cycle = graph(&[("a", &["b"]), ("b", &["a", "gone"])]);
        assert_eq!(order(&cycle, "a", 25), ["a", "b"]);
    }

    #[test]
    fn of_a_chain_the_first_25_are_searched() {
        let chain: Graph =
            (1..=30).map(|place| (format!("r{place}"), vec![format!("r{}", place + 1)])).collect();
        let searched = order(&chain, "r1", crate::limits::REPOSITORIES_SEARCHED_MAX);
        assert_eq!(searched.len(), 25);
        assert_eq!(searched.last().unwrap(), "r25");
    }

    #[test]
    fn every_graph_is_searched_as_its_definition_says() {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = move |below: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % below
        };
        for round in 0..3000 {
            let size = 1 + next(12);
            let mut graph = Graph::new();
            for place in 0..size {
                let mut edges: Vec<String> = Vec::new();
                for _ in 0..next(4) {
                    let to = format!("r{}", next(size + 1));
                    if !edges.contains(&to) {
                        edges.push(to);
                    }
                }
                graph.insert(format!("r{place}"), edges);
            }
            let mut expected = Vec::new();
            naive(&graph, "r0", &mut expected);
            let limit = usize::try_from(1 + next(12)).unwrap();
            expected.truncate(limit);
            assert_eq!(order(&graph, "r0", limit), expected, "round {round}: {graph:?}");
        }
    }
}
