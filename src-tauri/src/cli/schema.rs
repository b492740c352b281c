//! The fields that administrators declared, as a file: print them, change the file, try it, put it in force.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use client::Console;
use domain::schema::{NewSchema, Schema, SchemaDraft};
use domain::{ErrorCode, Problem};

use super::{Failed, output};

/// What to do with them.
#[derive(Subcommand)]
pub enum SchemaCommand {
    /// Print the declared fields with their version: the server's, or this computer's copy where it does not answer.
    Get,
    /// Put a file's fields in force, in place of the version that the file names. Administrators only.
    Set {
        /// As `schema get --json` prints it, with other fields in it.
        file: PathBuf,
    },
    /// Say which version a file's fields would make and how many merchants hold values that they would not take.
    Preview {
        /// As `schema get --json` prints it, with other fields in it.
        file: PathBuf,
    },
}

/// The largest file that is read, in bytes: what the server takes.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Does it.
pub async fn run(console: &Console, json: bool, command: &SchemaCommand) -> Result<(), Failed> {
    match command {
        SchemaCommand::Get => {
            let view = console.schema_view().await?;
            if !view.fresh {
                output::say("note: the server cannot be asked; this is the copy on this computer");
            }
            print(json, &view.schema)
        }
        SchemaCommand::Set { file } => {
            let schema = read(file)?;
            let new = NewSchema { replaces: schema.version, custom: schema.custom };
            print(json, &console.put_schema(&new).await?)
        }
        SchemaCommand::Preview { file } => preview(console, json, SchemaDraft { custom: read(file)?.custom }).await,
    }
}

fn read(path: &Path) -> Result<Schema, Failed> {
    let bad = |why: String| Problem::new(ErrorCode::BadFile, format!("{}: {why}", path.display()));
    let size = std::fs::metadata(path).map_err(|error| bad(error.to_string()))?.len();
    if size > FILE_BYTES_MAX {
        return Err(bad("larger than 1 MiB".to_owned()).into());
    }
    let text = std::fs::read_to_string(path).map_err(|error| bad(error.to_string()))?;
    let hint = "write it as `schema get --json` prints it: {\"version\": …, \"custom\": […]}";
    let text = text.trim_start_matches('\u{feff}');
    // What is no JSON at all is named below.
    serde_json::from_str(text).map_or(Ok(()), |written: serde_json::Value| domain::schema::check_members(&written))?;
    serde_json::from_str(text).map_err(|error| bad(format!("no schema ({error}); {hint}")).into())
}

fn print(json: bool, schema: &Schema) -> Result<(), Failed> {
    if json {
        return output::json(schema);
    }
    output::line(&format!("version {}", schema.version))?;
    let rows: Vec<Vec<String>> = schema
        .custom
        .iter()
        .map(|field| {
            let marks =
                [(field.required, "required"), (field.sensitive, "sensitive"), (!field.is_offered(), "out of use")];
            let marks: Vec<&str> = marks.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark).collect();
            let options: Vec<&str> = field.kind.options().iter().map(|option| option.value.as_str()).collect();
            vec![
                field.path().to_string(),
                field.kind.name().to_owned(),
                field.labels.zh.clone(),
                field.labels.en.clone(),
                options.join(", "),
                marks.join(", "),
            ]
        })
        .collect();
    output::table(&rows)
}

async fn preview(console: &Console, json: bool, draft: SchemaDraft) -> Result<(), Failed> {
    let preview = console.preview_schema(&draft).await?;
    if json {
        return output::json(&preview);
    }
    output::line(&format!("version {} would become {}", preview.against, preview.version))?;
    let rows: Vec<Vec<String>> = preview
        .fields
        .iter()
        .map(|field| {
            let step = serde_json::to_value(field.step).ok().and_then(|step| step.as_str().map(str::to_owned));
            vec![
                format!("custom.{}", field.key),
                step.unwrap_or_default(),
                format!("{} of {} merchants have a value", field.holding, preview.merchants),
                format!("{} would be read otherwise", field.translated),
                format!("{} would not be taken", field.unfit),
                format!("{} would lack it", field.missing),
            ]
        })
        .collect();
    output::table(&rows)
}
