//! Commands of the group `set`.

use crate::command::Command;

pub(super) const COMMANDS: &[Command] = &[];
