//! `os.clock`, which is all that scripts get of `os`.

use crate::native::{Args, NativeResult, Outcome};
use crate::value::Value;
use crate::vm::{Error, Vm};

impl Vm {
    pub(crate) fn open_os(&mut self) -> Result<(), Error> {
        self.open("os", &[("clock", clock)]).map(|_| ())
    }
}

fn clock(vm: &mut Vm, _: Args) -> NativeResult {
    Ok(Outcome::One(Value::Number(vm.clock)))
}
