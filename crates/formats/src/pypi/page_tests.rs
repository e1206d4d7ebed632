//! Pages of both forms, as indexes write them and as they should not.

use super::*;

fn project() -> ProjectName {
    ProjectName::parse("demo").unwrap()
}

fn digest(digit: char) -> String {
    digit.to_string().repeat(64)
}

#[test]
fn both_forms_say_the_same() {
    let (a, b) = (digest('a'), digest('b'));
    let json = format!(
        r#"{{"meta": {{"api-version": "1.3", "_last-serial": 5}}, "name": "demo", "versions": ["1.0"], "files": [
            {{"filename": "demo-1.0-py3-none-any.whl", "url": "files/demo-1.0-py3-none-any.whl",
              "hashes": {{"sha256": "{a}"}}, "requires-python": ">=3.8", "yanked": "broken <it>",
              "core-metadata": {{"sha256": "{b}"}}, "upload-time": "2024-01-02T03:04:05.6Z"}},
            {{"filename": "demo-1.0.tar.gz", "url": "files/demo-1.0.tar.gz", "hashes": {{"sha256": "{b}", "x": "y"}},
              "requires-python": null, "yanked": false, "core-metadata": false}},
            {{"filename": "demo-1.0.exe", "url": "x", "hashes": {{"sha256": "{b}"}}}},
            {{"filename": "demo-1.1.tar.gz", "url": "x", "hashes": {{}}}}, 5]}}"#
    );
    let html = format!(
        r#"<!DOCTYPE html><html><head><META content="1.0" name="pypi:repository-version"><title>x</title></head><body>
        <!-- <a href="x#sha256={a}">demo-9.tar.gz</a> -->
        <a href='files/demo-1.0-py3-none-any.whl#sha256={a}' data-requires-python="&gt;=3.8"
           data-yanked="broken &lt;it&#62;" data-core-metadata=sha256={b} data-upload-time="2024-01-02T03:04:05.6Z"
           >demo-1.0-py3-none-any.whl</a><br/>
        <A HREF="files/demo-1.0.tar.gz#sha256={b}" rel=internal>demo-1.0.tar.gz</A><br/>
        <a href="x#sha256={b}">demo-1.0.exe</a> <a href="x">demo-1.1.tar.gz</a> <a>demo-1.2.tar.gz</a>"#
    );
    let read = |kind: &str, text: &str| Page::read(&project(), kind, text).unwrap();
    let (from_json, from_html) =
        (read("application/vnd.pypi.simple.v1+json", &json), read("text/html; charset=UTF-8", &html));
    assert_eq!(from_json, from_html);
    assert_eq!((from_json.files.len(), from_json.left_out), (2, 3));
    let wheel = from_json.file("demo-1.0-py3-none-any.whl").unwrap();
    assert_eq!(wheel.sidecar, Sidecar::Sha256(b.clone()));
    assert_eq!((wheel.version.as_str(), wheel.yanked.as_deref()), ("1.0", Some("broken <it>")));
    assert_eq!(wheel.requires_python.as_deref(), Some(">=3.8"));
    assert_eq!(from_json.files[1].yanked, None);
    assert!(from_json.bytes() > 300);
}

#[test]
fn later_major_versions_are_refused() {
    let json = r#"{"meta": {"api-version": "2.0"}, "files": []}"#;
    let html = r#"<meta name="pypi:repository-version" content="2.0">"#;
    let read = |kind: &str, text: &str| Page::read(&project(), kind, text);
    assert_eq!(read("application/json", json), Err(PageError::Version("2.0".into())));
    assert_eq!(read("text/html", html), Err(PageError::Version("2.0".into())));
    assert!(matches!(read("application/json", "[]"), Err(PageError::Json(_))));
    assert!(matches!(read("application/json", "{\"files\": 7}"), Err(PageError::Json(_))));
}

#[test]
fn a_base_and_flags_without_value_are_understood() {
    let html = format!(
        "<base href=\"https://files.example/p/index.html\"><a href=demo-1.0.tar.gz#sha256={} data-yanked \
         data-dist-info-metadata=true>demo-1.0.tar.gz</a>",
        digest('c')
    );
    let page = Page::read(&project(), "text/html", &html).unwrap();
    assert_eq!(page.files[0].url, "https://files.example/p/demo-1.0.tar.gz");
    assert_eq!((page.files[0].yanked.as_deref(), &page.files[0].sidecar), (Some(""), &Sidecar::Unproven));
}

#[test]
fn torn_html_gives_what_it_has() {
    let html = format!("<p <a href=\"x#sha256={}\">demo-1.tar.gz</a> <a href=\"y", digest('d'));
    for end in 0..html.len() {
        assert!(Page::read(&project(), "text/html", &html[..end]).unwrap().files.len() <= 1);
    }
    for odd in [
        "<",
        "<a",
        "<a ",
        "<a =",
        "<a x=",
        "<a x='",
        "<!--",
        "<a href=\"&#x;&#99999999999;&;\">",
        "</a>",
        "<a/>",
    ] {
        assert_eq!(Page::read(&project(), "text/html", odd).unwrap().files, [], "{odd}");
    }
}

#[test]
fn digests_of_another_length_prove_nothing() {
    let mut digests = Digests::default();
    for (algorithm, value) in [("sha256", "ab"), ("md5", "zz"), ("crc", "00000000"), ("sha512", "")] {
        digests.set(algorithm, value);
    }
    assert!(digests.is_empty());
    digests.set("sha256", &"AB".repeat(32));
    let mut computed = Digests { sha256: Some("ab".repeat(32)), ..Digests::default() };
    assert_eq!(digests.verify(&computed), Ok(()));
    computed.sha256 = Some(digest('0'));
    assert!(digests.verify(&computed).unwrap_err().starts_with("SHA-256 is 000"));
}
