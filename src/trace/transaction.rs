//! What WATCH, MULTI and EXEC do for a client, and what others do to its watched keys.

use crate::Client;

#[derive(Debug, Clone, PartialEq)]
pub enum Transaction {
    Watched {
        client: Client,
        db: u32,
        key: Vec<u8>,
    },
    /// A key that this client watches was written, by whoever. All of its watches end, and its next EXEC is lost.
    Touched {
        client: Client,
        db: u32,
        key: Vec<u8>,
    },
    /// EXEC finds a watched key past its deadline: as good as written.
    Expired {
        client: Client,
        db: u32,
        key: Vec<u8>,
    },
    Unwatched {
        client: Client,
    },
    Began {
        client: Client,
    },
    /// `kept` is false where EXEC could only drop it.
    Queued {
        client: Client,
        words: Vec<Vec<u8>>,
        kept: bool,
    },
    /// A command was refused while queueing.
    Refused {
        client: Client,
    },
    /// EXEC begins to run the queue; its watches end.
    Executes {
        client: Client,
        commands: u32,
    },
    /// A command of the queue, counted from 1.
    Runs {
        number: u32,
        of: u32,
        words: Vec<Vec<u8>>,
    },
    /// EXEC ran nothing: a command had been refused, or else a watched key was touched.
    Nothing {
        client: Client,
        refused: bool,
    },
    /// DISCARD, RESET, or the connection is gone.
    Dropped {
        client: Client,
    },
}
