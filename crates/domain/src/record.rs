//! The state of one merchant: for each register the candidates that nobody has superseded yet.
//!
//! A register is a multi-value register (Shapiro et al., "A comprehensive study of Convergent and
//! Commutative Replicated Data Types", 2011, §3.2.2): a write removes the candidates that its editor had
//! seen and adds itself. Almost always one candidate is left. What a register *shows* is a pure function
//! of its candidates (`sync_engine::reconcile`), hence the same in whatever order the edits arrived.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::edit::Source;
use crate::field::FieldPath;
use crate::hlc::Hlc;
use crate::id::{ActorId, EditId, MerchantId};
use crate::role::Role;
use crate::value::Value;
use crate::version::{Dot, VersionVector};

/// The most candidates of one register.
pub const SIBLINGS_MAX: usize = 32;
/// The most registers of one merchant.
pub const REGISTERS_MAX: usize = 1024;

/// One candidate value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sibling {
    /// The edit that wrote it.
    #[serde(rename = "d")]
    pub dot: Dot,
    /// The value.
    #[serde(rename = "v")]
    pub value: Value,
    /// The value that its editor saw.
    #[serde(rename = "b", default, skip_serializing_if = "Value::is_null")]
    pub base_value: Value,
}

/// One register.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {
    /// Candidates, sorted by dot.
    #[serde(rename = "s")]
    pub siblings: Vec<Sibling>,
    /// What the writers of this register had seen, joined: an edit within it is superseded even if it
    /// arrives after its successor.
    #[serde(rename = "c", default, skip_serializing_if = "VersionVector::is_empty")]
    pub context: VersionVector,
}

/// Who made an edit of which something is still in the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteMeta {
    /// Which edit.
    #[serde(rename = "e")]
    pub edit_id: EditId,
    /// Who, as the server knows them.
    #[serde(rename = "a")]
    pub actor: ActorId,
    /// Their name.
    #[serde(rename = "n")]
    pub actor_name: String,
    /// As what.
    #[serde(rename = "r")]
    pub role: Role,
    /// From where.
    #[serde(rename = "o")]
    pub source: Source,
    /// When.
    #[serde(rename = "h")]
    pub hlc: Hlc,
}

/// One merchant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Which merchant.
    pub merchant_id: MerchantId,
    /// Its registers. Ones that this version does not know are kept.
    pub registers: BTreeMap<FieldPath, Register>,
    /// Who made the edits whose values are among the candidates.
    pub edits: BTreeMap<Dot, WriteMeta>,
}

impl Record {
    /// A merchant of whom nothing is known yet.
    pub fn empty(merchant_id: MerchantId) -> Self {
        Self { merchant_id, registers: BTreeMap::new(), edits: BTreeMap::new() }
    }

    /// Everything that somebody who looks at this record has seen.
    pub fn version(&self) -> VersionVector {
        let mut seen: VersionVector = self.edits.keys().copied().collect();
        for register in self.registers.values() {
            seen.join(&register.context);
        }
        seen
    }

    /// Forgets who made edits of which nothing is left.
    pub fn forget_unused_edits(&mut self) {
        let used: std::collections::BTreeSet<Dot> =
            self.registers.values().flat_map(|r| r.siblings.iter().map(|s| s.dot)).collect();
        self.edits.retain(|dot, _| used.contains(dot));
    }

    /// When the newest of its values was written.
    pub fn latest(&self) -> Hlc {
        self.edits.values().map(|meta| meta.hlc).max().unwrap_or_default()
    }
}
