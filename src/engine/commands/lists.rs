//! Commands of the group `list`.

use crate::command::Command;

pub(super) const COMMANDS: &[Command] = &[];
