//! Commands of the group `pubsub`.

use crate::command::Command;

pub(super) const COMMANDS: &[Command] = &[];
