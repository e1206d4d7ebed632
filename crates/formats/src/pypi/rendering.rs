//! The pages of our own simple index, in JSON and HTML (PEP 503, 592, 629, 658, 691, 700, 714).
//!
//! Links are relative to the page, so that one text serves every address a client may have reached the server by, and
//! lie below it, where clients send the credentials of the index along.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::accept::Form;
use super::name::ProjectName;
use super::page::Sidecar;
use super::version;

/// The version of the simple API that the pages are of.
const API_VERSION: &str = "1.1";

/// A file as a page shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// Its name.
    pub name: String,
    /// Its version, as stored.
    pub version: String,
    /// The digest that clients check it by.
    pub digest: (&'static str, String),
    /// Which versions of Python it is for.
    pub requires_python: Option<String>,
    /// Its length, where it is known.
    pub size: Option<u64>,
    /// When it was uploaded to where it was published first.
    pub upload_time: Option<String>,
    /// Why it was yanked (may be empty), if it was.
    pub yanked: Option<String>,
    /// Whether its metadata can be had without it.
    pub sidecar: Sidecar,
}

/// Brings files into the order of a page: by version, oldest first, then by name.
pub fn sort(files: &mut [Shown]) {
    files.sort_by(|left, right| {
        version::order(&left.version, &right.version).then_with(|| left.name.cmp(&right.name))
    });
}

/// Writes the page of a project whose files are in order. `folder` is what links begin with: nothing when the address of
/// the page ends with a slash, else the last segment of that address and a slash.
pub fn project(form: Form, project: &ProjectName, files: &[Shown], folder: &str) -> String {
    if form.is_json() {
        let mut versions: Vec<&str> = files.iter().map(|file| file.version.as_str()).collect();
        versions.dedup();
        let files: Vec<Value> = files.iter().map(|file| json_file(file, folder)).collect();
        let page = json!({
            "meta": {"api-version": API_VERSION}, "name": project.as_str(), "versions": versions, "files": files,
        });
        return page.to_string();
    }
    let mut page = head(&format!("Links for {project}"));
    for file in files {
        html_file(&mut page, file, folder);
    }
    page.push_str("</body>\n</html>\n");
    page
}

/// Writes the list of all projects, which are in order.
pub fn projects(form: Form, names: &[String], folder: &str) -> String {
    if form.is_json() {
        let names: Vec<Value> = names.iter().map(|name| json!({"name": name})).collect();
        return json!({"meta": {"api-version": API_VERSION}, "projects": names}).to_string();
    }
    let mut page = head("Simple index");
    for name in names {
        let _ = writeln!(page, "<a href=\"{folder}{}/\">{}</a><br/>", encoded(name), escaped(name));
    }
    page.push_str("</body>\n</html>\n");
    page
}

/// Writes a segment of a path.
pub fn encoded(segment: &str) -> String {
    let mut text = String::with_capacity(segment.len());
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

fn link(file: &Shown, folder: &str) -> String {
    format!("{folder}{}/{}", encoded(&file.version), encoded(&file.name))
}

fn json_file(file: &Shown, folder: &str) -> Value {
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
    put("filename", json!(file.name));
    put("url", json!(link(file, folder)));
    put("hashes", json!({file.digest.0: file.digest.1}));
    if let Some(text) = &file.requires_python {
        put("requires-python", json!(text));
    }
    if let Some(size) = file.size {
        put("size", json!(size));
    }
    if let Some(time) = &file.upload_time {
        put("upload-time", json!(time));
    }
    put(
        "yanked",
        match file.yanked.as_deref() {
            None => json!(false),
            Some("") => json!(true),
            Some(reason) => json!(reason),
        },
    );
    let sidecar = match &file.sidecar {
        Sidecar::None => json!(false),
        Sidecar::Unproven => json!(true),
        Sidecar::Sha256(digest) => json!({"sha256": digest}),
    };
    put("core-metadata", sidecar.clone());
    // Clients from before PEP 714 look for this name.
    put("dist-info-metadata", sidecar);
    Value::Object(members)
}

fn head(title: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"pypi:repository-version\" \
         content=\"{API_VERSION}\">\n<title>{0}</title>\n</head>\n<body>\n<h1>{0}</h1>\n",
        escaped(title)
    )
}

fn html_file(page: &mut String, file: &Shown, folder: &str) {
    let (algorithm, digest) = &file.digest;
    // Writing into memory does not fail.
    let _ = write!(page, "<a href=\"{}#{algorithm}={digest}\"", link(file, folder));
    let mut attribute = |name: &str, value: &str| {
        let _ = write!(page, " {name}=\"{}\"", escaped(value));
    };
    if let Some(text) = &file.requires_python {
        attribute("data-requires-python", text);
    }
    match &file.sidecar {
        Sidecar::None => {}
        Sidecar::Unproven => {
            attribute("data-core-metadata", "true");
            attribute("data-dist-info-metadata", "true");
        }
        Sidecar::Sha256(digest) => {
            attribute("data-core-metadata", &format!("sha256={digest}"));
            attribute("data-dist-info-metadata", &format!("sha256={digest}"));
        }
    }
    if let Some(reason) = &file.yanked {
        attribute("data-yanked", reason);
    }
    if let Some(time) = &file.upload_time {
        attribute("data-upload-time", time);
    }
    let _ = writeln!(page, ">{}</a><br/>", escaped(&file.name));
}

fn escaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => plain.push_str("&amp;"),
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            '"' => plain.push_str("&quot;"),
            '\'' => plain.push_str("&#39;"),
            _ => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pypi::page::Page;

    fn files() -> Vec<Shown> {
        let mut files = vec![
            Shown {
                name: "demo-1.10.tar.gz".into(),
                version: "1.10".into(),
                digest: ("sha256", "b".repeat(64)),
                ..Shown::default()
            },
            Shown {
                name: "demo-1.9+cpu-py3-none-any.whl".into(),
                version: "1.9+cpu".into(),
                digest: ("sha256", "a".repeat(64)),
                requires_python: Some(">=3.8,<4".into()),
                size: Some(7),
                upload_time: Some("2024-01-02T03:04:05Z".into()),
                yanked: Some("a \"<bad>\" & 'old' one".into()),
                sidecar: Sidecar::Sha256("c".repeat(64)),
            },
        ];
        sort(&mut files);
        files
    }

    #[test]
    fn what_is_written_is_read_back_in_both_forms() {
        let project_name = ProjectName::parse("demo").unwrap();
        for form in [Form::Json, Form::Html, Form::TextHtml] {
            let text = project(form, &project_name, &files(), "");
            let page = Page::read(&project_name, form.media_type(), &text).unwrap();
            assert_eq!(page.files.len(), 2, "{text}");
            let wheel = &page.files[0];
            assert_eq!(wheel.url, "1.9%2Bcpu/demo-1.9%2Bcpu-py3-none-any.whl");
            assert_eq!(wheel.yanked.as_deref(), Some("a \"<bad>\" & 'old' one"));
            assert_eq!(wheel.requires_python.as_deref(), Some(">=3.8,<4"));
            assert_eq!(wheel.sidecar, Sidecar::Sha256("c".repeat(64)));
            assert_eq!(wheel.size, form.is_json().then_some(7));
            assert_eq!(page.files[1].digests.sha256, Some("b".repeat(64)));
        }
    }

    #[test]
    fn the_json_page_has_what_its_version_asks_for() {
        let text = project(Form::Json, &ProjectName::parse("demo").unwrap(), &files(), "demo/");
        let page: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(page["meta"], json!({"api-version": "1.1"}));
        assert_eq!(page["versions"], json!(["1.9+cpu", "1.10"]));
        assert_eq!(page["files"][1]["url"], "demo/1.10/demo-1.10.tar.gz");
        assert_eq!(page["files"][1]["yanked"], false);
        assert_eq!(page["files"][0]["dist-info-metadata"], json!({"sha256": "c".repeat(64)}));
    }

    #[test]
    fn projects_are_listed_in_both_forms() {
        let names = ["a".to_owned(), "b-c".to_owned()];
        let html = projects(Form::TextHtml, &names, "simple/");
        assert!(html.contains("<a href=\"simple/b-c/\">b-c</a>"), "{html}");
        let page: Value = serde_json::from_str(&projects(Form::Json, &names, "")).unwrap();
        assert_eq!(page["projects"], json!([{"name": "a"}, {"name": "b-c"}]));
    }
}
