//! Points as each contender wants them: whole requests, written before the first of them is sent.

use std::net::SocketAddr;

use super::points::{Sample, push};
use crate::peer::signed::Operation;

/// How points go over the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// BatchPutAssetPropertyValue as boto3 writes it.
    SiteWise,
    /// Lines of the InfluxDB protocol, to VictoriaMetrics.
    VictoriaLines,
    /// A line of JSON for each series, to VictoriaMetrics.
    VictoriaJson,
    /// Lines of the InfluxDB protocol, to InfluxDB.
    InfluxLines,
}

/// How many points a request has: so many series, so many of each.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub series: usize,
    pub values: usize,
}

impl Wire {
    /// What each answer must hold.
    pub fn expected(self) -> &'static str {
        match self {
            Self::SiteWise => "{\"errorEntries\":[]}",
            _ => "",
        }
    }

    /// Writes the requests of a sweep over all series, whose first one has that number: as many points of each as there
    /// are, which `shape` divides.
    pub fn requests(
        self,
        address: SocketAddr,
        shape: Shape,
        first: usize,
        sweep: &[Vec<Sample>],
        out: &mut Vec<Vec<u8>>,
    ) {
        let length = sweep.first().map_or(0, Vec::len);
        for begin in (0..length).step_by(shape.values) {
            let end = length.min(begin + shape.values);
            for (i, group) in sweep.chunks(shape.series).enumerate() {
                let series = first + i * shape.series;
                let points: Vec<(usize, &[Sample])> =
                    (series..).zip(group).map(|(series, all)| (series, &all[begin..end])).collect();
                out.push(self.request(address, &points));
            }
        }
    }

    /// Writes one request: the points of some series.
    pub fn request(self, address: SocketAddr, points: &[(usize, &[Sample])]) -> Vec<u8> {
        let mut body = Vec::new();
        let path = match self {
            Self::SiteWise => {
                sitewise(points, &mut body);
                let body = String::from_utf8(body).expect("JSON is text");
                return Operation::rest("iotsitewise", "POST", "/properties", body).plain(address);
            }
            Self::VictoriaLines => "/write",
            Self::InfluxLines => "/write?db=bench",
            Self::VictoriaJson => "/api/v1/import",
        };
        for (series, samples) in points {
            if self == Self::VictoriaJson {
                json_line(*series, samples, &mut body);
            } else {
                for sample in *samples {
                    push(&mut body, format_args!("m,s={series:07} v="));
                    sample.write(&mut body);
                    push(&mut body, format_args!(" {}000000\n", sample.at_ms));
                }
            }
        }
        let mut request = Vec::with_capacity(body.len() + 128);
        let length = body.len();
        push(
            &mut request,
            format_args!("POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {length}\r\n\r\n"),
        );
        request.extend_from_slice(&body);
        request
    }
}

/// Answers the alias of a series.
pub fn alias(series: usize) -> String {
    format!("/bench/{series:07}")
}

fn sitewise(points: &[(usize, &[Sample])], out: &mut Vec<u8>) {
    push(out, format_args!("{{\"entries\": ["));
    for (i, (series, samples)) in points.iter().enumerate() {
        let comma = if i > 0 { ", " } else { "" };
        push(
            out,
            format_args!(
                "{comma}{{\"entryId\": \"{i}\", \"propertyAlias\": \"/bench/{series:07}\", \"propertyValues\": ["
            ),
        );
        for (i, sample) in samples.iter().enumerate() {
            let comma = if i > 0 { ", " } else { "" };
            push(out, format_args!("{comma}{{\"value\": {{\"doubleValue\": "));
            sample.write(out);
            let (seconds, nanos) = (sample.at_ms.div_euclid(1000), sample.at_ms.rem_euclid(1000) * 1_000_000);
            push(
                out,
                format_args!(
                    "}}, \"timestamp\": {{\"timeInSeconds\": {seconds}, \"offsetInNanos\": {nanos}}}, \"quality\": \"GOOD\"}}"
                ),
            );
        }
        push(out, format_args!("]}}"));
    }
    push(out, format_args!("]}}"));
}

fn json_line(series: usize, samples: &[Sample], out: &mut Vec<u8>) {
    push(out, format_args!("{{\"metric\":{{\"__name__\":\"m_v\",\"s\":\"{series:07}\"}},\"values\":["));
    for (i, sample) in samples.iter().enumerate() {
        out.extend_from_slice(if i > 0 { b"," } else { b"" });
        sample.write(out);
    }
    push(out, format_args!("],\"timestamps\":["));
    for (i, sample) in samples.iter().enumerate() {
        let comma = if i > 0 { "," } else { "" };
        push(out, format_args!("{comma}{}", sample.at_ms));
    }
    push(out, format_args!("]}}\n"));
}
