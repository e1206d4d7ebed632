//! The tables of this service, all rooms together: what a data folder holds of it.
//!
//! Names are the keys: every row of a repository starts with the repository's own key, so that a repository
//! goes in one sweep and a page of a list is one range. A namespace that is absent is the empty text; one that is
//! long, and a long name, stand there as their bounded key (`package::table::part`). The assets of a version are told
//! apart by position, since a name beside a version would not fit PostgreSQL's index entries.

/// The history of the schema; a published text never changes.
pub(crate) const MIGRATIONS: &[&str] = &[
    "
CREATE TABLE codeartifact_domain (
    account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
    encryption_key TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account, region, name));

CREATE TABLE codeartifact_repository (
    account TEXT NOT NULL, region TEXT NOT NULL, domain TEXT NOT NULL, name TEXT NOT NULL,
    administrator TEXT NOT NULL,
    description TEXT,
    connection TEXT,
    connection_format TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account, region, domain, name));
CREATE INDEX codeartifact_repository_by_administrator
    ON codeartifact_repository (administrator, region, name, account, domain);

CREATE TABLE codeartifact_upstream (
    account TEXT NOT NULL, region TEXT NOT NULL, domain TEXT NOT NULL, repository TEXT NOT NULL,
    position INTEGER NOT NULL,
    upstream TEXT NOT NULL,
    PRIMARY KEY (account, region, domain, repository, position));
CREATE INDEX codeartifact_upstream_by_upstream
    ON codeartifact_upstream (account, region, domain, upstream);

CREATE TABLE codeartifact_package (
    account TEXT NOT NULL, region TEXT NOT NULL, domain TEXT NOT NULL, repository TEXT NOT NULL,
    format TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
    publish TEXT NOT NULL,
    upstream TEXT NOT NULL,
    origin_set INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    document TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account, region, domain, repository, format, namespace, name));

CREATE TABLE codeartifact_package_version (
    account TEXT NOT NULL, region TEXT NOT NULL, domain TEXT NOT NULL, repository TEXT NOT NULL,
    format TEXT NOT NULL, namespace TEXT NOT NULL, package TEXT NOT NULL, version TEXT NOT NULL,
    status TEXT NOT NULL,
    revision TEXT NOT NULL,
    origin_type TEXT NOT NULL,
    entry_repository TEXT,
    entry_connection TEXT,
    published_at INTEGER NOT NULL,
    upstream_published_at INTEGER,
    arrival TEXT NOT NULL,
    arrival_from TEXT,
    deprecated TEXT,
    yanked INTEGER NOT NULL,
    yanked_reason TEXT,
    manifest TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (account, region, domain, repository, format, namespace, package, version));

CREATE TABLE codeartifact_asset (
    account TEXT NOT NULL, region TEXT NOT NULL, domain TEXT NOT NULL, repository TEXT NOT NULL,
    format TEXT NOT NULL, namespace TEXT NOT NULL, package TEXT NOT NULL, version TEXT NOT NULL,
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    sha1 TEXT NOT NULL,
    sha512 TEXT NOT NULL,
    md5 TEXT NOT NULL,
    on_demand INTEGER NOT NULL,
    PRIMARY KEY (account, region, domain, repository, format, namespace, package, version, position));
CREATE INDEX codeartifact_asset_by_content
    ON codeartifact_asset (sha256);
CREATE INDEX codeartifact_asset_by_domain
    ON codeartifact_asset (account, region, domain, sha256, size);

CREATE TABLE codeartifact_dist_tag (
    account TEXT NOT NULL, region TEXT NOT NULL, domain TEXT NOT NULL, repository TEXT NOT NULL,
    format TEXT NOT NULL, namespace TEXT NOT NULL, package TEXT NOT NULL,
    tag TEXT NOT NULL,
    version TEXT NOT NULL,
    PRIMARY KEY (account, region, domain, repository, format, namespace, package, tag));

CREATE TABLE codeartifact_tag (
    account TEXT NOT NULL, region TEXT NOT NULL, resource TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (account, region, resource, key));
",
    "
CREATE TABLE codeartifact_package_group (
    account TEXT NOT NULL, region TEXT NOT NULL, domain TEXT NOT NULL, pattern TEXT NOT NULL,
    description TEXT,
    contact_info TEXT,
    external_upstream TEXT NOT NULL,
    internal_upstream TEXT NOT NULL,
    publish TEXT NOT NULL,
    release_age TEXT,
    release_age_exempt TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account, region, domain, pattern));

CREATE TABLE codeartifact_package_group_repository (
    account TEXT NOT NULL, region TEXT NOT NULL, domain TEXT NOT NULL, pattern TEXT NOT NULL,
    restriction_type TEXT NOT NULL,
    repository TEXT NOT NULL,
    PRIMARY KEY (account, region, domain, pattern, restriction_type, repository));
CREATE INDEX codeartifact_package_group_repository_by_repository
    ON codeartifact_package_group_repository (account, region, domain, repository);

CREATE TABLE codeartifact_package_group_set (
    account TEXT NOT NULL, region TEXT NOT NULL, domain TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (account, region, domain));

CREATE TABLE codeartifact_first_sight (
    account TEXT NOT NULL, region TEXT NOT NULL, domain TEXT NOT NULL,
    format TEXT NOT NULL, namespace TEXT NOT NULL, package TEXT NOT NULL, version TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (account, region, domain, format, namespace, package, version));

CREATE INDEX codeartifact_package_by_domain
    ON codeartifact_package (account, region, domain, format, namespace, name);
",
    "
CREATE INDEX codeartifact_package_by_crate
    ON codeartifact_package (account, region, domain, repository, REPLACE(LOWER(name), '_', '-'))
    WHERE format = 'cargo';
",
    "
CREATE TABLE codeartifact_policy (
    account TEXT NOT NULL, region TEXT NOT NULL, domain TEXT NOT NULL, repository TEXT NOT NULL,
    revision TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (account, region, domain, repository));
",
    "
CREATE TABLE codeartifact_revoked_token (
    account TEXT NOT NULL, region TEXT NOT NULL, domain TEXT NOT NULL, subject TEXT NOT NULL,
    until_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    PRIMARY KEY (account, region, domain, subject));
",
    "
CREATE TABLE codeartifact_postponed_deletion (
    account TEXT NOT NULL, region TEXT NOT NULL, domain TEXT NOT NULL, repository TEXT NOT NULL,
    arn_partition TEXT NOT NULL,
    administrator TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account, region, domain, repository));
",
    "
ALTER TABLE codeartifact_package_version ADD COLUMN deprecated_here INTEGER NOT NULL DEFAULT 0;
",
];

/// Where a blob may still be needed.
pub(crate) const BLOB_REFERENCES: &[&str] = &["SELECT 1 FROM codeartifact_asset WHERE sha256 = ?1 LIMIT 1"];
