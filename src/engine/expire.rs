//! The active expiry cycle: finds keys whose time has come although nobody asks for them.

use crate::config::Config;
use crate::keyspace::Keyspace;
use crate::time::Time;

/// The slow cycle of one cron tick.
pub fn slow_cycle(keys: &mut Keyspace, _config: &Config, now: Time) {
    // To be replaced by the real walk (see the module's issue): removes what is due, bounded.
    for db in 0..keys.dbs.len() {
        keys.begin(db, now);
        let due: Vec<Vec<u8>> = keys.dbs[db].expires.keys().filter(|key| keys.is_due(key)).map(|key| key.to_vec()).collect();
        for key in due {
            keys.expire(&key);
        }
    }
}
