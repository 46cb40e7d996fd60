//! Commands of the group `transactions`.

use crate::command::Command;

pub(super) const COMMANDS: &[Command] = &[];
