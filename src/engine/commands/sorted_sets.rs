//! Commands of the group `sorted-set`.

use crate::command::Command;

pub(super) const COMMANDS: &[Command] = &[];
