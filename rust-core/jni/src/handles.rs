//! What Java holds instead of addresses: numbers that are checked at every use.
//!
//! A handle is `kind (7 bits) · generation (24 bits) · slot (32 bits)`. A slot's generation grows
//! with every object put there, so a handle of an object that is gone names nothing, even when its
//! slot is in use again; a slot whose generations are used up is never used again. What is got from
//! a handle is a counted reference: closing it meanwhile, on another thread, frees nothing that is
//! still in use.

use crate::failure::Failure;
use crate::loader::Loader;
use crate::scans::Scan;
use ivory_core::{Model, Trainer};
use jni::sys::jlong;
use std::sync::{Arc, PoisonError, RwLock};

const LAST_GENERATION: u32 = (1 << 24) - 1;

/// What a handle can stand for.
#[derive(Clone, Debug)]
enum Object {
    Loader(Arc<Loader>),
    Model(Arc<Model>),
    Trainer(Arc<Trainer>),
    Scan(Arc<Scan>),
}

/// A type that handles can stand for.
pub(crate) trait Kind: Sized {
    /// Its name, for messages.
    const NAME: &'static str;
    /// Its number within handles; not 0.
    const NUMBER: u8;

    #[doc(hidden)]
    fn into_object(object: Arc<Self>) -> impl Into<ObjectOf>;
    #[doc(hidden)]
    fn of_object(object: ObjectOf) -> Option<Arc<Self>>;
}

/// Hides [`Object`] from the trait's users.
#[derive(Debug)]
pub(crate) struct ObjectOf(Object);

macro_rules! kinds {
    ($($type:ident, $name:literal, $number:literal;)*) => {
        $(impl Kind for $type {
            const NAME: &'static str = $name;
            const NUMBER: u8 = $number;

            fn into_object(object: Arc<Self>) -> impl Into<ObjectOf> {
                ObjectOf(Object::$type(object))
            }

            fn of_object(object: ObjectOf) -> Option<Arc<Self>> {
                match object.0 {
                    Object::$type(object) => Some(object),
                    #[allow(unreachable_patterns)]
                    _ => None,
                }
            }
        })*
    };
}

kinds! {
    Loader, "loader", 1;
    Model, "model", 2;
    Trainer, "trainer", 3;
    Scan, "scan", 4;
}

#[derive(Debug)]
struct Slot {
    generation: u32,
    object: Option<Object>,
}

#[derive(Debug)]
struct Table {
    slots: Vec<Slot>,
    free: Vec<u32>,
}

static TABLE: RwLock<Table> = RwLock::new(Table { slots: Vec::new(), free: Vec::new() });

/// Puts an object into the table; Java owns the handle.
pub(crate) fn open<T: Kind>(object: T) -> Result<jlong, Failure> {
    let mut table = TABLE.write().unwrap_or_else(PoisonError::into_inner);
    let ObjectOf(object) = T::into_object(Arc::new(object)).into();
    let slot = match table.free.pop() {
        Some(slot) => slot,
        None => {
            let slot = u32::try_from(table.slots.len())
                .map_err(|_| Failure::Handle("too many handles are open".into()))?;
            table.slots.try_reserve(1)?;
            table.slots.push(Slot { generation: 0, object: None });
            slot
        }
    };
    let place = &mut table.slots[slot as usize];
    place.generation += 1;
    place.object = Some(object);
    Ok(encode(T::NUMBER, place.generation, slot))
}

/// The object that a handle stands for.
pub(crate) fn get<T: Kind>(handle: jlong) -> Result<Arc<T>, Failure> {
    let slot = check_kind::<T>(handle)?;
    let table = TABLE.read().unwrap_or_else(PoisonError::into_inner);
    let object = table.slots.get(slot).filter(|s| s.generation == generation(handle));
    let object = object.and_then(|slot| slot.object.clone()).ok_or_else(|| closed::<T>(handle))?;
    T::of_object(ObjectOf(object)).ok_or_else(|| foreign::<T>(handle))
}

/// Takes the object out of the table: the handle names nothing from now on.
pub(crate) fn close<T: Kind>(handle: jlong) -> Result<Arc<T>, Failure> {
    let slot = check_kind::<T>(handle)?;
    let mut table = TABLE.write().unwrap_or_else(PoisonError::into_inner);
    let place = table.slots.get_mut(slot).filter(|s| s.generation == generation(handle));
    let place = place.ok_or_else(|| closed::<T>(handle))?;
    let object = place.object.take().ok_or_else(|| closed::<T>(handle))?;
    if place.generation < LAST_GENERATION {
        table.free.push(slot as u32);
    }
    T::of_object(ObjectOf(object)).ok_or_else(|| foreign::<T>(handle))
}

fn encode(kind: u8, generation: u32, slot: u32) -> jlong {
    (jlong::from(kind) << 56) | (jlong::from(generation) << 32) | jlong::from(slot)
}

fn generation(handle: jlong) -> u32 {
    (handle >> 32) as u32 & LAST_GENERATION
}

/// The slot, if the handle is of this kind.
fn check_kind<T: Kind>(handle: jlong) -> Result<usize, Failure> {
    if handle >> 56 != jlong::from(T::NUMBER) {
        return Err(foreign::<T>(handle));
    }
    Ok(handle as u32 as usize)
}

fn closed<T: Kind>(handle: jlong) -> Failure {
    Failure::Handle(format!("{} [{handle:#x}] is closed", T::NAME))
}

fn foreign<T: Kind>(handle: jlong) -> Failure {
    Failure::Handle(format!("[{handle:#x}] is no {}", T::NAME))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ivory_core::{Encoder, Metric, TrainingParameters, WorkingMemory};
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn trainer() -> Trainer {
        Trainer::new(TrainingParameters {
            metric: Metric::L2,
            dimension: 1,
            nlist: 1,
            seed: 0,
            max_iterations: 1,
            max_sample: 1,
            threads: 1,
            encoder: Encoder::None,
        })
        .unwrap()
    }

    fn model() -> Model {
        static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| {
            let trainer = trainer();
            trainer.add(&[1.0]).unwrap();
            trainer.run().unwrap().file().to_vec()
        });
        Model::from_file(FILE.clone()).unwrap()
    }

    fn text<T>(result: Result<T, Failure>) -> String {
        match result {
            Err(Failure::Handle(text)) => text,
            Err(other) => panic!("{other:?}"),
            Ok(_) => panic!("the handle was taken"),
        }
    }

    #[test]
    fn a_closed_handle_is_refused_by_every_use() {
        let handle = open(model()).unwrap();
        assert_eq!(get::<Model>(handle).unwrap().nlist(), 1);
        close::<Model>(handle).unwrap();
        assert!(text(get::<Model>(handle)).ends_with("is closed"));
        assert!(text(close::<Model>(handle)).ends_with("is closed"));
    }

    #[test]
    fn a_handle_of_another_kind_is_refused() {
        let handle = open(model()).unwrap();
        assert!(text(get::<Trainer>(handle)).ends_with("is no trainer"));
        assert!(text(close::<Loader>(handle)).ends_with("is no loader"));
        assert!(get::<Model>(handle).is_ok(), "the refusals did no harm");
        close::<Model>(handle).unwrap();
    }

    #[test]
    fn a_slot_in_use_again_does_not_revive_old_handles() {
        let old: Vec<_> = (0..100)
            .map(|_| {
                let handle = open(model()).unwrap();
                close::<Model>(handle).unwrap();
                handle
            })
            .collect();
        let new = open(model()).unwrap();
        assert!(old.iter().all(|&handle| get::<Model>(handle).is_err()));
        assert!(get::<Model>(new).is_ok());
        close::<Model>(new).unwrap();
    }

    #[test]
    fn invented_handles_are_refused() {
        let real = open(model()).unwrap();
        for handle in [0, 1, -1, jlong::MIN, jlong::MAX, real ^ 1 << 40, real + 1_000_000, -real] {
            assert!(matches!(get::<Model>(handle), Err(Failure::Handle(_))), "{handle:#x}");
            assert!(matches!(close::<Model>(handle), Err(Failure::Handle(_))), "{handle:#x}");
        }
        close::<Model>(real).unwrap();
    }

    #[test]
    fn what_is_in_use_outlives_its_handle() {
        let handle = open(trainer()).unwrap();
        let trainer = get::<Trainer>(handle).unwrap();
        drop(close::<Trainer>(handle).unwrap());
        trainer.add(&[1.0]).unwrap();
        assert_eq!(Arc::strong_count(&trainer), 1);
    }

    #[test]
    fn threads_use_a_handle_until_it_is_closed() {
        let handle = open(model()).unwrap();
        let uses = AtomicUsize::new(0);
        let work = || {
            while let Ok(model) = get::<Model>(handle) {
                let mut cell = [7];
                model.assign(&[1.0], &mut WorkingMemory::default(), &mut cell).unwrap();
                assert_eq!(cell, [0]);
                uses.fetch_add(1, Ordering::Relaxed);
            }
        };
        std::thread::scope(|scope| {
            let threads = [(); 4].map(|()| scope.spawn(work));
            while uses.load(Ordering::Relaxed) < 1000 && !threads[0].is_finished() {
                std::thread::yield_now();
            }
            close::<Model>(handle).unwrap();
        });
        assert!(uses.into_inner() >= 1000);
        assert!(text(get::<Model>(handle)).ends_with("is closed"));
    }

    #[test]
    fn many_threads_open_and_close() {
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..500 {
                        let handle = open(model()).unwrap();
                        assert_eq!(get::<Model>(handle).unwrap().dimension(), 1);
                        close::<Model>(handle).unwrap();
                        assert!(get::<Model>(handle).is_err());
                    }
                });
            }
        });
    }
}
