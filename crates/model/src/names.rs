//! Names of a closed set: the enumerations of the API.
//!
//! Structures keep such members as `String`, since answers are never checked; rooms turn them into these types where they decide on them.

/// Declares an enumeration of the API with its spelling on the wire.
#[macro_export]
macro_rules! names {
    ($($name:ident { $($variant:ident = $text:literal),+ $(,)? })+) => { $(
        #[doc = concat!("The values of `", stringify!($name), "`.")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs, clippy::doc_markdown)]
        pub enum $name { $($variant),+ }

        impl $name {
            /// All spellings in the order of the model.
            pub const VALUES: &'static [&'static str] = &[$($text),+];
            const ALL: &'static [$name] = &[$($name::$variant),+];

            /// Gives the spelling on the wire.
            pub const fn as_str(self) -> &'static str {
                Self::VALUES[self as usize]
            }

            /// Finds the value with this spelling.
            pub fn parse(text: &str) -> Option<Self> {
                Self::VALUES.iter().position(|value| *value == text).map(|index| Self::ALL[index])
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.as_str().to_owned()
            }
        }
    )+ };
}
