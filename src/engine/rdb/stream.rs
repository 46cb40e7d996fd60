//! Streams in RDB bytes: the nodes as they lie in memory, the counters, the groups with what is pending.

use super::load::{Load, LoadError, Reader, ensure};
use super::{Writer, kind};
use crate::values::stream::{Group, Node, Pending, Stream, StreamId};

impl Writer {
    pub(super) fn stream(&mut self, stream: &Stream) {
        self.out.push(kind::STREAM_3);
        self.length(stream.node_count() as u64);
        for (id, node) in stream.nodes() {
            self.string(&id.to_bytes());
            self.string(node.listpack().bytes());
        }
        self.length(stream.len());
        self.id_in_parts(stream.last_id);
        self.id_in_parts(stream.first_id);
        self.id_in_parts(stream.max_deleted_id);
        self.length(stream.entries_added);
        self.length(stream.groups().len() as u64);
        for (name, group) in stream.groups() {
            self.string(name);
            self.group(group);
        }
    }

    fn group(&mut self, group: &Group) {
        self.id_in_parts(group.last_id);
        // "Unknown" is -1, and goes as the greatest length.
        self.length(group.entries_read as u64);
        self.length(group.pending().len() as u64);
        for (id, pending) in group.pending() {
            self.out.extend_from_slice(&id.to_bytes());
            self.out.extend_from_slice(&pending.delivered.to_le_bytes());
            self.length(pending.count);
        }
        self.length(group.consumers().count() as u64);
        for consumer in group.consumers() {
            self.string(&consumer.name);
            self.out.extend_from_slice(&consumer.seen.to_le_bytes());
            self.out.extend_from_slice(&consumer.active.to_le_bytes());
            self.length(consumer.pending().len() as u64);
            for id in consumer.pending() {
                self.out.extend_from_slice(&id.to_bytes());
            }
        }
    }

    fn id_in_parts(&mut self, id: StreamId) {
        self.length(id.ms);
        self.length(id.seq);
    }
}

impl Reader<'_> {
    /// `version` is the type's number: later ones say more.
    pub(super) fn stream(&mut self, version: u8) -> Load<Stream> {
        let mut stream = Stream::default();
        for _ in 0..self.length()? {
            let own = self.string()?.try_into().map_err(|_| LoadError)?;
            let own = StreamId::from_bytes(own);
            let node = Node::from_listpack(own, self.listpack()?).ok_or(LoadError)?;
            ensure(stream.push_node(own, node))?;
        }
        ensure(self.length()? == stream.len())?;
        stream.last_id = self.id_in_parts()?;
        if version == kind::STREAM {
            stream.entries_added = stream.len();
            stream.settle_after_deletion();
        } else {
            stream.first_id = self.id_in_parts()?;
            stream.max_deleted_id = self.id_in_parts()?;
            stream.entries_added = self.length()?;
        }
        for _ in 0..self.length()? {
            let name = self.string()?;
            let group = self.group(&stream, version)?;
            ensure(stream.add_group(&name, group))?;
        }
        Ok(stream)
    }

    fn group(&mut self, stream: &Stream, version: u8) -> Load<Group> {
        let last_id = self.id_in_parts()?;
        let entries_read = match version {
            kind::STREAM => stream.estimate_position(last_id),
            _ => self.length()? as i64,
        };
        let mut group = Group::new(last_id, entries_read);
        // Whose they are is said later, by the consumers; all of them must have one then.
        let mut waiting = structures::ordered::OrderedMap::new();
        for _ in 0..self.length()? {
            let id = StreamId::from_bytes(self.array()?);
            let (delivered, count) = (self.int64()?, self.length()?);
            ensure(waiting.insert(id, (delivered, count)).is_none())?;
        }
        for _ in 0..self.length()? {
            self.consumer(&mut group, &mut waiting, version)?;
        }
        ensure(waiting.is_empty())?;
        Ok(group)
    }

    fn consumer(
        &mut self,
        group: &mut Group,
        waiting: &mut structures::ordered::OrderedMap<StreamId, (i64, u64)>,
        version: u8,
    ) -> Load<()> {
        let name = self.string()?;
        ensure(group.find(&name).is_none())?;
        let seen = self.int64()?;
        let owner = group.add_consumer(&name, seen);
        group.consumer_mut(owner).active = match version {
            kind::STREAM_3 => self.int64()?,
            _ => seen,
        };
        for _ in 0..self.length()? {
            let id = StreamId::from_bytes(self.array()?);
            let (delivered, count) = waiting.remove(&id).ok_or(LoadError)?;
            let pending = Pending {
                owner,
                delivered,
                count,
            };
            group.assign(id, pending);
        }
        Ok(())
    }

    fn id_in_parts(&mut self) -> Load<StreamId> {
        Ok(StreamId::new(self.length()?, self.length()?))
    }
}
