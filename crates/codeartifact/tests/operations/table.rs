//! Rows as the first version of the tables holds them: a shop with an upstream, a package of one version, its asset
//! and its tags.

use store::{Error, Tx};

const ROWS: [&str; 9] = [
    "INSERT INTO codeartifact_domain (account, region, name, encryption_key, created_at)
     VALUES ('111122223333', 'us-east-1', 'shop', 'arn:aws:kms:us-east-1:111122223333:key/1', 1700000000000)",
    "INSERT INTO codeartifact_repository
         (account, region, domain, name, administrator, description, connection, connection_format, created_at)
     VALUES ('111122223333', 'us-east-1', 'shop', 'store', '111122223333', NULL, 'public:npmjs', 'npm', 1700000000001)",
    "INSERT INTO codeartifact_repository
         (account, region, domain, name, administrator, description, connection, connection_format, created_at)
     VALUES ('111122223333', 'us-east-1', 'shop', 'web', '444455556666', 'ours', NULL, NULL, 1700000000002)",
    "INSERT INTO codeartifact_upstream (account, region, domain, repository, position, upstream)
     VALUES ('111122223333', 'us-east-1', 'shop', 'web', 0, 'store')",
    "INSERT INTO codeartifact_package
         (account, region, domain, repository, format, namespace, name, publish, upstream, origin_set, sequence,
          document, created_at)
     VALUES ('111122223333', 'us-east-1', 'shop', 'web', 'npm', 'acme', 'kit', 'ALLOW', 'BLOCK', 0, 7, '{\"v\":1}',
         1700000000003)",
    "INSERT INTO codeartifact_package_version
         (account, region, domain, repository, format, namespace, package, version, status, revision, origin_type,
          entry_repository, entry_connection, published_at, upstream_published_at, arrival, arrival_from, deprecated,
          yanked, yanked_reason, manifest, document)
     VALUES ('111122223333', 'us-east-1', 'shop', 'web', 'npm', 'acme', 'kit', '1.0.0', 'Published', 'R1', 'INTERNAL',
         'web', NULL, 1700000000004, NULL, 'publish', NULL, NULL, 0, NULL, '{\"name\":\"@acme/kit\"}',
         '{\"v\":1,\"display_name\":\"@acme/kit\",\"summary\":\"a kit\"}')",
    "INSERT INTO codeartifact_asset
         (account, region, domain, repository, format, namespace, package, version, name, position, size, sha256, sha1,
          sha512, md5, on_demand)
     VALUES ('111122223333', 'us-east-1', 'shop', 'web', 'npm', 'acme', 'kit', '1.0.0', 'package.tgz', 0, 1000, 'a',
         'b', 'c', 'd', 0)",
    "INSERT INTO codeartifact_dist_tag
         (account, region, domain, repository, format, namespace, package, tag, version)
     VALUES ('111122223333', 'us-east-1', 'shop', 'web', 'npm', 'acme', 'kit', 'latest', '1.0.0')",
    "INSERT INTO codeartifact_tag (account, region, resource, key, value)
     VALUES ('111122223333', 'us-east-1', 'arn:aws:codeartifact:us-east-1:111122223333:repository/shop/web', 'team',
         'blue')",
];

/// Writes the rows.
pub fn fill(tx: &mut Tx) -> Result<(), Error> {
    for row in ROWS {
        tx.execute(row, &[])?;
    }
    Ok(())
}
