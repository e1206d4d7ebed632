//! Every expression that the user guide writes is accepted, and what it refuses is refused for the right reason.

use formula::{Context, FUNCTIONS_MAX, Formula, Owner, Refusal, Rule, Source, Types, Variable};

const fn variable(name: &str, types: Types, source: Source, child: bool) -> Variable<'_> {
    Variable { name, types, source, child }
}

/// Numbers `x y z t …`, texts `s message …`, a metric `m`, an attribute `rate`, and `child` of child assets.
const VARIABLES: &[Variable<'_>] = &[
    variable("x", Types::NUMBER, Source::Stream, false),
    variable("y", Types::NUMBER, Source::Stream, false),
    variable("z", Types::NUMBER, Source::Stream, false),
    variable("t", Types::NUMBER, Source::Stream, false),
    variable("temp", Types::NUMBER, Source::Stream, false),
    variable("temp_c", Types::NUMBER, Source::Stream, false),
    variable("good", Types::NUMBER, Source::Stream, false),
    variable("bad", Types::NUMBER, Source::Stream, false),
    variable("state", Types::NUMBER, Source::Stream, false),
    variable("current_state", Types::NUMBER, Source::Stream, false),
    variable("productivity", Types::NUMBER, Source::Stream, false),
    variable("s", Types::TEXT, Source::Stream, false),
    variable("message", Types::TEXT, Source::Stream, false),
    variable("part_number", Types::TEXT, Source::Stream, false),
    variable("m", Types::NUMBER, Source::Metric, false),
    variable("rate", Types::NUMBER, Source::Attribute, false),
    variable("child", Types::NUMBER, Source::Stream, true),
    variable("e_1", Types::NUMBER, Source::Stream, false),
    variable("Part_Number", Types::TEXT, Source::Stream, false),
];

fn compile(owner: Owner, expression: &str) -> Result<Formula, Refusal> {
    let output = Types::PLAIN;
    Formula::compile(
        expression,
        &Context { owner, output, variables: VARIABLES, functions_max: FUNCTIONS_MAX },
    )
}

/// What both transforms and metrics may say.
const COMMON: &[&str] = &[
    "1",
    "2.0",
    ".9",
    "-23.1",
    "7.89e3",
    "3.4E-5",
    "'active'",
    "\"inactive\"",
    "'{\"temp\": 52}'",
    "\"{\"\"temp\"\": \"\"high\"\"}\"",
    "pi",
    "PI",
    "E",
    "True",
    "FALSE",
    "9/5 * temp_c + 32",
    "1 + 2 + \" is three\"",
    "-7 % 3",
    "2^3^2",
    "-2^2",
    "x^-1",
    "!x",
    "not x",
    "!''",
    "x and y",
    "x or y",
    "5 and 7",
    "0 or 7",
    "not x and not y or z",
    "!x == y",
    "\"Hello!\"[1]",
    "\"Hello!\"[-2]",
    "\"Hello!\"[1:4]",
    "\"Hello!\"[:2]",
    "\"Hello!\"[3:]",
    "\"Hello!\"[:-4]",
    "\"Hello!\"[::2]",
    "\"Hello!\"[::-1]",
    "s[x:y:z]",
    "s[:]",
    "s[::]",
    "gt(x, y)",
    "gte(x,y)",
    "eq(1, 1.0000000009)",
    "neq(x,y)",
    "lt('a','b')",
    "lte(x,y)",
    "isnan(x)",
    "x.gt(300)",
    "gt('a',1)",
    "'a' < 1",
    "if(0,x,y)",
    "if(5,x,y)",
    "if(gt(temp,300),temp,none)",
    "if(s, x, y)",
    "gt(x,1).if(x, y)",
    "if(eq(x,1), 'one').elif(eq(x,2), 'two', 'many')",
    "if(eq(x,1), 1).elif(eq(x,2), 2).elif(eq(x,3), 3, none)",
    "x.log()",
    "5.sqrt()",
    "5.5.sqrt()",
    "abs(x) + acos(x) + asin(x) + atan(x) + cbrt(x) + ceil(x) + cos(x) + cosh(x) + cot(x) + exp(x)",
    "expm1(x) + floor(x) + log(x) + log10(x) + log1p(x) + log2(x) + pow(x,y) + signum(x) + sin(x) + sinh(x)",
    "sqrt(x) + tan(x) + tanh(x)",
    "SQRT(x)",
    "x.pow(2)",
    "len(s)",
    "s.upper()",
    "s.lower()",
    "find(s,'a')",
    "contains(s,'a')",
    "jp(message,'$.value')",
    "message.jp('$.status').lower().contains('fail')",
    "contains(lower(jp(message,'$.status')),'fail')",
    "jp(jp('{\"measurement\":{\"reading\":25,\"confidence\":\"0.95\"}}','$.measurement.confidence'),'$')",
    "jp('111','$') * 2",
    "join(\"-\",\"aa\",\"bb\",\"cc\")",
    "join('-', x, s)",
    "format(100+1: \"d\")",
    "format(\"The result is %d\", 100+1)",
    "f'abc{1+2: \"f\"}d'",
    "f'{x} of {y: \".2f\"} {{sic}}'",
    "f\"a\"\"{'b'}\"",
    "now()",
    "timestamp()",
    "timestamp().localtime('PST').wday().eq(1)",
    "mktime(2020,2,29)",
    "mktime('UTC+3',2021,12,31,22)",
    "mktime(2022,10,13,2,55,13.68,'PST')",
    "year(localtime(x))",
    "hour(localtime('+2', x))",
    "x.localtime('Europe/Berlin').sec()",
    "if(eq(part_number,\"BLT123\") and (bad/(good+bad) > 0.1), \"Caution\", \"Normal\")",
    "if(gte(temp_c,100), temp_c, none)",
    "eq(state,1024)",
    "e_1 + e",
    "Part_Number + 'a'",
    "if(x, 'a', 1) + 'b'",
    "(((x)))",
    " \n\t x \r\n",
    "x--y",
    "+x",
];

#[test]
fn expressions_for_both_kinds_of_property() {
    for expression in COMMON {
        for owner in [Owner::Transform, Owner::Metric] {
            assert_eq!(compile(owner, expression).err(), None, "{owner:?} {expression}");
        }
    }
}

#[test]
fn expressions_for_metrics_only() {
    for expression in [
        "avg(x)",
        "sum(x)",
        "min(x)",
        "max(x)",
        "count(x)",
        "stdev(x)",
        "avg(x, y)",
        "max(x, 10)",
        "avg(x*(x-1))",
        "sum(x/2)/avg(y^2)",
        "sum(x/2, y*2)",
        "sum(avg(x^2)/2)",
        "max(latest(x), latest(y), latest(z))",
        "sum((x - avg(x))^2) / count(x)",
        "x.sum()",
        "sum(child)",
        "avg(child) / rate",
        "sum(child * 2)",
        "count(s)",
        "first(x)",
        "last(x)",
        "earliest(x)",
        "latest(x)",
        "latest(t*9/5+32)",
        "latest(s)",
        "statetime(x)",
        "timeweightedavg(x)",
        "TimeWeightedAvg(x, 'linear')",
        "TimeWeightedAvg(x, 'locf')",
        "TimeWeightedStDev(x, 'p')",
        "TimeWeightedStDev(x)",
        "m * 2",
        "latest(m)",
        "if(timestamp().localtime('PST').wday().eq(1), avg(productivity), none)",
        "sum(good) / (sum(good) + sum(bad))",
        "statetime(state) + 1",
        "sum(if(gt(x, 0), x, none))",
    ] {
        assert_eq!(compile(Owner::Metric, expression).err(), None, "{expression}");
        let other = compile(Owner::Transform, expression).map(|_| ());
        let rule = other.map_err(|refusal| refusal.rule);
        match expression {
            "m * 2" => assert_eq!(rule, Ok(())),
            "avg(child) / rate" | "sum(child)" | "sum(child * 2)" => assert!(rule.is_err(), "{expression}"),
            _ => assert_eq!(rule, Err(Rule::WrongProperty), "{expression}"),
        }
    }
}

#[test]
fn expressions_for_transforms_only() {
    for expression in [
        "pretrigger(x)",
        "x + y + pretrigger(y)",
        "timestamp(x)",
        "timestamp(pretrigger(x))",
        "if(pretrigger(current_state) == 1, timestamp(current_state) - timestamp(pretrigger(current_state)), none)",
    ] {
        assert_eq!(compile(Owner::Transform, expression).err(), None, "{expression}");
        let refusal = compile(Owner::Metric, expression).unwrap_err();
        assert_eq!(refusal.rule, Rule::WrongProperty, "{expression}");
    }
}

#[test]
fn what_is_no_expression() {
    for (expression, position, message) in [
        ("", 1, "found the end where a value is expected"),
        ("   ", 4, "found the end where a value is expected"),
        ("1 +", 4, "found the end where a value is expected"),
        ("1 + * 2", 5, "found '*' where a value is expected"),
        ("(1", 3, "found the end where ')' is expected to close the parenthesis"),
        ("1)", 2, "found ')' where an operator or the end is expected"),
        ("x y", 3, "found 'y' where an operator or the end is expected"),
        ("2x", 2, "found 'x' where an operator or the end is expected"),
        ("1 2", 3, "found the number 2 where an operator"),
        ("x.log", 6, "found the end where '(' is expected after '.log'"),
        ("x.1", 2, "found the number 0.1 where an operator"),
        ("sum(x", 6, "found the end where ',' or ')' is expected among the arguments of 'sum'"),
        ("sum(x,)", 7, "found ')' where a value is expected"),
        ("1 + not x", 5, "put parentheses around 'not"),
        ("and", 1, "found 'and' where a value is expected"),
        ("x = 1", 3, "'==' compares two values"),
        ("'a", 1, "has no closing '"),
        ("'a' 'b'", 5, "found a text where an operator"),
        ("s[]", 3, "found ']' where an index or ':' is expected"),
        ("s[1", 4, "']' is expected after the index"),
        ("s[1:2:3:4]", 8, "']' is expected after the bounds"),
        ("f'{x'", 5, "'}' is expected after a value in an f-string"),
        ("f'}'", 3, "closes nothing"),
        ("f'a{ }'", 6, "found '}' where a value is expected"),
        ("format(x: d)", 11, "a format in quotes is expected"),
        ("sum(x: 'd', y)", 11, "')' is expected after the format"),
        ("{x}", 1, "found '{' where a value is expected"),
    ] {
        let refusal = compile(Owner::Metric, expression).unwrap_err();
        assert_eq!((refusal.position, refusal.rule), (position, Rule::Syntax), "{expression}: {refusal}");
        assert!(refusal.message.contains(message), "{expression}: {refusal}");
    }
}

#[test]
fn what_means_nothing() {
    for (expression, position, rule, message) in [
        (
            "1 + foo",
            5,
            Rule::UnknownName,
            "'foo' is neither a declared variable nor a constant (pi, e, true,",
        ),
        ("tmep + 1", 1, Rule::UnknownName, "did you mean 'temp'?"),
        ("Temp + 1", 1, Rule::UnknownName, "did you mean 'temp'?"),
        ("sqrt + 1", 1, Rule::UnknownName, "a function is followed by parentheses"),
        ("averge(x)", 1, Rule::UnknownFunction, "there is no function 'averge'; did you mean avg?"),
        ("stddev(x)", 1, Rule::UnknownFunction, "did you mean stdev?"),
        ("x.sqare()", 3, Rule::UnknownFunction, "did you mean sqrt?"),
        ("frobnicate(x)", 1, Rule::UnknownFunction, "there is no function 'frobnicate'"),
        ("sqrt(x, y)", 1, Rule::Argument, "sqrt takes 1 argument, not 2: sqrt(x)"),
        ("now(1)", 1, Rule::Argument, "now takes no arguments, not 1"),
        ("pow(x)", 1, Rule::Argument, "pow takes 2 arguments, not 1: pow(x, y)"),
        ("sum()", 1, Rule::Argument, "sum takes at least 1 argument, not 0"),
        ("if(x)", 1, Rule::Argument, "if takes 2 to 3 arguments, not 1"),
        ("if(x, y)", 1, Rule::Argument, "followed by .elif(…)"),
        ("if(x, 1).elif(y, 2)", 10, Rule::Argument, "the last elif needs a value otherwise"),
        ("elif(x, 1, 2)", 1, Rule::Argument, "elif follows an if"),
        ("elif(if(x, 1), y, 2, 3)", 1, Rule::Argument, "elif follows an if"),
        ("if(x, 1, 2).elif(y, 2, 3)", 13, Rule::Argument, "elif follows an if"),
        ("len(x: 'd')", 1, Rule::Argument, "which len does not take"),
        ("jp(message, s)", 13, Rule::Argument, "the path of jp is a text in quotes"),
        ("jp(message, '$[?(@.a)]')", 13, Rule::Argument, "is not a path of jp"),
        ("format(s, x)", 8, Rule::Argument, "the format is a text in quotes"),
        ("format('%d', x, y)", 8, Rule::Argument, "does not use value 2"),
        ("format('%d')", 8, Rule::Argument, "asks for more values"),
        ("format(x: 'q')", 8, Rule::Argument, "no conversion that is known"),
        ("localtime(x)", 1, Rule::Argument, "localtime gives no value by itself"),
        ("hour(x)", 6, Rule::Argument, "hour reads a field of localtime"),
        ("hour(localtime(x, 'Mars'))", 19, Rule::Argument, "there is no time zone 'Mars'"),
        ("mktime(2020, 13, 1)", 14, Rule::Argument, "the month 13 of mktime is not between 1 and 12"),
        ("mktime(1969, 1, 1)", 8, Rule::Argument, "the year 1969 of mktime is not between 1970 and 2250"),
        ("mktime(2020, 1, 'UTC')", 1, Rule::Argument, "2 numbers are given"),
        ("TimeWeightedAvg(x, 'cubic')", 20, Rule::Argument, "is 'locf' or 'linear', not 'cubic'"),
        ("TimeWeightedStDev(x, s)", 22, Rule::Argument, "is a text in quotes"),
    ] {
        let refusal = compile(Owner::Metric, expression).unwrap_err();
        assert_eq!((refusal.position, refusal.rule), (position, rule), "{expression}: {refusal}");
        assert!(refusal.message.contains(message), "{expression}: {refusal}");
    }
}

#[test]
fn types_that_never_fit() {
    for (expression, position, message) in [
        ("s - 1", 1, "'-' needs a number, not a text"),
        ("1 * 'a'", 5, "'*' needs a number, not a text"),
        ("-s", 2, "'-' needs a number, not a text"),
        ("sqrt('a')", 6, "sqrt needs a number, not a text"),
        ("upper(x)", 7, "upper needs a text, not a number"),
        ("x[0]", 1, "[…] needs a text, not a number"),
        ("s['a']", 3, "an index needs a number, not a text"),
        ("none + 1", 1, "'+' needs a number or a text, not none"),
        ("sqrt(x + 'a')", 6, "sqrt needs a number, not a text"),
        ("none", 1, "the expression gives none, but the data type of its property needs a number or a text"),
        ("avg(s)", 5, "avg needs a number, not a text"),
        ("statetime(s)", 11, "statetime needs a number, not a text"),
        ("format('%d', s)", 14, "the format needs a number, not a text"),
        ("f'{s: \"f\"}'", 4, "the format needs a number, not a text"),
    ] {
        let refusal = compile(Owner::Metric, expression).unwrap_err();
        assert_eq!((refusal.position, refusal.rule), (position, Rule::Type), "{expression}: {refusal}");
        assert!(refusal.message.contains(message), "{expression}: {refusal}");
    }
}

#[test]
fn the_result_fits_the_property() {
    let gives = |expression: &str, output| {
        let context =
            Context { owner: Owner::Metric, output, variables: VARIABLES, functions_max: FUNCTIONS_MAX };
        Formula::compile(expression, &context).map(|_| ()).map_err(|refusal| refusal.to_string())
    };
    assert_eq!(gives("x + 1", Types::NUMBER), Ok(()));
    assert_eq!(gives("x + 'a'", Types::TEXT), Ok(()));
    assert_eq!(gives("jp(s, '$')", Types::NUMBER), Ok(()));
    assert_eq!(gives("jp(s, '$')", Types::TEXT), Ok(()));
    assert_eq!(gives("if(x, 'a', 1)", Types::NUMBER), Ok(()));
    assert_eq!(gives("latest(s)", Types::TEXT), Ok(()));
    assert_eq!(
        gives("upper(s)", Types::NUMBER).unwrap_err(),
        "at character 1: the expression gives a text, but the data type of its property needs a number"
    );
    assert!(gives("latest(s)", Types::NUMBER).unwrap_err().contains("gives a text"));
    assert!(gives("x > 1", Types::TEXT).unwrap_err().contains("gives a number, but"));
}

#[test]
fn where_variables_may_be_read() {
    for (expression, position, rule, message) in [
        (
            "min(x/y)",
            7,
            Rule::Variable,
            "an argument of min has one variable, but this one reads 'x' and 'y'",
        ),
        ("avg(x * rate)", 9, Rule::Variable, "reads 'x' and 'rate'"),
        ("latest(x - y)", 12, Rule::Variable, "an argument of latest has one variable"),
        ("child + 1", 1, Rule::Variable, "'child' belongs to child assets, of which there may be many"),
        ("latest(child)", 8, Rule::Variable, "latest reads properties of the asset itself only"),
        ("statetime(m)", 1, Rule::Variable, "statetime can't read 'm', which is a metric"),
        ("first(sum(x))", 11, Rule::Argument, "sum can't stand inside first"),
        ("latest(first(x))", 14, Rule::Argument, "first can't stand inside latest"),
        ("latest(1)", 8, Rule::Variable, "latest needs a variable to read"),
        ("timestamp(x)", 11, Rule::WrongProperty, "timestamp takes no argument in a metric"),
    ] {
        let refusal = compile(Owner::Metric, expression).unwrap_err();
        assert_eq!((refusal.position, refusal.rule), (position, rule), "{expression}: {refusal}");
        assert!(refusal.message.contains(message), "{expression}: {refusal}");
    }
    let refusal = compile(Owner::Transform, "pretrigger(x + 1)").unwrap_err();
    assert_eq!(refusal.to_string(), "at character 12: pretrigger takes the name of a variable");
}

#[test]
fn a_variable_hides_the_constant_of_its_name() {
    let variables = [
        variable("e", Types::TEXT, Source::Stream, false),
        variable("pi", Types::TEXT, Source::Stream, false),
    ];
    let gives = |expression: &str| {
        let output = Types::PLAIN;
        let context = Context { owner: Owner::Transform, output, variables: &variables, functions_max: 10 };
        Formula::compile(expression, &context).unwrap().types()
    };
    assert_eq!(
        (gives("e"), gives("E"), gives("pi"), gives("Pi")),
        (Types::TEXT, Types::NUMBER, Types::TEXT, Types::NUMBER)
    );
}

#[test]
fn ten_functions_are_enough() {
    let calls = |count: usize| vec!["abs(x)"; count].join("+");
    assert_eq!(compile(Owner::Transform, &calls(10)).err(), None);
    let refusal = compile(Owner::Transform, &calls(11)).unwrap_err();
    assert_eq!((refusal.position, refusal.rule), (71, Rule::FunctionCount));
    assert_eq!(refusal.message, "the expression calls more than 10 functions");
    let chain = "if(x,1)".to_owned() + &".elif(x,1)".repeat(9) + ".elif(x,1,2)";
    assert_eq!(compile(Owner::Transform, &chain).unwrap_err().rule, Rule::FunctionCount);
}

#[test]
fn size_is_bounded() {
    let longest = "x".to_owned() + &" ".repeat(1023);
    assert_eq!(compile(Owner::Transform, &longest).err(), None);
    let refusal = compile(Owner::Transform, &(longest + " ")).unwrap_err();
    assert_eq!((refusal.position, refusal.rule), (1025, Rule::Size));
    let parentheses = |depth: usize| "(".repeat(depth) + "x" + &")".repeat(depth);
    assert_eq!(compile(Owner::Transform, &parentheses(100)).err(), None);
    let deep = [
        parentheses(101),
        parentheses(511),
        "(".repeat(1024),
        "-".repeat(1023) + "x",
        "!".repeat(1023) + "x",
        "not ".repeat(255) + "x",
        "x^".repeat(511) + "x",
        "abs(".repeat(250) + "x",
        "x[".repeat(511),
        "s".to_owned() + &"[0]".repeat(341),
        "x".to_owned() + &".abs()".repeat(170),
        "x".to_owned() + &"+x".repeat(511),
        "f'{".repeat(340),
    ];
    for expression in deep {
        let Err(refusal) = compile(Owner::Transform, &expression) else {
            panic!("{} … is accepted", &expression[..20]);
        };
        let expected = [Rule::Size, Rule::Syntax, Rule::FunctionCount];
        assert!(expected.contains(&refusal.rule), "{refusal}: {}", &expression[..20]);
    }
    assert_eq!(compile(Owner::Transform, &("x".to_owned() + &"+x".repeat(255))).err(), None);
    let refusal = compile(Owner::Transform, &("x".to_owned() + &"+x".repeat(256))).unwrap_err();
    assert!(refusal.message.contains("more than 256 levels of operators"), "{refusal}");
}
