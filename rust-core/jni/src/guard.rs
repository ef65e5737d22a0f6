//! What every native entry runs behind: an error or a panic becomes a Java exception.

use crate::failure::Failure;
use ivory_core::panic_text;
use jni::Env;
use jni::errors::ErrorPolicy;
use jni::jni_str;
use jni::strings::{JNIStr, JNIString};
use std::any::Any;
use std::cell::RefCell;
use std::io::Write;
use std::marker::PhantomData;
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

/// A native entry.
pub(crate) trait Entry {
    /// Its name in Rust: the Java name in snake case.
    const NAME: &'static str;

    /// Its name in Java, for messages.
    fn java_name() -> String {
        let mut words = Self::NAME.split('_');
        let first = words.next().unwrap_or_default().to_owned();
        words.fold(first, |name, word| name + &word[..1].to_ascii_uppercase() + &word[1..])
    }
}

/// The policy for entry `E`: a pending exception wins; otherwise the exception that the failure
/// stands for is thrown, and Java ignores the returned default value.
pub(crate) struct Guard<E>(PhantomData<E>);

impl<T: Default, E: Entry> ErrorPolicy<T, Failure> for Guard<E> {
    type Captures<'unowned_env_local: 'native_method, 'native_method> = ();

    fn on_error<'unowned_env_local: 'native_method, 'native_method>(
        env: &mut Env<'unowned_env_local>,
        (): &mut (),
        failure: Failure,
    ) -> jni::errors::Result<T> {
        throw(env, failure.exception(), &format!("{}: {failure}", E::java_name()));
        Ok(T::default())
    }

    fn on_panic<'unowned_env_local: 'native_method, 'native_method>(
        env: &mut Env<'unowned_env_local>,
        (): &mut (),
        payload: Box<dyn Any + Send + 'static>,
    ) -> jni::errors::Result<T> {
        let what = panic_text(payload);
        let place = take_place().map(|place| format!(" at {place}")).unwrap_or_default();
        let text = format!("{}: panic in the native library{place}: {what}", E::java_name());
        throw(env, jni_str!("org/ivory/nativelib/NativeException"), &text);
        Ok(T::default())
    }
}

/// Throws, unless an exception is pending. Where the class cannot be found (the library is used
/// without ours) a RuntimeException serves: what `FindClass` throws would be a `java.lang.Error`.
fn throw(env: &mut Env<'_>, class: &JNIStr, text: &str) {
    if env.exception_check() {
        return;
    }
    let text = JNIString::from(text);
    for class in [class, jni_str!("java/lang/RuntimeException")] {
        let thrown = env.find_class(class).and_then(|class| env.throw_new(class, &text));
        if let Err(jni::errors::Error::JavaException) = thrown {
            // The way in which this crate says that the throw succeeded.
            return;
        }
        env.exception_clear();
    }
}

/// Writes one line to the standard error stream. That it may be closed is no reason to fail.
pub(crate) fn tell(text: &str) {
    let _ = std::io::stderr().write_all(format!("ivory: {text}\n").as_bytes());
}

/// Most panics that are written to the standard error stream.
const MOST_LINES: u32 = 20;

thread_local! {
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Keeps the place of a panic for the exception's message and writes one line to the standard error
/// stream, at most [`MOST_LINES`] times: a fault that repeats with every query must not fill a disk.
pub(crate) fn install_panic_hook() {
    static INSTALLED: Once = Once::new();
    static LINES: AtomicU32 = AtomicU32::new(0);
    INSTALLED.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            let place = info.location().map(ToString::to_string);
            if LINES.fetch_add(1, Ordering::Relaxed) < MOST_LINES {
                tell(&info.to_string().replace('\n', " "));
            }
            let _ = PLACE.try_with(|kept| {
                if let Ok(mut kept) = kept.try_borrow_mut() {
                    *kept = place;
                }
            });
        }));
    });
}

fn take_place() -> Option<String> {
    PLACE.try_with(|kept| kept.try_borrow_mut().ok().and_then(|mut kept| kept.take())).ok()?
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::catch_unwind;

    #[test]
    fn entries_are_called_as_in_java() {
        struct Row;
        impl Entry for Row {
            const NAME: &'static str = "score_rows";
        }
        assert_eq!(Row::java_name(), "scoreRows");
    }

    #[test]
    fn a_panic_has_a_text_whatever_its_payload() {
        assert_eq!(panic_text(Box::new("static")), "static");
        assert_eq!(panic_text(Box::new("owned".to_owned())), "owned");
        assert_eq!(panic_text(Box::new(7)), "no text");
    }

    #[test]
    fn a_payload_that_panics_when_it_is_dropped_is_survived() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("dropped");
            }
        }
        assert_eq!(panic_text(Box::new(Bomb)), "no text");
    }

    #[test]
    fn the_place_of_a_panic_is_kept_once() {
        install_panic_hook();
        assert!(catch_unwind(|| panic!("here")).is_err());
        let place = take_place().unwrap();
        assert!(place.contains("guard.rs:"), "{place}");
        assert_eq!(take_place(), None);
    }
}
