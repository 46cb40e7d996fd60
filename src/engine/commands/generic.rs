//! Commands of the group `generic`.

use crate::command::Command;

pub(super) const COMMANDS: &[Command] = &[];
