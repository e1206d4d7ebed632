//! Tells SQLite's planner how selective each index is, the same in every data folder.
//!
//! Without statistics SQLite takes the first two columns of a key, account and region, for ten rows. They are all
//! rows of most installations, so that a lookup by a secondary index seemed to cost more than a walk through
//! the account. Measured statistics (ANALYZE) would make plans depend on when somebody measured; these are written
//! once for each schema, and readers find them in the file.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::transaction::database;
use crate::{Error, Tx};

/// Rows that every table is said to have; what SQLite assumes by itself.
const ROWS: f64 = 1_048_576.0;
/// Rows that share all columns of an index that is not unique.
const SHARED: f64 = 10.0;
/// Columns that narrow nothing down, since most installations hold one account in one region.
const SCOPE: [&str; 2] = ["account", "region"];

const INDEXES: &str = "
    SELECT m.name, l.name, l.origin = 'pk', l.\"unique\", i.name
    FROM sqlite_schema m, pragma_index_list(m.name) l, pragma_index_info(l.name) i
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite!_%' ESCAPE '!'
    ORDER BY m.name, l.name, i.seqno";

/// Columns of an index, and whether they tell rows apart.
#[derive(Default)]
struct Index {
    columns: Vec<String>,
    is_unique: bool,
}

/// Writes the statistics of all indexes, if they are not there yet, within the transaction that migrates.
pub(crate) fn write(tx: &mut Tx) -> Result<(), Error> {
    // Makes the table if need be, which only this statement may.
    tx.batch("ANALYZE sqlite_schema")?;
    let wanted = wanted(tx)?;
    let is = tx.query("SELECT tbl, idx, stat FROM sqlite_stat1", &[], |row| {
        Ok(((row.text(0)?, row.optional_text(1)?.unwrap_or_default()), row.text(2)?))
    })?;
    if is.len() == wanted.len() && is.into_iter().collect::<BTreeMap<_, _>>() == wanted {
        return Ok(());
    }
    tx.batch("DELETE FROM sqlite_stat1")?;
    for ((table, index), stat) in &wanted {
        let insert = "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?1, ?2, ?3)";
        tx.execute(insert, &[table.into(), index.into(), stat.into()])?;
    }
    // This connection reads them again; those that are opened later do by themselves.
    tx.batch("ANALYZE sqlite_schema")?;
    database(tx).flush_prepared_statement_cache();
    Ok(())
}

fn wanted(tx: &mut Tx) -> Result<BTreeMap<(String, String), String>, Error> {
    let mut indexes: BTreeMap<(String, String), Index> = BTreeMap::new();
    tx.query(INDEXES, &[], |row| {
        let table = row.text(0)?;
        // The key of a table WITHOUT ROWID is the table.
        let name = if row.flag(2)? { table.clone() } else { row.text(1)? };
        let index = indexes.entry((table, name)).or_default();
        index.is_unique = row.flag(3)?;
        index.columns.push(row.optional_text(4)?.unwrap_or_default());
        Ok(())
    })?;
    Ok(indexes.into_iter().map(|(name, index)| (name, index.stat())).collect())
}

impl Index {
    /// Says how many rows there are, and how many share the first column, the first two, and so on.
    ///
    /// Each column divides by ten what it leaves to those behind it, down to the few rows that share all of them; in
    /// long keys, whose first columns are containers of containers, each takes an equal part of the way.
    fn stat(&self) -> String {
        let narrows = |column: &String| !SCOPE.contains(&column.as_str());
        let steps = self.columns.iter().filter(|column| narrows(column)).count();
        let few = if self.is_unique { 1.0 } else { SHARED };
        let (mut left, mut stat) = (steps, format!("{ROWS:.0}"));
        for column in &self.columns {
            left -= usize::from(narrows(column));
            let [steps, left] =
                [steps, left].map(|count| f64::from(u16::try_from(count).unwrap_or(u16::MAX)));
            let equally = ROWS * (few / ROWS).powf((steps - left) / steps.max(1.0));
            let rows = equally.min(few * 10_f64.powf(left));
            // Those of account and region alone are all rows.
            let rows = if left < steps { rows } else { ROWS };
            let _ = write!(stat, " {rows:.0}");
        }
        stat
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stat(columns: &[&str], is_unique: bool) -> String {
        Index { columns: columns.iter().map(|&column| column.to_owned()).collect(), is_unique }.stat()
    }

    #[test]
    fn account_and_region_narrow_nothing_and_every_other_column_does() {
        assert_eq!(stat(&["account", "region", "id"], true), "1048576 1048576 1048576 1");
        assert_eq!(stat(&["account", "region", "parent"], false), "1048576 1048576 1048576 10");
        assert_eq!(stat(&["account", "region", "a", "b"], true), "1048576 1048576 1048576 10 1");
        assert_eq!(stat(&["account", "region", "a", "b"], false), "1048576 1048576 1048576 100 10");
        assert_eq!(stat(&["a", "account"], false), "1048576 10 10");
    }
}
