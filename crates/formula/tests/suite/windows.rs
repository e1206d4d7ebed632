//! What metrics give over the points of a window: the tables of the user guide, and the borders.

use formula::{NoValue, Owner, Point, Reads, Value};

use crate::random::Random;
use crate::series::{Points, Series, at, bad, points};

#[track_caller]
fn near(found: Result<Value<'static>, NoValue>, expected: f64) {
    match found {
        Ok(Value::Number(number)) if (number - expected).abs() <= 1e-12 * expected.abs().max(1.0) => {}
        other => panic!("{other:?} instead of {expected}"),
    }
}

fn missing(found: Result<Value<'static>, NoValue>) {
    assert_eq!(found, Err(NoValue::Missing));
}

fn eight() -> Points {
    points(&[(10, 2.0), (20, 4.0), (40, 4.0), (50, 4.0), (60, 5.0), (61, 5.0), (90, 7.0), (120, 9.0)])
}

#[test]
fn aggregates_of_two_windows() {
    for (start, end, [count, sum, avg, min, max, stdev]) in [
        (0, 60, [5.0, 19.0, 3.8, 2.0, 5.0, 0.979_795_897_113_271_2]),
        (60, 120, [3.0, 21.0, 7.0, 5.0, 9.0, 1.632_993_161_855_452]),
        (0, 120, [8.0, 40.0, 5.0, 2.0, 9.0, 2.0]),
    ] {
        let series = Series::new(&[("x", eight())]).window(start, end);
        near(series.metric("count(x)"), count);
        near(series.metric("sum(x)"), sum);
        near(series.metric("avg(x)"), avg);
        near(series.metric("min(x)"), min);
        near(series.metric("max(x)"), max);
        near(series.metric("stdev(x)"), stdev);
    }
}

#[test]
fn an_empty_window_speaks_only_where_it_has_to() {
    let series = Series::new(&[("x", eight())]).window(120, 180);
    near(series.metric("count(x)"), 0.0);
    near(series.metric("latest(x)"), 9.0);
    near(series.metric("earliest(x)"), 9.0);
    near(series.metric("statetime(x)"), 60.0);
    for expression in
        ["avg(x)", "sum(x)", "min(x)", "max(x)", "stdev(x)", "first(x)", "last(x)", "max(x, 10)"]
    {
        missing(series.metric(expression));
    }
    let before = Series::new(&[("x", eight())]).window(-60, 0);
    for expression in
        ["latest(x)", "earliest(x)", "statetime(x)", "TimeWeightedAvg(x)", "TimeWeightedStDev(x)"]
    {
        missing(before.metric(expression));
    }
}

#[test]
fn arguments_are_pooled_and_nested() {
    let pair = [("x", points(&[(10, 1.0), (20, 3.0)])), ("y", points(&[(15, 8.0)]))];
    let series = Series::new(&pair).window(0, 60);
    near(series.metric("avg(x, y)"), 4.0);
    near(series.metric("sum(x/2, y*2)"), 18.0);
    near(series.metric("sum(x/2)/avg(y^2)"), 2.0 / 64.0);
    near(series.metric("avg(x*(x-1))"), 3.0);
    near(series.metric("sum(avg(x^2)/2)"), 2.5);
    near(series.metric("max(latest(x), latest(y))"), 8.0);
    near(series.metric("max(x, 10)"), 10.0);
    near(series.metric("count(x, 10)"), 3.0);
    near(series.metric("max(1, 2)"), 2.0);
    near(series.metric("sum((x - avg(x))^2) / count(x)"), 1.0);
    near(series.metric("sum(if(gt(x, 1), x, none))"), 3.0);
    near(series.metric("sum(1/(x - 1))"), 0.5);
    near(series.metric("latest(x*9/5+32)"), 37.4);
    near(series.metric("avg(x) + y"), 10.0);
    missing(series.metric("avg(if(gt(x, 5), x, none))"));
    let silent = Series::new(&[("x", points(&[(10, 1.0)])), ("y", Vec::new())]).window(0, 60);
    near(silent.metric("max(latest(x), latest(y))"), 1.0);
    missing(silent.metric("sum(x) + sum(y)"));
    near(silent.metric("sum(x) + count(y)"), 1.0);
}

#[test]
fn only_good_points_count() {
    let mut mixed = points(&[(10, 1.0), (30, 3.0)]);
    mixed.insert(1, bad(20));
    mixed.push(bad(40));
    let series = Series::new(&[("x", mixed)]).window(0, 60);
    near(series.metric("count(x)"), 2.0);
    near(series.metric("last(x)"), 3.0);
    near(series.metric("latest(x)"), 3.0);
    near(series.metric("statetime(x)"), 50.0);
    // From 10 to 20 the value is 1, from 30 to 40 it is 3; nothing is known of the rest.
    near(series.metric("TimeWeightedAvg(x)"), 2.0);
    // Along lines it holds towards the bad points, too.
    near(series.metric("TimeWeightedAvg(x, 'linear')"), 2.0);
}

#[test]
fn picking_by_time() {
    let series = Series::new(&[("x", eight())]).window(20, 60);
    near(series.metric("first(x)"), 4.0);
    near(series.metric("last(x)"), 5.0);
    near(series.metric("earliest(x)"), 4.0);
    near(series.metric("latest(x)"), 5.0);
    let early = Series::new(&[("x", eight())]).window(0, 60);
    near(early.metric("first(x)"), 2.0);
    missing(early.metric("earliest(x)"));
    let texts: Points = [(10, "a"), (20, "b")]
        .map(|(s, text)| Point { time: at(s), value: Value::Text(text.into()), good: true })
        .into();
    let series = Series::new(&[("s", texts)]).window(0, 60);
    assert_eq!(series.metric("latest(s)"), Ok(Value::Text("b".into())));
    assert_eq!(series.metric("first(upper(s))"), Ok(Value::Text("A".into())));
    near(series.metric("count(s)"), 2.0);
    near(series.metric("sum(len(s))"), 2.0);
}

#[test]
fn the_table_of_statetime() {
    const T: i64 = 14 * 3600;
    let idle = points(&[(T, 0.0), (T + 30, 1.0), (T + 75, 1.0), (T + 165, 0.0), (T + 240, 0.0)]);
    let window =
        |end: i64| Series::new(&[("idle", idle.clone())]).window(end - 60, end).metric("statetime(idle)");
    missing(window(T));
    for (minute, seconds) in [(1, 30.0), (2, 60.0), (3, 45.0), (4, 0.0)] {
        near(window(T + 60 * minute), seconds);
    }
}

#[test]
fn weighing_by_time() {
    let history = || points(&[(-10, 10.0), (15, 20.0), (45, 40.0)]);
    let series = Series::new(&[("x", history())]).window(0, 60);
    near(series.metric("TimeWeightedAvg(x)"), 22.5);
    near(series.metric("TimeWeightedAvg(x, 'locf')"), 22.5);
    near(series.metric("TimeWeightedAvg(x, 'linear')"), 29.25);
    near(series.metric("TimeWeightedStDev(x)"), 10.989_208_882_554_138);
    near(series.metric("TimeWeightedStDev(x, 'f')"), 10.989_208_882_554_138);
    near(series.metric("TimeWeightedStDev(x, 'p')"), 10.897_247_358_851_684);
    near(series.metric("TimeWeightedAvg(x * 2)"), 45.0);
    // The first point behind the window bends the line to the end: from 40 at 45 to 60 at 75 it is 50 at 60.
    let known = [history(), points(&[(75, 60.0)])].concat();
    let series = Series::new(&[("x", known)]).window(0, 60);
    near(series.metric("TimeWeightedAvg(x, 'linear')"), (255.0 + 900.0 + 15.0 * 45.0) / 60.0);
    // Before the first point nothing is known.
    let series = Series::new(&[("x", points(&[(30, 4.0)]))]).window(0, 60);
    near(series.metric("TimeWeightedAvg(x)"), 4.0);
    near(series.metric("TimeWeightedAvg(x, 'linear')"), 4.0);
    // A point at the very end has no time to count.
    let series = Series::new(&[("x", points(&[(60, 4.0)]))]).window(0, 60);
    missing(series.metric("TimeWeightedAvg(x)"));
    missing(series.metric("TimeWeightedAvg(x, 'linear')"));
}

#[test]
fn overall_equipment_effectiveness() {
    const END: i64 = 1_772_439_300;
    let start = END - 900;
    let state = [(0, 1111), (300, 1024), (420, 1111), (600, 1020), (690, 1111)];
    let of = |code: i32| {
        let flags: Vec<(i64, f64)> =
            state.iter().map(|(s, value)| (start + s, f64::from(u8::from(*value == code)))).collect();
        points(&flags)
    };
    let series = Series::new(&[
        ("running", of(1111)),
        ("idle", of(1024)),
        ("fault", of(1020)),
        ("stop", of(1000)),
        ("good", points(&[(start + 100, 600.0), (start + 200, 40.0)])),
        ("bad", points(&[(start + 300, 10.0)])),
    ])
    .window(start, END);
    near(series.metric("statetime(running)"), 690.0);
    near(series.metric("statetime(idle)"), 120.0);
    near(series.metric("statetime(fault)"), 90.0);
    near(series.metric("statetime(stop)"), 0.0);
    let values = [("run", 690.0), ("down", 210.0), ("s", 640.0), ("f", 10.0), ("ideal", 1.0)];
    let values: Vec<(&'static str, Points)> =
        values.into_iter().map(|(name, value)| (name, points(&[(END, value)]))).collect();
    let metrics = Series::new(&values).window(start, END);
    near(metrics.metric("run/(run+down)"), 0.766_666_666_666_666_7);
    near(metrics.metric("s/(s+f)"), 0.984_615_384_615_384_7);
    near(metrics.metric("((s+f)/run)/ideal"), 0.942_028_985_507_246_3);
    near(metrics.metric("run/(run+down) * (s/(s+f)) * (((s+f)/run)/ideal)"), 0.711_111_111_111_111_1);
}

#[test]
fn the_end_of_the_window_is_its_time() {
    let series = Series::new(&[("productivity", points(&[(5, 3.0)]))]).window(0, 1_640_995_260);
    near(series.metric("timestamp()"), 1_640_995_260.0);
    // Friday in Los Angeles, Saturday in Greenwich.
    near(series.metric("timestamp().localtime('PST').wday()"), 5.0);
    near(series.metric("timestamp().localtime().wday()"), 6.0);
    let monday = "if(timestamp().localtime('PST').wday().eq(1), avg(productivity), none)";
    assert_eq!(series.metric(monday), Err(NoValue::None));
}

#[test]
fn what_is_read_and_which_windows_are_silent_is_known_beforehand() {
    let series = Series::new(&[("x", eight()), ("y", eight())]).window(120, 180);
    let of = |value, points, before, after| Reads { value, pretrigger: false, points, before, after };
    for (expression, x, silent) in [
        ("avg(x)", of(false, true, false, false), true),
        ("count(x)", of(false, true, false, false), false),
        ("sum(x) + count(y)", of(false, true, false, false), true),
        ("max(latest(x), 10)", of(false, true, true, false), false),
        ("max(first(x), 10)", of(false, true, false, false), true),
        ("max(x, latest(y))", of(false, true, false, false), false),
        ("earliest(x)", of(false, false, true, false), false),
        ("last(x * 2)", of(false, true, false, false), true),
        ("statetime(x)", of(false, true, true, false), false),
        ("TimeWeightedAvg(x)", of(false, true, true, false), false),
        ("TimeWeightedAvg(x, 'linear')", of(false, true, true, true), false),
        ("x + 1", of(true, false, false, false), true),
        ("if(1, 2, x)", of(true, false, false, false), false),
        ("if(x, 1, 2)", of(true, false, false, false), true),
        ("0 and x", of(true, false, false, false), false),
        ("f'{avg(x)}'", of(false, true, false, false), true),
        ("sum((y - avg(x))^2)", of(false, true, false, false), true),
        ("max(1, 2)", Reads::default(), false),
        ("timestamp()", Reads::default(), false),
    ] {
        let formula = series.compile(Owner::Metric, expression).unwrap();
        assert_eq!(formula.reads()[0], x, "{expression}");
        assert_eq!(formula.is_silent_without_points(), silent, "{expression}");
        let bare = expression.contains("x + 1") || expression.starts_with("if(x");
        assert!(
            !silent || bare || formula.evaluate(&series).is_err(),
            "{expression} has a value all the same"
        );
    }
    let transform = series.compile(Owner::Transform, "y + pretrigger(x)").unwrap();
    let before = Reads { pretrigger: true, ..Reads::default() };
    assert_eq!(transform.reads(), [before, of(true, false, false, false)]);
}

/// Writes a random formula of a metric.
fn expression(random: &mut Random, depth: usize) -> String {
    if depth == 0 {
        return random
            .pick(&["1", "x", "count(x)", "latest(x)", "avg(x, 2)", "first(x)", "timestamp()"])
            .to_owned();
    }
    let (one, other) = (expression(random, depth - 1), expression(random, depth - 1));
    match random.below(7) {
        0 => format!("({one}) + ({other})"),
        1 => format!("({one}) and ({other})"),
        2 => format!("({one}) or ({other})"),
        3 => format!("if({one}, {other}, 1)"),
        4 => format!("max({one}, {other})"),
        5 => format!("f'{{{one}}}'.len()"),
        _ => format!("{one} == {other}"),
    }
}

#[test]
fn a_window_that_is_said_to_be_silent_is() {
    let series = Series::new(&[("x", eight())]).window(120, 180);
    let mut random = Random::new(4);
    let (mut silent, mut speaking) = (0, 0);
    for round in 0..4_000 {
        let text = expression(&mut random, round % 4);
        let Ok(formula) = series.compile(Owner::Metric, &text) else { continue };
        let value = formula.evaluate(&series);
        if formula.is_silent_without_points() {
            silent += 1;
            assert!(value.is_err(), "{text} gave {value:?}");
        } else {
            speaking += usize::from(value.is_ok());
        }
    }
    assert!(silent > 200 && speaking > 200, "{silent} silent, {speaking} speaking: the test proves little");
}

/// What a second of the window knows, each value holding until the next point: nothing behind a bad one.
fn held(points: &Points, second: i64, good_only: bool) -> Option<f64> {
    let known = |point: &&Point<'_>| point.time.s <= second && (point.good || !good_only);
    points.iter().rev().find(known).filter(|point| point.good)?.value.number().ok()
}

/// The mean of a second along the line between its neighbours, where both are good; else what held.
fn along(points: &Points, second: i64) -> Option<f64> {
    let from = points.iter().rev().find(|point| point.time.s <= second).filter(|point| point.good)?;
    let value = from.value.number().ok()?;
    let next = points.iter().find(|point| point.time.s > second).filter(|point| point.good);
    let Some(next) = next else { return Some(value) };
    let slope = (next.value.number().ok()? - value) / next.time.since(from.time);
    Some(value + slope * (at(second).since(from.time) + 0.5))
}

#[test]
fn weighing_agrees_with_going_second_by_second() {
    let mut random = Random::new(5);
    let mut weighed = 0;
    for _ in 0..3_000 {
        let mut series = Points::new();
        for s in -40..90 {
            match random.below(24) {
                0 => series.push(bad(s)),
                1 => series.extend(points(&[(s, [-2.0, 0.0, 1.0, 4.5][random.below(4)])])),
                _ => {}
            }
        }
        let window = Series::new(&[("x", series.clone())]).window(0, 60);
        let seconds = |value: &dyn Fn(i64) -> Option<f64>| (0..60).filter_map(value).collect::<Vec<f64>>();
        let check = |expression: &str, expected: Option<f64>| match expected {
            Some(expected) => near(window.metric(expression), expected),
            None => assert!(window.metric(expression).is_err(), "{expression}"),
        };
        let mean = |values: &[f64]| {
            let count = f64::from(u32::try_from(values.len()).unwrap());
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / count)
        };
        let steps = seconds(&|second| held(&series, second, false));
        let squares = |mean: f64| steps.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        let count = f64::from(u32::try_from(steps.len()).unwrap());
        check("TimeWeightedAvg(x)", mean(&steps));
        check("TimeWeightedStDev(x, 'p')", mean(&steps).map(|mean| (squares(mean) / count).sqrt()));
        let more = mean(&steps).filter(|_| count > 1.0);
        check("TimeWeightedStDev(x)", more.map(|mean| (squares(mean) / (count - 1.0)).sqrt()));
        check("TimeWeightedAvg(x, 'linear')", mean(&seconds(&|second| along(&series, second))));
        let known = series.iter().any(|point| point.good && point.time.s < 60);
        let positive =
            seconds(&|second| held(&series, second, true).map(|value| f64::from(u8::from(value > 0.0))));
        check("statetime(x)", known.then(|| positive.iter().sum()));
        weighed += usize::from(!steps.is_empty());
    }
    assert!(weighed > 2_000, "{weighed} windows had a good second: the test proves little");
}
