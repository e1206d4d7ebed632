//! Patterns of property aliases: `/farm/{asset}/{property}`.

/// What stands in braces, for people.
pub(super) const WORDS: [&str; 6] = ["path", "asset", "parent", "model", "externalId", "property"];

/// What a pattern is filled with.
pub(super) struct Filling<'a> {
    /// The names of the assets from the top, the asset's own last.
    pub(super) path: &'a [String],
    pub(super) model: &'a str,
    pub(super) external_id: Option<&'a str>,
    /// Path of the property.
    pub(super) property: &'a str,
}

/// Says what is wrong with a pattern.
pub(super) fn fault(pattern: &str) -> Option<String> {
    let mut rest = pattern;
    let mut names_property = false;
    while let Some((_, behind)) = rest.split_once('{') {
        let Some((word, behind)) = behind.split_once('}') else {
            return Some(format!("the brace in '{pattern}' is not closed"));
        };
        if !WORDS.contains(&word) {
            let instead = super::fault::instead(word, WORDS);
            return Some(format!("{{{word}}} means nothing in an alias{instead}"));
        }
        names_property |= word == "property";
        rest = behind;
    }
    (!names_property)
        .then(|| format!("'{pattern}' would be the same for all properties; it needs {{property}}"))
}

/// Fills a pattern; nothing if it asks for what the asset does not have.
pub(super) fn fill(pattern: &str, filling: &Filling<'_>) -> Option<String> {
    let mut alias = String::new();
    let mut rest = pattern;
    while let Some((before, behind)) = rest.split_once('{') {
        let (word, behind) = behind.split_once('}')?;
        alias.push_str(before);
        match word {
            "path" => alias.push_str(&filling.path.join("/")),
            "asset" => alias.push_str(filling.path.last()?),
            "parent" => alias.push_str(filling.path.len().checked_sub(2).map(|place| &filling.path[place])?),
            "model" => alias.push_str(filling.model),
            "externalId" => alias.push_str(filling.external_id?),
            "property" => alias.push_str(filling.property),
            _ => return None,
        }
        rest = behind;
    }
    alias.push_str(rest);
    Some(alias)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_filled() {
        let path = ["North".to_owned(), "T1".to_owned()];
        let filling =
            Filling { path: &path, model: "Turbine", external_id: None, property: "Gearbox/Oil temperature" };
        let filled = |pattern| fill(pattern, &filling);
        assert_eq!(filled("/farm/{asset}/{property}").as_deref(), Some("/farm/T1/Gearbox/Oil temperature"));
        assert_eq!(filled("/{path}/{property}").as_deref(), Some("/North/T1/Gearbox/Oil temperature"));
        assert_eq!(
            filled("{parent}-{model}.{property}").as_deref(),
            Some("North-Turbine.Gearbox/Oil temperature")
        );
        assert_eq!(filled("/{externalId}/{property}"), None);
    }

    #[test]
    fn bad_patterns_are_told() {
        assert_eq!(fault("/a/{asset}/{property}"), None);
        assert!(fault("/a/{asset}").unwrap().contains("needs {property}"));
        assert!(fault("/a/{proprety}").unwrap().contains("did you mean 'property'?"));
        assert!(fault("/a/{property").unwrap().contains("not closed"));
    }
}
