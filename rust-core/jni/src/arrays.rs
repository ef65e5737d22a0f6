//! Checked copies between Java arrays and Rust memory.

use crate::failure::Failure;
use jni::Env;
use jni::objects::{JPrimitiveArray, TypeArray};
use jni::sys::{jint, jsize};

/// A count or length from Java, which must not be negative.
pub(crate) fn unsigned(name: &str, value: jint) -> Result<usize, Failure> {
    usize::try_from(value)
        .map_err(|_| Failure::argument(format!("[{name}] must be at least 0, got [{value}]")))
}

/// An array's length.
pub(crate) fn length<T: TypeArray>(
    env: &Env<'_>,
    name: &str,
    array: &JPrimitiveArray<'_, T>,
) -> Result<usize, Failure> {
    if array.is_null() {
        return Err(Failure::argument(format!("[{name}] must not be null")));
    }
    Ok(array.len(env)?)
}

/// Refuses an array that is null or has less than `needed` elements.
pub(crate) fn check_length<T: TypeArray>(
    env: &Env<'_>,
    name: &str,
    array: &JPrimitiveArray<'_, T>,
    needed: usize,
) -> Result<(), Failure> {
    let length = length(env, name, array)?;
    if length < needed {
        return Err(Failure::argument(format!(
            "[{name}] has length [{length}], needed are [{needed}]"
        )));
    }
    Ok(())
}

/// A copy of the first `count` elements; `count` was checked against the length.
pub(crate) fn copy<T: TypeArray + Default + Clone>(
    env: &Env<'_>,
    array: &JPrimitiveArray<'_, T>,
    count: usize,
) -> Result<Vec<T>, Failure> {
    let mut elements = zeros(count)?;
    array.get_region(env, 0, &mut elements)?;
    Ok(elements)
}

/// `count` default values, or a failure instead of an abort where memory is short.
pub(crate) fn zeros<T: Default + Clone>(count: usize) -> Result<Vec<T>, Failure> {
    let mut elements = Vec::new();
    elements.try_reserve_exact(count)?;
    elements.resize(count, T::default());
    Ok(elements)
}

/// A place within an array, which is below the array's length and so fits.
pub(crate) fn place(index: usize) -> jsize {
    index as jsize
}

/// A copy of a whole array that must not be null.
pub(crate) fn copy_all<T: TypeArray + Default + Clone>(
    env: &Env<'_>,
    name: &str,
    array: &JPrimitiveArray<'_, T>,
) -> Result<Vec<T>, Failure> {
    let length = length(env, name, array)?;
    copy(env, array, length)
}

/// Cell numbers as Java sees them; they are below 65,536.
pub(crate) fn to_java(cells: &[u32]) -> Result<Vec<jint>, Failure> {
    let mut converted = Vec::new();
    converted.try_reserve_exact(cells.len())?;
    converted.extend(cells.iter().map(|&cell| cell as jint));
    Ok(converted)
}
