//! Libraries of functions: what FUNCTION LOAD was given, and which functions it registered. Source: Redis 8.2,
//! `functions.c`.

use std::collections::BTreeMap;

use super::shebang::Flags;

/// Why a name of a library or function is refused.
pub const BAD_NAME: &str = "Library names can only contain letters, numbers, or underscores(_) and must be at least \
                            one character long";

#[derive(Debug, Clone)]
pub struct Library {
    pub name: Vec<u8>,
    /// As it was given, first line included.
    pub code: Vec<u8>,
    /// By name in lower case: names differ by more than case.
    pub functions: BTreeMap<Vec<u8>, Function>,
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
    libraries: BTreeMap<Vec<u8>, Library>,
    /// Function, in lower case, and its library.
    owners: BTreeMap<Vec<u8>, Vec<u8>>,
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
        let lower = name.to_ascii_lowercase();
        let library = self.libraries.get(self.owners.get(&lower)?)?;
        Some((library, library.functions.get(&lower)?))
    }

    /// The name of a function of this library that another library has, except the one named `replaced`.
    pub fn collision(&self, library: &Library, replaced: Option<&[u8]>) -> Option<Vec<u8>> {
        let taken = |lower: &Vec<u8>| {
            let owner = self.owners.get(lower).map(Vec::as_slice);
            owner.is_some() && owner != replaced
        };
        let found = library.functions.iter().find(|(lower, _)| taken(lower));
        found.map(|(_, function)| function.name.clone())
    }

    /// Puts a library in, in place of one with the same name.
    pub fn insert(&mut self, library: Library) {
        self.remove(&library.name);
        for lower in library.functions.keys() {
            self.owners.insert(lower.clone(), library.name.clone());
        }
        self.libraries.insert(library.name.clone(), library);
    }

    pub fn remove(&mut self, name: &[u8]) -> Option<Library> {
        let library = self.libraries.remove(name)?;
        self.owners.retain(|_, owner| owner != name);
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
