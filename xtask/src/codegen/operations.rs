//! Writes the operations: how each is called, and what it takes, answers and declares.

use super::api::{Api, Operation, Shape};
use super::names::{constant, type_name};
use super::tree::wrapped;

/// Writes the file of the operations.
pub fn write(api: &Api) -> String {
    let mut text = service(api);
    for operation in &api.operations {
        text += &one(api, operation);
    }
    let names: Vec<String> = api.operations.iter().map(|operation| operation.name.clone()).collect();
    text + &format!("operations! {{\n{}}}\n", wrapped(&names, "    "))
}

/// Writes the file of the errors.
pub fn write_errors(api: &Api) -> String {
    let names: Vec<String> = api.errors().iter().map(|name| type_name(name)).collect();
    let mut text = format!("use super::types::{{{}}};\n\nmodel::errors! {{\n", names.join(", "));
    for name in api.errors() {
        let status = api.shape(&name).status.expect("errors of operations are exceptions");
        let rust = type_name(&name);
        let variant = rust.strip_suffix("Exception").unwrap_or(&rust);
        text += &format!("    {variant}({rust}) = {status},\n");
    }
    text + "}\n"
}

fn service(api: &Api) -> String {
    let protocol = if api.rest { "RestJson1" } else { "AwsJson1_1" };
    let message = api.errors().iter().find_map(|name| {
        let members = &api.shape(name).members;
        members.iter().map(|member| &member.name).find(|name| name.eq_ignore_ascii_case("message"))
    });
    format!(
        "/// The service itself.\npub static SERVICE: Service = Service {{\n    id: {:?},\n    sdk_id: {:?},\n    \
         api_version: {:?},\n    signing_name: {:?},\n    protocol: Protocol::{protocol},\n    \
         target_prefix: {:?},\n    message_member: {:?},\n}};\n\n",
        api.id,
        api.sdk_id,
        api.api_version,
        api.signing_name,
        api.target_prefix,
        message.map_or("message", String::as_str)
    )
}

fn one(api: &Api, operation: &Operation) -> String {
    let name = &operation.name;
    let input = operation.input.as_ref().map(|input| api.shape(input));
    let output = operation.output.as_ref().map(|output| api.shape(output));
    let mut spec = String::new();
    if operation.status != 200 {
        spec += &format!("    status: {},\n", operation.status);
    }
    if !operation.errors.is_empty() {
        let names: Vec<String> = operation.errors.iter().map(|error| format!("{error:?}")).collect();
        spec += &format!("    errors: &[\n{}    ],\n", wrapped(&names, "        "));
    }
    let token = input.and_then(|input| input.members.iter().find(|member| member.idempotency_token));
    if let Some(token) = token {
        spec += &format!("    idempotency_token: Some({:?}),\n", token.name);
    }
    if let Some(payload) = input.and_then(|input| input.payload.as_ref()) {
        spec += &format!("    request_payload: Some({payload:?}),\n");
    }
    if let Some(payload) = output.and_then(|output| payload_shape(api, output)) {
        let kind = if payload.event_stream { "event_stream" } else { "response_stream" };
        spec += &format!("    {kind}: true,\n");
    }
    let rust = |shape: &Option<String>| match shape {
        Some(shape) => format!("types::{}", type_name(shape)),
        None => "()".to_owned(),
    };
    let table = match &operation.input {
        Some(input) => format!("shapes::{}", constant(input)),
        None => "Structure::EMPTY".to_owned(),
    };
    let (takes, answers) = (rust(&operation.input), rust(&operation.output));
    let head =
        format!("{name}({takes}) -> {answers} {{\n    {:?} {:?} {table},", operation.method, operation.uri);
    format!("operation! {{ {head}\n{spec}}} }}\n\n")
}

fn payload_shape<'a>(api: &'a Api, output: &Shape) -> Option<&'a Shape> {
    let payload = output.payload.as_ref()?;
    let member = output.members.iter().find(|member| member.name == *payload)?;
    Some(api.shape(&member.shape))
}
