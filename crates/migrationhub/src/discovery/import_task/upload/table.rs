//! SQL of the files that were uploaded for imports.

use model::Timestamp;
use store::{Error, Row, Tx};

use super::Upload;
use crate::place::Place;

pub(crate) const MIGRATION: &str = "
    CREATE TABLE import_upload (
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        upload_id TEXT NOT NULL,
        name TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        size INTEGER NOT NULL,
        uploaded_at INTEGER NOT NULL,
        PRIMARY KEY (account, region, upload_id)
    );
    CREATE INDEX import_upload_name ON import_upload (account, region, name, uploaded_at);
    CREATE INDEX import_upload_sha256 ON import_upload (sha256);
    CREATE INDEX import_upload_age ON import_upload (uploaded_at);
";

/// Says whether an upload is in a blob.
pub(crate) const BLOB_REFERENCE: &str = "SELECT 1 FROM import_upload WHERE sha256 = ?1 LIMIT 1";

pub(crate) fn put(tx: &mut Tx, at: Place<'_>, upload: &Upload) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO import_upload (account, region, upload_id, name, sha256, size, uploaded_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        &[
            at.account.into(),
            at.region.into(),
            (&upload.upload_id).into(),
            (&upload.name).into(),
            (&upload.sha256).into(),
            upload.size.into(),
            upload.uploaded_at.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn get(tx: &mut Tx, at: Place<'_>, id: &str) -> Result<Option<Upload>, Error> {
    tx.query_one(
        "SELECT upload_id, name, sha256, size, uploaded_at FROM import_upload
         WHERE account = ?1 AND region = ?2 AND upload_id = ?3",
        &[at.account.into(), at.region.into(), id.into()],
        upload,
    )
}

/// Finds the newest upload of a name that was there at a moment.
pub(crate) fn newest(
    tx: &mut Tx,
    at: Place<'_>,
    name: &str,
    until: Timestamp,
) -> Result<Option<Upload>, Error> {
    tx.query_one(
        "SELECT upload_id, name, sha256, size, uploaded_at FROM import_upload
         WHERE account = ?1 AND region = ?2 AND name = ?3 AND uploaded_at <= ?4
         ORDER BY uploaded_at DESC, upload_id DESC LIMIT 1",
        &[at.account.into(), at.region.into(), name.into(), until.into()],
        upload,
    )
}

/// Deletes up to `limit` uploads from before a moment; answers how many.
pub(crate) fn delete_before(tx: &mut Tx, oldest: Timestamp, limit: i64) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM import_upload WHERE (account, region, upload_id) IN
             (SELECT account, region, upload_id FROM import_upload WHERE uploaded_at < ?1
              ORDER BY uploaded_at LIMIT ?2)",
        &[oldest.into(), limit.into()],
    )
}

fn upload(row: &Row<'_>) -> Result<Upload, Error> {
    Ok(Upload {
        upload_id: row.text(0)?,
        name: row.text(1)?,
        sha256: row.text(2)?,
        size: row.integer(3)?,
        uploaded_at: row.timestamp(4)?,
    })
}
