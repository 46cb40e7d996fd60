//! Every error text a client can see stands here and nowhere else, word for word as redis-server 8.2.3 sends it.

use std::borrow::Cow;
use std::fmt;

/// What a user can cause. `Display` is the wire text without the leading `-`.
#[derive(Debug, Clone, PartialEq)]
pub enum Error {
    WrongType,
    Syntax,
    NotAnInteger,
    NotAFloat,
    IndexOutOfRange,
    /// A number that must fit 32 bits.
    NotAnInt32,
    NoSuchKey,
    OutOfRange,
    /// A count that is negative or no number.
    NotPositive,
    /// `i64::MIN` where the sign is a direction.
    NotSymmetric,
    /// Arity: the command's full name, lower case (`client|kill`).
    WrongArity(String),
    /// The name as typed, and the first arguments.
    UnknownCommand(String, String),
    /// The subcommand as typed, and its command in upper case.
    UnknownSubcommand(String, String),
    /// Words that a subcommand cannot take: the subcommand as typed, and its command in upper case.
    SubcommandSyntax(String, String),
    /// `invalid expire time in '…' command`
    InvalidExpireTime(String),
    TimeoutNotAFloat,
    TimeoutNegative,
    TimeoutOutOfRange,
    /// A string would grow beyond `proto-max-bulk-len`.
    StringTooLong,
    /// An increment would leave the range of 64-bit integers.
    IncrementOverflow,
    NestedMulti,
    ExecWithoutMulti,
    DiscardWithoutMulti,
    WatchInsideMulti,
    ExecAbort,
    NoAuth,
    WrongPass,
    NoPerm(String),
    /// A command that only some may use, and the parameter that says who.
    Protected(&'static str, &'static str),
    /// The command's name: refused to a RESP2 client that has subscriptions.
    OnlySubscriberCommands(String),
    BusyKey,
    OutOfMemory,
    /// COPY or MOVE of a key onto itself.
    SameObject,
    NoProto,
    /// A write, on a replica.
    ReadOnly,
    /// A write, without as many replicas as `min-replicas-to-write` wants.
    NoReplicas,
    /// A replica without a master, whose data may be old.
    MasterDown,
    /// A CLUSTER command, and the server is no node of a cluster.
    NoCluster,
    /// The keys of a command belong to several slots.
    CrossSlot,
    /// Some keys of a slot that is moving are here and some are not.
    TryAgain,
    /// Another node has the slot; `to` is `host:port`.
    Moved {
        slot: u16,
        to: String,
    },
    /// Another node has the key, for its slot is moving there.
    Ask {
        slot: u16,
        to: String,
    },
    ClusterDown(Outage),
    /// What this engine cannot be: the text names the reason.
    NotEmulated(String),
    /// `ERR` and a text that only one command uses; constants below name those shared by two.
    Err(Cow<'static, str>),
    /// A whole line including its own code, for codes that only one command uses.
    Raw(Cow<'static, str>),
}

/// What of a cluster is down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outage {
    /// Nobody has the slot.
    Slot,
    Everything,
    Writes,
}

impl Error {
    /// Whether the command belongs somewhere else, or nowhere at present.
    pub fn is_redirection(&self) -> bool {
        matches!(
            self,
            Error::CrossSlot
                | Error::TryAgain
                | Error::Moved { .. }
                | Error::Ask { .. }
                | Error::ClusterDown(_)
        )
    }

    /// `ERR text`, for a text that only one command uses.
    pub const fn err(text: &'static str) -> Error {
        Error::Err(Cow::Borrowed(text))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::WrongType => f.write_str("WRONGTYPE Operation against a key holding the wrong kind of value"),
            Error::Syntax => f.write_str("ERR syntax error"),
            Error::NotAnInteger => f.write_str("ERR value is not an integer or out of range"),
            Error::NotAFloat => f.write_str("ERR value is not a valid float"),
            Error::NotAnInt32 => {
                f.write_str("ERR value is out of range, value must between -2147483648 and 2147483647")
            }
            Error::IndexOutOfRange => f.write_str("ERR index out of range"),
            Error::NoSuchKey => f.write_str("ERR no such key"),
            Error::OutOfRange => f.write_str("ERR value is out of range"),
            Error::NotPositive => f.write_str("ERR value is out of range, must be positive"),
            Error::NotSymmetric => {
                f.write_str("ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807")
            }
            Error::WrongArity(name) => write!(f, "ERR wrong number of arguments for '{name}' command"),
            Error::UnknownCommand(name, args) => {
                write!(f, "ERR unknown command '{name}', with args beginning with: {args}")
            }
            Error::UnknownSubcommand(sub, command) => {
                write!(f, "ERR unknown subcommand '{sub}'. Try {command} HELP.")
            }
            Error::SubcommandSyntax(sub, command) => {
                write!(f, "ERR unknown subcommand or wrong number of arguments for '{sub}'. Try {command} HELP.")
            }
            Error::InvalidExpireTime(name) => write!(f, "ERR invalid expire time in '{name}' command"),
            Error::TimeoutNotAFloat => f.write_str("ERR timeout is not a float or out of range"),
            Error::TimeoutNegative => f.write_str("ERR timeout is negative"),
            Error::TimeoutOutOfRange => f.write_str("ERR timeout is out of range"),
            Error::StringTooLong => f.write_str("ERR string exceeds maximum allowed size (proto-max-bulk-len)"),
            Error::IncrementOverflow => f.write_str("ERR increment or decrement would overflow"),
            Error::NestedMulti => f.write_str("ERR MULTI calls can not be nested"),
            Error::ExecWithoutMulti => f.write_str("ERR EXEC without MULTI"),
            Error::DiscardWithoutMulti => f.write_str("ERR DISCARD without MULTI"),
            Error::WatchInsideMulti => f.write_str("ERR WATCH inside MULTI is not allowed"),
            Error::ExecAbort => f.write_str("EXECABORT Transaction discarded because of previous errors."),
            Error::NoAuth => f.write_str("NOAUTH Authentication required."),
            Error::WrongPass => f.write_str("WRONGPASS invalid username-password pair or user is disabled."),
            Error::OnlySubscriberCommands(name) => write!(
                f,
                "ERR Can't execute '{name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context"
            ),
            Error::Protected(command, parameter) => write!(
                f,
                "ERR {command} command not allowed. If the {parameter} option is set to \"local\", you can run it from a \
                 local connection, otherwise you need to set this option in the configuration file, and then restart \
                 the server."
            ),
            Error::NoPerm(text) => write!(f, "NOPERM {text}"),
            Error::BusyKey => f.write_str("BUSYKEY Target key name already exists."),
            Error::OutOfMemory => {
                f.write_str("OOM command not allowed when used memory > 'maxmemory'.")
            }
            Error::SameObject => f.write_str("ERR source and destination objects are the same"),
            Error::NoProto => f.write_str("NOPROTO unsupported protocol version"),
            Error::ReadOnly => f.write_str("READONLY You can't write against a read only replica."),
            Error::NoReplicas => f.write_str("NOREPLICAS Not enough good replicas to write."),
            Error::MasterDown => {
                f.write_str("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.")
            }
            Error::NoCluster => f.write_str("ERR This instance has cluster support disabled"),
            Error::CrossSlot => f.write_str("CROSSSLOT Keys in request don't hash to the same slot"),
            Error::TryAgain => f.write_str("TRYAGAIN Multiple keys request during rehashing of slot"),
            Error::Moved { slot, to } => write!(f, "MOVED {slot} {to}"),
            Error::Ask { slot, to } => write!(f, "ASK {slot} {to}"),
            Error::ClusterDown(Outage::Slot) => f.write_str("CLUSTERDOWN Hash slot not served"),
            Error::ClusterDown(Outage::Everything) => f.write_str("CLUSTERDOWN The cluster is down"),
            Error::ClusterDown(Outage::Writes) => {
                f.write_str("CLUSTERDOWN The cluster is down and only accepts read commands")
            }
            Error::NotEmulated(why) => write!(f, "ERR not in this emulator: {why}"),
            Error::Err(text) => write!(f, "ERR {text}"),
            Error::Raw(text) => f.write_str(text),
        }
    }
}
