//! Checked copies between Java arrays and Rust memory.

use crate::failure::Failure;
use jni::Env;
use jni::objects::{JPrimitiveArray, TypeArray};
use jni::sys::{jint, jlong, jsize};

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
    let mut elements = Vec::new();
    copy_into(env, array, count, &mut elements)?;
    Ok(elements)
}

/// As [`copy`], into memory that is kept.
pub(crate) fn copy_into<T: TypeArray + Default + Clone>(
    env: &Env<'_>,
    array: &JPrimitiveArray<'_, T>,
    count: usize,
    into: &mut Vec<T>,
) -> Result<(), Failure> {
    resize(into, count)?;
    Ok(array.get_region(env, 0, into)?)
}

/// Brings kept memory to a length; what is in it afterwards is of no use.
pub(crate) fn resize<T: Default + Clone>(kept: &mut Vec<T>, length: usize) -> Result<(), Failure> {
    kept.try_reserve_exact(length.saturating_sub(kept.len()))?;
    kept.resize(length, T::default());
    Ok(())
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

/// Types that differ in the sign only: same layout, and every bit pattern is valid for both.
pub(crate) trait Signed {
    /// The same without a sign.
    type Unsigned;
}

impl Signed for i8 {
    type Unsigned = u8;
}

impl Signed for jint {
    type Unsigned = u32;
}

impl Signed for jlong {
    type Unsigned = u64;
}

/// Numbers that are not negative, or bytes, as Rust wants them.
pub(crate) fn as_unsigned<T: Signed>(numbers: &[T]) -> &[T::Unsigned] {
    // SAFETY: the two types have the same layout and no invalid bit patterns (see `Signed`).
    unsafe { std::slice::from_raw_parts(numbers.as_ptr().cast(), numbers.len()) }
}

/// Numbers below 2³¹, or bytes, as Java wants them.
pub(crate) fn as_signed<T: Signed>(numbers: &[T::Unsigned]) -> &[T] {
    // SAFETY: the two types have the same layout and no invalid bit patterns (see `Signed`).
    unsafe { std::slice::from_raw_parts(numbers.as_ptr().cast(), numbers.len()) }
}
