//! Patterns against their definition, read as slowly as it is written.

use super::*;

/// Splits a path into words and the single characters between them.
fn words(path: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut within = false;
    for letter in path.chars() {
        let goes_on = letter.is_ascii_alphanumeric();
        match words.last_mut() {
            Some(word) if within && goes_on => word.push(letter),
            _ => words.push(letter.to_string()),
        }
        within = goes_on;
    }
    words
}

/// The definition: a pattern covers the paths that begin with its words, and with `$` have no more of them.
fn naive(pattern: &str, path: &str) -> bool {
    let (wanted, given) = (words(&pattern[..pattern.len() - 1]), words(path));
    given.starts_with(&wanted) && (!pattern.ends_with('$') || given.len() == wanted.len())
}

/// All texts of up to `length` of these characters.
fn texts(letters: &str, length: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..length {
        last = last
            .iter()
            .flat_map(|text| letters.chars().map(move |letter| format!("{text}{letter}")))
            .collect();
        all.extend(last.clone());
    }
    all
}

fn paths() -> Vec<Coordinates> {
    let namespaces = ["", "a", "a-", "a-b", "ab", "ab-a"];
    let names = texts("ab-", 4);
    let of = |namespace: &str| {
        let namespace = namespace.to_owned();
        names.iter().skip(1).map(move |name| Coordinates::npm(&namespace, name)).collect::<Vec<_>>()
    };
    let others = Coordinates::new("cargo", None, "a").unwrap();
    namespaces.into_iter().flat_map(of).chain([others]).collect()
}

fn patterns() -> Vec<Pattern> {
    let mut all = vec![Pattern::root(), Pattern::parse("/npm/*").unwrap()];
    for namespace in ["", "a", "a-", "ab"] {
        for ending in ["~", "*"] {
            all.extend(Pattern::parse(&format!("/npm/{namespace}{ending}")).ok());
        }
        for name in texts("ab-", 2) {
            let parsed =
                ["~", "*", "$"].map(|ending| Pattern::parse(&format!("/npm/{namespace}/{name}{ending}")));
            all.extend(parsed.into_iter().filter_map(Result::ok));
        }
    }
    all.dedup();
    all
}

#[test]
fn a_pattern_fits_as_its_definition_says() {
    for pattern in patterns() {
        for package in paths() {
            let (path, text) = (Path::of(&package), package.to_string());
            assert_eq!(pattern.strong(&path).is_some(), naive(pattern.as_str(), &text), "{pattern} {text}");
            assert!(pattern.strong(&path).is_none() || pattern.weak(&path).is_some(), "{pattern} {text}");
        }
    }
}

#[test]
fn covering_is_inclusion_and_the_most_specific_is_the_smallest() {
    let (patterns, packages) = (patterns(), paths());
    let paths: Vec<Path> = packages.iter().map(Path::of).collect();
    let sets: Vec<Vec<bool>> = patterns
        .iter()
        .map(|pattern| packages.iter().map(|package| naive(pattern.as_str(), &package.to_string())).collect())
        .collect();
    let includes =
        |large: &[bool], small: &[bool]| large.iter().zip(small).all(|(large, small)| *large || !small);
    for (place, pattern) in patterns.iter().enumerate() {
        for (other, covered) in patterns.iter().enumerate() {
            let expected = place != other && includes(&sets[place], &sets[other]);
            assert_eq!(pattern.covers(covered), expected, "{pattern} {covered}");
        }
    }
    for (place, path) in paths.iter().enumerate() {
        let fitting: Vec<usize> = (0..patterns.len()).filter(|pattern| sets[*pattern][place]).collect();
        let best = fitting.iter().copied().max_by_key(|pattern| patterns[*pattern].strong(path)).unwrap();
        for other in fitting {
            assert!(includes(&sets[other], &sets[best]), "{path:?}: {} {}", patterns[best], patterns[other]);
        }
    }
}

#[test]
fn every_form_of_the_user_guide_is_read() {
    for pattern in [
        "/*",
        "/npm/*",
        "/npm/space/*",
        "/npm/space~",
        "/npm/space/foo~",
        "/npm//name$",
        "/maven/com.anycompany~",
        "/maven/g/a$",
        "/pypi//foo~",
        "/pypi//foo-*",
        "/npm//*",
        "/generic/a/b$",
        "/nuget//newtonsoft.json$",
        "/npm/größe/ångström$",
    ] {
        assert_eq!(Pattern::parse(pattern).map(|read| read.to_string()).as_deref(), Ok(pattern));
    }
    assert_eq!(Pattern::parse("/python//requests$").unwrap().as_str(), "/pypi//requests$");
}

#[test]
fn everything_else_is_refused_with_the_rule_that_it_breaks() {
    for (pattern, rule) in [
        ("/", "characters"),
        ("", "characters"),
        (&"x".repeat(521), "characters"),
        ("/npm/a b/*", "white space"),
        ("npm/*", "slash"),
        ("**", "before its last"),
        ("/*/*", "before its last"),
        ("/npm/a$/b$", "before its last"),
        ("/npm/a#b/*", "before its last"),
        ("/npm", "must end"),
        ("/npm/lodash", "must end"),
        ("/npm~", "slash after"),
        ("/npm*", "slash after"),
        ("/docker/*", "'docker'"),
        ("/NPM/*", "'NPM'"),
        ("//x$", "''"),
        ("/npm/space$", "one package"),
        ("/npm/space/$", "one package"),
        ("/npm/foo-~", "only after a letter"),
        ("/maven/com.any-~", "only after a letter"),
        ("/npm//~", "only after a letter"),
        ("/npm/~", "only after a letter"),
        ("/npm//foo*", "use ~"),
        ("/npm/space*", "use ~"),
        ("/npm/a/b/c$", "too many slashes"),
        ("/npm/a/b/*", "too many slashes"),
        ("/maven//a$", "needs a namespace"),
        ("/swift//*", "needs a namespace"),
        ("/generic//a~", "needs a namespace"),
        ("/pypi/space/*", "'space'"),
        ("/cargo/serde$", "one package"),
        ("/cargo/serde~", "'serde'"),
        ("/pypi//Foo$", "'foo'"),
        ("/pypi//foo_bar$", "'foo-bar'"),
        ("/pypi//foo.*", "'foo-'"),
        ("/nuget//Newtonsoft.Json$", "'newtonsoft.json'"),
        ("/swift/Mona/linked$", "'mona'"),
    ] {
        let refused = Pattern::parse(pattern).expect_err(pattern);
        assert!(refused.contains(rule), "{pattern}: {refused}");
    }
}

/// Scenario 35.
#[test]
fn scenario_35_a_beginning_ends_at_the_end_of_a_word() {
    let pattern = Pattern::parse("/maven/com.any~").unwrap();
    let fits = |group: &str| {
        let package = Coordinates::new("maven", Some(group), "kit").unwrap();
        pattern.strong(&Path::of(&package)).is_some()
    };
    assert!(fits("com.any"));
    assert!(fits("com.any.team"));
    assert!(!fits("com.anycompany"));
    assert!(Pattern::parse("/maven/com.any-~").is_err());
    let accent = Pattern::parse("/npm//caf~").unwrap();
    assert_eq!(
        accent.strong(&Path::of(&Coordinates::npm("", "caf\u{301}"))),
        None,
        "a mark goes on the word"
    );
}

#[test]
fn look_alikes_fit_weakly() {
    let fits = |pattern: &str, namespace: &str, name: &str| {
        let path = Path::of(&Coordinates::npm(namespace, name));
        let pattern = Pattern::parse(pattern).unwrap();
        (pattern.strong(&path).is_some(), pattern.weak(&path).is_some())
    };
    assert_eq!(fits("/npm//lodash$", "", "lodash"), (true, true));
    assert_eq!(fits("/npm//lodash$", "", "Lodash"), (false, true));
    assert_eq!(fits("/npm//lodash$", "", "1odash"), (false, true));
    assert_eq!(fits("/npm//lodash$", "", "lodash-es"), (false, false));
    assert_eq!(fits("/npm/acme/*", "Acme", "kit"), (false, true));
    assert_eq!(fits("/npm/acme/*", "acme-eu", "kit"), (false, false));
    assert_eq!(fits("/npm//left-*", "", "left_pad"), (false, true));
    assert_eq!(fits("/npm//left~", "", "LEFT__pad"), (false, true));
}
