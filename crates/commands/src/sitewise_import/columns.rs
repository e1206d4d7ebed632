//! The columns of a file, and what they make of a row.

use serde_json::{Value, json};

use super::record::Record;

/// The names of columns, as CreateBulkImportJob has them.
const NAMES: [&str; 8] = [
    "ALIAS",
    "ASSET_ID",
    "PROPERTY_ID",
    "DATA_TYPE",
    "TIMESTAMP_SECONDS",
    "TIMESTAMP_NANO_OFFSET",
    "QUALITY",
    "VALUE",
];

/// Which column stands where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    places: [Option<usize>; NAMES.len()],
    count: usize,
}

/// Where values go.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    Alias(String),
    Property(String, String),
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub target: Target,
    pub seconds: i64,
    pub nanos: i64,
    pub quality: String,
    pub value: Value,
}

impl Columns {
    /// Reads names; a sentence if one is unknown, missing or there twice.
    pub fn parse<'a>(names: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        let mut columns = Self { places: [None; NAMES.len()], count: 0 };
        for name in names {
            let name = name.trim();
            let known = NAMES.iter().position(|known| known.eq_ignore_ascii_case(name));
            let known =
                known.ok_or_else(|| format!("{name:?} is no column; columns are {}", NAMES.join(", ")))?;
            if columns.places[known].replace(columns.count).is_some() {
                return Err(format!("the column {name} is there twice"));
            }
            columns.count += 1;
        }
        let has = |name: &str| columns.place(name).is_some();
        match (has("ALIAS"), has("ASSET_ID"), has("PROPERTY_ID")) {
            (true, false, false) | (false, true, true) => {}
            _ => return Err("there is either the column ALIAS, or ASSET_ID and PROPERTY_ID".to_owned()),
        }
        match ["DATA_TYPE", "TIMESTAMP_SECONDS", "VALUE"].into_iter().find(|name| !has(name)) {
            Some(missing) => Err(format!("the column {missing} is missing")),
            None => Ok(columns),
        }
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.places[NAMES.iter().position(|known| *known == name)?]
    }

    /// Makes a value of a record; a sentence that says what is wrong with it.
    pub fn row(&self, record: &Record) -> Result<Row, String> {
        let count = record.fields.len();
        if count != self.count {
            return Err(format!("the row has {count} fields, and there are {} columns", self.count));
        }
        let field = |name: &str| self.place(name).map_or("", |place| record.fields[place].trim());
        let target = match field("ALIAS") {
            "" if self.place("ALIAS").is_some() => return Err("ALIAS is empty".to_owned()),
            "" => Target::Property(field("ASSET_ID").to_owned(), field("PROPERTY_ID").to_owned()),
            alias => Target::Alias(alias.to_owned()),
        };
        let number = |name: &str| -> Result<i64, String> {
            let text = field(name);
            text.parse().map_err(|_| format!("{name} is {text:?}, which is no whole number"))
        };
        let nanos =
            if field("TIMESTAMP_NANO_OFFSET").is_empty() { 0 } else { number("TIMESTAMP_NANO_OFFSET")? };
        let quality = match field("QUALITY").to_ascii_uppercase().as_str() {
            "" => "GOOD".to_owned(),
            known @ ("GOOD" | "BAD" | "UNCERTAIN") => known.to_owned(),
            other => return Err(format!("QUALITY is {other:?}, which is none of GOOD, BAD and UNCERTAIN")),
        };
        let seconds = number("TIMESTAMP_SECONDS")?;
        if !(0..=999_999_999).contains(&nanos) {
            return Err(format!("TIMESTAMP_NANO_OFFSET is {nanos}; it is 0 to 999999999"));
        }
        if seconds < 1 {
            return Err(format!("TIMESTAMP_SECONDS is {seconds}; nothing was before 1970"));
        }
        // Texts keep their blanks.
        let text = self.place("VALUE").map_or("", |place| record.fields[place].as_str());
        let value = value(&field("DATA_TYPE").to_ascii_uppercase(), text)?;
        Ok(Row { target, seconds, nanos, quality, value })
    }
}

fn value(data_type: &str, text: &str) -> Result<Value, String> {
    let wrong = || format!("VALUE is {text:?}, which is no {data_type}");
    let plain = text.trim();
    Ok(match data_type {
        "DOUBLE" => {
            let number: f64 = plain.parse().map_err(|_| wrong())?;
            if number.is_nan() {
                json!({ "doubleValue": "NaN" })
            } else if number.is_finite() {
                json!({ "doubleValue": number })
            } else {
                return Err(wrong());
            }
        }
        "INTEGER" => json!({ "integerValue": plain.parse::<i32>().map_err(|_| wrong())? }),
        "BOOLEAN" => match plain.to_ascii_lowercase().as_str() {
            "true" => json!({ "booleanValue": true }),
            "false" => json!({ "booleanValue": false }),
            _ => return Err(wrong()),
        },
        "STRING" => json!({ "stringValue": text }),
        other => return Err(format!("DATA_TYPE is {other:?}; it is DOUBLE, INTEGER, BOOLEAN or STRING")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(text: &str) -> Record {
        super::super::record::Records::new(text.as_bytes()).next().unwrap().unwrap()
    }

    #[test]
    fn rows_are_those_of_aws() {
        let names = "ASSET_ID,PROPERTY_ID,DATA_TYPE,TIMESTAMP_SECONDS,TIMESTAMP_NANO_OFFSET,QUALITY,VALUE";
        let columns = Columns::parse(names.split(',')).unwrap();
        let row = columns.row(&record("a,p,DOUBLE,1635201373,5,GOOD,1.0")).unwrap();
        assert_eq!(row.target, Target::Property("a".into(), "p".into()));
        assert_eq!((row.seconds, row.nanos, row.value), (1_635_201_373, 5, json!({"doubleValue": 1.0})));
        let columns = Columns::parse("alias,data_type,timestamp_seconds,value".split(',')).unwrap();
        let row = columns.row(&record("/a/b,string,1,\" x \"")).unwrap();
        assert_eq!((row.quality.as_str(), row.value), ("GOOD", json!({"stringValue": " x "})));
        for (text, says) in [
            ("/a,DOUBLE,1", "3 fields"),
            (",DOUBLE,1,1", "ALIAS"),
            ("/a,FLOAT,1,1", "FLOAT"),
            ("/a,DOUBLE,x,1", "TIMESTAMP_SECONDS"),
            ("/a,DOUBLE,0,1", "1970"),
            ("/a,DOUBLE,1,one", "no DOUBLE"),
            ("/a,DOUBLE,1,inf", "no DOUBLE"),
            ("/a,INTEGER,1,2147483648", "no INTEGER"),
            ("/a,BOOLEAN,1,yes", "no BOOLEAN"),
        ] {
            let error = columns.row(&record(text)).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn columns_are_whole_and_unambiguous() {
        for (names, says) in [
            ("ALIAS,DATA_TYPE,TIMESTAMP_SECONDS", "VALUE"),
            ("ASSET_ID,DATA_TYPE,TIMESTAMP_SECONDS,VALUE", "PROPERTY_ID"),
            ("ALIAS,ASSET_ID,PROPERTY_ID,DATA_TYPE,TIMESTAMP_SECONDS,VALUE", "either"),
            ("ALIAS,ALIAS,DATA_TYPE,TIMESTAMP_SECONDS,VALUE", "twice"),
            ("ALIAS,DATA_TYPE,TIME,VALUE", "TIME"),
        ] {
            let error = Columns::parse(names.split(',')).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }
}
