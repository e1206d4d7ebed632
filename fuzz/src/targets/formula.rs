//! Formulas of asset properties, and the windows of metrics.

use formula::{
    Context, FUNCTIONS_MAX, Formula, Inputs, Owner, Point, Source, Time, Tumbling, Types, Value, Variable,
};

use crate::note;

pub(super) const WORDS: &[&str] = &[
    "if(eq(s, \"BLT123\") and (x/(x+y) > 0.1), \"Caution\", \"Normal\")",
    "if(pretrigger(x) == 1, timestamp(x) - timestamp(pretrigger(x)), none)",
    "max(latest(x), latest(y), 10)",
    "sum((x - avg(x))^2) / count(c)",
    "TimeWeightedAvg(x, 'linear')",
    "TimeWeightedStDev(x * 2, 'p')",
    "timestamp().localtime('PST').wday().eq(1)",
    "mktime(2022,10,13,2,55,13.68,'Europe/Berlin')",
    "jp('{\"values\":[3,6,7]}','$.values[1]')",
    ".jp('$..name').lower().contains('fail')",
    "f'abc{1+2: \"f\"}d{{'",
    "format('%2$-8.3e %1$,d', x, y)",
    "join(\"-\",\"aa\",s)",
    "\"Hello!\"[::-1]",
    ".elif(x, y, none)",
    "statetime(",
    "earliest(",
    "not ",
    " or ",
    "!=",
    "^-",
    "%",
];

pub(super) const WINDOW_WORDS: &[&str] = &[
    "5m",
    "PT1H30M",
    "P1DT12H",
    "1w",
    "\n",
    "18h",
    "00:03:00",
    "2021-02-20T18:30:30-08",
    "2021-07-23T18:00Z",
];

const VARIABLES: &[Variable<'_>] = &[
    Variable { name: "x", types: Types::NUMBER, source: Source::Stream, child: false },
    Variable { name: "y", types: Types::NUMBER, source: Source::Metric, child: false },
    Variable { name: "s", types: Types::TEXT, source: Source::Attribute, child: false },
    Variable { name: "c", types: Types::NUMBER, source: Source::Stream, child: true },
];

/// An expression is refused with a sentence at a place that it has, or written again it is the same expression, and it
/// gives a number or a text of legal size, or nothing.
pub(super) fn expression(data: &[u8]) {
    let Some((owner, data)) = data.split_first() else { return };
    let owner = if owner % 2 == 0 { Owner::Transform } else { Owner::Metric };
    let text = String::from_utf8_lossy(data);
    let context = Context { owner, output: Types::PLAIN, variables: VARIABLES, functions_max: FUNCTIONS_MAX };
    let formula = match Formula::compile(&text, &context) {
        Ok(formula) => formula,
        Err(refusal) => {
            assert!((1..=text.chars().count() + 1).contains(&refusal.position), "{refusal}");
            assert!(refusal.message.len() < 8_000 && !refusal.message.ends_with('.'), "{refusal}");
            return note((refusal.rule, refusal.message.split(' ').next_back().map(str::len)));
        }
    };
    let tree = formula::parse(&text).expect("what compiles is an expression");
    let written = tree.to_string();
    assert_eq!(formula::parse(&written).as_ref(), Ok(&tree), "{written}");
    let outcome = formula.evaluate(&Plant);
    match &outcome {
        Ok(Value::Number(number)) => assert!(number.abs() <= 1e100, "{number}"),
        Ok(Value::Text(text)) => assert!(text.chars().count() <= 1024, "{text}"),
        Ok(other) => panic!("{other:?} is no result"),
        Err(_) => {}
    }
    let same = formula.evaluate(&Plant).map(Value::owned).ok() == outcome.clone().map(Value::owned).ok();
    assert!(same, "computed again it is another value");
    note((
        owner == Owner::Metric,
        outcome.map(|value| matches!(value, Value::Number(_))),
        written.len() / 16,
    ));
}

/// A few points: `x` twice in the window and once before it, `y` once before it, `c` never.
struct Plant;

impl Plant {
    fn all(variable: usize) -> Vec<Point<'static>> {
        let point = |s: i64, value: Value<'static>| Point { time: Time { s, ns: 0 }, value, good: true };
        match variable {
            0 => vec![
                point(-5, Value::Number(-1.5)),
                point(10, Value::Number(2.0)),
                Point { time: Time { s: 20, ns: 5 }, value: Value::None, good: false },
                point(30, Value::Number(1e100)),
            ],
            1 => vec![point(0, Value::Number(0.0))],
            2 => vec![point(0, Value::Text("Größe {\"a\":[1,2]}".into()))],
            _ => Vec::new(),
        }
    }
}

impl Inputs for Plant {
    fn now(&self) -> f64 {
        1e9
    }

    fn time(&self) -> Time {
        Time { s: 60, ns: 0 }
    }

    fn value(&self, variable: usize) -> Option<Point<'_>> {
        Self::all(variable).pop()
    }

    fn pretrigger(&self, variable: usize) -> Option<Point<'_>> {
        Self::all(variable).into_iter().next()
    }

    fn start(&self) -> Time {
        Time::default()
    }

    fn points(&self, variable: usize) -> Box<dyn Iterator<Item = Point<'_>> + '_> {
        Box::new(Self::all(variable).into_iter().filter(|point| point.time > self.start()))
    }

    fn good_before(&self, variable: usize) -> Option<Point<'_>> {
        Self::all(variable).into_iter().find(|point| point.time <= self.start())
    }
}

/// Interval and offset are refused with a sentence, or every time lies in one window.
pub(super) fn window(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (interval, offset) =
        text.split_once('\n').map_or((&*text, None), |(interval, offset)| (interval, Some(offset)));
    let window = match Tumbling::parse(interval, offset) {
        Ok(window) => window,
        Err(fault) => return note((fault.starts_with("interval"), offset.is_some())),
    };
    assert!((60..=604_800).contains(&window.interval_s()), "{}", window.interval_s());
    for seconds in [-1, 0, 1, 1_625_184_000, 1_772_445_599] {
        let end = window.end_s(seconds, 1);
        assert!(
            end > seconds && end - seconds <= window.interval_s(),
            "{seconds} in a window that ends {end}"
        );
        assert_eq!(window.end_s(end, 0), end);
        assert_eq!(window.end_s(end, 1), end + window.interval_s());
    }
    note((window.interval_s().ilog2(), window.end_s(0, 0) == 0, offset.map(str::len)));
}
