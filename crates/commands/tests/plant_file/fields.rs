//! What is wrong with a file is told all at once, with places, keys and what would be right.

use commands::sitewise_plant::read;

use crate::account::{faults, plant};

#[test]
fn all_faults_of_a_file_are_told_with_their_places() {
    let found = faults(
        "version: 2\n\
         modles: {}\n\
         models:\n  \
           Turbine:\n    \
             extrenalId: t\n    \
             properties:\n      \
               Power: {measurement: duoble}\n      \
               Load: {transform: p, metric: q}\n      \
               Mean: {metric: avg(x), variables: {x: Pwoer}}\n      \
               Size: {attribute: integer, default: big}\n    \
             hierarchies: {Parts: Gear}\n\
         assets:\n  \
           T1: {model: Trubine}\n  \
           T2: {model: Turbine, attributes: {Sise: 1, Size: 1.5}, hierarchies: {Prats: {}}}\n  \
           T3: {}\n",
    );
    assert_eq!(
        found,
        [
            "1:10: version 2 of plant files is not known; 1 is",
            "2:1: a plant file has no key 'modles' (did you mean 'models'? there are: 'version', 'models', 'aliases', \
             'assets')",
            "5:5: the model 'Turbine' has no key 'extrenalId' (did you mean 'externalId'? there are: 'kind', \
             'externalId', 'id', 'description', 'tags', 'properties', 'hierarchies', 'composites', 'implements')",
            "7:28: measurement can't be 'duoble' (did you mean 'double'? there are: 'double', 'integer', 'string', \
             'boolean')",
            "8:7: the property 'Load' is one of transform, metric, not several",
            "9:7: the property 'Mean' is a metric and needs a window, such as 15m or 1h",
            "9:7: 'Pwoer', the variable 'x' of 'Mean', is none of the model 'Turbine' (did you mean 'Power'? there are: \
             'Power', 'Mean', 'Size')",
            "10:43: the default 'big' of 'Size' is not integer: a whole number from -2147483648 to 2147483647",
            "11:26: 'Gear' of hierarchy 'Parts' is not an asset model in this file (there are: 'Turbine')",
            "13:15: the asset 'T1' has the model 'Trubine', which is not in this file (did you mean 'Turbine'? there \
             are: 'Turbine')",
            "14:37: 'Sise' is no attribute of the model 'Turbine' (did you mean 'Size'? there are: 'Size')",
            "14:52: the value '1.5' of 'Size' is not integer: a whole number from -2147483648 to 2147483647",
            "14:72: the model 'Turbine' has no hierarchy 'Prats' (did you mean 'Parts'? there are: 'Parts')",
            "15:3: the asset 'T3' needs a model (there are: 'Turbine')",
        ]
    );
}

#[test]
fn what_contradicts_itself_is_told() {
    for (file, sentence) in [
        (
            "version: 1\nmodels: {A: {hierarchies: {x: B}}, B: {hierarchies: {y: A}}}",
            "the model 'A' is below itself",
        ),
        (
            "version: 1\nmodels: {A: {externalId: aa}, B: {externalId: aa}}",
            "the externalId 'aa' is used twice among the models, also in line 2",
        ),
        (
            "version: 1\nmodels: {A: {properties: {P: {measurement: double}}}}\nassets: {x: {model: A, properties: \
             {P: /a}}, y: {model: A, properties: {P: /a}}}",
            "the alias '/a' of 'P' of 'y' is that of 'P' of 'x' in line 3, too",
        ),
        (
            "version: 1\nmodels: {A: {}}\nassets: [{name: x, model: A}, {name: x, model: A}]",
            "'x' stands twice at the top, also in line 3; an externalId tells them apart",
        ),
        (
            "version: 1\nmodels: {A: {properties: {P: {measurement: double}}}}\naliases: \"/{parent}/{property}\"\n\
             assets: {x: {model: A}}",
            "the asset 'x' has no parent, which the aliases '/{parent}/{property}' are made of",
        ),
        (
            "version: 1\nmodels: {A: {kind: component, hierarchies: {x: B}}, B: {}}",
            "the model 'A' is a component, which has no hierarchies",
        ),
        (
            "version: 1\nmodels: {A: {composites: {G: {component: B}}}, B: {}}",
            "'B' is no component in this file (there are none)",
        ),
        (
            "version: 1\nmodels: {A: {kind: component}}\nassets: {x: {model: A}}",
            "the asset 'x' can't be made of 'A', which is of kind component",
        ),
        (
            "version: 1\nmodels: {A: {properties: {a b: {measurement: double}, a-b: {measurement: double}, T: \
             {transform: a_b}}}}",
            "'a_b' in the formula of 'T' could be several properties; say which one under variables",
        ),
        ("version: 1\nmodels: [a]", "each element of the list models needs a name"),
        ("models: {}", "a plant file begins with `version: 1`"),
        ("[]", "a plant file is a mapping of version, models, aliases, assets; here is a list"),
    ] {
        let found = faults(file);
        assert!(found.iter().any(|fault| fault.ends_with(sentence)), "{sentence}\n{found:#?}");
    }
}

#[test]
fn formulas_are_checked_where_they_stand() {
    let beside = "Level: {measurement: double}, Size: {attribute: double}, Name: {attribute: string}";
    let own = "did you mean 'level'? there are: 'level', 'name', 'size'";
    for (formula, sentence) in [
        (
            "transform: 2 * levl",
            format!(
                "'levl' in the formula of 'T' is neither a property beside it nor declared under variables ({own})"
            ),
        ),
        ("transform: averge(level)", "character 1: there is no function 'averge'".to_owned()),
        (
            "metric: 'avg(level', window: 1h",
            "the formula of 'T', character 10: found the end where ',' or ')' is expected".to_owned(),
        ),
        ("transform: level * lower(name)", "the formula of 'T', character".to_owned()),
        (
            "transform: 2 * size",
            "the transform 'T' has to read a property that is not an attribute".to_owned(),
        ),
        ("metric: level, window: 1h, type: string", "the formula of 'T', character 1".to_owned()),
    ] {
        let file = format!("version: 1\nmodels: {{A: {{properties: {{{beside}, T: {{{formula}}}}}}}}}");
        let found = faults(&file);
        assert!(found.iter().any(|fault| fault.contains(&sentence)), "{sentence}\n{found:#?}");
        assert_eq!(found.len(), 1, "{found:#?}");
    }
    let inside = "version: 1\nmodels: {A: {properties: {T: {transform: Gear/Heat * 2}}, composites: {Gear: {properties: \
                  {Heat: {measurement: double}}}}}}";
    assert!(faults(inside)[0].ends_with("is declared: `variables: {x: Gear/…}`"), "{:?}", faults(inside));
    let across = "version: 1\nmodels: {A: {properties: {N: {measurement: string}}}, B: {hierarchies: {As: A}, \
                  properties: {S: {metric: avg(n), window: 1h, variables: {n: {hierarchy: As, property: N}}}}}}";
    assert!(faults(across)[0].contains("the formula of 'S', character"), "{:?}", faults(across));
    let open = "version: 1\nmodels: {I: {kind: interface, properties: {L: {measurement: double}, M: {metric: '', \
                window: 1h}}}}";
    assert_eq!(crate::account::plant(open).models.len(), 1, "an interface may leave a formula to its models");
}

#[test]
fn formulas_name_properties_directly() {
    let plant = plant(
        "version: 1\nmodels: {A: {composites: {G: {properties: {Oil heat: {measurement: double}, Warm: {transform: \
         oil_heat > 50}}}}, properties: {Rated power: {attribute: double}, P: {measurement: double}, L: {transform: \
         p / rated_power + e, variables: {p: P, e: G/Oil heat}}}}}",
    );
    let model = &plant.models[0];
    let variables = |path: &str| {
        let formula = plant.property(model, path).unwrap().kind.formula().unwrap();
        let told = formula.variables.iter().map(|(name, reference)| format!("{name}={}", reference.property));
        told.collect::<Vec<_>>()
    };
    assert_eq!(variables("L"), ["e=G/Oil heat", "p=P", "rated_power=Rated power"]);
    assert_eq!(variables("G/Warm"), ["oil_heat=G/Oil heat"]);
    let written = plant.to_yaml();
    assert!(written.contains("variables: {e: G/Oil heat}"), "{written}");
    assert_eq!(crate::account::plant(&written), plant);
}

#[test]
fn interfaces_are_completed() {
    let plant = plant(
        "version: 1\nmodels:\n  Machine:\n    kind: interface\n    properties: {Speed: {measurement: double}, Mean: \
         {metric: avg(speed), window: 1h}}\n  Fan:\n    implements: {Machine: {Speed: RPM}}\n    properties: {RPM: \
         {measurement: double}}\n",
    );
    let fan = plant.model("Fan").unwrap();
    assert_eq!(fan.properties.len(), 2, "the metric came with the interface");
    let formula = fan.properties[1].kind.formula().unwrap();
    assert_eq!(formula.variables["speed"].property, "RPM");
    assert_eq!(crate::account::plant(&plant.to_yaml()), plant);
}

#[test]
fn no_file_is_too_broken_to_be_told_so() {
    let farm: Vec<char> = crate::round_trip::FARM.chars().collect();
    let odd = ['\n', ' ', ':', '{', '}', '[', '"', '-', '&', '*', '\0', '\u{e9}', ','];
    for place in 0..farm.len() {
        let cut: String = farm[..place].iter().collect();
        let mut changed = farm.clone();
        changed[place] = odd[place * 7 % odd.len()];
        let changed: String = changed.into_iter().collect();
        for text in [cut, changed] {
            if let Ok(plant) = read(&text) {
                let written = plant.clone().sorted().to_yaml();
                assert_eq!(read(&written), Ok(plant.sorted()), "{text}\n{written}");
            }
        }
    }
}
