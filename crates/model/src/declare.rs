//! The words that generated files are written in: one declaration a structure, union, operation or error.
//!
//! They keep the generated text small: a member is one line, and its Rust name, type and JSON name stand together.

/// Declares a structure of the API; behind its name, what JSON is good for: `Decode`, `Encode` or both.
///
/// `| blank` behind a member says that an empty text counts as absence.
#[macro_export]
macro_rules! structure {
    ($name:ident [$($way:ident)*] $body:tt) => {
        $crate::structure_type! { $name $body }
        $($crate::structure_way! { $way $name $body })*
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! structure_type {
    ($name:ident { $($field:ident: $type:ty = $wire:literal $(| $mark:ident)?,)* }) => {
        #[doc = concat!("The structure `", stringify!($name), "` of the API.")]
        #[derive(Clone, Debug, Default, PartialEq)]
        #[allow(missing_docs)]
        pub struct $name { $(pub $field: $type,)* }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! structure_way {
    (Decode $name:ident { $($field:ident: $type:ty = $wire:literal $(| $mark:ident)?,)* }) => {
        impl $crate::Decode for $name {
            #[allow(unused_mut, unused_variables)]
            fn decode(mut members: $crate::Members) -> Self {
                Self { $($field: $crate::take!(members $wire $($mark)?),)* }
            }
        }
    };
    (Encode $name:ident { $($field:ident: $type:ty = $wire:literal $(| $mark:ident)?,)* }) => {
        impl $crate::Encode for $name {
            #[allow(unused_variables)]
            fn encode(&self, out: &mut $crate::json::Object<'_>) {
                $(out.field($wire, &self.$field);)*
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! take {
    ($members:ident $wire:literal) => {
        $crate::take(&mut $members, $wire)
    };
    ($members:ident $wire:literal blank) => {
        $crate::take_text(&mut $members, $wire)
    };
}

/// Declares a union of the API: a structure of which exactly one member is set.
///
/// Its default is the first form, empty, so that structures that hold one have a default too.
#[macro_export]
macro_rules! union {
    ($name:ident [$($way:ident)+] $body:tt) => {
        $crate::union_type! { $name $body }
        $($crate::union_way! { $way $name $body })+
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! union_type {
    ($name:ident { $first:ident($first_type:ty) = $first_wire:literal, $($variant:ident($type:ty) = $wire:literal,)* }) => {
        #[doc = concat!("The union `", stringify!($name), "` of the API.")]
        #[derive(Clone, Debug, PartialEq)]
        #[allow(missing_docs)]
        pub enum $name { $first($first_type), $($variant($type),)* }

        impl Default for $name {
            fn default() -> Self {
                Self::$first(Default::default())
            }
        }

        impl $name {
            /// Gives the JSON name of the member that is set.
            pub fn member(&self) -> &'static str {
                match self { Self::$first(_) => $first_wire, $(Self::$variant(_) => $wire,)* }
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! union_way {
    (Decode $name:ident { $($variant:ident($type:ty) = $wire:literal,)+ }) => {
        impl $crate::Decode for $name {
            fn decode(mut members: $crate::Members) -> Self {
                $(if let Some(value) = $crate::take(&mut members, $wire) {
                    return Self::$variant(value);
                })+
                Self::default()
            }
        }
    };
    (Encode $name:ident { $($variant:ident($type:ty) = $wire:literal,)+ }) => {
        impl $crate::Encode for $name {
            fn encode(&self, out: &mut $crate::json::Object<'_>) {
                match self { $(Self::$variant(value) => out.field($wire, value),)+ }
            }
        }
    };
    // The payload of an event is the inner structure; the event's name travels in a header of its frame.
    (Event $name:ident { $($variant:ident($type:ty) = $wire:literal,)+ }) => {
        impl $crate::Encode for $name {
            fn encode(&self, out: &mut $crate::json::Object<'_>) {
                match self { $(Self::$variant(value) => $crate::Encode::encode(value, out),)+ }
            }
        }
    };
}

/// Declares the errors of a service, each with its structure, name and status.
#[macro_export]
macro_rules! errors {
    ($($variant:ident($type:ident) = $status:literal,)+) => {
        /// An error that the service's operations declare.
        #[derive(Clone, Debug, PartialEq)]
        #[allow(missing_docs)]
        pub enum Error { $($variant($type),)+ }

        impl $crate::ModelledError for Error {
            fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => stringify!($type),)+ }
            }

            fn status(&self) -> u16 {
                match self { $(Self::$variant(_) => $status,)+ }
            }

            fn message(&self) -> &str {
                match self { $(Self::$variant(error) => &error.message,)+ }
            }
        }

        impl $crate::Encode for Error {
            fn encode(&self, out: &mut $crate::json::Object<'_>) {
                match self { $(Self::$variant(error) => error.encode(out),)+ }
            }

            fn headers(&self, out: &mut Vec<(&'static str, String)>) {
                match self { $(Self::$variant(error) => error.headers(out),)+ }
            }
        }

        impl Error {
            /// All errors of the service with their statuses.
            pub const ALL: &'static [(&'static str, u16)] = &[$((stringify!($type), $status)),+];
        }

        $(impl From<$type> for Error {
            fn from(error: $type) -> Self {
                Self::$variant(error)
            }
        })+
    };
}

/// Declares an operation: its types, then how it is called, then what differs from [`crate::Spec::new`].
#[macro_export]
macro_rules! operation {
    ($name:ident($input:ty) -> $output:ty {
        $method:literal $uri:literal $table:path,
        $($field:ident: $value:expr,)*
    }) => {
        #[doc = concat!("The operation `", stringify!($name), "`.")]
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl $crate::Operation for $name {
            type Input = $input;
            type Output = $output;
            type Error = super::Error;
            const SPEC: &'static $crate::Spec = {
                static SPEC: $crate::Spec = $crate::Spec {
                    $($field: $value,)*
                    ..$crate::Spec::new(&SERVICE, stringify!($name), $method, $uri, &$table)
                };
                &SPEC
            };
        }
    };
}

/// Declares the list of a service's operations.
#[macro_export]
macro_rules! operations {
    ($($name:ident,)+) => {
        /// All operations of the service.
        pub static SPECS: &[&$crate::Spec] = &[$(<$name as $crate::Operation>::SPEC),+];

        /// For tests: decodes an input of the operation at the same place in `SPECS` and drops it.
        #[doc(hidden)]
        pub static DECODERS: &[fn($crate::Members)] =
            &[$(|members| _ = <<$name as $crate::Operation>::Input as $crate::Decode>::decode(members)),+];
    };
}
