//! What a formula reads, known before anything is computed: which series to look at, and which windows stay silent.

use crate::code::{Argument, Code, Weighing};
use crate::format::Piece;
use crate::function::Aggregate;
use crate::{Source, Variable};

/// How a formula reads one of its variables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one method of Inputs")]
pub struct Reads {
    /// As one value.
    pub value: bool,
    /// As the value before the one that triggered the computation.
    pub pretrigger: bool,
    /// All its points in the window.
    pub points: bool,
    /// The last point at or before the start of the window.
    pub before: bool,
    /// The first point behind the end of the window.
    pub after: bool,
}

/// Says how each of so many variables is read.
pub fn reads(code: &Code, variables: usize) -> Box<[Reads]> {
    let mut reads = vec![Reads::default(); variables];
    collect(code, &mut reads);
    reads.into()
}

fn collect(code: &Code, reads: &mut [Reads]) {
    match code {
        Code::Variable(variable) | Code::TimeOf(variable) => reads[*variable].value = true,
        Code::Pretrigger(variable) | Code::TimeOfPretrigger(variable) => reads[*variable].pretrigger = true,
        Code::Aggregate(_, arguments) => {
            for argument in arguments {
                if let Some(variable) = argument.variable {
                    reads[variable].points = true;
                }
                argument.constants.iter().for_each(|code| collect(code, reads));
            }
        }
        Code::Temporal(weighing, argument) => {
            let Some(read) = argument.variable.map(|variable| &mut reads[variable]) else { return };
            read.points |= *weighing != Weighing::Earliest;
            read.before |= !matches!(weighing, Weighing::First | Weighing::Last);
            read.after |= *weighing == Weighing::MeanOfLines;
        }
        other => children(other, &mut |code| collect(code, reads)),
    }
}

/// Walks over the codes directly inside one that are computed outside of any point of a window.
fn children<'a>(code: &'a Code, visit: &mut dyn FnMut(&'a Code)) {
    match code {
        Code::Number(_)
        | Code::Text(_)
        | Code::None
        | Code::Variable(_)
        | Code::Constant(_)
        | Code::Pretrigger(_)
        | Code::Now
        | Code::Time
        | Code::TimeOf(_)
        | Code::TimeOfPretrigger(_)
        | Code::Aggregate(..)
        | Code::Temporal(..) => {}
        Code::Negate(code)
        | Code::Plus(code)
        | Code::Not(code)
        | Code::IsNan(code)
        | Code::Math(_, code)
        | Code::JsonPath(code, _)
        | Code::Field(_, code, _) => visit(code),
        Code::And(pair)
        | Code::Or(pair)
        | Code::Arithmetic(_, pair)
        | Code::Compare(_, pair)
        | Code::Index(pair) => {
            visit(&pair.0);
            visit(&pair.1);
        }
        Code::Slice(parts) => {
            visit(&parts.0);
            parts.1.iter().flatten().for_each(visit);
        }
        Code::If(branches, otherwise) => {
            for (condition, result) in branches {
                visit(condition);
                visit(result);
            }
            visit(otherwise);
        }
        Code::TextFunction(_, codes) | Code::Mktime(codes, _) => codes.iter().for_each(visit),
        Code::Format(pieces) => {
            for piece in pieces {
                if let Piece::Value(code, _) = piece {
                    visit(code);
                }
            }
        }
    }
}

/// Says whether a metric certainly has no value in a window without any point of what it reads.
pub fn needs_points(code: &Code, variables: &[Variable<'_>]) -> bool {
    needs_points_inside(code, &[], variables)
}

/// The same inside the argument of an aggregation, which computes some constants once for all points.
fn needs_points_inside(code: &Code, constants: &[Code], variables: &[Variable<'_>]) -> bool {
    let needs = |code: &Code| needs_points_inside(code, constants, variables);
    let moves = |variable: usize| variables[variable].source != Source::Attribute;
    match code {
        Code::Variable(variable) => moves(*variable),
        Code::Constant(index) => constants.get(*index).is_some_and(|code| needs_points(code, variables)),
        Code::And(pair) | Code::Or(pair) => needs(&pair.0),
        Code::If(branches, otherwise) => {
            branches.first().map_or_else(|| needs(otherwise), |first| needs(&first.0))
        }
        Code::Aggregate(Aggregate::Count, _) => false,
        Code::Aggregate(_, arguments) => {
            let empty = |argument: &Argument| match argument.variable {
                Some(variable) => moves(variable),
                None => needs_points_inside(&argument.code, &argument.constants, variables),
            };
            let mut reading = arguments
                .iter()
                .filter(|argument| argument.variable.is_some() || !argument.constants.is_empty());
            reading.clone().next().is_some() && reading.all(empty)
        }
        Code::Temporal(Weighing::First | Weighing::Last, argument) => argument.variable.is_some_and(moves),
        Code::Temporal(..) => false,
        other => {
            let mut any = false;
            children(other, &mut |code| any |= needs(code));
            any
        }
    }
}
