//! The targets by name.

mod audit;
mod cargo;
mod endpoint;
mod formats;
mod formula;
mod http;
mod maven;
mod model;
mod nuget;
mod package_group;
mod page;
mod payload;
mod policy;
mod publish;
mod pypi;
mod pypi_endpoint;
mod ruby;
mod signature;
mod swift;
mod token;
mod values;

/// One function that bytes are thrown at.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name, and that of its folder in the corpus.
    pub name: &'static str,
    /// Panics when the program breaks a promise.
    pub run: fn(&[u8]),
    /// Texts that matter to it, for the mutator.
    pub words: &'static [&'static str],
}

/// Every target.
pub static TARGETS: &[Target] = &[
    Target { name: "http", run: http::bytes, words: http::WORDS },
    Target { name: "http-path", run: http::path, words: http::PATH_WORDS },
    Target { name: "http-body", run: http::body, words: model::WORDS },
    Target { name: "aws-chunked", run: payload::chunked, words: payload::WORDS },
    Target { name: "operations", run: http::operations, words: &[] },
    Target { name: "signature", run: signature::header, words: signature::WORDS },
    Target { name: "model-json", run: model::json, words: model::WORDS },
    Target { name: "model-values", run: model::values, words: &[] },
    Target { name: "values-body", run: values::body, words: values::WORDS },
    Target {
        name: "values-number",
        run: values::numbers,
        words: &["e", "E+", ".", "-", "0", "9007199254740993"],
    },
    Target { name: "page-token", run: page::token, words: &["="] },
    Target { name: "package-group", run: package_group::pattern, words: package_group::WORDS },
    Target { name: "codeartifact-token", run: token::verify, words: &["eyJ2ZXIiOjE", ".", "_", "-"] },
    Target { name: "policy-document", run: policy::document, words: policy::WORDS },
    Target { name: "formula", run: formula::expression, words: formula::WORDS },
    Target { name: "formula-window", run: formula::window, words: formula::WINDOW_WORDS },
    Target { name: "maven-endpoint", run: maven::endpoint, words: maven::ENDPOINT_WORDS },
    Target { name: "maven-route", run: maven::route, words: maven::ROUTE_WORDS },
    Target { name: "maven-version", run: maven::version, words: maven::VERSION_WORDS },
    Target { name: "maven-metadata", run: maven::metadata, words: maven::XML_WORDS },
    Target { name: "maven-pom", run: maven::pom, words: maven::XML_WORDS },
    Target { name: "cargo-endpoint", run: cargo::endpoint, words: cargo::ENDPOINT_WORDS },
    Target { name: "cargo-route", run: cargo::route, words: cargo::ROUTE_WORDS },
    Target { name: "cargo-index", run: cargo::index, words: cargo::INDEX_WORDS },
    Target { name: "cargo-publish", run: cargo::publish, words: cargo::PUBLISH_WORDS },
    Target { name: "cargo-archive", run: cargo::archive, words: cargo::ARCHIVE_WORDS },
    Target { name: "pypi-endpoint", run: pypi_endpoint::requests, words: pypi_endpoint::WORDS },
    Target { name: "nuget-route", run: nuget::route, words: nuget::ROUTE_WORDS },
    Target { name: "nuget-version", run: nuget::versions, words: nuget::VERSION_WORDS },
    Target { name: "nuget-nuspec", run: nuget::nuspec, words: nuget::NUSPEC_WORDS },
    Target { name: "nuget-package", run: nuget::package, words: nuget::PACKAGE_WORDS },
    Target { name: "nuget-registration", run: nuget::registration, words: nuget::REGISTRATION_WORDS },
    Target { name: "nuget-push", run: nuget::push, words: nuget::PUSH_WORDS },
    Target { name: "pypi-route", run: pypi::route, words: pypi::ROUTE_WORDS },
    Target { name: "pypi-version", run: pypi::version, words: pypi::VERSION_WORDS },
    Target { name: "pypi-page", run: pypi::page, words: pypi::PAGE_WORDS },
    Target { name: "pypi-form", run: pypi::form, words: pypi::FORM_WORDS },
    Target { name: "pypi-metadata", run: pypi::metadata, words: pypi::METADATA_WORDS },
    Target { name: "pypi-archive", run: pypi::archive, words: pypi::ARCHIVE_WORDS },
    Target { name: "ruby-endpoint", run: ruby::endpoint, words: ruby::ENDPOINT_WORDS },
    Target { name: "ruby-route", run: ruby::route, words: ruby::ROUTE_WORDS },
    Target { name: "ruby-spec", run: ruby::spec, words: ruby::SPEC_WORDS },
    Target { name: "ruby-info", run: ruby::listing, words: ruby::INFO_WORDS },
    Target { name: "ruby-archive", run: ruby::archive, words: ruby::ARCHIVE_WORDS },
    Target { name: "swift-endpoint", run: swift::requests, words: swift::ENDPOINT_WORDS },
    Target { name: "swift-route", run: swift::route, words: swift::ROUTE_WORDS },
    Target { name: "swift-form", run: swift::form, words: swift::FORM_WORDS },
    Target { name: "swift-archive", run: swift::outline, words: swift::ARCHIVE_WORDS },
    Target { name: "swift-manifest", run: swift::manifest, words: swift::MANIFEST_WORDS },
    Target { name: "npm-endpoint", run: endpoint::requests, words: endpoint::WORDS },
    Target { name: "npm-publish", run: publish::body, words: publish::WORDS },
    Target { name: "npm-audit", run: audit::body, words: audit::WORDS },
    Target { name: "npm-name", run: formats::name, words: formats::NAME_WORDS },
    Target { name: "npm-route", run: formats::route, words: formats::NAME_WORDS },
    Target { name: "npm-version", run: formats::version, words: formats::VERSION_WORDS },
    Target {
        name: "npm-integrity",
        run: formats::integrity,
        words: &["sha512-", "sha1-", "sha256-", " ", "=", "?"],
    },
    Target { name: "npm-packument", run: formats::packument, words: formats::PACKUMENT_WORDS },
    Target { name: "npm-accept", run: formats::accept, words: formats::ACCEPT_WORDS },
    Target {
        name: "npm-tarball",
        run: formats::tarball,
        words: &["package/", "package.json", "ustar", "README.md"],
    },
];
