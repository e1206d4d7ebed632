//! Functions over the points of a window, and where a variable may be read.

use super::call::literal;
use super::{Checker, Inside, Typed, meets};
use crate::code::{Argument, Code, Weighing};
use crate::function::{Aggregate, Function, Temporal};
use crate::refusal::{Refusal, Rule};
use crate::syntax::{Kind, Node};
use crate::types::Types;
use crate::{Source, Variable};

impl Checker<'_> {
    /// Checks that a variable may be read at a place: children are aggregated, and one argument reads one variable.
    pub(super) fn read(&mut self, position: usize, index: usize) -> Result<(), Refusal> {
        let variable = self.context.variables[index];
        let name = variable.name;
        let refused = |message: String| Err(Refusal::new(position, Rule::Variable, message));
        let Some(inside) = &mut self.inside else {
            return bare(position, &variable);
        };
        let function = inside.function;
        if inside.temporal && variable.child {
            return refused(format!(
                "{function} reads properties of the asset itself only, but '{name}' belongs to child assets"
            ));
        }
        match inside.variable {
            Some(other) if other != index => refused(format!(
                "an argument of {function} has one variable, but this one reads '{}' and '{name}'",
                self.context.variables[other].name
            )),
            _ => {
                inside.variable = Some(index);
                Ok(())
            }
        }
    }

    /// Reads an argument that has to be the name of a declared variable.
    pub(super) fn variable(&mut self, node: &Node, function: &str) -> Result<usize, Refusal> {
        let declared = self.context.variables;
        let Kind::Name(name) = &node.kind else {
            let message = format!("{function} takes the name of a variable");
            return Err(Refusal::new(node.position, Rule::Argument, message));
        };
        let found = declared.iter().position(|variable| variable.name == name);
        found.ok_or_else(|| self.unknown(node.position, name))
    }

    pub(super) fn aggregate(
        &mut self,
        function: &'static Function,
        aggregate: Aggregate,
        arguments: &[Node],
    ) -> Result<Typed, Refusal> {
        self.check_place(function, arguments)?;
        let wanted = if aggregate == Aggregate::Count { Types::ANY } else { Types::NUMBER };
        let mut codes = Vec::with_capacity(arguments.len());
        for argument in arguments {
            codes.push(self.argument(function, argument, (wanted, false))?.0);
        }
        Ok((self.once(Code::Aggregate(aggregate, codes.into())), Types::NUMBER))
    }

    pub(super) fn temporal(
        &mut self,
        position: usize,
        function: &'static Function,
        temporal: Temporal,
        arguments: &[Node],
    ) -> Result<Typed, Refusal> {
        self.check_place(function, arguments)?;
        let picks =
            matches!(temporal, Temporal::First | Temporal::Last | Temporal::Earliest | Temporal::Latest);
        let wanted = if picks { Types::ANY } else { Types::NUMBER };
        let (argument, types) = self.argument(function, &arguments[0], (wanted, true))?;
        let Some(variable) = argument.variable else {
            let message = format!("{} needs a variable to read", function.name);
            return Err(Refusal::new(arguments[0].position, Rule::Variable, message));
        };
        let variable = &self.context.variables[variable];
        if temporal == Temporal::Statetime && variable.source == Source::Metric {
            let message = format!("statetime can't read '{}', which is a metric", variable.name);
            return Err(Refusal::new(position, Rule::Variable, message));
        }
        let option = arguments.get(1);
        let weighing = match temporal {
            Temporal::First => Weighing::First,
            Temporal::Last => Weighing::Last,
            Temporal::Earliest => Weighing::Earliest,
            Temporal::Latest => Weighing::Latest,
            Temporal::Statetime => Weighing::Statetime,
            Temporal::TimeWeightedAvg => choice(
                option,
                "the interpolation of TimeWeightedAvg",
                [("locf", Weighing::MeanOfSteps), ("linear", Weighing::MeanOfLines)],
            )?,
            Temporal::TimeWeightedStDev => choice(
                option,
                "the algorithm of TimeWeightedStDev",
                [("f", Weighing::DeviationOfFrequencies), ("p", Weighing::DeviationOfPopulation)],
            )?,
        };
        let types = if picks { types } else { Types::NUMBER };
        Ok((self.once(Code::Temporal(weighing, Box::new(argument))), types))
    }

    /// Checks that a function over points does not stand inside a temporal one.
    fn check_place(&self, function: &Function, arguments: &[Node]) -> Result<(), Refusal> {
        match &self.inside {
            Some(inside) if inside.temporal => {
                let message = format!(
                    "{} can't stand inside {}, which reads the points of a variable",
                    function.name, inside.function
                );
                Err(Refusal::new(arguments[0].position, Rule::Argument, message))
            }
            _ => Ok(()),
        }
    }

    fn argument(
        &mut self,
        function: &'static Function,
        node: &Node,
        (wanted, temporal): (Types, bool),
    ) -> Result<(Argument, Types), Refusal> {
        let inside = Inside { function: function.name, temporal, variable: None, constants: Vec::new() };
        let around = self.inside.replace(inside);
        let done = self.value(node);
        let inside = std::mem::replace(&mut self.inside, around);
        let (code, types) = done?;
        meets(node, types, wanted, function.name)?;
        let (variable, constants) =
            inside.map_or((None, Vec::new()), |inside| (inside.variable, inside.constants));
        Ok((Argument { variable, code, constants: constants.into() }, types))
    }

    /// Keeps a value that is the same for all points of the argument around it, so that it is computed once.
    fn once(&mut self, code: Code) -> Code {
        let Some(inside) = &mut self.inside else { return code };
        inside.constants.push(code);
        Code::Constant(inside.constants.len() - 1)
    }
}

/// Checks a variable that is read as one value. Assumed for children: many assets have no single value.
fn bare(position: usize, variable: &Variable<'_>) -> Result<(), Refusal> {
    if !variable.child {
        return Ok(());
    }
    let message = format!(
        "'{}' belongs to child assets, of which there may be many: read it inside avg, sum, min, max, count or stdev",
        variable.name
    );
    Err(Refusal::new(position, Rule::Variable, message))
}

/// Reads an optional text that chooses between two ways; the first one is the default.
fn choice(node: Option<&Node>, what: &str, ways: [(&str, Weighing); 2]) -> Result<Weighing, Refusal> {
    let Some(node) = node else { return Ok(ways[0].1) };
    let text = literal(node, what)?;
    let way = ways.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    way.map(|(_, way)| *way).ok_or_else(|| {
        let message = format!("{what} is '{}' or '{}', not '{text}'", ways[0].0, ways[1].0);
        Refusal::new(node.position, Rule::Argument, message)
    })
}
