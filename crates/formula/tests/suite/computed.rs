//! What formulas give: the worked examples of the user guide with their numbers.

use formula::{NoValue, Point, Value};

use crate::series::{Points, Series, at, points};

fn text(value: &'static str) -> Points {
    vec![Point { time: at(0), value: Value::Text(value.into()), good: true }]
}

fn number(value: f64) -> Points {
    points(&[(0, value)])
}

fn given(series: &[(&'static str, Points)], expression: &str) -> Result<Value<'static>, NoValue> {
    Series::new(series).transform(expression)
}

#[track_caller]
fn gives(expression: &str, expected: f64) {
    match given(&[], expression) {
        Ok(Value::Number(found)) if (found + 0.0).to_bits() == (expected + 0.0).to_bits() => {}
        other => panic!("{expression} gave {other:?}, not {expected}"),
    }
}

#[track_caller]
fn writes(expression: &str, expected: &str) {
    assert_eq!(given(&[], expression), Ok(Value::Text(expected.to_owned().into())), "{expression}");
}

#[track_caller]
fn nothing(expression: &str, why: NoValue) {
    assert_eq!(given(&[], expression), Err(why), "{expression}");
}

#[test]
fn operators_on_numbers() {
    for (expression, expected) in [
        ("9/5", 1.8),
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("-7 % 3", -1.0),
        ("7 % -3", 1.0),
        ("2^3^2", 512.0),
        ("-2^2", -4.0),
        ("2^-1", 0.5),
        ("2 - 3 - 4", -5.0),
        ("8 / 4 / 2", 1.0),
        ("--1", 1.0),
        ("+1", 1.0),
        ("pi", std::f64::consts::PI),
        ("E", std::f64::consts::E),
        ("true + TRUE", 2.0),
        ("false", 0.0),
        ("7.89e3", 7890.0),
        ("-23.1", -23.1),
        ("1 < 2", 1.0),
        ("2 < 2", 0.0),
        ("2 > 1", 1.0),
        ("2 <= 2", 1.0),
        ("2 >= 3", 0.0),
        ("1 == 1", 1.0),
        ("1 != 1", 0.0),
        ("1 == 1.0000000009", 1.0),
        ("1 != 1.0000000009", 1.0),
        ("1 <= 0.9999999999", 1.0),
    ] {
        gives(expression, expected);
    }
    for expression in
        ["1/0", "0/0", "1 % 0", "0^-1", "(-8)^0.5", "1e99 * 1e99 * 1e99 * 1e99", "1e101", "-1e101"]
    {
        nothing(expression, NoValue::Domain);
    }
    gives("1e100", 1e100);
}

#[test]
fn the_deepest_expressions_are_computed() {
    gives(&("1".to_owned() + &"+1".repeat(255)), 256.0);
    gives(&("1".to_owned() + &" and 1".repeat(170)), 1.0);
    gives(&("-".repeat(100) + "1"), 1.0);
    gives(&("1^".repeat(100) + "1"), 1.0);
}

#[test]
fn logic_is_not_symmetric() {
    for (expression, expected) in [
        ("5 and 7", 7.0),
        ("0 and 7", 0.0),
        ("5 or 7", 1.0),
        ("0 or 7", 7.0),
        ("0 or 0", 0.0),
        ("!''", 1.0),
        ("!'a'", 0.0),
        ("not 0", 1.0),
        ("!5", 0.0),
        ("not none", 1.0),
        ("!jp('[]', '$')", 1.0),
        ("!jp('[0]', '$')", 0.0),
        ("not 1 == 2", 1.0),
        ("!1 == 0", 1.0),
        ("0 and 1/0", 0.0),
        ("1 or 1/0", 1.0),
        ("1 or 0 and 0", 1.0),
    ] {
        gives(expression, expected);
    }
    writes("1 and 'a'", "a");
    nothing("1 and 1/0", NoValue::Domain);
    nothing("1 and none", NoValue::None);
}

#[test]
fn comparisons_have_the_tolerance_of_the_guide() {
    for (expression, expected) in [
        ("eq(1, 1.0000000009)", 1.0),
        ("neq(1, 1.0000000009)", 1.0),
        ("lt(1, 1.0000000009)", 1.0),
        ("gte(1, 1.0000000009)", 1.0),
        ("gt(1, 1.0000000009)", 0.0),
        ("lte(1.0000000009, 1)", 1.0),
        ("eq(0, 1e-12)", 0.0),
        ("eq(1, 1.000000002)", 0.0),
        ("gt('b', 'a')", 1.0),
        ("lt('B', 'a')", 1.0),
        ("eq('a', 'a')", 1.0),
        ("neq('a', 'b')", 1.0),
        ("lte('a', 'b')", 1.0),
        ("gte('a', 'b')", 0.0),
        ("isnan(1)", 0.0),
    ] {
        gives(expression, expected);
    }
    for expression in ["gt('a', 1)", "eq(1, '1')", "1 == 'a'", "isnan('a')"] {
        nothing(expression, NoValue::Type);
    }
}

#[test]
fn a_value_that_is_not_a_number_is_truthy_and_spreads() {
    let nan = number(f64::NAN);
    let given = |expression: &str| given(&[("x", nan.clone())], expression);
    for (expression, expected) in [
        ("isnan(x)", 1.0),
        ("isnan(x + 1)", 1.0),
        ("isnan(sqrt(x))", 1.0),
        ("if(x, 1, 2)", 1.0),
        ("x == x", 0.0),
        ("x != x", 1.0),
    ] {
        assert_eq!(given(expression), Ok(Value::Number(expected)), "{expression}");
    }
    assert_eq!(given("x"), Err(NoValue::Domain));
}

#[test]
fn conditions_choose_and_leave_the_rest_alone() {
    let pair = [("x", number(1.0)), ("y", number(2.0))];
    assert_eq!(given(&pair, "if(0,x,y)"), Ok(Value::Number(2.0)));
    assert_eq!(given(&pair, "if(5,x,y)"), Ok(Value::Number(1.0)));
    gives("if('', 1, 2)", 2.0);
    gives("if('0', 1, 2)", 1.0);
    gives("if(1, 1, 1/0)", 1.0);
    gives("if(0, 1/0, 2)", 2.0);
    nothing("if(1/0, 1, 2)", NoValue::Domain);
    nothing("if(0, 1, none)", NoValue::None);
    nothing("if(jp('[]', '$'), 1, 2)", NoValue::Type);
    let temp = |value: f64| given(&[("temp", number(value))], "if(gt(temp,300),temp,none)");
    assert_eq!((temp(301.0), temp(300.0)), (Ok(Value::Number(301.0)), Err(NoValue::None)));
    let name = |value: f64| {
        given(&[("x", number(value))], "if(eq(x,1),'one').elif(eq(x,2),'two').elif(x > 9, 'many', 'some')")
    };
    for (value, expected) in [(1.0, "one"), (2.0, "two"), (10.0, "many"), (3.0, "some")] {
        assert_eq!(name(value), Ok(Value::Text(expected.into())));
    }
}

#[test]
fn functions_of_one_number() {
    for (expression, expected) in [
        ("abs(-3)", 3.0),
        ("ceil(1.2)", 2.0),
        ("ceil(3)", 3.0),
        ("floor(-1.2)", -2.0),
        ("signum(0)", 0.0),
        ("signum(-7)", -1.0),
        ("cbrt(-27)", -3.0),
        ("sqrt(9)", 3.0),
        ("5.sqrt()", 5_f64.sqrt()),
        ("log(1)", 0.0),
        ("log10(1000)", 3.0),
        ("log2(8)", 3.0),
        ("log1p(0)", 0.0),
        ("exp(0)", 1.0),
        ("expm1(0)", 0.0),
        ("pow(2, 10)", 1024.0),
        ("sin(0)", 0.0),
        ("cos(0)", 1.0),
        ("tan(0)", 0.0),
        ("cot(1)", 1.0 / 1_f64.tan()),
        ("acos(1)", 0.0),
        ("asin(0)", 0.0),
        ("atan(0)", 0.0),
        ("sinh(0)", 0.0),
        ("cosh(0)", 1.0),
        ("tanh(0)", 0.0),
        ("ABS(-3).Sqrt()", 3_f64.sqrt()),
    ] {
        gives(expression, expected);
    }
    for expression in
        ["sqrt(-1)", "log(0)", "log(-1)", "acos(2)", "asin(-2)", "cot(0)", "exp(1000)", "log1p(-1)"]
    {
        nothing(expression, NoValue::Domain);
    }
    nothing("sqrt(jp('\"a\"', '$'))", NoValue::Type);
}

#[test]
fn texts_are_joined_cut_and_searched() {
    for (expression, expected) in [
        ("1 + 2 + ' is three'", "3 is three"),
        ("'is ' + 1.5 + 2", "is 1.52"),
        ("'Hello!'[1]", "e"),
        ("'Hello!'[-2]", "o"),
        ("'Hello!'[1:4]", "ell"),
        ("'Hello!'[:2]", "He"),
        ("'Hello!'[3:]", "lo!"),
        ("'Hello!'[:-4]", "He"),
        ("'Hello!'[::2]", "Hlo"),
        ("'Hello!'[::-1]", "!olleH"),
        ("'Hello!'[4:1:-1]", "oll"),
        ("'Hello!'[9:]", ""),
        ("'Hello!'[-99:2]", "He"),
        ("'Hello!'[2:1]", ""),
        ("''[::-1]", ""),
        ("'äöü'[1]", "ö"),
        ("upper('aß')", "ASS"),
        ("lower('AÖ')", "aö"),
        ("join('-','aa','bb','cc')", "aa-bb-cc"),
        ("join(', ', 'a')", "a"),
        ("join('', 1, 'b')", "1b"),
        ("format(100+1: 'd')", "101"),
        ("format('The result is %d', 100+1)", "The result is 101"),
        ("f'abc{1+2: \"f\"}d'", "abc3.000000d"),
        ("f'{1+1} {{}} {\"x\"}'", "2 {} x"),
        ("format(1.5: '.2f')", "1.50"),
        ("format('%2$s-%1$s', 1, 'b')", "b-1"),
        ("f''", ""),
    ] {
        writes(expression, expected);
    }
    for (expression, expected) in [
        ("len('äöü')", 3.0),
        ("find('abcabc', 'c')", 2.0),
        ("find('äb', 'b')", 1.0),
        ("find('abc', 'x')", -1.0),
        ("contains('abc', 'b')", 1.0),
        ("contains('abc', 'x')", 0.0),
        ("'abc'.contains('')", 1.0),
    ] {
        gives(expression, expected);
    }
    for expression in ["'Hello!'[6]", "'Hello!'[-7]", "'a'[0.5]", "'abc'[::0]", "format(1.5: 'd')"] {
        nothing(expression, NoValue::Domain);
    }
    let long: &'static str = Box::leak("a".repeat(1024).into_boxed_str());
    let series = [("s", text(long))];
    assert!(given(&series, "s").is_ok());
    for expression in ["s + 'b'", "join('', s, 'b')", "f'{s}b'", "s + s"] {
        assert_eq!(given(&series, expression), Err(NoValue::TooLong), "{expression}");
    }
    assert_eq!(given(&series, "len(s[1:] + 'b')"), Ok(Value::Number(1024.0)));
}

#[test]
fn json_is_read_by_paths() {
    for (expression, expected) in [
        (r#"jp('{"status":"active","value":15}','$.value')"#, 15.0),
        (r#"jp('{"measurement":{"reading":25,"confidence":0.95}}','$.measurement.reading')"#, 25.0),
        ("jp('[2,8,23]','$[2]')", 23.0),
        (r#"jp('{"values":[3,6,7]}','$.values[1]')"#, 6.0),
        (
            r#"jp(jp('{"measurement":{"reading":25,"confidence":"0.95"}}','$.measurement.confidence'),'$')"#,
            0.95,
        ),
        ("jp('111','$')", 111.0),
        ("jp('true','$')", 1.0),
    ] {
        gives(expression, expected);
    }
    nothing(r#"jp('{"values":[3,6,7]}','$.values')"#, NoValue::None);
    nothing("jp('{}','$.a')", NoValue::Missing);
    nothing("jp('{','$.a')", NoValue::Domain);
    nothing("jp('null','$')", NoValue::None);
    nothing("jp('{}','$')", NoValue::Type);
    let message = text(r#"{"status":"FAILURE"}"#);
    for expression in
        ["message.jp('$.status').lower().contains('fail')", "contains(lower(jp(message,'$.status')),'fail')"]
    {
        assert_eq!(given(&[("message", message.clone())], expression), Ok(Value::Number(1.0)));
    }
}

#[test]
fn dates_and_times() {
    for (expression, expected) in [
        ("mktime(2020,2,29)", 1_582_934_400.0),
        ("mktime('UTC+3',2021,12,31,22)", 1_640_977_200.0),
        ("mktime(2022,10,13,2,55,13.68,'PST')", 1_665_654_913.68),
        ("now()", 1e9),
        ("mktime(2020,2,29).localtime().mday()", 29.0),
        ("year(localtime('JST', mktime(2020,12,31,23)))", 2021.0),
        ("hour(localtime(mktime(2022,7,1,12), 'Europe/Berlin'))", 14.0),
        ("mktime(2022,10,9).localtime().wday()", 0.0),
        ("minute(localtime(59*60))", 59.0),
        ("sec(localtime(59.9))", 59.0),
        ("mon(localtime(0.5))", 1.0),
        ("yday(localtime(0))", 1.0),
    ] {
        gives(expression, expected);
    }
    nothing("mktime(2021,2,29)", NoValue::Domain);
    nothing("mktime(2021 + 0.5,2,2)", NoValue::Domain);
}

#[test]
fn the_examples_of_the_tutorials() {
    let fahrenheit = |celsius: f64| given(&[("temp_c", number(celsius))], "9/5 * temp_c + 32");
    for (celsius, expected) in [(25.0, 77.0), (-40.0, -40.0), (100.0, 212.0)] {
        assert_eq!(fahrenheit(celsius), Ok(Value::Number(expected)));
    }
    let quality = |part: &'static str, good: f64, bad: f64| {
        let series = [("part_number", text(part)), ("good", number(good)), ("bad", number(bad))];
        given(&series, r#"if(eq(part_number,"BLT123") and (bad/(good+bad) > 0.1), "Caution", "Normal")"#)
    };
    assert_eq!(quality("BLT123", 89.0, 11.0), Ok(Value::Text("Caution".into())));
    assert_eq!(quality("BLT123", 90.0, 10.0), Ok(Value::Text("Normal".into())));
    assert_eq!(quality("X", 0.0, 9.0), Ok(Value::Text("Normal".into())));
    assert_eq!(quality("BLT123", 0.0, 0.0), Err(NoValue::Domain));
    assert_eq!(quality("X", 0.0, 0.0), Ok(Value::Text("Normal".into())));
    let boiling = |celsius: f64| given(&[("temp_c", number(celsius))], "if(gte(temp_c,100), temp_c, none)");
    assert_eq!((boiling(100.0), boiling(99.0)), (Ok(Value::Number(100.0)), Err(NoValue::None)));
}

#[test]
fn the_value_before_the_trigger() {
    let point = |s: i64, number: f64| Point { time: at(s), value: Value::Number(number), good: true };
    let z = |x: &[(i64, f64)], y: &[(i64, f64)], now: i64, before: Option<Point<'static>>| {
        let mut series = Series::new(&[("x", points(x)), ("y", points(y))]).window(0, now);
        if let Some(before) = before {
            series.set_pretrigger("y", before);
        }
        series.transform("x + y + pretrigger(y)")
    };
    let (x, y) = ([(900, 10.0), (905, 20.0), (915, 30.0)], [(900, 1.0), (905, 2.0), (910, 3.0)]);
    assert_eq!(z(&x[..1], &[], 900, None), Err(NoValue::Missing));
    assert_eq!(z(&x[..2], &y[..1], 905, None), Ok(Value::Number(22.0)));
    assert_eq!(z(&x[..2], &y[..2], 905, Some(point(900, 1.0))), Ok(Value::Number(23.0)));
    assert_eq!(z(&x[..2], &y, 910, Some(point(905, 2.0))), Ok(Value::Number(25.0)));
    assert_eq!(z(&x, &y, 915, None), Ok(Value::Number(36.0)));
    let duration = "if(pretrigger(s) == 1, timestamp(s) - timestamp(pretrigger(s)), none)";
    let mut series = Series::new(&[("s", points(&[(100, 1.0), (160, 0.0)]))]).window(0, 160);
    series.set_pretrigger("s", point(100, 1.0));
    assert_eq!(series.transform(duration), Ok(Value::Number(60.0)));
    assert_eq!(series.transform("timestamp()"), Ok(Value::Number(160.0)));
}

#[test]
fn a_result_of_another_type_than_the_property_is_none() {
    use formula::{Context, Formula, Owner, Types};
    let gives = |expression: &str, output: Types| {
        let context = Context { owner: Owner::Transform, output, variables: &[], functions_max: 10 };
        let formula = Formula::compile(expression, &context).unwrap();
        formula.evaluate(&Series::new(&[])).map(Value::owned)
    };
    assert_eq!(gives("jp('1', '$')", Types::NUMBER), Ok(Value::Number(1.0)));
    assert_eq!(gives("jp('1', '$')", Types::TEXT), Err(NoValue::Type));
    assert_eq!(gives("if(1, 'a', 1)", Types::NUMBER), Err(NoValue::Type));
}
