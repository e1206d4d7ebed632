//! Publish bodies, cut in every place, well-formed and not.

use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

type Outcome = Result<(serde_json::Map<String, serde_json::Value>, Vec<(String, Vec<u8>)>), BodyError>;

/// Reads a body that arrives in the given parts.
fn read<'a>(parts: impl IntoIterator<Item = &'a [u8]>, limits: Limits) -> Outcome {
    let mut reader = Reader::new(limits);
    let mut attachments: Vec<(String, Vec<u8>)> = Vec::new();
    let mut ended = true;
    let mut sink = |piece: Piece<'_>| match piece {
        Piece::Begin(name) => {
            assert!(ended, "the one before is complete");
            ended = false;
            attachments.push((name.to_owned(), Vec::new()));
        }
        Piece::Bytes(bytes) => attachments.last_mut().unwrap().1.extend_from_slice(bytes),
        Piece::End => ended = true,
    };
    for part in parts {
        reader.feed(part, &mut sink)?;
    }
    let document = reader.finish()?;
    assert!(ended);
    let sizes: Vec<(String, u64)> = attachments.iter().map(|(n, b)| (n.clone(), b.len() as u64)).collect();
    let mut described = document.attachments;
    if let Some(text) = document.provenance {
        let at = described.iter().position(|attachment| attachment.name.ends_with(".sigstore")).unwrap();
        assert_eq!(described.remove(at).size, text.len() as u64);
        attachments.push(("provenance".to_owned(), text.into_bytes()));
    }
    assert_eq!(described.into_iter().map(|a| (a.name, a.size)).collect::<Vec<_>>(), sizes);
    Ok((document.members, attachments))
}

fn whole(body: &str) -> Outcome {
    read([body.as_bytes()], Limits::default())
}

/// A bundle is text, whatever is in it; its length is counted as JavaScript does.
const BUNDLE: &str = "{\"a\\\\b\":\"ü\u{1f600}\"}";

fn publish_body(tarball: &[u8]) -> String {
    json!({
        "name": "a", "readme": "say \"_attachments\": {\"x\": {\"data\": \"no\"}} \\ ",
        "_attachments": {
            "a-1.0.0.tgz": {"content_type": "application/octet-stream", "data": STANDARD.encode(tarball),
                "length": tarball.len()},
            "a-1.0.0.sigstore": {"data": BUNDLE, "length": BUNDLE.encode_utf16().count()},
        },
        "versions": {"1.0.0": {"_attachments": {"x": {"data": "kept"}}}},
    })
    .to_string()
}

#[test]
fn attachments_go_to_the_sink_and_the_rest_is_kept() {
    let (members, attachments) = whole(&publish_body(b"the bytes")).unwrap();
    assert_eq!(
        attachments,
        [
            ("a-1.0.0.tgz".to_owned(), b"the bytes".to_vec()),
            ("provenance".to_owned(), BUNDLE.as_bytes().to_vec())
        ]
    );
    assert_eq!(members["_attachments"]["a-1.0.0.tgz"]["data"], "");
    assert_eq!(members["_attachments"]["a-1.0.0.tgz"]["length"], 9);
    assert_eq!(members["versions"]["1.0.0"]["_attachments"]["x"]["data"], "kept");
    assert_eq!(members["readme"], "say \"_attachments\": {\"x\": {\"data\": \"no\"}} \\ ");
}

#[test]
fn every_cut_gives_the_same_result() {
    let good = publish_body(b"0123456789");
    let escaped =
        r#"{"_attachm\u0065nts":{"t\".tgz":{"d\u0061ta":"Pz8\/\u0050w=="}},"x":[1,{"y":"\\"}]}"#.to_owned();
    let bad = [
        good.replace("MDEy", "MD=y"),
        good.replace("\"length\":10", "\"length\":11"),
        good[..good.len() - 1].into(),
    ];
    for body in [good, escaped].into_iter().chain(bad) {
        let expected = whole(&body);
        let bytes = body.as_bytes();
        assert_eq!(read(bytes.chunks(1), Limits::default()), expected, "{body}");
        for first in 0..=bytes.len() {
            let (a, rest) = bytes.split_at(first);
            assert_eq!(read([a, rest], Limits::default()), expected, "cut at {first}: {body}");
            for second in (0..=rest.len()).step_by(7) {
                let (b, c) = rest.split_at(second);
                assert_eq!(read([a, b, c], Limits::default()), expected, "cut at {first}+{second}: {body}");
            }
        }
    }
}

#[test]
fn escapes_in_names_and_data_mean_what_they_spell() {
    let (_, attachments) =
        whole(r#"{"_attachm\u0065nts":{"t\".tgz":{"d\u0061ta":"Pz8\/\u0050w=="}}}"#).unwrap();
    assert_eq!(attachments, [("t\".tgz".to_owned(), b"???\x3f".to_vec())]);
}

#[test]
fn bodies_that_are_no_publish_are_refused() {
    let refused = |body: &str| whole(body).unwrap_err();
    let attachment = |inner: &str| format!(r#"{{"_attachments":{{"a.tgz":{{{inner}}}}}}}"#);
    for body in [
        "",
        "{",
        "}",
        "[]",
        "null",
        "{]",
        r#"{"a":1"#,
        r#"{"a" 1}"#,
        r#"{"a":1} {}"#,
        "{\"a\":\"\u{1}\"}",
        r#"{"a":tru}"#,
        r#"{"a":"\x"}"#,
        r#"{"_attachments":[]}"#,
        r#"{"_attachments":{"a":{"data":"AAAA" 1}}}"#,
        &format!("{}{}", r#"{"a":"#, "[".repeat(500)),
    ] {
        assert!(matches!(refused(body), BodyError::Malformed(_)), "{body}: {:?}", refused(body));
    }
    assert!(matches!(read([&b"{\"a\":\"\xff\"}"[..]], Limits::default()), Err(BodyError::Malformed(_))));
    for data in
        ["A", "AA=", "AA==AA==", "A===", "AAA", "AA*A", "AA==A", "A A=", "AA\\n==", "\\u0100AAA", "AB=="]
    {
        assert_eq!(
            refused(&attachment(&format!("\"data\":\"{data}\""))),
            BodyError::BadBase64("a.tgz".into()),
            "{data}"
        );
    }
    for inner in ["", "\"data\":1", "\"data\":{}", "\"length\":0"] {
        assert_eq!(refused(&attachment(inner)), BodyError::NoData("a.tgz".into()), "{inner}");
    }
    for length in ["1", "-3", "3.5", "\"3\"", "null", "4"] {
        let body = attachment(&format!("\"data\":\"AAAA\",\"length\":{length}"));
        assert_eq!(refused(&body), BodyError::WrongLength("a.tgz".into()), "{length}");
    }
    assert_eq!(
        refused(&attachment("\"data\":\"AAAA\",\"data\":\"AAAA\"")),
        BodyError::Repeated("a.tgz".into())
    );
    let twice = r#"{"_attachments":{"a":{"data":""},"a":{"data":""}}}"#;
    assert_eq!(refused(twice), BodyError::Repeated("a".into()));
    let twice = r#"{"_attachments":{},"\u005fattachments":{"a":{"data":""}}}"#;
    assert_eq!(refused(twice), BodyError::Repeated("_attachments".into()));
    let three = r#"{"_attachments":{"a":{"data":""},"b":{"data":""},"c":{"data":""}}}"#;
    assert_eq!(refused(three), BodyError::TooManyAttachments);
}

#[test]
fn a_bundle_is_text_of_its_announced_length() {
    let body =
        |inner: &str| format!(r#"{{"_attachments":{{"a.tgz":{{"data":""}},"a.sigstore":{{{inner}}}}}}}"#);
    let (_, attachments) = whole(&body(r#""data":"\u007b}","length":2"#)).unwrap();
    assert_eq!(attachments[1], ("provenance".to_owned(), b"{}".to_vec()));
    for (inner, refused) in [
        (r#""data":"{}","length":3"#, BodyError::WrongLength("a.sigstore".into())),
        (r#""data":"{}","length":"2""#, BodyError::WrongLength("a.sigstore".into())),
        (r#""data":{}"#, BodyError::NoData("a.sigstore".into())),
        ("", BodyError::NoData("a.sigstore".into())),
        (r#""data":"x","data":"y""#, BodyError::Repeated("a.sigstore".into())),
        (&format!(r#""data":"{}""#, "x".repeat((1 << 20) + 1)), BodyError::AttachmentTooLarge),
    ] {
        assert_eq!(whole(&body(inner)).unwrap_err(), refused);
    }
}

#[test]
fn memory_and_size_are_bounded() {
    let limits = Limits { document_bytes_max: 100, attachment_bytes_max: 6, attachments_max: 1 };
    let attachment = |data: &str| format!(r#"{{"_attachments":{{"a.tgz":{{"data":"{data}"}}}}}}"#);
    assert!(read([attachment("AAAAAAAA").as_bytes()], limits).is_ok());
    assert_eq!(read([attachment("AAAAAAAAAA==").as_bytes()], limits), Err(BodyError::AttachmentTooLarge));
    let long = format!(r#"{{"x":"{}"}}"#, "y".repeat(200));
    assert_eq!(read([long.as_bytes()], limits), Err(BodyError::DocumentTooLarge));
    let mut reader = Reader::new(Limits { attachment_bytes_max: u64::MAX, ..limits });
    reader.feed(attachment("").trim_end_matches("\"}}}").as_bytes(), &mut |_| {}).unwrap();
    let (megabyte, mut bytes) = ("A".repeat(1 << 20), 0_u64);
    for _ in 0..64 {
        reader
            .feed(megabyte.as_bytes(), &mut |piece| {
                if let Piece::Bytes(part) = piece {
                    bytes += part.len() as u64;
                }
            })
            .unwrap();
        assert!(reader.kept.capacity() < 4096);
    }
    assert_eq!(bytes, 48 << 20);
}

#[test]
fn no_bytes_make_the_reader_panic() {
    // Mutations of a good body, by a fixed generator.
    let body = publish_body(b"0123456789").into_bytes();
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % below as u64).unwrap()
    };
    let alphabet = b"{}[]\",:\\u=/A0 \xff\0";
    let mut refused = 0;
    for _ in 0..20_000 {
        let mut mutant = body.clone();
        for _ in 0..=next(4) {
            let at = next(mutant.len());
            match next(3) {
                0 => mutant[at] = alphabet[next(alphabet.len())],
                1 => drop(mutant.remove(at)),
                _ => mutant.insert(at, alphabet[next(alphabet.len())]),
            }
        }
        let expected = read([&mutant[..]], Limits::default());
        let (a, b) = mutant.split_at(next(mutant.len()));
        assert_eq!(read([a, b], Limits::default()), expected);
        refused += usize::from(expected.is_err());
        if let Ok((members, _)) = expected {
            // What is accepted is what a JSON parser reads, data aside.
            let parsed: serde_json::Value = serde_json::from_slice(&mutant).unwrap();
            assert_eq!(parsed["name"], members.get("name").cloned().unwrap_or_default());
        }
    }
    assert!(refused > 5_000, "{refused}");
}
