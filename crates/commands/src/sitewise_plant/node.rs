//! YAML, and with it JSON, as a tree that knows where everything stands.
//!
//! Scalars stay text: what a text means is decided by whoever expects it, so `no` and `1.10` are what they look like.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle};

use super::fault::{Fault, Faults, Mark};

/// How deep a file may nest: ten levels of assets take four each.
const DEPTH_MAX: usize = 100;
/// How many nodes a file may have, repetitions of aliases included.
const NODES_MAX: usize = 2_000_000;

/// A node with its place.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) at: Mark,
    pub(super) content: Content,
}

/// What a node is.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// Text, and whether it is written without quotes.
    Scalar(String, bool),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// Reads the only document of a file.
    pub(super) fn read(text: &str, faults: &mut Faults) -> Option<Node> {
        match build(text, faults) {
            Ok(root) => Some(root),
            Err(fault) => {
                faults.add(fault.at, fault.sentence);
                None
            }
        }
    }

    /// Whether it stands for nothing: empty, `~` or `null`.
    pub(super) fn is_nothing(&self) -> bool {
        matches!(&self.content, Content::Scalar(text, true) if matches!(text.as_str(), "" | "~" | "null"))
    }

    /// How a sentence calls it.
    pub(super) fn kind(&self) -> &'static str {
        match self.content {
            Content::Scalar(..) => "text",
            Content::List(_) => "a list",
            Content::Map(_) => "a mapping",
        }
    }
}

struct Open {
    node: Node,
    anchor: usize,
    key: Option<Node>,
}

#[derive(Default)]
struct Building {
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
    root: Option<Node>,
}

fn mark(marker: &Marker) -> Mark {
    Mark { line: marker.line(), column: marker.col() + 1 }
}

fn build(text: &str, faults: &mut Faults) -> Result<Node, Fault> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut building = Building::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| Fault {
            at: mark(error.marker()),
            sentence: format!("this is not YAML: {}", error.info()),
        })?;
        let at = mark(&span.start);
        if matches!(event, Event::DocumentStart(_)) && building.root.is_some() {
            return Err(Fault {
                at,
                sentence: "a plant file is one document; a second one begins here".to_owned(),
            });
        }
        building.take(event, at, faults).map_err(|sentence| Fault { at, sentence })?;
    }
    let empty = || Fault { at: Mark { line: 1, column: 1 }, sentence: "the file is empty".to_owned() };
    building.root.ok_or_else(empty)
}

impl Building {
    fn take(&mut self, event: Event<'_>, at: Mark, faults: &mut Faults) -> Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let content = Content::Scalar(text.into_owned(), style == ScalarStyle::Plain);
                self.place(Node { at, content }, anchor, 1, faults)
            }
            Event::SequenceStart(anchor, _) => {
                self.enter(Node { at, content: Content::List(Vec::new()) }, anchor)
            }
            Event::MappingStart(anchor, _) => {
                self.enter(Node { at, content: Content::Map(Vec::new()) }, anchor)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Open { mut node, anchor, .. } =
                    self.open.pop().ok_or("something ends here that did not begin")?;
                if let Content::Map(pairs) = &mut node.content {
                    *pairs = merged(std::mem::take(pairs), faults);
                }
                self.place(node, anchor, 1, faults)
            }
            Event::Alias(anchor) => {
                let (node, count) = self
                    .anchors
                    .get(&anchor)
                    .cloned()
                    .ok_or("the anchor that is repeated here is not there")?;
                self.place(node, 0, count, faults)
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
        }
    }

    fn enter(&mut self, node: Node, anchor: usize) -> Result<(), String> {
        if self.open.len() >= DEPTH_MAX {
            return Err(format!("this nests deeper than {DEPTH_MAX} levels"));
        }
        self.open.push(Open { node, anchor, key: None });
        Ok(())
    }

    /// Puts a node where it belongs; `count` nodes are new with it.
    fn place(&mut self, node: Node, anchor: usize, count: usize, faults: &mut Faults) -> Result<(), String> {
        self.nodes += count;
        if self.nodes > NODES_MAX {
            return Err(format!("the file has more than {NODES_MAX} nodes"));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), size(&node)));
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut open.node.content {
            Content::List(elements) => elements.push(node),
            Content::Map(pairs) => {
                if let Some(key) = open.key.take() {
                    pairs.push((key, node));
                    return Ok(());
                }
                if !matches!(node.content, Content::Scalar(..)) {
                    faults.add(node.at, format!("a key has to be text, not {}", node.kind()));
                }
                open.key = Some(node);
            }
            Content::Scalar(..) => {}
        }
        Ok(())
    }
}

fn size(node: &Node) -> usize {
    match &node.content {
        Content::Scalar(..) => 1,
        Content::List(elements) => 1 + elements.iter().map(size).sum::<usize>(),
        Content::Map(pairs) => 1 + pairs.iter().map(|(key, value)| size(key) + size(value)).sum::<usize>(),
    }
}

/// Takes in what `<<` names, and reports keys that stand twice.
fn merged(pairs: Vec<(Node, Node)>, faults: &mut Faults) -> Vec<(Node, Node)> {
    let (merges, mut own): (Vec<_>, Vec<_>) = pairs
        .into_iter()
        .partition(|(key, _)| matches!(&key.content, Content::Scalar(text, true) if text == "<<"));
    let name = |node: &Node| match &node.content {
        Content::Scalar(text, _) => Some(text.clone()),
        Content::List(_) | Content::Map(_) => None,
    };
    let mut seen: HashMap<String, Mark> = HashMap::new();
    for (key, _) in &own {
        let Some(text) = name(key) else { continue };
        if let Some(before) = seen.get(&text) {
            let line = before.line;
            faults.add(key.at, format!("the key '{text}' stands here already, in line {line}"));
            continue;
        }
        seen.insert(text, key.at);
    }
    for (key, value) in merges {
        let sources = match value.content {
            Content::List(elements) => elements,
            Content::Map(_) | Content::Scalar(..) => vec![value],
        };
        for source in sources {
            let Content::Map(pairs) = source.content else {
                faults.add(key.at, "<< takes in a mapping, or a list of them");
                continue;
            };
            for (key, value) in pairs {
                let Some(text) = name(&key) else { continue };
                if let std::collections::hash_map::Entry::Vacant(free) = seen.entry(text) {
                    free.insert(key.at);
                    own.push((key, value));
                }
            }
        }
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        let mut faults = Faults::default();
        Node::read(text, &mut faults);
        faults.sorted().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn nodes_know_their_places() {
        let mut faults = Faults::default();
        let root = Node::read("a: 1\nb:\n  - x\n  - 'y'\n", &mut faults).unwrap();
        let Content::Map(pairs) = &root.content else { panic!("{root:?}") };
        let Content::List(elements) = &pairs[1].1.content else { panic!("{root:?}") };
        assert_eq!((elements[1].at.line, elements[1].at.column), (4, 5));
        assert!(matches!(&elements[1].content, Content::Scalar(text, false) if text == "y"));
        assert!(faults.is_empty());
    }

    #[test]
    fn what_is_no_tree_is_told_with_its_place() {
        assert_eq!(faults("a: 1\nb: 2\na: 3\n"), ["3:1: the key 'a' stands here already, in line 1"]);
        assert_eq!(faults(""), ["1:1: the file is empty"]);
        assert!(faults("a: [1,\n")[0].contains("this is not YAML"), "{:?}", faults("a: [1,\n"));
        assert!(faults("a: *x\n")[0].starts_with("1:4: "), "{:?}", faults("a: *x\n"));
        assert!(faults("a: 1\n---\nb: 2\n")[0].starts_with("2:1: a plant file is one document"));
        assert!(faults("[a]: 1\n")[0].contains("a key has to be text"));
        assert!(faults(&"[".repeat(200))[0].contains("deeper than"));
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n".to_owned()
            + &"bcdefghij".chars().zip("abcdefghi".chars()).fold(String::new(), |text, (name, before)| {
                format!("{text}{name}: &{name} [{}]\n", vec![format!("*{before}"); 10].join(","))
            });
        assert!(faults(&bomb)[0].contains("more than"), "{:?}", faults(&bomb));
    }

    #[test]
    fn mappings_take_in_others() {
        let mut faults = Faults::default();
        let root = Node::read("base: &b {x: 1, y: 2}\nmore:\n  <<: *b\n  x: 3\n", &mut faults).unwrap();
        let Content::Map(pairs) = &root.content else { panic!("{root:?}") };
        let Content::Map(more) = &pairs[1].1.content else { panic!("{root:?}") };
        let text = |node: &Node| match &node.content {
            Content::Scalar(text, _) => text.clone(),
            other => panic!("{other:?}"),
        };
        let all: Vec<_> = more.iter().map(|(key, value)| (text(key), text(value))).collect();
        assert_eq!(all, [("x".into(), "3".into()), ("y".into(), "2".into())]);
        assert!(faults.is_empty());
    }
}
