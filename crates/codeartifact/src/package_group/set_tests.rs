//! Sets of groups against their definition.

use super::*;
use crate::name::Coordinates;

fn group(pattern: &str, modes: [Mode; 3]) -> Group {
    let pattern = Pattern::parse(pattern).unwrap();
    Group { modes, ..Group::new(pattern, model::Timestamp::default()) }
}

fn inheriting(patterns: &[&str]) -> Set {
    Set::of(patterns.iter().map(|pattern| group(pattern, [Mode::Inherit; 3])).collect())
}

fn shown(set: &Set, place: usize) -> &str {
    set.groups()[place].pattern.as_str()
}

#[test]
fn the_group_of_every_package_is_always_there_and_allows_everything() {
    let set = Set::of(Vec::new());
    assert_eq!(set.groups().len(), 1);
    assert_eq!(set.parent(0), None);
    for kind in RestrictionType::ALL {
        assert_eq!(set.effective(0, kind).mode, Mode::Allow);
    }
}

#[test]
fn a_parent_is_the_smallest_group_that_covers_all() {
    let set = inheriting(&[
        "/npm/*",
        "/npm/space/*",
        "/npm/space~",
        "/npm/space/foo~",
        "/npm/space/foo$",
        "/npm//*",
    ]);
    let parents: Vec<(&str, &str)> = (0..set.groups().len())
        .filter_map(|place| Some((shown(&set, place), set.parent(place)?.pattern.as_str())))
        .collect();
    assert_eq!(
        parents,
        [
            ("/npm/*", "/*"),
            ("/npm//*", "/npm/*"),
            ("/npm/space/*", "/npm/space~"),
            ("/npm/space/foo$", "/npm/space/foo~"),
            ("/npm/space/foo~", "/npm/space/*"),
            ("/npm/space~", "/npm/*"),
        ]
    );
    let npm = set.place(&Pattern::parse("/npm/*").unwrap()).unwrap();
    let children: Vec<&str> = set.children(npm).map(|place| shown(&set, place)).collect();
    assert_eq!(children, ["/npm//*", "/npm/space~"]);
}

#[test]
fn what_is_not_said_is_inherited_with_its_list() {
    let mut listed = group("/npm/*", [Mode::AllowSpecificRepositories, Mode::Inherit, Mode::Block]);
    listed.allowed[RestrictionType::ExternalUpstream.index()].insert("store".to_owned());
    let set = Set::of(vec![listed, group("/npm/acme/*", [Mode::Inherit, Mode::Inherit, Mode::Allow])]);
    let acme = set.place(&Pattern::parse("/npm/acme/*").unwrap()).unwrap();
    let effective = |kind| {
        let effective = set.effective(acme, kind);
        (effective.mode, shown(&set, effective.from), effective.repositories.len())
    };
    assert_eq!(effective(RestrictionType::ExternalUpstream), (Mode::AllowSpecificRepositories, "/npm/*", 1));
    assert_eq!(effective(RestrictionType::InternalUpstream), (Mode::Allow, "/*", 0));
    assert_eq!(effective(RestrictionType::Publish), (Mode::Allow, "/npm/acme/*", 0));
}

#[test]
fn a_package_belongs_to_the_most_specific_group_or_weakly_to_one_more_specific_still() {
    let set = inheriting(&["/npm/*", "/npm//lodash$", "/npm//lodash~", "/npm/acme/*"]);
    let of = |namespace: &str, name: &str| {
        let association = set.associate(&Path::of(&Coordinates::npm(namespace, name)));
        (shown(&set, association.group), association.weak, shown(&set, association.strong))
    };
    assert_eq!(of("", "lodash"), ("/npm//lodash$", false, "/npm//lodash$"));
    assert_eq!(of("", "Lodash"), ("/npm//lodash$", true, "/npm/*"));
    assert_eq!(of("", "lodash-es"), ("/npm//lodash~", false, "/npm//lodash~"));
    assert_eq!(of("", "lodash_ES"), ("/npm//lodash~", false, "/npm//lodash~"));
    assert_eq!(of("", "1odash_ES"), ("/npm//lodash~", true, "/npm/*"));
    assert_eq!(of("Acme", "kit"), ("/npm/acme/*", true, "/npm/*"));
    assert_eq!(of("acme", "kit"), ("/npm/acme/*", false, "/npm/acme/*"));
    assert_eq!(of("", "left"), ("/npm/*", false, "/npm/*"));
}

#[test]
fn a_look_alike_with_a_group_of_its_own_belongs_to_that() {
    let set = inheriting(&["/npm//lodash$", "/npm//Lodash$"]);
    let of = |name: &str| {
        let association = set.associate(&Path::of(&Coordinates::npm("", name)));
        (shown(&set, association.group), association.weak)
    };
    assert_eq!(of("lodash"), ("/npm//lodash$", false));
    assert_eq!(of("Lodash"), ("/npm//Lodash$", false));
    assert_eq!(of("LODASH"), ("/npm//Lodash$", true));
}

#[test]
fn any_set_associates_as_its_definition_says() {
    let all = [
        "/npm/*",
        "/npm//*",
        "/npm/a/*",
        "/npm/a~",
        "/npm/a-*",
        "/npm//a~",
        "/npm//a$",
        "/npm//A$",
        "/npm//a-*",
        "/npm//a-b$",
        "/npm/a/b~",
        "/npm/a/b$",
        "/npm/a-a/*",
        "/pypi/*",
    ];
    let names = ["a", "A", "b", "a-b", "a_b", "a.B", "ab", "b-a", "a--b"];
    for chosen in 0_u32..1 << all.len() {
        if chosen % 7 != 3 {
            continue;
        }
        let patterns: Vec<&str> =
            (0..all.len()).filter(|bit| chosen >> bit & 1 == 1).map(|bit| all[bit]).collect();
        let set = inheriting(&patterns);
        for (namespace, name) in ["", "a", "A", "a-a"].into_iter().flat_map(|ns| names.map(|name| (ns, name)))
        {
            let path = Path::of(&Coordinates::npm(namespace, name));
            let association = set.associate(&path);
            // Of the groups that fit as it is spelled, all others cover the one that was found.
            let strong = &set.groups()[association.strong].pattern;
            for other in set.groups().iter().map(|group| &group.pattern).filter(|other| *other != strong) {
                assert!(other.strong(&path).is_none() || other.covers(strong), "{path:?} {other} {strong}");
            }
            assert!(strong.strong(&path).is_some());
            let found = &set.groups()[association.group].pattern;
            assert_eq!(association.weak, found.strong(&path).is_none(), "{path:?} {found}");
            let better = set.groups().iter().filter(|group| group.pattern.weak(&path) > found.weak(&path));
            assert_eq!(better.count(), 0, "{path:?} {found}");
        }
    }
}
