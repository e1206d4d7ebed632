//! What the bench found: ratios first, then the figures behind them, as tables or as JSON.

use serde_json::{Value, json};

/// The product's name among the contenders.
pub const OURS: &str = "homeregion";

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    More,
    Less,
}

/// One contender's figures, a sample a round.
#[derive(Clone, Debug, Default)]
pub struct Figure {
    pub contender: &'static str,
    pub samples: Vec<f64>,
    /// Further figures by name: `p50 ms` and the like, one a round.
    pub further: Vec<(&'static str, Vec<f64>)>,
    /// Why there are no figures.
    pub missing: Option<String>,
}

/// What the product is meant to reach.
#[derive(Clone, Copy, Debug)]
pub enum Aim {
    /// So many times what another contender reaches.
    Times(&'static str, f64),
    /// A figure of its own.
    Reach(f64),
}

/// One thing that was measured.
#[derive(Clone, Debug)]
pub struct Measure {
    pub name: String,
    pub unit: &'static str,
    pub better: Better,
    pub aims: Vec<Aim>,
    pub figures: Vec<Figure>,
}

impl Figure {
    /// A contender without figures yet.
    pub fn of(contender: &'static str) -> Self {
        Self { contender, ..Self::default() }
    }

    /// A contender that cannot be measured, and why.
    pub fn missing(contender: &'static str, reason: impl Into<String>) -> Self {
        Self { contender, missing: Some(reason.into()), ..Self::default() }
    }

    /// Adds one round's figure under a name.
    pub fn add(&mut self, name: &'static str, value: f64) {
        match self.further.iter_mut().find(|(known, _)| *known == name) {
            Some((_, samples)) => samples.push(value),
            None => self.further.push((name, vec![value])),
        }
    }
}

impl Measure {
    /// How many times better the product is than a contender: the median over the rounds, pair by pair.
    pub fn ratio(&self, contender: &str) -> Option<f64> {
        let find = |name: &str| self.figures.iter().find(|figure| figure.contender == name);
        let (ours, theirs) = (find(OURS)?, find(contender)?);
        let pairs = ours.samples.iter().zip(&theirs.samples);
        let ratios: Vec<f64> = pairs
            .map(|(ours, theirs)| match self.better {
                Better::More => ours / theirs,
                Better::Less => theirs / ours,
            })
            .collect();
        median(&ratios)
    }

    fn ours(&self) -> Option<f64> {
        let ours = self.figures.iter().find(|figure| figure.contender == OURS)?;
        median(&ours.samples)
    }

    /// Whether an aim was reached; `None` when it could not be measured.
    fn reached(&self, aim: Aim) -> Option<bool> {
        match aim {
            Aim::Times(contender, times) => Some(self.ratio(contender)? >= times),
            Aim::Reach(figure) => {
                let ours = self.ours()?;
                Some(if self.better == Better::More { ours >= figure } else { ours <= figure })
            }
        }
    }

    fn aim(&self, aim: Aim) -> String {
        let what = match aim {
            Aim::Times(contender, times) => format!("≥ {} × {contender}", figure(times)),
            Aim::Reach(value) if self.better == Better::More => format!("≥ {} {}", figure(value), self.unit),
            Aim::Reach(value) => format!("≤ {} {}", figure(value), self.unit),
        };
        let word = match self.reached(aim) {
            Some(true) => "reached",
            Some(false) => "**missed**",
            None => "not measured",
        };
        format!("{what}: {word}")
    }
}

/// Prints both tables.
pub fn print(measures: &[Measure]) {
    println!("## Ratios\n");
    println!("How many times better homeregion is (above 1: better), median of the rounds, pair by pair.\n");
    println!("| measure | homeregion | ratios | aims |\n|---|---|---|---|");
    for measure in measures {
        let ours = measure.ours().map_or("-".to_owned(), |ours| format!("{} {}", figure(ours), measure.unit));
        let others = measure.figures.iter().filter(|figure| figure.contender != OURS);
        let ratios: Vec<String> = others
            .filter_map(|other| {
                Some(format!("{} × {}", figure(measure.ratio(other.contender)?), other.contender))
            })
            .collect();
        let aims: Vec<String> = measure.aims.iter().map(|aim| measure.aim(*aim)).collect();
        println!("| {} | {ours} | {} | {} |", measure.name, ratios.join(", "), aims.join("; "));
    }
    println!("\n## Figures\n");
    println!(
        "| measure | contender | median | min | max | unit | further medians |\n|---|---|--:|--:|--:|---|---|"
    );
    for measure in measures {
        for one in &measure.figures {
            println!("{}", line(measure, one));
        }
    }
}

fn line(measure: &Measure, one: &Figure) -> String {
    let (name, contender, unit) = (&measure.name, one.contender, measure.unit);
    if let Some(reason) = &one.missing {
        return format!("| {name} | {contender} | - | - | - | {unit} | {reason} |");
    }
    let further: Vec<String> = one
        .further
        .iter()
        .filter_map(|(name, samples)| Some(format!("{name} {}", figure(median(samples)?))))
        .collect();
    let shown = |value: Option<f64>| value.map_or("-".to_owned(), figure);
    format!(
        "| {name} | {contender} | {} | {} | {} | {unit} | {} |",
        shown(median(&one.samples)),
        shown(one.samples.iter().copied().reduce(f64::min)),
        shown(one.samples.iter().copied().reduce(f64::max)),
        further.join(", ")
    )
}

/// The same as JSON, with every round's figures.
pub fn json(measures: &[Measure]) -> Value {
    let measures = measures.iter().map(|measure| {
        let figures = measure.figures.iter().map(|one| {
            json!({
                "contender": one.contender,
                "median": median(&one.samples),
                "samples": one.samples,
                "further": one.further.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
                "missing": one.missing,
                "times_better": measure.ratio(one.contender),
            })
        });
        let aims = measure
            .aims
            .iter()
            .map(|aim| json!({ "aim": measure.aim(*aim), "reached": measure.reached(*aim) }));
        json!({
            "measure": measure.name,
            "unit": measure.unit,
            "better": if measure.better == Better::More { "more" } else { "less" },
            "figures": figures.collect::<Vec<_>>(),
            "aims": aims.collect::<Vec<_>>(),
        })
    });
    Value::Array(measures.collect())
}

/// The middle of some figures.
pub fn median(samples: &[f64]) -> Option<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 {
        return sorted.get(middle).copied();
    }
    Some(f64::midpoint(*sorted.get(middle.checked_sub(1)?)?, *sorted.get(middle)?))
}

/// Three significant digits, or whole numbers from a hundred on with separators.
fn figure(value: f64) -> String {
    if value.abs() < 100.0 {
        let decimals = if value.abs() < 10.0 { 2 } else { 1 };
        return format!("{value:.decimals$}");
    }
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(contender: &'static str, samples: &[f64]) -> Figure {
        Figure { samples: samples.to_vec(), ..Figure::of(contender) }
    }

    #[test]
    fn ratios_are_taken_pair_by_pair_in_the_better_direction() {
        let mut measure = Measure {
            name: "x".to_owned(),
            unit: "1/s",
            better: Better::More,
            aims: vec![Aim::Times("other", 2.0), Aim::Reach(40.0)],
            figures: vec![figures(OURS, &[10.0, 40.0, 90.0]), figures("other", &[10.0, 20.0, 30.0])],
        };
        assert_eq!(measure.ratio("other"), Some(2.0));
        assert_eq!(
            (measure.reached(measure.aims[0]), measure.reached(measure.aims[1])),
            (Some(true), Some(true))
        );
        measure.better = Better::Less;
        assert_eq!(measure.ratio("other"), Some(0.5));
        assert_eq!(measure.reached(Aim::Times("absent", 1.0)), None);
    }

    #[test]
    fn figures_print_with_three_digits() {
        assert_eq!(
            [figure(0.123), figure(12.34), figure(123.4), figure(1_234_567.0)],
            ["0.12", "12.3", "123", "1,234,567"]
        );
    }
}
