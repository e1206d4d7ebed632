//! One series with a point a second for a year: pages of its history, averages of its days, and the engine's own speed.

use std::path::Path;

use serde_json::Value;
use series::SeriesKey;

use super::points::{Times, Values, Walks, now_s};
use super::wire::{Shape, Wire, alias};
use super::{ALL, again, engine, get, send, start};
use crate::measure::Bench;
use crate::peer::homeregion::ask;
use crate::peer::signed::Operation;
use crate::peer::victoria;
use crate::process::Process;
use crate::report::{Aim, Better, Figure, Measure, OURS};
use crate::wire::{Answer, Connection};

const DATA: &str = "year";
const DAY_S: i64 = 24 * 3600;
/// Points of one page, as many as there may be.
const PAGE: i64 = 20_000;
/// Pages of one round.
const PAGES: i64 = 40;
/// Points that are written at once.
const AT_ONCE: i64 = 100_000;

/// Pages, days, the engine alone.
pub fn take(bench: &Bench) -> Result<Vec<Measure>, String> {
    let days = i64::try_from(bench.effort.days).unwrap_or_default();
    // Whole days that end a day before now, so that every window has ended.
    let end_s = (now_s() / DAY_S - 1) * DAY_S;
    let begin_s = end_s - days * DAY_S;
    let mut servers = Vec::new();
    let mut missing = Vec::new();
    let mut scan = Figure::of(OURS);
    for (name, wire) in ALL {
        match filled(bench, wire, (begin_s, end_s), &mut scan) {
            Ok(server) => servers.push((name, wire, server)),
            Err(reason) => missing.push(Figure::missing(name, reason)),
        }
    }
    let blank = || servers.iter().map(|(name, ..)| Figure::of(name)).collect::<Vec<_>>();
    let (mut pages, mut rates, mut averages) = (blank(), blank(), blank());
    for round in 0..bench.effort.rounds {
        for (i, (_, wire, server)) in servers.iter().enumerate() {
            let first = begin_s + i64::try_from(round).unwrap_or_default() * DAY_S;
            page_round(server, *wire, first, (&mut pages[i], &mut rates[i]))?;
            let (found, ms) = windows(server, *wire, (begin_s, end_s))?;
            if found < bench.effort.days - 1 {
                return Err(format!("{} answers {found} days, not {days}", servers[i].0));
            }
            averages[i].samples.push(ms);
        }
    }
    let measure = |name: String, unit, better, aims, mut figures: Vec<Figure>| {
        figures.extend(missing.iter().cloned());
        Measure { name, unit, better, aims, figures }
    };
    let alone = format!("scan of {days} days at 1 Hz in the engine alone");
    let aims = vec![Aim::Reach(5_000_000.0)];
    Ok(vec![
        measure(
            format!("page of {PAGE} points of history, 99 of 100"),
            "ms",
            Better::Less,
            vec![Aim::Reach(40.0)],
            pages,
        ),
        measure("history page after page".to_owned(), "points/s", Better::More, Vec::new(), rates),
        measure(format!("averages of {days} days at 1 Hz"), "ms", Better::Less, Vec::new(), averages),
        Measure { name: alone, unit: "points/s", better: Better::More, aims, figures: vec![scan] },
    ])
}

/// Fills a contender: ours through its engine, as its API takes only what is younger than seven days.
fn filled(
    bench: &Bench,
    wire: Wire,
    (begin_s, end_s): (i64, i64),
    scan: &mut Figure,
) -> Result<Process, String> {
    let server = start(bench, wire, DATA)?;
    let mut walks = Walks::new(1, begin_s, Times::Regular, Values::Walk);
    if wire == Wire::SiteWise {
        // The first value makes the series.
        let mut now = Walks::new(1, now_s() - 60, Times::Regular, Values::Walk);
        send(&server, wire, Shape { series: 1, values: 1 }, 0, &now.take(1))?;
        server.stop()?;
        fill(&bench.homeregion.data(DATA), &mut walks, end_s, (bench.effort.rounds, scan))?;
        return again(bench, wire, DATA);
    }
    while walks.next_s() < end_s {
        let count = usize::try_from(AT_ONCE.min(end_s - walks.next_s())).unwrap_or_default();
        send(&server, wire, Shape { series: 1, values: 10_000 }, 0, &walks.take(count))?;
    }
    if wire == Wire::VictoriaJson {
        victoria::merge(&server)?;
    }
    Ok(server)
}

fn fill(
    folder: &Path,
    walks: &mut Walks,
    end_s: i64,
    (rounds, scan): (usize, &mut Figure),
) -> Result<(), String> {
    let key = testkit::bulk::stream(folder, &alias(0)).map_err(|error| error.to_string())?;
    let key = SeriesKey(key.ok_or("the series is not there")?);
    let engine = engine::of_server(folder)?;
    while walks.next_s() < end_s {
        let count = usize::try_from((AT_ONCE / 10).min(end_s - walks.next_s())).unwrap_or_default();
        let samples = walks.take(count).remove(0);
        engine::write(&engine, &[(key, samples)])?;
    }
    engine::seal(&engine)?;
    for _ in 0..rounds {
        let (points, seconds) = engine::read(&engine, key)?;
        #[allow(clippy::cast_precision_loss)] // far below 2^52
        scan.samples.push(points as f64 / seconds);
    }
    let (points, bytes, segments) = engine::sealed(&engine);
    #[allow(clippy::cast_precision_loss)] // far below 2^52
    scan.add("bytes/point", bytes as f64 / points as f64);
    #[allow(clippy::cast_precision_loss)] // few
    scan.add("segments", segments as f64);
    Ok(())
}

/// Asks for pages one behind the other; where a contender has no pages, for as many points from each page's start.
fn page_round(
    server: &Process,
    wire: Wire,
    first_s: i64,
    (pages, rates): (&mut Figure, &mut Figure),
) -> Result<(), String> {
    let mut connection = Connection::open(server.address).map_err(|error| error.to_string())?;
    let mut durations = Vec::new();
    let mut token = String::new();
    let mut cpu = server.cpu()?;
    for page in 0..PAGES {
        let begin_s = first_s + page * PAGE;
        let request = match wire {
            Wire::SiteWise => history(server, first_s, &token),
            Wire::InfluxLines => get(
                server,
                &format!(
                    "/query?db=bench&epoch=ms&q=SELECT%20v%20FROM%20m%20WHERE%20s%3D%270000000%27%20AND%20time%20%3E%3D%20{begin_s}s%20AND%20time%20%3C%20{}s",
                    begin_s + PAGE
                ),
            ),
            Wire::VictoriaLines | Wire::VictoriaJson => get(
                server,
                &format!(
                    "/api/v1/export?match%5B%5D=m_v%7Bs%3D%220000000%22%7D&start={begin_s}&end={}",
                    begin_s + PAGE
                ),
            ),
        };
        let answer = connection.send(&request).map_err(|error| error.to_string())?;
        whole(&answer, wire)?;
        durations.push(answer.whole_after.as_secs_f64() * 1e3);
        if wire == Wire::SiteWise {
            token = next_token(&answer.body).ok_or("a page has no nextToken")?;
        }
    }
    cpu = server.cpu()?.saturating_sub(cpu);
    #[allow(clippy::cast_precision_loss)] // few
    let points = (PAGE * PAGES) as f64;
    rates.samples.push(points / durations.iter().sum::<f64>() * 1e3);
    rates.add("server CPU µs/point", cpu.as_secs_f64() * 1e6 / points);
    durations.sort_by(f64::total_cmp);
    pages.samples.push(durations[durations.len() * 99 / 100]);
    pages.add("p50 ms", durations[durations.len() / 2]);
    Ok(())
}

/// Refuses what is no whole page.
fn whole(answer: &Answer, wire: Wire) -> Result<(), String> {
    if answer.status != 200 {
        return Err(format!("a page answers {}: {}", answer.status, answer.text()));
    }
    let mark: &[u8] = match wire {
        Wire::SiteWise => b"doubleValue",
        Wire::InfluxLines => b"],[",
        Wire::VictoriaLines | Wire::VictoriaJson => b",",
    };
    let count = answer.body.windows(mark.len()).filter(|part| *part == mark).count();
    let least = usize::try_from(PAGE - 2).unwrap_or_default();
    if count < least { Err(format!("a page has {count} points: {}", answer.text())) } else { Ok(()) }
}

fn history(server: &Process, first_s: i64, token: &str) -> Vec<u8> {
    let next = if token.is_empty() { String::new() } else { format!("&nextToken={}", escaped(token)) };
    let path = format!(
        "/properties/history?propertyAlias={}&startDate={}&maxResults={PAGE}&timeOrdering=ASCENDING{next}",
        escaped(&alias(0)),
        date(first_s)
    );
    Operation::rest("iotsitewise", "GET", &path, "").plain(server.address)
}

/// Finds the token at the end of a page without reading all of it.
fn next_token(body: &[u8]) -> Option<String> {
    let tail = String::from_utf8_lossy(&body[body.len().saturating_sub(4096)..]).into_owned();
    let all = if tail.contains("\"nextToken\"") { tail } else { String::from_utf8_lossy(body).into_owned() };
    let (_, behind) = all.split_once("\"nextToken\":\"")?;
    behind.split_once('"').map(|(token, _)| token.to_owned())
}

/// Averages of the days; answers how many there are, and the milliseconds until all were there.
fn windows(server: &Process, wire: Wire, (begin_s, end_s): (i64, i64)) -> Result<(usize, f64), String> {
    let mut connection = Connection::open(server.address).map_err(|error| error.to_string())?;
    let days = (end_s - begin_s) / DAY_S;
    let request = match wire {
        Wire::SiteWise => return aggregates(server, (begin_s, end_s)),
        Wire::InfluxLines => get(
            server,
            &format!(
                "/query?db=bench&epoch=s&q=SELECT%20mean(v)%20FROM%20m%20WHERE%20s%3D%270000000%27%20AND%20time%20%3E%3D%20{begin_s}s%20AND%20time%20%3C%20{end_s}s%20GROUP%20BY%20time(1d)"
            ),
        ),
        Wire::VictoriaLines | Wire::VictoriaJson => get(
            server,
            &format!(
                "/api/v1/query_range?query=avg_over_time(m_v%7Bs%3D%220000000%22%7D%5B1d%5D)&start={}&end={end_s}&step={DAY_S}&nocache=1",
                begin_s + DAY_S
            ),
        ),
    };
    let answer = connection.send(&request).map_err(|error| error.to_string())?;
    let found: Value =
        serde_json::from_slice(&answer.body).map_err(|error| format!("{error}: {}", answer.text()))?;
    let values = match wire {
        Wire::InfluxLines => &found["results"][0]["series"][0]["values"],
        _ => &found["data"]["result"][0]["values"],
    };
    let count = values.as_array().map_or(0, Vec::len);
    if i64::try_from(count).unwrap_or_default() < days - 1 {
        return Err(format!("{count} days of {days}: {}", answer.text()));
    }
    Ok((count, answer.whole_after.as_secs_f64() * 1e3))
}

fn aggregates(server: &Process, (begin_s, end_s): (i64, i64)) -> Result<(usize, f64), String> {
    let mut connection = Connection::open(server.address).map_err(|error| error.to_string())?;
    let (mut count, mut ms, mut token) = (0, 0.0, String::new());
    loop {
        let next = if token.is_empty() { String::new() } else { format!("&nextToken={}", escaped(&token)) };
        let path = format!(
            "/properties/aggregates?propertyAlias={}&aggregateTypes=AVERAGE&resolution=1d&startDate={}&endDate={}&maxResults=250{next}",
            escaped(&alias(0)),
            date(begin_s),
            date(end_s)
        );
        let request = Operation::rest("iotsitewise", "GET", &path, "");
        if token.is_empty() {
            // Once beforehand for a refusal in words.
            ask(server, &request).map_err(|refused| refused.to_string())?;
        }
        let answer = connection.send(&request.plain(server.address)).map_err(|error| error.to_string())?;
        ms += answer.whole_after.as_secs_f64() * 1e3;
        let found: Value = serde_json::from_slice(&answer.body).map_err(|error| error.to_string())?;
        count += found["aggregatedValues"].as_array().map_or(0, Vec::len);
        match found["nextToken"].as_str() {
            Some(next) => next.clone_into(&mut token),
            None => return Ok((count, ms)),
        }
    }
}

/// Writes a second as an SDK writes it in a query.
fn date(second: i64) -> String {
    jiff::Timestamp::from_second(second).map_or_else(|_| second.to_string(), |at| escaped(&at.to_string()))
}

/// Writes text as it stands in a query.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('+', "%2B").replace('/', "%2F").replace('=', "%3D").replace(':', "%3A")
}
