//! Commands of the group `hash`.

use crate::command::Command;

pub(super) const COMMANDS: &[Command] = &[];
