//! What can go wrong behind the guard, and which Java exception it becomes (docs/JNI.md).

use jni::jni_str;
use jni::strings::JNIStr;
use std::collections::TryReserveError;
use std::fmt;

/// Why a native entry failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The core refused or gave up.
    Core(ivory_core::Error),
    /// A handle is stale, foreign or closed.
    Handle(String),
    /// A JNI call failed; an exception may be pending.
    Jni(jni::errors::Error),
}

impl Failure {
    /// A bad argument.
    pub fn argument(text: impl Into<String>) -> Self {
        Self::Core(ivory_core::Error::Argument(text.into()))
    }

    /// The class of the exception to throw; none of them is a `java.lang.Error`.
    pub fn exception(&self) -> &'static JNIStr {
        use ivory_core::Error;
        match self {
            Self::Core(Error::Argument(_)) => jni_str!("java/lang/IllegalArgumentException"),
            Self::Core(Error::State(_)) | Self::Handle(_) => {
                jni_str!("java/lang/IllegalStateException")
            }
            Self::Core(Error::Format(_)) => jni_str!("org/ivory/nativelib/ModelFormatException"),
            Self::Core(Error::Cancelled) => jni_str!("java/util/concurrent/CancellationException"),
            Self::Core(Error::Memory(_)) => jni_str!("org/ivory/nativelib/NativeMemoryException"),
            Self::Jni(_) => jni_str!("org/ivory/nativelib/NativeException"),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Core(error) => error.fmt(f),
            Self::Handle(text) => f.write_str(text),
            Self::Jni(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}

impl From<ivory_core::Error> for Failure {
    fn from(error: ivory_core::Error) -> Self {
        Self::Core(error)
    }
}

impl From<TryReserveError> for Failure {
    fn from(error: TryReserveError) -> Self {
        Self::Core(error.into())
    }
}

impl From<jni::errors::Error> for Failure {
    fn from(error: jni::errors::Error) -> Self {
        Self::Jni(error)
    }
}
