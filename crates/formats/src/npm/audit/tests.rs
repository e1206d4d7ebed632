//! Audits: what is told of them, and what never is.

use super::*;
use serde_json::json;

fn told(names: &[(&str, &str)]) -> Audited {
    let mut told = Audited::new();
    for (name, version) in names {
        told.entry(PackageName::parse(name).unwrap()).or_default().insert((*version).to_owned());
    }
    told
}

fn read(shape: Shape, body: &Value) -> Audit {
    Audit::read(shape, body.to_string().as_bytes()).unwrap()
}

#[test]
fn of_names_with_versions_only_the_told_ones_are_sent() {
    let body = json!({"lodash": ["4.0.0", "4.1.0"], "@acme/secret": ["1.0.0"], "local": ["file:../x"], "../x": ["1.0.0"]});
    let audit = read(Shape::Bulk, &body);
    assert_eq!(
        *audit.packages(),
        told(&[("lodash", "4.0.0"), ("lodash", "4.1.0"), ("@acme/secret", "1.0.0")])
    );
    let sent = audit.told(&told(&[("lodash", "4.1.0")])).unwrap();
    assert_eq!(sent.body, json!({"lodash": ["4.1.0"]}));
    assert_eq!(audit.told(&Audited::new()), None);
    assert_eq!(audit.nothing_known(), json!({}));
    assert_eq!(sent.answered(b"{\"lodash\":[{\"id\":1}]}"), Some(json!({"lodash": [{"id": 1}]})));
    for other in ["[]", "nonsense", "{\"error\":\"x\"}", "null"] {
        assert_eq!(sent.answered(other.as_bytes()), None, "{other}");
    }
}

#[test]
fn bodies_of_another_shape_are_refused() {
    for body in ["", "[]", "{\"a\":1}", "{\"a\":[1]}", "{\"a\":[\"1.0.0\"]", "\u{ff}"] {
        let refused = Audit::read(Shape::Bulk, body.as_bytes());
        assert!(matches!(refused, Err(AuditError::Malformed(_))), "{body}: {refused:?}");
    }
    for body in ["[]", "{\"dependencies\":[]}", "{\"dependencies\":{\"a\":1}}"] {
        let refused = Audit::read(Shape::Tree, body.as_bytes());
        assert!(matches!(refused, Err(AuditError::Malformed(_))), "{body}: {refused:?}");
    }
    let many: Map<String, Value> = (0..=PACKAGES_MAX).map(|n| (format!("p{n}"), json!(["1.0.0"]))).collect();
    assert_eq!(Audit::read(Shape::Bulk, Value::from(many).to_string().as_bytes()), Err(AuditError::TooMany));
}

fn tree() -> Value {
    json!({
        "name": "our-shop", "version": "3.2.1", "install": ["our-shop@3"], "metadata": {"node_version": "v20"},
        "requires": {"@acme/secret": "^1.0.0", "lodash": "^4.0.0", "tool": "git+ssh://git.acme.example/tool"},
        "dependencies": {
            "@acme/secret": {
                "version": "1.0.0", "resolved": "https://npm.acme.example/secret.tgz", "integrity": "sha512-x", "dev": true,
                "requires": {"minimist": "1.0.0", "@acme/other": "1"},
                "dependencies": {"minimist": {"version": "1.0.0", "resolved": "https://npm.acme.example/m.tgz"}},
            },
            "lodash": {"version": "4.0.0", "integrity": "sha512-y"},
            "tool": {"version": "git+ssh://git.acme.example/tool#1"},
        },
    })
}

#[test]
fn in_a_tree_what_may_not_be_told_is_a_stand_in_and_what_lies_below_it_is_told() {
    let audit = read(Shape::Tree, &tree());
    assert_eq!(
        *audit.packages(),
        told(&[("@acme/secret", "1.0.0"), ("lodash", "4.0.0"), ("minimist", "1.0.0")])
    );
    let sent = audit.told(&told(&[("lodash", "4.0.0"), ("minimist", "1.0.0")])).unwrap();
    let (secret, tool) = (format!("{:040x}", 1), format!("{:040x}", 2));
    assert_eq!(
        sent.body,
        json!({
            "name": "audited", "version": "0.0.0", "requires": {"lodash": "^4.0.0"},
            "dependencies": {
                &secret: {"version": "0.0.0", "dev": true, "requires": {"minimist": "1.0.0"},
                    "dependencies": {"minimist": {"version": "1.0.0"}}},
                "lodash": {"version": "4.0.0"},
                &tool: {"version": "0.0.0"},
            },
        })
    );
    let text = sent.body.to_string();
    for secret in ["acme", "our-shop", "3.2.1", "tool", "resolved", "integrity"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    let report = json!({"advisories": {"7": {"findings": [{"paths": [format!("{secret}>minimist")]}]}}, "actions": []});
    let shown = sent.answered(report.to_string().as_bytes()).unwrap();
    assert_eq!(shown["advisories"]["7"]["findings"][0]["paths"][0], "@acme/secret>minimist");
    assert_eq!(sent.answered(b"{}"), None);
}

#[test]
fn what_is_told_can_be_read_as_an_audit_again() {
    let audit = read(Shape::Tree, &tree());
    let all = told(&[("lodash", "4.0.0"), ("minimist", "1.0.0")]);
    let again = read(Shape::Tree, &audit.told(&all).unwrap().body);
    assert!(all.iter().all(|(name, versions)| again.packages().get(name) == Some(versions)));
}

#[test]
fn answers_are_put_together_and_nothing_counts_twice() {
    let one = json!({"a": [{"id": 1}], "b": [{"id": 2}]});
    let two = json!({"a": [{"id": 1}, {"id": 3}], "c": [{"id": 4}, {"title": "no id"}]});
    let all = json!({"a": [{"id": 1}, {"id": 3}], "b": [{"id": 2}], "c": [{"id": 4}, {"title": "no id"}]});
    assert_eq!(merged(Shape::Bulk, [one, two]), Some(all));
    assert_eq!(merged(Shape::Bulk, []), None);
    let report = |id: &str, severity: &str, path: &str| {
        let mut report = tree::empty_report();
        report["advisories"][id] = json!({"severity": severity, "findings": [{"paths": [path]}]});
        report["actions"] = json!([{"module": path}]);
        report["metadata"]["vulnerabilities"][severity] = 1.into();
        report
    };
    let all =
        merged(Shape::Tree, [report("1", "high", "a"), report("1", "high", "a"), report("2", "high", "b")])
            .unwrap();
    assert_eq!(all["metadata"]["vulnerabilities"]["high"], 2);
    assert_eq!(all["advisories"].as_object().unwrap().len(), 2);
    assert_eq!(all["actions"], json!([{"module": "a"}, {"module": "b"}]));
    for strange in
        [json!({"metadata": 1, "advisories": []}), json!({"metadata": {"vulnerabilities": "x"}}), json!(7)]
    {
        assert!(merged(Shape::Tree, [strange, report("1", "high", "a")]).is_some());
    }
}
