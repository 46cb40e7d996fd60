//! Libraries of functions: what FUNCTION LOAD was given, and which functions it registered. Source: Redis 8.2,
//! `functions.c`.

use super::shebang::Flags;
use crate::structures::ordered::OrderedMap;

/// Why a name of a library or function is refused.
pub const BAD_NAME: &str = "Library names can only contain letters, numbers, or underscores(_) and must be at least \
                            one character long";

#[derive(Debug, Clone)]
pub struct Library {
    pub name: Vec<u8>,
    /// As it was given, first line included.
    pub code: Vec<u8>,
    /// By name, as it was registered.
    pub functions: OrderedMap<Vec<u8>, Function>,
}

#[derive(Debug, Clone)]
pub struct Function {
    /// As it was registered.
    pub name: Vec<u8>,
    pub description: Option<Vec<u8>>,
    pub flags: Flags,
}

/// All libraries by name.
#[derive(Debug, Clone, Default)]
pub struct Libraries {
    libraries: OrderedMap<Vec<u8>, Library>,
    /// By a function's name in lower case: its library, and its name there. A second name that differs by case alone
    /// is listed and never found.
    owners: OrderedMap<Vec<u8>, (Vec<u8>, Vec<u8>)>,
}

pub fn is_name(name: &[u8]) -> bool {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    !name.is_empty() && name.iter().all(allowed)
}

impl Libraries {
    pub fn get(&self, name: &[u8]) -> Option<&Library> {
        self.libraries.get(name)
    }

    /// A function by name, in any case, and its library.
    pub fn function(&self, name: &[u8]) -> Option<(&Library, &Function)> {
        let (library, name) = self.owners.get(&name.to_ascii_lowercase())?;
        let library = self.libraries.get(library)?;
        Some((library, library.functions.get(name)?))
    }

    /// The name of a function of this library that another library has, except the one named `replaced`.
    pub fn collision(&self, library: &Library, replaced: Option<&[u8]>) -> Option<Vec<u8>> {
        let taken = |name: &&Vec<u8>| {
            let owner = self.owners.get(&name.to_ascii_lowercase());
            let owner = owner.map(|(library, _)| library.as_slice());
            owner.is_some() && owner != replaced
        };
        library.functions.keys().find(taken).cloned()
    }

    /// Puts a library in, in place of one with the same name.
    pub fn insert(&mut self, library: Library) {
        self.remove(&library.name);
        for name in library.functions.keys() {
            let owner = (library.name.clone(), name.clone());
            self.owners
                .get_or_insert_with(name.to_ascii_lowercase(), || owner);
        }
        self.libraries.insert(library.name.clone(), library);
    }

    pub fn remove(&mut self, name: &[u8]) -> Option<Library> {
        let library = self.libraries.remove(name)?;
        self.owners.retain(|_, (owner, _)| owner != name);
        Some(library)
    }

    pub fn clear(&mut self) {
        self.libraries.clear();
        self.owners.clear();
    }

    /// In order of name.
    pub fn iter(&self) -> impl Iterator<Item = &Library> {
        self.libraries.values()
    }

    pub fn len(&self) -> usize {
        self.libraries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.libraries.is_empty()
    }

    pub fn function_count(&self) -> usize {
        self.owners.len()
    }

    /// The code of every library, as files keep it.
    pub fn codes(&self) -> Vec<Vec<u8>> {
        self.iter().map(|library| library.code.clone()).collect()
    }
}
