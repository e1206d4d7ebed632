//! What a repository shows of a package: its own listing and those of its upstreams, put together.

use super::accept::Form;
use super::field::quoted;
use super::listing::{Entry, Listing};
use super::manifest::Span;
use super::name::PackageName;
use super::rendering::{Rendering, Writer};
use super::version::{Version, latest};
use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// One repository on the search path, nearest first.
#[derive(Debug, Clone)]
pub struct Source {
    /// What it lists.
    pub listing: Arc<Listing>,
    /// Versions that it holds and does not list (Archived, Disposed, Unlisted, Unfinished): they hide the same version
    /// further up.
    pub hidden: HashSet<String>,
}

/// The listing that clients of a repository see.
#[derive(Debug, Clone)]
pub struct Merged {
    name: PackageName,
    sources: Vec<Arc<Listing>>,
    /// Ascending by version: (source, place in its entries).
    picks: Vec<(usize, usize)>,
    dist_tags: BTreeMap<String, String>,
}

impl Merged {
    /// Puts listings together, nearest repository first.
    ///
    /// Each version is represented by the nearest repository that holds it. Of a dist-tag the value furthest up wins,
    /// opposite to versions. Tags of versions that are not shown are dropped; `latest` then names the highest release.
    pub fn new(name: &PackageName, sources: &[Source]) -> Self {
        Self::of_age(name, sources, &HashSet::new())
    }

    /// The same where some of the hidden versions will be shown later: a tag of one of these names the newest version
    /// before it that is shown, a release where it is one, until then.
    pub fn of_age(name: &PackageName, sources: &[Source], too_young: &HashSet<String>) -> Self {
        let mut seen: HashSet<&str> = HashSet::new();
        let mut picks = Vec::new();
        let mut dist_tags = BTreeMap::new();
        for (place, source) in sources.iter().enumerate() {
            seen.extend(source.hidden.iter().map(String::as_str));
            for (index, entry) in source.listing.entries().iter().enumerate() {
                if seen.insert(entry.version.as_str()) {
                    picks.push((place, index));
                }
            }
            dist_tags.extend(source.listing.dist_tags().clone());
        }
        let listings: Vec<Arc<Listing>> = sources.iter().map(|source| Arc::clone(&source.listing)).collect();
        let mut merged = Self { name: name.clone(), sources: listings, picks, dist_tags: BTreeMap::new() };
        let mut picks = std::mem::take(&mut merged.picks);
        picks.sort_by(|a, b| merged.at(*a).version.cmp(&merged.at(*b).version));
        merged.picks = picks;
        for version in dist_tags.values_mut().filter(|version| too_young.contains(*version)) {
            if merged.find(version).is_none()
                && let Some(older) = merged.newest_before(version)
            {
                *version = older;
            }
        }
        dist_tags.retain(|_, version| merged.find(version).is_some());
        if !dist_tags.contains_key("latest")
            && let Some(version) = latest(merged.entries().map(|entry| &entry.version))
        {
            dist_tags.insert("latest".to_owned(), version.as_str().to_owned());
        }
        merged.dist_tags = dist_tags;
        merged
    }

    fn at(&self, (source, index): (usize, usize)) -> &Entry {
        &self.sources[source].entries()[index]
    }

    fn find(&self, version: &str) -> Option<(usize, usize)> {
        let wanted = Version::read(version);
        self.picks
            .binary_search_by(|pick| self.at(*pick).version.cmp(&wanted))
            .ok()
            .map(|place| self.picks[place])
    }

    /// The newest version below this one that is shown: of releases only, where this one is a release.
    fn newest_before(&self, version: &str) -> Option<String> {
        let wanted = Version::read(version);
        let older = self.entries().map(|entry| &entry.version).filter(|older| **older < wanted);
        let fit = older.filter(|older| wanted.is_prerelease() || !older.is_prerelease());
        fit.last().map(|older| older.as_str().to_owned())
    }

    /// Whether no version is shown: the package is unknown to clients.
    pub fn is_empty(&self) -> bool {
        self.picks.is_empty()
    }

    /// The versions that are shown, ascending.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.picks.iter().map(|pick| self.at(*pick))
    }

    /// The tags that are shown.
    pub fn dist_tags(&self) -> &BTreeMap<String, String> {
        &self.dist_tags
    }

    /// The manifest of a version or tag as JSON text, with the tarball's URL below `base`.
    pub fn manifest(&self, version_or_tag: &str, base: &str) -> Option<String> {
        let version = self.dist_tags.get(version_or_tag).map_or(version_or_tag, String::as_str);
        let (source, index) = self.find(version)?;
        self.sources[source].manifest(self.sources[source].entries()[index].version.as_str(), base)
    }

    /// Names the state of the full listing; clients that write send it back (`_rev`).
    pub fn revision(&self) -> String {
        revision(self.stamp(Form::Full))
    }

    /// The listing in the form that a client asked for, all but the base URL.
    pub fn render(&self, form: Form) -> Rendering {
        let stamp = self.stamp(form);
        let mut out = Writer::default();
        match form {
            Form::Full => self.render_full(&mut out, stamp),
            Form::Abbreviated => self.render_abbreviated(&mut out),
        }
        out.finish(stamp)
    }

    fn render_full(&self, out: &mut Writer, stamp: u64) {
        let name = quoted(self.name.as_str());
        let (tags, revision) = (serde_json::json!(self.dist_tags), revision(stamp));
        out.text(&format!(
            r#"{{"_id":{name},"_rev":"{revision}","name":{name},"dist-tags":{tags},"versions":{{"#
        ));
        self.write_versions(out, |listing| &listing.full, |entry| entry.full);
        out.text("},\"time\":{");
        let mut times = String::new();
        let named = [("modified", self.modified()), ("created", self.created())];
        let versions = self.entries().map(|entry| (entry.version.as_str(), entry.time.as_deref()));
        for (key, time) in named.into_iter().chain(versions) {
            if let Some(time) = time {
                let comma = if times.is_empty() { "" } else { "," };
                times.extend([comma, &quoted(key), ":", &quoted(time)]);
            }
        }
        out.text(&times);
        out.text("}");
        for (field, raw) in self.described_by().map_or(&[][..], |listing| &listing.fields) {
            out.text(&format!(",\"{field}\":{raw}"));
        }
        out.text("}");
    }

    fn render_abbreviated(&self, out: &mut Writer) {
        let name = quoted(self.name.as_str());
        let tags = serde_json::json!(self.dist_tags);
        out.text(&format!(r#"{{"name":{name},"dist-tags":{tags},"#));
        if let Some(time) = self.modified() {
            out.text(&format!(r#""modified":{},"#, quoted(time)));
        }
        out.text("\"versions\":{");
        self.write_versions(out, |listing| &listing.abbreviated, |entry| entry.abbreviated);
        out.text("}}");
    }

    fn write_versions(
        &self,
        out: &mut Writer,
        buffer: impl Fn(&Listing) -> &bytes::Bytes,
        span: impl Fn(&Entry) -> Span,
    ) {
        for (place, pick) in self.picks.iter().enumerate() {
            let mut span = span(self.at(*pick));
            if place + 1 == self.picks.len() {
                // Each manifest brings the comma that follows it.
                span.end -= 1;
            }
            out.span(buffer(&self.sources[pick.0]), span);
        }
    }

    /// The listing that describes the package: the one that `latest` comes from.
    fn described_by(&self) -> Option<&Listing> {
        let (source, _) = self.find(self.dist_tags.get("latest")?)?;
        self.sources.get(source).map(Arc::as_ref)
    }

    fn created(&self) -> Option<&str> {
        self.sources.iter().filter_map(|listing| listing.created.as_deref()).min()
    }

    fn modified(&self) -> Option<&str> {
        self.sources.iter().filter_map(|listing| listing.modified.as_deref()).max()
    }

    /// Changes when anything in the rendered text does.
    fn stamp(&self, form: Form) -> u64 {
        let mut hasher = DefaultHasher::new();
        (form, self.name.as_str(), &self.dist_tags, self.modified(), self.created()).hash(&mut hasher);
        for entry in self.entries() {
            (entry.stamp, entry.version.as_str(), &entry.time).hash(&mut hasher);
        }
        if form == Form::Full {
            self.described_by().map(|listing| &listing.fields).hash(&mut hasher);
        }
        hasher.finish()
    }
}

fn revision(stamp: u64) -> String {
    format!("1-{stamp:016x}")
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
