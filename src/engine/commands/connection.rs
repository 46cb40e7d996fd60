//! Commands of the group `connection`.

use crate::command::Command;

pub(super) const COMMANDS: &[Command] = &[];
