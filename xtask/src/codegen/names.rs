//! AWS's names as Rust spells them.

const KEYWORDS: [&str; 12] =
    ["type", "match", "in", "ref", "final", "move", "use", "where", "loop", "self", "static", "as"];

/// Splits a name into its words: `externalId`, `IPV4_ADDRESS`, `assetSHA256` and `eTag` all the way one reads them.
fn words(name: &str) -> Vec<String> {
    let characters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = vec![String::new()];
    for (index, &c) in characters.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            words.push(String::new());
            continue;
        }
        let before = index.checked_sub(1).map(|before| characters[before]);
        let after = characters.get(index + 1);
        let starts = c.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || after.is_some_and(char::is_ascii_lowercase)
            });
        if starts {
            words.push(String::new());
        }
        let word = words.last_mut().expect("it starts with one word");
        word.push(c.to_ascii_lowercase());
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Spells a field.
pub fn field(name: &str) -> String {
    let field = words(name).join("_");
    if KEYWORDS.contains(&field.as_str()) { format!("r#{field}") } else { field }
}

/// Spells a static.
pub fn constant(name: &str) -> String {
    words(name).join("_").to_ascii_uppercase()
}

/// Spells a variant.
pub fn variant(name: &str) -> String {
    let capitalised = words(name).into_iter().map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_ascii_uppercase() + rest
    });
    let variant: String = capitalised.collect();
    if variant.starts_with(|c: char| c.is_ascii_digit()) { format!("V{variant}") } else { variant }
}

/// Spells a type: AWS's shape name with a capital first letter.
pub fn type_name(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_ascii_uppercase() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_as_one_says_them() {
        for (aws, rust) in [
            ("assetId", "asset_id"),
            ("ProgressUpdateStream", "progress_update_stream"),
            ("assetSHA256", "asset_sha256"),
            ("eTag", "e_tag"),
            ("type", "r#type"),
            ("s3AccessPoint", "s3_access_point"),
            ("TimeSeriesSummaries", "time_series_summaries"),
            ("kmsKeyARN", "kms_key_arn"),
            ("DryRun", "dry_run"),
        ] {
            assert_eq!(field(aws), rust);
        }
        assert_eq!(variant("IPV4_ADDRESS"), "Ipv4Address");
        assert_eq!(variant("SHA-256"), "Sha256");
        assert_eq!(variant("npm"), "Npm");
        assert_eq!(constant("CustomID"), "CUSTOM_ID");
    }
}
