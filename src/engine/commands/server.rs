//! Commands of the group `server`.

use crate::command::Command;

pub(super) const COMMANDS: &[Command] = &[];
