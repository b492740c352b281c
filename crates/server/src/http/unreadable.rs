//! Says what is wrong with a body that cannot be read: which part of it, and why. Only such a body is read twice.

use axum::http::StatusCode;
use domain::ErrorCode;
use serde::de::DeserializeOwned;

use super::refusal::{Refusal, echo};

/// Codes of parts that are read by themselves.
const CODES: [ErrorCode; 2] = [ErrorCode::BadId, ErrorCode::BadField];

/// The refusal of a text that is no `T`, because of this error.
pub fn refusal<T: DeserializeOwned>(text: &[u8], error: &serde_json::Error) -> Refusal {
    if !error.is_data() {
        return Refusal::bad_request(format!("the body is no whole JSON: {}", echo(&error.to_string())));
    }
    let mut json = serde_json::Deserializer::from_slice(text);
    serde_path_to_error::deserialize::<_, T>(&mut json).err().map_or_else(Refusal::internal, named)
}

/// Reads a value that was parsed before.
///
/// # Errors
/// The refusal of a value that is no `T`.
pub fn typed<T: DeserializeOwned>(json: serde_json::Value) -> Result<T, Refusal> {
    serde_path_to_error::deserialize(json).map_err(named)
}

fn named(error: serde_path_to_error::Error<serde_json::Error>) -> Refusal {
    let path = error.path().to_string();
    let said = error.inner().to_string();
    let (code, why) = reason(&said);
    let refusal = |part: &str| {
        let said = format!("the body is not what belongs here: {part}{}; nothing was stored", echo(&why));
        Refusal::new(StatusCode::BAD_REQUEST, code, said)
    };
    match path.as_str() {
        "." | "?" => refusal(""),
        path => refusal(&format!("{}: ", echo(path))).about(path.to_owned()),
    }
}

/// A sentence of the parser, as a code and in words that do not speak of the program.
fn reason(said: &str) -> (ErrorCode, String) {
    let said = said.rsplit_once(" at line ").map_or(said, |(said, _)| said);
    for code in CODES {
        if let Some(title) = said.strip_suffix(&format!(" [{code}]")) {
            return (code, title.to_owned());
        }
    }
    let why = match said.rsplit_once(", expected struct ") {
        Some((found, _)) => format!("{found}, expected an object"),
        None => said.to_owned(),
    };
    (ErrorCode::BadRequest, why)
}
