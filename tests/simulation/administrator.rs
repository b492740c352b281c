//! An administrator who tries other rules, reads what they would change, and puts them in force. In some seeds only, and
//! by chance of its own: all other seeds stay what they were.

use domain::rules::{FieldPattern, Preference, Rule, RuleEffect, RuleSet};
use domain::{Role, Source};
use sync_engine::preview;

use crate::chance::Chance;
use crate::checks::Broken;
use crate::verdicts;
use crate::world::World;

/// Is there an administrator in this seed?
pub fn governs(seed: u64) -> bool {
    matches!(seed % 8, 2 | 3 | 7)
}

/// Two within some hundred metres, one some kilometres away.
const PLACES: [&str; 3] = ["39.9000,116.4000", "39.9010, 116.4000", "39.9300,116.4000"];

/// Some rules, in any order, of which some turn in circles.
fn some_rules(chance: &mut Chance) -> RuleSet {
    let source = |of, over| Preference::Source { of: vec![of], over: vec![over] };
    let role = |of, over| Preference::Role { of: vec![of], over: vec![over] };
    let pool = [
        ("*", source(Source::ThirdParty, Source::Manual)),
        ("*", source(Source::Manual, Source::Import)),
        ("*", source(Source::Import, Source::ThirdParty)),
        ("name", role(Role::Operations, Role::Merchant)),
        ("hours.*", role(Role::Merchant, Role::Operations)),
        ("status", Preference::Later),
        ("*", Preference::Later),
        ("hours.*", Preference::Present),
        ("custom.place", Preference::Near { metres: 500 }),
        ("custom.place", Preference::Near { metres: 5 }),
    ];
    let pool = pool.into_iter().enumerate().map(|(n, (fields, prefer))| Rule {
        id: format!("rule_{n}"),
        fields: FieldPattern(fields.to_owned()),
        prefer,
    });
    let all = RuleSet::default().0.into_iter().chain(pool);
    let mut rules: Vec<Rule> = all.filter(|_| chance.once_in(3)).collect();
    for n in (1..rules.len()).rev() {
        rules.swap(n, chance.below(n as u64 + 1) as usize);
    }
    RuleSet(rules)
}

impl World {
    /// What the administrator does at this step, and what else only their seeds have.
    pub fn administrator_acts(&mut self) -> Result<(), Broken> {
        let Some(mut chance) = self.administrator.take() else {
            return Ok(());
        };
        let done = match chance.below(40) {
            0 if self.server.up => self.rules_change(some_rules(&mut chance)),
            1..=4 => {
                let device = chance.below(self.devices.len() as u64) as usize;
                let place = *chance.pick(&PLACES);
                self.person_moves(device, place);
                Ok(())
            }
            _ => Ok(()),
        };
        self.administrator = Some(chance);
        done
    }

    /// What the preview says is what then happens.
    fn rules_change(&mut self, then: RuleSet) -> Result<(), Broken> {
        let now = self.server.rules.clone();
        let told: Vec<_> = self
            .server
            .records
            .iter()
            .map(|(merchant, (_, record))| (merchant.clone(), preview::differences(record, &now.rules, &then)))
            .collect();
        self.server.set_rules(then);
        self.report.count("rules put in force");
        let then = self.server.rules.clone();
        for (merchant, told) in told {
            let record = &self.server.records[&merchant].1;
            verdicts::shows_what_it_should(record, &then.rules)?;
            verdicts::preview_is_true(record, (&now.rules, &then.rules), &told)?;
            for difference in told {
                self.report.count(match difference.effect {
                    RuleEffect::Settles => "preview: settles",
                    RuleEffect::Reopens => "preview: reopens",
                    RuleEffect::Changes => "preview: changes",
                });
            }
        }
        self.wake_all();
        Ok(())
    }
}
