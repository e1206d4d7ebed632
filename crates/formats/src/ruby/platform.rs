//! What RubyGems understands of a platform's name: processor, operating system and its version.

/// A platform as `Gem::Platform` holds it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Platform {
    /// The processor, if the name says.
    pub cpu: Option<String>,
    /// The operating system.
    pub os: String,
    /// Its version, or its C library.
    pub version: Option<String>,
}

impl Platform {
    /// Reads a name such as `x86_64-linux-musl`, `arm64-darwin-22` or `java`, as RubyGems 3 does.
    pub fn parse(name: &str) -> Self {
        let mut parts: Vec<String> = name.split('-').map(str::to_owned).collect();
        if parts.len() > 2 && parts.last().is_some_and(|last| !last.bytes().any(|byte| byte.is_ascii_digit()))
        {
            // x86-linux-gnu
            let extra = parts.pop().unwrap_or_default();
            if let Some(last) = parts.last_mut() {
                last.push('-');
                last.push_str(&extra);
            }
        }
        let cpu = parts.remove(0);
        let cpu = if is_i86(&cpu) { "x86".to_owned() } else { cpu };
        if let [os, version] = parts.as_slice()
            && is_number(version)
        {
            return Self { cpu: Some(cpu), os: os.clone(), version: Some(version.clone()) };
        }
        let (cpu, os) = match parts.into_iter().next() {
            Some(os) => (Some(cpu), os),
            None => (None, cpu),
        };
        system(cpu, &os)
    }
}

/// Whether a processor is one of `i386`, `i486` and so on.
fn is_i86(cpu: &str) -> bool {
    let bytes = cpu.as_bytes();
    bytes
        .windows(4)
        .any(|run| run[0].eq_ignore_ascii_case(&b'i') && run[1].is_ascii_digit() && &run[2..] == b"86")
}

fn is_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('.') {
        Some((left, right)) => digits(left) && digits(right),
        None => digits(text),
    }
}

/// The names that stand for a system wherever they are in the text, with what its version is made of.
const SYSTEMS: [(&str, Version); 8] = [
    ("aix", Version::Digits),
    ("cygwin", Version::None),
    ("darwin", Version::Digits),
    ("freebsd", Version::Digits),
    ("hpux", Version::Digits),
    ("netbsdelf", Version::None),
    ("openbsd", Version::Decimal),
    ("solaris", Version::Decimal),
];

#[derive(Clone, Copy)]
enum Version {
    None,
    Digits,
    Decimal,
}

fn system(cpu: Option<String>, text: &str) -> Platform {
    let made = |os: &str, version: Option<String>| Platform { cpu: cpu.clone(), os: os.to_owned(), version };
    for (os, kind) in SYSTEMS {
        let Some(at) = text.find(os) else { continue };
        let rest = &text[at + os.len()..];
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let version = match kind {
            Version::None => None,
            Version::Digits => Some(digits).filter(|digits| !digits.is_empty()),
            Version::Decimal => {
                let decimal: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
                Some(decimal).filter(|decimal| is_number(decimal) && decimal.contains('.'))
            }
        };
        return made(os, version);
    }
    if text == "java" || text == "jruby" {
        return made("java", None);
    }
    if let Some(version) = text.strip_prefix("java") {
        return made("java", Some(version.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect()));
    }
    for os in ["macruby", "dalvik", "dotnet"] {
        if let Some(version) = text.strip_prefix(os) {
            return made(os, Some(version.to_owned()).filter(|version| !version.is_empty()));
        }
    }
    let word = |rest: &str| -> String {
        rest.trim_start_matches('-').chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
    };
    if let Some(at) = text.find("linux") {
        let library = word(&text[at + 5..]);
        return made("linux", Some(library).filter(|it| !it.is_empty() && !it.starts_with("gnu")));
    }
    if text.contains("mingw32") {
        return made("mingw32", None);
    }
    if let Some(at) = text.find("mingw") {
        return made("mingw", Some(word(&text[at + 5..])).filter(|it| !it.is_empty()));
    }
    if let Some(at) = text.find("mswin") {
        let (os, version) =
            text[at..].split_once('_').map_or((&text[at..], None), |(os, it)| (os, Some(it.to_owned())));
        let cpu = cpu.clone().or_else(|| os.ends_with("32").then(|| "x86".to_owned()));
        return Platform { cpu, os: os.to_owned(), version };
    }
    made("unknown", None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_are_read_as_rubygems_reads_them() {
        for (name, cpu, os, version) in [
            ("x86_64-linux", Some("x86_64"), "linux", None),
            ("x86_64-linux-gnu", Some("x86_64"), "linux", None),
            ("aarch64-linux-musl", Some("aarch64"), "linux", Some("musl")),
            ("i686-linux", Some("x86"), "linux", None),
            ("arm64-darwin-22", Some("arm64"), "darwin", Some("22")),
            ("x86_64-darwin19", Some("x86_64"), "darwin", Some("19")),
            ("universal-darwin", Some("universal"), "darwin", None),
            ("java", None, "java", None),
            ("universal-java-1.8", Some("universal"), "java", Some("1.8")),
            ("x64-mingw-ucrt", Some("x64"), "mingw", Some("ucrt")),
            ("x64-mingw32", Some("x64"), "mingw32", None),
            ("mswin32", Some("x86"), "mswin32", None),
            ("sparc-solaris2.8", Some("sparc"), "solaris", Some("2.8")),
            ("odd", None, "unknown", None),
        ] {
            let wanted = Platform {
                cpu: cpu.map(str::to_owned),
                os: os.to_owned(),
                version: version.map(str::to_owned),
            };
            assert_eq!(Platform::parse(name), wanted, "{name}");
        }
    }
}
