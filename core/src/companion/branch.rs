//! Going on after a fork: a cloned phone, or one that was put back from a backup, writes on a branch of its own.

use uuid::Uuid;

use super::Companion;
use super::enrol::Enrolment;
use crate::env::LogLevel;
use crate::log::Digest;
use crate::store::{Meta, outbox};
use crate::sync::wire::BranchAnswer;
use crate::{Error, Result};

impl Companion {
    /// What to ask for a branch with. It is kept until there is an answer, so that asking twice gives one branch.
    pub(super) fn branch_claim(&self) -> Result<Uuid> {
        self.write(|connection, _| {
            if let Some(claim) = Meta::BranchClaim.read(connection)? {
                return Ok(claim);
            }
            let claim = self.env.new_id();
            Meta::BranchClaim.write(connection, &claim)?;
            Ok(claim)
        })
    }

    /// Moves to a branch: what the hub has not taken is chained there anew, under its old names and with its old contents.
    pub(super) fn branch_to(&self, answer: &BranchAnswer) -> Result<()> {
        let moved = self.write(|connection, changes| {
            let mut enrolment = Meta::Enrolment
                .read::<Enrolment>(connection)?
                .ok_or_else(|| Error::internal("only an enrolled phone is given a branch"))?;
            let mut operations = outbox::not_taken(connection, &answer.taken)?;
            let mut last = Digest::genesis(&self.device(), answer.epoch);
            for (operation, seq) in operations.iter_mut().zip(1..) {
                let from = (operation.epoch, operation.seq);
                operation.move_to(answer.epoch, seq, last);
                last = operation.hash;
                outbox::replace(connection, from, operation)?;
            }
            enrolment.epoch = answer.epoch;
            Meta::Enrolment.write(connection, &enrolment)?;
            Meta::BranchClaim.clear(connection)?;
            if Meta::Torn.read(connection)?.unwrap_or(false) {
                Meta::Torn.clear(connection)?;
                outbox::note_holes(connection)?;
            }
            changes.outbox();
            Ok(operations.len())
        })?;
        self.log(LogLevel::Warn, "branch", &format!("the log forked: {moved} operations go on on branch {}", answer.epoch));
        Ok(())
    }
}
