//! The workload's files: merchants of eight texts each, and edits of one of them.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use domain::profile::Registers;
use domain::{FieldPath, MerchantId, Value};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::Failure;

/// The eight texts of a merchant. Three are ours by name; the others, whose edited values are no telephone number and no
/// opening hours, are registers of their own names, as fields of a newer schema are: two different values of
/// one go to people, as with any text of ours.
pub const FIELDS: [&str; 8] =
    ["name", "address", "phone", "category", "opening_hours", "custom_1", "custom_2", "custom_3"];

/// A merchant of the workload.
#[derive(Deserialize)]
pub struct Merchant {
    /// Its id.
    pub merchant_id: MerchantId,
    /// Its texts.
    #[serde(flatten)]
    pub texts: std::collections::BTreeMap<String, String>,
}

impl Merchant {
    /// As registers.
    pub fn registers(&self) -> Result<Registers, Failure> {
        let texts = self.texts.iter().map(|(field, text)| Ok((FieldPath::new(field.as_str())?, Value::text(text))));
        texts.collect()
    }
}

/// A person's edit of one text.
#[derive(Deserialize)]
pub struct FieldEdit {
    /// Of which merchant.
    pub merchant_id: MerchantId,
    /// Which text.
    pub field: String,
    /// What it shall be.
    pub value: String,
}

/// One value for each line of a file.
pub fn lines<T: DeserializeOwned>(file: &Path) -> Result<Vec<T>, Failure> {
    BufReader::new(File::open(file)?).lines().map(|line| Ok(serde_json::from_str(&line?)?)).collect()
}
